from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.signal.heart import BEAT_MS, MINUTE_US, HeartMinute, by_minute
from ingest.recording import Vitals

START_US = 1_772_488_800_000_000  # a whole minute


def beats(intervals_ms: Sequence[float], *, start_us: int = START_US) -> Vitals:
    """Beats that follow each other; each interval ends at its stamp."""
    ends_us = start_us + np.cumsum(np.array(intervals_ms) * 1000).astype(np.int64)
    return Vitals(beat_us=ends_us, beat_interval_ms=np.array(intervals_ms, np.float32))


def test_nothing_measured_gives_no_minutes() -> None:
    assert by_minute(Vitals()) == ()


def test_heart_rates_are_averaged_by_the_minute_that_they_lie_in() -> None:
    times_us = START_US + np.array([0, 30_000_000, MINUTE_US - 1, MINUTE_US, 5 * MINUTE_US])
    vitals = Vitals(times_us, np.array([50, 52, 54, 60, 70], np.float32))
    assert by_minute(vitals) == (
        HeartMinute(START_US, 52.0, None),
        HeartMinute(START_US + MINUTE_US, 60.0, None),
        HeartMinute(START_US + 5 * MINUTE_US, 70.0, None),
    )


def test_rmssd_is_the_root_mean_square_of_successive_differences() -> None:
    (minute,) = by_minute(beats([1000, 1040, 980, 1000]))
    assert minute.rmssd_ms == pytest.approx(((40**2 + 60**2 + 20**2) / 3) ** 0.5)
    assert minute.heart_bpm is None


def test_one_interval_alone_has_no_variability() -> None:
    assert by_minute(beats([1000])) == ()


@pytest.mark.parametrize("wrong_ms", [BEAT_MS[0] - 1, BEAT_MS[1] + 1])
def test_an_interval_that_no_heart_makes_takes_no_part(wrong_ms: float) -> None:
    (minute,) = by_minute(beats([1000, 1020, wrong_ms, 1000, 1020]))
    assert minute.rmssd_ms == pytest.approx(20)


def test_a_lost_beat_separates_what_lies_around_it() -> None:
    vitals = beats([1000, 1020, 1400, 1420])
    late = vitals.beat_us.copy()
    late[2:] += 1_000_000
    (minute,) = by_minute(Vitals(beat_us=late, beat_interval_ms=vitals.beat_interval_ms))
    assert minute.rmssd_ms == pytest.approx(20)


@given(st.lists(st.floats(600, 1400, width=32), min_size=2, max_size=200))
def test_every_minute_appears_once_and_in_order(intervals_ms: list[float]) -> None:
    minutes = [minute.at_us for minute in by_minute(beats(intervals_ms))]
    assert minutes == sorted(set(minutes))
    assert all(at_us % MINUTE_US == 0 for at_us in minutes)
