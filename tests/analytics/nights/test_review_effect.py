"""Measures as reviewed beside those as detected: only what reviewers took out changes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.criteria import Criteria
from analytics.model import Night
from analytics.nights.review_effect import Reviewed, as_reviewed, same_rules, sleep_of, standing
from analytics.said import Review
from analytics.scoring.rulesets import DEFAULT_RULESET, RULESETS
from analytics.signal.wear import Spans
from tests.analytics.signals import channel, night_of_kicks
from tests.analytics.store.making import EVENING
from tests.analytics.store.making import night as stored_night
from tests.analytics.whole_nights import PERIODIC_S, analysed

CRITERIA = Criteria()
MINUTE_US = 60_000_000


@pytest.fixture(scope="module")
def night() -> Night:
    return analysed([channel(*night_of_kicks(PERIODIC_S))], rulesets=tuple(RULESETS))


def said(verdict: Any, **about: Any) -> Review:
    return Review("me", EVENING, verdict, "dr", 0, **about)


def reviewed(night: Night, *reviews: Review, ruleset: str = "wasm2016") -> Reviewed:
    score = next(s for s in night.scores if s.ruleset == ruleset)
    holds = standing(reviews, score.events, night.movements)
    return as_reviewed(night, holds, RULESETS[ruleset], CRITERIA)


def periodic_onsets(night: Night) -> list[int]:
    return [e.onset_us for e in night.scores[0].events if e.is_plm and e.sleep_state == "sleep"]


@pytest.mark.parametrize("ruleset", list(RULESETS))
def test_without_reviews_a_night_comes_out_as_it_was_detected(night: Night, ruleset: str) -> None:
    score = next(s for s in night.scores if s.ruleset == ruleset)
    found = reviewed(night, ruleset=ruleset)
    assert (found.events, found.series, found.measures) == (score.events, score.series, score.measures)
    assert found.tst_h == night.tst_h


def test_what_takes_nothing_out_changes_nothing(night: Night) -> None:
    onset_us = periodic_onsets(night)[7]
    found = reviewed(
        night,
        said("dismiss"),
        said("confirm", onset_us=onset_us),
        said("unsure", onset_us=onset_us),
        said("note", note="hm", onset_us=onset_us),
        said("dismiss", onset_us=onset_us),
        said("undo", onset_us=onset_us),
        said("exclude", start_us=onset_us, end_us=onset_us + MINUTE_US),
        said("undo", start_us=onset_us, end_us=onset_us + MINUTE_US),
    )
    assert found.measures == night.scores[0].measures


def test_a_dismissed_movement_is_left_out_and_the_hours_stay(night: Night) -> None:
    onset_us = periodic_onsets(night)[30]
    found = reviewed(night, said("dismiss", onset_us=onset_us))
    assert found.n_dismissed == 1
    assert found.measures.n_plms == (night.scores[0].measures.n_plms or 0) - 1
    assert found.tst_h == night.tst_h
    assert onset_us not in [e.onset_us for e in found.events]


def test_an_excluded_hour_is_neither_counted_nor_in_the_hours(night: Night) -> None:
    onset_us = periodic_onsets(night)[0]
    span = {"start_us": onset_us - MINUTE_US, "end_us": onset_us + 59 * MINUTE_US}
    inside = [t for t in periodic_onsets(night) if span["start_us"] <= t < span["end_us"]]
    found = reviewed(night, said("exclude", **span))
    assert found.excluded_h == 1.0
    assert night.tst_h is not None
    assert found.tst_h == pytest.approx(night.tst_h - asleep_h(night, **span), abs=1e-9)
    assert found.measures.n_plms == (night.scores[0].measures.n_plms or 0) - len(inside)
    assert found.measures.n_plms is not None
    assert found.tst_h is not None
    assert found.measures.plms_index == pytest.approx(found.measures.n_plms / found.tst_h, rel=1e-6)


def asleep_h(night: Night, start_us: int, end_us: int) -> float:
    cut = [min(b.end_us, end_us) - max(b.start_us, start_us) for b in night.bouts if b.state == "sleep"]
    return sum(max(0, us) for us in cut) / 3.6e9


def test_excluding_everything_leaves_no_index_and_no_hours(night: Night) -> None:
    found = reviewed(night, said("exclude", start_us=night.recorded_from_us, end_us=night.recorded_to_us + 1))
    assert found.tst_h == 0.0
    assert found.measures.plms_index is None
    assert found.events == ()


def test_a_night_that_cannot_be_assessed_gets_no_index_by_review(night: Night) -> None:
    short = replace(night, assessable=False)
    assert reviewed(short, said("dismiss", onset_us=periodic_onsets(night)[0])).measures.plms_index is None


@given(st.lists(st.tuples(st.integers(-3_600, 40_000), st.integers(1, 9_000)), max_size=6))
@settings(max_examples=60, deadline=None)
def test_cutting_spans_out_of_the_sleep_keeps_it_whole_and_in_order(spans: list[tuple[int, int]]) -> None:
    night = _small_night()
    start_us = night.bouts[0].start_us
    pairs = [(start_us + a * 1_000_000, start_us + (a + n) * 1_000_000) for a, n in spans]
    excluded = standing([said("exclude", start_us=a, end_us=b) for a, b in pairs], (), ()).excluded_us
    cut = sleep_of(night, excluded).bouts
    assert [b.start_us for b in cut[1:]] == [b.end_us for b in cut[:-1]]
    assert (cut[0].start_us, cut[-1].end_us) == (night.bouts[0].start_us, night.bouts[-1].end_us)
    known = sum(b.end_us - b.start_us for b in cut if b.state != "unknown")
    whole = night.bouts[-1].end_us - night.bouts[0].start_us
    assert known == whole - covered(excluded, night.bouts[0].start_us, night.bouts[-1].end_us)


def covered(spans: Spans, start_us: int, end_us: int) -> int:
    return int(np.maximum(0, np.minimum(spans[:, 1], end_us) - np.maximum(spans[:, 0], start_us)).sum())


def _small_night() -> Night:
    return stored_night("anna", EVENING, ["a" * 64])


@given(st.integers(-2_000_000, 2_000_000))
@settings(deadline=None)
def test_a_movement_is_found_again_within_half_a_second_of_its_sensor_only(off_us: int) -> None:
    night = _small_night()
    event = night.scores[0].events[1]
    said_of = [said("dismiss", onset_us=event.onset_us + off_us, recording="a" * 64)]
    holds = standing(said_of, night.scores[0].events, night.movements)
    other = standing([replace(r, recording="b" * 64) for r in said_of], night.scores[0].events, night.movements)
    is_near = abs(off_us) <= 500_000
    assert holds.dismissed == (frozenset({event.movement_no}) if is_near else frozenset())
    assert (holds.unmatched, holds.changes_numbers) == (0 if is_near else 1, is_near)
    assert (other.dismissed, other.unmatched) == (frozenset(), 1)


def test_the_latest_word_about_each_thing_holds() -> None:
    night = _small_night()
    first, second = (e.onset_us for e in night.scores[0].events[:2])
    holds = standing(
        [
            said("confirm", note="sure?"),
            said("dismiss", onset_us=first),
            said("unsure", onset_us=first + 100_000),
            said("dismiss", onset_us=second),
            said("undo", onset_us=second),
            said("dismiss"),
        ],
        night.scores[0].events,
        night.movements,
    )
    assert holds.night == "dismiss"
    assert holds.movements == {1: "unsure"}
    assert [r.note for r in holds.notes] == ["sure?"]


def test_scores_are_compared_only_under_the_same_thresholds_and_rules(night: Night) -> None:
    assert same_rules(night, DEFAULT_RULESET, CRITERIA)
    changed = CRITERIA.model_copy(update={"motion": CRITERIA.motion.model_copy(update={"envelope_s": 0.2})})
    assert not same_rules(night, DEFAULT_RULESET, changed)
    assert not same_rules(night, DEFAULT_RULESET.model_copy(update={"imi_max_s": 80.0}), CRITERIA)


def test_an_index_over_less_sleep_than_a_night_needs_is_not_known(night: Night) -> None:
    assert night.sleep_onset_us is not None
    assert night.wake_us is not None
    found = reviewed(
        night, said("exclude", start_us=night.sleep_onset_us + 60 * MINUTE_US, end_us=night.wake_us + MINUTE_US)
    )
    assert found.tst_h == pytest.approx(1.0, abs=0.5)
    assert found.measures.plms_index is None
    assert found.measures.n_plms
