"""The GT3X reader on damaged logs: each kind of damage alone, damage at random, files that lie."""

from __future__ import annotations

import re
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import DamagedRecordingError, EmptyFileError, IngestError, UnreadableFileError
from ingest.formats.actigraph import reader as actigraph
from ingest.formats.actigraph import records as gt3x_records
from tests.drawing import examples
from tests.ingest.formats.actigraph.actigraph_files import (
    EVENING_S,
    EVENING_US,
    INFO,
    N_SECONDS,
    RATE,
    Record,
    assert_keeps_all_but,
    changed,
    clock_us,
    gt3x,
    joined,
    numbered,
    numbers_of,
    read,
    with_samples,
)
from tests.ingest.formats.actigraph.actigraph_writer import write_gt3x
from tests.ingest.mutating import Mutant, mutants, mutated

LEFT_OUT = re.compile(
    r"left out because no record in them has a right checksum: ([\d,]+) stretches, ([\d,]+) bytes in all"
)


def starts(records: list[Record]) -> list[int]:
    """Where in the log each record begins, and where the log ends."""
    return [0, *np.cumsum([len(record.encoded()) for record in records]).tolist()]


def left_out(problems: tuple[str, ...]) -> tuple[int, int]:
    """Stretches and bytes."""
    (found,) = filter(None, map(LEFT_OUT.fullmatch, problems))
    stretches, lost = found.groups()
    return int(stretches.replace(",", "")), int(lost.replace(",", ""))


# Records that are not believed


