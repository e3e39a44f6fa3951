"""Damaged, hostile and very long delimited text: what is readable is kept and the rest reported."""

from __future__ import annotations

import gzip
import io
import tracemalloc
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import DamagedRecordingError, EmptyFileError, IngestError, UnreadableFileError
from ingest.formats import delimited as delimited
from ingest.recording import Decoded
from ingest.tables import table, textfile
from tests.ingest.table_files import HEADER, clock_us, document, joined, plain_lines, read, small_stretches, write


def test_bad_lines_are_left_out_counted_and_the_first_is_named(tmp_path: Path) -> None:
    lines = [HEADER, *plain_lines(100)]
    lines[10] = "# the battery was changed here"
    lines[20] = "2024-03-12T22:15:00.380Z,abc,0.1,0.9"
    lines[30] = "yesterday,0.0,0.1,0.9"
    lines[40] = lines[40] + ",7"
    lines[50] = "2024-03-12T22:15:00.980Z,0.0,inf,0.9"
    lines[60] = "2024-03-12T22:15:01.180Z,0.0,,0.9"
    lines[70] = ""
    lines[-1] = lines[-1][:28]  # half copied
    decoded = read(tmp_path / "a.csv", "\n".join(lines))
    assert decoded.bad_blocks == 7
    assert decoded.problems == ("7 of 99 lines are no samples and were left out, the first is line 11",)
    assert len(joined(decoded)) == 92


def test_bad_lines_are_numbered_through_all_stretches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_stretches(monkeypatch, 500)
    lines = [HEADER, "", *plain_lines(300)]
    lines[250] = "oops"
    assert "the first is line 251" in read(tmp_path / "a.csv", "\n".join(lines)).problems[0]


@pytest.mark.parametrize(("n_bad", "readable"), [(50, True), (51, False)])
def test_a_file_of_which_more_than_half_is_bad_is_damaged(tmp_path: Path, n_bad: int, *, readable: bool) -> None:
    lines = [HEADER, *plain_lines(50), *["?"] * n_bad]
    if readable:
        assert len(joined(read(tmp_path / "a.csv", "\n".join(lines)))) == 50
    else:
        with pytest.raises(DamagedRecordingError, match="51 of 101 lines"):
            read(tmp_path / "a.csv", "\n".join(lines))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_damage_in_utf_16_costs_its_own_line(tmp_path: Path, encoding: str) -> None:
    content = ("\ufeff" + document(2000)).encode(encoding)
    middle = content.index("22:15:20.000".encode(encoding))
    surrogate = b"\xd8\x00" if encoding == "utf-16-be" else b"\x00\xd8"
    decoded = read(tmp_path / "a.csv", content[:middle] + surrogate + content[middle + 2 :])
    assert (len(joined(decoded)), decoded.bad_blocks) == (1999, 1)
    for end in (2, 3, 20, 61, len(content) - 1):
        with suppress(IngestError):
            assert len(joined(read_by_force(tmp_path / "b.csv", content[:end]))) <= 2000


def read_by_force(path: Path, content: bytes) -> Decoded:
    return delimited.read(write(path, content))


def test_utf_16_is_told_from_other_files_by_more_than_its_mark(tmp_path: Path) -> None:
    for content in (b"\xff\xfe", b"\xff\xfe" + bytes(range(256)) * 40, "\ufeffJust a letter.\n".encode("utf-16-le")):
        path = write(tmp_path / "a", content)
        assert not delimited.claims(content[:4096], path)


@pytest.mark.parametrize("n", [40, 1500])
def test_the_zeros_of_a_broken_off_copy_are_one_bad_line(tmp_path: Path, n: int) -> None:
    decoded = read(tmp_path / "a.csv", document(n).encode() + bytes(20_000))
    assert (len(joined(decoded)), decoded.bad_blocks) == (n, 1)


def test_a_header_alone_is_empty(tmp_path: Path) -> None:
    with pytest.raises(EmptyFileError, match="without a single sample"):
        read(tmp_path / "a.csv", HEADER + "\n")


