"""Whole recordings of one evening in every format, and the ways in which they come to harm."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest import TableMapping
from ingest.recognising.sniff import reader_of
from ingest.writers.fit import write_fit
from tests.ingest.exports import zip_of
from tests.ingest.formats.actigraph.actigraph_writer import write_gt3x, write_gt3x_v1
from tests.ingest.formats.actilife_files import Export, document
from tests.ingest.formats.geneactiv.geneactiv_writer import Setup, write_bin, write_export
from tests.ingest.formats.matrix_files import Packet, Recorded
from tests.ingest.remedies import FIRST_S, RATE_HZ, N, Write, lying

GT3X_HZ = 30
#: What a wearer's clock shows in Berlin when it is FIRST_S.
WALL_US = (FIRST_S + 3600) * 1_000_000


def utc_us(rate_hz: float = RATE_HZ, n: int = N) -> NDArray[np.int64]:
    """An even clock."""
    return np.asarray(FIRST_S * 1_000_000 + np.rint(np.arange(n) * 1e6 / rate_hz), dtype=np.int64)


def wall_us(rate_hz: float = RATE_HZ, n: int = N) -> NDArray[np.int64]:
    """The same clock as the wearer's shows it."""
    return utc_us(rate_hz, n) + 3_600_000_000


def milligravities() -> NDArray[np.int64]:
    return np.rint(lying() * 1000).astype(np.int64)


def content(data: bytes | str) -> Write:
    """A file of these bytes."""

    def write(path: Path) -> Path:
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


def changed(whole: Write, change: Callable[[bytes], bytes]) -> Write:
    """A file that came out of another one: cut, spoilt, packed."""

    def write(path: Path) -> Path:
        path = whole(path)
        before = path.read_bytes()
        after = change(before)
        assert after != before
        path.write_bytes(after)
        return path

    return write


def cut(n_bytes: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:n_bytes]


def packed_and_cut(data: bytes) -> bytes:
    """A gzip file of which little is left."""
    return gzip.compress(data, mtime=0)[:200]


def zipped(export: Write) -> Write:
    """The zip of the folder of an export."""

    def write(path: Path) -> Path:
        return zip_of(path.with_suffix(".zip"), export(path).parent)

    return write


def while_it_changes(
    change: Callable[[bytes], bytes], beside: str = ""
) -> Callable[[Path, tuple[TableMapping, ...]], object]:
    """The file, or what lies beside it, is written over between being looked at and being walked."""

    def read(path: Path, _tables: tuple[TableMapping, ...]) -> object:
        decoded = reader_of(path).read(path)
        data = path.with_name(beside) if beside else path
        data.write_bytes(change(data.read_bytes()))
        return list(decoded.blocks())

    return read


def gt3x(path: Path) -> Path:
    write_gt3x(path, wall_us(GT3X_HZ), lying(), rate_hz=GT3X_HZ)
    return path


def gt3x_v1(path: Path) -> Path:
    write_gt3x_v1(path, WALL_US, lying(), rate_hz=GT3X_HZ, deflated=False)
    return path


def actilife(path: Path, *, with_stamps: bool = True, with_names: bool = True) -> Path:
    made = Export(
        rate_hz=GT3X_HZ,
        with_stamps=with_stamps,
        with_names=with_names,
        start_us=WALL_US,
        download_us=WALL_US + 86_400_000_000,
    )
    path.write_text(document(milligravities(), made), encoding="utf-8", newline="")
    return path


def centrepoint(path: Path) -> Path:
    """The raw CSV of CentrePoint, in UTC."""
    stamps = np.datetime_as_string(utc_us(GT3X_HZ).astype("datetime64[us]"), unit="us").tolist()
    rows = [f"{stamp}Z,{x:.4f},{y:.4f},{z:.4f}" for stamp, (x, y, z) in zip(stamps, lying().tolist(), strict=True)]
    path.write_text("\r\n".join(["Timestamp,X,Y,Z", *rows, ""]), encoding="utf-8")
    return path


def geneactiv(path: Path, rate_hz: float = RATE_HZ) -> Path:
    write_bin(path, wall_us(rate_hz), lying(), Setup(rate_hz, utc_offset_s=3600))
    return path


def geneactiv_csv(path: Path) -> Path:
    write_export(path, wall_us(), lying(), Setup(RATE_HZ, utc_offset_s=3600))
    return path


def matrix(path: Path, *, with_movement: bool = True, runs: bool = True) -> Path:
    """Packets of 200 samples in 8 s; also without acceleration, or of a clock that stands still."""
    steps = np.rint(lying() / 8 * 32_768).astype(np.int16) if with_movement else np.zeros((0, 3), np.int16)
    packets = [
        Packet(FIRST_S + 8 * i * runs, FIRST_S + 8 * (i + 1) * runs, steps[200 * i : 200 * (i + 1)], n_heart=3)
        for i in range(3)
    ]
    return Recorded(packets).write(path)


def fit(path: Path) -> Path:
    write_fit(path, utc_us(), lying().astype(np.float32), rate_hz=RATE_HZ, serial=4711)
    return path


SLOW_GENEACTIV: Write = partial(geneactiv, rate_hz=1.0)
