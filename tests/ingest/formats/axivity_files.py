"""A small Axivity file of numbered samples, and ways to damage it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.formats.axivity import reader as axivity
from ingest.recording import Decoded
from ingest.writers.axivity import write_cwa

EVENING_US = 1_772_922_600_000_000  # 2026-03-07T22:30
SECTOR, HEADER = 512, 1024
N_SAMPLES, PER_SECTOR, TRUE_HZ = 1600, 80, 98.6


@dataclass(frozen=True)
class Read:
    """All samples of a file, in g."""

    decoded: Decoded
    time_us: NDArray[np.int64]
    xyz_g: NDArray[np.float64]


def read(path: Path) -> Read:
    decoded = axivity.read(path)
    blocks = list(decoded.blocks())
    xyz_g = np.concatenate([block.values * block.g_per_value for block in blocks])
    return Read(decoded, np.concatenate([block.time_us for block in blocks]), xyz_g)


def clock_us() -> NDArray[np.int64]:
    return np.asarray(EVENING_US + np.rint(np.arange(N_SAMPLES) * 1e6 / TRUE_HZ), dtype=np.int64)


def numbered_g() -> NDArray[np.float64]:
    """Samples that tell their number: x and y count, z is the sum of both."""
    fine, coarse = np.arange(N_SAMPLES) % 40, np.arange(N_SAMPLES) // 40
    return np.stack((fine, coarse, fine + coarse), axis=1) / 256


def numbers_of(xyz_g: NDArray[np.float64]) -> NDArray[np.int64]:
    steps = np.rint(xyz_g * 256).astype(np.int64)
    np.testing.assert_array_equal(steps[:, 2], steps[:, 0] + steps[:, 1])
    return np.asarray(steps[:, 1] * 40 + steps[:, 0])


def intact_bytes(path: Path) -> bytes:
    """20 full sectors at 98.6 Hz true rate, of numbered samples."""
    write_cwa(path, clock_us(), numbered_g(), rate_hz=100, serial=4711, annotation="_p=left+ankle&_sn=hip+pain")
    return path.read_bytes()


def with_checksum(sector: bytes) -> bytes:
    return sector[:-2] + struct.pack("<H", -sum(struct.unpack("<255H", sector[:-2])) % 65_536)


def patched(data: bytes, number: int, form: str, offset: int, value: int) -> bytes:
    """Change one field of a sector and put its checksum right."""
    begin = HEADER + number * SECTOR
    sector = bytearray(data[begin : begin + SECTOR])
    struct.pack_into(form, sector, offset, value)
    return data[:begin] + with_checksum(bytes(sector)) + data[begin + SECTOR :]


def without(data: bytes, number: int, count: int = 1) -> bytes:
    begin = HEADER + number * SECTOR
    return data[:begin] + data[begin + count * SECTOR :]


def assert_keeps_all_but(result: Read, lost: range, within_us: int = 50) -> None:
    kept = np.delete(np.arange(N_SAMPLES), lost)
    np.testing.assert_array_equal(numbers_of(result.xyz_g), kept)
    assert np.abs(result.time_us - clock_us()[kept]).max() <= within_us
