"""A night that can be edited: analysed by known rules, in a database that keeps them."""

from __future__ import annotations

import pickle
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
from tests.sharing import made_once


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """It takes seconds to analyse, so one worker does for all."""

    def make(folder: Path) -> None:
        (folder / "night.pickle").write_bytes(pickle.dumps(_analysed()))

    made: Night = pickle.loads((made_once(tmp_path_factory, "edited", make) / "night.pickle").read_bytes())
    return made


def _analysed() -> Night:
    found = analysed([channel(*night_of_kicks(PERIODIC_S))], rulesets=tuple(RULESETS))
    of = sha("left")
    movements = tuple(replace(m, recording=of) for m in found.movements)
    return replace(found, subject="anna", night_date=EVENING, recordings=(of,), movements=movements)


@pytest.fixture(scope="session")
def kept_database(tmp_path_factory: pytest.TempPathFactory, filled_database: Path, night: Night) -> Path:
    """A database with that night, and the rules it was analysed with; it is copied, and not opened."""

    def make(folder: Path) -> None:
        made = Store(Path(shutil.copy(filled_database, folder / "nights.duckdb")))
        remember_rules(made, Criteria(), RULESETS.values())
        save_nights(made, [night])

    return made_once(tmp_path_factory, "kept", make) / "nights.duckdb"


@pytest.fixture
def kept(tmp_path: Path, kept_database: Path) -> Store:
    """A copy of that database."""
    return Store(Path(shutil.copy(kept_database, tmp_path / "nights.duckdb")), wait_s=20)
