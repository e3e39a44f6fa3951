"""Which bytes of a GT3X log are records: found by separator and checksum together, never by a chain of sizes alone.

A log is a run of records: ``0x1E``, kind (u8), seconds since 1970 (u32), payload size (u16), payload, checksum (the
one's complement of the XOR of all bytes before it); little-endian. After the maker's "GT3X File Format", which also
says that a few zero bytes between records are harmless.

A damaged size would lead any reader astray that walks from record to record. Here every byte 0x1E is looked at, in
a few passes over a piece of the log: what has a right checksum is a candidate. In noise one byte in two million
begins one (separator, kind, size and checksum must fit), so a candidate counts only beside another: one that a
separator follows, or one whose stamp is near to that of such a one. What begins inside a record is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.archives.zips import MemberCursor
from ingest.errors import DamagedRecordingError
from ingest.formats.actigraph.sensor_data import SensorThermometer
from ingest.recording import Temperature

SEPARATOR = 0x1E
HEADER_BYTES = 8
#: Header and checksum.
OVERHEAD_BYTES = HEADER_BYTES + 1
#: Documented kinds end at 30.
MOST_KINDS = 64
#: Fewer zeros between records than the smallest record has bytes are harmless by the maker's description.
PADDING_BYTES = OVERHEAD_BYTES - 1
#: The largest that is known holds one second of 9 axes at 100 Hz in 16 bits: 1800 bytes.
LARGEST_PAYLOAD = 8192

#: What is kept of every record while its payload stays in the file; ``first`` is the first byte of its payload.
RECORD = np.dtype([("start", "<i8"), ("second", "<u4"), ("size", "<u2"), ("kind", "u1"), ("first", "u1")])

#: A record alone between damaged ones must be as near as this to the time of one before or behind.
_NEAR_S = 3600
_NEVER_S = -1 << 40
_CHUNK_BYTES = 1 << 20
#: 24 days of a record a second, then in proportion to the file: so the table of records stays small beside it.
_RECORDS_FREE = 1 << 21
_FILE_BYTES_A_RECORD = 6
_NOTES_KEPT = 32

Bytes = NDArray[np.uint8]


class Kind(IntEnum):
    """Kinds of record that are used here."""

    PACKED = 0
    EVENT = 3
    METADATA = 6
    PARAMETERS = 21
    INT16 = 26
    INT24 = 27


@dataclass(frozen=True, slots=True)
class Log:
    """What a log holds.

    Attributes
    ----------
    records : structured array of `RECORD`, shape (n,)
        In file order; ``start`` counts from the beginning of the log.
    notes : tuple of (kind, payload)
        The first payloads with metadata and parameters.
    soiled : bool array, shape (n + 1,)
        Whether bytes other than zero lie before each record (the last: behind all) that belong to none.
    total_bytes : int
        Length of the log.
    cut_bytes : int
        Length of a record at the end that the log breaks off in.
    temperature : Temperature
        On the device's clock; see `sensor_data`.
    said_of_temperature : tuple of str
        What of it was kept out.
    """

    records: NDArray[np.void]
    notes: tuple[tuple[int, bytes], ...]
    soiled: NDArray[np.bool_]
    total_bytes: int
    cut_bytes: int
    temperature: Temperature
    said_of_temperature: tuple[str, ...]

    def between(self) -> NDArray[np.int64]:
        """Bytes before each record, and behind all, that belong to none; shape (n + 1,)."""
        end = self.records["start"] + OVERHEAD_BYTES + self.records["size"]
        return np.concatenate((self.records["start"], [self.total_bytes])) - np.concatenate(([0], end))


def survey(cursor: MemberCursor, *, path: Path, file_bytes: int) -> Log:
    """Find all records of a log in one walk.

    Parameters
    ----------
    cursor : MemberCursor
        At the beginning of the log.
    path : Path
        Named by the error.
    file_bytes : int
        Size of the whole, packed file; limits how many records are believed.

    Raises
    ------
    DamagedRecordingError
        More records than any device writes: a file made to exhaust memory.
    """
    most = _RECORDS_FREE + file_bytes // _FILE_BYTES_A_RECORD
    parts: list[NDArray[np.void]] = []
    soiled: list[NDArray[np.int64]] = []
    notes: list[tuple[int, bytes]] = []
    thermometer = SensorThermometer()
    held, base, count, cut, before_s = b"", 0, 0, 0, _NEVER_S
    last = False
    while not last:
        piece = cursor.take_summed(_CHUNK_BYTES)
        last = len(piece) < _CHUNK_BYTES
        data = np.frombuffer(held + piece, np.uint8)
        until = len(data) if last else max(len(data) - OVERHEAD_BYTES - LARGEST_PAYLOAD, 0)
        start, end = _accepted(data, until, before_s)
        done = max(int(end[-1]) if len(end) else 0, until)
        if last:
            cut = _cut_record(data[int(end[-1]) if len(end) else 0 :])
        soiled.append(count + _soiled(data, start, end, done - cut))
        records = _table(data, start)
        notes += _notes(data, records, _NOTES_KEPT - len(notes))
        thermometer.take(data, records, HEADER_BYTES)
        records["start"] += base
        parts.append(records)
        count += len(records)
        before_s = int(records["second"][-1]) if len(records) else before_s
        if count > most:
            raise DamagedRecordingError(
                f"more than {most:,} records, which no recording has", path=path, hint="copy it from the device again"
            )
        held = data[done:].tobytes()
        base += done
    dirty = np.zeros(count + 1, bool)
    dirty[np.concatenate(soiled)] = True
    return Log(np.concatenate(parts), tuple(notes), dirty, base, cut, *thermometer.result())


def _accepted(data: Bytes, until: int, before_s: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Start and end of the records that begin before ``until``; none overlaps another."""
    start, end = _credible(data, *_candidates(data, until), before_s)
    follower = np.searchsorted(start, end)
    taken = np.ones(len(start), bool)
    at = 0
    # Only where a candidate begins inside another one, which chance brings about once in a few thousand records.
    for overlapped in np.flatnonzero(follower != np.arange(1, len(start) + 1)).tolist():
        if overlapped >= at:
            at = int(follower[overlapped])
            taken[overlapped + 1 : at] = False
    return start[taken], end[taken]


