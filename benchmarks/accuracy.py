"""Found against true on simulated nights: events, index, flags, labels, sleep onset, and what each step buys.

    python -m benchmarks.accuracy [--set held-out|tuning] [--share 1.0] [--jobs 2] [--tables DIR]
        [--pictures DIR] [--document FILE]
    python -m benchmarks.accuracy --conditions [--set held-out|tuning] [--share 1.0] [--jobs 2] [--tables DIR]

The nights are fixed and seeded (`accuracy_sets`), the held-out ones were not used while building. Every figure has a
95 % interval from resampling nights. What this shows is that the program finds what was put in; it cannot show how
real legs move: amplitudes at the ankle are not published, and 39 % of EMG leg movements do not move the great toe
(Terrill 2013, 9 people).
``--conditions`` takes the nights that are hard to judge instead, and prints one table.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import get_args

import polars as pl

from analytics.criteria import Criteria
from benchmarks.accuracy_compare import Found, evaluate
from benchmarks.accuracy_document import brought_up_to_date
from benchmarks.accuracy_sets import SEEDS, Case, SetName, ablation_cases, cases, condition_cases
from benchmarks.accuracy_tables import (
    Rows,
    ablation_table,
    conditions_table,
    confusion,
    events_table,
    flag_table,
    index_table,
    jerk_table,
    onset_table,
    rate_table,
    recall_by_size,
)

#: Each step of the analysis as a change of the criteria that switches it off.
ABLATIONS: dict[str, dict[str, object]] = {
    "as it is": {},
    "no lobe merge": {"detection": {"lobe_s": 0.0}},
    "no tilt": {"detection": {"tilt_mg": 1e6}},
    "fixed thresholds 10/5 mg": {
        "detection": {
            "high_mg": 10.0,
            "low_mg": 5.0,
            "high_floor": 1.000001,
            "low_floor": 1.000001,
            "high_lsb": 1e-9,
            "low_lsb": 1e-9,
        }
    },
    "fixed thresholds 100/50 mg": {"detection": {"high_mg": 100.0, "low_mg": 50.0}},
    "series not masked": {"sleep": {"mask_n": 1_000_000}},
}


def main() -> int:
    """Print the tables; write them and the pictures where asked."""
    options = _options()
    if options.conditions:
        ((nights, events),) = _evaluated(condition_cases(options.set, options.share), [Criteria()], options.jobs)
        print(conditions_table(nights))
        _write_tables(nights, events, options.tables)
        return 0
    (nights, events), *_ = _evaluated(cases(options.set, options.share), [Criteria()], options.jobs)
    variants = [Criteria.model_validate(change) for change in ABLATIONS.values()]
    ablated = dict(
        zip(ABLATIONS, _evaluated(ablation_cases(options.set, options.share), variants, options.jobs), strict=True)
    )
    head = (
        f"{options.set} set (seed {SEEDS[options.set]}): {len(nights)} nights, {len(events):,} movements true or found;"
        f" median {nights['cpu_s'].median():.2f} s CPU a night"
    )
    tables = {
        "Nights": head[0].upper() + head[1:] + ".",
        "Events": events_table(events),
        "Recall by size of the kick and sensor": recall_by_size(events),
        "PLMS index, found less true": index_table(nights),
        "Flag possible_plmd": flag_table(nights),
        "Hypnic jerks": jerk_table(events),
        "Sleep onset, found less true": onset_table(nights),
        "Labels (rows: what it was; columns: what it was called)": confusion(events),
        "Rates: largest difference from the same night at 50 Hz": rate_table(nights),
        "What each step buys": ablation_table(ablated),
    }
    for title, table in tables.items():
        print(f"## {title}\n\n{table}\n")
    _write_tables(nights, events, options.tables)
    if options.pictures:
        from benchmarks.accuracy_pictures import draw  # needs matplotlib, which the project does not

        draw(nights, events, options.pictures)
    if options.document:
        options.document.write_text(brought_up_to_date(options.document.read_text(), tables))
    return 0


def _write_tables(nights: Rows, events: Rows, folder: Path | None) -> None:
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        nights.write_csv(folder / "nights.csv")
        events.write_csv(folder / "events.csv")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--set", choices=get_args(SetName), default="held-out")
    parser.add_argument("--conditions", action="store_true", help="nights that are hard to judge, on their own seeds")
    parser.add_argument("--share", type=float, default=1.0, help="of the nights of each group")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--tables", type=Path)
    parser.add_argument("--document", type=Path, help="a text whose tables are replaced, as docs/accuracy.md")
    return parser.parse_args()


def _evaluated(chosen: Sequence[Case], variants: Sequence[Criteria], jobs: int) -> list[tuple[Rows, Rows]]:
    """Nights and events under each variant."""
    with ProcessPoolExecutor(jobs) as pool:
        found = list(pool.map(partial(evaluate, variants=variants), chosen))
    return [_tables([of_case[i] for of_case in found]) for i in range(len(variants))]


def _tables(found: Sequence[Found]) -> tuple[Rows, Rows]:
    nights = pl.DataFrame([f.night for f in found], infer_schema_length=None)
    return nights, pl.DataFrame([row for f in found for row in f.events], infer_schema_length=None)


if __name__ == "__main__":
    sys.exit(main())
