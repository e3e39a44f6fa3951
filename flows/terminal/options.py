"""Options that several commands take: each has its name and its help here, once.

A command's `--help` loads this module, so that nothing is imported but the parser and the errors.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from flows.terminal.dates import TAKEN, When, when
from flows.terminal.values import Shape
from ingest.errors import UsageError

Database = Annotated[
    Path | None,
    Parameter(name="--db", help="Database file; default: that of the settings, or in your data folder."),
]
Json = Annotated[bool, Parameter(name="--json", help="Print one JSON document.")]
Csv = Annotated[bool, Parameter(name="--csv", help="Print CSV.")]
#: What files are called; a folder of such a name is taken for one.
_OF_FILES = frozenset({".csv", ".cwa", ".duckdb", ".fit", ".gz", ".html", ".json", ".parquet", ".pdf", ".txt", ".zip"})


def _no_file(_: object, out: Path) -> None:
    with contextlib.suppress(OSError):  # what cannot be looked at is told where it is written
        if out.suffix.lower() in _OF_FILES and not out.is_dir():
            hint = f"name a folder with -o, such as {out.with_suffix('')}"
            raise UsageError("a folder is written there, and this is the name of a file", path=out, hint=hint)


#: A file, and a folder that is made where it is missing.
OutFile = Annotated[Path, Parameter(name=["-o", "--out"])]
OutFolder = Annotated[Path, Parameter(name=["-o", "--out"], validator=_no_file)]

_NOT_KNOWN = "default: as the file or the settings name it, or unknown."
Subject = Annotated[str | None, Parameter(help="Who wore the sensor; default: the subject of the settings, or me.")]
Site = Annotated[
    Literal["ankle", "foot", "thigh", "hip", "wrist"] | None, Parameter(help=f"Where it was worn; {_NOT_KNOWN}")
]
Side = Annotated[Literal["left", "right"] | None, Parameter(help=f"On which side; {_NOT_KNOWN}")]
Zone = Annotated[
    str | None,
    Parameter(
        name="--tz",
        help="Zone the wearer lived in, like Europe/Berlin; default: by the file, the settings or the computer.",
    ),
]
TimeShift = Annotated[
    str | None,
    Parameter(
        help="How much the device's clock was behind: seconds, or h:min[:s] like -1:00; default: that of the settings, "
        "or 0."
    ),
]
Start = Annotated[
    str | None,
    Parameter(
        help="When a recording without a clock of its own began, like 2026-03-01T22:10; for a single file. Default: by "
        "the clock of the recording."
    ),
]
Sensor = Annotated[
    str | None,
    Parameter(
        help="Of an export of several sensors the one that site and side mean: telephone or watch. Default: the one "
        "that can be a leg, where that can be decided."
    ),
]

Since = Annotated[When | None, Parameter(converter=when, help=f"First evening: {TAKEN}.")]
Until = Annotated[When | None, Parameter(converter=when, help=f"Last evening: {TAKEN}.")]
OnlySubject = Annotated[str | None, Parameter(name="--subject", help="Only this person's.")]
WhoseNight = Annotated[
    str | None, Parameter(name="--subject", help="Whose night; without it the night of the only person who has one.")
]


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Selection:
    """Which stored nights to list. Dates are those of evenings, both included; None: no limit."""

    flagged: Annotated[bool, Parameter(help="Only nights with a flag.")] = False
    unreviewed: Annotated[bool, Parameter(help="Only nights without a review.")] = False
    since: Since = None
    until: Until = None
    subject: OnlySubject = None


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Chosen:
    """Which stored nights to analyse again; what is None makes no difference."""

    since: Since = None
    until: Until = None
    subject: OnlySubject = None
    version: Annotated[str | None, Parameter(help="Only nights that this version of nightkick analysed.")] = None

    def is_everything(self) -> bool:
        """Whether nothing was chosen."""
        return self == Chosen()


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class JsonOrCsv:
    """In which form a command prints."""

    as_json: Json = False
    as_csv: Csv = False

    def shape(self) -> Shape:
        """For people, or the one form that was asked for.

        Raises
        ------
        UsageError
            Both were asked for.
        """
        at_most_one({"--json": self.as_json, "--csv": self.as_csv})
        return "json" if self.as_json else "csv" if self.as_csv else "text"


#: What a command takes without an option.
EVERY_NIGHT = Selection()
EVERYTHING = Chosen()
FOR_PEOPLE = JsonOrCsv()


def at_most_one(given: dict[str, bool]) -> None:
    """Refuse options that exclude each other, by name and whether they were given.

    Raises
    ------
    UsageError
        Two of them were given.
    """
    chosen = [name for name, is_given in given.items() if is_given]
    if len(chosen) > 1:
        raise UsageError(f"{' and '.join(chosen)} cannot be combined", hint="choose one")
