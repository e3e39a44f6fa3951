"""What the page of one night draws, all of it from one moment of the store. Nothing here judges or counts anew."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import polars as pl

from analytics.review.moments import milliseconds, offsets
from analytics.store import Store, frames
from ingest.errors import UsageError

_KEY = "subject = ? AND night_date = ?"
_NIGHT = f"SELECT * FROM nights WHERE {_KEY}"
_FLAGS = f"""
SELECT name, raised, reason, criteria FROM flag
WHERE {_KEY} AND ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset') ORDER BY raised DESC, name
"""
_EVENTS = f"""
WITH judged AS (
    SELECT * FROM event
    WHERE {_KEY} AND ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset')
), seen AS (SELECT number, peak_g, threshold_g FROM movement WHERE {_KEY})
SELECT j.movement_no, epoch_ms(j.onset_at) AS onset, epoch_ms(j.offset_at) AS offset_, j.leg, j.label, j.sleep_state,
    j.imi_s, j.series_no, j.is_clm, j.is_plm, j.confidence, 1000 * s.peak_g AS peak_mg, 1000 * s.threshold_g AS threshold_mg
FROM judged j LEFT JOIN seen s ON s.number = j.lead ORDER BY j.movement_no
"""
_BOUTS = f"SELECT epoch_ms(start_at) AS s, epoch_ms(end_at) AS e, state FROM bout WHERE {_KEY} ORDER BY start_at"
_STAGES = f"SELECT epoch_ms(start_at) AS s, epoch_ms(end_at) AS e, stage FROM sleep_stages WHERE {_KEY} ORDER BY ALL"
_HEART = f"SELECT epoch_ms(minute_at) AS t, heart_bpm FROM heart_rate WHERE {_KEY} ORDER BY minute_at"
_JOURNAL = "SELECT kind, value, text FROM journal WHERE subject = ? AND day = ? ORDER BY kind"
_SENSORS = """
SELECT r.path, r.format, r.device, r.site, r.side, r.rate_hz_true, r.tz_source, r.warnings
FROM recordings r
WHERE list_contains((SELECT recordings FROM night WHERE subject = ? AND night_date = ?), r.sha256) ORDER BY r.side
"""


def night_payload(store: Store, subject: str, night_date: date) -> dict[str, Any]:
    """One night as the page draws it.

    Raises
    ------
    UsageError
        There is no such night.
    StoreError
    """
    key = (subject, night_date)
    night, flags, events, bouts, stages, heart, journal, sensors = frames(
        store,
        (_NIGHT, key),
        (_FLAGS, key),
        (_EVENTS, key * 2),
        (_BOUTS, key),
        (_STAGES, key),
        (_HEART, key),
        (_JOURNAL, key),
        (_SENSORS, key),
    )
    if night.is_empty():
        raise UsageError(f"no night {night_date} of {subject}", hint="go back to all nights")
    (row,) = night.to_dicts()
    return {
        "night": {name: _plain(value) for name, value in row.items()},
        "offsets": offsets(row["tz"], row["recorded_from"], row["recorded_to"]),
        "flags": [flag | {"criteria": json.loads(flag["criteria"])} for flag in flags.to_dicts()],
        "events": events.rename({"offset_": "offset"}).to_dict(as_series=False),
        "bouts": [list(bout) for bout in bouts.iter_rows()],
        "stages": [list(stage) for stage in stages.iter_rows()],
        "heart": _known(heart),
        "journal": journal.to_dicts(),
        "sensors": sensors.to_dicts(),
    }


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return milliseconds(value)
    return value.isoformat() if isinstance(value, date) else value


def _known(heart: pl.DataFrame) -> list[list[float]]:
    return [list(minute) for minute in heart.drop_nulls().iter_rows()]
