from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import UnreadableFileError
from ingest.fingerprint import sha256_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fingerprint")


@given(content=st.binary(max_size=2000))
def test_the_fingerprint_is_the_sha256_of_the_bytes(folder: Path, content: bytes) -> None:
    path = folder / "night.cwa"
    path.write_bytes(content)
    assert sha256_of(path) == hashlib.sha256(content).hexdigest()


def test_more_than_any_buffer_holds_is_read_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "long.cwa"
    content = bytes(range(256)) * (1 << 14) + b"the end"
    path.write_bytes(content)
    assert sha256_of(path) == hashlib.sha256(content).hexdigest()


def test_a_copy_under_another_name_is_the_same_recording(tmp_path: Path) -> None:
    one, other = tmp_path / "one.cwa", tmp_path / "other.csv"
    for path in (one, other):
        path.write_bytes(b"the same night")
    assert sha256_of(one) == sha256_of(other)


def test_a_gzipped_copy_is_another_recording(tmp_path: Path) -> None:
    plain, packed = tmp_path / "night.csv", tmp_path / "night.csv.gz"
    plain.write_bytes(b"the same night")
    packed.write_bytes(gzip.compress(b"the same night"))
    assert sha256_of(plain) != sha256_of(packed)


def test_a_missing_file_is_an_error_of_our_own(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="no such file"):
        sha256_of(tmp_path / "gone.cwa")
