"""One report of nights that are hard to print, for all tests of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from analytics.report import read_report
from analytics.report.gathering import Report
from analytics.store import Store
from tests.analytics.report.making import ABOUT, hard_nights
from tests.analytics.store.making import EVENING
from tests.sharing import copy_of, made_once


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made, own = made_once(tmp_path_factory, "hard", _make), tmp_path_factory.mktemp("hard-copy")
    copy_of(made, own)
    return Store(own / "nights.duckdb")


def _make(folder: Path) -> None:
    hard_nights(folder)


@pytest.fixture(scope="session")
def report(store: Store) -> Report:
    return read_report(store, EVENING, EVENING + timedelta(days=9), subject=None, about=ABOUT)
