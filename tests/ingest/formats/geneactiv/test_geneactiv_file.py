"""The GENEActiv reader and the file around the pages: gzip, what is no recording, blocks and memory."""

from __future__ import annotations

import gzip
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import DamagedRecordingError, EmptyFileError, UnreadableFileError
from ingest.formats.geneactiv import reader as geneactiv
from ingest.recording import BLOCK_SAMPLES
from tests.ingest.formats.geneactiv.geneactiv_files import (
    EVENING_US,
    MARKER,
    N_SAMPLES,
    PER_PAGE,
    ROUNDING_US,
    assert_keeps_all_but,
    clock_us,
    numbered_g,
    read,
    starts_of,
    without,
)
from tests.ingest.formats.geneactiv.geneactiv_writer import Setup, write_bin


@pytest.mark.parametrize("members", [1, 3])
def test_a_gzipped_file_reads_like_the_plain_one(intact: bytes, tmp_path: Path, members: int) -> None:
    path = tmp_path / "a.bin.gz"
    size = -(-len(intact) // members)
    pieces = [intact[begin : begin + size] for begin in range(0, len(intact), size)]
    path.write_bytes(b"".join(gzip.compress(piece) for piece in pieces))
    assert geneactiv.claims(path.read_bytes()[:4096], path)
    result = read(path)
    assert_keeps_all_but(result, range(0))
    assert result.problems == ()


def test_a_broken_gzip_stream_keeps_what_came_before_and_says_so(intact: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.bin.gz"
    zipped = gzip.compress(intact, compresslevel=1)
    path.write_bytes(zipped[: len(zipped) // 2])
    result = read(path)
    n = len(result.time_us)
    assert n > 300
    assert_keeps_all_but(result, range(n, N_SAMPLES))
    assert result.problems[0].startswith("the gzip stream breaks off after")


def test_a_gzip_bomb_is_refused_before_it_fills_the_disk(intact: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bomb.bin.gz"
    path.write_bytes(gzip.compress(intact[:1500] + bytes(100 << 20)))
    with pytest.raises(DamagedRecordingError, match="no recording does"):
        geneactiv.read(path)


@given(head=st.binary(max_size=1100).filter(lambda head: not head.startswith(b"Device")))
def test_only_geneactiv_content_is_claimed(head: bytes) -> None:
    path = Path("night.bin")
    for other in (head, b"\x1f\x8b" + head, gzip.compress(head), b"GENEA/1.00\n" + head, b"MD\xfc\x03" + head):
        assert not geneactiv.claims(other, path)
    for own in (b"Device Identity\r\n", b"Device Identity\n", b"Device Type,GENEActiv   \n"):
        assert geneactiv.claims(own + head, path)
        assert geneactiv.claims(b"\xef\xbb\xbf" + own + head, path)
        assert geneactiv.claims(gzip.compress(own + head), path)
    assert geneactiv.claims(b"\0\0\n" + MARKER + b"Device Unique Serial Code:012345\n" + head, path)


def test_what_is_no_file_cannot_be_read_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "missing.bin", Path("a\0b")):
        with pytest.raises(UnreadableFileError):
            geneactiv.read(path)
    (tmp_path / "empty.bin").touch()
    with pytest.raises(EmptyFileError):
        geneactiv.read(tmp_path / "empty.bin")


def test_a_file_that_changes_after_reading_is_an_error_and_no_crash(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(intact)
    decoded = geneactiv.read(damaged)
    damaged.write_bytes(b"?" * len(intact))
    with pytest.raises(UnreadableFileError, match="changed while it was read"):
        list(decoded.blocks())
    damaged.write_bytes(intact[:-2])
    with pytest.raises(UnreadableFileError, match="shorter"):
        list(decoded.blocks())
    damaged.unlink()
    with pytest.raises(UnreadableFileError):
        list(decoded.blocks())


def test_bad_pages_at_the_borders_of_blocks_and_pieces_are_left_out_alone(tmp_path: Path) -> None:
    # 4 MB are read in several pieces and handed out in several blocks.
    path = tmp_path / "long.bin"
    n = 1000 * PER_PAGE
    write_bin(path, clock_us(n), np.tile([0.0, 0.0, 1.0], (n, 1)), Setup(100.0))
    data = bytearray(path.read_bytes())
    starts = starts_of(bytes(data))
    spoilt = [*range(0, 1000, 7), 998]
    for number in spoilt:
        data[starts[number] + 1000] = ord("?")
    path.write_bytes(data)
    decoded = geneactiv.read(path)
    time_us = np.concatenate([block.time_us for block in decoded.blocks()])
    kept = np.delete(np.arange(1000), spoilt)
    samples = (kept[:, np.newaxis] * PER_PAGE + np.arange(PER_PAGE)).ravel()
    assert np.abs(time_us - clock_us(n)[samples]).max() <= 2 * ROUNDING_US
    assert decoded.bad_blocks == len(spoilt)
    assert decoded.restarts == 0
    assert len(decoded.problems) == 1


def test_a_long_recording_comes_in_blocks_with_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.bin"
    n = 3_000_000
    time_us = EVENING_US + np.arange(n, dtype=np.int64) * 10_000
    write_bin(path, time_us, np.tile(np.array([0, 0, 1], np.float32), (n, 1)), Setup(100.0))
    tracemalloc.start()
    decoded = geneactiv.read(path)
    sizes = [len(block) for block in decoded.blocks()]
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(sizes) == n == sum(len(block) for block in decoded.blocks())
    assert 0 < min(sizes) <= max(sizes) <= BLOCK_SAMPLES
    assert peak_bytes < 16 << 20


def test_values_are_float32_in_g_because_each_axis_has_a_step_of_its_own(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(intact)
    block = next(geneactiv.read(damaged).blocks())
    assert block.values.dtype == np.float32
    assert block.g_per_value == 1
    np.testing.assert_array_equal(block.values, numbered_g()[: len(block)].astype(np.float32))


def test_a_page_left_out_by_the_copy_is_missing_and_not_damaged(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(without(intact, 9))
    assert geneactiv.read(damaged).bad_blocks == 0
