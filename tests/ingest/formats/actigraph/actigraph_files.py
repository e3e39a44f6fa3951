"""Small GT3X files of numbered samples, their records one by one, and zips put together by hand."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from operator import xor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.formats.actigraph import reader as actigraph
from ingest.recording import Decoded
from tests.ingest.formats.actigraph.actigraph_writer import write_gt3x

EVENING_S = 1_772_922_600  # 2026-03-07T22:30
EVENING_US = EVENING_S * 1_000_000
RATE = 30
N_SECONDS = 12
INFO = (
    b"Serial Number: MOS2A00004711\r\nDevice Type: wGT3XBT\r\nSample Rate: 30\r\nTimeZone: 01:00:00\r\n"
    b"Acceleration Scale: 256.0\r\nAcceleration Max: 8.0\r\nLimb: Ankle\r\nSide: Left\r\n"
)


@dataclass(frozen=True)
class Read:
    """All samples of a file."""

    decoded: Decoded
    time_us: NDArray[np.int64]
    values: NDArray[np.int16]

    @property
    def problems(self) -> tuple[str, ...]:
        return self.decoded.problems


@dataclass(frozen=True)
class Record:
    """One record, taken apart the slow way."""

    kind: int
    second: int
    payload: bytes
    sum_off: int = 0

    def encoded(self) -> bytes:
        body = struct.pack("<BBIH", 0x1E, self.kind, self.second, len(self.payload)) + self.payload
        return body + bytes([reduce(xor, body) ^ 0xFF ^ self.sum_off])


def read(path: Path) -> Read:
    decoded = actigraph.read(path)
    blocks = list(decoded.blocks())
    values = np.concatenate([block.values for block in blocks]).astype(np.int16, casting="safe")
    assert all(len(block) for block in blocks)
    return Read(decoded, np.concatenate([block.time_us for block in blocks]), values)


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def gt3x(log: bytes, info: bytes = INFO, method: int = zipfile.ZIP_STORED, **others: bytes) -> bytes:
    members = {"log.bin": log, "info.txt": info} if info else {"log.bin": log}
    return zipped(members | {name.replace("_", "."): content for name, content in others.items()}, method)


def log_of(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read("log.bin")


def records_of(log: bytes) -> list[Record]:
    """The records of an intact log."""
    found, at = [], 0
    while at < len(log):
        separator, kind, second, size = struct.unpack_from("<BBIH", log, at)
        record = Record(kind, second, log[at + 8 : at + 8 + size])
        assert separator == 0x1E
        assert record.encoded() == log[at : at + 9 + size]
        found.append(record)
        at += 9 + size
    return found


def joined(records: Iterable[Record]) -> bytes:
    return b"".join(record.encoded() for record in records)


def clock_us(n_seconds: int = N_SECONDS) -> NDArray[np.int64]:
    return np.asarray(EVENING_US + np.rint(np.arange(n_seconds * RATE) * 1e6 / RATE), dtype=np.int64)


def numbered(n_seconds: int = N_SECONDS) -> NDArray[np.int16]:
    """Values that tell the number of their sample: x and y count, z is the sum of both."""
    fine, coarse = np.divmod(np.arange(n_seconds * RATE), 40)[::-1]
    return np.stack((fine, coarse - 100, fine + coarse), axis=1).astype(np.int16)


def numbers_of(values: NDArray[np.int16]) -> NDArray[np.int64]:
    x, y, z = values.astype(np.int64).T
    np.testing.assert_array_equal(z, x + y + 100)
    return np.asarray((y + 100) * 40 + x)


def intact_records(path: Path, *, int16: bool = False) -> list[Record]:
    """Metadata, parameters, 12 seconds of numbered samples at 30 Hz, a mark of a cable at the end."""
    write_gt3x(path, clock_us(), numbered() / 256, rate_hz=RATE, utc_offset_s=3600, int16=int16)
    return records_of(log_of(path))


def with_samples(records: list[Record]) -> list[int]:
    """Places of the records with samples."""
    return [place for place, record in enumerate(records) if record.kind in (0, 26) and len(record.payload) > 1]


def changed(records: list[Record], place: int, **fields: int | bytes) -> list[Record]:
    other = replace(records[place], **fields)  # type: ignore[arg-type]  # the fields of a Record
    return [*records[:place], other, *records[place + 1 :]]


def assert_keeps_all_but(result: Read, lost_seconds: Iterable[int]) -> None:
    kept = np.delete(np.arange(N_SECONDS * RATE).reshape(N_SECONDS, RATE), list(lost_seconds), axis=0).ravel()
    np.testing.assert_array_equal(numbers_of(result.values), kept)
    np.testing.assert_array_equal(result.time_us, clock_us()[kept])
