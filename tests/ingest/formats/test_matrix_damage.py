"""The Matrix reader on damaged files: each kind of damage alone, and damage at random."""

from __future__ import annotations

import json
import struct
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import DamagedRecordingError, EmptyFileError, IngestError
from ingest.formats.matrix import packets
from ingest.formats.matrix import read as read_matrix
from ingest.inspection import describe
from ingest.reading import read_recording
from tests.drawing import examples
from tests.ingest.formats.matrix_files import (
    EVENING_S,
    HEADER_BYTES,
    PACKET_BYTES,
    Packet,
    Read,
    begins,
    night,
    numbered,
    numbers_of,
    read,
)

NIGHT = night()
INTACT = NIGHT.bytes()
BEGINS = begins(NIGHT)
PER_PACKET = 2500


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    return tmp_path / "damaged.bin"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("matrix")


def flipped(at: int, bit: int = 0) -> bytes:
    return INTACT[:at] + bytes([INTACT[at] ^ 1 << bit]) + INTACT[at + 1 :]


def assert_keeps_all_but(result: Read, *lost: int) -> None:
    """These packets are gone, the others are whole and at their time."""
    kept = [i for i in range(len(NIGHT.packets)) if i not in lost]
    numbers = np.concatenate([np.arange(i * PER_PACKET, (i + 1) * PER_PACKET) for i in kept])
    np.testing.assert_array_equal(numbers_of(result.steps), numbers)
    np.testing.assert_allclose(result.time_us / 1e6 - EVENING_S, numbers / 25, atol=1e-6)


def test_a_damaged_last_packet_is_counted_in_numbers_that_json_takes(damaged: Path) -> None:
    damaged.write_bytes(flipped(BEGINS[-1] - 1))
    assert json.loads(json.dumps(describe(read_recording(damaged))))["bad_blocks"] == 1


@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(max_examples=examples(40))
def test_any_single_flipped_bit_costs_its_packet_and_nothing_else(folder: Path, place: float, bit: int) -> None:
    begin, end = BEGINS[2], BEGINS[3]
    # Half of the places are in the 36 bytes of the packet's header.
    at = begin + int(place * 2 * PACKET_BYTES if place < 0.5 else PACKET_BYTES + (place - 0.5) * 2 * (end - begin - 36))
    path = folder / "flipped.bin"
    path.write_bytes(flipped(at, bit))
    result = read(path)
    assert_keeps_all_but(result, 2)
    assert result.decoded.bad_blocks == 1
    assert result.decoded.problems


def test_a_packet_with_a_wrong_checksum_is_left_out_and_its_time_stays_a_gap(damaged: Path) -> None:
    damaged.write_bytes(flipped(BEGINS[2] + 1000))
    result = read(damaged)
    assert_keeps_all_but(result, 2)
    assert result.decoded.problems == ("left out for a bad checksum: 1 of 5 packets",)


