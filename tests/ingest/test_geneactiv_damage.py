"""The GENEActiv reader on damaged files: each kind of damage alone, damage at random, and wrappings."""

from __future__ import annotations

import gzip
import os
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import DamagedRecordingError, EmptyFileError, IngestError, UnreadableFileError
from ingest.formats.geneactiv import reader as geneactiv
from ingest.formats.geneactiv.pages import LARGEST_PAGE
from ingest.recording import BLOCK_SAMPLES
from tests.ingest.geneactiv_files import (
    EVENING_US,
    MARKER,
    N_SAMPLES,
    PER_PAGE,
    ROUNDING_US,
    assert_keeps_all_but,
    clock_us,
    edited,
    intact_bytes,
    numbered_g,
    numbers_of,
    page_range,
    pages_of,
    read,
    with_digits,
    with_header,
    with_line,
    without,
)
from tests.ingest.geneactiv_writer import Setup, write_bin

WRONG_LENGTH = "left out for more or fewer than 300 samples: 1 of 20 pages"
NO_DIGITS = "left out for samples that are no hexadecimal digits: 1 of 20 pages"
UNREADABLE = "left out for an unreadable number, time or rate: 1 of 20 pages"
#: How far the stamp of a page of 3 s may be off before it is doubted: 1 % and 20 ms.
UNDETECTED_US = 52_000


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The intact file, for property tests: hypothesis prints what they are given."""
    path = tmp_path_factory.mktemp("intact") / "a.bin"
    intact_bytes(path)
    return path


@pytest.fixture
def intact(original: Path) -> bytes:
    return original.read_bytes()


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    return tmp_path / "damaged.bin"


# Pages that are not believed


@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(max_examples=100)
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


@pytest.mark.parametrize("junk", [b"\0" * 40, b"?" * 5000, os.urandom(3).hex().encode() * 40_000])
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


# Files that end too early


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@given(share=st.floats(0, 1))
@settings(max_examples=60)
def test_a_file_cut_anywhere_keeps_every_whole_sample_before_the_cut(
    tmp_path_factory: pytest.TempPathFactory, newline: str, share: float
) -> None:
    path = tmp_path_factory.getbasetemp() / "cut.bin"
    whole = intact_bytes(path, newline)
    first_digits = [whole.index(b":100.0" + newline.encode(), at) for at in starts_of(whole)]
    cut_at = int(share * len(whole))
    path.write_bytes(whole[:cut_at])
    begins = [at + 6 + len(newline) for at in first_digits]
    n = sum(min(max((cut_at - at) // 12, 0), PER_PAGE) for at in begins)
    if not n:
        with pytest.raises((EmptyFileError, UnreadableFileError)):
            geneactiv.read(path)
        return
    result = read(path)
    assert_keeps_all_but(result, range(n, N_SAMPLES), within_us=50_000 if n <= PER_PAGE else 2 * ROUNDING_US)
    short = n % PER_PAGE
    assert (f"the last page holds {short} of 300 samples" in result.problems) == (short > 0)
    assert (result.decoded.bad_blocks > 0) == any("left out" in p or "ends inside" in p for p in result.problems)


def starts_of(data: bytes) -> list[int]:
    header, *pages = data.split(b"Recorded Data")
    lengths = [len(header), *(len(b"Recorded Data") + len(page) for page in pages)]
    return [int(at) for at in np.cumsum(lengths)[:-1]]


@pytest.mark.parametrize("fill", [b"\0", b"\xff", b" "])
@pytest.mark.parametrize("n_fill", [100, 5_000_000])
def test_a_half_copied_file_keeps_its_first_half_and_says_so(
    intact: bytes, damaged: Path, fill: bytes, n_fill: int
) -> None:
    half = len(intact) // 2
    damaged.write_bytes(intact[:half] + fill * n_fill)
    result = read(damaged)
    n = len(result.time_us)
    assert 2700 <= n < 3300
    assert_keeps_all_but(result, range(n, N_SAMPLES))
    assert result.problems[0].startswith("blank at the end of the file: ")
    assert f"the last page holds {n % PER_PAGE} of 300 samples" in result.problems


def test_a_file_that_ends_in_junk_says_so(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(intact + b"junk" * 10)
    result = read(damaged)
    assert_keeps_all_but(result, range(0))
    assert result.problems == ("left out because they are part of no page: 1 stretches, 40 bytes in all",)


def test_a_last_page_with_junk_in_it_is_left_out(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(with_digits(intact, 19, lambda digits: digits[:1200] + b"junk"))
    result = read(damaged)
    assert_keeps_all_but(result, page_range(19))
    assert result.problems == (WRONG_LENGTH,)


def test_a_last_page_that_is_short_and_unreadable_is_left_out(intact: bytes, damaged: Path) -> None:
    short = with_digits(intact, 19, lambda digits: digits[:1200])
    damaged.write_bytes(with_line(short, 19, b"Page Time", b"?"))
    result = read(damaged)
    assert_keeps_all_but(result, page_range(19))
    assert result.problems == (UNREADABLE,)


@pytest.mark.parametrize("size", [1, 16, 1000, 1290])
def test_a_header_without_a_page_is_an_empty_recording(intact: bytes, damaged: Path, size: int) -> None:
    damaged.write_bytes(intact[:size])
    with pytest.raises(EmptyFileError, match="nothing: not a single sample"):
        geneactiv.read(damaged)


def test_nothing_but_blank_pages_is_an_empty_recording(intact: bytes, damaged: Path) -> None:
    header, *pages = pages_of(intact)
    blank = [page[:-3601] + b"0" * 3600 + b"\n" for page in pages]
    damaged.write_bytes(b"".join([header, *blank]))
    with pytest.raises(EmptyFileError, match="blank pages: not a single sample"):
        geneactiv.read(damaged)


def test_a_recording_without_one_good_page_is_damaged_not_empty(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(intact.replace(b"Page Time:2", b"Page Time:?"))
    with pytest.raises(DamagedRecordingError, match="none of its 20 pages"):
        geneactiv.read(damaged)


def test_a_large_file_without_a_page_is_damaged_not_empty(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(pages_of(intact)[0] + b"x" * 20_000)
    with pytest.raises(DamagedRecordingError, match="not a page in its"):
        geneactiv.read(damaged)


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


@st.composite
def mutants(draw: st.DrawFn) -> list[tuple[str, int, int, int]]:
    """Behind the header a few bytes flipped, stretches cut out, blanked or doubled, the end cut off."""
    kind = st.sampled_from(("flip", "flip", "cut", "blank", "double", "end"))
    place = st.integers(1_400, 78_000) | st.integers(0, 19).map(lambda page: 1_400 + 3_850 * page)
    length = st.integers(1, 9_000)
    return draw(st.lists(st.tuples(kind, place, length, st.integers(1, 255)), min_size=1, max_size=6))


def mutated(data: bytes, mutant: list[tuple[str, int, int, int]]) -> bytes:
    for kind, place, length, bits in mutant:
        head, middle, tail = data[:place], data[place : place + length], data[place + length :]
        if kind == "flip" and middle:
            data = head + bytes([middle[0] ^ bits]) + middle[1:] + tail
        elif kind == "cut":
            data = head + tail
        elif kind == "blank":
            data = head + bytes(len(middle)) + tail
        elif kind == "double":
            data = head + middle + middle + tail
        elif kind == "end":
            data = head
    return data


@given(mutant=mutants())
@settings(max_examples=200)
def test_damage_never_makes_up_samples_or_times(
    original: Path, tmp_path_factory: pytest.TempPathFactory, mutant: list[tuple[str, int, int, int]]
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
@settings(max_examples=100)
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


# Files


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
