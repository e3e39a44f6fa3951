"""Which bytes of a GENEActiv ``.bin`` file are pages, and which pages can be believed.

A page is ten lines of text: ``Recorded Data``, serial number, sequence number, time, an unused field, temperature,
battery voltage, status, rate, and 300 samples of 12 hexadecimal digits each ("GENEActiv Instructions for Use",
"Understanding .bin files"). Nothing in it is a checksum. A page is believed when number, time and rate can be read
and the last line is 3600 digits; `clock` adds that its neighbours must not contradict it. The last page of a
file may be shorter.

Pages are found by their first line, wherever it stands, and never by counting lines or trusting the header's number
of pages: so damage costs the page that it is in. All pages of a piece of the file are looked at together.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ingest.byte_source import ByteSource
from ingest.formats.geneactiv.header import MOST_BYTES
from ingest.formats.geneactiv.parsing import clock_us, decimal, is_blank, signed_decimal, starts_with, whole_number

SAMPLES = 300
SAMPLE_DIGITS = 12
DIGITS = SAMPLES * SAMPLE_DIGITS
MARKER = b"Recorded Data"
#: Ten lines of a real page take 3.85 kB.
LARGEST_PAGE = 8192
#: Devices offer 10 to 100 Hz.
RATES_HZ = (0.5, 1000.0)

#: What is kept of every believed page while its samples stay in the file; ``digits`` is where those begin.
#: ``number`` counts pages in the file, left-out ones included; ``celsius`` is NaN where it cannot be read.
PAGE = np.dtype(
    [
        *(("digits", "<i8"), ("time_us", "<i8"), ("rate", "<f8"), ("celsius", "<f4")),
        *(("sequence", "<u4"), ("number", "<u4"), ("count", "<u2")),
    ]
)

_PIECE_BYTES = 1 << 20
#: Blank lines between pages are harmless.
_PADDING_BYTES = 4
_USUAL_PAGE_BYTES = 3850
_LINES, _SAMPLES = 10, 9
#: By line of the page: how it begins, where its value goes, how it is read.
_FIELDS = {
    2: (b"Sequence Number:", "sequence", whole_number),
    3: (b"Page Time:", "time_us", clock_us),
    8: (b"Measurement Frequency:", "rate", decimal),
}
_TEMPERATURE = 5, b"Temperature:"

Bytes = NDArray[np.uint8]
_HEXADECIMAL = np.zeros(256, np.bool_)
_HEXADECIMAL[list(b"0123456789ABCDEFabcdef")] = True
_NEWLINE, _RETURN = b"\n\r"


class PageVerdict(IntEnum):
    """Why a page is believed or not; the first reason that applies."""

    GOOD = 0
    CUT = 1
    UNREADABLE = 2
    WRONG_LENGTH = 3
    NO_DIGITS = 4
    BLANK = 5


@dataclass(frozen=True, slots=True)
class PageSurvey:
    """What a file holds.

    Attributes
    ----------
    pages : structured array of `PAGE`, shape (n,)
        Believed ones in file order.
    tally : int64 array
        How many pages fell to each `PageVerdict`.
    strays, stray_bytes : int
        Stretches, and their length, that are part of no page.
    tail_bytes : int
        Length of what is blank behind the last page.
    """

    pages: NDArray[np.void]
    tally: NDArray[np.int64]
    strays: int
    stray_bytes: int
    tail_bytes: int

    @property
    def n_pages(self) -> int:
        """All pages of which at least the first line is there."""
        return int(self.tally.sum())


@dataclass(slots=True)
class _Walk:
    """Where a walk over the file stands.

    Attributes
    ----------
    number : int
        Pages so far, with those that stray stretches may have been.
    last_start : int or None
        Where the last page begins.
    last_verdict : PageVerdict
        What it was found to be.
    open_at : int or None
        Where it ends, if that is known.
    """

    number: int = 0
    last_start: int | None = None
    last_verdict: PageVerdict = PageVerdict.GOOD
    open_at: int | None = None
    strays: int = 0
    stray_bytes: int = 0

    def stray(self, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
        """Count stretches between pages; how many pages each of them may have been."""
        real = np.where(lengths > _PADDING_BYTES, lengths, 0)
        self.strays += int(np.count_nonzero(real))
        self.stray_bytes += int(real.sum())
        return np.asarray((real + _USUAL_PAGE_BYTES // 2) // _USUAL_PAGE_BYTES)


@dataclass(frozen=True, slots=True)
class _Found:
    """Pages in a piece of the file: where each begins, what it says, its verdict, and its end (-1: not known)."""

    start: NDArray[np.int64]
    pages: NDArray[np.void]
    verdict: NDArray[np.uint8]
    end: NDArray[np.int64]


def survey(source: ByteSource) -> PageSurvey:
    """Find all pages in one walk over the file."""
    walk = _Walk()
    parts = []
    tally = np.zeros(len(PageVerdict), np.int64)
    held, base, last = b"", 0, False
    while not last:
        at = base + len(held)
        piece = source.read(at, min(_PIECE_BYTES, source.size - at))
        last = at + len(piece) == source.size
        data = np.frombuffer(held + piece, np.uint8)
        markers = _markers(data)
        whole = len(markers) if last else int(np.searchsorted(markers, len(data) - LARGEST_PAGE))
        found = _examined(data, markers, whole)
        tally += np.bincount(found.verdict, minlength=len(PageVerdict))
        parts.append(_believed(found, base, walk))
        done = int(markers[whole]) if whole < len(markers) else max(len(data) - len(MARKER), 0)
        held, base = data[done:].tobytes(), base + done
    parts.append(_last_page(source, walk, tally))
    return PageSurvey(
        pages=np.concatenate(parts),
        tally=tally,
        tail_bytes=_blank_tail(source, walk),
        strays=walk.strays,
        stray_bytes=walk.stray_bytes,
    )


def _markers(data: Bytes) -> NDArray[np.int64]:
    """Where pages begin: the first line, with nothing behind it on that line."""
    candidates = np.flatnonzero(data == MARKER[0])
    candidates = candidates[starts_with(data, candidates, MARKER)]
    behind = np.append(data, np.uint8(_NEWLINE))[candidates + len(MARKER)]
    return np.asarray(candidates[(behind == _NEWLINE) | (behind == _RETURN)])


def _examined(data: Bytes, markers: NDArray[np.int64], whole: int) -> _Found:
    """Judge the first ``whole`` pages of a piece of the file; the others will come again with the next piece."""
    start = markers[:whole]
    limit = np.minimum(np.append(markers[1:], len(data))[:whole], start + LARGEST_PAGE)
    first, stop, after = _lines(data, start, limit)
    pages = np.zeros(whole, PAGE)
    pages["digits"] = first[:, _SAMPLES]
    readable = _read_fields(data, first, stop, pages)
    full = readable & (stop[:, _SAMPLES] - first[:, _SAMPLES] == DIGITS)
    pages["count"] = np.where(full, SAMPLES, 0)
    verdict = np.where(readable, PageVerdict.WRONG_LENGTH, PageVerdict.UNREADABLE).astype(np.uint8)
    verdict[full] = _judge_digits(data, pages["digits"][full])
    return _Found(start, pages, verdict, np.where(full, after, -1))


def _lines(
    data: Bytes, start: NDArray[np.int64], limit: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Where the ten lines of each page begin and end, shape (n pages, 10), and what comes after each page.

    Lines beyond the limit of a page are empty.
    """
    newlines = np.append(np.flatnonzero(data == _NEWLINE), np.full(_LINES, len(data)))
    index = np.searchsorted(newlines, start)[:, np.newaxis] + np.arange(_LINES)
    stop = np.minimum(newlines[index], limit[:, np.newaxis])
    first = np.minimum(np.insert(stop[:, :-1] + 1, 0, start, axis=1), limit[:, np.newaxis])
    returned = (stop > first) & (data[stop - 1] == _RETURN)
    return first, stop - returned, np.minimum(stop[:, -1] + 1, limit)


