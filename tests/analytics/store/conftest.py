"""A real database in a folder of its own, and other processes that use it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analytics.store import Store
from tests.analytics.store.forgetting import with_two_people
from tests.analytics.store.making import bring_in, stored
from tests.paths import ROOT
from tests.sharing import copy_of, made_once

Child = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def store(tmp_path: Path, empty_database: Path) -> Store:
    return Store(Path(shutil.copy(empty_database, tmp_path / "nights.duckdb")), wait_s=20)


@pytest.fixture(scope="session")
def filled_database(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Path:
    def make(folder: Path) -> None:
        bring_in(Store(Path(shutil.copy(empty_database, folder))), stored())

    return made_once(tmp_path_factory, "filled", make) / empty_database.name


@pytest.fixture
def filled(tmp_path: Path, filled_database: Path) -> Store:
    """One night of one person, four periodic movements, one flag."""
    return Store(Path(shutil.copy(filled_database, tmp_path / "nights.duckdb")), wait_s=20)


@pytest.fixture
def child() -> Iterator[Child]:
    """Start Python code in a process of its own; those still running at the end are killed."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", code, *map(str, arguments)]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=ROOT)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def two_people(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Path:
    """A database of two people, with its samples and its published copy beside it; they are copied, and not opened."""

    def make(folder: Path) -> None:
        with_two_people(Store(Path(shutil.copy(empty_database, folder))))

    return made_once(tmp_path_factory, "two", make) / empty_database.name


@pytest.fixture
def two(tmp_path: Path, two_people: Path) -> Store:
    """A person who is to be forgotten, and another one."""
    copy_of(two_people.parent, tmp_path)
    return Store(tmp_path / two_people.name, wait_s=20)
