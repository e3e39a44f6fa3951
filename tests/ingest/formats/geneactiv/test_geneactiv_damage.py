"""The GENEActiv reader on damaged pages and headers: each kind of damage alone, and damage at random."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import DamagedRecordingError, IngestError
from ingest.formats.geneactiv import reader as geneactiv
from ingest.formats.geneactiv.pages import LARGEST_PAGE
from tests.drawing import examples
from tests.ingest.formats.geneactiv.geneactiv_files import (
    MARKER,
    N_SAMPLES,
    PER_PAGE,
    ROUNDING_US,
    assert_keeps_all_but,
    clock_us,
    edited,
    numbers_of,
    page_range,
    pages_of,
    read,
    with_digits,
    with_header,
    with_line,
)
from tests.ingest.mutating import Mutant, mutants, mutated

WRONG_LENGTH = "left out for more or fewer than 300 samples: 1 of 20 pages"
NO_DIGITS = "left out for samples that are no hexadecimal digits: 1 of 20 pages"
UNREADABLE = "left out for an unreadable number, time or rate: 1 of 20 pages"
#: How far the stamp of a page of 3 s may be off before it is doubted: 1 % and 20 ms.
UNDETECTED_US = 52_000


# Pages that are not believed


@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(max_examples=examples(40))
def test_any_single_flipped_bit_costs_its_page_and_nothing_else(
    original: Path, tmp_path_factory: pytest.TempPathFactory, place: float, bit: int
) -> None:
    intact = original.read_bytes()
    page = pages_of(intact)[10]
    # Half of the places are in the 230 bytes above the digits.
    at = int(place * 2 * 230) if place < 0.5 else 230 + int((place - 0.5) * 2 * (len(page) - 230))
    flipped = page[:at] + bytes([page[at] ^ 1 << bit]) + page[at + 1 :]
    path = tmp_path_factory.getbasetemp() / "flipped.bin"
    path.write_bytes(edited(intact, 9, lambda _: flipped))
    result = read(path)
    if len(result.time_us) < N_SAMPLES:
        assert_keeps_all_but(result, page_range(9))
        assert result.decoded.bad_blocks == 1
        assert len(result.problems) >= 1
    else:
        # One digit of a sample, a few milliseconds of the page's time, or a line that is not used.
        assert np.count_nonzero(numbers_of(result.xyz_g) != np.arange(N_SAMPLES)) <= 1
        off_us = np.abs(result.time_us - clock_us())
        assert off_us.max() <= UNDETECTED_US
        assert np.delete(off_us, page_range(8, 2)).max() <= ROUNDING_US
        assert result.problems == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"Page Time", b"2026-02-30 22:30:27:383"),
        (b"Page Time", b"2026-13-07 22:30:27:383"),
        (b"Page Time", b"2026-03-07 24:30:27:383"),
        (b"Page Time", b"2026-03-07 22:60:27:383"),
        (b"Page Time", b"2026-03-07 22:30:60:383"),
        (b"Page Time", b"2026-03-07 22:30:27"),
        (b"Page Time", b"1999-03-07 22:30:27:383"),
        (b"Page Time", b"9999-03-07 22:30:27:383"),
        (b"Page Time", b"2026-03-07 22:30:27:3837"),
        (b"Page Time", b"2026/03/07 22.30.27:383"),
        (b"Page Time", b"2026-03-07_22:30:27:383"),
        (b"Page Time", b""),
        (b"Sequence Number", b""),
        (b"Sequence Number", b"-9"),
        (b"Sequence Number", b"9x"),
        (b"Sequence Number", b"9999999999"),
        (b"Measurement Frequency", b""),
        (b"Measurement Frequency", b"0.0"),
        (b"Measurement Frequency", b"100000000.0"),
        (b"Measurement Frequency", b"100.0.0"),
        (b"Measurement Frequency", b"nan"),
    ],
)
def test_a_page_that_says_nothing_possible_of_itself_is_left_out_and_counted(
    intact: bytes, damaged: Path, key: bytes, value: bytes
) -> None:
    damaged.write_bytes(with_line(intact, 9, key, value))
    result = read(damaged)
    assert_keeps_all_but(result, page_range(9))
    assert result.decoded.bad_blocks == 1
    assert result.problems == (UNREADABLE,)


def test_a_page_with_an_endless_line_is_left_out(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(with_line(intact, 9, b"Unassigned", b"x" * 9_000))
    result = read(damaged)
    assert_keeps_all_but(result, page_range(9))
    assert result.problems == (UNREADABLE,)


def test_a_page_that_lacks_a_line_is_left_out(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(edited(intact, 9, lambda page: page.replace(b"Unassigned:\n", b"")))
    result = read(damaged)
    assert_keeps_all_but(result, page_range(9))
    assert result.problems == (UNREADABLE,)


@pytest.mark.parametrize("place", [0, 1800, 3599])
@pytest.mark.parametrize("sign", [b"G", b" ", b"\0", b"\xff", b"-"])
def test_a_page_with_anything_but_digits_is_left_out(intact: bytes, damaged: Path, place: int, sign: bytes) -> None:
    damaged.write_bytes(with_digits(intact, 9, lambda digits: digits[:place] + sign + digits[place + 1 :]))
    result = read(damaged)
    assert_keeps_all_but(result, page_range(9))
    assert result.decoded.bad_blocks == 1
    assert result.problems == (NO_DIGITS,)


@pytest.mark.parametrize("number", [0, 9, 18])
@pytest.mark.parametrize("length", [0, 1, 12, 3588, 3599, 3601, 3612, 7200, 3 * LARGEST_PAGE])
def test_a_page_of_another_length_is_left_out_because_nobody_knows_which_samples_it_lacks(
    intact: bytes, damaged: Path, number: int, length: int
) -> None:
    damaged.write_bytes(with_digits(intact, number, lambda digits: (digits * 10)[:length]))
    result = read(damaged)
    assert_keeps_all_but(result, page_range(number), within_us=2 * ROUNDING_US)
    assert result.decoded.bad_blocks == 1
    assert result.problems == (WRONG_LENGTH,)


def test_a_lost_end_of_line_costs_one_page(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(edited(intact, 9, lambda page: page[:-1] + b"?"))
    result = read(damaged)
    assert_keeps_all_but(result, page_range(9))
    assert result.problems == (WRONG_LENGTH,)


@pytest.mark.parametrize("digit", [b"0", b"F", b"f"])
def test_pages_of_erased_memory_are_blank_and_no_free_fall(intact: bytes, damaged: Path, digit: bytes) -> None:
    damaged.write_bytes(with_digits(intact, 9, lambda digits: digit * len(digits)))
    result = read(damaged)
    assert_keeps_all_but(result, page_range(9))
    assert result.decoded.bad_blocks == 1
    assert result.problems == ("left out because they are blank: 1 of 20 pages",)


def test_a_page_that_only_begins_with_zeros_is_none_of_them(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(with_digits(intact, 9, lambda digits: b"0" * 3588 + digits[3588:]))
    assert len(read(damaged).time_us) == N_SAMPLES


@pytest.mark.parametrize("junk", [b"\0" * 40, b"?" * 5000, b"b8f82a" * 40_000], ids=["zeros", "text", "digits"])
def test_what_is_part_of_no_page_is_left_out_and_told(intact: bytes, damaged: Path, junk: bytes) -> None:
    parts = pages_of(intact)
    damaged.write_bytes(b"".join([*parts[:10], junk, *parts[10:]]))
    result = read(damaged)
    assert_keeps_all_but(result, range(0))
    assert result.decoded.bad_blocks == 1
    assert result.problems == (f"left out because they are part of no page: 1 stretches, {len(junk):,} bytes in all",)


def test_a_page_without_its_first_line_is_told_as_such_and_not_as_missing(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(edited(intact, 9, lambda page: page.replace(b"Recorded", b"RecXrded")))
    result = read(damaged)
    assert_keeps_all_but(result, page_range(9))
    length = len(pages_of(intact)[10])
    assert result.problems == (
        f"left out because they are part of no page: 1 stretches, {length:,} bytes in all",
        "the header speaks of 20 pages, the file holds 19",
    )


def test_blank_lines_between_pages_are_harmless(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(intact.replace(MARKER, b"\r\n" + MARKER))
    result = read(damaged)
    assert_keeps_all_but(result, range(0))
    assert result.problems == ()


def test_the_first_line_of_a_page_in_somebodys_notes_is_no_page(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(with_header(intact, b"Config Notes", b"see Recorded Data of last week"))
    result = read(damaged)
    assert_keeps_all_but(result, range(0))
    assert result.problems == ()


# Headers


@pytest.mark.parametrize("header", [b"", b"\0" * 1500, b"nonsense: and more\n" * 9, b"?" * 40_000])
def test_a_destroyed_header_costs_only_what_it_said(intact: bytes, damaged: Path, header: bytes) -> None:
    damaged.write_bytes(header + b"".join(pages_of(intact)[1:]))
    result = read(damaged)
    assert_keeps_all_but(result, range(0))
    assert result.decoded.device.serial == ("047110" if len(header) < 16 << 10 else "")
    assert result.problems[-1] == (
        "the file header is damaged: site and time zone are unknown, and 256 steps a g were assumed"
    )


def test_a_header_of_absurd_length_is_told(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(b"?" * 40_000 + b"".join(pages_of(intact)[1:]))
    result = read(damaged)
    assert result.problems[0] == "left out because they are part of no page: 1 stretches, 23,616 bytes in all"
    assert result.decoded.bad_blocks == 1


@pytest.mark.parametrize("ahead", range(-1, 15))
def test_a_page_is_found_wherever_the_pieces_of_a_file_are_cut(intact: bytes, damaged: Path, ahead: int) -> None:
    header, *pages = pages_of(intact)
    damaged.write_bytes(b"".join([header.ljust((1 << 20) - ahead, b"\n"), *pages]))
    assert_keeps_all_but(read(damaged), range(0))


@given(length=st.integers(0, 1700))
@settings(max_examples=40)
def test_a_header_that_lost_its_beginning_keeps_the_rest(
    original: Path, tmp_path_factory: pytest.TempPathFactory, length: int
) -> None:
    intact = original.read_bytes()
    header, *pages = pages_of(intact)
    path = tmp_path_factory.getbasetemp() / "headless.bin"
    path.write_bytes(b"".join([header[length:], *pages]))
    assert geneactiv.claims(path.read_bytes()[:4096], path)
    assert_keeps_all_but(read(path), range(0))


# Random damage


#: Behind the header.
MUTANTS = mutants(
    place=st.integers(1_400, 78_000) | st.integers(0, 19).map(lambda page: 1_400 + 3_850 * page),
    length=st.integers(1, 9_000),
)


@given(mutant=MUTANTS)
@settings(max_examples=examples(80))
def test_damage_never_makes_up_samples_or_times(
    original: Path, tmp_path_factory: pytest.TempPathFactory, mutant: Mutant
) -> None:
    intact = original.read_bytes()
    path = tmp_path_factory.getbasetemp() / "mutant.bin"
    path.write_bytes(mutated(intact, mutant) or b"\0")
    try:
        result = read(path)
    except IngestError:
        return
    number = numbers_of(result.xyz_g)
    assert len(number) == len(result.time_us) > 0
    # Without a checksum a changed digit shows nowhere: in a sample, or in the stamp of the first or last page.
    right = np.abs(result.time_us - clock_us()[np.clip(number, 0, N_SAMPLES - 1)]) <= 50_000
    assert np.count_nonzero((number < 0) | ~right) <= 2 * PER_PAGE * len(mutant)


@given(data=st.binary(min_size=1, max_size=3000), with_header=st.booleans())
@settings(max_examples=examples(40))
def test_arbitrary_bytes_end_in_our_own_errors(
    original: Path, tmp_path_factory: pytest.TempPathFactory, data: bytes, *, with_header: bool
) -> None:
    intact = original.read_bytes()
    path = tmp_path_factory.getbasetemp() / "noise.bin"
    path.write_bytes((pages_of(intact)[0] if with_header else b"") + data)
    with pytest.raises(IngestError):
        geneactiv.read(path)


@pytest.mark.parametrize("text", [MARKER, b"\n", b"R", b"0", b"\0", MARKER + b"\n" * 500])
def test_a_file_made_to_exhaust_memory_or_time_does_neither(damaged: Path, text: bytes) -> None:
    damaged.write_bytes(b"Device Identity\n" + text * ((8 << 20) // len(text)))
    tracemalloc.start()
    before_s = time.process_time()
    with pytest.raises(DamagedRecordingError):
        geneactiv.read(damaged)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.process_time() - before_s < 5
    assert peak_bytes < 80 << 20
