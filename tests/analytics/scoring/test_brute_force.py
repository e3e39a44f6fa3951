"""The vectorised scoring against a restatement in loops, on 10,000 random nights full of boundary cases."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics.scoring.rulesets import AASM, SOURCE_20_40, WASM_2016, Ruleset, derive
from analytics.scoring.score import Scored, score
from tests.analytics.scoring.brute_force import Mark, Movement, Night, index_by_runs, movements_of
from tests.analytics.scoring.event_lists import EPOCH_TYPES, MARK_TYPES, SPAN_TYPES

#: Gaps from an onset to the next, and durations: thick with boundaries and with what is 1 ms beyond.
GAPS_MS = [0, 1, 400, 499, 500, 900, 1000, 2499, 2500, 3000, 4000, 4999, 5000, 7000, 9999, 10_000, 10_001, 19_999,
           20_000, 25_000, 30_000, 39_999, 40_000, 40_001, 60_000, 89_999, 90_000, 90_001, 120_000]  # fmt: skip
DURATIONS_MS = [0, 250, 499, 500, 501, 600, 1000, 2000, 2500, 4000, 9999, 10_000, 10_001, 14_000, 15_000, 20_000]
STAGES = ["W", "N1", "N2", "R", "?"]

RULESETS: dict[str, tuple[Ruleset, int]] = {
    "wasm2016": (WASM_2016, 3000),
    "aasm": (AASM, 2500),
    "source-20-40": (SOURCE_20_40, 1000),
    "no start after a short interval": (derive(WASM_2016, "a", {"short_imi_may_start": False}), 1000),
    "respiratory option 2": (derive(WASM_2016, "b", {"respiration": "option_2"}), 500),
    "short intervals skipped, runs ended by others": (derive(WASM_2016, "c", {"short_imi": "skipped"}), 1000),
    "aasm, short intervals end runs": (derive(AASM, "d", {"short_imi": "ends_run", "short_imi_may_start": False}), 500),
    "no candidate ends nothing, three are a series": (
        derive(WASM_2016, "e", {"non_clm_ends_run": False, "series_min_clm": 3}),
        500,
    ),
}


def test_ten_thousand_nights_are_compared() -> None:
    assert sum(n for _, n in RULESETS.values()) == 10_000


def _random_night(rng: np.random.Generator) -> Night:
    n = int(rng.integers(0, 22))
    steady = rng.random() < 0.5
    weights = np.array([8.0 if steady and 10_000 <= g <= 40_000 else 1.0 for g in GAPS_MS])
    onsets = np.cumsum(rng.choice(GAPS_MS, n, p=weights / weights.sum()))
    short = np.array([4.0 if 500 <= d <= 4000 else 1.0 for d in DURATIONS_MS])
    durations = rng.choice(DURATIONS_MS, n, p=short / short.sum())
    legs = rng.choice(["L", "R", "U"], n, p=[0.55, 0.4, 0.05])
    allowed = rng.random(n) < 0.95
    rows = zip(legs, onsets, durations, allowed, strict=True)
    marks = [Mark(str(leg), int(on), int(on + d), k, bool(ok)) for k, (leg, on, d, ok) in enumerate(rows)]
    end = int(onsets[-1]) if n else 60_000
    return Night(marks, _random_epochs(rng, end), _random_spans(rng, marks, 4), _random_spans(rng, marks, 4))


def _random_epochs(rng: np.random.Generator, end_ms: int) -> list[tuple[int, int, str]]:
    edges = np.unique(rng.integers(-1000, end_ms + 2000, int(rng.integers(2, 8))))
    pairs = zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    return [(a, b, str(rng.choice(STAGES))) for a, b in pairs if rng.random() < 0.85]


def _random_spans(rng: np.random.Generator, marks: list[Mark], most: int) -> list[tuple[int, int]]:
    """Near the edges of marks, at and beside the distances that matter."""
    away = [-15_000, -10_251, -10_250, -501, -500, -499, 0, 499, 500, 501, 2000, 2001, 5000]
    spans = []
    for mark in marks[: int(rng.integers(0, most + 1))]:
        edge = mark.on if rng.random() < 0.5 else mark.off
        end = edge + int(rng.choice(away))
        spans.append((end - int(rng.choice([0, 3000, 20_000])), end))
    return spans


def _scored(nights: list[Night], rules: Ruleset, rng: np.random.Generator) -> Scored:
    """All nights in one call, rows shuffled."""

    def table(rows: list[tuple[Any, ...]], types: dict[str, Any]) -> pl.DataFrame:
        return pl.DataFrame([rows[k] for k in rng.permutation(len(rows))], types, orient="row")

    numbered = [(f"{k:05}", night) for k, night in enumerate(nights)]
    marks = [(name, m.leg, m.on, m.off, m.number, m.may_be) for name, night in numbered for m in night.marks]
    epochs = [(name, a, b - a, stage) for name, night in numbered for a, b, stage in night.epochs]
    breaths = [(name, *span) for name, night in numbered for span in night.breaths]
    wakings = [(name, *span) for name, night in numbered for span in night.wakings]
    return score(
        table(marks, MARK_TYPES | {"part_no": pl.Int64, "may_be_clm": pl.Boolean}),
        ruleset=rules,
        hypnogram=table(epochs, EPOCH_TYPES),
        respiration=table(breaths, SPAN_TYPES),
        arousals=table(wakings, SPAN_TYPES),
    )


def _row(name: str, number: int, m: Movement) -> tuple[Any, ...]:
    side = "B" if len(m.legs) > 1 else next(iter(m.legs))
    parts = [p.number for p in m.parts]
    runs = (m.clm, m.plm, m.series, m.imi)
    return (
        name,
        number,
        m.on,
        m.off,
        side,
        len(m.mono),
        parts,
        *runs,
        m.stage,
        m.respiratory,
        m.nonrespiratory,
        m.arousal,
    )


def _night_row(name: str, night: Night, movements: list[Movement], rules: Ruleset) -> tuple[Any, ...]:
    scored_ms = sum(b - a for a, b, stage in night.epochs if stage != "?")
    sleep_ms = sum(b - a for a, b, stage in night.epochs if stage not in ("?", "W"))
    plms = [m for m in movements if m.plm and m.stage not in (None, "W")]
    clms = [m for m in movements if m.clm and m.stage not in (None, "W")]
    n_plms = len(plms) if scored_ms else None
    n_snr = sum(m.nonrespiratory is True and m.stage not in (None, "W") for m in movements) if scored_ms else None
    return (
        name,
        sum(m.clm for m in movements),
        n_plms,
        n_snr,
        sum(m.arousal for m in plms) if scored_ms else None,
        len(plms) / (sleep_ms / 3_600_000) if sleep_ms else None,
        len(plms) / len(clms) if clms and scored_ms else None,
        index_by_runs(movements, rules),
    )


NIGHT_VALUES = ("night_id", "n_clm", "n_plms", "n_plmsnr", "n_plms_arousal", "plms_index", "periodicity_index_share",
                "periodicity_index_runs")  # fmt: skip


@pytest.mark.parametrize("part", [5, pytest.param(1, marks=pytest.mark.slow)], ids=["a fifth of them", "all"])
@pytest.mark.parametrize("name", sorted(RULESETS))
def test_loops_and_vectors_agree_on_random_nights(name: str, part: int) -> None:
    rules, n = RULESETS[name][0], RULESETS[name][1] // part
    rng = np.random.default_rng(sum(name.encode()))
    nights = [_random_night(rng) for _ in range(n)]
    result = _scored(nights, rules, rng)
    by_loops = [movements_of(night, rules) for night in nights]
    rows = [_row(f"{k:05}", i, m) for k, found in enumerate(by_loops) for i, m in enumerate(found, start=1)]
    assert sum(m.plm for found in by_loops for m in found) > n // 4  # the nights are worth comparing
    assert result.movements.rows() == rows
    pairs = zip(nights, by_loops, strict=True)
    expected = [_night_row(f"{k:05}", night, found, rules) for k, (night, found) in enumerate(pairs)]
    there = [row for row, night in zip(expected, nights, strict=True) if night.marks or night.epochs or night.breaths]
    assert result.nights.select(NIGHT_VALUES).rows() == there
