"""Of the sensors of one export, which one a declared place is about.

"Left ankle", said of an export, means one sensor. Where a telephone logs beside a watch, and lay in one position all
night, the watch is meant: a telephone on a table or a mattress is no leg, however often it is jolted. One that turned
may have been worn, and the watch at a wrist; then nothing here can tell, and ``--sensor`` has to. What a line or an
entry says of a device by its serial number is about that sensor and needs no such question.

Every other word (person, zone, clock) holds for the whole export.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from flows.assigning.assignments import Decision
from ingest.archives.companion_files import TELEPHONE, WATCH, Export
from ingest.errors import UsageError

if TYPE_CHECKING:  # `inspect` has no use for the store
    from analytics.store import StoredRecording

#: Words that are true of one sensor only.
PLACE = ("site", "side")
LayStill = Callable[[Path], bool | None]


@dataclass(frozen=True, slots=True)
class Placing:
    """What is left of a decision for one sensor of an export.

    Attributes
    ----------
    sensor : str or None
        This one, where several had to be told apart.
    meant : str or None
        The sensor that the declared place is about; None where no place was declared, or there is no choice.
    remarks : tuple of str
        Why a word was not used, for the warnings.
    """

    decision: Decision
    sensor: str | None = None
    meant: str | None = None
    remarks: tuple[str, ...] = ()


def placing(found: Decision, export: Export, wished: str | None, file: Path, *, lay_still: LayStill) -> Placing:
    """A decision as it holds for the sensor that recorded ``file``.

    Parameters
    ----------
    wished : str or None
        The sensor that was named.
    lay_still : callable
        Whether the sensor of a file lay in one position; None where that cannot be told. Asked only if it decides.

    Raises
    ------
    UsageError
        No sensor of the export has that name, or it has to be named.
    """
    if wished is not None and export.others and wished not in export.names:
        raise UsageError(f"no sensor of this export is called {wished!r}", hint=_choices(export))
    has_choice = bool(export.sensor and (export.others or wished))
    sensor = export.sensor if has_choice else None
    said = _said_of_export(found)
    if not said or not has_choice:
        return Placing(found, sensor, wished)
    meant = wished or _meant(found, export, file, lay_still)
    if meant is None:
        raise UsageError(
            f"{_in_words(said)} is true of one of its sensors, and it cannot be told of which",
            hint=_choices(export),
        )
    if meant == sensor:
        return Placing(found, sensor, meant)
    remark = f"{_in_words(said)} is the {meant}'s of this export and not said of this {sensor}"
    why = "" if wished else f", which is no leg: it lay in one position (else name it: --sensor {sensor})"
    return Placing(without_place(found), sensor, meant, (remark + (why if sensor == TELEPHONE else ""),))


def is_of_another(known: StoredRecording, wished: str | None = None) -> bool:
    """Whether a place that was declared for the export of a stored recording is that of another sensor."""
    meant = wished or known.sensor_meant
    return known.sensor is not None and meant is not None and meant != known.sensor


def without_place(found: Decision) -> Decision:
    """A decision without what is true of one sensor only, but for what is said of this very device."""
    gone = _said_of_export(found)
    words = replace(found.words, **dict.fromkeys(gone))
    return replace(found, words=words, origins={name: who for name, who in found.origins.items() if name not in gone})


def asks_for_the_file(known: StoredRecording, found: Decision) -> bool:
    """Whether only the files of the export can tell if a new word on the place is about a stored recording."""
    return known.sensor is not None and known.sensor_meant is None and bool(_said_of_export(found))


def _meant(found: Decision, export: Export, file: Path, lay_still: LayStill) -> str | None:
    if found.words.site == "wrist" and WATCH in export.names:
        return WATCH
    worn = [name for name in export.names if name != TELEPHONE or lay_still(export.others.get(name, file)) is not True]
    return worn[0] if len(worn) == 1 else None


def _said_of_export(found: Decision) -> dict[str, object]:
    """The place as it was declared for whatever is in the export."""
    said = {name: getattr(found.words, name) for name in PLACE if name in found.origins}
    return {name: word for name, word in said.items() if word is not None and name not in found.about_device}


def _in_words(said: dict[str, object]) -> str:
    return ", ".join(f"{name} {word}" for name, word in said.items())


def _choices(export: Export) -> str:
    return "name the one that is meant: " + " or ".join(f"--sensor {name}" for name in export.names)
