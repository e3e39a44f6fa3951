"""Which table a part of a `Night` goes to, and under which column names.

One declaration a table, column by column beside the attribute it comes from: what the analysis calls ``onset_us``
is ``onset_at`` here, because a database knows instants and a model only numbers.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from operator import attrgetter
from typing import Any

import polars as pl

from analytics.flag import Flag
from analytics.levels import written
from analytics.model import Envelope, Night, Score
from analytics.sleep.possible import packed
from analytics.sleep.states import EPOCH_S
from analytics.store.database.tables import UTC_US, Columns, frame_of, plain

#: Column: its type, and the attribute it comes from.
Fields = dict[str, tuple[pl.DataType | type[pl.DataType], str]]

_KEY: Columns = {"subject": pl.String, "night_date": pl.Date}
_SCORE_KEY: Columns = {**_KEY, "ruleset": pl.String}

NIGHT: Fields = {
    "zone": (pl.String, "zone"),
    "site": (pl.String, "site"),
    "legs": (pl.String, "legs"),
    "recorded_from": (UTC_US, "recorded_from_us"),
    "recorded_to": (UTC_US, "recorded_to_us"),
    "recorded_h": (pl.Float64, "recorded_h"),
    "recorded_share": (pl.Float64, "recorded_share"),
    "unworn_h": (pl.Float64, "unworn_h"),
    "short_gaps_per_h": (pl.Float64, "short_gaps_per_h"),
    "longest_gap_s": (pl.Float64, "longest_gap_s"),
    "sleep_source": (pl.String, "sleep_source"),
    "in_bed_at": (UTC_US, "in_bed_us"),
    "sleep_onset_at": (UTC_US, "sleep_onset_us"),
    "onset_sd_min": (pl.Float64, "onset_sd_min"),
    "wake_at": (UTC_US, "wake_us"),
    "tst_h": (pl.Float64, "tst_h"),
    "waso_min": (pl.Float64, "waso_min"),
    "sleep_efficiency": (pl.Float64, "sleep_efficiency"),
    "blind_below_mg": (pl.Float64, "blind_below_mg"),
    "tier": (pl.String, "tier"),
    "assessable": (pl.Boolean, "assessable"),
    "not_assessable_reason": (pl.String, "not_assessable_reason"),
    "n_hypnic_jerks": (pl.Int32, "n_hypnic_jerks"),
    "leg_offset_s": (pl.Float64, "leg_offset_s"),
    "leg_drift_ppm": (pl.Float64, "leg_drift_ppm"),
    "leg_alignment_confidence": (pl.Float64, "leg_alignment_confidence"),
    "window_from": (UTC_US, "window_from_us"),
    "window_to": (UTC_US, "window_to_us"),
    "sleep_doubt_h": (pl.Float64, "sleep_doubt_h"),
    "hidden_h": (pl.Float64, "hidden_h"),
    "wear_doubt_h": (pl.Float64, "wear_doubt_h"),
    "tst_low_h": (pl.Float64, "tst_low_h"),
    "tst_high_h": (pl.Float64, "tst_high_h"),
    "waso_low_min": (pl.Float64, "waso_low_min"),
    "waso_high_min": (pl.Float64, "waso_high_min"),
    "sleep_onset_low_at": (UTC_US, "onset_low_us"),
    "sleep_onset_high_at": (UTC_US, "onset_high_us"),
    "criteria_hash": (pl.String, "criteria_hash"),
    "version": (pl.String, "version"),
}
BOUT: Fields = {
    "start_at": (UTC_US, "start_us"),
    "end_at": (UTC_US, "end_us"),
    "state": (pl.String, "state"),
}
NAP: Fields = {
    "start_at": (UTC_US, "start_us"),
    "end_at": (UTC_US, "end_us"),
    "asleep_h": (pl.Float64, "asleep_h"),
}
BLANK: Fields = {
    "start_at": (UTC_US, "start_us"),
    "end_at": (UTC_US, "end_us"),
    "kind": (pl.String, "kind"),
}
SENSOR_CLOCK: Fields = {
    "recording": (pl.String, "recording"),
    "leg": (pl.String, "leg"),
    "stays": (pl.Boolean, "stays"),
    "shared_h": (pl.Float64, "shared_h"),
    "confidence": (pl.Float64, "confidence"),
    "compared_at": (UTC_US, "compared_us"),
    "behind_s": (pl.Float64, "behind_s"),
    "drift_ppm": (pl.Float64, "drift_ppm"),
    "uncertain_s": (pl.Float64, "uncertain_s"),
}
SPEAKER: Fields = {
    "recording": (pl.String, "recording"),
    "leg": (pl.String, "leg"),
    "recorded_h": (pl.Float64, "recorded_h"),
    "shared_h": (pl.Float64, "shared_h"),
    "speaks_h": (pl.Float64, "speaks_h"),
    "note": (pl.String, "note"),
}
ENVELOPE: Fields = {
    "recording": (pl.String, "recording"),
    "site": (pl.String, "site"),
    "leg": (pl.String, "leg"),
    "start_at": (UTC_US, "start_us"),
    "step_s": (pl.Float64, "step_s"),
}
MOVEMENT: Fields = {
    "number": (pl.Int32, "number"),
    "recording": (pl.String, "recording"),
    "site": (pl.String, "site"),
    "leg": (pl.String, "leg"),
    "onset_at": (UTC_US, "onset_us"),
    "offset_at": (UTC_US, "offset_us"),
    "peak_g": (pl.Float64, "peak_g"),
    "threshold_g": (pl.Float64, "threshold_g"),
    "core_s": (pl.Float64, "core_s"),
    "posture_change_deg": (pl.Float64, "posture_change_deg"),
    "n_bursts": (pl.Int32, "n_bursts"),
    "shape": (pl.String, "shape"),
    "slow_over_fast": (pl.Float64, "slow_over_fast"),
}
EVENT: Fields = {
    "movement_no": (pl.Int32, "movement_no"),
    "lead": (pl.Int32, "lead"),
    "leg": (pl.String, "leg"),
    "onset_at": (UTC_US, "onset_us"),
    "offset_at": (UTC_US, "offset_us"),
    "is_lm": (pl.Boolean, "is_lm"),
    "is_clm": (pl.Boolean, "is_clm"),
    "is_plm": (pl.Boolean, "is_plm"),
    "imi_s": (pl.Float64, "imi_s"),
    "series_no": (pl.Int32, "series_no"),
    "sleep_state": (pl.String, "sleep_state"),
    "label": (pl.String, "label"),
    "p_near_onset": (pl.Float64, "p_near_onset"),
    "confidence": (pl.Float64, "confidence"),
    "p_sleep": (pl.Float64, "p_sleep"),
}
#: Columns of an event that the database has as thousandths.
_CHANCES = ("p_near_onset", "confidence", "p_sleep")
SERIES: Fields = {
    "series_no": (pl.Int32, "series_no"),
    "start_at": (UTC_US, "start_us"),
    "end_at": (UTC_US, "end_us"),
    "n_movements": (pl.Int32, "n_movements"),
    "n_in_sleep": (pl.Int32, "n_in_sleep"),
    "median_imi_s": (pl.Float64, "median_imi_s"),
    "perhaps_not_own": (pl.Boolean, "perhaps_not_own"),
}
_FLAG: Columns = {
    "name": pl.String,
    "raised": pl.Boolean,
    "state": pl.String,
    "criteria": pl.String,
    "reason": pl.String,
}

#: The columns of ``score`` that hold `analytics.measures.Measures`; what is not known is NULL.
MEASURES: Columns = {
    "wake_h": pl.Float64,
    "n_lm": pl.Int32,
    "n_clm": pl.Int32,
    "n_plm": pl.Int32,
    "n_plms": pl.Int32,
    "n_plmw": pl.Int32,
    "plms_index": pl.Float64,
    "plms_index_low": pl.Float64,
    "plms_index_high": pl.Float64,
    "plmw_index": pl.Float64,
    "n_series": pl.Int32,
    "n_series_in_sleep": pl.Int32,
    "periodicity_index_share": pl.Float64,
    "periodicity_index_runs": pl.Float64,
    "n_imi": pl.Int32,
    "n_imi_short": pl.Int32,
    "n_imi_in": pl.Int32,
    "n_imi_long": pl.Int32,
    "share_imi_20_40": pl.Float64,
    "median_imi_s": pl.Float64,
    "imi_geometric_mean_s": pl.Float64,
    "imi_geometric_sd": pl.Float64,
    "n_isolated": pl.Int32,
    "n_short_interval": pl.Int32,
    "n_plmsnr": pl.Int32,
    "n_plms_arousal": pl.Int32,
    "series_length_mean": pl.Float64,
    "series_length_median": pl.Float64,
    "series_length_max": pl.Int32,
    "series_duration_mean_s": pl.Float64,
    "series_duration_max_s": pl.Float64,
    "lm_per_h": pl.Float64,
    "periodicity_unstable": pl.Boolean,
    "plms_rate_low": pl.Float64,
    "plms_rate_high": pl.Float64,
    "plms_index_sure": pl.Float64,
    "median_peak_mg": pl.Float64,
}

#: Steps of an envelope in a row. A list is read together with those of some thousand rows around it, so a night in one
#: row would cost as much as all nights.
ENVELOPE_STEPS = 600
#: The sleep of a night with its doubt, in rows of as many half minutes; ``p_sleep`` and ``possible`` come on top.
HALF_MINUTES: Fields = {"start_at": (UTC_US, "start_us"), "step_s": (pl.Float64, "step_s")}


def night_frames(nights: Sequence[Night]) -> dict[str, pl.DataFrame]:
    """The rows of all tables for these nights, a frame a table.

    Raises
    ------
    StoreError
        A score has a measure for which there is no column.
    """
    scored = [(night, score) for night in nights for score in night.scores]
    return {
        "night": _night_frame(nights),
        "sensor_clock": _parts(((_key(n), c) for n in nights for c in n.clocks), _KEY, SENSOR_CLOCK),
        "speaker": _parts(((_key(n), s) for n in nights for s in n.speakers), _KEY, SPEAKER),
        "bout": _parts(((_key(n), b) for n in nights for b in n.bouts), _KEY, BOUT),
        "nap": _parts(((_key(n), x) for n in nights for x in n.naps), _KEY, NAP),
        "blank": _parts(((_key(n), b) for n in nights for b in n.blanks), _KEY, BLANK),
        "envelope": _envelope_frame(nights),
        "half_minutes": _half_minutes_frame(nights),
        "movement": _parts(((_key(n), m) for n in nights for m in n.movements), _KEY, MOVEMENT),
        "score": _score_frame(scored),
        "event_row": _event_frame(scored),
        "series_row": _parts(((_score_key(n, s), x) for n, s in scored for x in s.series), _SCORE_KEY, SERIES),
        "flag": frame_of(
            [(*_score_key(n, s), *_flag_row(f)) for n, s in scored for f in s.flags], {**_SCORE_KEY, **_FLAG}
        ),
    }


def _night_frame(nights: Sequence[Night]) -> pl.DataFrame:
    frame = _parts(((_key(night), night) for night in nights), _KEY, NIGHT)
    recordings = [sorted(night.recordings) for night in nights]
    return frame.with_columns(pl.Series("recordings", recordings, dtype=pl.List(pl.String)))


def _envelope_frame(nights: Sequence[Night]) -> pl.DataFrame:
    pieces = [(_key(night), piece) for night in nights for whole in night.envelopes for piece in _pieces(whole)]
    frame = _parts(iter(pieces), _KEY, ENVELOPE)
    return frame.with_columns(pl.Series("levels", [written(piece.max_mg) for _, piece in pieces], dtype=pl.String))


def _pieces(whole: Envelope) -> Iterator[Envelope]:
    """Short envelopes one after the other."""
    for first in range(0, len(whole.max_mg), ENVELOPE_STEPS):
        start_us = whole.start_us + round(first * whole.step_s * 1e6)
        yield replace(whole, start_us=start_us, max_mg=whole.max_mg[first : first + ENVELOPE_STEPS])


def _half_minutes_frame(nights: Sequence[Night]) -> pl.DataFrame:
    rows = []
    for night in nights:
        if (known := night.possible) is None:
            continue
        for first in range(0, len(known.p_sleep), ENVELOPE_STEPS):
            piece = slice(first, first + ENVELOPE_STEPS)
            start_us = known.start_us + round(first * EPOCH_S * 1e6)
            chances = [None if math.isnan(p) else p for p in known.p_sleep[piece].tolist()]
            rows.append((*_key(night), start_us, EPOCH_S, chances, packed(known.paths[:, piece])))
    columns = {column: dtype for column, (dtype, _) in HALF_MINUTES.items()}
    return frame_of(rows, {**_KEY, **columns, "p_sleep": pl.List(pl.Float32), "possible": pl.Binary})


def _event_frame(scored: Sequence[tuple[Night, Score]]) -> pl.DataFrame:
    """Of one movement one row after the other: what rule sets agree on takes no room, nor does what its lead says."""
    frame = _parts(((_score_key(n, s), e) for n, s in scored for e in s.events), _SCORE_KEY, EVENT)
    parts = _lists("parts", [event.parts for _, score in scored for event in score.events])
    leads = [_lead_us(night) for night, _ in scored]
    told = [
        of.get(event.lead, (None, None)) for of, (_, score) in zip(leads, scored, strict=True) for event in score.events
    ]
    lead = pl.DataFrame(told, schema={"onset": UTC_US, "offset": UTC_US}, orient="row")
    whole = frame.with_columns(parts, *lead).sort("night_date", "subject", "onset_at", "ruleset", maintain_order=True)
    return whole.select(
        *_SCORE_KEY, "movement_no", "lead", "leg", "is_lm", "is_clm", "is_plm", "series_no", "sleep_state", "label",
        pl.when(pl.col("parts") != pl.concat_list("lead")).then("parts"),
        pl.when(pl.col("onset_at").ne_missing(pl.col("onset"))).then("onset_at"),
        pl.when(pl.col("offset_at").ne_missing(pl.col("offset"))).then("offset_at"),
        (1000 * pl.col("imi_s")).round().cast(pl.Int32).alias("imi_ms"),
        *((1000 * pl.col(name)).round().cast(pl.Int16).alias(f"{name}_permille") for name in _CHANCES),
    )  # fmt: skip


def _lead_us(night: Night) -> dict[int, tuple[int, int]]:
    """Onset and offset of each movement, by its number."""
    return {m.number: (m.onset_us, m.offset_us) for m in night.movements}


def _lists(name: str, values: Sequence[Sequence[int]]) -> pl.Series:
    """A column of lists. Of Python's own lists polars makes one series a row, half of the time of a night."""
    if not all(values):
        return pl.Series(name, [list(one) for one in values], dtype=pl.List(pl.Int32))
    row = [number for number, one in enumerate(values) for _ in one]
    flat = pl.DataFrame(
        {"row": row, name: [item for one in values for item in one]}, schema={"row": pl.Int64, name: pl.Int32}
    )
    return flat.group_by("row", maintain_order=True).agg(name)[name]


def _score_frame(scored: Sequence[tuple[Night, Score]]) -> pl.DataFrame:
    rows = [
        (*_score_key(night, score), score.ruleset_hash, *(getattr(score.measures, name) for name in MEASURES))
        for night, score in scored
    ]
    return frame_of(rows, {**_SCORE_KEY, "ruleset_hash": pl.String, **MEASURES})


def _parts(items: Iterator[tuple[tuple[object, ...], Any]], key: Columns, fields: Fields) -> pl.DataFrame:
    """One row an item: its key, then the attributes that ``fields`` names."""
    values = attrgetter(*(attribute for _, attribute in fields.values()))
    rows = [(*item_key, *values(item)) for item_key, item in items]
    return frame_of(rows, {**key, **{column: dtype for column, (dtype, _) in fields.items()}})


def _flag_row(flag: Flag) -> tuple[object, ...]:
    criteria = json.dumps([plain(asdict(criterion)) for criterion in flag.criteria], ensure_ascii=False)
    return flag.name, flag.raised, flag.state, criteria, flag.reason


def _key(night: Night) -> tuple[object, ...]:
    return night.subject, night.night_date


def _score_key(night: Night, score: Score) -> tuple[object, ...]:
    return night.subject, night.night_date, score.ruleset