def _candidates(data: Bytes, until: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Whatever looks like a record and has a right checksum."""
    start = np.flatnonzero(data[: max(min(until, len(data) - HEADER_BYTES), 0)] == SEPARATOR)
    size = data[start + 6].astype(np.int64) | data[start + 7].astype(np.int64) << 8
    end = start + OVERHEAD_BYTES + size
    possible = (data[start + 1] < MOST_KINDS) & (size <= LARGEST_PAYLOAD) & (end <= len(data))
    start, end = start[possible], end[possible]
    right = _xor_between(data, start, end) == 0xFF
    return start[right], end[right]


def _xor_between(data: Bytes, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.uint8]:
    """XOR of all bytes of each of these stretches, which may overlap.

    That of all bytes before each edge is worked out first, eight at a time: the running XOR over words keeps one
    byte for every place in a word, and these are brought together at the edges alone.
    """
    words = np.zeros(len(data) // 8 + 1, "<u8")
    words.view(np.uint8)[: len(data)] = data
    before = np.zeros(len(words), np.uint64)
    np.bitwise_xor.accumulate(words[:-1], out=before[1:])
    lanes = np.zeros(len(start), np.uint64)
    for edge in (start, end):
        word, within = edge >> 3, (edge & 7).astype(np.uint64)
        begun = (np.uint64(1) << within * np.uint64(8)) - np.uint64(1)
        lanes ^= before[word] ^ (words[word] & begun)
    for bits in (32, 16, 8):
        lanes ^= lanes >> np.uint64(bits)
    return lanes.astype(np.uint8)


def _credible(
    data: Bytes, start: NDArray[np.int64], end: NDArray[np.int64], before_s: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Candidates that something follows, and those that fit into the time of such neighbours and cover none.

    The others have their checksum by chance: bytes that are no records, or a record whose size was damaged.
    """
    followed = _is_followed(data, end)
    second = _little_endian(data, start + 2, 4)
    # The last record of the data before these is a neighbour too.
    sure, sure_second = np.insert(start[followed], 0, -1), np.insert(second[followed], 0, before_s)
    after = np.searchsorted(sure, start, side="right")
    covers = after < np.searchsorted(sure, end)
    apart_s = [np.abs(second - sure_second[np.clip(near, 0, len(sure) - 1)]) for near in (after - 1, after)]
    kept = followed | (~covers & (np.minimum(*apart_s) <= _NEAR_S))
    return start[kept], end[kept]


def _is_followed(data: Bytes, end: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether a separator follows, or the end of the data, behind nothing but padding."""
    ahead = np.append(data, np.uint8(SEPARATOR))
    next_byte = ahead[end]
    padded = np.flatnonzero(next_byte == 0)
    # Padding is rare, so only behind a zero it is looked over.
    window = ahead[np.minimum(end[padded, np.newaxis] + np.arange(PADDING_BYTES + 1), len(data))]
    next_byte[padded] = window[np.arange(len(padded)), (window != 0).argmax(axis=1)]
    return np.asarray(next_byte == SEPARATOR)


def _table(data: Bytes, start: NDArray[np.int64]) -> NDArray[np.void]:
    records = np.empty(len(start), RECORD)
    records["start"] = start
    records["kind"] = data[start + 1]
    records["second"] = _little_endian(data, start + 2, 4)
    records["size"] = _little_endian(data, start + 6, 2)
    records["first"] = np.where(records["size"] > 0, data[start + HEADER_BYTES], 0)
    return records


def _little_endian(data: Bytes, at: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    number = np.zeros(len(at), np.int64)
    for byte in range(width):
        number |= data[at + byte].astype(np.int64) << 8 * byte
    return number


def _soiled(data: Bytes, start: NDArray[np.int64], end: NDArray[np.int64], done: int) -> NDArray[np.intp]:
    """Numbers of the records (``len(start)``: the end) before which other bytes than zero lie."""
    low, high = np.concatenate(([0], end)), np.concatenate((start, [done]))
    gaps = np.flatnonzero(high > low)
    if not len(gaps):
        return gaps
    edges = np.stack((low[gaps], high[gaps]), axis=1).ravel()
    # One byte more, because reduceat wants every edge inside.
    any_bit = np.bitwise_or.reduceat(np.append(data, np.uint8(0)), edges)[::2]
    return np.asarray(gaps[any_bit != 0])


def _cut_record(rest: Bytes) -> int:
    """Length of what follows the last record, if it begins like one and ends too early."""
    if not len(rest) or rest[0] != SEPARATOR:
        return 0
    whole = len(rest) >= HEADER_BYTES and OVERHEAD_BYTES + int(rest[6]) + (int(rest[7]) << 8) <= len(rest)
    return 0 if whole else len(rest)


def _notes(data: Bytes, records: NDArray[np.void], most: int) -> list[tuple[int, bytes]]:
    wanted = np.flatnonzero((records["kind"] == Kind.METADATA) | (records["kind"] == Kind.PARAMETERS))
    notes = []
    for record in records[wanted[:most]]:
        begin = int(record["start"]) + HEADER_BYTES
        notes.append((int(record["kind"]), data[begin : begin + int(record["size"])].tobytes()))
    return notes
