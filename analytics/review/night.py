"""What the page of one night draws: the stored night and what was said of it. Nothing here judges or counts anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from itertools import compress, groupby
from operator import itemgetter
from typing import Any

import numpy as np
import polars as pl

from analytics.flag import Flag
from analytics.journal.fields import place_of, says_of
from analytics.model import Envelope, Event, Movement, Night, Score
from analytics.nights.doubt import beside, footing_of, not_own_words, onset_doubt_of, onset_span_us
from analytics.nights.unusual import unusual
from analytics.person import Person
from analytics.phrases import clock_words, interval_words, long_sleep, ruleset_words, unusual_line
from analytics.pictures import by_hour, intervals, likely_sleep
from analytics.pictures.drawing import patterns
from analytics.pictures.night_rows import awake_legend, legend, likely_legend
from analytics.pictures.scales import clock
from analytics.review.beside import Ask, among, of_people
from analytics.review.edits.answering import edited_with
from analytics.review.moments import milliseconds, offsets
from analytics.review.page import Page
from analytics.review.verdicts import review_of_night
from analytics.scoring.rulesets import DEFAULT_RULESET, Ruleset
from analytics.store import NightKey, people_of, reviews_of
from analytics.store.edits.asking import Row
from analytics.store.edits.kept import night_under
from analytics.words import BLANKS, CLOCK_STAYS, MEASURES, NOT_KNOWN
from ingest.clock import zone_info
from ingest.errors import UsageError

#: Of all nights of a person: to plan the view takes far longer than to read it, and the next night is asked for soon.
_NIGHTS = "SELECT * FROM nights WHERE subject IN ({PEOPLE})"
_STAGES = """
SELECT subject, night_date, epoch_ms(start_at), epoch_ms(end_at), stage FROM sleep_stages
WHERE subject IN ({PEOPLE}) AND night_date IN ({DAYS}) ORDER BY ALL
"""
_HEART = """
SELECT subject, night_date, epoch_ms(minute_at), heart_bpm FROM heart_rate
WHERE subject IN ({PEOPLE}) AND night_date IN ({DAYS}) AND heart_bpm IS NOT NULL ORDER BY minute_at
"""
_WARMTH = """
SELECT t.subject, t.night_date, t.recording, r.side, epoch_ms(t.minute_at), round(t.celsius, 1) FROM temperature t
JOIN recordings r ON r.sha256 = t.recording
JOIN night n ON n.subject = t.subject AND n.night_date = t.night_date AND list_contains(n.recordings, t.recording)
WHERE t.subject IN ({PEOPLE}) AND t.night_date IN ({DAYS}) AND t.celsius IS NOT NULL
ORDER BY r.side, t.recording, t.minute_at
"""
_JOURNAL = """
SELECT subject, day AS night_date, kind, value, text FROM journal WHERE subject IN ({PEOPLE}) AND day IN ({DAYS})
"""
_SENSORS = """
SELECT n.subject, n.night_date, path, format, device, r.site, side, rate_hz_true, warnings,
    c.stays, c.behind_s, c.drift_ppm, c.confidence
FROM night n
JOIN recordings r ON list_contains(n.recordings, r.sha256)
LEFT JOIN sensor_clocks c ON c.subject = n.subject AND c.night_date = n.night_date AND c.recording = r.sha256
WHERE n.subject IN ({PEOPLE}) AND n.night_date IN ({DAYS}) ORDER BY side, path
"""
_BESIDE = (_STAGES, _HEART, _WARMTH, _JOURNAL, _SENSORS)
#: Whether any recording of a person has what the first three ask for: of most people none has, and a view that answers
#: nothing takes DuckDB as long to plan as one that does.
_HAS = """
SELECT subject, bool_or(len(stages) > 0) AS stages, bool_or(len(heart) > 0) AS heart,
    bool_or(len(temperature) > 0) AS temperature
