"""The JSON of Movesense sensors: packages of acceleration, whatever they are wrapped in.

A package has the time of its first sample in milliseconds since the sensor was switched on, and an array of x, y, z in
m/s² (``acc.yaml`` and ``imu.yaml`` of the maker's device library)::

    {"Timestamp": 7123456, "ArrayAcc": [{"x": 0.1, "y": -0.2, "z": 9.8}, ...], "ArrayGyro": [...]}

The maker's app wraps each in ``{"acc": ...}``, the converter of stored logs lists them under ``Meas``, programs write
messages with an address line by line. So packages are found by their shape, piece by piece, and never as one document:
one of a night has a few hundred MB. Nothing in it says what time it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.errors import UnsupportedRecordingError
from ingest.losses import BREAKS_OFF
from ingest.quoting import listed
from ingest.recording import Decoded, Device, DeviceClock
from ingest.tables.sheet import text_of
from ingest.tables.survey import Rows
from ingest.tables.table import Table, decode, naming
from ingest.tables.textfile import Source, open_source
from ingest.units import M_S2

FORMAT = "movesense-json"

_STRETCH_BYTES = 1 << 20
#: A package of the fastest sensor has less than 10 kB; what is longer is none.
_LONGEST_PACKAGE_BYTES = 1 << 18
_BEGINS = re.compile(rb'(?:\xef\xbb\xbf)?\s*[{\[][\s\S]*"(?:Meas|Array(?:Acc|Gyro|Magn))"\s*:')
#: An object of plain values and at least one array of flat objects. Nothing is tried twice: brackets take no time.
_PACKAGE = re.compile(rb"\{(?:[^{}\[\]]*+\[(?:[^\[\]{}]++|\{[^{}\[\]]*+\})*+\])++[^{}\[\]]*+\}")
_ARRAY = re.compile(rb'"ArrayAcc"\s*:\s*\[([^\[\]]*+)\]')
_TIME = re.compile(rb'"Timestamp"\s*:\s*(\d{1,15})(?![\d.eE])')
_OTHERS = re.compile(rb'"Array(Gyro|Magn)"')
_ADDRESS = re.compile(rb'"Uri"\s*:\s*"(?:\w+:)?/*+(?:MDS/)?([\w-]{1,40})/Meas/')
_MARK = b'"ArrayAcc"'
#: All that is no part of a number.
_NO_NUMBER = bytes(range(256)).translate(None, b"0123456789+-.eE")
_BLANKED = bytes.maketrans(_NO_NUMBER, b" " * len(_NO_NUMBER))
#: All but the names of the axes and what makes a value something else than a number.
_NO_NAME = bytes(c for c in range(256) if chr(c) not in "abcdfghijklmnopqrstuvwxyz")
#: A package that lasts longer than this many usual ones is followed by a gap.
_LONGER = 1.5
_TWICE = "acceleration stands there twice, alone and beside other sensors: the stream that begins first was read"


def claims(head: bytes, path: Path) -> bool:
    """Whether it is JSON with the names of Movesense's measurements, plain or gzip."""
    return _BEGINS.match(text_of(head, path)) is not None


def read(path: Path) -> Decoded:
    """Decode a log.

    Raises
    ------
    UnsupportedRecordingError
        More than one sensor in one file.
    IngestError
        See `ingest.tables.table.decode`.
    """
    with naming(path):
        source = open_source(path)
        facts = _facts(source)
        if len(facts.serials) > 1:
            raise UnsupportedRecordingError(
                f"acceleration of more than one sensor: {listed(sorted(facts.serials), 4, word=' and ', plain=True)}",
                hint="write a file for each of them",
            )
    said = (*([BREAKS_OFF] if facts.is_cut else []), *([_TWICE] if len(facts.streams) > 1 else []))
    table = Table(
        format=FORMAT,
        device=Device("Movesense", "", next(iter(facts.serials), "")),
        clock=DeviceClock("relative"),
        unit=M_S2,
        decimals=None,
        row_word="reading",
        rows=lambda: _rows(source, facts),
        problems=(*source.problems, *said),
    )
    return decode(table, path)


Stream = tuple[bytes, ...]


@dataclass(slots=True)
class _Facts:
    """What has to be known of the whole file before its samples: the streams in the order in which they begin."""

    streams: dict[Stream, None] = field(default_factory=dict)
    serials: set[str] = field(default_factory=set)
    is_cut: bool = False


@dataclass(slots=True)
class _Packages:
    """Packages of one stream, in file order; those that are none count as lost samples."""

    time_ms: list[int] = field(default_factory=list)
    arrays: list[bytes] = field(default_factory=list)
    n_bad: int = 0
    n_before_bad: int | None = None

    def lose(self, n: int) -> None:
        if n and self.n_before_bad is None:
            self.n_before_bad = sum(array.count(b"{") for array in self.arrays)
        self.n_bad += n


