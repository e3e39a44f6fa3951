"""Nights in doubt never make what holds over nights surer than it is without them: neither its state nor an end."""

from __future__ import annotations

import string
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics.store import query
from tests.analytics.over_nights.people import KICKS, NIGHTS, OPEN, Kind, Made
from tests.analytics.over_nights.storing import store_people

#: Indices of nights that are told (raised above the threshold of 15) and of nights in doubt.
TOLD = dict(zip(string.ascii_uppercase, (3.0, 8.0, 14.0, 16.0, 20.0, 40.0), strict=False))
IN_DOUBT = dict(zip(string.digits, (0.0, 3.0, 12.0, 15.0, 18.0, 45.0), strict=False))
BESIDE = (0, 1, 3, 9)


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pl.DataFrame:
    """Of 300 people drawn at random, each with and without nights in doubt of one index: a row each."""
    for letter, index in TOLD.items():
        monkeypatch.setitem(NIGHTS, letter, Kind(index=index, raised=(KICKS,) * (index > 15)))
    for letter, index in IN_DOUBT.items():
        monkeypatch.setitem(NIGHTS, letter, Kind(index=index, untold=(KICKS,)))
    rng = np.random.default_rng(20261130)
    people: dict[str, Made] = {}
    for k in range(300):
        some = rng.choice(list(TOLD), rng.integers(1, 4), replace=False)
        told = "".join(rng.choice(some, rng.integers(3, 30)))
        doubt = str(rng.choice(list(IN_DOUBT)))
        people |= {f"{k:03}+{n}": Made(OPEN, told + doubt * n) for n in BESIDE}
    store = store_people(tmp_path / "n.duckdb", people)
    rows = query(store, f"SELECT subject, state, mean_index_low, mean_index_high FROM patterns WHERE flag = '{KICKS}'")
    return rows.with_columns(pl.col("subject").str.split_exact("+", 1).struct.rename_fields(["who", "n"])).unnest(
        "subject"
    )


def test_nights_in_doubt_make_no_pattern_and_rule_none_out(found: pl.DataFrame) -> None:
    without = found.filter(n="0")
    both = found.filter(pl.col("n") != "0").join(without, on="who", suffix="_without")
    assert both.height == 300 * (len(BESIDE) - 1)
    assert set(without["state"]) == {"pattern", "no_pattern", "cannot_tell_yet"}
    surer = both.filter(pl.col("state") != "cannot_tell_yet", pl.col("state") != pl.col("state_without"))
    assert surer.rows() == []


def test_nights_in_doubt_narrow_no_interval(found: pl.DataFrame) -> None:
    both = found.filter(pl.col("n") != "0").join(found.filter(n="0"), on="who", suffix="_without")
    narrower = both.filter(
        (pl.col("mean_index_low") > pl.col("mean_index_low_without") + 1e-9)
        | (pl.col("mean_index_high") < pl.col("mean_index_high_without") - 1e-9)
    )
    assert narrower.rows() == []
