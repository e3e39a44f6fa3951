"""Files imported by themselves, each with results of its own as Parquet files, and one reader that merges them.

    python -m benchmarks.merged [--files 20] [--hours 0.2]

The layout of docs/scale.md in the small: each file is imported into a database of its own, whose tables go to
``results/<table>/part=<k>/rows.parquet`` as an object storage would hold them. One process merges them, and each row is
compared with what one process makes of all files in one database.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from analytics.store import Store, query
from benchmarks.many_nights import DAY_US, START_US, context_of, write_file
from benchmarks.workers import TABLES
from flows.importing.pipeline import import_run


def worked(folder: Path, number: int) -> float:
    """Import one file and leave its rows; returns the CPU seconds that took."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    store = Store(folder / f"own-{number}.duckdb")
    import_run([folder / f"{number}.cwa"], context_of(store.path))
    for table in TABLES:
        target = folder / "results" / table / f"part={number:04}"
        target.mkdir(parents=True)
        query(store, f"SELECT * FROM {table}").write_parquet(target / "rows.parquet")
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime


def merged(folder: Path, table: str) -> list[tuple[object, ...]]:
    """All rows of a table, whichever worker left them."""
    parts = sorted((folder / "results" / table).glob("*/rows.parquet"))
    return sorted((row for part in parts for row in pl.read_parquet(part).rows()), key=repr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--hours", type=float, default=0.2)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [
            write_file(folder / f"{k}.cwa", wanted.hours, kind="plmd", seed=k, start_us=START_US + k * DAY_US)
            for k in range(wanted.files)
        ]
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            cpu_s = sum(pool.map(partial(worked, folder), range(wanted.files)))
        together = Store(folder / "together.duckdb")
        import_run(files, context_of(together.path))
        n_rows, differ = 0, []
        for table in TABLES:
            rows = merged(folder, table)
            n_rows += len(rows)
            if rows != sorted(query(together, f"SELECT * FROM {table}").rows(), key=repr):
                differ.append(table)
    print(f"{wanted.files} results by 2 processes, {cpu_s / wanted.files:.2f} s CPU each; {n_rows} rows merged")
    print(f"THESE TABLES DIFFER: {', '.join(differ)}" if differ else "every row is the same")


if __name__ == "__main__":
    main()
