"""What every test may rely on: the shared reference data, and no Prefect server by accident."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from analytics.store import Store, initialise
from analytics.store.database import migrate
from analytics.store.database.steps import Migration, known_migrations
from ingest.workspace import workspace
from tests.drawing import drawn
from tests.paths import ROOT, SHARED
from tests.sharing import made_once

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# A unit test that reaches for Prefect must fail at once instead of booting a server for 20 s.
os.environ.setdefault("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "false")
# Lines would be folded to the width of the terminal that tests start from; readline hands it to the workers on its own.
os.environ.pop("COLUMNS", None)

#: Where each new database has an identity of its own.
MADE_ANEW = frozenset(ROOT / "tests" / "analytics" / "store" / name for name in ("database", "copies"))

settings.register_profile(
    "nightkick",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
    max_examples=drawn(),
)
settings.load_profile("nightkick")


def pytest_report_header() -> str:
    """The versions that most depends on: `make test` runs some tests under two of DuckDB."""
    return ", ".join(f"{name} {version(name)}" for name in ("duckdb", "polars", "prefect"))


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """A short name for long bytes: zips hold the time at which they were made, which differs between workers."""
    return f"{len(val)} bytes" if isinstance(val, bytes) and len(val) > 40 else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collecting makes what stays to the end, in every worker: it is looked through for garbage neither then nor later.

    What the tests themselves leave behind is found as ever.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a test marked ``first_case``, all cases but the first count as slow; tests by hypothesis are ``drawn``."""
    seen = set()
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.drawn)
        if item.get_closest_marker("first_case") is not None:
            name = item.nodeid.partition("[")[0]
            if name in seen:
                item.add_marker(pytest.mark.slow)
            seen.add(name)


def _shared(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"reference data not here: {folder}")
    return folder


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new database; it is copied, and not opened."""

    def make(folder: Path) -> None:
        initialise(Store(folder / "nights.duckdb"))

    return made_once(tmp_path_factory, "empty", make) / "nights.duckdb"


@pytest.fixture(autouse=True)
def new_databases_are_copies(
    request: pytest.FixtureRequest, empty_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spares each test the half second in which a new database goes through every step.

    Not those of `MADE_ANEW`, which are about that or tell databases apart, nor the processes that tests start.
    """
    if not MADE_ANEW.isdisjoint(request.path.parents):
        return
    create = migrate._create

    def copied(store: Store, steps: Sequence[Migration]) -> None:
        if steps != known_migrations():
            create(store, steps)
            return
        with workspace(store.path.parent) as folder:
            made = Path(shutil.copy(empty_database, folder / "new.duckdb"))
            with suppress(FileExistsError):
                store.path.hardlink_to(made)

    monkeypatch.setattr(migrate, "_create", copied)


@pytest.fixture(scope="session")
def recordings_dir() -> Path:
    """Real device files with ``expected.csv``."""
    return _shared("recordings")


@pytest.fixture(scope="session")
def field_cases_dir() -> Path:
    """Generators of files as users reported them."""
    return _shared("field_cases")


@pytest.fixture(scope="session")
def fit_dir() -> Path:
    """FIT edge cases and corpus with ``expected.json``."""
    return _shared("fit")


@pytest.fixture(scope="session")
def scoring_dir() -> Path:
    """Nights of leg movements with a reference tool's result; see the README there."""
    return ROOT / "tests" / "reference_nights"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, one a process, because a second one of it cannot run beside; skipped where there is none."""
    from playwright.sync_api import expect

    from tests.analytics.review.browsing import browser_path, browsing

    expect.set_options(timeout=60_000)  # the machine may be busy with other tests; what never comes still fails

    executable = browser_path()
    if executable is None:
        pytest.skip("no Chromium on this machine: install it to test the review page (Debian: chromium)")
    with browsing(executable) as found:
        yield found
