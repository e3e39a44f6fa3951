"""One intact recording for all tests of the format, and where each test writes its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.formats.actigraph.actigraph_files import Record, intact_records, joined


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    return intact_records(tmp_path_factory.mktemp("intact") / "a.gt3x")


@pytest.fixture(scope="session")
def log(records: list[Record]) -> bytes:
    return joined(records)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.gt3x"
