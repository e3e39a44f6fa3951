"""A zip around a GT3X recording that lies: nothing it says of sizes, places or numbers is believed."""

from __future__ import annotations

import os
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from ingest.archives.zips import content
from ingest.errors import (
    DamagedRecordingError,
    EmptyFileError,
    IngestError,
    UnreadableFileError,
    UnsupportedRecordingError,
)
from ingest.formats.actigraph import reader as actigraph
from tests.ingest.archives.zip_files import directory_entry, patched
from tests.ingest.formats.actigraph.actigraph_files import (
    INFO,
    N_SECONDS,
    RATE,
    assert_keeps_all_but,
    gt3x,
    numbers_of,
    read,
    zipped,
)


def test_a_wrong_checksum_of_the_zip_is_told(path: Path, log: bytes) -> None:
    whole = gt3x(log)
    path.write_bytes(patched(whole, directory_entry(whole, b"log.bin") + 16, "<I", 0xDEADBEEF))
    result = read(path)
    assert_keeps_all_but(result, ())
    assert result.problems == ("the zip's checksum of log.bin does not fit: some of its bytes were changed",)


@pytest.mark.parametrize("size", [0, 1, 999, 0x7FFF_FFFF, 0xFFFF_FFFF])
@pytest.mark.parametrize(("offset", "method"), [(20, 0), (24, 0), (20, 8), (24, 8)])
def test_sizes_in_the_directory_are_never_believed(path: Path, log: bytes, size: int, offset: int, method: int) -> None:
    whole = gt3x(log, method=method)
    path.write_bytes(patched(whole, directory_entry(whole, b"log.bin") + offset, "<I", size))
    tracemalloc.start()
    try:
        result = read(path)
    except IngestError:
        pass
    else:
        np.testing.assert_array_equal(numbers_of(result.values), np.arange(len(result.values)))
        assert result.problems or len(result.values) == N_SECONDS * RATE
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 16 << 20


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_member_of_another_size_than_the_directory_says_is_told(path: Path, log: bytes, method: int) -> None:
    whole = gt3x(log, method=method)
    for size, how in ((len(log) + 9, "breaks off inside"), (len(log) - 9, "holds more than it says of")):
        path.write_bytes(patched(whole, directory_entry(whole, b"log.bin") + 24, "<I", size))
        result = read(path)
        assert_keeps_all_but(result, ())
        assert result.problems == (f"the zip {how} log.bin: {len(log):,} of {size:,} bytes",)


@pytest.mark.parametrize("offset", [1, 50, 0x7FFF_FFFF, 0xFFFF_FFFE])
def test_a_directory_that_leads_nowhere_is_told_and_the_members_found_without_it(
    path: Path, log: bytes, offset: int
) -> None:
    whole = gt3x(log)
    path.write_bytes(patched(whole, directory_entry(whole, b"log.bin") + 42, "<I", offset))
    result = read(path)
    assert_keeps_all_but(result, ())
    assert result.problems == ("the directory of the zip is damaged",)


@pytest.mark.parametrize("by", [1, 10_000, 0x7FFF_0000])
def test_a_directory_that_claims_to_lie_further_on_is_told(path: Path, log: bytes, by: int) -> None:
    whole = gt3x(log)
    stated = int.from_bytes(whole[-6:-2], "little")
    path.write_bytes(patched(whole, len(whole) - 6, "<I", stated + by))
    result = read(path)
    assert_keeps_all_but(result, ())
    assert result.problems == ("the directory of the zip is damaged",)


@pytest.mark.parametrize("packed", [1 << 40, 1 << 63, (1 << 64) - 1])
def test_a_member_of_impossible_size_ends_the_search_without_a_directory(path: Path, log: bytes, packed: int) -> None:
    sizes = struct.pack("<HHQQ", 1, 16, packed, packed)
    first = struct.pack("<4s2xHH4xIIIHH", b"PK\x03\x04", 0, 0, 0, 0xFFFF_FFFF, 0xFFFF_FFFF, 8, len(sizes))
    path.write_bytes(first + b"info.txt" + sizes + log)
    with pytest.raises(DamagedRecordingError, match=r"without log\.bin"):
        actigraph.read(path)


