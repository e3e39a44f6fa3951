"""What a sensor feels besides the leg's own movements: breath and pulse, a shaking bed, knocks and the mattress.

Amplitudes of breath and pulse at an ankle have not been published. Physics bounds them: a leg that is turned by 0.06
degrees, or moved to and fro by 4 mm at 0.25 Hz, shows 1 mg; a fifth of that is what good sensors resolve over minutes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from analytics.simulate.plan import HOUR_S, Body, Plan

Floats = NDArray[np.float64]

#: 12-18 breaths a minute. Breath-to-breath times vary by 8-20 %, more in REM and light sleep than in deep sleep.
_BREATH_HZ, _BREATH_G, _BREATH_SD = (0.2, 0.3), (0.0004, 0.001), (0.08, 0.20)
#: Share of the most that reaches the leg as it lies now: 0.2-1 mg over all.
_REACHES = (0.5, 1.0)
#: Of how deep a breath is, and how much of it goes on to the next one. Choices.
_DEPTH_SD, _CARRY = 0.2, 0.5
_INHALING = 0.4  # share of a breath
_PULSE_HZ, _PULSE_G, _PULSE_SD = (1.0, 1.7), (0.0003, 0.0015), 0.04
#: Each beat rings in the soft tissue. Choices.
_BEAT_HZ, _BEAT_S = 5.0, 0.1
#: Suspended vehicles shake here, and the frequencies to which ISO 2631-1 gives most weight are 4-8 Hz.
_SHAKING_HZ = (2.0, 8.0)


def draw_body(rng: np.random.Generator) -> Body:
    """Breathing and pulse of a sleeper, within what is plausible at an ankle."""
    return Body(
        seed=int(rng.integers(2**32)),
        breath_hz=float(rng.uniform(*_BREATH_HZ)),
        breath_g=float(np.exp(rng.uniform(*np.log(_BREATH_G)))),
        breath_sd=float(rng.uniform(*_BREATH_SD)),
        pulse_hz=float(rng.uniform(*_PULSE_HZ)),
        pulse_g=float(np.exp(rng.uniform(*np.log(_PULSE_G)))),
    )


def add_living(xyz: Floats, seconds: Floats, plan: Plan, body: Body, rng: np.random.Generator) -> None:
    """Breathing and pulse while worn, in place. How much of them the sensor feels changes with every turn.

    Parameters
    ----------
    xyz : float64 array, shape (n, 3)
        g.
    seconds : float64 array, shape (n,)
        Ascending, from the start of the recording.
    rng : numpy.random.Generator
        For this leg; breaths and beats themselves come from the body's seed.
    """
    shared = np.random.default_rng(body.seed)
    breaths = _onsets(shared, plan.hours, body.breath_hz, body.breath_sd)
    beats = _onsets(shared, plan.hours, body.pulse_hz, _PULSE_SD)
    depth = _depths(shared, len(breaths))
    lies_anew = np.array([0.0, *(e.onset_s for e in plan.events if e.kind in ("posture", "handling"))])
    ways = rng.normal(size=(2, len(lies_anew), 3))
    ways /= np.linalg.norm(ways, axis=2, keepdims=True)
    ways *= rng.uniform(*_REACHES, (1, len(lies_anew), 1))
    for start_s, end_s in plan.worn_s:
        first, last = np.searchsorted(seconds, (start_s, end_s))
        at_s = seconds[first:last]
        lying = np.searchsorted(lies_anew, at_s, side="right") - 1
        breath = np.interp(at_s, breaths, np.arange(len(breaths), dtype=float))
        share = breath % 1.0
        warped = np.where(share < _INHALING, share / _INHALING / 2, 0.5 + (share - _INHALING) / (1 - _INHALING) / 2)
        rise = body.breath_g * np.interp(at_s, breaths, depth) * -np.cos(2 * np.pi * warped)
        xyz[first:last] += rise[:, None] * ways[0, lying]
        since_s = at_s - beats[np.searchsorted(beats, at_s, side="right") - 1]
        beat = body.pulse_g * 1.6 * np.exp(-since_s / _BEAT_S) * np.sin(2 * np.pi * _BEAT_HZ * since_s)
        xyz[first:last] += beat[:, None] * ways[1, lying]


def add_shaking(xyz: Floats, seconds: Floats, plan: Plan, rng: np.random.Generator) -> None:
    """Noise of 2-8 Hz while the bed shakes, in place; it swells and fades within half a minute.

    Parameters
    ----------
    xyz, seconds
        As `add_living` takes them. Below 16 samples a second, what of the band is left under half the rate.
    """
    for start_s, end_s, level_g in plan.vibration_s:
        first, last = np.searchsorted(seconds, (start_s, end_s))
        if last - first < 2:
            continue
        rate_hz = float(1 / np.median(np.diff(seconds[first:last])))
        high_hz = min(_SHAKING_HZ[1], 0.45 * rate_hz)
        band = butter(2, (min(_SHAKING_HZ[0], high_hz / 2), high_hz), "bandpass", fs=rate_hz, output="sos")
        noise = sosfilt(band, rng.normal(size=(last - first, 3)), axis=0)
        knots_s = np.arange(start_s, end_s + 20.0, 20.0)
        swell = np.interp(seconds[first:last], knots_s, rng.lognormal(0.0, 0.25, len(knots_s)))
        shaken = noise * swell[:, None]
        xyz[first:last] += shaken * (level_g / np.sqrt(np.mean(np.sum(shaken**2, axis=1))))


def bump(at_s: Floats, duration_s: float, rng: np.random.Generator) -> Floats:
    """A knock at what the sensor lies on: a ring of 8-20 Hz that is over with the event."""
    tone_hz = rng.uniform(8.0, 20.0)
    wave = np.exp(-at_s / (duration_s / 5)) * np.sin(2 * np.pi * tone_hz * at_s)
    return _along(np.where((at_s >= 0) & (at_s <= duration_s), wave, 0.0), rng)


def through_mattress(at_s: Floats, duration_s: float, rng: np.random.Generator) -> Floats:
    """A movement beside the leg: two rings at the mattress's own frequency, nothing slow, no tilt."""
    own_hz = rng.uniform(2.5, 5.0)
    wave = np.zeros_like(at_s)
    for begins_s, size in ((0.0, 1.0), (max(0.5, duration_s - 0.6), -rng.uniform(0.5, 0.9))):
        since_s = at_s - begins_s
        ring = np.minimum(since_s / 0.1, 1.0) * np.exp(-since_s / 0.2) * np.sin(2 * np.pi * own_hz * since_s)
        wave += size * np.where(since_s >= 0, ring, 0.0)
    return _along(wave, rng)


def _along(wave: Floats, rng: np.random.Generator) -> Floats:
    way = rng.normal(size=3)
    return wave[:, None] * (way / np.linalg.norm(way))


def _onsets(rng: np.random.Generator, hours: float, rate_hz: float, ln_sd: float) -> Floats:
    """From before the start of the recording until after its end."""
    count = int(1.3 * hours * HOUR_S * rate_hz) + 20
    steps = rng.lognormal(-(ln_sd**2) / 2, ln_sd, count) / rate_hz
    onsets: Floats = np.cumsum(steps) - steps[0] - 1 / rate_hz
    return onsets


def _depths(rng: np.random.Generator, count: int) -> Floats:
    """Of each breath, 1 in the median: a deep one is more often followed by a deep one."""
    fresh = rng.normal(0.0, _DEPTH_SD, count)
    weights = _CARRY ** np.arange(12.0)
    carried = np.convolve(fresh, weights, "full")[:count] * np.sqrt(1 - _CARRY**2)
    depths: Floats = np.exp(carried)
    return depths
