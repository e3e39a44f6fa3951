"""Nights that are hard to print, in a real database: hostile names, thousands of movements, twenty minutes, gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import numpy as np

from analytics.criteria import Criteria
from analytics.measures import Measures
from analytics.model import Blank, Bout, Envelope, Event, Label, Leg, Movement, Night, Score
from analytics.report import About
from analytics.said import JournalEntry, Review
from analytics.scoring.rulesets import DEFAULT_RULESET, RULESETS, ruleset_hash
from analytics.store import Store, initialise, save_nights, write_journal, write_review
from ingest.clock import noon_to_noon
from tests.analytics.store.making import EVENING, ZONE, bring_in, execute, sha, stored
from tests.analytics.store.making import night as plain_night
from tests.analytics.store.making import score as plain_score

HOUR_US = 3_600_000_000
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> ]]> &amp; \u202egnp\u202c \x1b[31m \x00 "
LABELS: tuple[Label, ...] = get_args(Label)
ABOUT = About(version="0.1.0", made_on=date(2026, 4, 1), criteria=Criteria(), rulesets=RULESETS)


def start_of(day: date) -> int:
    return noon_to_noon(day, ZONE)[0] + 9 * HOUR_US


def crowded(day: date, recordings: Sequence[str], *, hours: float, n: int, both: bool = False, **more: Any) -> Night:
    """A night of ``n`` movements of every label, on one leg or on both, with gaps and an envelope."""
    start_us, length_us = start_of(day), round(hours * HOUR_US)
    rng = np.random.default_rng(n)
    onsets = np.sort(start_us + rng.integers(0, max(1, length_us - 5_000_000), n))
    legs: tuple[Leg, ...] = ("left", "right", "both") if both else ("left",)
    movements, events = [], []
    for i, onset_us in enumerate(onsets.tolist(), start=1):
        leg = legs[i % len(legs)]
        movements.append(
            Movement(i, recordings[0], "ankle", leg, onset_us, onset_us + 2_000_000, 0.1, 0.008, 0.4, 2.0, 1,
                     "leg_movement")
        )  # fmt: skip
        label = LABELS[i % len(LABELS)]
        gap_s = None if i == 1 else float(onset_us - onsets[i - 2]) / 1e6
        is_plm = label == "periodic"
        events.append(
            Event(i, (i,), i, leg, onset_us, onset_us + 2_000_000, is_lm=True, is_clm=True, is_plm=is_plm, imi_s=gap_s,
                  series_no=1 if is_plm else None, sleep_state="sleep" if i % 3 else "wake", label=label,
                  p_near_onset=0.0, confidence=0.5)
        )  # fmt: skip
    seconds = round(hours * 3600)
    values = np.abs(rng.normal(3, 1, seconds)).astype(np.float32)
    values[seconds // 3 : seconds // 3 + seconds // 20] = np.nan
    end_us = start_us + length_us
    spans = (
        Blank(start_us + length_us // 3, start_us + length_us // 3 + length_us // 20, "gap"),
        Blank(start_us + length_us // 2, start_us + length_us // 2 + length_us // 30, "unscorable"),
        Blank(end_us - length_us // 8, end_us, "unworn"),
    )
    base = plain_score((), tst_h=hours * 0.8, raised=n > 100)
    measures = replace(
        base.measures,
        n_lm=n,
        n_clm=n,
        n_plms=n // 8,
        n_series=1,
        n_series_in_sleep=1,
        plms_index=n / 8 / hours,
    )
    score = replace(base, ruleset_hash=ruleset_hash(DEFAULT_RULESET), measures=measures, events=tuple(events))
    return plain_night(
        "anna",
        day,
        recordings,
        legs="both" if both else "left",
        recorded_from_us=start_us,
        recorded_to_us=end_us,
        recorded_h=hours,
        in_bed_us=start_us,
        sleep_onset_us=start_us + length_us // 10,
        wake_us=end_us - length_us // 10,
        bouts=(
            Bout(start_us, start_us + length_us // 10, "wake"),
            Bout(start_us + length_us // 10, end_us - length_us // 10, "sleep"),
        ),
        movements=tuple(movements),
        scores=(score,),
        blanks=spans,
        envelopes=tuple(Envelope(r, "ankle", "left", start_us, 1.0, values) for r in recordings),
        criteria_hash=Criteria().hash(),
        **more,
    )


def empty_night(day: date, recordings: Sequence[str]) -> Night:
    """Twenty minutes without a movement, without sleep and without an envelope."""
    night = crowded(day, recordings, hours=1 / 3, n=0)
    return replace(
        night,
        assessable=False,
        not_assessable_reason="Only 20 min were recorded; at least 4 h are needed.",
        sleep_source="none",
        in_bed_us=None,
        sleep_onset_us=None,
        onset_sd_min=None,
        wake_us=None,
        tst_h=None,
        waso_min=None,
        sleep_efficiency=None,
        blind_below_mg=None,
        tier="D",
        bouts=(),
        blanks=(),
        envelopes=(),
        scores=(Score("wasm2016", "x", Measures(n_lm=0), (), (), ()),),
    )


def hard_nights(folder: Path) -> Store:
    """Four nights of anna: an ordinary one, 14 h of 5,000 movements on both legs, 20 empty minutes, a reviewed one."""
    store = Store(folder / "nights.duckdb")
    initialise(store)
    days = [EVENING + timedelta(days=i) for i in range(4)]
    for i, day in enumerate(days):
        new = replace(stored(f"file{i}"), night_dates=(day,))
        bring_in(store, new, f"file{i}")
    of = [[sha(f"file{i}")] for i in range(4)]
    save_nights(
        store,
        [
            plain_night("anna", days[0], of[0], criteria_hash="old"),
            crowded(days[1], of[1], hours=14.0, n=5_000, both=True),
            empty_night(days[2], of[2]),
            crowded(days[3], of[3], hours=8.0, n=400),
        ],
    )
    execute(store, "UPDATE recording SET device_model = ?, warnings = [?]", [HOSTILE, HOSTILE])
    write_journal(
        store, [JournalEntry("anna", days[1], "notes", None, HOSTILE), JournalEntry("anna", days[1], "x<b>", 3)]
    )
    _review(store, days)
    return store


def _review(store: Store, days: Sequence[date]) -> None:
    start_us = start_of(days[3])

    def say(verdict: Any, day: date = days[3], **about: Any) -> None:
        write_review(store, Review("anna", day, verdict, HOSTILE[:50], start_us, **about))

    for number in range(20, 200, 9):
        say("dismiss", movement_no=number)
    say("exclude", start_us=start_us + 6 * HOUR_US, end_us=start_us + 7 * HOUR_US, note="the cat")
    say("confirm", note=HOSTILE + "ten thousand characters " * 420)
    say("note", days[1], note=HOSTILE)
