"""A small writer of Parmay Matrix files, and ways to damage what it wrote."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.formats.matrix import reader as matrix
from ingest.recording import Decoded

EVENING_S = 1_772_922_600  # 2026-03-07T22:30Z
HEADER_BYTES, PACKET_BYTES = 524, 36


@dataclass(frozen=True)
class Packet:
    """One packet; `steps` has shape (n, 3)."""

    start_s: int
    end_s: int
    steps: NDArray[np.int16]
    n_rotation: int = 0
    n_temperature: int = 0
    n_heart: int = 0
    celsius: float = 31.5

    def bytes(self) -> bytes:
        counts = (len(self.steps), self.n_rotation, self.n_temperature, self.n_heart)
        at_skin_and_around = struct.pack("<2h", round(10 * self.celsius), 210)
        others = b"\x55" * 6 * self.n_rotation + at_skin_and_around * self.n_temperature + b"\x55" * 4 * self.n_heart
        body = struct.pack("<6I", self.start_s, self.end_s, *counts) + self.steps.astype("<i2").tobytes() + others
        return b"MDTCPACK" + struct.pack("<I", zlib.crc32(body)) + body


@dataclass(frozen=True)
class Recorded:
    """A whole file."""

    packets: Sequence[Packet]
    range_g: int = 8
    remarks: bytes = b""
    declared: int | None = None
    padding: int = field(default=0)

    def bytes(self) -> bytes:
        declared = len(self.packets) if self.declared is None else self.declared
        header = struct.pack("<4sIHH", b"MDTC", declared, self.range_g, 2000)
        return self.remarks.ljust(512, b"\0") + header + bytes(self.padding) + b"".join(p.bytes() for p in self.packets)

    def write(self, path: Path) -> Path:
        path.write_bytes(self.bytes())
        return path


@dataclass(frozen=True)
class Read:
    """All samples of a file, as integers."""

    decoded: Decoded
    time_us: NDArray[np.int64]
    steps: NDArray[np.int16]


def read(path: Path) -> Read:
    decoded = matrix.read(path)
    blocks = list(decoded.blocks())
    assert all(len(block) for block in blocks)
    steps = np.concatenate([block.values for block in blocks])
    return Read(decoded, np.concatenate([block.time_us for block in blocks]), steps.astype(np.int16, casting="safe"))


def numbered(first: int, count: int) -> NDArray[np.int16]:
    """Samples that tell their number: x and y count, z is their sum."""
    number = np.arange(first, first + count)
    return np.stack((number % 128, number // 128, number % 128 + number // 128), axis=1).astype(np.int16)


def numbers_of(steps: NDArray[np.int16]) -> NDArray[np.int64]:
    x, y, z = steps.astype(np.int64).T
    np.testing.assert_array_equal(z, x + y)
    return np.asarray(y * 128 + x)


def night(n_packets: int = 5, count: int = 2500, lasts_s: int = 100) -> Recorded:
    """Packets at 25 Hz that follow each other without a gap, of numbered samples."""
    return Recorded(
        [
            Packet(EVENING_S + i * lasts_s, EVENING_S + (i + 1) * lasts_s, numbered(i * count, count), n_heart=3)
            for i in range(n_packets)
        ],
        remarks=b"left ankle",
    )


def begins(recorded: Recorded) -> list[int]:
    """Where each packet begins, and where the last one ends."""
    sizes = [len(packet.bytes()) for packet in recorded.packets]
    return [HEADER_BYTES + recorded.padding + sum(sizes[:i]) for i in range(len(sizes) + 1)]