FROM recording WHERE subject IN ({PEOPLE}) GROUP BY subject
"""


def night_payload(page: Page, subject: str, night_date: date) -> dict[str, Any]:
    """One night as the page draws it; instants in milliseconds. To be asked inside a snapshot, for it is of one moment.

    Raises
    ------
    UsageError
        There is no such night.
    StoreError
    """
    key = (subject, night_date)
    nights = of_people(page, subject, "nights", _NIGHTS)
    row = next(nights.filter(pl.col("night_date") == night_date).iter_rows(named=True), {})
    ruleset = str(row.get("ruleset", ""))
    night = night_under(page.store, key, ruleset)
    if not row or night is None:
        raise UsageError(f"no night {night_date} of {subject}", hint="go back to all nights")
    ask = among(sorted(nights["night_date"].to_list()))
    stages, heart, warmth, journal, sensors = _beside(page, key, ask)
    reviews = reviews_of(page.store, subject, night_date)
    score = night.scores[0] if night.scores else None
    person = people_of(page.store).get(subject)
    n_compared = sum(sensor["stays"] is not None for sensor in sensors)
    return {
        "night": {name: _plain(value) for name, value in row.items()}
        | _doubt(night, score)
        | _naps(night)
        | _unusual(night, score)
        | {"other_rules": ruleset_words(ruleset, DEFAULT_RULESET.name)},
        "offsets": offsets(row["tz"], row["recorded_from"], row["recorded_to"]),
        "flags": [_flag(flag, night, person) for flag in score.flags] if score else [],
        "events": _columns(score.events if score else (), night.movements),
        "bouts": [(bout.start_us / 1000, bout.end_us / 1000, bout.state) for bout in night.bouts],
        "likely_sleep": _likely_sleep(night),
        "legend": legend(night) + awake_legend(score.events if score else ()),
        "blanks": [(blank.start_us / 1000, blank.end_us / 1000, blank.kind) for blank in night.blanks],
        "envelopes": [_envelope(envelope) for envelope in sorted(night.envelopes, key=lambda one: one.leg)],
        "stages": [tuple(stage.values()) for stage in stages],
        "heart": [tuple(minute.values()) for minute in heart],
        "temperature": _warmth(tuple(minute.values()) for minute in warmth),
        "journal": _noted(journal),
        "sensors": [_sensor(sensor, several=n_compared > 1) for sensor in sensors],
        "review": review_of_night(page, night, ruleset, reviews),
        "edited": edited_with(page, key, reviews),
        "pictures": _pictures(night, score.events if score else (), page.rulesets.get(ruleset)),
    }


def _beside(page: Page, key: NightKey, ask: Ask) -> list[list[Row]]:
    """Rows of each question of `_BESIDE`, without those that no recording of the person can answer."""
    has = of_people(page, key[0], "has", _HAS)
    wanted = [*(has[kind].any() for kind in ("stages", "heart", "temperature")), True, True]
    found = iter(ask(page, key, tuple(compress(_BESIDE, wanted))))
    return [next(found) if is_wanted else [] for is_wanted in wanted]


def _noted(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The journal of the night, called and ordered as where it is written."""
    inorder = sorted(entries, key=lambda entry: place_of(entry["kind"]))
    return [{"says": says_of(entry["kind"]), "value": entry["value"], "text": entry["text"]} for entry in inorder]


def _warmth(rows: Iterable[tuple[str, str, int, float]]) -> list[dict[str, Any]]:
    """Temperature of each sensor, minute by minute."""
    return [
        {"leg": side, "minutes": [[at_ms, celsius] for _, _, at_ms, celsius in minutes]}
        for (_, side), minutes in groupby(rows, key=itemgetter(0, 1))
    ]


def _pictures(night: Night, events: Sequence[Event], rules: Ruleset | None) -> dict[str, Any]:
    """Pictures that do not move, as the report has them, and the fillings that they use."""
    name, band_s, zone = f"{night.night_date}", intervals.band_of(rules), zone_info(night.zone)
    return {
        "patterns": patterns(),
        "intervals": {
            "caption": intervals.CAPTION,
            "drawn": intervals.histogram(name, events, band_s=band_s),
            "parts": [part._asdict() for part in intervals.parts(events)],
        },
        "hours": {
            "caption": by_hour.CAPTION,
            "drawn": by_hour.bars(night, events, zone),
            "parts": [part._asdict() for part in by_hour.parts(night, events, zone)],
        },
    }


