"""``nightkick simulate``: nights from a seed, written as recordings with their truth."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from analytics.simulate import write_nights
from flows.terminal.talk import emit, say


def simulate_command(
    out: Path,
    *,
    nights: int,
    profile: str,
    rate_hz: float,
    file_format: Literal["cwa", "csv", "fit"],
    seed: int,
    legs: Literal["left", "both"],
) -> None:
    """Write the files and print their paths."""
    files = write_nights(
        out, nights=nights, profile=profile, rate_hz=rate_hz, file_format=file_format, seed=seed, legs=legs
    )
    say("simulated: they test the program and say nothing about real legs")
    emit("".join(f"{file}\n" for file in files))
