"""A night that can be edited: analysed by known rules, in a database that keeps them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from analytics.criteria import Criteria
from analytics.model import Night
from analytics.scoring.rulesets import RULESETS
from analytics.store import Store, remember_rules, save_nights
from tests.analytics.signals import channel, night_of_kicks
from tests.analytics.store.making import EVENING, sha
from tests.analytics.whole_nights import PERIODIC_S, analysed


@pytest.fixture(scope="module")
def night() -> Night:
    found = analysed([channel(*night_of_kicks(PERIODIC_S))], rulesets=tuple(RULESETS))
    of = sha("left")
    movements = tuple(replace(m, recording=of) for m in found.movements)
    return replace(found, subject="anna", night_date=EVENING, recordings=(of,), movements=movements)


@pytest.fixture(scope="module")
def kept_database(tmp_path_factory: pytest.TempPathFactory, filled_database: Path, night: Night) -> Path:
    """A database with that night, and the rules it was analysed with; it is copied, and not opened."""
    made = Store(Path(shutil.copy(filled_database, tmp_path_factory.mktemp("kept") / "nights.duckdb")))
    remember_rules(made, Criteria(), RULESETS.values())
    save_nights(made, [night])
    return made.path


@pytest.fixture
def kept(tmp_path: Path, kept_database: Path) -> Store:
    """A copy of that database."""
    return Store(Path(shutil.copy(kept_database, tmp_path / "nights.duckdb")), wait_s=20)
