"""The sample nights with hostile words beside them, and the page served from them to a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Request
from playwright.sync_api import Page as Tab

from analytics.said import JournalEntry
from analytics.store import Store, initialise, write_journal
from flows.commands.demo import sample_data
from flows.importing.declared import Wishes
from flows.importing.pipeline import import_run, open_context
from flows.settings.settings import load
from tests.analytics.review.browsing import is_ended, page_of, served
from tests.sharing import copy_of, made_once

NIGHT = date(2026, 3, 2)
HOSTILE = "<script>document.title='taken'</script> \"quotes\" 'and' & \u202eright to left\u202c " + "x" * 10_000


@pytest.fixture(scope="session", autouse=True)
def no_certificates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No page here speaks TLS, so that httpx need not load all of the machine's certificates for each request."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SSL_CERT_FILE", raising=False)
        patch.setenv("SSL_CERT_DIR", str(tmp_path_factory.mktemp("none")))
        yield


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample nights in x.duckdb, which nobody may change."""
    return made_once(tmp_path_factory, "samples", _samples) / "db"


def _samples(folder: Path) -> None:
    database, worn = folder / "db" / "x.duckdb", Wishes(site="ankle", side="left", tz="UTC")
    settings = load().model_copy(update={"executor": "threads"})
    import_run([sample_data()], open_context(worn, database=database, settings=settings))
    noted = [JournalEntry("me", NIGHT, "note", text=HOSTILE), JournalEntry("me", NIGHT, "caffeine_mg", 120.0)]
    write_journal(Store(database), noted)


@pytest.fixture
def database(samples: Path, tmp_path: Path) -> Path:
    """A copy of the sample nights for one test."""
    copy_of(samples, tmp_path / "db", _linked)
    return tmp_path / "db" / "x.duckdb"


def _linked(source: str, target: str) -> None:
    if source.endswith(".parquet"):
        Path(target).hardlink_to(source)
    else:
        shutil.copy2(source, target)


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A database without nights."""
    database = tmp_path / "empty.duckdb"
    initialise(Store(database))
    return database


@pytest.fixture
def address(database: Path) -> Iterator[str]:
    """The page of the sample nights."""
    with served(page_of(database)) as at:
        yield at


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    """A tab in which nothing may go wrong unseen: no error in the console, no request to anywhere else."""
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    tab = context.new_page()
    wrong: list[str] = []
    tab.on("console", lambda said: wrong.append(said.text) if _is_complaint(said) else None)
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("request", lambda request: wrong.append(request.url) if _is_elsewhere(request) else None)
    yield tab
    context.close()
    assert wrong == []


def _is_complaint(said: ConsoleMessage) -> bool:
    return said.type in ("error", "warning") and not is_ended(said.location["url"])


def _is_elsewhere(request: Request) -> bool:
    return urlsplit(request.url).hostname != "127.0.0.1"
