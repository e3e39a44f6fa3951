"""Zero-phase Butterworth filters, applied in the frequency domain.

A filter run forwards and backwards multiplies each frequency by the squared magnitude of its response, and that
magnitude of a Butterworth filter is one line. Applied to the spectrum it needs no recursion, several filters
share one transform, and the recursive implementation (with a second to import) serves as the test's reference.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def band_pass_gain(frequency_hz: Floats, low_hz: float, high_hz: float, rate_hz: float, *, order: int = 2) -> Floats:
    """Gain of a band-pass run forwards and backwards; same shape as ``frequency_hz``.

    The digital filter of the bilinear transform: frequencies warp to ``tan(pi f / rate)``.
    """
    at, low, high = (_warped(f, rate_hz) for f in (frequency_hz, np.float64(low_hz), np.float64(high_hz)))
    with np.errstate(divide="ignore"):
        detuned = (at**2 - low * high) / (at * (high - low))
    gain: Floats = 1 / (1 + detuned ** (2 * order))
    return gain


def low_pass_gain(frequency_hz: Floats, high_hz: float, rate_hz: float, *, order: int = 2) -> Floats:
    """Gain of a low-pass run forwards and backwards; same shape as ``frequency_hz``."""
    gain: Floats = 1 / (1 + (_warped(frequency_hz, rate_hz) / _warped(np.float64(high_hz), rate_hz)) ** (2 * order))
    return gain


def _warped(frequency_hz: Floats | np.float64, rate_hz: float) -> Floats:
    # At half the rate the tangent is infinite in theory and merely huge in floating point: both give a gain of 0.
    return np.asarray(np.tan(np.pi * np.minimum(frequency_hz / rate_hz, 0.5)), dtype=np.float64)


class Spectrum:
    """A signal's spectrum, ready to be filtered several ways.

    The signal is extended at both ends by its own point reflection, as is usual for zero-phase filters: a step
    at the ends would ring.

    Parameters
    ----------
    signal : float array, shape (n,)
    rate_hz : float
    reach_s : float
        Length of the extension.
    """

    def __init__(self, signal: Floats, rate_hz: float, *, reach_s: float = 10.0) -> None:
        self._n = len(signal)
        self._reach = min(self._n - 1, round(reach_s * rate_hz))
        head = 2 * signal[0] - signal[self._reach : 0 : -1]
        tail = 2 * signal[-1] - signal[-2 : -self._reach - 2 : -1]
        self._length = fast_length(self._n + 2 * self._reach)
        extended = np.concatenate((head, signal, tail))
        # What pads up to a fast length joins the tail to the head without a step.
        pad = np.linspace(extended[-1], extended[0], self._length - len(extended) + 2)[1:-1]
        self._bins = np.fft.rfft(np.concatenate((extended, pad)))
        self.frequency_hz: Floats = np.asarray(np.fft.rfftfreq(self._length, 1 / rate_hz), dtype=np.float64)

    def filtered(self, gain: Floats) -> Floats:
        """The signal with each frequency multiplied by ``gain``, shape (n,)."""
        whole = np.fft.irfft(self._bins * gain, self._length)
        return np.asarray(whole[self._reach : self._reach + self._n], dtype=np.float64)


def fast_length(n: int) -> int:
    """Smallest length from ``n`` whose prime factors are 2, 3 and 5: the fast ones to transform."""
    best = 1 << max(0, n - 1).bit_length()
    for fives in _powers(5, best):
        for threes in _powers(3, best // fives):
            twos = 1 << max(0, -(-n // (fives * threes)) - 1).bit_length()
            best = min(best, twos * threes * fives)
    return best


def _powers(base: int, limit: int) -> Sequence[int]:
    powers = [1]
    while powers[-1] * base <= limit:
        powers.append(powers[-1] * base)
    return powers
