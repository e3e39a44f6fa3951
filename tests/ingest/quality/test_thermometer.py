"""Readings of a thermometer by the minute, and what is kept out of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.quality.thermometer import ALWAYS_STUCK_US, MINUTE_US, STUCK_US, MinuteMeans, by_minute
from tests.ingest.making import EVENING_US, every

HOUR_US = 3_600_000_000


def drifting(n: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """One reading a minute of a sensor that warms up."""
    return np.linspace(21.0, 33.0, n)


def test_a_minute_is_the_mean_of_its_readings() -> None:
    found, said = by_minute(every(20_000_000, 5), np.array([30.0, 31.0, 32.0, 33.0, 35.0]))
    np.testing.assert_array_equal(found.minute_us, [EVENING_US, EVENING_US + MINUTE_US])
    np.testing.assert_allclose(found.celsius, [31.0, 34.0])
    assert found.minute_us.dtype == np.int64
    assert found.celsius.dtype == np.float32
    assert said == ()


@given(data=st.data())
def test_the_minutes_do_not_depend_on_where_readings_are_cut_or_on_their_order(data: st.DataObject) -> None:
    readings = data.draw(
        st.lists(st.tuples(st.integers(0, 600_000_000), st.floats(-60, 120, width=32)), min_size=1, max_size=80)
    )
    time_us = EVENING_US + np.array([at for at, _ in readings])
    celsius = np.array([value for _, value in readings], np.float32)
    whole, said = by_minute(time_us, celsius)
    order = np.array(data.draw(st.permutations(range(len(readings)))))
    edges = sorted(data.draw(st.lists(st.integers(0, len(readings)), max_size=8)))
    means = MinuteMeans()
    for part in np.split(order, edges):
        means.add(time_us[part], celsius[part])
    pieces, said_of_pieces = means.result()
    np.testing.assert_array_equal(pieces.minute_us, whole.minute_us)
    np.testing.assert_array_equal(pieces.celsius, whole.celsius)
    assert said_of_pieces == said


def test_millions_of_readings_wait_in_no_more_rows_than_there_are_minutes() -> None:
    means = MinuteMeans()
    for _ in range(300):
        means.add(every(MINUTE_US, 1_000), drifting(1_000))
    assert sum(map(len, means._parts)) <= 70_000
    assert len(means.result()[0]) == 1_000


def test_nothing_measured_is_nothing_said() -> None:
    for celsius in (np.empty(0), np.full(3, np.nan)):
        found, said = by_minute(every(1, len(celsius)), celsius)
        assert (len(found), said) == (0, ())


@pytest.mark.parametrize(("value", "is_kept"), [(-40.0, True), (-40.1, False), (85.0, True), (85.1, False)])
def test_a_reading_outside_of_what_sensors_are_made_for_is_left_out_and_said(value: float, *, is_kept: bool) -> None:
    celsius = drifting(100)
    celsius[7] = value
    found, said = by_minute(every(MINUTE_US, 100), celsius)
    assert len(found) == 99 + is_kept
    assert said == (
        () if is_kept else ("readings of its temperature outside -40 to +85 degrees C, left out: 1 of 100",)
    )


def test_mostly_absurd_readings_are_no_temperature_at_all() -> None:
    celsius = np.where(np.arange(100) % 3 == 0, 30.0 + np.arange(100) / 50, 249.7)
    found, said = by_minute(every(MINUTE_US, 100), celsius)
    assert len(found) == 0
    assert said == ("its temperature was left out: 66 of 100 readings are outside -40 to +85 degrees C",)


@pytest.mark.parametrize("minutes", [ALWAYS_STUCK_US // MINUTE_US - 1, ALWAYS_STUCK_US // MINUTE_US])
def test_one_value_for_two_hours_and_nothing_else_is_a_stuck_sensor(minutes: int) -> None:
    found, said = by_minute(every(MINUTE_US, minutes), np.full(minutes, 21.0))
    is_stuck = minutes * MINUTE_US >= ALWAYS_STUCK_US
    assert len(found) == (0 if is_stuck else minutes)
    assert bool(said) == is_stuck
    assert all("stood still at 21.0 degrees C" in sentence for sentence in said)


@pytest.mark.parametrize("still_min", [STUCK_US // MINUTE_US - 1, STUCK_US // MINUTE_US])
def test_a_sensor_that_gets_stuck_keeps_what_it_showed_before(still_min: int) -> None:
    celsius = np.concatenate((drifting(60), np.full(still_min, 20.9), drifting(60)))
    found, said = by_minute(every(MINUTE_US, len(celsius)), celsius)
    if still_min * MINUTE_US >= STUCK_US:
        assert len(found) == 120
        assert said == (
            "360 min of its temperature were left out: it stood still at 20.9 degrees C for hours, as no working"
            " thermometer does",
        )
    else:
        assert (len(found), said) == (len(celsius), ())


def test_two_equal_minutes_a_day_apart_are_no_stuck_sensor() -> None:
    found, said = by_minute(EVENING_US + np.array([0, 24 * HOUR_US]), np.array([21.0, 21.0]))
    assert (len(found), said) == (2, ())


def test_a_converter_that_jumps_by_one_step_is_not_stuck() -> None:
    celsius = np.where(np.arange(600) % 100 == 0, 21.2, 20.9)
    found, said = by_minute(every(MINUTE_US, 600), celsius)
    assert (len(found), said) == (600, ())
