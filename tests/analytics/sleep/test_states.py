"""The numbers of the sleep model are chances: they sum to 1, and nothing is out of reach."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.sleep.states import (
    ASLEEP,
    CALM_COUNTS,
    EPOCH_S,
    IN_SERIES,
    QUIET,
    SLEEPERS,
    SLEEPERS_TURNS_H,
    SLEEPING,
    START,
    STATES,
    Sleeper,
    changes,
    first_rate_h,
    learnt_rate_h,
    p_counts,
    p_motion,
    p_tilt,
    p_turned,
)

N = len(STATES)
every_sleeper = pytest.mark.parametrize("sleeper", SLEEPERS)


def assert_chances(found: NDArray[np.float64], *, rows: int) -> None:
    assert found.shape == (rows, N)
    assert (found > 0).all()
    assert found.sum(axis=0) == pytest.approx(np.ones(N))


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=5))
def test_changes_from_a_state_sum_to_one_whatever_a_night_taught(n_begun: list[float]) -> None:
    rates_h = learnt_rate_h(np.array(n_begun), np.full(len(n_begun), 30.0))
    found = changes(rates_h)
    assert found.shape == (len(n_begun), N, N)
    assert (found >= 0).all()
    assert found.sum(axis=2) == pytest.approx(np.ones((len(n_begun), N)))
    assert found[:, ASLEEP, IN_SERIES] == pytest.approx(rates_h * EPOCH_S / 3600)


def test_states_last_longer_than_an_epoch() -> None:
    stay = changes(np.array([8.0]))[0].diagonal()
    assert (stay > 0.8).all()


def test_every_state_is_reached_from_every_other() -> None:
    steps = np.linalg.matrix_power((changes(first_rate_h(1))[0] > 0).astype(np.int64), N)
    assert (steps > 0).all()


def test_before_the_first_epoch_the_person_is_somewhere() -> None:
    assert START.shape == (N,)
    assert (START > 0).all()
    assert START.sum() == pytest.approx(1.0)
    assert START[list(SLEEPING)].sum() < 0.1


@every_sleeper
def test_what_an_epoch_shows_sums_to_one_in_every_state(sleeper: Sleeper) -> None:
    assert_chances(p_counts(sleeper), rows=4)
    assert_chances(p_turned(sleeper), rows=2)
    assert_chances(p_motion(), rows=3)
    assert ((p_tilt(sleeper) > 0) & (p_tilt(sleeper) <= 1)).all()


@every_sleeper
def test_quiet_wake_shows_nothing_that_sleep_does_not(sleeper: Sleeper) -> None:
    for found in (p_counts(sleeper), p_turned(sleeper), p_motion()):
        assert np.array_equal(found[:, QUIET], found[:, ASLEEP])


@every_sleeper
def test_a_tilt_speaks_for_waking_in_the_opinion_that_asks_and_else_says_nothing(sleeper: Sleeper) -> None:
    tilt = p_tilt(sleeper)
    awake = np.delete(tilt, SLEEPING)
    assert (awake.min() > tilt[list(SLEEPING)].max()) if sleeper.asks_tilt else (tilt == 1.0).all()


def test_turns_come_as_often_as_their_rate_says() -> None:
    for sleeper in SLEEPERS:
        epochs_h = 3600 / EPOCH_S
        assert -np.log(p_turned(sleeper)[0, ASLEEP]) * epochs_h == pytest.approx(sleeper.turns_h)
        assert p_turned(sleeper)[1, IN_SERIES] < p_turned(sleeper)[1, ASLEEP]


@pytest.mark.parametrize("asks", [True, False])
def test_sleepers_of_an_opinion_are_all_of_it(asks: bool) -> None:  # noqa: FBT001 - a table of cases
    priors = [s.prior for s in SLEEPERS if s.asks_tilt == asks]
    assert len(priors) == len(SLEEPERS_TURNS_H) * len(CALM_COUNTS)
    assert sum(priors) == pytest.approx(1.0)
    assert min(priors) > 0


def test_the_rate_of_series_is_learnt_from_the_night_within_limits() -> None:
    hours = np.array([0.0, 7.0, 7.0, 7.0])
    found = learnt_rate_h(np.array([0.0, 0.0, 15.0, 500.0]), hours * 3600 / EPOCH_S)
    assert found == pytest.approx([first_rate_h(1)[0], 0.2, 2.0, 8.0])
    assert all(a >= b for a, b in pairwise(learnt_rate_h(np.full(4, 3.0), np.arange(0.0, 960.0, 240.0))))
