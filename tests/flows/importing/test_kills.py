"""An import that dies where it hurts most: nothing stored is lost, no half of anything is seen, the next one finishes.

Random moments, hundreds of them, are for `benchmarks.kills`.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from analytics.store import Store
from tests.flows.killing import files_stored, finish, loaded, undisturbed
from tests.flows.making import BEDTIME, tiny

#: In their order: when, about to call which function for which time, and how many whole files are stored then (-1:
#: there is no database yet).
MOMENTS = (
    ("while the database is made", "analytics.store.database.migrate:make_durable:1", -1),
    ("while samples are staged", "analytics.store.samples.staged:_join:1", 0),
    ("when samples are staged and nothing is stored", "flows.importing.pipeline:store_recording:1", 0),
    ("in a transaction with all of its rows", "analytics.store.write:_attempt_frame:2", 1),
    ("between two files", "flows.importing.pipeline:_content_hash:3", 2),
    ("before the copy is published", "flows.importing.pipeline:publish:1", 3),
    ("when the new copy is about to take its place", "analytics.store.database.publish:settle:1", 3),
)


def recordings(folder: Path) -> Path:
    """Two legs of one night, and the night after."""
    tiny(folder / "a-left.cwa", seed=1)
    tiny(folder / "b-right.csv", seed=2, start=BEDTIME + timedelta(minutes=1))
    tiny(folder / "c-next.cwa", seed=3, start=BEDTIME + timedelta(days=1))
    return folder


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("moments", [MOMENTS[3:5], MOMENTS], ids=["two", "all"])
def test_an_import_killed_again_and_again_ends_where_an_undisturbed_one_does(
    tmp_path: Path, moments: tuple[tuple[str, str, int], ...]
) -> None:
    files, store = recordings(tmp_path / "in"), Store(tmp_path / "killed" / "n.duckdb")
    with loaded(tmp_path / "said") as loader:
        expected = undisturbed(loader, files, tmp_path / "whole")
        for when, moment, n_left in moments:
            assert loader.imported(files, store.path, die_at=moment) == [], f"it was to die {when}"
            assert files_stored(store, expected) == n_left, when
        finish(loader, store, files, expected)
