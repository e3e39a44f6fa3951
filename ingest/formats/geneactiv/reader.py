"""The reader for GENEActiv files: which kind it is, how ``.bin`` files are read, and what is said about them.

Reading a ``.bin`` takes two walks over the file. The first finds its pages and keeps what they say of number, time
and rate (`pages`); from these alone follow all times (`clock`). The second, one for every call of ``blocks()``,
decodes the samples of the believed pages (`samples`). What is left out is counted and told in
``Decoded.problems``. Nothing is filled in. The CSV of the maker's software is read in `export`.

Times are on the wall clock of the computer that set the device up, of which the header names the offset, after the
drift that the header states (`drift`). Each page holds one temperature. Light and button are not used.
"""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ingest.byte_source import GZIP_MAGIC, ByteSource, inflated_head, open_bytes
from ingest.errors import (
    DamagedRecordingError,
    EmptyFileError,
    IngestError,
    UnreadableFileError,
    UnsupportedRecordingError,
)
from ingest.formats.geneactiv.clock import BinTimeline, contradicted, timeline
from ingest.formats.geneactiv.drift import drift_of
from ingest.formats.geneactiv.header import MOST_BYTES, parsed
from ingest.formats.geneactiv.pages import (
    DIGITS,
    MARKER,
    SAMPLE_DIGITS,
    SAMPLES,
    PageSurvey,
    PageVerdict,
    survey,
)
from ingest.formats.geneactiv.remarks import interruptions, left_out, oddities
from ingest.formats.geneactiv.samples import decoded, end_stop_g, g_of_values
from ingest.input_file import stamp_of, unreadable
from ingest.losses import share_lost
from ingest.quality.thermometer import by_minute
from ingest.recording import BLOCK_SAMPLES, Decoded, DeviceClock, Samples

FORMAT = "geneactiv-bin"
#: The slowest accelerometer recordings in use have 6.25 Hz; below that a movement of half a second has no shape.
SLOWEST_HZ = 5.0

_HEAD_BYTES = 4096
_HEADER = re.compile(rb"Device Identity[ \t\0]*\r?\n")
_PAGE = re.compile(re.escape(MARKER) + rb"\r?\nDevice Unique Serial Code:")
_EXPORT = re.compile(rb"Device Type[,;][ \t]*GENEActiv")
_COPY_AGAIN = "copy it from the device again"
#: A page takes more than its digits, so a block of so many bytes has at most `BLOCK_SAMPLES`.
_BLOCK_BYTES = BLOCK_SAMPLES * SAMPLE_DIGITS


def claims(head: bytes, path: Path) -> bool:
    """Tell from the first bytes whether this is a GENEActiv file, also inside gzip or with a destroyed header.

    ``path`` is there because every reader is asked alike; its name decides nothing.
    """
    start = _unpacked(head)
    return bool(_HEADER.match(start) or _EXPORT.match(start) or _PAGE.search(start))


def read(path: Path) -> Decoded:
    """Read a GENEActiv ``.bin`` file or the raw CSV made of one.

    Values are in g as the maker's calibration gives them, float32; times are good to a millisecond.

    Raises
    ------
    UnreadableFileError
        The bytes cannot be had; also from walking the blocks when the file changed since.
    EmptyFileError
        A header and no samples.
    UnsupportedRecordingError
        Epochs instead of samples, or too few samples a second.
    DamagedRecordingError
        There are pages, but none can be believed; or a gzip stream that never ends.
    """
    stamp_of(path)
    try:
        with path.open("rb") as file:
            head = _unpacked(file.read(_HEAD_BYTES))
    except OSError as error:
        raise unreadable(path, error) from error
    if _EXPORT.match(head):
        # Imported here: the text reader brings polars along, which is not needed to tell other files apart.
        from ingest.formats.geneactiv import export

        return export.read(path)
    return _read_pages(path)


def _unpacked(head: bytes) -> bytes:
    start = inflated_head(head, _HEAD_BYTES) if head.startswith(GZIP_MAGIC) else head
    return start.removeprefix(codecs.BOM_UTF8)


