"""GENEActiv files that end too early: what is whole is kept, and what is missing is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import DamagedRecordingError, EmptyFileError, UnreadableFileError
from ingest.formats.geneactiv import reader as geneactiv
from tests.drawing import examples
from tests.ingest.formats.geneactiv.geneactiv_files import (
    N_SAMPLES,
    PER_PAGE,
    ROUNDING_US,
    assert_keeps_all_but,
    intact_bytes,
    page_range,
    pages_of,
    read,
    starts_of,
    with_digits,
    with_line,
)

WRONG_LENGTH = "left out for more or fewer than 300 samples: 1 of 20 pages"
UNREADABLE = "left out for an unreadable number, time or rate: 1 of 20 pages"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@given(share=st.floats(0, 1))
@settings(max_examples=examples(24))
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
