"""What switches terms off for a benchmark: each of them is there, and what stands in its place is what it says."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics.sleep import states

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


def test_every_term_is_there_to_be_switched_off(benchmark: Any) -> None:
    terms = benchmark("ablation_terms").TERMS
    assert len({(term.part, term.name) for term in terms}) == len(terms)
    for term in terms:
        for owner, name, value in term.off:
            assert getattr(owner, name) is not value, term.name


def test_without_a_state_there_is_no_way_into_it_and_chances_sum_to_one(benchmark: Any) -> None:
    (_, _, changes), (_, _, start) = benchmark("ablation_terms")._without_states(states.SOFA, states.LYING)
    found = changes(np.array([0.5, 2.0]))
    assert found.sum(axis=2) == pytest.approx(np.ones((2, len(states.STATES))))
    others = [state for state in range(len(states.STATES)) if state not in (states.SOFA, states.LYING)]
    assert not found[:, others][:, :, [states.SOFA, states.LYING]].any()
    assert start[states.SOFA] == 0.0
    assert start.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("path", "likeliest", "mended"),
    [
        ("000000001111", "000011111111", "000000111111"),  # asleep later
        ("001111111111", "000000111111", "000011111111"),  # asleep earlier
        ("111100001111", "111111111111", "111110011111"),  # awake in between
    ],
)
def test_half_of_what_differs_is_put_right(benchmark: Any, path: str, likeliest: str, mended: str) -> None:
    one, other = (np.array([digit == "1" for digit in text]) for text in (path, likeliest))
    found = benchmark("ablation_known").half_way(one, other)
    assert "".join("01"[state] for state in found.astype(int)) == mended


def _row(term: str, **changes: object) -> dict[str, object]:
    plain = {
        "family": "other", "name": "n", "kind": "plm-22/h", "group": "undisturbed", "age_group": "adult",
        "part": "sleep" if term else "", "term": term, "changed": False, "true_index": 25.0, "true_index_seen": 25.0,
        "index_true_sleep": 25.0, "plms_index": 24.0, "plms_index_low": 20.0, "plms_index_high": 28.0,
        "has_index": True, "possible_plmd": "raised", "true_tst_h": 7.0, "tst_low_h": 6.0, "tst_high_h": 8.0,
        "true_waso_min": 5.0, "waso_low_min": 0.0, "waso_high_min": 9.0, "true_onset_min": 5.0, "onset_low_min": 0.0,
        "onset_high_min": 9.0, "square": 1.0, "n_halves": 100,
    }  # fmt: skip
    return plain | changes


def test_a_table_says_what_gets_worse_without_a_term(benchmark: Any) -> None:
    terms_table = benchmark("ablation_tables").terms_table
    untold = _row("turns", changed=True, possible_plmd="cannot_tell", plms_index=23.0)
    table = terms_table(pl.DataFrame([_row(""), untold]))
    assert "| sleep | turns | 0 | -1 | +1 | 0 | +1.00 | +0.0000 | 0 of 0 | 0 | 1 | on other |" in table


def test_a_term_that_changes_no_night_was_not_seen_to_act(benchmark: Any) -> None:
    table = benchmark("ablation_tables").terms_table(pl.DataFrame([_row(""), _row("turns")]))
    assert table.endswith("| 0 | not seen to act |")
