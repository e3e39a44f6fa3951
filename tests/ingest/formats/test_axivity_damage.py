"""The Axivity reader on damaged files: each kind of damage alone, damage at random, and wrappings."""

from __future__ import annotations

import gzip
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import byte_source as axivity_bytes
from ingest.errors import (
    DamagedRecordingError,
    EmptyFileError,
    IngestError,
    UnreadableFileError,
    UnsupportedRecordingError,
)
from ingest.formats.axivity import reader as axivity
from ingest.formats.axivity import sectors as cwa
from ingest.recording import BLOCK_SAMPLES
from ingest.writers.axivity import write_cwa
from tests.drawing import examples
from tests.ingest.formats.axivity_files import (
    EVENING_US,
    HEADER,
    N_SAMPLES,
    PER_SECTOR,
    SECTOR,
    assert_keeps_all_but,
    clock_us,
    intact_bytes,
    numbers_of,
    patched,
    read,
    with_checksum,
)
from tests.ingest.mutating import Mutant, mutants, mutated


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return intact_bytes(tmp_path_factory.mktemp("intact") / "a.cwa")


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    return tmp_path / "damaged.cwa"


# Sectors that are not believed


@given(bit=st.integers(0, SECTOR * 8 - 1))
@settings(max_examples=examples(24))
def test_any_single_flipped_bit_costs_its_sector_and_nothing_else(
    intact: bytes, tmp_path_factory: pytest.TempPathFactory, bit: int
) -> None:
    data = bytearray(intact)
    data[HEADER + 9 * SECTOR + bit // 8] ^= 1 << bit % 8
    path = tmp_path_factory.getbasetemp() / "flipped.cwa"
    path.write_bytes(data)
    result = read(path)
    assert_keeps_all_but(result, range(9 * PER_SECTOR, 10 * PER_SECTOR))
    assert result.decoded.bad_blocks == 1
    assert len(result.decoded.problems) == 1


@pytest.mark.parametrize(
    ("form", "offset", "value"),
    [
        ("<H", 28, 81),
        ("<H", 28, 65_535),
        ("<B", 25, 0x31),
        ("<B", 25, 0x00),
        ("<B", 24, 0x45),
        ("<I", 14, 0),
        ("<I", 14, 26 << 26 | 2 << 22 | 30 << 17),
    ],
    ids=["one sample too many", "65535 samples", "packing", "no axes", "rate", "no date", "30 February"],
)
def test_a_sector_of_nonsense_with_a_right_checksum_is_left_out_and_counted(
    intact: bytes, damaged: Path, form: str, offset: int, value: int
) -> None:
    damaged.write_bytes(patched(intact, 9, form, offset, value))
    result = read(damaged)
    assert_keeps_all_but(result, range(720, 800))
    assert result.decoded.bad_blocks == 1
    assert result.decoded.problems == ("left out for an impossible date, rate, layout or count: 1 of 20 sectors",)


@pytest.mark.parametrize("count", [0, 1, 79])
def test_a_sector_need_not_be_full(intact: bytes, damaged: Path, count: int) -> None:
    damaged.write_bytes(patched(intact, 19, "<H", 28, count))
    result = read(damaged)
    assert_keeps_all_but(result, range(19 * 80 + count, 1600))
    assert result.decoded.problems == ()


def test_a_checksum_word_of_zero_is_no_excuse(intact: bytes, damaged: Path) -> None:
    begin = HEADER + 9 * SECTOR + 510
    damaged.write_bytes(intact[:begin] + b"\0\0" + intact[begin + 2 :])
    assert axivity.read(damaged).bad_blocks == 1


def test_foreign_and_blank_sectors_are_left_out_and_told_apart(intact: bytes, damaged: Path) -> None:
    data = bytearray(intact)
    for number, content in ((4, b"\0"), (5, b"\xff"), (8, b"Lorem ip"), (19, b"\0")):
        begin = HEADER + number * SECTOR
        data[begin : begin + SECTOR] = content * (SECTOR // len(content))
    damaged.write_bytes(data)
    decoded = axivity.read(damaged)
    assert decoded.bad_blocks == 4
    assert decoded.problems == (
        "left out because they are no Axivity data: 1 of 20 sectors",
        "blank in the middle of the file: 2 of 20 sectors",
        "blank at the end of the file: 1 of 20 sectors; the copy was probably not finished",
    )


@pytest.mark.parametrize("extra", [1, 511])
def test_a_cut_last_sector_costs_only_itself_and_is_told(intact: bytes, damaged: Path, extra: int) -> None:
    damaged.write_bytes(intact[: HEADER + 19 * SECTOR + extra])
    result = read(damaged)
    assert_keeps_all_but(result, range(1520, 1600))
    assert result.decoded.problems == (f"the file ends inside a sector; its last {extra} bytes were left out",)


def test_a_half_copied_file_keeps_its_first_half_and_says_so(intact: bytes, damaged: Path) -> None:
    half = HEADER + 10 * SECTOR + 100
    damaged.write_bytes(intact[:half] + bytes(len(intact) - half))
    result = read(damaged)
    assert_keeps_all_but(result, range(800, 1600))
    assert result.decoded.bad_blocks == 10
    assert result.decoded.problems[-1].startswith("blank at the end of the file: 9 of 20 sectors")


def test_a_destroyed_header_costs_only_what_it_said(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(bytes(HEADER) + intact[HEADER:])
    assert axivity.claims(damaged.read_bytes()[:4096], damaged)
    result = read(damaged)
    assert_keeps_all_but(result, range(0))
    assert result.decoded.device.serial == ""
    assert result.decoded.problems == ("the file header is damaged: device, serial number and site are unknown",)


@pytest.mark.parametrize("size", [4, 1023, 1024, 1200])
def test_a_header_without_a_sector_is_an_empty_recording(intact: bytes, damaged: Path, size: int) -> None:
    damaged.write_bytes(intact[:size])
    with pytest.raises(EmptyFileError, match="not a single sample"):
        axivity.read(damaged)


def test_a_header_before_blank_sectors_is_an_empty_recording(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(intact[:HEADER] + bytes(40 * SECTOR))
    with pytest.raises(EmptyFileError, match="blank sectors"):
        axivity.read(damaged)


def test_a_recording_without_one_good_sector_is_damaged_not_empty(intact: bytes, damaged: Path) -> None:
    data = bytearray(intact)
    data[HEADER + 40 :: SECTOR] = bytes(byte ^ 1 for byte in data[HEADER + 40 :: SECTOR])
    damaged.write_bytes(data)
    with pytest.raises(DamagedRecordingError, match="none of its 20 sectors"):
        axivity.read(damaged)


# Random damage


SIZE = HEADER + 20 * SECTOR
MUTANTS = mutants(
    place=st.integers(0, SIZE - 1) | st.integers(0, SIZE // SECTOR - 1).map(lambda sector: sector * SECTOR),
    length=st.integers(1, 3 * SECTOR) | st.sampled_from((SECTOR, 2 * SECTOR)),
)


@given(mutant=MUTANTS)
@settings(max_examples=examples(160))
def test_damage_never_makes_up_samples_or_times(
    intact: bytes, tmp_path_factory: pytest.TempPathFactory, mutant: Mutant
) -> None:
    path = tmp_path_factory.getbasetemp() / "mutant.cwa"
    path.write_bytes(mutated(intact, mutant))
    try:
        result = read(path)
    except IngestError:
        return
    number = numbers_of(result.xyz_g)
    assert len(number) == len(result.time_us) > 0
    assert ((number >= 0) & (number < N_SAMPLES)).all()
    # A sector left alone is timed by the nominal rate, 1.4 % off over 80 samples.
    assert np.abs(result.time_us - clock_us()[number]).max() <= 12_000


@given(data=st.binary(max_size=3000), with_header=st.booleans())
@settings(max_examples=examples(80))
def test_arbitrary_bytes_end_in_our_own_errors(
    intact: bytes, tmp_path_factory: pytest.TempPathFactory, data: bytes, *, with_header: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.cwa"
    path.write_bytes((intact[:HEADER] if with_header else b"") + data)
    with pytest.raises(IngestError):
        axivity.read(path)


@given(fields=st.binary(min_size=24, max_size=24), number=st.integers(0, 19))
@settings(max_examples=examples(80))
def test_a_lying_sector_with_a_right_checksum_harms_nobody_else(
    intact: bytes, tmp_path_factory: pytest.TempPathFactory, fields: bytes, number: int
) -> None:
    begin = HEADER + number * SECTOR
    lying = with_checksum(intact[begin : begin + 4] + fields + intact[begin + 28 : begin + SECTOR])
    path = tmp_path_factory.getbasetemp() / "lying.cwa"
    path.write_bytes(intact[:begin] + lying + intact[begin + SECTOR :])
    result = read(path)
    others = np.delete(np.arange(N_SAMPLES), np.arange(number * PER_SECTOR, (number + 1) * PER_SECTOR))
    before = result.time_us[: number * PER_SECTOR]
    after = result.time_us[len(result.time_us) - (len(others) - len(before)) :]
    assert np.abs(np.concatenate((before, after)) - clock_us()[others]).max() <= 12_000


# Files


@pytest.mark.parametrize("members", [1, 3])
def test_a_gzipped_file_reads_like_the_plain_one(intact: bytes, tmp_path: Path, members: int) -> None:
    path = tmp_path / "a.cwa.gz"
    size = -(-len(intact) // members)
    pieces = [intact[begin : begin + size] for begin in range(0, len(intact), size)]
    path.write_bytes(b"".join(gzip.compress(piece) for piece in pieces) + bytes(100))
    assert axivity.claims(path.read_bytes()[:4096], path)
    result = read(path)
    assert_keeps_all_but(result, range(0))
    assert result.decoded.problems == ()
    assert len(list(result.decoded.blocks())) == 1


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_a_broken_gzip_stream_keeps_what_came_before_and_says_so(tmp_path: Path, damage: str) -> None:
    n = 60_000
    xyz_g = np.random.default_rng(3).normal(size=(n, 3))
    plain, path = tmp_path / "a.cwa", tmp_path / "a.cwa.gz"
    write_cwa(plain, EVENING_US + np.arange(n, dtype=np.int64) * 10_000, xyz_g, rate_hz=100, serial=1)
    zipped = bytearray(gzip.compress(plain.read_bytes(), compresslevel=1))
    half = len(zipped) // 2
    if damage == "flipped":
        zipped[half : half + 8] = bytes(byte ^ 0xFF for byte in zipped[half : half + 8])
    path.write_bytes(zipped[:half] if damage == "cut" else zipped)
    result = read(path)
    assert result.decoded.problems[0].startswith("the gzip stream breaks off after")
    whole = read(plain)
    good = 28_000
    assert len(result.time_us) >= good
    np.testing.assert_array_equal(result.xyz_g[:good], whole.xyz_g[:good])


def test_a_gzip_bomb_is_refused_before_it_fills_the_disk(intact: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bomb.cwa.gz"
    path.write_bytes(gzip.compress(intact[:HEADER] + bytes(100 << 20)))
    assert path.stat().st_size < 200_000
    with pytest.raises(DamagedRecordingError, match="no recording does"):
        axivity.read(path)


def test_a_zipped_recording_beyond_any_device_is_refused(
    intact: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.cwa.gz"
    path.write_bytes(gzip.compress(intact))
    monkeypatch.setattr(axivity_bytes, "MAX_INFLATED_BYTES", len(intact))
    assert_keeps_all_but(read(path), range(0))
    monkeypatch.setattr(axivity_bytes, "MAX_INFLATED_BYTES", len(intact) - 1)
    with pytest.raises(DamagedRecordingError):
        axivity.read(path)


@given(head=st.binary(max_size=1100))
def test_only_axivity_content_is_claimed(head: bytes) -> None:
    path = Path("night.cwa")
    assert not axivity.claims(head, path)
    assert not axivity.claims(b"\x1f\x8b" + head, path)
    assert not axivity.claims(gzip.compress(head), path)
    assert axivity.claims(cwa.HEADER_MAGIC + head, path)


def test_what_is_no_file_cannot_be_read_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "missing.cwa", Path("a\0b")):
        with pytest.raises(UnreadableFileError):
            axivity.read(path)


def test_a_file_that_shrinks_after_reading_is_an_error_and_no_crash(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(intact)
    decoded = axivity.read(damaged)
    damaged.write_bytes(intact[:-1])
    with pytest.raises(UnreadableFileError, match="shorter"):
        list(decoded.blocks())
    damaged.unlink()
    with pytest.raises(UnreadableFileError):
        list(decoded.blocks())


def test_a_long_recording_comes_in_blocks_with_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.cwa"
    n = 4_000_000
    write_cwa(
        path, EVENING_US + np.arange(n, dtype=np.int64) * 10_000, np.zeros((n, 3), np.float32), rate_hz=100, serial=1
    )
    tracemalloc.start()
    decoded = axivity.read(path)
    sizes = [len(block) for block in decoded.blocks()]
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(sizes) == n == sum(len(block) for block in decoded.blocks())
    assert 0 < min(sizes) <= max(sizes) == BLOCK_SAMPLES
    assert peak_bytes < path.stat().st_size * 0.6


def _early(data: bytes, number: int, rate_hz: int = 100) -> bytes:
    """A sector as very old firmware wrote it: no rate code, and the rate in Hz in the place of the offset."""
    return patched(patched(data, number, "<h", 26, rate_hz), number, "<B", 24, 0)


def test_a_file_of_very_old_firmware_is_refused_for_what_it_is(intact: bytes, damaged: Path) -> None:
    for number in range(20):
        intact = _early(intact, number)
    damaged.write_bytes(intact)
    with pytest.raises(UnsupportedRecordingError, match="very old firmware") as caught:
        read(damaged)
    assert "OMGUI" in caught.value.hint


def test_single_sectors_of_very_old_firmware_are_left_out_by_name(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(_early(_early(intact, 7), 8))
    result = read(damaged)
    assert "left out because very old firmware wrote them: 2 of 20 sectors" in result.decoded.problems
    assert_keeps_all_but(result, range(7 * 80, 9 * 80))


@pytest.mark.parametrize("rate_hz", [0, 1, -100, 9999])
def test_without_a_rate_in_the_old_place_it_is_damage(intact: bytes, damaged: Path, rate_hz: int) -> None:
    damaged.write_bytes(_early(intact, 7, rate_hz))
    assert any("impossible date, rate" in problem for problem in read(damaged).decoded.problems)
