"""The files that are damaged, one line each: ``family/kind`` and what makes it.

A maker returns the bytes of one file, or `Files` where a recording is a folder of several. The families are what
``--format`` chooses from and what the mutants are counted by. Those of devices are made here; `app_seeds` and
`archive_seeds` have the others, and `nights` what all of them hold. Seeds are small: damage is found by the number of
mutants, and a mutant takes as long as its file is large.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Literal

import duckdb
import numpy as np
import polars as pl

from ingest.formats.fit.messages import BEAT_INTERVALS, HRV, HRV_SUMMARY, MONITORING, RECORD, TIMESTAMP
from ingest.recording import StageSpan
from ingest.writers.axivity import write_cwa
from ingest.writers.delimited import write_csv
from ingest.writers.fit import write_fit
from ingest.writers.fit_tables import ENUM, UINT8, UINT16, UINT32, WrittenColumn, fit_file, message, messages
from tests.fuzzing.app_seeds import APPS
from tests.fuzzing.archive_seeds import archives
from tests.fuzzing.nights import START_US, Files, laid_out, milligravities, packed, times, values, written
from tests.ingest.formats.actigraph.actigraph_writer import write_gt3x, write_gt3x_v1
from tests.ingest.formats.actilife_files import Export, document
from tests.ingest.formats.fit.fit_files import T0, level, sleep_event
from tests.ingest.formats.geneactiv.geneactiv_writer import Setup, write_bin, write_export
from tests.ingest.formats.matrix_files import night
from tests.ingest.formats.unisens_files import Measurement, still
from tests.paths import SHARED

#: A mutant of a larger real file would take too long.
_LARGEST_REAL = 160_000
_FAMILY_OF_SUFFIX = {".cwa": "axivity", ".gt3x": "actigraph", ".bin": "geneactiv", ".csv": "delimited"}


def _cwa(
    n: int = 1200,
    *,
    pause: bool = False,
    restarts_at: tuple[int, ...] = (),
    packed: bool = False,
    six_axes: bool = False,
) -> bytes:
    time_us = times(n, 100, n // 2 if pause else None)
    return written(
        lambda path: write_cwa(
            path,
            time_us,
            values(n),
            rate_hz=100,
            serial=4711,
            annotation="_p=left+ankle",
            restarts_at=restarts_at,
            packed=packed,
            six_axes=six_axes,
        )
    )


def _gt3x(*, idle: bool = False, int16: bool = False) -> bytes:
    n = 600
    return written(
        lambda path: write_gt3x(
            path,
            times(n, 30, n // 2 if idle else None),
            values(n),
            rate_hz=30,
            utc_offset_s=None if idle else 3600,
            idle_sleep=idle,
            int16=int16,
            deflated=int16,
        )
    )


def _gt3x_v1(*, deflated: bool) -> bytes:
    return written(lambda path: write_gt3x_v1(path, START_US, values(900), rate_hz=30, deflated=deflated))


def _bin(n: int = 1500, *, pause: bool = False, newline: str = "\n") -> bytes:
    setup = Setup(100.0, location="left ankle", utc_offset_s=3600, gained_s=1.5, newline=newline)
    return written(lambda path: write_bin(path, times(n, 100, 600 if pause else None), values(n), setup))


def _export(n: int = 300, *, decimal: str = ".") -> bytes:
    setup = Setup(100.0, location="left ankle", utc_offset_s=3600, decimal=decimal)
    return written(lambda path: write_export(path, times(n, 100), values(n), setup))


def _fit(layout: Literal["calibrated", "raw", "compressed"], stamps: Literal["utc", "system"] = "utc") -> bytes:
    n, minute = 500, 60_000_000
    stages = [
        StageSpan(START_US, START_US + minute, "light"),
        StageSpan(START_US + minute, START_US + 2 * minute, "deep"),
    ]
    heart = (times(20, 1), np.full(20, 61, np.uint8))
    return written(
        lambda path: write_fit(
            path,
            times(n, 25, 250),
            values(n),
            rate_hz=25,
            serial=4711,
            stages=stages,
            heart_rate=heart,
            layout=layout,
            stamps=stamps,
        )
    )


def _fit_vitals() -> bytes:
    """A night of which a watch says stages, heart rates and beats beside the movements, in all the ways it has."""
    night = _fit("calibrated")[14:-2]
    low_s = (T0 & 0xFFFF) + np.arange(1, 40)
    heart = [WrittenColumn(26, UINT16, low_s), WrittenColumn(27, UINT8, np.full(39, 55))]
    intervals = [WrittenColumn(0, UINT16, np.tile([900, 950, 0xFFFF], (40, 1)))]
    timed = [
        WrittenColumn(TIMESTAMP, UINT32, T0 + np.arange(40)),
        WrittenColumn(0, UINT16, np.full(40, 250)),
        WrittenColumn(1, UINT16, np.tile([500, 510], (40, 1))),
    ]
    return fit_file(
        night
        + message(MONITORING, (TIMESTAMP, UINT32, T0), (27, UINT8, 50))
        + messages(MONITORING, heart)
        + messages(HRV, intervals)
        + messages(BEAT_INTERVALS, timed)
        + message(HRV_SUMMARY, (TIMESTAMP, UINT32, T0), (1, UINT16, 6400))
    )


def _fit_watch() -> bytes:
    """What a watch keeps of a night without its movements: stages between two events, heart rates, beats."""
    stamps = T0 + np.arange(0, 3600, 60)
    return fit_file(
        message(0, (0, ENUM, 49), (1, UINT16, 1), (4, UINT32, T0))
        + sleep_event(T0, 0)
        + b"".join(level(int(stamp), int(stamp) // 60 % 4 + 1) for stamp in stamps)
        + sleep_event(T0 + 3600, 1)
        + messages(RECORD, [WrittenColumn(TIMESTAMP, UINT32, stamps), WrittenColumn(3, UINT8, np.full(60, 52))])
        + messages(HRV, [WrittenColumn(0, UINT16, np.tile([1100, 1090], (60, 1)))])
    )


def _fit_parts() -> bytes:
    """Two files in one, as a watch chains them."""
    return _fit("raw") + _fit("calibrated")


def _csv(n: int = 300, *, header: bool = True, clock: Literal["utc", "local"] = "utc", decimals: int = 4) -> bytes:
    time_us = times(n, 50, n // 2)
    return written(
        lambda path: write_csv(path, time_us, values(n), header=header, clock=clock, decimals=decimals, gz=False)
    )


def _table(n: int, **time: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({**time, **{axis: values(n)[:, i].astype(np.float64).round(4) for i, axis in enumerate("xyz")}})


def _of_table(table: pl.DataFrame, separator: str = ",") -> bytes:
    return table.write_csv(separator=separator).encode()


def _unix_csv(n: int = 300) -> bytes:
    return _of_table(_table(n, timestamp=pl.Series(times(n, 50) // 1000)))


def _seconds_csv(n: int = 300) -> bytes:
    """Whole seconds, so that many samples share a time, and a date apart from its time of day."""
    whole = pl.Series(times(n, 10) // 1_000_000 * 1_000_000).cast(pl.Datetime("us"))
    apart = _table(n, date=whole.dt.strftime("%d.%m.%Y"), time=whole.dt.strftime("%H:%M:%S"))
    return _of_table(apart, "\t")


def _comma_csv() -> bytes:
    """As a spreadsheet of the Continent saves it."""
    return _csv(200).replace(b",", b";").replace(b".", b",").replace(b"\n", b"\r\n")


def _parquet(time: pl.Series, *, packed: bool = False, group: int | None = None) -> bytes:
    stored = io.BytesIO()
    table = _table(len(time), time=time)
    table.write_parquet(stored, compression="zstd" if packed else "uncompressed", row_group_size=group)
    return stored.getvalue()


def _parquet_v2() -> bytes:
    """As DuckDB writes it: pages of version 2, times as differences."""
    rows = "SELECT to_timestamp(1772922600 + i / 50) AS time, sin(i) / 50 AS x, (i % 7) / 1e3 AS y, 1.0::FLOAT AS z"

    def write(path: Path) -> None:
        with duckdb.connect() as connection:
            connection.sql(f"COPY ({rows} FROM range(300) r(i)) TO '{path}' (FORMAT parquet, PARQUET_VERSION v2)")

    return written(write)


def _stamps(n: int = 200) -> pl.Series:
    return pl.Series(times(n, 50)).cast(pl.Datetime("us", "UTC"))


def _unisens() -> Files:
    def write(folder: Path) -> Path:
        Measurement().write(folder, still(600))
        return folder / "unisens.xml"

    return laid_out(write)


def _actilife(export: Export) -> bytes:
    return document(milligravities(300), export).encode()


_DEVICES: dict[str, Callable[[], bytes | Files]] = {
    "axivity/ax3": _cwa,
    "axivity/ax3-packed": partial(_cwa, packed=True),
    "axivity/ax6": partial(_cwa, 600, six_axes=True),
    "axivity/paused": partial(_cwa, pause=True),
    "axivity/restarted": partial(_cwa, restarts_at=(400, 800)),
    "axivity/ax3.gz": lambda: packed(_cwa()),
    "actigraph/12-bit": _gt3x,
    "actigraph/16-bit": partial(_gt3x, int16=True),
    "actigraph/idle": partial(_gt3x, idle=True),
    "actigraph/v1": partial(_gt3x_v1, deflated=True),
    "actigraph/v1-stored": partial(_gt3x_v1, deflated=False),
    "geneactiv/bin": _bin,
    "geneactiv/bin-paused": partial(_bin, pause=True, newline="\r\n"),
    "geneactiv/csv": _export,
    "geneactiv/csv-comma": partial(_export, decimal=","),
    "geneactiv/csv.gz": lambda: packed(_export()),
    "fit/calibrated": partial(_fit, "calibrated"),
    "fit/raw": partial(_fit, "raw"),
    "fit/compressed": partial(_fit, "compressed"),
    "fit/system-time": partial(_fit, "calibrated", "system"),
    "fit/vitals": _fit_vitals,
    "fit/watch": _fit_watch,
    "fit/chained": _fit_parts,
    "delimited/utc": _csv,
    "delimited/local": partial(_csv, clock="local", header=False, decimals=6),
    "delimited/unix": _unix_csv,
    "delimited/seconds": _seconds_csv,
    "delimited/comma": _comma_csv,
    "delimited/utc.gz": lambda: packed(_csv()),
    "matrix/packets": lambda: night(4, 400, 16).bytes(),
    "unisens/folder": _unisens,
    "actilife/named": lambda: _actilife(Export()),
    "actilife/stamped": lambda: _actilife(Export(with_stamps=True)),
    "actilife/comma": lambda: _actilife(Export(with_stamps=True, decimal=",")),
    "parquet/utc": lambda: _parquet(_stamps()),
    "parquet/groups": lambda: _parquet(_stamps(), packed=True, group=64),
    "parquet/text": lambda: _parquet(_stamps().dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")),
    "parquet/v2": _parquet_v2,
    "parquet/numbers": lambda: _parquet(_stamps().dt.epoch("ms")),
}


MADE = {**_DEVICES, **APPS, **archives(_DEVICES | APPS)}


def made() -> list[str]:
    """The seeds that are made here."""
    return list(MADE)


def real() -> list[str]:
    """Real files, where they are at hand."""
    return list(_real())


def families() -> list[str]:
    """What the seeds belong to."""
    return list(dict.fromkeys(family_of(name) for name in MADE))


def family_of(name: str) -> str:
    """``axivity`` of ``axivity/ax3``."""
    return name.partition("/")[0]


@cache
def files_of(name: str) -> Files:
    """What a seed consists of."""
    made = MADE[name]() if name in MADE else _real()[name].read_bytes()
    return made if isinstance(made, dict) else {"recording": made}


@cache
def _real() -> dict[str, Path]:
    fit = {f"fit/{path.name}": path for path in sorted((SHARED / "fit").rglob("*.fit"))}
    recordings = {
        f"{_FAMILY_OF_SUFFIX[path.suffix]}/{path.name}": path
        for path in sorted((SHARED / "recordings").iterdir() if SHARED.is_dir() else ())
        if path.name != "expected.csv"
    }
    return {name: path for name, path in (recordings | fit).items() if 0 < path.stat().st_size <= _LARGEST_REAL}
