"""Found against true on nights that are hard to judge: flags, index, sleep, their intervals, and chances of sleep.

    python -m benchmarks.hard_nights FOLDER [--jobs 2] [--rows DIR] [--series N ... --document docs/accuracy.md]
    python -m benchmarks.hard_nights --own tuning|held-out [--share 1.0] [...]
    python -m benchmarks.hard_nights --again DIR [...]

FOLDER holds nights that another simulator wrote: a Parquet each (``timestamp`` in UTC, ``x_g, y_g, z_g``), and a JSON
of the truth. ``--own`` takes this project's simulator instead: plain nights, and `accuracy_sets.condition_cases`. Each
night is analysed as one sensor at the left ankle, with nothing said about it but the age group. ``--rows`` keeps what
was found, so that ``--again`` can print the tables without an analysis. A document is brought up to date only with the
number of the series, which it then says: series that were looked at while building do not judge.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import polars as pl

from benchmarks.accuracy_document import brought_up_to_date
from benchmarks.accuracy_sets import CONDITION_SEEDS, SEEDS, SetName, cases, condition_cases
from benchmarks.hard_nights_details import half_minute_tables, movement_tables
from benchmarks.hard_nights_goals import goals_table
from benchmarks.hard_nights_judge import Judged, judge_own, judge_read
from benchmarks.hard_nights_restless import restless_table
from benchmarks.hard_nights_tables import every_night, tables

_PARTS = ("nights", "events", "half_minutes")
#: Series for looking at while building.
_LOOKED_AT = 0
#: Of the own simulator's tables, those in a document: its plain nights have others there.
_OWN_WRITTEN = ("nights", "goals", "possible_plmd by true index", "chance of sleep by tenths", "by kind")
_OWN_PLAIN = ("mixed", "none", "profile", "child", "sofa", "apnoea")


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of all nights, as `hard_nights_judge.Judged` has them of one."""

    nights: pl.DataFrame
    events: pl.DataFrame
    half_minutes: pl.DataFrame


def main() -> int:
    """Print the tables; keep the rows, and bring a document up to date where asked."""
    asked = _asked()
    rows = _read_rows(asked.again) if asked.again else _rows(_judged(asked))
    if asked.rows:
        asked.rows.mkdir(parents=True, exist_ok=True)
        for part in _PARTS:
            getattr(rows, part).write_parquet(asked.rows / f"{part}.parquet")
    family = "Own simulator, hard nights" if asked.own else "Hard nights"
    made = {
        "goals": goals_table(rows.nights, rows.events, rows.half_minutes),
        **tables(rows.nights, _which(asked)),
        "possible_rls": restless_table(rows.nights),
        **half_minute_tables(rows.half_minutes),
        **movement_tables(rows.events),
    }
    written = {f"{family}: {title}": table for title, table in made.items()}
    for title, table in written.items():
        print(f"## {title}\n\n{table}\n")
    print(f"## Every night\n\n{every_night(rows.nights)}\n")
    if asked.document:
        there = {f"{family}: {title}" for title in (_OWN_WRITTEN if asked.own else made)}
        put = {title: table for title, table in written.items() if title in there}
        asked.document.write_text(brought_up_to_date(asked.document.read_text(), put))
    return 0


def _which(asked: argparse.Namespace) -> str:
    if asked.own:
        seeds = f"{SEEDS[asked.own]} and {CONDITION_SEEDS[asked.own]}"
        return f"{asked.own} set of the own simulator (seeds {seeds})"
    return "nights of another simulator" + (f", series {_and(asked.series)}" if asked.series else "")


def _and(numbers: list[int]) -> str:
    *first, last = map(str, numbers)
    return " and ".join([", ".join(first), last]) if first else last


def _judged(asked: argparse.Namespace) -> list[Judged]:
    if not asked.own:
        found = sorted(path for path in asked.nights.glob("*.json") if path.with_suffix(".parquet").exists())
        if not found:
            raise SystemExit(f"{asked.nights} holds no night: a Parquet and a JSON of the same name")
        return _each(judge_read, [path for path in found if not asked.only or path.stem in asked.only], asked.jobs)
    plain = [case for case in cases(asked.own, asked.share) if case.group in _OWN_PLAIN]
    return _each(judge_own, [*plain, *condition_cases(asked.own, asked.share)], asked.jobs)


def _each(judge: Callable[[Any], Judged], nights: Iterable[Any], jobs: int) -> list[Judged]:
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(judge, nights))


def _rows(found: list[Judged]) -> Rows:
    return Rows(
        pl.DataFrame([one.night for one in found], infer_schema_length=None),
        pl.concat([one.events for one in found]),
        pl.concat([one.half_minutes for one in found]),
    )


def _read_rows(folder: Path) -> Rows:
    return Rows(*(pl.read_parquet(folder / f"{part}.parquet") for part in _PARTS))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("nights", type=Path, nargs="?")
    parser.add_argument("--own", choices=get_args(SetName), help="nights of this project's simulator instead")
    parser.add_argument("--again", type=Path, help="rows that were kept, instead of nights")
    parser.add_argument("--only", nargs="+", help="nights of the folder, by the names of their files")
    parser.add_argument("--share", type=float, default=1.0, help="of the own nights of each group")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rows", type=Path, help="a folder for what was found, as Parquet")
    parser.add_argument("--series", type=int, nargs="+", default=[], help="of the nights; the document says it")
    parser.add_argument("--document", type=Path, help="a text whose tables are replaced, as docs/accuracy.md")
    asked = parser.parse_args()
    if not (asked.nights or asked.own or asked.again):
        parser.error("name a folder with nights, or --own, or --again")
    judges = asked.own == "held-out" or (not asked.own and bool(asked.series) and _LOOKED_AT not in asked.series)
    if asked.document and not judges:
        parser.error("--document needs --series, and not 0: nights that were looked at while building do not judge")
    return asked


if __name__ == "__main__":
    sys.exit(main())
