"""Short ways to write an event list in seconds; one night, called N, unless told otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from analytics.scoring.rulesets import WASM_2016, Ruleset
from analytics.scoring.score import Scored, score

Mark = tuple[str, float, float]

MARK_TYPES = {"night_id": pl.String, "leg": pl.String, "onset_ms": pl.Int64, "offset_ms": pl.Int64}
EPOCH_TYPES = {"night_id": pl.String, "start_ms": pl.Int64, "duration_ms": pl.Int64, "stage": pl.String}
SPAN_TYPES = {"night_id": pl.String, "onset_ms": pl.Int64, "offset_ms": pl.Int64}


def ms(seconds: float) -> int:
    return round(seconds * 1000)


def marks(*rows: Mark, night: str = "N") -> pl.DataFrame:
    """Leg, onset, offset."""
    return pl.DataFrame([(night, leg, ms(on), ms(off)) for leg, on, off in rows], MARK_TYPES, orient="row")


def kicks(*onsets_s: float, leg: str = "L", duration_s: float = 2.0, night: str = "N") -> pl.DataFrame:
    return marks(*((leg, on, on + duration_s) for on in onsets_s), night=night)


def every(interval_s: float, n: int, start_s: float = 300.0) -> list[float]:
    return [start_s + k * interval_s for k in range(n)]


def stages(*rows: tuple[float, float, str], night: str = "N") -> pl.DataFrame:
    """Start, end, stage."""
    return pl.DataFrame([(night, ms(a), ms(b) - ms(a), stage) for a, b, stage in rows], EPOCH_TYPES, orient="row")


def asleep(hours: float = 1.0, night: str = "N") -> pl.DataFrame:
    return stages((0.0, hours * 3600.0, "N2"), night=night)


def spans(*rows: tuple[float, float], night: str = "N") -> pl.DataFrame:
    """Onset, offset."""
    return pl.DataFrame([(night, ms(on), ms(off)) for on, off in rows], SPAN_TYPES, orient="row")


def scored(*movements: pl.DataFrame, ruleset: Ruleset = WASM_2016, **channels: pl.DataFrame | None) -> Scored:
    return score(pl.concat(movements), ruleset=ruleset, **channels)


def column(result: Scored, name: str) -> list[Any]:
    return result.movements[name].to_list()


def measure(result: Scored, name: str) -> Any:
    """Of the only night."""
    return result.nights[name].item()


def n_plm(onsets_s: Sequence[float], ruleset: Ruleset = WASM_2016) -> int:
    """How many of these kicks of the left leg are periodic."""
    found = measure(scored(kicks(*onsets_s), ruleset=ruleset), "n_plm")
    assert isinstance(found, int)
    return found
