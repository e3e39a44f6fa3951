"""The files that are damaged, one line each: ``family/kind`` and what makes it.

A maker returns the bytes of one file, or `Files` where a recording is a folder of several. The families are what
``--format`` chooses from and what the mutants are counted by. Seeds are small: damage is found by the number of
mutants, and a mutant takes as long as its file is large.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest.recording import StageSpan
from ingest.writers.axivity import write_cwa
from ingest.writers.delimited import write_csv
from ingest.writers.fit import write_fit
from tests.ingest.actigraph_writer import write_gt3x, write_gt3x_v1
from tests.ingest.actilife_files import Export, document
from tests.ingest.geneactiv_writer import Setup, write_bin, write_export
from tests.ingest.matrix_files import night
from tests.ingest.unisens_files import Measurement, still

#: Name to content. The first is the file that is read, the others lie beside it; a name may have folders in it.
Files = dict[str, bytes]

START_US = 1_772_922_600_000_000  # 2026-03-07T22:30
_SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
#: A mutant of a larger real file would take too long.
_LARGEST_REAL = 160_000
_FAMILY_OF_SUFFIX = {".cwa": "axivity", ".gt3x": "actigraph", ".bin": "geneactiv", ".csv": "delimited"}


def times(n: int, rate_hz: float, pause_after: int | None = None) -> NDArray[np.int64]:
    """An even clock, with a pause of a minute where asked for."""
    time_us = np.asarray(START_US + np.rint(np.arange(n) * 1e6 / rate_hz), dtype=np.int64)
    if pause_after is not None:
        time_us[pause_after:] += 60_000_000
    return time_us


def values(n: int) -> NDArray[np.float32]:
    """A sensor at rest that is moved now and then, in g."""
    rng = np.random.default_rng(1)
    still = np.array([0.1, -0.3, 0.94]) + rng.normal(0, 0.004, (n, 3))
    still[n // 3 : n // 3 + 20] += rng.normal(0, 0.5, (20, 3))
    return still.astype(np.float32)


def _written(write: Callable[[Path], object]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "seed"
        write(path)
        return path.read_bytes()


def _cwa(
    n: int = 1200,
    *,
    pause: bool = False,
    restarts_at: tuple[int, ...] = (),
    packed: bool = False,
    six_axes: bool = False,
) -> bytes:
    time_us = times(n, 100, n // 2 if pause else None)
    return _written(
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
    return _written(
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
    return _written(lambda path: write_gt3x_v1(path, START_US, values(900), rate_hz=30, deflated=deflated))


def _bin(n: int = 1500, *, pause: bool = False, newline: str = "\n") -> bytes:
    setup = Setup(100.0, location="left ankle", utc_offset_s=3600, gained_s=1.5, newline=newline)
    return _written(lambda path: write_bin(path, times(n, 100, 600 if pause else None), values(n), setup))


def _export(n: int = 300, *, decimal: str = ".") -> bytes:
    setup = Setup(100.0, location="left ankle", utc_offset_s=3600, decimal=decimal)
    return _written(lambda path: write_export(path, times(n, 100), values(n), setup))


def _fit(layout: Literal["calibrated", "raw", "compressed"], stamps: Literal["utc", "system"] = "utc") -> bytes:
    n, minute = 500, 60_000_000
    stages = [
        StageSpan(START_US, START_US + minute, "light"),
        StageSpan(START_US + minute, START_US + 2 * minute, "deep"),
    ]
    heart = (times(20, 1), np.full(20, 61, np.uint8))
    return _written(
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


def _csv(n: int = 300, *, header: bool = True, clock: Literal["utc", "local"] = "utc", decimals: int = 4) -> bytes:
    time_us = times(n, 50, n // 2)
    return _written(
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

    return _written(write)


def _stamps(n: int = 200) -> pl.Series:
    return pl.Series(times(n, 50)).cast(pl.Datetime("us", "UTC"))


def _unisens() -> Files:
    with TemporaryDirectory() as folder:
        Measurement().write(Path(folder), still(600))
        return {name: (Path(folder) / name).read_bytes() for name in ("unisens.xml", "acc.bin")}


def _actilife(export: Export) -> bytes:
    return document(np.rint(values(300) * 1000).astype(np.int64), export).encode()


def _packed(make: Callable[[], bytes]) -> bytes:
    return gzip.compress(make(), 4, mtime=0)


MADE: dict[str, Callable[[], bytes | Files]] = {
    "axivity/ax3": _cwa,
    "axivity/ax3-packed": partial(_cwa, packed=True),
    "axivity/ax6": partial(_cwa, 600, six_axes=True),
    "axivity/paused": partial(_cwa, pause=True),
    "axivity/restarted": partial(_cwa, restarts_at=(400, 800)),
    "axivity/ax3.gz": partial(_packed, _cwa),
    "actigraph/12-bit": _gt3x,
    "actigraph/16-bit": partial(_gt3x, int16=True),
    "actigraph/idle": partial(_gt3x, idle=True),
    "actigraph/v1": partial(_gt3x_v1, deflated=True),
    "actigraph/v1-stored": partial(_gt3x_v1, deflated=False),
    "geneactiv/bin": _bin,
    "geneactiv/bin-paused": partial(_bin, pause=True, newline="\r\n"),
    "geneactiv/csv": _export,
    "geneactiv/csv-comma": partial(_export, decimal=","),
    "geneactiv/csv.gz": partial(_packed, _export),
    "fit/calibrated": partial(_fit, "calibrated"),
    "fit/raw": partial(_fit, "raw"),
    "fit/compressed": partial(_fit, "compressed"),
    "fit/system-time": partial(_fit, "calibrated", "system"),
    "delimited/utc": _csv,
    "delimited/local": partial(_csv, clock="local", header=False, decimals=6),
    "delimited/unix": _unix_csv,
    "delimited/seconds": _seconds_csv,
    "delimited/comma": _comma_csv,
    "delimited/utc.gz": partial(_packed, _csv),
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
    fit = {f"fit/{path.name}": path for path in sorted((_SHARED / "fit").rglob("*.fit"))}
    recordings = {
        f"{_FAMILY_OF_SUFFIX[path.suffix]}/{path.name}": path
        for path in sorted((_SHARED / "recordings").iterdir() if _SHARED.is_dir() else ())
        if path.name != "expected.csv"
    }
    return {name: path for name, path in (recordings | fit).items() if 0 < path.stat().st_size <= _LARGEST_REAL}