def _read_pages(path: Path) -> Decoded:
    source = open_bytes(path)
    found = survey(source)
    odd = contradicted(found.pages)
    pages = found.pages[~odd]
    if not len(pages):
        raise _nothing_left(found, source, path)
    rate_hz = _usual_rate(pages)
    if rate_hz < SLOWEST_HZ:
        raise _too_slow(rate_hz, path)
    # Up to the digits of a page, because it names the serial number as well, should the header be damaged.
    header = parsed(source.read(0, min(int(pages["digits"][0]), MOST_BYTES)))
    drift, drift_said = drift_of(header, int(pages["time_us"].min()), int(pages["time_us"].max()))
    problems = (source.problem, *left_out(found, int(odd.sum())), *oddities(header, found, pages, rate_hz), drift_said)
    if drift is not None:
        pages["time_us"] = drift.removed(pages["time_us"])
    line = timeline(pages)
    half_us = np.rint(line.step_us * (pages["count"] / 2)).astype(np.int64)
    temperature, said_of_it = by_minute(line.start_us + half_us, pages["celsius"])
    table = g_of_values(header.calibration)
    return Decoded(
        format=FORMAT,
        device=header.device,
        placement=header.placement,
        clock=DeviceClock("local", header.utc_offset_s, runs_on=True),
        rate_hz_nominal=rate_hz,
        unit="g",
        blocks=lambda: _blocks(source, path, pages, line, table),
        bad_blocks=int(found.tally[PageVerdict.GOOD + 1 :].sum()) + int(odd.sum()) + found.strays,
        lost_share=share_lost(int(found.tally[PageVerdict.GOOD + 1 :].sum()) + int(odd.sum()), len(pages)),
        restarts=line.restarts,
        problems=(*filter(None, problems), *interruptions(line, pages), *said_of_it),
        temperature=temperature,
        full_scale_g=min(end_stop_g(table), header.full_scale_g or np.inf),
    )


def _nothing_left(found: PageSurvey, source: ByteSource, path: Path) -> IngestError:
    if source.problem:
        return DamagedRecordingError(source.problem, path=path, hint=_COPY_AGAIN)
    damaged = int(found.tally[[PageVerdict.UNREADABLE, PageVerdict.WRONG_LENGTH, PageVerdict.NO_DIGITS]].sum())
    if damaged:
        what = f"none of its {found.n_pages:,} pages can be believed"
        return DamagedRecordingError(what, path=path, hint=_COPY_AGAIN)
    if not found.n_pages and source.size > MOST_BYTES:
        return DamagedRecordingError(f"not a page in its {source.size:,} bytes", path=path, hint=_COPY_AGAIN)
    pages = "blank pages" if found.tally[PageVerdict.BLANK] else "nothing"
    return EmptyFileError(
        f"holds a header, then {pages}: not a single sample",
        path=path,
        hint=f"{_COPY_AGAIN}; it may never have started to record",
    )


def _too_slow(rate_hz: float, path: Path) -> UnsupportedRecordingError:
    return UnsupportedRecordingError(
        f"one sample every {1 / rate_hz:.3g} s cannot show movements of half a second",
        path=path,
        hint="set the device to 25 Hz or more",
    )


def _usual_rate(pages: NDArray[np.void]) -> float:
    """The rate that most pages name."""
    rates, counts = np.unique(pages["rate"], return_counts=True)
    return float(rates[counts.argmax()])


def _blocks(
    source: ByteSource, path: Path, pages: NDArray[np.void], line: BinTimeline, table: NDArray[np.float32]
) -> Iterator[Samples]:
    """Decode the believed pages, a stretch of the file at a time."""
    stretch = pages["digits"] // _BLOCK_BYTES
    bounds = [0, *(np.flatnonzero(np.diff(stretch)) + 1).tolist(), len(pages)]
    for start, stop in pairwise(bounds):
        part = slice(start, stop)
        n_samples = int(pages["count"][part].sum())
        try:
            xyz_g = decoded(_digits(source, pages[part]), table)
        except binascii.Error as error:
            raise UnreadableFileError("changed while it was read", path=path, hint="import it again") from error
        yield Samples(line.of(part).ravel()[:n_samples], xyz_g, 1.0)


def _digits(source: ByteSource, pages: NDArray[np.void]) -> NDArray[np.uint8]:
    """The digits of some pages, one behind the other. Only the last one may hold less than the others."""
    first, last = int(pages["digits"][0]), pages[-1]
    data = source.read(first, int(last["digits"]) - first + int(last["count"]) * SAMPLE_DIGITS)
    octets = np.frombuffer(data, np.uint8)
    full = pages["digits"][pages["count"] == SAMPLES] - first
    rows = sliding_window_view(octets, DIGITS)[full].ravel() if len(full) else octets[:0]
    if last["count"] == SAMPLES:
        return rows
    return np.concatenate((rows, octets[int(last["digits"]) - first :]))
