"""What the analysis of a night uses of the sleep journal.

The fields stand in `analytics.journal.fields`, how cells are read in `analytics.journal.cells`. ``lights_off`` and
``got_up``, local clock times, become together the `analytics.sleep.diary.Diary` of a night, with what else was noted of
that sleep; without ``urge_to_move`` no one has restless legs. Symptoms `analytics.nights.patterns` counts over days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from analytics.journal.fields import AWAKE, AWAKENINGS, FELL_ASLEEP, GOT_UP, LATENCY, LIGHTS_OFF, TEMPLATE, URGE
from analytics.journal.order import after_lights_off, days_on, since_noon
from analytics.journal.rows import noted_of
from analytics.said import JournalEntry
from analytics.sleep.diary import Diary
from ingest.clock import microseconds, zone_info
from ingest.errors import UsageError

__all__ = ["READ_BY_ANALYSIS", "TEMPLATE", "diary_of", "entries_of", "urge_of"]

_CLOCKS = (LIGHTS_OFF, FELL_ASLEEP, GOT_UP)
_AMOUNTS = (LATENCY, AWAKENINGS, AWAKE)
#: What the analysis of a night reads.
READ_BY_ANALYSIS = (*_CLOCKS, *_AMOUNTS, URGE)


def entries_of(rows: Iterable[Mapping[str, str | None]], *, subject: str) -> tuple[JournalEntry, ...]:
    """Read rows of which every cell must be right; see `analytics.journal.rows.noted_of`.

    Raises
    ------
    UsageError
        The first cell that makes no sense, or day that is there twice; names the row, from 1.
    """
    noted = noted_of(enumerate(rows, start=1), subject=subject)
    for problem in noted.problems:
        raise UsageError(f"row {problem.line}: {problem.column} {problem.what}", hint=problem.hint)
    return noted.entries


def diary_of(entries: Iterable[JournalEntry], night_date: date, zone: str) -> Diary | None:
    """Lights off and getting up as instants, where both were noted for this night.

    Lights off lies between the noon of ``night_date`` and the next one, getting up within 12 h of it: at 16:00 of
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
    across = days_on(clocks)
    if across is None:
        return None
    off_us = _instant_us(clocks[LIGHTS_OFF], night_date, zone)
    up_us = _instant_us(clocks[GOT_UP], night_date + timedelta(days=across), zone)
    if up_us <= off_us:
        return None
    values = {e.kind: e.value for e in mine if e.kind in _AMOUNTS and e.value is not None}
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


def _fell_asleep_us(clocks: Mapping[str, str], night_date: date, zone: str, off_us: int, up_us: int) -> int | None:
    if FELL_ASLEEP not in clocks or after_lights_off(clocks, FELL_ASLEEP) is None:
        return None
    across_noon = since_noon(clocks[FELL_ASLEEP]) < since_noon(clocks[LIGHTS_OFF])
    fell_us = _instant_us(clocks[FELL_ASLEEP], night_date + timedelta(days=across_noon), zone)
    return fell_us if off_us <= fell_us < up_us else None


def _instant_us(clock: str, night_date: date, zone: str) -> int:
    at = time.fromisoformat(clock)
    day = night_date if at.hour >= 12 else night_date + timedelta(days=1)
    return microseconds(datetime.combine(day, at, tzinfo=zone_info(zone)))
