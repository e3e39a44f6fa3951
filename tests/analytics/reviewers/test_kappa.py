"""Cohen's kappa against published examples."""

from __future__ import annotations

import random

import pytest

from analytics.reviewers.kappa import kappa_of


def pairs(table: list[list[int]]) -> list[tuple[str, str]]:
    return [(str(i), str(j)) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        ([[20, 5], [10, 15]], 0.40),
        ([[45, 15], [25, 15]], 0.1304),
        ([[25, 35], [5, 35]], 0.2593),
        ([[106, 10, 4], [22, 28, 10], [2, 12, 6]], 0.429),
    ],
)
def test_kappa_is_that_of_published_tables(table: list[list[int]], kappa: float) -> None:
    assert kappa_of(pairs(table)).kappa == pytest.approx(kappa, abs=5e-4)


def test_the_interval_is_that_of_fleiss_levin_and_paik() -> None:
    """Two clinicians about 100 patients, psychotic, neurotic or organic: 0.68, and 0.51 to 0.85."""
    found = kappa_of(pairs([[75, 1, 4], [5, 4, 1], [0, 0, 10]]))
    assert found.kappa == pytest.approx(0.68, abs=5e-3)
    assert found.low == pytest.approx(0.51, abs=6e-3)
    assert found.high == pytest.approx(0.85, abs=6e-3)


def test_one_category_throughout_cannot_be_told_and_keeps_its_plain_share() -> None:
    found = kappa_of([("confirm", "confirm")] * 12)
    assert (found.n, found.share, found.kappa, found.low) == (12, 1.0, None, None)
    assert kappa_of([]).share is None


def test_agreement_on_everything_has_no_interval_and_opposites_are_below_chance() -> None:
    assert kappa_of([("a", "a"), ("b", "b")]).low is None
    assert kappa_of([("a", "b"), ("b", "a")]).kappa == -1
    assert kappa_of([("a", "b")] * 4).kappa == 0


def test_the_interval_covers_the_true_kappa_about_as_often_as_it_says() -> None:
    chance, covered = random.Random(1), 0
    for _ in range(400):
        truth = [chance.choice("ab") for _ in range(120)]
        both = [(t, t if chance.random() < 0.6 else chance.choice("ab")) for t in truth]
        found = kappa_of(both)
        covered += found.low is not None and found.high is not None and found.low <= 0.6 <= found.high
    assert 0.90 <= covered / 400 <= 0.99
