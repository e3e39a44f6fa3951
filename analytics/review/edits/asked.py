"""What a page may send to edit a night, checked before the store is asked. The reviewer is never taken from there."""

from __future__ import annotations

import time
from datetime import date
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from analytics.model import Leg
from analytics.nights.edits.kinds import MEANINGS, EditKind
from analytics.store import Acted, WantedEdit
from ingest.errors import UsageError

#: Characters of a note on an edit.
LONGEST_NOTE = 2_000
#: Movements in one request: more than any night has.
MOST_AT_ONCE = 10_000
_Instant = Annotated[int, Field(ge=0, le=10**17)]
_Body = TypeVar("_Body", bound=BaseModel)
#: By kind: how many movements it is about (at least, at most), and which fields it needs beside them.
_NEEDS: dict[EditKind, tuple[int, int, tuple[str, ...]]] = {
    "relabel": (1, MOST_AT_ONCE, ("name",)),
    "delete": (1, MOST_AT_ONCE, ()),
    "move": (1, 1, ("from_us", "to_us")),
    "join": (2, 2, ()),
    "split": (1, 1, ("from_us",)),
    "add": (0, 0, ("from_us", "to_us", "leg")),
    **dict.fromkeys(("sleep_onset", "wake", "in_bed"), (0, 0, ("from_us",))),
    "bout": (0, 0, ("from_us", "to_us", "name")),
}
_FIELDS = ("from_us", "to_us", "name", "leg")


class _OfNight(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    subject: str
    night: Annotated[date, Field(strict=False)]


class EditBody(_OfNight):
    """An edit; instants in microseconds since 1970."""

    kind: Literal[EditKind]
    onsets: Annotated[tuple[_Instant, ...], Field(max_length=MOST_AT_ONCE, strict=False)] = ()
    from_us: _Instant | None = None
    to_us: _Instant | None = None
    name: str | None = None
    leg: Leg | None = None
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> EditBody:
        least, most, needed = _NEEDS[self.kind]
        if not least <= len(self.onsets) <= most:
            wanted = f"{least}" if least == most else f"{least} or more"
            raise ValueError(f"{self.kind} is about {wanted} movements, by 'onsets', not {len(self.onsets)}")
        if lacking := [name for name in needed if getattr(self, name) is None]:
            raise ValueError(f"{self.kind} needs {', '.join(map(repr, lacking))}")
        if needless := [name for name in _FIELDS if name not in needed and getattr(self, name) is not None]:
            raise ValueError(f"{self.kind} takes no {', '.join(map(repr, needless))}")
        names = tuple(MEANINGS) if self.kind == "relabel" else ("sleep", "wake")
        if "name" in needed and self.name not in names:
            raise ValueError(f"'name' is one of {', '.join(names)}")
        return self


class TurnBody(_OfNight):
    """An act to be taken back or done again: the latest, or none if that is not ``act``."""

    act: int | None = None


def edit_from(said: dict[str, Any], reviewer: str) -> WantedEdit:
    """The edit that a page sent.

    Raises
    ------
    UsageError
        Something is missing, too long or of the wrong kind: one line names the field.
    """
    body = _checked(EditBody, said)
    return WantedEdit(
        body.subject, body.night, body.kind, reviewer, time.time_ns() // 1000,
        body.onsets, body.from_us, body.to_us, body.name, body.leg, body.note,
    )  # fmt: skip


def turn_from(said: dict[str, Any], reviewer: str) -> Acted:
    """The act that a page wants taken back or done again.

    Raises
    ------
    UsageError
        As `edit_from`.
    """
    body = _checked(TurnBody, said)
    return Acted(body.subject, body.night, reviewer, time.time_ns() // 1000, body.act)


def _checked(model: type[_Body], said: dict[str, Any]) -> _Body:
    try:
        return model.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(map(str, first["loc"])) or "edit"
        kinds = f"; one of {', '.join(get_args(EditKind))}" if field == "kind" else ""
        message = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"{field}: {message[:1].lower()}{message[1:]}{kinds}", hint="mend it and send again") from None
