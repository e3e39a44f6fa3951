"""Reviews as a file that reviewers hand to each other: JSON lines, one act each, under a heading with a schema number.

Acts are numbered anew in every database, so that an act is known by what it says: the hash of its rows, of the act that
it takes back or does again, and of how many like it came before. The hash is computed again when a file is read, so a
line that was changed by hand is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from analytics.flag import FlagName
from analytics.model import Leg
from analytics.nights.edits.kinds import EditKind
from analytics.said import Said
from ingest.errors import UsageError
from ingest.recording import Site

SCHEMA = 1
WHAT = "nightkick reviews"
_Instant = Annotated[int, Field(ge=0, le=10**16)]
_Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
#: By kind of edit: of how many movements it is, and what it needs beside them.
_NEEDS: dict[EditKind, tuple[int, tuple[str, ...]]] = {
    "relabel": (1, ("name",)),
    "delete": (1, ()),
    "move": (1, ("from_us", "to_us")),
    "join": (2, ()),
    "split": (1, ("from_us",)),
    "add": (0, ("from_us", "to_us", "leg")),
    **dict.fromkeys(("sleep_onset", "wake", "in_bed"), (0, ("from_us",))),
    "bout": (0, ("from_us", "to_us", "name")),
}


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ReviewRow(_Checked):
    """One row of an act: the columns of the table, instants in microseconds since 1970."""

    subject: Annotated[str, Field(min_length=1, max_length=1_000)]
    night_date: Annotated[date, Field(strict=False)]
    verdict: Literal[Said]
    reviewer: Annotated[str, Field(min_length=1, max_length=1_000)]
    reviewed_at: _Instant
    movement_no: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    onset_at: _Instant | None = None
    recording: _Sha | None = None
    start_at: _Instant | None = None
    end_at: _Instant | None = None
    note: Annotated[str, Field(max_length=20_000)] | None = None
    flag: Literal[FlagName] | None = None
    flags_then: Annotated[str, Field(max_length=200)] | None = None
    edit: Literal[EditKind] | None = None
    parts: Annotated[tuple[tuple[tuple[_Sha | Literal[""], _Instant, _Instant], ...], ...], Field(strict=False)] = ()
    from_at: _Instant | None = None
    to_at: _Instant | None = None
    name: Annotated[str, Field(max_length=100)] | None = None
    leg: Literal[Leg] | None = None
    site: Literal[Site] | None = None

    @field_validator("parts", mode="before")
    @classmethod
    def _as_tuples(cls, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        movements = (m if isinstance(m, list) else [m] for m in value)
        return tuple(tuple(tuple(p) if isinstance(p, list) else p for p in m) for m in movements)

    @model_validator(mode="after")
    def _complete(self) -> ReviewRow:
        if (self.edit is None) != (self.verdict != "edit"):
            raise ValueError("an edit, and nothing else, says what it changes")
        if (self.start_at is None) != (self.end_at is None) or (self.end_at or 1) <= (self.start_at or 0):
            raise ValueError("a span ends after it starts")
        if self.verdict == "exclude" and self.start_at is None:
            raise ValueError("what is excluded is a span")
        if self.edit is not None:
            self._refuse_half_an_edit(self.edit)
        return self

    def _refuse_half_an_edit(self, kind: EditKind) -> None:
        n_movements, needed = _NEEDS[kind]
        fields = {"from_us": self.from_at, "to_us": self.to_at, "name": self.name, "leg": self.leg}
        if len(self.parts) != n_movements or not all(self.parts):
            raise ValueError(f"{kind} is about {n_movements} movements")
        if any(fields[name] is None for name in needed):
            raise ValueError(f"{kind} needs {' and '.join(needed)}")
        if self.from_at is not None and self.to_at is not None and self.to_at <= self.from_at:
            raise ValueError("what is set ends before it starts")
        if kind == "bout" and self.name not in ("sleep", "wake"):
            raise ValueError("a bout is sleep or wake")


class Act(_Checked):
    """What was done at once: its rows.

    Attributes
    ----------
    of : str or None
        ``id`` of the act that is taken back or done again.
    again : int
        How many acts that say the same came before it.
    numbered : bool
        Whether it can be taken back: what was written before acts were counted cannot.
    """

    id: _Sha
    of: _Sha | None = None
    again: Annotated[int, Field(ge=0, le=10**6)] = 0
    numbered: bool = True
    rows: Annotated[tuple[ReviewRow, ...], Field(min_length=1, max_length=10_000, strict=False)]

    @model_validator(mode="after")
    def _as_exported(self) -> Act:
        turns = {row.verdict in ("take_back", "redo") for row in self.rows}
        if turns != {self.of is not None}:
            raise ValueError("what is taken back or done again is an act, named by 'of'")
        if self.id != identity(self.rows, of=self.of, again=self.again, numbered=self.numbered):
            raise ValueError("it was changed after it was exported")
        return self

    @property
    def at_us(self) -> int:
        """When it was done."""
        return max(row.reviewed_at for row in self.rows)


def identity(rows: Sequence[ReviewRow], *, of: str | None, again: int, numbered: bool) -> str:
    """The hash by which an act is known in every database.

    Parameters
    ----------
    rows : sequence of ReviewRow
        In any order.
    of, again, numbered
        As in `Act`.
    """
    said = sorted(json.dumps(row.model_dump(mode="json"), sort_keys=True) for row in rows)
    return hashlib.sha256(json.dumps([said, of, again, numbered]).encode()).hexdigest()


def lines_of(acts: Iterable[Act]) -> Iterator[str]:
    """A file's lines: the heading, and one for each act."""
    yield json.dumps({"what": WHAT, "schema": SCHEMA})
    for act in acts:
        yield json.dumps(act.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False)


def acts_of(text: str) -> list[Act]:
    """What a file holds.

    Raises
    ------
    UsageError
        A line is not what `lines_of` writes: which, and why.
    """
    lines = text.split("\n")
    heading = _document(lines[0], 1)
    if heading.get("what") != WHAT:
        raise UsageError("line 1: no reviews of nightkick", hint="make them with: nightkick reviews export FILE")
    if heading.get("schema") != SCHEMA:
        raise UsageError(f"line 1: schema {heading.get('schema')!r}, this nightkick reads {SCHEMA}", hint="update it")
    return [_act(line, number) for number, line in enumerate(lines[1:], start=2) if line.strip()]


def _act(line: str, number: int) -> Act:
    try:
        return Act.model_validate(_document(line, number))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(map(str, first["loc"][:4]))
        message = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"line {number}: {field + ': ' if field else ''}{message[:1].lower()}{message[1:]}") from None


def _document(line: str, number: int) -> dict[str, Any]:
    try:
        found = json.loads(line)
        line.encode()
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UsageError(f"line {number}: no JSON object")
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise UsageError(f"line {number}: not valid text") from None
    return found
