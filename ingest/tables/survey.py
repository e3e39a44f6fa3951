"""What a whole table shows, in one pass.

Each stretch is reduced to a `_Glance` of a few thousand numbers, and the glances to a `Survey`, so that a
month needs no more memory than a night. The rows themselves are kept while there are few enough to spare the
second parsing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ingest.units import integer_steps, steady_share

_SECOND_US = 1_000_000
_SAMPLE_OF_STRETCH = 2_000
#: What devices can be set to. The true rate of a cheap clock is up to 2.5 % off (six real Axivity files).
_NOMINAL_RATES_HZ = np.array(
    (
        *(6.25, 10, 12.5, 20, 25, 26, 30, 32, 40, 50, 52, 60, 62.5, 64, 75, 80, 85.7, 90, 100, 104),
        *(125, 128, 200, 208, 250, 256, 400, 416, 500, 512, 800, 1000, 1600, 3200),
    )
)
_NOMINAL_WITHIN = 0.025
#: Of a table whose every row stands twice, half repeat the one above.
_DOUBLED = 0.45


@dataclass(frozen=True, slots=True)
class Rows:
    """One parsed stretch of a table.

    Attributes
    ----------
    time_us : int64 array, shape (n,)
    values : float64 array, shape (n, 3)
        In the unit of the file.
    offsets_s : frozenset of int
        Every offset from UTC that its times state.
    n_bad : int
        Rows that are no samples.
    first_bad : int or None
        Number of the first of them in the file, from 1.
    counter_us : int64 array, shape (n,), or None
        A counter of the sensor's own beside its times.
    celsius : float32 array, shape (n,), or None
        Degrees beside each sample, NaN where there are none; None where the table has no such column.
    """

    time_us: NDArray[np.int64]
    values: NDArray[np.float64]
    offsets_s: frozenset[int] = frozenset()
    n_bad: int = 0
    first_bad: int | None = None
    counter_us: NDArray[np.int64] | None = None
    celsius: NDArray[np.float32] | None = None

    def picked(self, which: NDArray[np.bool_] | slice) -> Rows:
        """Some of the rows, with all that belongs to each."""
        counter_us = None if self.counter_us is None else self.counter_us[which]
        celsius = None if self.celsius is None else self.celsius[which]
        return replace(
            self, time_us=self.time_us[which], values=self.values[which], counter_us=counter_us, celsius=celsius
        )


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over a table showed.

    Attributes
    ----------
    median_norm : float
        Median length of the acceleration vector in the unit of the file, over a sample of all stretches; rows of
        zeros, which no sensor measures at rest, left out.
    steady_share : float
        Share of those lengths that are within `ingest.units.STEADY_WITHIN` of the median.
    integral : bool
        Every value is a whole number.
    step : float or None
        The coarsest step of which every value is a multiple within int16.
    rate_hz : float or None
        The usual rate nearest to the intervals, as far as there is one near; None below three samples.
    per_second : int or None
        How many rows share a time, where all times are whole seconds and repeat.
    kept : tuple of Rows
        All rows, or nothing where they are too many.
    is_doubled : bool
        Whether every row stands there twice.
    back_share : float
        From row to row, how often the time goes back, as a share.
    """

    n_samples: int
    n_bad: int
    first_bad: int | None
    median_norm: float
    steady_share: float
    integral: bool
    step: float | None
    rate_hz: float | None
    per_second: int | None
    offsets_s: frozenset[int]
    kept: tuple[Rows, ...]
    is_doubled: bool = False
    back_share: float = 0.0


@dataclass(frozen=True, slots=True)
class _Glance:
    n_samples: int
    n_bad: int
    first_bad: int | None
    norms: NDArray[np.float64]
    integral: bool
    steps: tuple[float, ...]
    intervals_us: NDArray[np.int64]
    run_lengths: NDArray[np.int64]
    n_runs: int
    n_repeated: int
    n_back: int
    whole_seconds: bool
    offsets_s: frozenset[int]


def survey(stretches: Iterable[Rows], decimals: int | None, *, keep: int) -> Survey:
    """Measure a table.

    Parameters
    ----------
    decimals : int or None
        Digits after the point in its text, see `ingest.units.integer_steps`.
    keep : int
        Up to how many samples its rows are kept.
    """
    glances: list[_Glance] = []
    kept: list[Rows] = []
    n_samples = 0
    for rows in stretches:
        glances.append(_glance(rows, decimals))
        n_samples += len(rows.time_us)
        if n_samples <= keep:
            kept.append(rows)
        else:
            kept.clear()
    return _summary(glances, tuple(kept))


