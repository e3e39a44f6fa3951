"""Refused FIT files, and what the owner of the watch does about them."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ingest import TableMapping
from ingest.formats.fit import reader
from ingest.formats.fit.clock import FIT_EPOCH_S
from ingest.formats.fit.messages import HRV_SUMMARY, MONITORING, RECORD, TIMESTAMP
from ingest.writers.fit import write_fit
from ingest.writers.fit_tables import ENUM, UINT8, UINT16, UINT32, fit_file, message
from tests.ingest.format_remedies.whole import changed, content, fit, utc_us
from tests.ingest.formats.fit.fit_files import REST, T0, burst
from tests.ingest.remedies import RATE_HZ, N, Remedy, Write, lying

ACCELERATION, CONTENT, READER = "formats/fit/acceleration.py", "formats/fit/content.py", "formats/fit/reader.py"


def _file(*parts: bytes) -> Write:
    return content(fit_file(b"".join(parts)))


def raw(path: Path) -> Path:
    """Counts, with the calibration that says what they mean."""
    write_fit(path, utc_us(), lying().astype(np.float32), rate_hz=RATE_HZ, serial=4711, layout="raw")
    return path


def dated(path: Path) -> Path:
    """Samples that count from switching on, and the message that says when that was."""
    write_fit(path, utc_us(), lying().astype(np.float32), rate_hz=RATE_HZ, serial=4711, stamps="system")
    return path


def in_mg(path: Path) -> Path:
    """Calibrated values in mg, as fields of whole numbers have them."""
    path.write_bytes(fit_file(b"".join(_in_mg())))
    return path


def _in_mg() -> Iterator[bytes]:
    mg, stamps_s = lying(1000.0).round(), utc_us() // 1_000_000 - FIT_EPOCH_S
    for first in range(0, N, RATE_HZ):
        yield burst(mg[first : first + RATE_HZ].tolist(), stamp=int(stamps_s[first]), first_field=5)


def _alone(path: Path, _tables: tuple[TableMapping, ...]) -> object:
    """Without being recognised first, as a file that became another one since."""
    return reader.read(path)


def _huge(path: Path) -> Path:
    """As a file of more nights than fit; it takes no space on the disk."""
    with fit(path).open("r+b") as file:
        file.truncate(reader.MAX_BYTES + 1)
    return path


_RIDE = _file(message(0, (0, ENUM, 4)), message(RECORD, (TIMESTAMP, UINT32, T0), (3, UINT8, 60)))
_SUMMARY = _file(message(0, (0, ENUM, 68)), message(HRV_SUMMARY, (TIMESTAMP, UINT32, T0), (1, UINT16, 6400)))
_MONITORING = _file(message(0, (0, ENUM, 32)), message(MONITORING, (TIMESTAMP, UINT32, T0), (27, UINT8, 50)))
_COUNTS = _file(burst([(33_000, 32_000, 34_000)] * 3, first_field=2))
_IN_OTHER_UNITS = _file(burst((np.array(REST) * 9.80665).tolist()))
_UNDATED = content(fit_file(burst(REST, stamp=100)) * 2)

WATCH_REMEDIES = (
    Remedy(ACCELERATION, "values, or take", "store calibrated values", _COUNTS, fit),
    Remedy(ACCELERATION, "values, or take", "the original file", _COUNTS, raw),
    Remedy(ACCELERATION, "values in g or mg", "values in g or mg", _IN_OTHER_UNITS, fit),
    Remedy(ACCELERATION, "values in g or mg", "values in g or mg", _IN_OTHER_UNITS, in_mg),
    Remedy(CONTENT, "take the original file", "the original file", _UNDATED, dated),
    Remedy(CONTENT, "_advice", "logs the accelerometer", _RIDE, fit),
    Remedy(CONTENT, "_advice", "the sleep or monitoring file", _SUMMARY, _MONITORING, n_samples=0),
    *(
        Remedy(CONTENT, "COPY_AGAIN", says, refused, fit)
        for says in ("copy it from the device again", "export the original file again")
        for refused in (_file(burst(REST, offsets=[0xFFFF] * 3)), content(fit_file(b"")), content(fit_file(b"\x0f")))
    ),
    Remedy(READER, "COPY_AGAIN", "copy it from the device again", content(b""), fit, reading=_alone),
    Remedy(READER, "unpack it first", "unpack it first", changed(fit, gzip.compress), fit, reading=_alone),
    Remedy(READER, "start a new file every night", "start a new file every night", _huge, fit),
)
