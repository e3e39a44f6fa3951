"""A stored night as the `Night` it was: what pages, reports and reviews work on.

The counterpart of `analytics.store.rows`, from the same declarations: what one of them writes, this reads back.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import duckdb
import numpy as np

from analytics.circles import nothing_to_collect
from analytics.flag import stored_flag
from analytics.levels import from_written
from analytics.measures import Measures
from analytics.model import Blank, Bout, Envelope, Event, Movement, Nap, Night, Score, Series, Speaker
from analytics.signal.clocks import SensorClock
from analytics.sleep.possible import PossibleNights, possible_nights, unpacked
from analytics.store.database.connection import Store, reading
from analytics.store.database.tables import UTC_US
from analytics.store.read import NightKey
from analytics.store.rows import (
    BLANK,
    BOUT,
    ENVELOPE,
    EVENT,
    HALF_MINUTES,
    MEASURES,
    MOVEMENT,
    NAP,
    NIGHT,
    SENSOR_CLOCK,
    SERIES,
    SPEAKER,
)

#: So many nights are read by one question a table: their rows are held twice meanwhile.
NIGHTS_AT_ONCE = 31

_ROW = dict[str, Any]
#: The rows of some nights, by their date.
_ByNight = Mapping[date, Sequence[_ROW]]


class _Span(NamedTuple):
    """Nights of one person from one evening to another, both included."""

    subject: str
    first: date
    last: date


def load_night(store: Store, key: NightKey, *, rulesets: frozenset[str] | None = None) -> Night | None:
    """One night with all of its parts, or None where there is none.

    Parameters
    ----------
    rulesets : frozenset of str or None
        Only the scores under these; None: all, by name. A measure that was not known is None.
    """
    subject, night_date = key
    with reading(store) as con:
        return _nights(con, _Span(subject, night_date, night_date), rulesets).get(night_date)


def load_nights(
    store: Store,
    subject: str,
    dates: Sequence[date],
    *,
    rulesets: frozenset[str] | None = None,
    movements_of: Container[date] | None = None,
) -> dict[date, Night]:
    """Nights of one person, by date, each as `load_night` gives it: a year in a tenth of its questions.

    Parameters
    ----------
    dates : sequence of date
        Of the evenings, in order. One without a night is missing from what is returned.
    rulesets : frozenset of str or None
        As for `load_night`.
    movements_of : container of date or None
        The nights whose movements are read, a third of all that there is to read; None: all. Events are read of all.
    """
    found: dict[date, Night] = {}
    with reading(store) as con, nothing_to_collect():  # a year is a million rows
        for first in range(0, len(dates), NIGHTS_AT_ONCE):
            some = dates[first : first + NIGHTS_AT_ONCE]
            read = _nights(con, _Span(subject, some[0], some[-1]), rulesets, movements_of)
            found |= {day: read[day] for day in some if day in read}
    return found


def _nights(
    con: duckdb.DuckDBPyConnection,
    span: _Span,
    rulesets: frozenset[str] | None,
    movements_of: Container[date] | None = None,
) -> dict[date, Night]:
    nights = _rows(con, "night", {**NIGHT, "recordings": (None, "recordings")}, span, "night_date")
    if not nights:
        return {}
    clocks = _rows(con, "sensor_clock", SENSOR_CLOCK, span, "recording")
    speakers = _rows(con, "speaker", SPEAKER, span, "recording")
    bouts = _rows(con, "bout", BOUT, span, "start_at")
    naps = _rows(con, "nap", NAP, span, "start_at")
    blanks = _rows(con, "blank", BLANK, span, "start_at, end_at, kind")
    envelopes = _rows(con, "envelope", {**ENVELOPE, "levels": (None, "levels")}, span, "recording, site, leg, start_at")
    possible = _half_minutes(con, span)
    moved = [day for day in nights if movements_of is None or day in movements_of]
    movements = _rows(con, "movement", MOVEMENT, _Span(span.subject, moved[0], moved[-1]), "number") if moved else {}
    scores = _scores(con, span, rulesets)
    return {
        day: Night(
            subject=span.subject,
            night_date=day,
            **{**night, "recordings": tuple(night["recordings"])},
            clocks=tuple(SensorClock(**row) for row in clocks.get(day, ())),
            speakers=tuple(Speaker(**row) for row in speakers.get(day, ())),
            bouts=tuple(Bout(**row) for row in bouts.get(day, ())),
            naps=tuple(Nap(**row) for row in naps.get(day, ())),
            blanks=tuple(Blank(**row) for row in blanks.get(day, ())),
            envelopes=tuple(_envelopes(envelopes.get(day, ()))),
            possible=_possible(possible.get(day, ())),
            movements=tuple(Movement(**row) for row in (movements.get(day, ()) if day in moved else ())),
            scores=tuple(scores.get(day, ())),
        )
        for day, (night,) in nights.items()
    }


def _rows(
    con: duckdb.DuckDBPyConnection,
    table: str,
    fields: Mapping[str, tuple[Any, str]],
    span: _Span,
    order: str,
    *,
    ruleset: str | None = None,
) -> _ByNight:
    """Rows of a table as the attributes their columns came from; instants as microseconds."""
    columns = [f"epoch_us({name})" if dtype is UTC_US else name for name, (dtype, _) in fields.items()]
    where = "subject = ? AND night_date BETWEEN ? AND ?" + ("" if ruleset is None else " AND ruleset = ?")
    parameters = [*span, *([] if ruleset is None else [ruleset])]
    statement = f"SELECT night_date, {', '.join(columns)} FROM {table} WHERE {where} ORDER BY night_date, {order}"
    names = [attribute for _, attribute in fields.values()]
    found: dict[date, list[_ROW]] = {}
    for night_date, *row in con.execute(statement, parameters).fetchall():
        found.setdefault(night_date, []).append(dict(zip(names, row, strict=True)))
    return found


def _envelopes(pieces: Sequence[_ROW]) -> Iterator[Envelope]:
    """Each put together from its rows."""
    wholes = [list(rows) for _, rows in groupby(pieces, key=itemgetter("recording", "site", "leg"))]
    for rows in sorted(wholes, key=lambda rows: (rows[0]["start_us"], rows[0]["recording"])):
        about = {name: value for name, value in rows[0].items() if name != "levels"}
        yield Envelope(**about, max_mg=from_written("".join(row["levels"] for row in rows)))


def _half_minutes(con: duckdb.DuckDBPyConnection, span: _Span) -> _ByNight:
    lists = {name: (None, name) for name in ("p_sleep", "possible")}
    return _rows(con, "half_minutes", {**HALF_MINUTES, **lists}, span, "start_at")


def _possible(rows: Sequence[_ROW]) -> PossibleNights | None:
    """The night's sleep with its doubt, put together from its rows; None where none were kept."""
    if not rows:
        return None
    p_sleep = np.concatenate([np.array(row["p_sleep"], dtype=np.float32) for row in rows])
    paths = np.concatenate([unpacked(row["possible"], len(row["p_sleep"])) for row in rows], axis=1)
    return possible_nights(rows[0]["start_us"], p_sleep, paths)


