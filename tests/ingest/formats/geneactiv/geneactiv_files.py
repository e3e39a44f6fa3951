"""A small GENEActiv file of numbered samples, and ways to damage it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.formats.geneactiv import reader as geneactiv
from ingest.recording import Decoded
from tests.ingest.formats.geneactiv.geneactiv_writer import Setup, write_bin

EVENING_US = 1_772_922_600_000_000  # 2026-03-07T22:30
N_PAGES, PER_PAGE, TRUE_HZ = 20, 300, 98.6
N_SAMPLES = N_PAGES * PER_PAGE
MARKER = b"Recorded Data\n"
#: A stamp is rounded to a millisecond.
ROUNDING_US = 1_000


@dataclass(frozen=True)
class Read:
    """All samples of a file, in g."""

    decoded: Decoded
    time_us: NDArray[np.int64]
    xyz_g: NDArray[np.float64]

    @property
    def problems(self) -> tuple[str, ...]:
        return self.decoded.problems


def read(path: Path) -> Read:
    decoded = geneactiv.read(path)
    blocks = list(decoded.blocks())
    xyz_g = np.concatenate([block.values * block.g_per_value for block in blocks])
    return Read(decoded, np.concatenate([block.time_us for block in blocks]), xyz_g.astype(np.float64))


def clock_us(n: int = N_SAMPLES, rate_hz: float = TRUE_HZ) -> NDArray[np.int64]:
    return np.asarray(EVENING_US + np.rint(np.arange(n) * 1e6 / rate_hz), dtype=np.int64)


def numbered_g(n: int = N_SAMPLES) -> NDArray[np.float64]:
    """Samples that tell their number in x and y; z proves that none of the three was changed."""
    fine, coarse = np.arange(n) % 64, np.arange(n) // 64
    return np.stack((fine, coarse, 5 * fine + 3 * coarse + 100), axis=1) / 256


def numbers_of(xyz_g: NDArray[np.float64]) -> NDArray[np.int64]:
    """The number of each sample, -1 where one of its digits was changed."""
    x, y, z = np.rint(xyz_g * 256).astype(np.int64).T
    return np.where(5 * x + 3 * y + 100 == z, y * 64 + x, -1)


def intact_bytes(path: Path, newline: str = "\n") -> bytes:
    """20 full pages at 98.6 Hz true rate, of numbered samples."""
    setup = Setup(100.0, serial="047110", location="left ankle", utc_offset_s=3600, newline=newline)
    write_bin(path, clock_us(), numbered_g(), setup)
    return path.read_bytes()


def pages_of(data: bytes) -> list[bytes]:
    """The header, then every page."""
    header, *pages = data.split(MARKER)
    return [header, *(MARKER + page for page in pages)]


def starts_of(data: bytes) -> list[int]:
    header, *pages = data.split(b"Recorded Data")
    lengths = [len(header), *(len(b"Recorded Data") + len(page) for page in pages)]
    return [int(at) for at in np.cumsum(lengths)[:-1]]


def edited(data: bytes, number: int, change: Callable[[bytes], bytes]) -> bytes:
    """Change one page; it has to become another."""
    parts = pages_of(data)
    parts[number + 1], before = change(parts[number + 1]), parts[number + 1]
    assert parts[number + 1] != before
    return b"".join(parts)


def with_line(data: bytes, number: int, key: bytes, value: bytes) -> bytes:
    """Give a line of a page another value."""

    def change(page: bytes) -> bytes:
        lines = page.split(b"\n")
        place = next(i for i, line in enumerate(lines) if line.startswith(key + b":"))
        lines[place] = key + b":" + value
        return b"\n".join(lines)

    return edited(data, number, change)


def with_digits(data: bytes, number: int, change: Callable[[bytes], bytes]) -> bytes:
    """Change the samples of a page."""

    def changed(page: bytes) -> bytes:
        *lines, digits, end = page.split(b"\n")
        return b"\n".join([*lines, change(digits), end])

    return edited(data, number, changed)


def without(data: bytes, number: int, count: int = 1) -> bytes:
    parts = pages_of(data)
    del parts[number + 1 : number + 1 + count]
    return b"".join(parts)


def with_header(data: bytes, name: bytes, value: bytes) -> bytes:
    """Give a field of the header another value."""
    parts = pages_of(data)
    lines = parts[0].split(b"\n")
    place = next(i for i, line in enumerate(lines) if line.startswith(name + b":"))
    lines[place] = name + b":" + value
    parts[0] = b"\n".join(lines)
    return b"".join(parts)


def assert_keeps_all_but(result: Read, lost: range, within_us: int = ROUNDING_US) -> None:
    kept = np.delete(np.arange(N_SAMPLES), lost)
    np.testing.assert_array_equal(numbers_of(result.xyz_g), kept)
    assert np.abs(result.time_us - clock_us()[kept]).max() <= within_us


def page_range(first: int, count: int = 1) -> range:
    """The samples of some pages."""
    return range(first * PER_PAGE, (first + count) * PER_PAGE)