def _glance(rows: Rows, decimals: int | None) -> _Glance:
    spread = slice(None, None, max(1, len(rows.values) // _SAMPLE_OF_STRETCH))
    norms = np.linalg.norm(rows.values[spread], axis=1)
    steps_us = np.diff(rows.time_us)
    changes = np.flatnonzero(steps_us)
    return _Glance(
        n_samples=len(rows.time_us),
        n_bad=rows.n_bad,
        first_bad=rows.first_bad,
        norms=norms[norms > 0],  # zeros stand for what an idle sensor did not measure
        integral=bool((rows.values == np.rint(rows.values)).all()),
        steps=integer_steps(rows.values, decimals),
        # A copy: a piece of an array holds the whole of it.
        intervals_us=steps_us[:_SAMPLE_OF_STRETCH].copy(),
        run_lengths=np.diff(changes[: _SAMPLE_OF_STRETCH + 1]),
        n_runs=len(changes) + 1,
        n_repeated=int(repeats(rows).sum()),
        n_back=int((steps_us < 0).sum()),
        whole_seconds=not (rows.time_us % _SECOND_US).any(),
        offsets_s=rows.offsets_s,
    )


def _summary(glances: Sequence[_Glance], kept: tuple[Rows, ...]) -> Survey:
    filled = [glance for glance in glances if glance.n_samples]
    n_samples = sum(glance.n_samples for glance in filled)
    norms = np.concatenate([np.empty(0), *(glance.norms for glance in filled)])
    per_second = _per_second(filled, n_samples)
    median_norm = float(np.median(norms)) if len(norms) else 0.0
    return Survey(
        n_samples=n_samples,
        n_bad=sum(glance.n_bad for glance in glances),
        first_bad=next((g.first_bad for g in glances if g.first_bad is not None), None),
        median_norm=median_norm,
        steady_share=steady_share(norms),
        integral=all(glance.integral for glance in filled),
        step=_common_step([glance.steps for glance in filled]),
        rate_hz=float(per_second) if per_second else _rate_hz([glance.intervals_us for glance in filled]),
        per_second=per_second,
        offsets_s=frozenset().union(*(glance.offsets_s for glance in filled)),
        kept=kept,
        back_share=sum(glance.n_back for glance in filled) / max(n_samples - 1, 1),
        is_doubled=n_samples > 2 and sum(glance.n_repeated for glance in filled) >= _DOUBLED * n_samples,
    )


def repeats(rows: Rows) -> NDArray[np.bool_]:
    """Which rows of a stretch say again what the row above them says."""
    again = np.zeros(len(rows.time_us), dtype=bool)
    again[1:] = (np.diff(rows.time_us) == 0) & (np.diff(rows.values, axis=0) == 0).all(axis=1)
    return again


def _common_step(steps: Sequence[tuple[float, ...]]) -> float | None:
    return max(set(steps[0]).intersection(*steps[1:]), default=None) if steps else None


def _per_second(glances: Sequence[_Glance], n_samples: int) -> int | None:
    """Rows a second, where times have no fraction and most of them repeat."""
    n_runs = sum(glance.n_runs for glance in glances)
    if not glances or n_samples < 2 * n_runs or not all(glance.whole_seconds for glance in glances):
        return None
    lengths = np.concatenate([glance.run_lengths for glance in glances])
    return round(float(np.median(lengths))) if len(lengths) else round(n_samples / n_runs)


def _rate_hz(intervals: Sequence[NDArray[np.int64]]) -> float | None:
    forward = np.concatenate([*intervals, np.empty(0, dtype=np.int64)])
    forward = forward[forward > 0]
    if len(forward) < 2:
        return None
    # The median finds the typical interval among gaps; the mean around it undoes rounding to milliseconds.
    median = np.quantile(forward, 0.5, method="lower")
    typical = forward[(forward > 0.5 * median) & (forward < 1.5 * median)]
    return _nominal(_SECOND_US / float(np.mean(typical)))


def _nominal(rate_hz: float) -> float:
    nearest = float(_NOMINAL_RATES_HZ[np.argmin(np.abs(_NOMINAL_RATES_HZ - rate_hz))])
    return nearest if abs(nearest - rate_hz) <= _NOMINAL_WITHIN * nearest else float(f"{rate_hz:.4g}")
