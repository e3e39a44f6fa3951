"""``nightkick simulate``: nights from a seed, written as recordings with their truth."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from flows.terminal.dates import day
from flows.terminal.options import OutFolder
from flows.terminal.talk import emit, say

#: The names in `analytics.simulate.NIGHTS`, which would load half the program before `--help` could be shown.
ProfileName = Literal[
    "healthy", "plmd", "rls", "jerks", "child", "apnoea", "sofa",
    "insomnia", "waking", "quiet", "restless", "tilting",
    "off", "taken-off", "off-a-while", "fallen-off", "put-on-late",
    "partner", "pet", "vibration",
]  # fmt: skip

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def simulate(
    *,
    out: OutFolder,
    nights: int = 1,
    profile: ProfileName = "plmd",
    rate: float = 50.0,
    file_format: Annotated[Literal["cwa", "csv", "fit"], Parameter(name="--format")] = "cwa",
    seed: int = 1,
    legs: Literal["left", "both"] = "left",
    start: Annotated[date | None, Parameter(converter=day)] = None,
    subject: str | None = None,
) -> None:
    """Make recordings of nights from a seed, with the truth in truth.csv beside them.

    Parameters
    ----------
    out
        Folder for the files; made if missing.
    nights
        How many.
    profile
        Who sleeps, or what makes the night hard to judge: lying awake (insomnia, waking, quiet), moving much
        (restless, tilting), a sensor that is not worn all night (off to put-on-late), and what comes through the
        mattress (partner, pet, vibration).
    rate
        Samples per second.
    file_format
        Kind of file.
    seed
        Same seed, same nights.
    legs
        One recording a night, or one of each leg with clocks that differ.
    start
        The first evening, written as every date (2026-03-02, 02.03.2026, yesterday); default: 2026-03-02.
    subject
        Who sleeps: another name has other nights and devices, in a folder of that name; default: no name and no folder.
    """
    from analytics.simulate import FIRST_EVENING, write_nights

    files = write_nights(
        out,
        nights=nights,
        profile=profile,
        rate_hz=rate,
        file_format=file_format,
        seed=seed,
        legs=legs,
        start=FIRST_EVENING if start is None else start,
        subject=subject,
    )
    say("simulated: they test the program and say nothing about real legs")
    emit("".join(f"{file}\n" for file in files))
    *recordings, _truth = files
    by_side: dict[str | None, list[Path]]
    if file_format == "cwa":  # says itself where it was worn
        by_side = {None: recordings}
    elif legs == "left":
        by_side = {"left": recordings}
    else:
        by_side = {side: [one for one in recordings if f"-{side}." in one.name] for side in ("left", "right")}
    say(f"next: {' && '.join(_import_command(of, side, subject) for side, of in by_side.items())}")


def _import_command(files: Sequence[Path], side: str | None, subject: str | None) -> str:
    """What to type so that nights are stored as those of the person who was simulated, where and when they were.

    It names the files and not their folder, which may hold those of other people.

    Parameters
    ----------
    files : sequence of Path
        Recordings of one run, whose names differ in the date and the leg.
    side : str or None
        None where the files say where they were worn.
    """
    names = [file.name for file in files]
    if len({_DAY.findall(name)[-1] for name in names}) > 1:
        names = [*dict.fromkeys(_DAY.sub("????-??-??", name) for name in names)]
    named = " ".join(f"{shlex.quote(str(files[0].parent))}/{name}" for name in names)
    worn = ("--site", "ankle", "--side", side) if side is not None else ()
    whose = ("--subject", subject.strip()) if subject is not None else ()
    return f"nightkick import {named} {shlex.join((*worn, '--tz', 'UTC', *whose))}"
