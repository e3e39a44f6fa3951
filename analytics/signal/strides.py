"""What walking tells about two sensors' clocks: at which point of a stride each of them is.

A leg strikes, stands and swings once a stride; the other leg does the same half a stride later. So the phase of one
leg's strides tells the lag but for whole strides, or, where the two may be anything to each other, for half strides.
The movements of the night tell which stride it is. How far the second foot is from the middle of the stride is
unknown: by that much every stride of a person is wrong alike, and no number of strides helps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

Floats = NDArray[np.float64]
Waves = NDArray[np.complex128]

#: Strides a second: slow walking indoors to brisk.
_STRIDES_HZ = (0.6, 1.25)
#: Of so many windows within so many seconds: a minute on one's feet, and no chance likeness of kicks.
_COMPANY, _COMPANY_S = 3, 90.0
#: Windows in which they are compared; how strong they must be in both legs, and how alike.
_WALK_S, _DOUBLINGS, _ALIKE = 15.0, 0.6, 0.7


@dataclass(frozen=True, slots=True)
class Walked:
    """Windows in which both walked.

    Attributes
    ----------
    at_s : float64 array, shape (n,)
        When, from the middle of the night.
    late_s : float64 array, shape (n,)
        How much later the first sensor is than the line they were compared along, but for whole ``period_s``.
    period_s : float64 array, shape (n,)
        After which the same could be seen again: a stride, or half of it.
    """

    at_s: Floats
    late_s: Floats
    period_s: Floats

    def nearest(self, late_s: Floats) -> Floats:
        """The lags that could be and are nearest to these."""
        near: Floats = self.late_s + self.period_s * np.rint((late_s - self.late_s) / self.period_s)
        return near


def stride_wave(doublings: Floats, bin_s: float) -> Waves:
    """What repeats as often as strides do, with its phase."""
    size = fft.next_fast_len(len(doublings), real=True)
    frequency_hz = fft.fftfreq(size, bin_s)
    passed = (frequency_hz >= _STRIDES_HZ[0]) & (frequency_hz <= _STRIDES_HZ[1])
    wave: Waves = fft.ifft(fft.fft(doublings, size) * (2.0 * passed))[: len(doublings)]
    return wave


def about_a_walk(wave: Waves, bin_s: float) -> NDArray[np.bool_]:
    """Which bins lie in a walk, or not far from its beginning or end."""
    length = round(_WALK_S / bin_s)
    strong = ndimage.uniform_filter1d(np.abs(wave) ** 2, length) > _DOUBLINGS**2
    near: NDArray[np.bool_] = ndimage.maximum_filter1d(strong, length + 1)
    return near


def walked(one: Waves, other: Waves, bin_s: float, *, behind_s: float, drift: float, opposite_legs: bool) -> Walked:
    """Compare strides along a line of lag over time.

    Parameters
    ----------
    one, other : complex arrays, shape (n,)
        As `stride_wave` gives them, each on its own clock.
    behind_s, drift : float
        What is added to the second's times in the middle, and how fast that grows.
    opposite_legs : bool
        Whether these are a left and a right leg; else they may step together or by turns.
    """
    half_s = len(one) * bin_s / 2
    grid_s = (np.arange(len(one)) + 0.5) * bin_s - half_s
    length = round(_WALK_S / bin_s)
    n = len(one) // length * length
    mine = one[:n].reshape(-1, length)
    first = np.flatnonzero(np.mean(np.abs(mine) ** 2, axis=1) > _DOUBLINGS**2)
    mine, mine_s = mine[first], grid_s[:n].reshape(-1, length)[first]
    theirs_s = (mine_s - behind_s) / (1 + drift)
    yours = np.interp(theirs_s, grid_s, other.real) + 1j * np.interp(theirs_s, grid_s, other.imag)
    strength = [np.mean(np.abs(wave) ** 2, axis=1) for wave in (mine, yours)]
    shared = np.mean(mine * np.conj(yours), axis=1)
    alike = np.abs(shared) > _ALIKE * np.sqrt(np.maximum(strength[0] * strength[1], 1e-12))
    both = (strength[1] > _DOUBLINGS**2) & alike
    at_s = mine_s.mean(axis=1)
    both[both] &= _in_company(at_s[both])
    turn = np.angle(np.mean(mine[both, 1:] * np.conj(mine[both, :-1]), axis=1)) / bin_s
    stride_s = 2 * np.pi / np.maximum(turn, 2 * np.pi * _STRIDES_HZ[0] / 2)
    phase = np.angle(-shared[both]) / (2 * np.pi)
    return Walked(at_s[both], -phase * stride_s, stride_s * (1.0 if opposite_legs else 0.5))


def _in_company(at_s: Floats) -> NDArray[np.bool_]:
    """Which of these windows, in order, have others around them."""
    near = np.searchsorted(at_s, at_s + _COMPANY_S / 2, "right") - np.searchsorted(at_s, at_s - _COMPANY_S / 2)
    enough: NDArray[np.bool_] = near >= _COMPANY
    return enough
