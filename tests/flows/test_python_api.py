"""What `docs/python.md` shows takes a path as text, as a `Path`, and as anything else that names a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from analytics.store import query
from flows.importing.declared import Wishes
from flows.importing.pipeline import import_run, open_context
from flows.settings.database import store_for
from ingest import read_recording
from tests.flows.making import tiny


class Named:
    """A path of another library."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __fspath__(self) -> str:
        return self._path


@pytest.mark.parametrize("kind", [str, Path, Named])
def test_a_recording_is_read_and_imported_by_a_path_of_any_kind(kind: Callable[[str], str | os.PathLike[str]]) -> None:
    tiny(Path("a night.cwa"))
    path, database = kind("a night.cwa"), kind("my nights.duckdb")
    sha256 = read_recording(path).sha256
    worn = Wishes(site="ankle", side="left", tz="UTC")
    (outcome,) = import_run([path], open_context(worn, database=database))
    assert (outcome.status, outcome.sha256) == ("imported", sha256)
    assert query(store_for(database), "SELECT sha256 FROM recordings").item() == sha256
