"""Archives that lie about their size or never end: neither time nor memory nor disk runs out."""

from __future__ import annotations

import gzip
import io
import os
import stat
import struct
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.archives import unpacking
from ingest.archives.reading import MOST_DEEP, Unpacked, is_archive, unpacked
from ingest.errors import DamagedRecordingError, IngestError, UnsupportedRecordingError
from tests.ingest.archives.archive_files import NIGHT, saved, taken, zipped
from tests.ingest.archives.zip_files import directory_entry, patched


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def in_bounds(path: Path, scratch: Path, *, most_s: float = 10, most_bytes: int = 64 << 20) -> list[IngestError]:
    """Take an archive apart and see that it took neither time, memory nor disk."""
    largest = 0
    tracemalloc.start()
    before_s = time.process_time()
    errors = []
    for item in unpacked(path, scratch):
        if isinstance(item, Unpacked):
            largest = max(largest, sum(file.stat().st_size for file in scratch.rglob("*") if file.is_file()))
        else:
            errors.append(item)
    took_s = time.process_time() - before_s
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took_s < most_s
    assert peak_bytes < most_bytes
    assert largest < 600 << 20
    assert list(scratch.iterdir()) == []
    return errors


def test_a_bomb_in_one_file_is_refused_and_the_others_come(tmp_path: Path, scratch: Path) -> None:
    path = saved(tmp_path, zipped(("bomb.cwa", bytes(100 << 20)), ("n.csv", NIGHT)))
    assert path.stat().st_size < 200_000
    found, (error,) = taken(path, scratch)
    assert found == {"n.csv": NIGHT}
    assert error.path == path / "bomb.cwa"
    assert "no recording does" in error.what


def test_many_small_bombs_are_stopped_together(tmp_path: Path, scratch: Path) -> None:
    # Each of them small enough to be harmless by itself.
    path = saved(tmp_path, zipped(*((f"{i}.cwa", bytes(15 << 20)) for i in range(7))))
    errors = in_bounds(path, scratch)
    assert "which no archive of recordings does" in errors[-1].what
    assert errors[-1].path == path


def test_a_nested_bomb_is_stopped(tmp_path: Path, scratch: Path) -> None:
    content = bytes(14 << 20)
    for _ in range(MOST_DEEP):
        content = zipped(*((f"{i}.zip", content) for i in range(8)))
    (error,) = in_bounds(saved(tmp_path, content), scratch)[-1:]
    assert isinstance(error, DamagedRecordingError | UnsupportedRecordingError)


def test_a_gzip_bomb_is_stopped(tmp_path: Path, scratch: Path) -> None:
    path = tmp_path / "n.fit.gz"
    with gzip.open(path, "wb") as file:
        for _ in range(80):
            file.write(bytes(1 << 20))
    assert is_archive(path)
    (error,) = in_bounds(path, scratch)
    assert isinstance(error, DamagedRecordingError)


def test_entries_that_share_bytes_are_unpacked_once(tmp_path: Path, scratch: Path) -> None:
    """As in D. Fifield's "A better zip bomb": many names in the directory for one file."""
    one = zipped(("n.csv", bytes(1 << 20)))
    entry_at = directory_entry(one, b"n.csv")
    entry, end = one[entry_at:-22], one[-22:]
    n = 5000
    end = patched(end, 8, "<HHI", n, n, n * len(entry))
    path = saved(tmp_path, one[:entry_at] + entry * n + end)
    found, errors = taken(path, scratch)
    assert list(found) == ["n.csv"]
    assert len(errors) == n - 1


@pytest.mark.parametrize("size", [0, 1, 0x7FFF_FFFF, 0xFFFF_FFFE])
@pytest.mark.parametrize("offset", [20, 24])
def test_sizes_are_never_believed(tmp_path: Path, scratch: Path, size: int, offset: int) -> None:
    whole = zipped(("a.csv", NIGHT), ("b.csv", NIGHT))
    path = saved(tmp_path, patched(whole, directory_entry(whole, b"a.csv") + offset, "<I", size))
    in_bounds(path, scratch, most_s=1, most_bytes=8 << 20)


def test_limits_hold_on_both_sides(tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, zipped(*((f"{i}.csv", NIGHT) for i in range(5))))
    monkeypatch.setattr(unpacking, "MOST_FILES", 5)
    assert taken(path, scratch)[1] == []
    monkeypatch.setattr(unpacking, "MOST_FILES", 4)
    found, (error,) = taken(path, scratch)
    assert (len(found), error.path) == (0, path)  # its directory says so, before anything is unpacked
    monkeypatch.setattr(unpacking, "MOST_FILES", 5)
    monkeypatch.setattr(unpacking, "MOST_BYTES", 5 * len(NIGHT))
    assert taken(path, scratch)[1] == []
    monkeypatch.setattr(unpacking, "MOST_BYTES", 5 * len(NIGHT) - 1)
    assert len(taken(path, scratch)[1]) == 1
    monkeypatch.setattr(unpacking, "MOST_BYTES", 1 << 40)
    monkeypatch.setattr(unpacking, "MOST_SECONDS", -1.0)
    assert "minutes" in taken(path, scratch)[1][0].what


@pytest.mark.slow
def test_ten_thousand_files_take_seconds_and_no_room(tmp_path: Path, scratch: Path) -> None:
    path = saved(tmp_path, zipped(*((f"{i % 2}/{i}.csv", b"%d\n" % i) for i in range(10_000)), method=0))
    n = 0
    before_s = time.process_time()
    for item in unpacked(path, scratch):
        assert isinstance(item, Unpacked)
        n += 1
    assert n == 10_000
    assert time.process_time() - before_s < 15


def test_hundreds_of_thousands_of_names_in_a_small_zip_are_stopped(tmp_path: Path, scratch: Path) -> None:
    entry = struct.pack("<4s4xHH4xIIIHHH8xI", b"PK\x01\x02", 0, 0, 0, 0, 0, 1, 0, 0, 0) + b"a"
    n = 300_000
    end = struct.pack("<4s4xHHIIH", b"PK\x05\x06", 0xFFFF, 0xFFFF, n * len(entry), 40, 0)
    path = saved(tmp_path, b"PK\x03\x04" + bytes(36) + entry * n + end)
    in_bounds(path, scratch, most_s=20, most_bytes=20 * path.stat().st_size)


def test_what_is_unpacked_is_for_its_owner_only_and_gone_when_nobody_asks_for_more(
    tmp_path: Path, scratch: Path
) -> None:
    items = unpacked(saved(tmp_path, zipped(("a.csv", NIGHT), ("b.csv", NIGHT))), scratch)
    item = next(items)
    assert isinstance(item, Unpacked)
    assert stat.S_IMODE(item.file.parent.stat().st_mode) == 0o700
    items.close()
    assert list(scratch.iterdir()) == []


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, _data: object) -> int:
            raise OSError(28, os.strerror(28))

    real: Callable[..., object] = Path.open
    monkeypatch.setattr(Path, "open", lambda path, mode="r": Full() if mode == "xb" else real(path, mode))
    found, (error,) = taken(saved(tmp_path, zipped(("a.csv", NIGHT))), scratch)
    assert found == {}
    assert "no space left" in error.what
    assert error.path == tmp_path / "a.zip" / "a.csv"
