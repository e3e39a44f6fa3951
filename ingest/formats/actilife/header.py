"""What the lines above the samples of an ActiLife CSV say.

    ------------ Data File Created By ActiGraph GT3X+ ActiLife v6.13.3 Firmware v3.2.1 date format M/d/yyyy at 100 Hz
    Filter Normal -----------                                                             (all of this is line 1)
    Serial Number: NEO1D12345678
    Start Time 21:30:00
    Start Date 10/25/2023
    Epoch Period (hh:mm:ss) 00:00:00
    Download Time 16:48:59
    Download Date 11/2/2023

Lines 2 to 10 are found by name, since programs in between add and drop some. Dates are written in the order that
line 1 names, but with the separators of the computer's language, and files exist whose line 1 is wrong: "dd/MM/yyyy"
above a download on 09-19-2017. So a named order counts only where every date of the header is possible in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ingest.clock import microseconds
from ingest.placement import placement_from
from ingest.recording import Device, Placement

#: Day, month and year, as the parts of a written date follow each other.
Order = tuple[str, str, str]

_LINE_1 = re.compile(r"[\s\"\ufeff]*-{3,}+.*\bacti(?:graph|life)\b", re.IGNORECASE)
_MODEL = re.compile(r"created by +actigraph +(.+?) +actilife\b", re.IGNORECASE)
_RATE = re.compile(r" at +(\d{1,4}(?:[.,]\d{1,3})?) *hz\b", re.IGNORECASE)
_FORMAT = re.compile(r"\bdate format +(.+?)(?: +at +\d| +filter\b| +limb\b| *-{3,}|$)", re.IGNORECASE)
_LIMB = re.compile(r"\blimb:(.*)", re.IGNORECASE)
_FIELD = re.compile(r"(serial number|start time|start date|download time|download date)\b:?\s*(.*)", re.IGNORECASE)
_TIME = re.compile(r"(\d{1,2})\D(\d{1,2})\D(\d{1,2})(?:\s*([ap])\.?m)?", re.ASCII | re.IGNORECASE)
_DATE_PART = re.compile(r"\d{1,4}|[^\W\d_]+", re.ASCII)
#: Line 1 has some 150 characters.
_LONGEST_LINE = 500
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class ActiLifeHeader:
    """What a header says; None or empty where it does not.

    Attributes
    ----------
    rate_hz : float or None
        As the device was set up.
    order : tuple of 3 str or None
        How dates are written; "d", "m" and "y".
    start_us : int or None
        When the recording began, on the clock of the computer that set the device up.
    start : str
        The same as it is written.
    problems : tuple of str
        Where the header contradicts itself.
    """

    device: Device
    placement: Placement
    rate_hz: float | None
    order: Order | None
    start_us: int | None
    start: str
    problems: tuple[str, ...]


def is_actilife(text: str) -> bool:
    """Whether a text begins with the line that ActiLife opens its exports with."""
    return _LINE_1.match(text) is not None


def parsed(text: str) -> ActiLifeHeader:
    """Read a header; whatever is no field of it is passed over."""
    first, *others = [line[:_LONGEST_LINE] for line in text.splitlines()] or [""]
    said = _fields(others)
    named = date_order(_found(_FORMAT, first))
    order, problems = _believed(named, said)
    rate = _found(_RATE, first).replace(",", ".")
    return ActiLifeHeader(
        device=Device("ActiGraph", _found(_MODEL, first), said.get("serial number", "")),
        placement=placement_from(_found(_LIMB, first)),
        rate_hz=float(rate) if rate and float(rate) > 0 else None,
        order=order,
        start_us=_start_us(said, order),
        start=f"{said.get('start date', '')} {said.get('start time', '')}".strip(),
        problems=problems,
    )


def date_order(date_format: str) -> Order | None:
    """The order that a format like ``dd.MM.yyyy`` or ``m/dd/yy`` names; None where it names not all three."""
    return _as_order(tuple(dict.fromkeys(letter for letter in date_format.lower() if letter in "dmy")))


def date_us(text: str, order: Order) -> int | None:
    """Midnight of a date written in this order, as microseconds since 1970; None where there is no such day."""
    parts = _DATE_PART.findall(text)
    if len(parts) < 3:
        return None
    numbers = {unit: _number(part) for unit, part in zip(order, parts, strict=False)}
    day, month, year = numbers["d"], numbers["m"], numbers["y"]
    try:
        return microseconds(datetime(year + 2000 if year < 100 else year, month, day, tzinfo=UTC))
    except ValueError:
        return None


def _as_order(units: tuple[str, ...]) -> Order | None:
    return (units[0], units[1], units[2]) if len(units) == 3 else None


def _found(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1].strip(' ",;\t-') if found else ""


def _fields(lines: Sequence[str]) -> dict[str, str]:
    """The first value of every field; a program that saved the file as a table has quoted and padded its lines."""
    said: dict[str, str] = {}
    for line in lines:
        found = _FIELD.match(line.strip(' ",;\t'))
        if found is not None:
            said.setdefault(found[1].lower(), found[2].strip())
    return said


def _believed(named: Order | None, said: dict[str, str]) -> tuple[Order | None, tuple[str, ...]]:
    """The order that the dates of the header are possible in, the named one before the one with day and month
    exchanged, and what is odd about it.
    """
    if named is None:
        return None, ()
    if _is_possible(named, said):
        return named, ()
    exchanged = _as_order(tuple({"d": "m", "m": "d"}.get(unit, unit) for unit in named))
    if exchanged is not None and _is_possible(exchanged, said):
        words = "-".join({"d": "day", "m": "month", "y": "year"}[unit] for unit in exchanged)
        return exchanged, (f"the dates of the header are not in the order that its first line names: read as {words}",)
    return named, ()


def _is_possible(order: Order, said: dict[str, str]) -> bool:
    """Whether all dates exist and the download was not before the start; what is missing contradicts nothing."""
    days = [date_us(text, order) for name in ("start date", "download date") if (text := said.get(name))]
    known = [day for day in days if day is not None]
    return len(known) == len(days) and known == sorted(known)


def _start_us(said: dict[str, str], order: Order | None) -> int | None:
    day_us = date_us(said.get("start date", ""), order) if order else None
    clock_s = _seconds(said.get("start time", ""))
    return None if day_us is None or clock_s is None else day_us + clock_s * 1_000_000


def _seconds(text: str) -> int | None:
    """``21:30:00``, ``21.30.00`` or ``9:30:00 PM`` in seconds since midnight."""
    found = _TIME.match(text)
    if found is None:
        return None
    hour, minute, second = (int(part) for part in found.groups()[:3])
    if found[4] is not None:
        hour = hour % 12 + (12 if found[4].lower() == "p" else 0)
    return hour * 3600 + minute * 60 + second if hour < 24 and minute < 60 and second < 60 else None


def _number(part: str) -> int:
    """A number, or the month that a word begins with; 0, which no date has, for any other word."""
    if part.isdecimal():
        return int(part)
    word = part.lower()[:3]
    return _MONTHS.index(word) + 1 if word in _MONTHS else 0
