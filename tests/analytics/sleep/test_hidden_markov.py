"""Forward-backward and drawing of paths, against every sequence of states written out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.sleep.hidden_markov import drawn, filtered, smoothed

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Models:
    seen: Floats
    change: Floats
    start: Floats


def models(seed: int, n: int, n_models: int, n_states: int, *, some_never: bool = False) -> Models:
    """Models drawn at random; some changes of them never happen."""
    chance = np.random.default_rng(seed)
    change = chance.dirichlet(np.ones(n_states), (n_models, n_states))
    if some_never and n_states > 1:
        change[:, 0, 1:] = 0.0
        change[:, 0, 0] = 1.0
    return Models(chance.uniform(0.01, 1.0, (n, n_models, n_states)), change, chance.dirichlet(np.ones(n_states)))


def weights(of: Models, model: int) -> dict[tuple[int, ...], float]:
    """Chance of every sequence of states together with all that was seen."""
    n, _, n_states = of.seen.shape
    found = {}
    for path in product(range(n_states), repeat=n):
        p = float(of.start @ of.change[model, :, path[0]])
        for before, after in pairwise(path):
            p *= of.change[model, before, after]
        found[path] = p * float(np.prod([of.seen[t, model, state] for t, state in enumerate(path)]))
    return found


some_models = st.builds(
    models,
    st.integers(0, 10_000),
    st.integers(1, 5),
    st.integers(1, 3),
    st.integers(1, 4),
    some_never=st.booleans(),
)


@given(some_models)
def test_the_evidence_is_the_sum_over_every_sequence(of: Models) -> None:
    found = filtered(of.seen, of.change, of.start).log_evidence
    assert found == pytest.approx([np.log(sum(weights(of, m).values())) for m in range(of.change.shape[0])])


@given(some_models)
def test_states_and_changes_are_those_of_every_sequence(of: Models) -> None:
    n, n_models, n_states = of.seen.shape
    state, changed = smoothed(of.seen, of.change, filtered(of.seen, of.change, of.start).forward)
    for model in range(n_models):
        found = weights(of, model)
        total = sum(found.values())
        expected, moved = np.zeros((n, n_states)), np.zeros((n_states, n_states))
        for path, weight in found.items():
            expected[np.arange(n), path] += weight / total
            for before, after in pairwise(path):
                moved[before, after] += weight / total
        assert state[:, model] == pytest.approx(expected, abs=1e-9)
        assert changed[model] == pytest.approx(moved, abs=1e-9)


@given(some_models)
def test_changes_of_a_night_sum_to_one_less_than_its_epochs(of: Models) -> None:
    _, changed = smoothed(of.seen, of.change, filtered(of.seen, of.change, of.start).forward)
    assert changed.sum(axis=(1, 2)) == pytest.approx(np.full(len(changed), len(of.seen) - 1))


@given(some_models, st.floats(1e-6, 1e6))
def test_the_unit_of_what_was_seen_changes_no_state(of: Models, unit: float) -> None:
    one, other = (
        smoothed(seen, of.change, filtered(seen, of.change, of.start).forward)[0] for seen in (of.seen, of.seen * unit)
    )
    assert one == pytest.approx(other, abs=1e-9)


def test_paths_are_drawn_as_often_as_they_are_likely() -> None:
    of = models(3, 4, 2, 3)
    forward = filtered(of.seen, of.change, of.start).forward
    n_paths = 20_000
    model = np.repeat([0, 1], n_paths)
    paths = drawn(forward, of.change, model, np.random.default_rng(0))
    assert paths.shape == (2 * n_paths, 4)
    state, _ = smoothed(of.seen, of.change, forward)
    for m in (0, 1):
        mine = paths[model == m]
        shares = np.array([[(mine[:, t] == s).mean() for s in range(3)] for t in range(4)])
        assert shares == pytest.approx(state[:, m], abs=4 * np.sqrt(0.25 / n_paths))
        whole = weights(of, m)
        for path, weight in whole.items():
            assert (mine == path).all(axis=1).mean() == pytest.approx(weight / sum(whole.values()), abs=0.015)


@given(some_models, st.integers(0, 1000))
def test_no_path_takes_a_change_that_never_happens(of: Models, seed: int) -> None:
    n_models = len(of.change)
    forward = filtered(of.seen, of.change, of.start).forward
    model = np.arange(20) % n_models
    paths = drawn(forward, of.change, model, np.random.default_rng(seed))
    for m, path in zip(model, paths.tolist(), strict=True):
        assert all(of.change[m, before, after] > 0 for before, after in pairwise(path))


def test_the_smallest_draw_takes_no_state_that_is_impossible() -> None:
    class Least(np.random.Generator):
        def random(self, size: tuple[int, ...]) -> Floats:  # type: ignore[override]  # the one form that is called
            return np.zeros(size)

    forward = np.broadcast_to([0.0, 0.4, 0.6], (3, 1, 3))
    change = np.full((1, 3, 3), 1 / 3)
    paths = drawn(forward, change, np.zeros(2, np.intp), Least(np.random.PCG64(0)))
    assert (paths == 1).all()


def test_the_same_seed_draws_the_same_paths_and_another_one_does_not() -> None:
    of = models(5, 30, 2, 3)
    forward = filtered(of.seen, of.change, of.start).forward
    one, same, other = (
        drawn(forward, of.change, np.zeros(10, np.intp), np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_a_night_of_a_thousand_epochs_neither_overflows_nor_vanishes() -> None:
    of = models(7, 2000, 2, 5)
    found = filtered(of.seen * 1e-30, of.change, of.start)
    state, changed = smoothed(of.seen * 1e-30, of.change, found.forward)
    assert np.isfinite(found.log_evidence).all()
    assert state.sum(axis=2) == pytest.approx(np.ones((2000, 2)))
    assert changed.sum(axis=(1, 2)) == pytest.approx([1999, 1999])