def test_a_directory_with_a_damaged_entry_is_told_and_the_members_found_without_it(path: Path, log: bytes) -> None:
    whole = gt3x(log)
    for name in (b"log.bin", b"info.txt"):
        path.write_bytes(patched(whole, directory_entry(whole, name), "<I", 7))
        result = read(path)
        assert_keeps_all_but(result, ())
        assert result.problems == ("the directory of the zip is damaged",)
        assert result.decoded.device.serial == "MOS2A00004711"


def test_an_end_record_that_lies_is_told_and_the_members_found_without_it(path: Path, log: bytes) -> None:
    whole = gt3x(log)
    path.write_bytes(whole[:-12] + b"\xff" * 12)
    result = read(path)
    assert_keeps_all_but(result, ())
    assert result.problems == ("the directory of the zip is damaged",)


@pytest.mark.parametrize(("offset", "value", "what"), [(8, 1, "encrypted"), (10, 12, "method 12"), (10, 9, "method 9")])
def test_an_encrypted_or_unusual_zip_is_refused(path: Path, log: bytes, offset: int, value: int, what: str) -> None:
    whole = gt3x(log)
    path.write_bytes(patched(whole, directory_entry(whole, b"log.bin") + offset, "<H", value))
    with pytest.raises(UnsupportedRecordingError, match=what) as caught:
        actigraph.read(path)
    assert caught.value.hint


def test_a_bomb_is_refused_before_it_takes_long(path: Path) -> None:
    path.write_bytes(gt3x(bytes(200 << 20), method=zipfile.ZIP_DEFLATED))
    assert path.stat().st_size < 300_000
    before_s = time.process_time()
    with pytest.raises(DamagedRecordingError, match="no recording does"):
        actigraph.read(path)
    assert time.process_time() - before_s < 2


def test_a_member_beyond_any_device_is_refused(path: Path, log: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(gt3x(log, method=zipfile.ZIP_DEFLATED))
    monkeypatch.setattr(content, "MAX_INFLATED_BYTES", len(log))
    assert_keeps_all_but(read(path), ())
    monkeypatch.setattr(content, "MAX_INFLATED_BYTES", len(log) - 1)
    with pytest.raises(DamagedRecordingError):
        actigraph.read(path)


def test_texts_that_never_end_are_read_in_part(path: Path, log: bytes) -> None:
    path.write_bytes(
        gt3x(log, INFO + b"Note: " + b"x" * (40 << 20), zipfile.ZIP_DEFLATED, calibration_json=b"[" * 10**6)
    )
    tracemalloc.start()
    result = read(path)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert_keeps_all_but(result, ())
    assert result.decoded.device.serial == "MOS2A00004711"
    assert result.problems == ()
    assert peak_bytes < 16 << 20


def test_a_directory_of_a_million_entries_costs_neither_time_nor_memory(path: Path, log: bytes) -> None:
    entry = struct.pack("<4s4xHH4xIIIHHH8xI", b"PK\x01\x02", 0, 0, 0, 0, 0, 7, 0, 0, 0) + b"log.bin"
    directory = entry * 1_000_000
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(directory), 0, 0)
    path.write_bytes(directory + end)
    tracemalloc.start()
    assert not actigraph.claims(b"PK\x03\x04", path)
    with pytest.raises(IngestError):
        actigraph.read(path)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 8 << 20


def test_a_zip_in_a_zip_is_not_looked_into(path: Path, log: bytes) -> None:
    path.write_bytes(zipped({"a.gt3x": gt3x(log)}))
    assert not actigraph.claims(path.read_bytes()[:4096], path)
    path.write_bytes(zipped({"log.bin": gt3x(log)}))
    assert_keeps_all_but(read(path), ())


def test_what_is_no_file_cannot_be_read_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "missing.gt3x", Path("a\0b")):
        with pytest.raises(UnreadableFileError):
            actigraph.read(path)
    with pytest.raises(EmptyFileError):
        actigraph.read(tmp_path / "empty")
