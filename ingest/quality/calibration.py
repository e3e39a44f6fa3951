"""Gain and offset of each axis, learnt from the recording itself: a still sensor measures 1 g, however it lies.

The method is that of van Hees VT et al., J Appl Physiol 2014;117:738-744: the mean vectors of still windows should
lie on a sphere of 1 g; gain and offset that bring them there are found by iterated least squares, each vector
against the point of the sphere nearest to it, far ones weighing less. It can only be trusted where the windows
point in many directions, which one night seldom offers. Then nothing is changed and the reason is told; a wrong
correction would be worse than none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float64]

#: Every axis must have been seen beyond this on both sides. van Hees 2014: "sphere populated".
SPHERE_G = 0.3
#: Fewer windows leave the six unknowns to chance; the common implementations ask for 50.
MIN_WINDOWS = 50
#: A correction is used if it ends below this mean distance from 1 g. van Hees 2014.
TARGET_MG = 10.0
#: Real sensors are off by a few per cent; more means that the windows were not still.
LARGEST_GAIN_ERROR, LARGEST_OFFSET_G = 0.1, 0.2
_MAX_ROUNDS = 1000
_SETTLED = 1e-9
_MAX_WEIGHT = 100.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the axes should be corrected: ``g = value_g * gain + offset_g``.

    Attributes
    ----------
    applied : bool
        Whether an analysis corrects by it. Stored samples are always as the file has them.
    gain, offset_g : tuple of 3 float
        1 and 0 where it is not applied.
    n_windows : int
        Still 10 s windows it rests on.
    residual_mg : float or None
        Mean distance of these windows from 1 g before; None without a window.
    residual_after_mg : float or None
        The same after; None where nothing was fitted.
    why_not : str
        A clause for people where it is not applied, else empty.
    """

    applied: bool = False
    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    offset_g: tuple[float, float, float] = (0.0, 0.0, 0.0)
    n_windows: int = 0
    residual_mg: float | None = None
    residual_after_mg: float | None = None
    why_not: str = ""


def calibrate(mean_g: Vectors) -> Calibration:
    """The correction that still windows ask for, if they point in enough directions.

    Parameters
    ----------
    mean_g : float array, shape (n, 3)
        Mean vector of each still window.
    """
    n = len(mean_g)
    if n == 0:
        return Calibration(why_not="the sensor never lay still for 10 s")
    before_mg = _residual_mg(mean_g)
    unseen = _unseen_directions(mean_g)
    if n < MIN_WINDOWS or unseen:
        few = f"only {n} still windows of 10 s, {MIN_WINDOWS} are needed" if n < MIN_WINDOWS else ""
        turned = f"the sensor never pointed to {', '.join(unseen)}" if unseen else ""
        return Calibration(n_windows=n, residual_mg=before_mg, why_not="; ".join(filter(None, (few, turned))))
    gain, offset_g = _fitted(mean_g)
    after_mg = _residual_mg(mean_g * gain + offset_g)
    why_not = _why_not(gain, offset_g, before_mg, after_mg)
    if why_not:
        return Calibration(n_windows=n, residual_mg=before_mg, residual_after_mg=after_mg, why_not=why_not)
    return Calibration(
        applied=True,
        gain=_triple(gain),
        offset_g=_triple(offset_g),
        n_windows=n,
        residual_mg=before_mg,
        residual_after_mg=after_mg,
    )


def _fitted(mean_g: Vectors) -> tuple[Vectors, Vectors]:
    """Gain and offset by iterated weighted least squares, each axis on its own."""
    gain, offset_g = np.ones(3), np.zeros(3)
    for _ in range(_MAX_ROUNDS):
        now = mean_g * gain + offset_g
        target = now / np.maximum(np.linalg.norm(now, axis=1, keepdims=True), 1e-9)
        weight = np.minimum(1 / np.maximum(np.linalg.norm(now - target, axis=1), 1e-9), _MAX_WEIGHT)
        centre, goal = np.average(mean_g, axis=0, weights=weight), np.average(target, axis=0, weights=weight)
        spread = mean_g - centre
        new_gain = (weight[:, None] * spread * (target - goal)).sum(axis=0) / (weight[:, None] * spread**2).sum(axis=0)
        new_offset_g = goal - new_gain * centre
        moved = max(np.abs(new_gain - gain).max(), np.abs(new_offset_g - offset_g).max())
        gain, offset_g = new_gain, new_offset_g
        if moved < _SETTLED:
            break
    return gain, offset_g


def _why_not(gain: Vectors, offset_g: Vectors, before_mg: float, after_mg: float) -> str:
    if not (np.abs(gain - 1) < LARGEST_GAIN_ERROR).all() or not (np.abs(offset_g) < LARGEST_OFFSET_G).all():
        return "the correction would be larger than any sensor's error"
    if after_mg >= TARGET_MG or after_mg >= before_mg:
        return f"the best correction leaves {after_mg:.1f} mg"
    return ""


def _unseen_directions(mean_g: Vectors) -> list[str]:
    low, high = mean_g.min(axis=0), mean_g.max(axis=0)
    ups = [f"+{axis}" for axis, most in zip("xyz", high, strict=True) if most < SPHERE_G]
    downs = [f"-{axis}" for axis, least in zip("xyz", low, strict=True) if least > -SPHERE_G]
    return ups + downs


def _residual_mg(mean_g: Vectors) -> float:
    return float(1e3 * np.abs(np.linalg.norm(mean_g, axis=1) - 1).mean())


def _triple(values: Vectors) -> tuple[float, float, float]:
    x, y, z = values.tolist()
    return x, y, z