def _read_fields(
    data: Bytes, first: NDArray[np.int64], stop: NDArray[np.int64], pages: NDArray[np.void]
) -> NDArray[np.bool_]:
    """Put number, time, rate and temperature into ``pages``, and say where the first three could be read."""
    readable = np.ones(len(pages), np.bool_)
    for line, (key, name, read) in _FIELDS.items():
        pages[name], good = read(data, first[:, line] + len(key), stop[:, line])
        readable &= starts_with(data, first[:, line], key) & good
    pages["celsius"] = _celsius(data, first, stop)
    return readable & (pages["rate"] >= RATES_HZ[0]) & (pages["rate"] <= RATES_HZ[1])


def _celsius(data: Bytes, first: NDArray[np.int64], stop: NDArray[np.int64]) -> NDArray[np.float64]:
    """What each page says of the temperature. One that cannot be read takes nothing from the samples."""
    line, key = _TEMPERATURE
    value, good = signed_decimal(data, first[:, line] + len(key), stop[:, line])
    return np.where(starts_with(data, first[:, line], key) & good, value, np.nan)


def _judge_digits(data: Bytes, at: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The verdicts on pages of the right length, by where their samples begin."""
    verdict = np.full(len(at), PageVerdict.GOOD, np.uint8)
    if not len(at):
        return verdict
    rows = sliding_window_view(data, DIGITS)[at]
    try:
        binascii.unhexlify(rows.data)
    except binascii.Error:
        verdict[~_HEXADECIMAL[rows].all(axis=1)] = PageVerdict.NO_DIGITS
    # Two equal samples of nothing are rare, so only behind them all digits are compared.
    maybe = np.flatnonzero((rows[:, : 2 * SAMPLE_DIGITS] == rows[:, :1]).all(axis=1))
    constant = maybe[(rows[maybe] == rows[maybe, :1]).all(axis=1)]
    verdict[constant[np.isin(rows[constant, 0], list(b"0Ff"))]] = PageVerdict.BLANK
    return verdict


def _believed(found: _Found, base: int, walk: _Walk) -> NDArray[np.void]:
    """The good pages of a piece with their place in the file, after counting what lies between all of them."""
    if not len(found.start):
        return np.empty(0, PAGE)
    start, end = found.start + base, np.where(found.end >= 0, found.end + base, -1)
    if not walk.number:
        walk.open_at = min(int(start[0]), MOST_BYTES)
    before = np.insert(end[:-1], 0, -1 if walk.open_at is None else walk.open_at)
    lost = walk.stray(np.where(before >= 0, start - before, 0))
    number = walk.number + np.cumsum(1 + lost)
    walk.number = int(number[-1])
    walk.last_start, walk.last_verdict = int(start[-1]), PageVerdict(found.verdict[-1])
    walk.open_at = int(end[-1]) if end[-1] >= 0 else None
    pages = found.pages
    pages["number"] = number
    pages["digits"] += base
    return np.asarray(pages[found.verdict == PageVerdict.GOOD])


def _last_page(source: ByteSource, walk: _Walk, tally: NDArray[np.int64]) -> NDArray[np.void]:
    """The last page, if it is shorter than others and nothing but blanks follows its samples."""
    none = np.empty(0, PAGE)
    if walk.last_start is None or walk.last_verdict not in (PageVerdict.UNREADABLE, PageVerdict.WRONG_LENGTH):
        return none
    read = source.read(walk.last_start, min(LARGEST_PAGE, source.size - walk.last_start))
    data = np.frombuffer(read, np.uint8)
    found = _examined(data, np.zeros(1, np.int64), 1)
    samples = data[int(found.pages["digits"][0]) :]
    n_digits = int(np.logical_and.accumulate(_HEXADECIMAL[samples]).sum())
    ends_here = n_digits < DIGITS and bool(is_blank(samples[n_digits:]).all())
    if not ends_here or (n_digits and walk.last_verdict == PageVerdict.UNREADABLE):
        return none
    count = n_digits // SAMPLE_DIGITS
    tally[walk.last_verdict] -= 1
    tally[PageVerdict.GOOD if count else PageVerdict.CUT] += 1
    walk.open_at = walk.last_start + len(data) - len(samples) + n_digits
    page = found.pages
    page["count"], page["number"] = count, walk.number
    page["digits"] += walk.last_start
    return page[:1] if count else none


def _blank_tail(source: ByteSource, walk: _Walk) -> int:
    """Length of what is blank behind the last page; what is not blank is counted as stray."""
    length = 0 if walk.open_at is None else source.size - walk.open_at
    if length <= _PADDING_BYTES:
        return 0
    for at in range(source.size - length, source.size, _PIECE_BYTES):
        piece = source.read(at, min(_PIECE_BYTES, source.size - at))
        if not is_blank(np.frombuffer(piece, np.uint8)).all():
            walk.stray(np.array([length]))
            return 0
    return length
