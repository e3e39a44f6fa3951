"""From the parameters of an address to a filter of nights: the one reading of them. Knows neither store nor page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from analytics.flag import FlagName
from ingest.errors import UsageError

#: Of a raised flag: to review, or the verdict that stands; and ``partly``, where a night has flags of both kinds.
FlagVerdict = Literal["to_review", "partly", "confirm", "dismiss", "unsure"]
#: As `analytics.flag.FlagState`; what no more than the person's answer is missing of was not asked, and is no doubt.
QueueState = Literal["raised", "not_raised", "cannot_tell", "not_asked"]
Legs = Literal["left", "right", "both", "unknown", "none"]
NightSort = Literal["person", "evening", "index", "jerks", "flags", "open", "legs", "site"]
PeopleSort = Literal["person", "nights", "flagged", "open", "evening"]

#: How much of a value that cannot be read is repeated.
_QUOTED = 60


def _as_day(value: object) -> object:
    """A date as the address writes it; pydantic by itself reads a bare number as seconds since 1970."""
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise ValueError("not YYYY-MM-DD")
    return value


Day = Annotated[date, BeforeValidator(_as_day)]
Name = Annotated[str, Field(min_length=1, max_length=2000)]
PerHour = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class QueueFilter(BaseModel):
    """Which nights; what is not given holds none back. Of a list any value fits.

    Flag, state and verdict are asked of one and the same flag of a night. Only a raised flag has a verdict: where a
    state is asked for that has none, such as ``cannot_tell``, the verdict is asked of any flag of the night.

    Attributes
    ----------
    q : str or None
        Part of a name, of a reviewer's note or of the journal's note, in whatever case, with or without accents.
    person : str or None
        The whole name.
    reviewer : tuple of str
        Who gave a verdict; an empty name: no one yet.
    index_from, index_to : float or None
        PLMS per hour of sleep, 1/h, both included; nights without an index do not fit.
    jerks_from, jerks_to : int or None
        Hypnic jerks a night, both included.
    since, until : date or None
        Of the evening, both included.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    q: Annotated[str, Field(max_length=200)] | None = None
    person: Name | None = None
    flag: tuple[FlagName, ...] = ()
    state: tuple[QueueState, ...] = ()
    verdict: tuple[FlagVerdict, ...] = ()
    site: tuple[Name, ...] = ()
    legs: tuple[Legs, ...] = ()
    reviewer: tuple[Annotated[str, Field(max_length=2000)], ...] = ()
    assessable: Literal["yes", "no"] | None = None
    since: Day | None = None
    until: Day | None = None
    index_from: PerHour | None = None
    index_to: PerHour | None = None
    jerks_from: Count | None = None
    jerks_to: Count | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """A range that ends before it begins is a slip, not a wish for nothing."""
        for first, last in (("since", "until"), ("index_from", "index_to"), ("jerks_from", "jerks_to")):
            low, high = getattr(self, first), getattr(self, last)
            if low is not None and high is not None and high < low:
                raise UsageError(f"{last}={high} is before {first}={low}", hint="turn the two round")
        return self


class QueuePage(QueueFilter):
    """A filter, in which order, and which rows of that; ``-`` turns an order round."""

    sort: str = "-evening"
    offset: Annotated[int, Field(ge=0, le=100_000_000)] = 0

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return self.sort.startswith("-")

    @property
    def column(self) -> str:
        """By what rows are sorted."""
        return self.sort.removeprefix("-")


class NightsPage(QueuePage):
    """Of nights."""

    @model_validator(mode="after")
    def _known_column(self) -> Self:
        return _sorted_by(self, NightSort)


class PeoplePage(QueuePage):
    """Of people, each with the nights that fit."""

    sort: str = "-open"

    @model_validator(mode="after")
    def _known_column(self) -> Self:
        return _sorted_by(self, PeopleSort)


class NightsWalk(NightsPage):
    """From a night on: which one, and into which direction."""

    subject: str = ""
    night: Day
    direction: Literal["1", "-1"] = "1"


P = TypeVar("P", bound=QueuePage)
F = TypeVar("F", bound=QueueFilter)


def _sorted_by(page: P, columns: Any) -> P:
    if page.column not in columns.__args__:
        raise UsageError(f"sort={_quoted(page.sort)} is no column", hint=", ".join(columns.__args__))
    return page


def parsed(parameters: Iterable[tuple[str, str]], kind: type[F]) -> F:
    """What an address asks for.

    Parameters
    ----------
    parameters : iterable of (str, str)
        Name and value, in their order; a name of a list may come several times.

    Raises
    ------
    UsageError
        A parameter is unknown, malformed, or given twice; names the first.
    """
    values: dict[str, Any] = {}
    for name, value in parameters:
        field = kind.model_fields.get(name)
        if field is None:
            raise UsageError(f"{_quoted(name)} is no filter", hint=f"there are {', '.join(kind.model_fields)}")
        if field.default == () and value not in values.setdefault(name, []):
            values[name].append(value)
        elif field.default != ():
            if name in values:
                raise UsageError(f"{name} is given twice", hint="leave one")
            values[name] = value
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "the filter"
        if first["type"] == "missing":
            raise UsageError(f"{name} is missing") from None
        raise UsageError(f"{name}={_quoted(first['input'])} cannot be used", hint=_remedy(first["msg"])) from None


def _quoted(value: object) -> str:
    text = str(value)
    return repr(text if len(text) <= _QUOTED else f"{text[:_QUOTED]}...")


def _remedy(message: str) -> str:
    text = message.removeprefix("Value error, ").removeprefix("Input ").strip()
    return text[:1].lower() + text[1:]
