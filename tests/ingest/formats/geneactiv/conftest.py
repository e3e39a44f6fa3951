"""One intact recording for all tests of the format, and where each test writes its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.formats.geneactiv.geneactiv_files import intact_bytes


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The intact file, for property tests: hypothesis prints what they are given."""
    path = tmp_path_factory.mktemp("intact") / "a.bin"
    intact_bytes(path)
    return path


@pytest.fixture(scope="session")
def intact(original: Path) -> bytes:
    return original.read_bytes()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "night.bin"


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    return tmp_path / "damaged.bin"
