"""The sleep journal: what a person notes by day, and what of it the analysis uses.

A table with one row a day, keyed by its date and never by its position: a missing day shifts nothing. ``date`` is the
date of the evening. Any column may be added; some have a meaning for the analysis of a night: ``lights_off`` and
``got_up``, local clock times, which together become its `analytics.sleep.diary.Diary`; what that says beside them, as
the Consensus Sleep Diary asks for it (Carney 2012): ``fell_asleep_at``, ``minutes_to_fall_asleep``, ``n_awakenings``,
``minutes_awake``; and ``urge_to_move``, without which no one has restless legs (yes and no are taken as 1 and 0).
Symptoms are numbers from 0 (none) to 10; `analytics.nights.patterns` counts them over days.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from analytics.said import JournalEntry
from analytics.sleep.diary import Diary
from ingest.clock import microseconds, zone_info
from ingest.errors import UsageError

LIGHTS_OFF, GOT_UP, URGE = "lights_off", "got_up", "urge_to_move"
FELL_ASLEEP, LATENCY, AWAKENINGS, AWAKE = "fell_asleep_at", "minutes_to_fall_asleep", "n_awakenings", "minutes_awake"
CLOCKS = (LIGHTS_OFF, FELL_ASLEEP, GOT_UP)
#: Largest number that is believed of a night: minutes, awakenings. What is more is in another unit, or another column.
MOST = {LATENCY: 600, AWAKENINGS: 60, AWAKE: 600}
#: From lights off to getting up across noon at most: the two of a night, taken for each other, are further apart.
LONGEST = timedelta(hours=12)
#: What the analysis of a night reads.
READ_BY_ANALYSIS = (*CLOCKS, *MOST, URGE)
#: Columns of the template: times, triggers that people report, symptoms from 0 (none) to 10, and words.
TEMPLATE = (
    *("date", LIGHTS_OFF, LATENCY, FELL_ASLEEP, AWAKENINGS, AWAKE, GOT_UP),
    *("caffeine_mg", "alcohol_units", "exercise_min"),
    *(URGE, "leg_pain", "tingling", "daytime_sleepiness", "daytime_jerks", "other_limbs", "partner_saw_kicks"),
    "note",
)
#: Answers in a word where a number from 0 to 10 tells more: "yes" is the least urge that counts.
_IN_A_WORD = {"yes": 1.0, "y": 1.0, "no": 0.0, "n": 0.0}
_KIND = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")


def entries_of(rows: Iterable[Mapping[str, str | None]], *, subject: str) -> tuple[JournalEntry, ...]:
    """Check rows as text and make an entry of each cell.

    Parameters
    ----------
    rows : iterable of mapping
        Column name to cell; ``date`` in each, ``subject`` where several people share the table.
    subject : str
        Whose rows without a subject are.

    Raises
    ------
    UsageError
        A column or cell that makes no sense, or a day that stands twice; names the row, from 1.
    """
    seen: set[tuple[str, date]] = set()
    found: list[JournalEntry] = []
    for number, row in enumerate(rows, start=1):
        who = (row.get("subject") or "").strip() or subject
        day = _day(row.get("date"), number)
        if (who, day) in seen:
            raise UsageError(f"row {number}: {day} of {who} stands twice", hint="one row a day")
        seen.add((who, day))
        cells = {kind: cell for kind, cell in row.items() if kind not in ("date", "subject")}
        entries = [_entry(who, day, kind, cell, number) for kind, cell in cells.items()]
        _check_order(entries, number)
        found += entries
    return tuple(found)


def _day(cell: str | None, number: int) -> date:
    try:
        return date.fromisoformat((cell or "").strip())
    except ValueError:
        raise UsageError(f"row {number}: {cell!r} is no date", hint="write it like 2026-03-02") from None


def _entry(subject: str, day: date, kind: str, cell: str | None, number: int) -> JournalEntry:
    if not _KIND.fullmatch(kind):
        raise UsageError(f"column {kind!r} is no name", hint="use small letters, digits and _, like caffeine_mg")
    said = (cell or "").strip()
    if not said:
        return JournalEntry(subject, day, kind)
    if kind in CLOCKS:
        clock = _CLOCK.fullmatch(said)
        if clock is None:
            raise UsageError(f"row {number}: {kind} {said!r} is no clock time", hint="write it like 23:10")
        return JournalEntry(subject, day, kind, text=f"{int(clock[1]):02}:{clock[2]}")
    if kind in MOST:
        return JournalEntry(subject, day, kind, value=_bounded(kind, said, number))
    if kind == URGE:
        return JournalEntry(subject, day, kind, value=_strength(kind, said, number))
    try:
        value = float(said)
    except ValueError:
        return JournalEntry(subject, day, kind, text=said)
    return (
        JournalEntry(subject, day, kind, value=value)
        if math.isfinite(value)
        else JournalEntry(subject, day, kind, text=said)
    )


def _strength(kind: str, said: str, number: int) -> float:
    """A number from 0 (none) to 10, or yes or no: an answer that decides must not be passed over in silence."""
    try:
        value = _IN_A_WORD.get(said.casefold())
        value = float(said) if value is None else value
    except ValueError:
        value = math.nan
    if not 0 <= value <= 10:
        raise UsageError(f"row {number}: {kind} {said!r} is no number from 0 (none) to 10", hint="or write yes or no")
    return value


def _bounded(kind: str, said: str, number: int) -> float:
    try:
        value = float(said)
    except ValueError:
        value = math.nan
    if not 0 <= value <= MOST[kind] or (kind == AWAKENINGS and value != int(value)):
        what = "whole number" if kind == AWAKENINGS else "number of minutes"
        raise UsageError(f"row {number}: {kind} {said!r} is no {what} from 0 to {MOST[kind]}", hint="or leave it blank")
    return value


def _check_order(entries: Iterable[JournalEntry], number: int) -> None:
    entries = tuple(entries)
    clocks = {e.kind: e.text for e in entries if e.kind in CLOCKS and e.text}
    if LIGHTS_OFF not in clocks or GOT_UP not in clocks:
        return
    if _days_on(clocks) is None:
        raise UsageError(
            f"row {number}: got_up {clocks[GOT_UP]} is not after lights_off {clocks[LIGHTS_OFF]}",
            hint="date is that of the evening; a sleep across noon has at most 12 h",
        )
    if FELL_ASLEEP in clocks and _fell_asleep_after(clocks) is None:
        raise UsageError(
            f"row {number}: fell_asleep_at {clocks[FELL_ASLEEP]} is not between lights_off {clocks[LIGHTS_OFF]} and "
            f"got_up {clocks[GOT_UP]}",
            hint="all three on the clock of the bedroom",
        )
    awake_min = sum(e.value for e in entries if e.kind in (LATENCY, AWAKE) and e.value is not None)
    if timedelta(minutes=awake_min) > _in_bed(clocks):
        raise UsageError(
            f"row {number}: {awake_min:g} minutes awake are more than lie between lights_off {clocks[LIGHTS_OFF]} and "
            f"got_up {clocks[GOT_UP]}",
            hint="minutes_awake leaves out minutes_to_fall_asleep",
        )


def diary_of(entries: Iterable[JournalEntry], night_date: date, zone: str) -> Diary | None:
    """Lights off and getting up as instants, where both were noted for this night.

    Lights off lies between the noon of ``night_date`` and the next one, getting up within `LONGEST` of it: at 16:00 of
    the day after the evening for 08:00-16:00. Where a change of the clocks repeats a time, the first is meant.
    What else was noted of that sleep goes with them; a time of falling asleep that is not between them is left out.

    Parameters
    ----------
    entries : iterable of JournalEntry
        Of one person; those of other days and kinds are passed over.
    zone : str
        Of the person's clock: IANA name, or a fixed offset such as ``+02:00``.
    """
    mine = [e for e in entries if e.day == night_date]
    clocks = {e.kind: e.text for e in mine if e.text}
    if LIGHTS_OFF not in clocks or GOT_UP not in clocks:
        return None
    days_on = _days_on(clocks)
    if days_on is None:
        return None
    off_us = _instant_us(clocks[LIGHTS_OFF], night_date, zone)
    up_us = _instant_us(clocks[GOT_UP], night_date + timedelta(days=days_on), zone)
    if up_us <= off_us:
        return None
    values = {e.kind: e.value for e in mine if e.kind in MOST and e.value is not None}
    n_awakenings = values.get(AWAKENINGS)
    return Diary(
        off_us,
        up_us,
        latency_min=values.get(LATENCY),
        n_awakenings=None if n_awakenings is None else int(n_awakenings),
        awake_min=values.get(AWAKE),
        fell_asleep_us=_fell_asleep_us(clocks, night_date, zone, off_us, up_us),
    )


def urge_of(entries: Iterable[JournalEntry], night_date: date) -> float | None:
    """How strong the urge to move the legs was noted for this night, 0 (none) to 10; None where it was not."""
    return next((e.value for e in entries if e.kind == URGE and e.day == night_date), None)


def _days_on(clocks: Mapping[str, str]) -> int | None:
    """1 for a sleep that ends after the noon that follows it, 0 for one before; None where up is not after off."""
    off, up = _since_noon(clocks[LIGHTS_OFF]), _since_noon(clocks[GOT_UP])
    if up > off:
        return 0
    return 1 if up + timedelta(days=1) - off <= LONGEST else None


def _in_bed(clocks: Mapping[str, str]) -> timedelta:
    return _since_noon(clocks[GOT_UP]) - _since_noon(clocks[LIGHTS_OFF]) + timedelta(days=_days_on(clocks) or 0)


def _fell_asleep_after(clocks: Mapping[str, str]) -> timedelta | None:
    """How long after lights off, on the clock; None where that is not before getting up."""
    after = (_since_noon(clocks[FELL_ASLEEP]) - _since_noon(clocks[LIGHTS_OFF])) % timedelta(days=1)
    return after if after < _in_bed(clocks) else None


def _fell_asleep_us(clocks: Mapping[str, str], night_date: date, zone: str, off_us: int, up_us: int) -> int | None:
    if FELL_ASLEEP not in clocks or _fell_asleep_after(clocks) is None:
        return None
    across_noon = _since_noon(clocks[FELL_ASLEEP]) < _since_noon(clocks[LIGHTS_OFF])
    fell_us = _instant_us(clocks[FELL_ASLEEP], night_date + timedelta(days=across_noon), zone)
    return fell_us if off_us <= fell_us < up_us else None


def _since_noon(clock: str) -> timedelta:
    at = time.fromisoformat(clock)
    return timedelta(hours=(at.hour - 12) % 24, minutes=at.minute)


def _instant_us(clock: str, night_date: date, zone: str) -> int:
    at = time.fromisoformat(clock)
    day = night_date if at.hour >= 12 else night_date + timedelta(days=1)
    return microseconds(datetime.combine(day, at, tzinfo=zone_info(zone)))