def _scores(
    con: duckdb.DuckDBPyConnection, span: _Span, rulesets: frozenset[str] | None
) -> Mapping[date, Sequence[Score]]:
    """The scores of each night, by the name of their rule set."""
    measures: Mapping[str, tuple[Any, str]] = {name: (None, name) for name in ("ruleset", "ruleset_hash", *MEASURES)}
    rows = [
        (day, row)
        for day, found in _rows(con, "score", measures, span, "ruleset").items()
        for row in found
        if rulesets is None or row["ruleset"] in rulesets
    ]
    parts = {name: _scored(con, span, name) for name in dict.fromkeys(row["ruleset"] for _, row in rows)}
    made: dict[date, list[Score]] = {}
    for day, row in rows:
        events, series, flags = (of.get(day, ()) for of in parts[row["ruleset"]])
        score = Score(
            ruleset=row.pop("ruleset"),
            ruleset_hash=row.pop("ruleset_hash"),
            measures=Measures(**row),
            events=tuple(Event(**{**event, "parts": tuple(event["parts"])}) for event in events),
            series=tuple(Series(**run) for run in series),
            flags=tuple(
                stored_flag(flag["name"], flag["criteria"], flag["reason"], raised=flag["raised"]) for flag in flags
            ),
        )
        made.setdefault(day, []).append(score)
    return made


def _scored(con: duckdb.DuckDBPyConnection, span: _Span, ruleset: str) -> tuple[_ByNight, _ByNight, _ByNight]:
    """Events, series and flags under one rule set; raised flags first."""
    flags = {name: (None, name) for name in ("name", "raised", "criteria", "reason")}
    return (
        _rows(con, "event", {**EVENT, "parts": (None, "parts")}, span, "movement_no", ruleset=ruleset),
        _rows(con, "series_row", SERIES, span, "series_no", ruleset=ruleset),
        _rows(con, "flag", flags, span, "raised DESC, name", ruleset=ruleset),
    )
