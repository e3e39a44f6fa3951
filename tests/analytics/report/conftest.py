"""One report of nights that are hard to print, for all tests of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from analytics.report import read_report
from analytics.report.gathering import Report
from analytics.store import Store
from tests.analytics.report.making import ABOUT, hard_nights
from tests.analytics.store.making import EVENING


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return hard_nights(tmp_path_factory.mktemp("hard"))


@pytest.fixture(scope="session")
def report(store: Store) -> Report:
    return read_report(store, EVENING, EVENING + timedelta(days=9), subject=None, about=ABOUT)
