"""How good a recording is: measured in one walk over its samples, reported, and never repaired.

Decides what a gap, a still window or an end stop is. Memory does not grow with the
recording: sums, one carried window, a strided sample of the values, and a gap table with an upper bound. Nor does
the result depend on how a reader cuts its blocks: whatever spans two of them is carried over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from ingest.quality.calibration import calibrate
from ingest.quality.idle_runs import ConstantRuns
from ingest.quality.still_windows import StillWindows
from ingest.recording import Blocks, Gap, Quality, Samples

#: A gap is a longer step than this ...
_GAP_US = 1_000_000
#: ... and than this many ordinary ones, for recordings of a few samples a second ...
_GAP_INTERVALS = 5
#: ... and at most this one, whatever the ordinary step claims to be.
_LARGEST_STEP_US = 3_600_000_000
#: Where the ordinary step between samples is learnt. The header's rate is not asked first: it can lie.
_SAMPLES_TO_LEARN = 10_000
MOST_GAPS_LISTED = 10_000
_SAMPLE_ROWS = 1 << 15
#: Below this many distinct values the steps between them say nothing about the sensor.
_DISTINCT_VALUES = 16
#: Floats are taken as equal to within this; no sensor here resolves a hundredth of it.
_SAME_G = 1e-6
#: The 5th percentile of the steps: the smallest may be rounding, the larger ones skip values.
_STEP_PERCENTILE = 5
#: The last step before the end stop differs by sensor and packing; 1 % holds 7.984 of 8 g and 1.984 of 2 g.
_END_STOP_SHARE = 0.99

Vectors = NDArray[np.float64]
Times = NDArray[np.int64]


def measure(
    blocks: Blocks, *, rate_hz_nominal: float | None = None, full_scale_g: float | None = None
) -> tuple[Quality, tuple[str, ...]] | None:
    """The quality of a recording on the clock of its blocks, with what has to be said about it.

    Parameters
    ----------
    blocks : callable
        Walked once.
    rate_hz_nominal : float or None
        What the header says; used for the ordinary step only if the stamps never advance.
    full_scale_g : float or None
        Where the sensor clips.

    Returns
    -------
    tuple of Quality and warnings, or None
        None without a single sample.
    """
    walk = blocks()
    ahead, interval_us = _learn_interval(walk, rate_hz_nominal)
    steps = _Steps(largest_us=_gap_threshold_us(interval_us))
    values = _Values(end_stop_g=full_scale_g and full_scale_g * _END_STOP_SHARE)
    still, constant = StillWindows(interval_us), ConstantRuns()
    for block in chain(ahead, walk):
        xyz_g = _finite_g(block)
        steps.add(block.time_us)
        values.add(xyz_g, block)
        still.add(block.time_us, xyz_g)
        constant.add(block.time_us, xyz_g)
    if steps.n_samples == 0:
        return None
    still.close()
    constant.close()
    quality = _quality(steps, values, still, constant)
    return quality, _warnings(quality, steps, values, rate_hz_nominal)


def _finite_g(block: Samples) -> Vectors:
    """The block in g, NaN where it holds no number, so that infinities do not meet in a difference.

    Each axis lies in one piece: what is asked below is asked of an axis, and that is several times faster so.
    """
    axes_g = np.array(block.values.T, dtype=np.float64, order="C")
    axes_g *= block.g_per_value
    if block.values.dtype.kind == "f":
        axes_g[~np.isfinite(axes_g)] = np.nan
    return axes_g.T


def without_movement(first_us: int, last_us: int) -> Quality:
    """The quality of a file that holds no movement, only what a watch says of the night."""
    nothing = float("nan")
    return Quality(
        n_samples=0,
        first_us=first_us,
        last_us=last_us,
        rate_hz_true=None,
        mean_g=(nothing, nothing, nothing),
        median_norm_g=nothing,
        lsb_mg=nothing,
        clipped_share=None,
        gaps=(),
        duplicate_stamps=0,
        backward_steps=0,
    )


def _quality(steps: _Steps, values: _Values, still: StillWindows, constant: ConstantRuns) -> Quality:
    lsb_mg = values.lsb_mg()
    n_idle, idle_s = constant.idle(lsb_mg / 1e3)
    return Quality(
        n_samples=steps.n_samples,
        first_us=steps.first_us,
        last_us=steps.last_us,
        rate_hz_true=steps.rate_hz(),
        mean_g=values.mean_g(),
        median_norm_g=values.median_norm_g(),
        lsb_mg=lsb_mg,
        clipped_share=values.clipped_share(),
        gaps=tuple(steps.gaps),
        duplicate_stamps=steps.n_duplicates,
        backward_steps=steps.n_backward,
        noise_mg=still.noise_mg(),
        n_idle=n_idle,
        idle_s=idle_s,
        calibration=calibrate(still.mean_g()),
    )


def _learn_interval(walk: Iterator[Samples], rate_hz_nominal: float | None) -> tuple[list[Samples], float]:
    """The first blocks, and the ordinary step between their samples in microseconds: the median of those > 0."""
    ahead: list[Samples] = []
    seen = 0
    for block in walk:
        ahead.append(block)
        seen += len(block)
        if seen > _SAMPLES_TO_LEARN:
            break
    stamps = [block.time_us for block in ahead]
    steps = np.diff(np.concatenate(stamps)[: _SAMPLES_TO_LEARN + 1]) if stamps else np.empty(0, np.int64)
    forward = steps[steps > 0]
    if len(forward):
        return ahead, float(np.median(forward))
    return ahead, 1e6 / rate_hz_nominal if rate_hz_nominal and rate_hz_nominal > 0 else float(_GAP_US)


def _gap_threshold_us(interval_us: float) -> int:
    return int(min(max(_GAP_US, _GAP_INTERVALS * interval_us), _LARGEST_STEP_US))


@dataclass(slots=True)
class _Steps:
    """What the stamps say: extent, gaps, true rate."""

    largest_us: int
    n_samples: int = 0
    first_us: int = 0
    last_us: int = 0
    n_steps: int = 0
    stepped_us: int = 0
    n_duplicates: int = 0
    n_backward: int = 0
    n_gaps: int = 0
    gaps: list[Gap] = field(default_factory=list)
    _previous: Times = field(default_factory=lambda: np.empty(0, np.int64))

    def add(self, time_us: Times) -> None:
        if not len(time_us):
            return
        stamps = np.concatenate([self._previous, time_us])
        step_us = np.diff(stamps)
        odd = np.flatnonzero((step_us < 0) | (step_us > self.largest_us))
        self.n_steps += len(step_us) - len(odd)
        self.n_duplicates += int(np.count_nonzero(step_us == 0))
        self.n_backward += int(np.count_nonzero(step_us < 0))
        self._list_gaps(stamps, odd)
        step_us[odd] = 0
        self.stepped_us += int(step_us.sum())
        self._extend(int(time_us.min()), int(time_us.max()))
        self.n_samples += len(time_us)
        self._previous = time_us[-1:]

    def _list_gaps(self, stamps: Times, before: NDArray[np.intp]) -> None:
        self.n_gaps += len(before)
        listed = before[: MOST_GAPS_LISTED - len(self.gaps)]
        for start_us, end_us in zip(stamps[listed].tolist(), stamps[listed + 1].tolist(), strict=True):
            self.gaps.append(Gap(start_us, end_us, "gap" if end_us > start_us else "backward"))

    def _extend(self, low_us: int, high_us: int) -> None:
        first = self.n_samples == 0
        self.first_us = low_us if first else min(self.first_us, low_us)
        self.last_us = high_us if first else max(self.last_us, high_us)

    def rate_hz(self) -> float | None:
        """Ordinary steps per second of ordinary steps, so that gaps and jumps of the clock stay out."""
        return self.n_steps * 1e6 / self.stepped_us if self.stepped_us else None


@dataclass(slots=True)
class _Values:
    """What the values say: mean, length, smallest step, end stop.

    ``kept`` holds the rows whose number in the recording is a multiple of ``stride``. When it is full, every
    second row goes and the stride doubles, so that it covers the whole recording evenly, however it is cut.
    ``integer_step_g`` is the finest step of the blocks that hold integers.
    """

    end_stop_g: float | None
    n_rows: int = 0
    n_finite: int = 0
    n_clipped: int = 0
    total_g: Vectors = field(default_factory=lambda: np.zeros(3))
    kept: list[Vectors] = field(default_factory=list)
    n_kept: int = 0
    stride: int = 1
    integer_step_g: float = np.inf
    any_floats: bool = False

    def add(self, xyz_g: Vectors, block: Samples) -> None:
        if block.values.dtype.kind == "f":
            self.any_floats = True
        else:
            self.integer_step_g = min(self.integer_step_g, block.g_per_value)
        self._keep(xyz_g)
        finite = xyz_g
        if self.any_floats and (missing := np.isnan(xyz_g).any(axis=1)).any():
            finite = xyz_g[~missing]
        self.n_rows += len(xyz_g)
        self.n_finite += len(finite)
        self.total_g += finite.sum(axis=0)
        if self.end_stop_g is not None:
            self.n_clipped += int(np.count_nonzero((np.abs(finite) >= self.end_stop_g).any(axis=1)))

    def _keep(self, xyz_g: Vectors) -> None:
        picked = xyz_g[-self.n_rows % self.stride :: self.stride]
        if len(picked):
            self.kept.append(picked.copy())
            self.n_kept += len(picked)
        while self.n_kept > _SAMPLE_ROWS:
            self.kept = [np.concatenate(self.kept)[::2].copy()]
            self.n_kept = len(self.kept[0])
            self.stride *= 2

    def _sample(self) -> Vectors:
        rows = np.concatenate(self.kept)
        return rows[~np.isnan(rows).any(axis=1)]

    def mean_g(self) -> tuple[float, float, float]:
        x, y, z = (self.total_g / self.n_finite).tolist() if self.n_finite else (np.nan,) * 3
        return x, y, z

    def median_norm_g(self) -> float:
        """Median length of acceleration; zeros, which an idle sensor gives, count only where there is nothing else."""
        norms = np.sqrt((self._sample() ** 2).sum(axis=1))
        measured = norms[norms > 0] if norms.any() else norms
        return float(np.median(measured)) if len(measured) else np.nan

    def clipped_share(self) -> float | None:
        return self.n_clipped / self.n_finite if self.end_stop_g is not None and self.n_finite else None

    def lsb_mg(self) -> float:
        sample = self._sample()
        if self.any_floats:
            return 1e3 * _float_step_g(sample)
        return 1e3 * self.integer_step_g * _integer_step(sample / self.integer_step_g)


def _integer_step(values: Vectors) -> int:
    """The largest whole number of which all differences are multiples.

    A format may count finer than its sensor measures: AX3 at +-8 g packs steps of 1/64 g as 4/256.
    """
    distinct = np.unique(np.rint(values).astype(np.int64))
    return int(np.gcd.reduce(np.diff(distinct))) if len(distinct) >= _DISTINCT_VALUES else 1


def _float_step_g(sample_g: Vectors) -> float:
    """The step between neighbouring values of an axis; 0 where nothing ever changes."""
    steps = np.concatenate([np.diff(np.unique(np.rint(axis / _SAME_G))) for axis in sample_g.T])
    return float(np.percentile(steps, _STEP_PERCENTILE, method="lower")) * _SAME_G if len(steps) else 0.0


def _warnings(quality: Quality, steps: _Steps, values: _Values, rate_hz_nominal: float | None) -> tuple[str, ...]:
    said = []
    if steps.n_gaps > len(steps.gaps):
        said.append(f"{steps.n_gaps} gaps and jumps of the clock, of which the first {len(steps.gaps)} are listed")
    if quality.backward_steps:
        said.append(f"the clock jumps back {_times(quality.backward_steps)}")
    if values.n_finite < values.n_rows:
        said.append(f"{values.n_rows - values.n_finite} samples are not numbers and were left out of the measures")
    if quality.n_idle:
        said.append(
            f"the same value for 10 s or longer, or zeros, {_times(quality.n_idle)}, {quality.idle_s / 60:.1f} min in"
            " all: not measured (an idle-sleep mode, or a fault). What moves less than about 40 mg does not wake such a"
            " sensor, and may be missing; switch the mode off for nights"
        )
    if _differs(quality.rate_hz_true, rate_hz_nominal):
        said.append(f"the file says {rate_hz_nominal:g} Hz, its stamps {quality.rate_hz_true:.2f} Hz")
    if not 0.8 <= quality.median_norm_g <= 1.2:
        said.append(f"the median acceleration is {quality.median_norm_g:.2f} g, at rest it should be 1 g")
    return tuple(said)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _differs(true_hz: float | None, nominal_hz: float | None) -> bool:
    """By more than 5 %: real devices were seen to run up to 2.5 % slow."""
    return bool(true_hz and nominal_hz and abs(true_hz / nominal_hz - 1) > 0.05)
