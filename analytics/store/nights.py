"""A stored night as the `Night` it was: what pages, reports and reviews work on.

The counterpart of `analytics.store.rows`, from the same declarations: what one of them writes, this reads back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

import duckdb
import numpy as np

from analytics.flag import Flag, stored_flag
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
    Fields,
)


def load_night(store: Store, key: NightKey, *, rulesets: frozenset[str] | None = None) -> Night | None:
    """One night with all of its parts, or None where there is none.

    Parameters
    ----------
    rulesets : frozenset of str or None
        Only the scores under these; None: all, by name. A measure that was not known is None.
    """
    with reading(store) as con:
        found = list(_rows(con, "night", {**NIGHT, "recordings": (None, "recordings")}, key, "night_date"))
        if not found:
            return None
        (night,) = found
        scores = [
            _score(con, key, name, hash_, Measures(**dict(zip(MEASURES, measures, strict=True))))
            for name, hash_, *measures in con.execute(
                f"SELECT ruleset, ruleset_hash, {', '.join(MEASURES)} FROM score"
                " WHERE subject = ? AND night_date = ? ORDER BY ruleset",
                list(key),
            ).fetchall()
            if rulesets is None or name in rulesets
        ]
        subject, night_date = key
        return Night(
            subject=subject,
            night_date=night_date,
            **{**night, "recordings": tuple(night["recordings"])},
            clocks=tuple(SensorClock(**row) for row in _rows(con, "sensor_clock", SENSOR_CLOCK, key, "recording")),
            speakers=tuple(Speaker(**row) for row in _rows(con, "speaker", SPEAKER, key, "recording")),
            bouts=tuple(Bout(**row) for row in _rows(con, "bout", BOUT, key, "start_at")),
            naps=tuple(Nap(**row) for row in _rows(con, "nap", NAP, key, "start_at")),
            blanks=tuple(Blank(**row) for row in _rows(con, "blank", BLANK, key, "start_at, end_at, kind")),
            envelopes=tuple(_envelopes(con, key)),
            possible=_possible(con, key),
            movements=tuple(Movement(**row) for row in _rows(con, "movement", MOVEMENT, key, "number")),
            scores=tuple(scores),
        )


def _rows(
    con: duckdb.DuckDBPyConnection,
    table: str,
    fields: Mapping[str, tuple[Any, str]],
    key: NightKey,
    order: str,
    *,
    ruleset: str | None = None,
) -> Iterator[dict[str, Any]]:
    """Rows of a table as the attributes their columns came from; instants as microseconds."""
    columns = [f"epoch_us({name})" if dtype is UTC_US else name for name, (dtype, _) in fields.items()]
    where = "subject = ? AND night_date = ?" + ("" if ruleset is None else " AND ruleset = ?")
    parameters = [*key, *([] if ruleset is None else [ruleset])]
    statement = f"SELECT {', '.join(columns)} FROM {table} WHERE {where} ORDER BY {order}"
    names = [attribute for _, attribute in fields.values()]
    for row in con.execute(statement, parameters).fetchall():
        yield dict(zip(names, row, strict=True))


def _envelopes(con: duckdb.DuckDBPyConnection, key: NightKey) -> Iterator[Envelope]:
    """Each put together from its rows."""
    fields: Fields = {**ENVELOPE}
    pieces = _rows(con, "envelope", {**fields, "max_mg": (None, "max_mg")}, key, "recording, site, leg, start_at")
    wholes = [list(rows) for _, rows in groupby(pieces, key=itemgetter("recording", "site", "leg"))]
    for rows in sorted(wholes, key=lambda rows: (rows[0]["start_us"], rows[0]["recording"])):
        values = np.concatenate([np.array(row["max_mg"], dtype=np.float32) for row in rows])
        yield Envelope(**{**rows[0], "max_mg": values})


def _possible(con: duckdb.DuckDBPyConnection, key: NightKey) -> PossibleNights | None:
    """The night's sleep with its doubt, put together from its rows; None where none were kept."""
    lists = {name: (None, name) for name in ("p_sleep", "possible")}
    rows = list(_rows(con, "half_minutes", {**HALF_MINUTES, **lists}, key, "start_at"))
    if not rows:
        return None
    p_sleep = np.concatenate([np.array(row["p_sleep"], dtype=np.float32) for row in rows])
    paths = np.concatenate([unpacked(row["possible"], len(row["p_sleep"])) for row in rows], axis=1)
    return possible_nights(rows[0]["start_us"], p_sleep, paths)


def _score(con: duckdb.DuckDBPyConnection, key: NightKey, ruleset: str, ruleset_hash: str, measures: Measures) -> Score:
    events = {**EVENT, "parts": (None, "parts")}
    return Score(
        ruleset=ruleset,
        ruleset_hash=ruleset_hash,
        measures=measures,
        events=tuple(
            Event(**{**row, "parts": tuple(row["parts"])})
            for row in _rows(con, "event", events, key, "movement_no", ruleset=ruleset)
        ),
        series=tuple(Series(**row) for row in _rows(con, "series_row", SERIES, key, "series_no", ruleset=ruleset)),
        flags=tuple(_flags(con, key, ruleset)),
    )


def _flags(con: duckdb.DuckDBPyConnection, key: NightKey, ruleset: str) -> Iterator[Flag]:
    """Raised ones first."""
    fields = {name: (None, name) for name in ("name", "raised", "criteria", "reason")}
    for row in _rows(con, "flag", fields, key, "raised DESC, name", ruleset=ruleset):
        yield stored_flag(row["name"], row["criteria"], row["reason"], raised=row["raised"])
