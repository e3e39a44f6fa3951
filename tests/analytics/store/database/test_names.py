"""A database may bear any name, also one that the views use for a table."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from analytics.store import Store, initialise
from analytics.store.database.steps import views


@pytest.mark.parametrize("name", ["n", "nights", *(pytest.param(name, marks=pytest.mark.slow) for name in "fms")])
def test_views_can_be_made_anew_whatever_the_database_is_called(tmp_path: Path, name: str) -> None:
    store = Store(tmp_path / f"{name}.duckdb")
    initialise(store)
    with duckdb.connect(store.path) as con:
        con.execute(views())