def test_a_line_without_an_end_costs_no_memory(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", document(1500))
    with path.open("r+b") as file:
        file.truncate(300 << 20)  # sparse: a line of 300 MB
        file.seek(0, 2)
        file.write(("\n" + "\n".join(plain_lines(10))).encode())
    tracemalloc.start()
    decoded = delimited.read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (len(joined(decoded)), decoded.bad_blocks) == (1510, 1)
    assert peak < 200 << 20


def test_a_gzip_file_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    packed = gzip.compress(document(20_000).encode())
    decoded = read(tmp_path / "a.csv.gz", packed[: len(packed) // 2])
    assert 5_000 < len(joined(decoded)) < 15_000
    assert "cut short" in decoded.problems[0]


def test_a_gzip_file_with_a_flipped_bit_gives_what_came_before_or_is_damaged(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(document(20_000).encode()))
    packed[len(packed) // 2] ^= 0x10
    decoded = read(tmp_path / "a.csv.gz", bytes(packed))
    assert any("damaged" in problem for problem in decoded.problems)
    np.testing.assert_array_equal(joined(decoded).time_us[:5000], clock_us(5000))


def test_a_gzip_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textfile, "_RATIO_MATTERS_FROM_BYTES", 4 << 20)
    bomb = gzip.compress(document(100).encode() + b"\n" * (8 << 20))
    with pytest.raises(DamagedRecordingError, match="no recording does"):
        read(tmp_path / "bomb.csv.gz", bomb)


def test_text_in_a_gzip_file_larger_than_allowed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textfile, "LARGEST_UNPACKED_BYTES", 2 << 20)
    with pytest.raises(DamagedRecordingError, match="unpacks to more than 2 MB"):
        read(tmp_path / "a.csv.gz", gzip.compress(document(70_000).encode()))


@pytest.mark.parametrize(
    "content", [b"", b"\x1f\x8b", b"\x1f\x8b\x08\x00garbage", gzip.compress(b"MD\xfc\x03" * 300, mtime=0)]
)
def test_what_holds_no_table_is_not_claimed(tmp_path: Path, content: bytes) -> None:
    assert not delimited.claims(content[:4096], write(tmp_path / "a.csv", content))


def test_a_missing_file_and_a_folder_are_unreadable(tmp_path: Path) -> None:
    for path in (tmp_path / "no.csv", tmp_path):
        with pytest.raises(UnreadableFileError):
            delimited.read(path)


@given(st.binary(max_size=300), st.integers(0, 1200))
def test_whatever_is_inserted_only_our_errors_come_out(noise: bytes, place: int) -> None:
    text = document(30).encode()
    with TemporaryDirectory() as folder:
        path = write(Path(folder) / "a.csv", text[:place] + noise + text[place:])
        try:
            n_samples = len(joined(delimited.read(path)))
        except IngestError as error:
            n_samples = 0
            named = error.path
        else:
            named = path
    assert named == path
    assert n_samples <= 30 + noise.count(b"\n") + 1


def test_a_long_recording_is_parsed_again_for_every_walk_and_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = document(5000)
    kept = joined(read(tmp_path / "a.csv", text))
    small_stretches(monkeypatch, 10_000)
    monkeypatch.setattr(table, "KEPT_SAMPLES", 1000)
    decoded = read(tmp_path / "a.csv", text)
    for _ in range(2):
        again = joined(decoded)
        np.testing.assert_array_equal(again.time_us, kept.time_us)
        np.testing.assert_array_equal(again.values, kept.values)


def test_stretches_cover_the_file_and_end_with_lines() -> None:
    data = b"".join(b"%d\n" % i for i in range(5000))
    source = textfile.Source(io.BytesIO(data), len(data))
    stretches = textfile.cut(source, 7, 1000)
    assert stretches[0].start == 7
    assert stretches[-1].end == len(data)
    assert b"".join(textfile.lines_of(source, s, 1000)[0] for s in stretches) == data[7:]
    assert all(data[s.end - 1 : s.end] == b"\n" for s in stretches)
