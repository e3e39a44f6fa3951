"""The files that are damaged of apps, watches and small sensors, and of tables that the settings explain."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from ingest.mapping import TableMapping
from tests.fuzzing.nights import Files, laid_out, milligravities, packed, times, values
from tests.ingest import exports
from tests.ingest.formats.apps.logger_files import POLAR_START_NS, bangle, polar, sensorlog, shimmer, text
from tests.ingest.table_files import iso

_N = 300
#: What is known beforehand of the tables with names of their own; every mutant of every format is read with it.
TABLES = (
    TableMapping("lab", ("t",), ("ax", "ay", "az"), unit="mg", time_unit="ms"),
    TableMapping("counts", ("day", "clock"), ("u", "v", "w"), counts_per_g=256, day_first=True, zone="Europe/Berlin"),
    TableMapping("any unit", ("tick",), ("p", "q", "r"), time_unit="s"),
)


def _logger_ios(folder: Path) -> Path:
    return exports.logger_ios(folder, _N, late_ns=4_000_000)


def _logger_watch(folder: Path, *, split: bool) -> Path:
    xyz, stamps = values(_N).astype(np.float64), exports.ns(_N)
    exports.logger_metadata(folder)
    if not split:
        return exports.logger_file(folder / "WatchAccelerometerUncalibrated.csv", stamps, xyz)
    gravity = np.tile([0.1, -0.3, 0.94], (_N, 1))
    measured = np.column_stack([xyz, gravity, xyz - gravity, xyz]).round(6)
    parts = ("rotationRate", "gravity", "acceleration", "quaternion")
    names = ["time", "seconds_elapsed", *(f"{part}{axis}" for part in parts for axis in "XYZ")]
    rows = [[stamp, 0.0, *row] for stamp, row in zip(stamps.tolist(), measured.tolist(), strict=True)]
    return exports.table(folder / "WristMotion.csv", ",".join(names), rows)


def _phyphox(folder: Path, *, comma: bool = False, meta: bool = True, paused: bool = False) -> Path:
    seconds = np.arange(_N) / 100
    events: list[tuple[str, float, float]] | None = None if meta else []
    if paused:
        start_s = exports.EVENING_US / 1e6
        events = [("START", 0.0, start_s), ("PAUSE", 1.5, start_s + 1.5), ("START", 1.5, start_s + 60)]
    separator = ";" if comma else ","
    xyz = values(_N).astype(np.float64)
    return exports.phyphox(folder, seconds, xyz, comma=comma, separator=separator, events=events)


def _sensorlog(*, raw: bool, motion: bool) -> bytes:
    return text(sensorlog(times(_N, 50, 200), milligravities(_N), raw=raw, motion=motion)).encode()


def _polar(*, detached: bool = False) -> bytes:
    time_us = times(_N, 50, 150)
    counter_ns = None
    if detached:
        counter_ns = POLAR_START_NS + np.tile(np.arange(150, dtype=np.int64) * 20_000_000, 2)
    return text(polar(time_us, milligravities(_N), counter_ns=counter_ns), ";").encode()


def _bangle(*, total: bool) -> bytes:
    return text(bangle(np.arange(_N) * 80_000, milligravities(_N) * 8, total=total)).encode()


def _shimmer(stamp: str, kinds: tuple[str, ...], separator: str = "\t", *, marked: bool = False) -> bytes:
    time_us = times(_N, 50)
    walls = [wall.replace("-", "/").replace("T", " ") for wall in iso(time_us, "")]
    formatted = stamp.endswith("FormattedUnix")
    stamps = walls if formatted else [f"{us / 1000:.6f}" for us in time_us.tolist()]
    unit = "yyyy/mm/dd hh:mm:ss.000" if formatted else "ms"
    table = text(shimmer(stamps, unit, milligravities(_N), stamp=stamp, kinds=kinds), separator, "\r\n")
    return (f'"sep={separator}"\r\n' * marked + table).encode()


def _lines(names: str, stamps: list[str], newline: str = "\n") -> bytes:
    rows = (f"{at},{x:.4f},{y:.4f},{z:.4f}" for at, (x, y, z) in zip(stamps, values(len(stamps)).tolist(), strict=True))
    return newline.join([names, *rows, ""]).encode()


def _metawear(time: str) -> bytes:
    stamps = [f"{us // 1000},2024-03-12T15.15.00.000,{i / 50:.3f}" for i, us in enumerate(times(_N, 50).tolist())]
    return _lines(f"epoc (ms),{time},elapsed (s),x-axis (g),y-axis (g),z-axis (g)", stamps)


def _centrepoint(characters: int, names: str = "Timestamp,X,Y,Z") -> bytes:
    whole = np.datetime_as_string(times(600, 64).astype("datetime64[us]"), unit="us").tolist()
    return _lines(names, [f"{stamp[:characters]}Z" for stamp in whole], "\r\n")


def _mapped(name: str) -> pl.DataFrame:
    mapping = next(mapping for mapping in TABLES if mapping.name == name)
    time_us, mg = times(_N, 50), milligravities(_N)
    moments = pl.Series(time_us).cast(pl.Datetime("us"))
    stamps = {
        "lab": [pl.Series(time_us // 1000)],
        "counts": [moments.dt.strftime("%d/%m/%Y"), moments.dt.strftime("%H:%M:%S%.3f")],
        "any unit": [pl.Series((time_us - time_us[0]) / 1e6)],
    }[name]
    scale = {"lab": 1.0, "counts": 0.256, "any unit": 0.001}[name]
    columns = [*stamps, *(pl.Series((mg[:, i] * scale).round(4)) for i in range(3))]
    return pl.DataFrame(dict(zip((*mapping.time, *mapping.axes), columns, strict=True)))


def _mapped_csv(name: str) -> bytes:
    return _mapped(name).write_csv().encode()


def _mapped_parquet(name: str) -> bytes:
    stored = io.BytesIO()
    _mapped(name).write_parquet(stored, compression="uncompressed")
    return stored.getvalue()


APPS: dict[str, Callable[[], bytes | Files]] = {
    "empatica/e4": lambda: laid_out(lambda folder: exports.empatica(folder, _N)),
    "sensor_logger/android": lambda: laid_out(lambda folder: exports.logger_android(folder, _N)),
    "sensor_logger/ios": lambda: laid_out(_logger_ios),
    "sensor_logger/watch": lambda: laid_out(partial(_logger_watch, split=False)),
    "sensor_logger/wrist": lambda: laid_out(partial(_logger_watch, split=True)),
    "phyphox/meta": lambda: laid_out(_phyphox),
    "phyphox/paused": lambda: laid_out(partial(_phyphox, paused=True)),
    "phyphox/comma": lambda: laid_out(partial(_phyphox, comma=True)),
    "phyphox/alone": lambda: laid_out(partial(_phyphox, meta=False)),
    "sensorlog/both": partial(_sensorlog, raw=True, motion=True),
    "sensorlog/motion": partial(_sensorlog, raw=False, motion=True),
    "polar/night": _polar,
    "polar/detached": partial(_polar, detached=True),
    "polar/packed": lambda: packed(_polar()),
    "shimmer/unix": partial(_shimmer, "Timestamp_Unix", ("Accel_WR",), marked=True),
    "shimmer/both": partial(_shimmer, "TimestampSync_Unix", ("Accel_LN", "Accel_WR"), ","),
    "shimmer/formatted": partial(_shimmer, "Timestamp_FormattedUnix", ("Accel_LN",)),
    "bangle/counts": partial(_bangle, total=False),
    "bangle/total": partial(_bangle, total=True),
    "metawear/offset": partial(_metawear, "timestamp (-0700)"),
    "metawear/zone": partial(_metawear, "time (GMT+05:30)"),
    "centrepoint/seconds": partial(_centrepoint, 19),
    "centrepoint/full": partial(_centrepoint, 26, "Timestamp,Accelerometer X,Accelerometer Y,Accelerometer Z"),
    "mapped/lab": partial(_mapped_csv, "lab"),
    "mapped/counts": partial(_mapped_csv, "counts"),
    "mapped/any-unit": partial(_mapped_csv, "any unit"),
    "mapped/parquet": partial(_mapped_parquet, "lab"),
    "mapped/parquet-text": partial(_mapped_parquet, "counts"),
}
