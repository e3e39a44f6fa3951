"""What stands beside a negative: hours of sleep, one leg, doubt; what is not known is said, never 0."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from analytics.model import Channel, Night
from analytics.nights.doubt import (
    Footing,
    beside,
    footing_of,
    footing_words,
    negatives_words,
    not_own_words,
    onset_span_us,
)
from analytics.simulate import SENSORS
from analytics.simulate.write import simulate_night
from tests.analytics.store.making import EVENING, HOUR_US, START_US, night, sha
from tests.analytics.whole_nights import analysed

KNOWN = Footing("left", 7.5, 0.7, 0.2, 1.04, 0.3)
OF_BEFORE = Footing("left", 7.5, None, None, 0.0, None)


def test_a_negative_says_its_hours_one_leg_and_the_doubt() -> None:
    assert beside("possible_plmd", "not_raised", KNOWN) == (
        "This stands on 7.5 h of scored sleep. One leg sees fewer than both: a lower bound. Sleep in doubt 0.7 h, "
        "hidden under vibration or large movement 0.2 h, probably not worn 1.0 h, wear in doubt 0.3 h."
    )


def test_what_was_not_measured_is_not_known_and_not_0() -> None:
    assert footing_words(OF_BEFORE).endswith(
        "Probably not worn 0.0 h. Not known: sleep in doubt, hidden under vibration or large movement, wear in doubt."
    )
    assert "not known hours of scored sleep" in footing_words(replace(KNOWN, tst_h=None))


@pytest.mark.parametrize(("legs", "is_less"), [("both", False), ("left", True), ("right", True), ("unknown", True)])
def test_both_legs_are_no_lower_bound(legs: str, is_less: bool) -> None:  # noqa: FBT001 (a row of a table)
    assert ("lower bound" in footing_words(replace(KNOWN, legs=legs))) is is_less


def test_of_several_nights_the_range_is_said() -> None:
    others = [replace(KNOWN, legs="both", tst_h=5.1), replace(OF_BEFORE, tst_h=8.0)]
    assert negatives_words([KNOWN, *others], 4) == (
        "possible PLMD was not raised on 3 of 4 nights. They rest on 5.1 to 8.0 h of scored sleep; on 2 of them one "
        "leg sees fewer kicks than both. Sleep in doubt 0.7 h (not known on 1), hidden under vibration or large "
        "movement 0.2 h (not known on 1), probably not worn 0.0 to 1.0 h, wear in doubt 0.3 h (not known on 1)."
    )
    assert negatives_words([KNOWN, KNOWN], 3).startswith(
        "possible PLMD was not raised on 2 of 3 nights. They rest on 7.5 h of scored sleep; one leg sees fewer kicks "
        "than both. Sleep in doubt"
    )


@pytest.mark.parametrize(("n_nights", "where"), [(1, "1 night"), (2, "1 of 2 nights")])
def test_of_one_negative_it_is_said_in_the_singular(n_nights: int, where: str) -> None:
    found = negatives_words([replace(KNOWN, legs="both")], n_nights)
    assert found.startswith(f"possible PLMD was not raised on {where}. It rests on 7.5 h of scored sleep. Sleep")


@pytest.mark.parametrize(
    ("flag", "state"),
    [("possible_plmd", "raised"), ("possible_plmd", "cannot_tell"), ("possible_rls", "not_raised")],
)
def test_only_the_negative_carries_it(flag: str, state: str) -> None:
    assert beside(flag, state, KNOWN) is None


def test_the_span_of_the_onset_is_the_stored_one_where_there_is_one() -> None:
    plain = night("anna", EVENING, [sha("left")], onset_sd_min=10.0)
    onset_us = START_US + HOUR_US // 4
    assert onset_span_us(plain) == (onset_us - 1_176_000_000, onset_us + 1_176_000_000)
    assert onset_span_us(replace(plain, onset_low_us=1, onset_high_us=2)) == (1, 2)
    assert onset_span_us(replace(plain, sleep_onset_us=None)) is None
    assert footing_of(plain) == Footing("left", 7.5, None, None, 0.0, None)


def test_series_that_were_not_looked_at_are_not_counted_as_own() -> None:
    assert not_own_words([True, False, None]) == "1 of 2"
    assert not_own_words([]) == "0 of 0"
    assert not_own_words([None]) is None


def slept_beside_a_kicking_partner() -> Night:
    made = simulate_night("partner", evening=date(2026, 3, 2), rate_hz=25, sensor="ax6", seed=2, hours=7.0)
    return analysed([Channel("a" * 64, "ankle", "left", made.time_us, made.xyz_g, SENSORS["ax6"].lsb_g)])


def test_the_interval_of_an_index_holds_what_is_left_without_series_that_may_be_a_partners() -> None:
    score = slept_beside_a_kicking_partner().scores[0]
    found = score.measures
    in_sleep = [run for run in score.series if run.n_in_sleep]
    doubted = sum(run.n_in_sleep for run in in_sleep if run.perhaps_not_own)
    every = sum(run.n_in_sleep for run in in_sleep)
    assert doubted > every / 2
    assert found.plms_index is not None
    assert found.plms_index > 15
    assert found.plms_index_low is not None
    assert found.plms_index_low <= found.plms_index * (every - doubted) / every
