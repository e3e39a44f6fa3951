"""What each term buys: evidence of sleep, rules of wear, and what hides kicks, switched off one at a time.

    python -m benchmarks.ablations FOLDER|--own tuning --rows FILE [--share 0.25] [--each 1] [--known]
    python -m benchmarks.ablations --again FILE FILE [--document docs/accuracy.md]

FOLDER holds hard nights of another simulator (`hard_nights.py`); ``--own`` takes this project's. Each night is analysed
as it is, and once without each of `ablation_terms.TERMS`; a line for each goes into ``--rows`` as soon as its night is
done, and what that file holds is not done again. What comes before a term is not done again either. Nights are those
for looking at while building, in a fixed order that mixes kinds, so that a run that is stopped holds a fair share.
``--known`` asks instead what would be said of undisturbed nights, and of children's, if sleep were known, or its
estimate half as wide (`ablation_known`). The table names a term that changed no number of any night: it was not seen to
act.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import polars as pl

from analytics.model import Channel, Night
from analytics.nights.events import Judged
from analytics.nights.observed import Observed
from analytics.simulate import Plan
from analytics.simulate.warmth import sensor_celsius
from analytics.sleep.estimate import SleepEstimate
from benchmarks.ablation_known import known_patches
from benchmarks.ablation_tables import known_table, terms_table
from benchmarks.ablation_terms import TERMS, Again, Patch
from benchmarks.accuracy_compare import simulated
from benchmarks.accuracy_document import brought_up_to_date
from benchmarks.accuracy_sets import Case, cases, condition_cases
from benchmarks.hard_nights_judge import analysed, channel_of, halves_of, said, true_of, truth_of
from benchmarks.hard_nights_truth import Truth, read_truth, true_series
from ingest.recording import Temperature

#: As objects whose names are replaced, and not only what they hand out.
night_module: Any = import_module("analytics.nights.night")
observed_module: Any = import_module("analytics.nights.observed")

_MINUTE_S = 60.0
_ORDER = 7
PARTS = tuple(dict.fromkeys(term.part for term in TERMS))


@dataclass(slots=True)
class Kept:
    """What one analysis made on its way."""

    segments: list[Any] = field(default_factory=list)
    detected: list[Any] = field(default_factory=list)
    observed: Observed | None = None
    sleep: SleepEstimate | None = None
    judged: dict[str, Judged] = field(default_factory=dict)

    def keeping(self) -> tuple[Patch, ...]:
        """Takes note while a night is analysed."""
        segments, detect = observed_module.searched, observed_module.detect_movements
        observe, asleep, judge = night_module.observe, night_module.asleep, night_module.judge

        def observing(*given: Any, **more: Any) -> Observed | None:
            self.observed = observe(*given, **more)
            return self.observed

        def sleeping(*given: Any) -> SleepEstimate:
            self.sleep = asleep(*given)
            return self.sleep

        def judging(*given: Any) -> Judged:
            self.judged[given[1].name] = judge(*given)
            return self.judged[given[1].name]

        return (
            (observed_module, "searched", lambda *given: _noted(self.segments, segments(*given))),
            (observed_module, "detect_movements", lambda *given: _noted(self.detected, detect(*given))),
            (night_module, "observe", observing),
            (night_module, "asleep", sleeping),
            (night_module, "judge", judging),
        )

    def replaying(self, again: Again) -> tuple[Patch, ...]:
        """What need not be done again; of one sensor, so that there is one of each."""
        (segments,), (detected,) = self.segments, self.detected
        if again == "signal":
            return (
                (observed_module, "searched", lambda *_: segments),
                (observed_module, "detect_movements", lambda *_: detected),
                (night_module, "observe", self._differing()),
            )
        seen: tuple[Patch, ...] = (
            (night_module, "observe", lambda channels, *_, **__: (list(channels), self.observed)[1]),
        )
        if again == "sleep":
            return seen
        return (
            *seen,
            (night_module, "asleep", lambda *_: self.sleep),
            (night_module, "judge", lambda *given: self.judged[given[1].name]),
        )

    def _differing(self) -> Any:
        observe = night_module.observe

        def observing(*given: Any, **more: Any) -> Observed | None:
            found: Observed | None = observe(*given, **more)
            if _same(found, self.observed):
                raise _SameError
            return found

        return observing


class _SameError(Exception):
    """Without a term, the sensor saw the same."""


def _noted(kept: list[Any], made: Any) -> Any:
    kept.append(made)
    return made


def _same(one: Observed | None, other: Observed | None) -> bool:
    if one is None or other is None:
        return one is other
    spans = ("recorded_us", "unworn_us", "wear_doubt_us", "hidden_us")
    return one.movements == other.movements and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in spans
    )


def rows_of(truth: Truth, channel: Channel, parts: Collection[str], *, known: bool = False) -> Iterator[dict[str, Any]]:
    """A row of the night as it is, and one without each term of some parts (or with sleep known)."""
    kept, true = Kept(), true_of(truth)
    plain, p_plain = _row(truth, _with(kept.keeping(), truth, channel))
    yield {**true, **plain, "part": "", "term": "", "changed": False}
    asked: list[tuple[str, str, Again, tuple[Patch, ...]]] = (
        [("known", name, "sleep", off) for name, off in known_patches(truth, kept.sleep)]
        if known
        else [(term.part, term.name, term.again, term.off) for term in TERMS if term.part in parts]
    )
    for part, name, again, off in asked:
        try:
            row, p = _row(truth, _with((*kept.replaying(again), *off), truth, channel))
        except _SameError:
            row, p = plain, p_plain
        changed = repr(row) != repr(plain) or p != p_plain
        yield {**true, **row, "part": part, "term": name, "changed": changed}


def _with(patches: Iterable[Patch], truth: Truth, channel: Channel) -> Night:
    with ExitStack() as stack:
        for owner, name, value in patches:
            stack.enter_context(patch.object(owner, name, value))
        return analysed(truth, channel)


def _row(truth: Truth, night: Night) -> tuple[dict[str, Any], bytes]:
    halves = halves_of(truth, night)
    p = halves["p"].to_numpy()
    square = float(np.square(p - halves["slept"].to_numpy()).sum()) if len(p) else 0.0
    flag = next(f for f in night.scores[0].flags if f.name == "possible_plmd")
    against = next((c.says.rpartition("; ")[2] for c in flag.criteria if c.state == "not measurable"), "")
    row = {**said(truth, night), **_tenths(night), "square": square, "n_halves": len(p)}
    return {**row, "against": against if flag.state == "cannot_tell" else ""}, p.tobytes()


def _tenths(night: Night) -> dict[str, float | None]:
    """The index that nine of ten possible nights exceed, and what most do without the largest block or two hours."""
    shares = {"whole": 0.1, "without_block": 0.5, "later": 0.5}
    if night.possible is None:
        return dict.fromkeys(shares)
    periodic = [e for e in night.scores[0].events if e.is_plm]
    at_us, series = (np.array([getattr(e, name) for e in periodic], np.int64) for name in ("onset_us", "series_no"))
    found = night.possible.index(at_us, series)
    return {name: float(np.quantile(getattr(found, name), share)) for name, share in shares.items()}


def _nights(asked: argparse.Namespace) -> list[Path | Case]:
    """In an order that mixes kinds."""
    found: list[Path | Case]
    if asked.own:
        plain = [case for case in cases("tuning", asked.share) if case.group in ("mixed", "none", "profile", "child")]
        found = [*plain, *([] if asked.known else condition_cases("tuning", min(1.0, 2 * asked.share)))]
    else:
        by_kind: dict[str, list[Path]] = {}
        for path in sorted(asked.nights.glob("*.json")):
            if path.with_suffix(".parquet").exists():
                by_kind.setdefault(_kind(path), []).append(path)
        found = [path for paths in by_kind.values() for path in paths[: asked.each]]
    random.Random(_ORDER).shuffle(found)
    return [one for one in found if not asked.kinds or any(part in _kind(one) for part in asked.kinds)]


def _kind(one: Path | Case) -> str:
    return str(json.loads(one.read_text())["condition"]) if isinstance(one, Path) else one.group


def _opened(one: Path | Case) -> tuple[Truth, Channel]:
    if isinstance(one, Path):
        truth = read_truth(one)
        return truth, channel_of(pl.read_parquet(one.with_suffix(".parquet")), truth.lsb_g)
    plan, channel = simulated(one)
    if one.sensor.startswith("ax"):  # has a thermometer
        channel = replace(channel, temperature=_temperature(plan, channel))
    truth = truth_of(one, plan)
    return replace(truth, name=f"{truth.name} {one.seed}"), channel  # the same kind comes more than once


def _temperature(plan: Plan, channel: Channel) -> Temperature:
    at_s = np.arange(0.0, plan.hours * 3600 - _MINUTE_S, _MINUTE_S)
    minute_us = int(channel.time_us[0]) + np.rint(at_s * 1e6).astype(np.int64)
    return Temperature(minute_us, sensor_celsius(plan, at_s + _MINUTE_S / 2, plan.unworn_s))


def _worth(truth: Truth, *, known: bool) -> bool:
    """Whether a night says anything: of sleep known, those that are not far below the threshold."""
    if not known:
        return truth.group != "apnoea"
    least_h = 10.0 if truth.age_group == "adult" else 10.0 / 3
    asked = truth.group == "undisturbed" or truth.age_group == "child"
    return asked and (true_series(truth).index or 0.0) >= least_h


def main() -> int:
    """Judge nights into a file of rows, or put what files hold into tables."""
    asked = _asked()
    if asked.again:
        return _tables(asked)
    done = _done(asked.rows)
    with asked.rows.open("a", encoding="utf-8") as kept:
        for one in _nights(asked):
            truth, channel = _opened(one)
            parts = ("known",) if asked.known else asked.parts
            left = [part for part in parts if (truth.name, part) not in done]
            if not left or not _worth(truth, known=asked.known):
                continue
            family = "own" if asked.own else "other"
            rows = [{"family": family, **row} for row in rows_of(truth, channel, left, known=asked.known)]
            kept.write("".join(json.dumps(row) + "\n" for row in rows))
            kept.flush()
    return 0


def _done(rows: Path) -> set[tuple[str, str]]:
    """Nights and parts that a file holds."""
    if not rows.exists():
        return set()
    found = (json.loads(line) for line in rows.read_text(encoding="utf-8").splitlines())
    return {(row["name"], row["part"]) for row in found}


def _tables(asked: argparse.Namespace) -> int:
    by_kind: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for path in asked.again:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        by_kind[any(row["part"] == "known" for row in lines)] += lines
    made = {
        title: table(pl.DataFrame(by_kind[known], infer_schema_length=None))
        for title, table, known in (("What each term buys", terms_table, False), ("Sleep known", known_table, True))
        if by_kind[known]
    }
    for title, table in made.items():
        print(f"## {title}\n\n{table}\n")
    if asked.document:
        asked.document.write_text(brought_up_to_date(asked.document.read_text(), made))
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("nights", type=Path, nargs="?")
    parser.add_argument("--own", choices=("tuning",), help="nights of this project's simulator instead")
    parser.add_argument("--share", type=float, default=1.0, help="of the own plain nights; twice that of the others")
    parser.add_argument("--each", type=int, help="so many nights of each kind in the folder; all without it")
    parser.add_argument("--kinds", nargs="+", help="nights whose kind has one of these in its name")
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS, help="terms of these only")
    parser.add_argument(
        "--known", action="store_true", help="undisturbed nights and children's, sleep known, instead of terms"
    )
    parser.add_argument("--rows", type=Path, help="a file for what was found, a line a night and term")
    parser.add_argument("--again", type=Path, nargs="+", help="files that were kept, instead of nights")
    parser.add_argument("--document", type=Path, help="a text whose tables are replaced, as docs/accuracy.md")
    asked = parser.parse_args()
    if not asked.again and not (asked.rows and (asked.nights or asked.own)):
        parser.error("name a folder with nights, or --own, and a file for rows; or --again")
    return asked


if __name__ == "__main__":
    sys.exit(main())