def _likely_sleep(night: Night) -> dict[str, Any] | None:
    """The strip of the probability of sleep: its runs, legend, sentence, and the table behind it; None if not known."""
    if night.possible is None:
        return None
    runs, zone = likely_sleep.runs_of(night.possible), zone_info(night.zone)
    caption, head, rows = likely_sleep.by_hour(runs, night.recorded_from_us, night.recorded_to_us, zone)
    return {
        "runs": [(run.start_us / 1000, run.end_us / 1000, run.step) for run in runs],
        "legend": likely_legend(night),
        "says": likely_sleep.in_words(runs, zone),
        "table": {"caption": caption, "head": head, "rows": rows},
    }


def _naps(night: Night) -> dict[str, Any]:
    return {"naps": [(nap.start_us / 1000, nap.end_us / 1000) for nap in night.naps]}


def _unusual(night: Night, score: Score | None) -> dict[str, Any]:
    """What is unusual of it: all of it, and the line with the weightiest."""
    found = unusual(night, score)
    return {"unusual": found, "unusual_line": unusual_line(found)}


def _doubt(night: Night, score: Score | None) -> dict[str, Any]:
    """Of the sleep onset as a span to draw and in words; of the rest, each name with its value."""
    zone, span_us = zone_info(night.zone), onset_span_us(night)
    return {
        "onset_span": None if span_us is None else [us / 1000 for us in span_us],
        "onset_doubt": onset_doubt_of(night, lambda time_us: clock(time_us, zone)),
        "long_sleep": long_sleep(night.tst_h),
        "doubts": [
            (MEASURES["tst_h"], _hours(night.tst_h) + interval_words(night.tst_low_h, night.tst_high_h)),
            *((MEASURES[name], _hours(getattr(night, name))) for name in ("sleep_doubt_h", "hidden_h")),
            (BLANKS["unworn"], _hours(night.unworn_h)),
            (MEASURES["wear_doubt_h"], _hours(night.wear_doubt_h)),
            (
                MEASURES["perhaps_not_own"],
                not_own_words(run.perhaps_not_own for run in (score.series if score else ())) or NOT_KNOWN,
            ),
        ],
    }


def _hours(value: float | None) -> str:
    return NOT_KNOWN if value is None else f"{value:.1f} h"


def _flag(flag: Flag, night: Night, person: Person | None) -> dict[str, Any]:
    """With what stands beside it."""
    stands_on = beside(flag.name, flag.state, footing_of(night), person)
    return asdict(flag) | {"state": flag.state, "lacks_answer": flag.lacks_answer, "stands_on": stands_on}


def _sensor(row: dict[str, Any], *, several: bool) -> dict[str, Any]:
    """A sensor, with words on its clock where there is more than one to compare."""
    clock = tuple(row.pop(name) for name in ("behind_s", "drift_ppm", "confidence"))
    stays = row.pop("stays")
    return row | {"clock": (CLOCK_STAYS if stays else clock_words(*clock)) if several else None}


def _columns(events: Sequence[Event], movements: Sequence[Movement]) -> dict[str, list[Any]]:
    """Events column by column, with what their strongest part shows of its size and of what it had to exceed."""
    seen = {movement.number: movement for movement in movements}
    leads = [seen[event.lead] for event in events]
    return {
        "movement_no": [e.movement_no for e in events],
        "onset": [e.onset_us / 1000 for e in events],
        "offset": [e.offset_us / 1000 for e in events],
        "onset_us": [e.onset_us for e in events],
        "leg": [e.leg for e in events],
        "label": [e.label for e in events],
        "sleep_state": [e.sleep_state for e in events],
        "p_sleep": [e.p_sleep for e in events],
        "imi_s": [e.imi_s for e in events],
        "is_plm": [e.is_plm for e in events],
        "peak_mg": [round(1000 * lead.peak_g, 1) for lead in leads],
        "threshold_mg": [round(1000 * lead.threshold_g, 1) for lead in leads],
    }


def _envelope(envelope: Envelope) -> dict[str, Any]:
    """With None where nothing could be searched, for JSON has no NaN."""
    known = np.isfinite(envelope.max_mg)
    values = np.where(known, envelope.max_mg, 0).astype(np.float64).round(1).tolist()
    return {
        "leg": envelope.leg,
        "site": envelope.site,
        "start": envelope.start_us / 1000,
        "step_s": envelope.step_s,
        "max_mg": [value if is_known else None for value, is_known in zip(values, known.tolist(), strict=True)],
    }


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return milliseconds(value)
    return value.isoformat() if isinstance(value, date) else value