def _pieces(source: Source) -> Iterator[tuple[bytes, bool]]:
    """The text in pieces that cut no package, and whether each is the last, which may break off in one."""
    rest, position = b"", 0
    while chunk := source.read_at(position, _STRETCH_BYTES):
        position += len(chunk)
        text = rest + chunk
        end = max((found.end() for found in _PACKAGE.finditer(text)), default=0)
        end = max(end, len(text) - _LONGEST_PACKAGE_BYTES)
        rest = text[end:]
        yield text[:end], False
    yield rest, True


def _facts(source: Source) -> _Facts:
    facts, last = _Facts(), b""
    for piece, is_last in _pieces(source):
        facts.is_cut = is_last and _MARK in piece
        facts.serials.update(serial.decode() for serial in _ADDRESS.findall(last[-200:] + piece))
        facts.streams.update((_stream_of(package), None) for package in _PACKAGE.findall(piece) if _MARK in package)
        last = (last + piece)[-200:]
    facts.is_cut = facts.is_cut or not last.rstrip(b" \t\r\n\0,").endswith((b"}", b"]"))
    return facts


def _stream_of(package: bytes) -> Stream:
    return tuple(sorted(set(_OTHERS.findall(package))))


def _rows(source: Source, facts: _Facts) -> Iterator[Rows]:
    wanted = next(iter(facts.streams), ())
    held, n_before, usual_us = _Packages(), 0, 0.0
    for piece, is_last in _pieces(source):
        _gather(piece, wanted, held)
        if not is_last:
            _count_broken(piece, held)
        if len(held.arrays) < 2:
            continue
        # The last one waits: how long its samples last is told by the one behind it.
        usual_us = _usual_us(held) or usual_us
        rows = _samples(held, n_before, usual_us)
        held = _Packages(held.time_ms[-1:], held.arrays[-1:])
        n_before += len(rows.time_us) + rows.n_bad
        yield rows
    yield _samples(held, n_before, _usual_us(held) or usual_us, is_last=True)


def _gather(piece: bytes, wanted: Stream, into: _Packages) -> None:
    for package in _PACKAGE.findall(piece):
        if _MARK not in package or _stream_of(package) != wanted:
            continue
        array, time = _ARRAY.search(package), _TIME.search(package)
        text = array[1] if array else b""
        n = text.count(b"{")
        if time is None or not _is_plain(text, n):
            text = _rewritten(text) if time else b""
            into.lose(0 if text else max(n, 1))
        if time is not None and text:
            into.time_ms.append(int(time[1]))
            into.arrays.append(text)


def _count_broken(piece: bytes, held: _Packages) -> None:
    """Count the samples of packages whose brackets are damaged, each as many as the others have."""
    n_broken = piece.count(_MARK) - sum(_MARK in package for package in _PACKAGE.findall(piece))
    usual = held.arrays[-1].count(b"{") if held.arrays else 1
    held.lose(n_broken * usual)


def _is_plain(text: bytes, n: int) -> bool:
    """Whether an array names x, y, z in this order, each with a number."""
    return n > 0 and text.translate(None, _NO_NAME) == b"xyz" * n and text.count(b":") == 3 * n


def _rewritten(text: bytes) -> bytes:
    """An array with its axes in order; empty where it is none of three numbers each."""
    try:
        rows = json.loads(b"[" + text + b"]")
        numbers = [{axis: float(row[axis]) for axis in "xyz"} for row in rows]
    except (ValueError, TypeError, KeyError, RecursionError):
        return b""
    return json.dumps(numbers)[1:-1].encode()


def _counts(found: _Packages) -> NDArray[np.int64]:
    return np.array([array.count(b"{") for array in found.arrays], np.int64)


def _usual_us(found: _Packages) -> float:
    """The usual time from sample to sample; 0 where that cannot be told."""
    steps = np.diff(np.array(found.time_ms, np.int64)) * 1000 / _counts(found)[:-1]
    return float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0


def _samples(found: _Packages, n_before: int, usual_us: float, *, is_last: bool = False) -> Rows:
    """The samples of all packages but the last, or of all; a package's are spread evenly up to the next one."""
    counts, start_us = _counts(found), np.array(found.time_ms, np.int64) * 1000
    steps = np.append(np.diff(start_us) / counts[:-1], usual_us) if len(counts) else np.empty(0)
    steps = np.where((steps > 0) & (steps <= _LONGER * usual_us), steps, usual_us)  # else a gap follows
    n_used = len(counts) if is_last else len(counts) - 1
    counts, start_us, steps = counts[:n_used], start_us[:n_used], steps[:n_used]
    place = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    time_us = np.repeat(start_us, counts) + np.rint(place * np.repeat(steps, counts)).astype(np.int64)
    first_bad = None if found.n_before_bad is None else n_before + found.n_before_bad + 1
    return Rows(time_us, _values(found.arrays[:n_used]), n_bad=found.n_bad, first_bad=first_bad)


def _values(arrays: Sequence[bytes]) -> NDArray[np.float64]:
    numbers = b" ".join(arrays).translate(_BLANKED).split()
    return np.array(numbers, dtype="S").astype(np.float64).reshape(-1, 3) if numbers else np.empty((0, 3))
