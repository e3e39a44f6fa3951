"""The databases that documents show: the demo's three nights with journal and verdict, and many simulated people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from analytics.said import Review
from analytics.store import Store, publish, query, write_review
from examples.people import make
from flows.cli import main
from flows.commands.demo import sample_data
from flows.importing.declared import Wishes
from flows.importing.pipeline import import_run, open_context
from flows.settings.settings import load
from ingest.clock import microseconds
from tests.flows.conftest import home, run  # noqa: F401 - fixtures
from tests.paths import ROOT
from tests.sharing import copy_of, made_once

NIGHT = date(2026, 3, 2)
FIRST_KICK = "SELECT min(movement_no) FROM events WHERE night_date = ? AND is_plm AND sleep_state = 'sleep'"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """nightkick.duckdb as `nightkick demo` makes it, without Prefect, and with what docs/questions.md names."""
    return made_once(tmp_path_factory, "demo", _demo)


def _demo(folder: Path) -> None:
    store = Store(folder / "nightkick.duckdb")
    worn = Wishes(site="ankle", side="left", tz="UTC")
    settings = load().model_copy(update={"executor": "threads"})
    import_run([sample_data()], open_context(worn, database=store.path, settings=settings))
    for command in (["journal", "import", str(ROOT / "examples" / "journal.csv")], ["import", str(ROOT / "LICENSE")]):
        main([*command, "--db", str(store.path)])
    kick = query(store, FIRST_KICK, (NIGHT,)).item()
    said_us = microseconds(datetime(2026, 3, 5, 9, tzinfo=UTC))
    write_review(store, Review("me", NIGHT, "dismiss", "Ann", said_us, movement_no=kick))
    publish(store)


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """people.duckdb of `examples.people`, with its published copy."""

    def _people(folder: Path) -> None:
        make(folder / "people.duckdb")

    return made_once(tmp_path_factory, "people", _people)


@pytest.fixture
def copied(demo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo's database copied into the working directory, as the one of the settings; the recordings beside it."""
    place = Path.cwd()
    copy_of(demo, place)
    monkeypatch.setenv("NIGHTKICK_DATABASE", str(place / "nightkick.duckdb"))
    return place