def test_a_second_that_a_damaged_packet_held_is_not_closed(damaged: Path) -> None:
    starts_s, counts = (0, 100, 101), (2500, 25, 2500)
    short = [
        Packet(EVENING_S + start_s, EVENING_S + start_s + count // 25, numbered(0, count))
        for start_s, count in zip(starts_s, counts, strict=True)
    ]
    recorded = replace(NIGHT, packets=short)
    content = bytearray(recorded.bytes())
    content[begins(recorded)[1] + 50] ^= 1
    damaged.write_bytes(content)
    assert read(damaged).time_us[2500] == (EVENING_S + 101) * 1_000_000


def test_a_packet_without_its_mark_is_told_as_bytes_that_belong_nowhere(damaged: Path) -> None:
    damaged.write_bytes(flipped(BEGINS[2]))
    result = read(damaged)
    assert_keeps_all_but(result, 2)
    lost = BEGINS[3] - BEGINS[2]
    assert result.decoded.problems == (
        f"left out because they are part of no packet: 1 stretches, {lost:,} bytes in all",
        "the header speaks of 5 packets, the file holds 4",
    )


def test_a_damaged_first_packet_is_told_as_well(damaged: Path) -> None:
    damaged.write_bytes(flipped(BEGINS[0]))
    result = read(damaged)
    assert_keeps_all_but(result, 0)
    assert result.decoded.bad_blocks == 1


@pytest.mark.parametrize("count", [0, 2499, 2501, 2**31, 2**32 - 1])
def test_a_packet_that_lies_about_its_count_is_left_out(damaged: Path, count: int) -> None:
    at = BEGINS[2] + 20
    damaged.write_bytes(INTACT[:at] + struct.pack("<I", count) + INTACT[at + 4 :])
    result = read(damaged)
    assert_keeps_all_but(result, 2)
    assert result.decoded.bad_blocks == 1


@pytest.mark.parametrize("declared", [0, 4, 5, 6, 2**32 - 1])
def test_the_number_of_packets_in_the_header_is_only_compared(damaged: Path, declared: int) -> None:
    damaged.write_bytes(replace(NIGHT, declared=declared).bytes())
    result = read(damaged)
    assert_keeps_all_but(result)
    told = f"the header speaks of {declared:,} packets, the file holds 5"
    assert result.decoded.problems == ((told,) if declared > 5 else ())


@pytest.mark.parametrize(
    "back", [1, 2500, BEGINS[5] - BEGINS[4] - 36, BEGINS[5] - BEGINS[4] - 35, BEGINS[5] - BEGINS[4] - 8]
)
def test_a_file_that_ends_inside_a_packet_keeps_the_ones_before(damaged: Path, back: int) -> None:
    damaged.write_bytes(INTACT[:-back])
    result = read(damaged)
    assert_keeps_all_but(result, 4)
    left = BEGINS[5] - BEGINS[4] - back
    assert f"the file ends inside a packet; its last {left:,} bytes were left out" in result.decoded.problems


@given(length=st.integers(1, len(INTACT)))
@settings(max_examples=examples(40))
def test_a_file_cut_anywhere_keeps_its_whole_packets(folder: Path, length: int) -> None:
    path = folder / "cut.bin"
    path.write_bytes(INTACT[:length])
    whole = sum(end <= length for end in BEGINS[1:])
    if not whole:
        with pytest.raises((EmptyFileError, DamagedRecordingError)):
            read(path)
        return
    assert_keeps_all_but(read(path), *range(whole, 5))


@pytest.mark.parametrize("blank", [b"\0", b"\xff"])
@pytest.mark.parametrize("length", [1, 512, 9_000_000])
def test_blank_bytes_at_the_end_are_no_damage(damaged: Path, blank: bytes, length: int) -> None:
    damaged.write_bytes(INTACT + blank * length)
    result = read(damaged)
    assert_keeps_all_but(result)
    assert result.decoded.bad_blocks == 0
    assert result.decoded.problems == (
        f"blank between or behind the packets: {length:,} bytes; the copy was probably not finished",
    )


def test_foreign_bytes_between_packets_are_passed_over_and_counted(damaged: Path) -> None:
    damaged.write_bytes(
        INTACT[: BEGINS[1]] + b"x" * 777 + INTACT[BEGINS[1] : BEGINS[3]] + b"MDTC" + INTACT[BEGINS[3] :]
    )
    result = read(damaged)
    assert_keeps_all_but(result)
    assert result.decoded.bad_blocks == 2
    assert result.decoded.problems == ("left out because they are part of no packet: 2 stretches, 781 bytes in all",)


def test_a_missing_stretch_of_the_file_costs_the_packets_it_touches(damaged: Path) -> None:
    damaged.write_bytes(INTACT[: BEGINS[1] + 100] + INTACT[BEGINS[3] + 100 :])
    assert_keeps_all_but(read(damaged), 1, 2, 3)


def test_a_destroyed_header_leaves_the_size_of_a_step_unknown(damaged: Path) -> None:
    damaged.write_bytes(flipped(512))
    with pytest.raises(DamagedRecordingError, match="how large the steps"):
        read(damaged)


def test_a_file_in_which_no_packet_can_be_believed_is_refused(damaged: Path) -> None:
    content = bytearray(INTACT)
    for begin in BEGINS[:5]:
        content[begin + 50] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(DamagedRecordingError, match="none of its 5 packets"):
        read(damaged)
    damaged.write_bytes(INTACT[:HEADER_BYTES] + b"x" * 5000)
    with pytest.raises(DamagedRecordingError, match=r"not a packet in its 4,996 bytes"):
        read(damaged)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=examples(40))
def test_damage_at_random_gives_samples_or_an_error_of_ours(folder: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    content = np.frombuffer(INTACT, np.uint8).copy()
    places = random.integers(0, len(content), random.integers(1, 20))
    content[places] = random.integers(0, 256, len(places))
    path = folder / "random.bin"
    path.write_bytes(content.tobytes())
    try:
        result = read(path)
    except IngestError:
        return
    assert len(result.steps) % PER_PACKET == 0


@pytest.mark.parametrize("window", [36, 37, 1000, 15_048, 15_049, 100_000])
def test_it_does_not_matter_where_the_windows_of_reading_end(
    damaged: Path, monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    damaged.write_bytes(flipped(BEGINS[2] + 1000) + b"stray")
    whole = read(damaged)
    monkeypatch.setattr(packets, "_WINDOW_BYTES", window)
    monkeypatch.setattr(packets, "_PIECE_BYTES", 999)
    result = read(damaged)
    assert_keeps_all_but(result, 2)
    assert result.decoded.problems == whole.decoded.problems


def test_a_hundred_thousand_marks_that_claim_the_whole_file_are_refused_quickly(damaged: Path) -> None:
    lie = b"MDTCPACK" + struct.pack("<7I", 0, EVENING_S, EVENING_S + 100, 500_000, 0, 0, 0)
    damaged.write_bytes(INTACT[:HEADER_BYTES] + lie * 100_000)
    before_s = time.process_time()
    with pytest.raises(DamagedRecordingError):
        read(damaged)
    assert time.process_time() - before_s < 2


def test_memory_is_bounded_by_blocks_not_by_the_file(damaged: Path) -> None:
    damaged.write_bytes(night(n_packets=40, count=50_000, lasts_s=500).bytes())
    tracemalloc.start()
    try:
        for _ in read_matrix(damaged).blocks():
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12_500_000


def test_samples_among_a_flood_of_others_are_read_without_the_flood(damaged: Path) -> None:
    flood = [
        Packet(EVENING_S + 10 * i, EVENING_S + 10 * i + 10, numbered(250 * i, 250), n_rotation=500_000)
        for i in range(6)
    ]
    damaged.write_bytes(replace(NIGHT, packets=flood).bytes())
    tracemalloc.start()
    try:
        result = read(damaged)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    np.testing.assert_array_equal(numbers_of(result.steps), np.arange(1500))
    assert peak < 20_000_000
