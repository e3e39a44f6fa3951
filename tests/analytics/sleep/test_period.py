"""Which sleep of a night is the night's, from chances of sleep made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.sleep.period import MainSleep, longest, main_sleep
from analytics.sleep.reading import Reading
from analytics.sleep.states import EPOCH_US
from tests.analytics.sleep.making import night_of

SLEEP = Criteria().sleep
#: Half minutes in a minute.
PER_MIN = 2
#: Minutes, and whether asleep.
Part = tuple[float, bool]


def epochs(*parts: Part) -> NDArray[np.bool_]:
    return np.repeat([asleep for _, asleep in parts], [round(minutes * PER_MIN) for minutes, _ in parts])


def reading(
    asleep: NDArray[np.bool_],
    *,
    away: NDArray[np.bool_] | None = None,
    known: NDArray[np.bool_] | None = None,
    paths: NDArray[np.bool_] | None = None,
) -> Reading:
    """A night read without doubt."""
    n = len(asleep)
    seen = night_of((n * EPOCH_US / 60e6, 0, 0.0, 0), is_known=known)
    p_away = np.zeros(n) if away is None else np.where(away, 0.9, 0.1)
    return Reading(seen, np.where(asleep, 0.9, 0.1), p_away, asleep[None] if paths is None else paths)


def minutes(*parts: Part) -> tuple[float, float] | None:
    """From when to when the longest sleep lasts, minutes."""
    span = longest(epochs(*parts), SLEEP)
    return None if span is None else (span[0] / PER_MIN, span[1] / PER_MIN)


def main(*args: object, **kwargs: object) -> MainSleep:
    found = main_sleep(reading(*args, **kwargs), SLEEP)  # type: ignore[arg-type]  # handed on
    assert found is not None
    return found


def test_without_sleep_there_is_no_main_sleep() -> None:
    assert minutes((600, False)) is None
    assert main_sleep(reading(epochs((600, False))), SLEEP) is None
    assert main_sleep(reading(np.zeros(0, bool), paths=np.zeros((3, 0), bool)), SLEEP) is None


def test_of_two_sleeps_the_longer_one_is_the_night() -> None:
    assert minutes((60, False), (110, True), (90, False), (400, True), (60, False)) == (260, 660)
    assert minutes((60, False), (400, True), (90, False), (110, True), (60, False)) == (60, 460)


def test_the_longer_one_is_the_one_with_more_sleep_not_more_time() -> None:
    broken = [part for _ in range(5) for part in ((20.0, True), (50.0, False))]
    assert minutes(*broken, (200, False), (200, True)) == (550, 750)


@pytest.mark.parametrize(("break_min", "is_one"), [(59.5, True), (60, False)])
def test_a_break_below_an_hour_ends_no_sleep(break_min: float, is_one: bool) -> None:  # noqa: FBT001 - a table
    found = minutes((60, False), (100, True), (break_min, False), (110, True))
    assert found == ((60, 270 + break_min) if is_one else (160 + break_min, 270 + break_min))


@pytest.mark.parametrize(("apart_min", "is_one"), [(239.5, True), (240, False)])
def test_two_long_sleeps_near_each_other_are_one_night(apart_min: float, is_one: bool) -> None:  # noqa: FBT001
    found = minutes((180, True), (apart_min, False), (240, True))
    assert found == ((0 if is_one else 180 + apart_min), 420 + apart_min)


def test_a_nap_before_a_night_is_no_part_of_it() -> None:
    assert minutes((90, True), (150, False), (420, True)) == (240, 660)


@pytest.mark.parametrize("long_min", [120, 119, 30])
def test_a_short_night_is_found_where_there_is_no_longer_one(long_min: float) -> None:
    assert minutes((60, False), (long_min, True), (60, False)) == (60, 60 + long_min)


def test_what_rests_for_less_than_half_an_hour_is_no_night() -> None:
    assert minutes((60, False), (29, True), (60, False)) is None


def test_sleep_that_no_worn_sensor_recorded_is_not_the_night_s() -> None:
    asleep = epochs((60, False), (480, True), (60, False))
    known = ~epochs((200, False), (45, True), (355, False))
    found = main(asleep, known=known)
    assert (found.first, found.last) == (60 * PER_MIN, 540 * PER_MIN)
    assert found.asleep.sum() == (480 - 45) * PER_MIN
    assert not found.asleep[~known].any()
    assert not found.paths[:, ~known].any()


def test_two_hours_without_a_sensor_do_not_cut_a_night() -> None:
    asleep = epochs((60, False), (480, True), (60, False))
    found = main(asleep, known=~epochs((240, False), (120, True), (240, False)))
    assert (found.first, found.last) == (60 * PER_MIN, 540 * PER_MIN)


def test_a_night_without_a_worn_sensor_is_none() -> None:
    asleep = epochs((60, False), (480, True))
    assert main_sleep(reading(asleep, known=np.zeros(len(asleep), bool)), SLEEP) is None


def test_in_bed_is_when_the_person_was_last_up_before_sleep() -> None:
    asleep = epochs((120, False), (400, True), (40, False))
    away = epochs((60, True), (20, False), (10, True), (430, False), (40, True))
    assert main(asleep, away=away).in_bed == 90 * PER_MIN


def test_who_was_never_up_is_in_bed_from_the_start() -> None:
    assert main(epochs((120, False), (400, True))).in_bed == 0


def test_who_was_up_until_sleep_is_in_bed_when_it_begins() -> None:
    asleep = epochs((120, False), (400, True))
    found = main(asleep, away=~asleep)
    assert found.in_bed == found.first == 120 * PER_MIN


def test_each_possible_night_keeps_the_sleep_that_overlaps_the_likeliest_most() -> None:
    asleep = epochs((60, False), (480, True), (180, False), (180, False))
    nap_too = epochs((100, False), (430, True), (300, False), (70, True))
    elsewhere_longer = epochs((60, False), (130, True), (530, False), (180, True))
    none = np.zeros_like(asleep)
    found = main(asleep, paths=np.array([asleep, nap_too, elsewhere_longer, none]))
    assert np.array_equal(found.paths[0], asleep)
    assert np.array_equal(found.paths[1], epochs((100, False), (430, True), (370, False)))
    assert np.array_equal(found.paths[2], epochs((60, False), (130, True), (710, False)))
    assert not found.paths[3].any()


def test_a_possible_night_that_slept_at_another_time_alone_keeps_that() -> None:
    asleep = epochs((60, False), (200, True), (400, False))
    later = epochs((400, False), (200, True), (60, False))
    assert np.array_equal(main(asleep, paths=later[None]).paths[0], later)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 300), st.booleans()), min_size=1, max_size=12))
def test_whatever_the_night_its_sleep_lies_between_its_ends(parts: list[Part]) -> None:
    asleep = epochs(*parts)
    found = main_sleep(reading(asleep), SLEEP)
    assert (found is None) is (not asleep.any())
    if found is not None:
        assert found.asleep[found.first]
        assert found.asleep[found.last - 1]
        assert not found.asleep[: found.first].any()
        assert not found.asleep[found.last :].any()
        assert found.in_bed <= found.first
        assert np.array_equal(found.paths[0], found.asleep)