@given(data=st.data())
@settings(max_examples=examples(40))
def test_any_single_flipped_bit_costs_its_second_and_nothing_else(
    records: list[Record], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    place = with_samples(records)[5]
    log = bytearray(joined(records))
    begin, end = starts(records)[place : place + 2]
    # The header is a tenth of a record and half of what can go wrong.
    byte = data.draw(st.integers(begin, begin + 7) | st.integers(begin, end - 1))
    log[byte] ^= 1 << data.draw(st.integers(0, 7))
    path = tmp_path_factory.getbasetemp() / "flipped.gt3x"
    path.write_bytes(gt3x(bytes(log)))
    result = read(path)
    assert_keeps_all_but(result, (5,))
    assert result.decoded.bad_blocks == 1
    assert left_out(result.problems) == (1, end - begin)
    assert len(result.problems) == 1


def test_a_good_second_between_two_damaged_ones_is_kept(path: Path, records: list[Record]) -> None:
    places = with_samples(records)
    for lost in (3, 5, 6, 7, 9):
        records = changed(records, places[lost], sum_off=0x55)
    path.write_bytes(gt3x(joined(records)))
    result = read(path)
    assert_keeps_all_but(result, (3, 5, 6, 7, 9))
    assert result.decoded.bad_blocks == 3
    assert left_out(result.problems) == (3, 5 * (135 + 9))


def test_damage_to_other_records_costs_no_samples(path: Path, records: list[Record]) -> None:
    path.write_bytes(gt3x(joined(changed(records, 0, sum_off=1))))
    result = read(path)
    assert_keeps_all_but(result, ())
    assert result.decoded.bad_blocks == 1


@pytest.mark.parametrize("size", [0, 1, 134, 136, 0x1FFF, 0xFFFF])
def test_a_size_that_lies_leads_nobody_astray(path: Path, records: list[Record], size: int) -> None:
    log = bytearray(joined(records))
    begin = starts(records)[with_samples(records)[5]]
    struct.pack_into("<H", log, begin + 6, size)
    path.write_bytes(gt3x(bytes(log)))
    assert_keeps_all_but(read(path), (5,))


def test_a_size_that_lies_with_a_right_checksum_swallows_nothing(path: Path, records: list[Record]) -> None:
    places = with_samples(records)
    log = bytearray(joined(records))
    begin, after = starts(records)[places[5]], starts(records)[places[8]]
    # Ends in the middle of a later record, and the byte there is made to fit.
    struct.pack_into("<H", log, begin + 6, after + 20 - begin - 9)
    log[after + 19] = np.bitwise_xor.reduce(np.frombuffer(log, np.uint8)[begin : after + 19]) ^ 0xFF
    path.write_bytes(gt3x(bytes(log)))
    assert_keeps_all_but(read(path), (5, 8))


@pytest.mark.parametrize("junk", [b"Lorem ipsum dolor", b"\x1e" * 300, b"\x1e\x00" * 40, bytes(range(1, 256)) * 9])
@pytest.mark.parametrize("second", [0, 6])
def test_junk_between_records_is_left_out_and_told(path: Path, records: list[Record], junk: bytes, second: int) -> None:
    places = with_samples(records)
    path.write_bytes(gt3x(joined(records[: places[second]]) + junk + joined(records[places[second] :])))
    result = read(path)
    assert_keeps_all_but(result, ())
    assert left_out(result.problems) == (1, len(junk))


def test_junk_longer_than_what_is_read_at_once_is_one_stretch(path: Path, records: list[Record]) -> None:
    place = with_samples(records)[6]
    junk = np.random.default_rng(7).integers(1, 256, 3_000_000, dtype=np.uint8).tobytes()
    path.write_bytes(gt3x(joined(records[:place]) + junk + joined(records[place:])))
    result = read(path)
    kept = result.time_us < EVENING_US + N_SECONDS * 1_000_000
    np.testing.assert_array_equal(numbers_of(result.values[kept]), np.arange(N_SECONDS * RATE))
    assert result.decoded.bad_blocks == 1


def test_records_are_found_across_the_borders_of_what_is_read_at_once(
    path: Path, records: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gt3x_records, "LARGEST_PAYLOAD", 320)
    place = with_samples(records)[6]
    ending = joined(changed(records, len(records) - 1, sum_off=1)[place:])
    path.write_bytes(gt3x(joined(records[:place]) + bytes(3) + b"junk" * 20 + bytes(200) + ending))
    whole = read(path)
    for chunk in (1, 7, 100, 144, 145, 1000):
        monkeypatch.setattr(gt3x_records, "_CHUNK_BYTES", chunk)
        result = read(path)
        assert_keeps_all_but(result, ())
        assert result.problems == whole.problems
        assert left_out(result.problems) == (2, 283 + 10)


@pytest.mark.parametrize("n", [1, 8])
def test_a_few_zeros_between_records_are_harmless(path: Path, records: list[Record], n: int) -> None:
    path.write_bytes(gt3x(b"".join(record.encoded() + bytes(n) for record in records)))
    result = read(path)
    assert_keeps_all_but(result, ())
    assert result.problems == ()


def test_long_stretches_of_zeros_are_told_and_are_no_damage(path: Path, records: list[Record]) -> None:
    place = with_samples(records)[6]
    path.write_bytes(gt3x(joined(records[:place]) + bytes(512) + joined(records[place:]) + bytes(2048)))
    result = read(path)
    assert_keeps_all_but(result, ())
    assert result.decoded.bad_blocks == 0
    assert result.problems == (
        "blank in the middle of the log: 512 bytes",
        "blank at the end of the log: 2,048 bytes; the copy was probably not finished",
    )


def test_a_log_cut_anywhere_keeps_its_whole_records_and_says_what_was_cut(path: Path, records: list[Record]) -> None:
    log, begins = joined(records), starts(records)
    places = with_samples(records)
    for length in (*range(begins[places[1]], begins[places[2]] + 1), len(log) - 1, len(log) - 10):
        path.write_bytes(gt3x(log[:length]))
        result = read(path)
        whole = [place for place in places if begins[place + 1] <= length]
        assert_keeps_all_but(result, range(len(whole), N_SECONDS))
        cut = length - max(begin for begin in begins if begin <= length)
        told = f"the log ends inside a record; its last {cut} bytes were left out"
        assert result.problems == ((told,) if cut else ())
        assert result.decoded.bad_blocks == 0


@pytest.mark.parametrize("extra", [2, 20])
def test_a_second_that_ends_inside_a_sample_is_told(path: Path, records: list[Record], extra: int) -> None:
    place = with_samples(records)[5]
    payload = records[place].payload
    path.write_bytes(gt3x(joined(changed(records, place, payload=payload + bytes(extra)))))
    result = read(path)
    assert "seconds that end inside a sample: 1 of 12" in result.problems
    kept = (result.time_us < EVENING_US + 5_000_000) | (result.time_us >= EVENING_US + 6_000_000)
    np.testing.assert_array_equal(result.time_us[kept], np.delete(clock_us(), np.arange(150, 180)))


# Nothing left


def test_a_log_without_a_sample_is_an_empty_recording(path: Path, records: list[Record]) -> None:
    for log in (b"", joined(records[: with_samples(records)[0]]), records[-1].encoded(), bytes(4096)):
        path.write_bytes(gt3x(log))
        with pytest.raises(EmptyFileError, match="not a single sample"):
            actigraph.read(path)


def test_a_log_without_one_good_second_is_damaged_not_empty(path: Path, records: list[Record]) -> None:
    for place in with_samples(records):
        records = changed(records, place, sum_off=3)
    for log in (joined(records), b"no log at all", records[0].encoded()[:-1]):
        path.write_bytes(gt3x(log))
        with pytest.raises(DamagedRecordingError, match="not one second"):
            actigraph.read(path)


# Files made to harm


def test_more_records_than_any_device_writes_are_refused(
    path: Path, records: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gt3x_records, "_RECORDS_FREE", 1000)
    swarm = Record(0, EVENING_S, b"\x00" * 5).encoded() * 90_000
    path.write_bytes(gt3x(swarm, method=zipfile.ZIP_DEFLATED))
    with pytest.raises(DamagedRecordingError, match="records, which no recording has"):
        actigraph.read(path)


def test_a_swarm_of_tiny_records_of_all_sizes_is_read_in_bounded_time_and_memory(path: Path) -> None:
    payloads = [bytes([7]) * (5 + n % 200) for n in range(3100)]
    log = b"".join(Record(26 * (n % 2), EVENING_S + n, payload).encoded() for n, payload in enumerate(payloads))
    path.write_bytes(gt3x(log, INFO))
    tracemalloc.start()
    result = read(path)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(result.time_us) > 60_000
    assert peak_bytes < 20 * len(log) + (16 << 20)


def test_memory_does_not_grow_with_the_recording(path: Path) -> None:
    n = 40_000 * 30
    time_us = EVENING_US + np.rint(np.arange(n) * 1e6 / 30).astype(np.int64)
    write_gt3x(path, time_us, np.zeros((n, 3), np.float32), rate_hz=30)
    tracemalloc.start()
    decoded = actigraph.read(path)
    assert sum(len(block) for block in decoded.blocks()) == n
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < (8 << 20) + path.stat().st_size


def test_a_file_that_shrinks_after_reading_is_an_error_and_no_crash(path: Path, records: list[Record]) -> None:
    whole = gt3x(joined(records))
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        whole = gt3x(joined(records), method=method)
        path.write_bytes(whole)
        decoded = actigraph.read(path)
        path.write_bytes(whole[: len(whole) // 3])
        with pytest.raises(UnreadableFileError, match="shorter"):
            list(decoded.blocks())
        path.unlink()
        with pytest.raises(UnreadableFileError):
            list(decoded.blocks())


# Random damage


MUTANTS = mutants(place=st.integers(0, 2900), length=st.integers(1, 400))


@given(mutant=MUTANTS)
@settings(max_examples=examples(40))
def test_every_second_that_is_still_whole_is_read_whatever_happened_around_it(
    records: list[Record], tmp_path_factory: pytest.TempPathFactory, mutant: Mutant
) -> None:
    path = tmp_path_factory.getbasetemp() / "mutant.gt3x"
    log = mutated(joined(records), mutant)
    path.write_bytes(gt3x(log))
    copies = [log.count(records[place].encoded()) for place in with_samples(records)]
    try:
        result = read(path)
    except IngestError:
        assert not any(copies)
        return
    rows = set(map(bytes, np.column_stack((result.time_us, result.values)).astype(np.int64)))
    whole = np.repeat([n > 0 for n in copies], RATE)
    assert set(map(bytes, np.column_stack((clock_us(), numbered()))[whole])) <= rows
    # A checksum of eight bits that are XORed cannot see two flips of one bit, so a few more rows may be there.
    assert len(result.time_us) >= RATE * sum(copies)


@given(mutant=MUTANTS, method=st.sampled_from((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)), stream=st.booleans())
@settings(max_examples=examples(40))
def test_any_damage_to_the_zip_ends_in_samples_or_our_own_errors(
    records: list[Record],
    tmp_path_factory: pytest.TempPathFactory,
    mutant: Mutant,
    method: int,
    *,
    stream: bool,
) -> None:
    path = tmp_path_factory.getbasetemp() / "mutant.zip"
    members = {"activity_bin" if stream else "calibration_json": joined(records)[400:]}
    path.write_bytes(mutated(gt3x(b"" if stream else joined(records), method=method, **members), mutant))
    try:
        actigraph.claims(path.read_bytes()[:4096], path)
        result = read(path)
    except IngestError:
        return
    assert len(result.time_us) == len(result.values) > 0


@given(data=st.binary(max_size=600))
@settings(max_examples=examples(24))
def test_arbitrary_bytes_as_a_log_end_in_our_own_errors(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.gt3x"
    path.write_bytes(gt3x(data, data, metadata=data))
    with pytest.raises(IngestError):
        actigraph.read(path)
