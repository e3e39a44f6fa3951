"""Zero-phase Butterworth filters, applied in the frequency domain.

A filter run forwards and backwards multiplies each frequency by the squared magnitude of its response, and that
magnitude of a Butterworth filter is one line. Applied to the spectrum it needs no recursion, several filters
share one transform, and the recursive implementation (with a second to import) serves as the test's reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

Floats = NDArray[np.float64]


def band_pass_gain(frequency_hz: Floats, low_hz: float, high_hz: float, rate_hz: float, *, order: int = 2) -> Floats:
    """Gain of a band-pass run forwards and backwards; same shape as ``frequency_hz``.

    The digital filter of the bilinear transform: frequencies warp to ``tan(pi f / rate)``.

    Parameters
    ----------
    frequency_hz : float64 array
        Of any shape, from 0 to half of ``rate_hz``.
    low_hz, high_hz : float
        Where the gain is 0.5 after both runs.
    rate_hz : float
        Sampling rate of the signal that is filtered.
    order : int
        Of the low-pass prototype of each run.
    """
    at, low, high = (_warped(f, rate_hz) for f in (frequency_hz, np.float64(low_hz), np.float64(high_hz)))
    with np.errstate(divide="ignore"):
        detuned = (at**2 - low * high) / (at * (high - low))
    gain: Floats = 1 / (1 + detuned ** (2 * order))
    return gain


def low_pass_gain(frequency_hz: Floats, high_hz: float, rate_hz: float, *, order: int = 2) -> Floats:
    """Gain of a low-pass run forwards and backwards; same shape as ``frequency_hz``.

    Parameters
    ----------
    frequency_hz : float64 array
        Of any shape, from 0 to half of ``rate_hz``.
    high_hz : float
        Where the gain is 0.5 after both runs.
    rate_hz : float
        Sampling rate of the signal that is filtered.
    order : int
        Of each run.
    """
    gain: Floats = 1 / (1 + (_warped(frequency_hz, rate_hz) / _warped(np.float64(high_hz), rate_hz)) ** (2 * order))
    return gain


def _warped(frequency_hz: Floats | np.float64, rate_hz: float) -> Floats:
    # At half the rate the tangent is infinite in theory and merely huge in floating point: both give a gain of 0.
    return np.asarray(np.tan(np.pi * np.minimum(frequency_hz / rate_hz, 0.5)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Transform:
    """How signals of one length are taken to frequencies and back; made by `transform_of`.

    A signal is extended at both ends by its own point reflection, as is usual for zero-phase filters: a step at
    the ends would ring.

    Attributes
    ----------
    n : int
        Samples of a signal.
    rate_hz : float
    reach : int
        Samples of extension at either end.
    length : int
        Samples that are transformed.
    """

    n: int
    rate_hz: float
    reach: int
    length: int

    def frequency_hz(self, every: int = 1) -> Floats:
        """Frequencies that `back` with the same ``every`` wants a gain for."""
        return np.asarray(fft.rfftfreq(self.length // every, every / self.rate_hz), dtype=np.float64)

    def spectrum(self, signals: Floats) -> NDArray[np.complex128]:
        """Spectra of signals of shape (n,) or (axes, n): together they take less than one after the other."""
        first, last = signals[..., :1], signals[..., -1:]
        head = 2 * first - signals[..., self.reach : 0 : -1]
        tail = 2 * last - signals[..., -2 : -self.reach - 2 : -1]
        used = head.shape[-1] + self.n + tail.shape[-1]
        # What pads up to a fast length joins the tail to the head without a step.
        steps = np.linspace(0.0, 1.0, self.length - used + 2)[1:-1]
        ends = (tail if tail.shape[-1] else signals)[..., -1:], (head if head.shape[-1] else signals)[..., :1]
        pad = ends[0] + (ends[1] - ends[0]) * steps
        # SciPy's transform takes a third of the time of NumPy's.
        return np.asarray(fft.rfft(np.concatenate((head, signals, tail, pad), axis=-1)), dtype=np.complex128)

    def back(self, spectrum: NDArray[np.complex128], gain: Floats, every: int = 1) -> Floats:
        """Every ``every``-th sample of the signals with each frequency multiplied by its gain.

        What lies above half of the new rate is left out, so nothing folds back.

        Parameters
        ----------
        spectrum : complex128 array
            What `spectrum` made of signals.
        gain : float64 array
            One for each of `frequency_hz` with the same ``every``.
        every : int
            The ``block`` of `transform_of`, or a divisor of it.
        """
        whole = fft.irfft(spectrum[..., : len(gain)] * gain, self.length // every) / every
        first = self.reach // every
        return np.asarray(whole[..., first : first - (-self.n // every)], dtype=np.float64)


def transform_of(n: int, rate_hz: float, *, block: int = 1, reach_s: float = 10.0) -> Transform:
    """Transform for signals of one length.

    Parameters
    ----------
    n : int
        Samples of a signal.
    block : int
        Every ``block``-th sample, or every one of a divisor of it, can be had back.
    reach_s : float
        How far a signal is extended at either end, in time; at most by all of its samples but one.
    """
    reach = min(n - 1, round(reach_s * rate_hz)) // block * block
    return Transform(n, rate_hz, reach, block * fast_length(-(-(n + 2 * reach) // block)))


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
