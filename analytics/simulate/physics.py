"""A planned night as a sensor at the ankle would record it.

Gravity turns with the leg; a kick is a rotation of the shank about the knee (minimum-jerk up, held, down)
that both tilts gravity and adds the tangential acceleration of a 0.35 m lever; a hypnic jerk is a damped
3-7 Hz ringing; pulse and breathing go on underneath. What is not of the leg is in `analytics.simulate.felt`. Then the
sensor adds its noise, its steps and its ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from analytics.simulate.felt import add_living, add_shaking, bump, through_mattress
from analytics.simulate.plan import HOUR_S, Plan, TrueEvent
from analytics.simulate.walking import gait_g

Floats = NDArray[np.float64]

LEVER_M = 0.35
GRAVITY_M_S2 = 9.81
PULSE_G = 0.0015  # at the ankle in a lying person; a choice
BREATH_G = 0.003


@dataclass(frozen=True, slots=True)
class Sensor:
    """What the electronics add.

    Attributes
    ----------
    noise_ug_rthz : float
        Noise density, micro-g per root hertz and axis (data sheets of the part inside, see each entry).
    lsb_g : float
        Step between values.
    range_g : float
        End stops.
    clock_off : float
        Share by which the true rate differs from the nominal one.
    """

    noise_ug_rthz: float
    lsb_g: float
    range_g: float
    clock_off: float = 0.0


SENSORS: Mapping[str, Sensor] = MappingProxyType(
    {
        "ax3": Sensor(360, 1 / 256, 8.0, -0.012),  # ADXL345: 290 (x, y), 430 (z)
        "ax3-packed": Sensor(360, 1 / 64, 8.0, -0.012),  # 10 bits: still windows of real files
        "ax6": Sensor(180, 1 / 2048, 16.0, -0.015),  # BMI160
        "gt3x": Sensor(300, 1 / 341, 6.0),
        "geneactiv": Sensor(1500, 1 / 256, 8.0, -0.01),  # measured 7-9 mg RMS at 60 Hz
        "watch": Sensor(400, 1 / 1024, 8.0, 0.001),
    }
)


def render(
    plan: Plan, sensor: Sensor, rng: np.random.Generator, *, rate_hz: float
) -> tuple[Floats, NDArray[np.float64]]:
    """Turn a night into samples; there are none while the sensor was stopped.

    Parameters
    ----------
    rate_hz : float
        Nominal; ``seconds`` has the true one.

    Returns
    -------
    seconds : float64 array, shape (n,)
        From the start of the recording, on the true clock: steps of ``1 / (rate_hz * (1 + clock_off))``.
    xyz_g : float64 array, shape (n, 3)
        Quantised and clipped like the sensor's.
    """
    true_hz = rate_hz * (1 + sensor.clock_off)
    seconds = np.arange(int(plan.hours * HOUR_S * true_hz)) / true_hz
    xyz = _gravity(plan, seconds, rng)
    if plan.body is None:
        _add_body(xyz, seconds, plan, rng)
    else:
        add_living(xyz, seconds, plan, plan.body, rng)
    add_shaking(xyz, seconds, plan, rng)
    for event in filter(plan.felt, plan.events):
        first, last = np.searchsorted(seconds, (event.onset_s, event.onset_s + event.duration_s + 1.5))
        if last > first:
            xyz[first:last] += _burst(event, seconds[first:last] - event.onset_s, xyz[first], rng)
    if plan.strides_s:
        walked, added_g = gait_g(seconds, plan.strides_s, rng)
        xyz[walked] += added_g
    noise_g = sensor.noise_ug_rthz * 1e-6 * np.sqrt(true_hz / 2)
    xyz += rng.normal(0.0, noise_g, xyz.shape)
    xyz = np.clip(np.rint(xyz / sensor.lsb_g) * sensor.lsb_g, -sensor.range_g, sensor.range_g)
    if not plan.gaps_s:
        return seconds, xyz
    here = ~np.logical_or.reduce([(seconds >= start) & (seconds < end) for start, end in plan.gaps_s])
    return seconds[here], xyz[here]


def _unit(vector: Floats) -> Floats:
    return vector / np.linalg.norm(vector)


def _across(direction: Floats, rng: np.random.Generator) -> Floats:
    """A random unit vector at right angles to a direction."""
    return _unit(np.cross(direction, rng.normal(size=3)))


def _min_jerk(share: Floats) -> Floats:
    """Smoothest way from 0 to 1 (Flash and Hogan 1985), clamped outside."""
    x = np.clip(share, 0.0, 1.0)
    return x**3 * (10 - 15 * x + 6 * x**2)


def _min_jerk_acceleration(share: Floats) -> Floats:
    """Its second derivative; 0 outside."""
    inside = (share >= 0) & (share <= 1)
    x = np.where(inside, share, 0.0)
    return np.where(inside, 60 * x - 180 * x**2 + 120 * x**3, 0.0)


def _gravity(plan: Plan, seconds: Floats, rng: np.random.Generator) -> Floats:
    """Gravity's direction in the sensor's axes, turning with every change of posture."""
    direction = _unit(rng.normal(size=3))
    xyz = np.empty((len(seconds), 3))
    at = 0
    for event in filter(plan.felt, plan.events):
        if event.turn_deg == 0 or (event.turn_deg is None and event.kind not in ("posture", "fidget")):
            continue
        first, last = np.searchsorted(seconds, (event.onset_s, event.onset_s + event.duration_s))
        first, last = max(first, at), max(last, at)
        xyz[at:first] = direction
        degrees = event.turn_deg
        if degrees is None:
            degrees = rng.uniform(25, 110) if event.kind == "posture" else rng.uniform(0, 9)
        angle = np.radians(degrees) * _min_jerk((seconds[first:last] - event.onset_s) / event.duration_s)
        side = _across(direction, rng)
        xyz[first:last] = np.cos(angle)[:, None] * direction + np.sin(angle)[:, None] * side
        direction = np.cos(np.radians(degrees)) * direction + np.sin(np.radians(degrees)) * side
        at = last
    xyz[at:] = direction
    return xyz


def _add_body(xyz: Floats, seconds: Floats, plan: Plan, rng: np.random.Generator) -> None:
    """Pulse and breathing while in bed, in place."""
    first, last = np.searchsorted(seconds, (plan.in_bed_s, plan.out_of_bed_s))
    at = seconds[first:last]
    beat = 2 * np.pi * (1.0 * at + 0.05 * np.sin(2 * np.pi * at / 300))
    pulse = PULSE_G * np.maximum(np.sin(beat), 0) ** 8 * np.sin(6 * beat)
    breath = BREATH_G * np.sin(2 * np.pi * 0.25 * at)
    xyz[first:last] += pulse[:, None] * _unit(rng.normal(size=3)) + breath[:, None] * _unit(rng.normal(size=3))


def _burst(event: TrueEvent, at_s: Floats, rest: Floats, rng: np.random.Generator) -> Floats:
    """Deviation from rest, scaled so that its largest length is the event's ``peak_g``."""
    if event.kind == "jerk":
        shape = _ringing(at_s, rng)
    elif event.kind == "train":
        shape = _train(at_s, event.duration_s, rng.uniform(1.0, 2.0), rng)
    elif event.kind == "alma":  # one leg shows every second burst of 1-2 Hz
        shape = _train(at_s, event.duration_s, rng.uniform(0.5, 1.0), rng)
    elif event.kind in ("kick", "respiratory"):
        shape = _swing(at_s, event.duration_s, rest, rng)
    elif event.kind == "bump":
        shape = bump(at_s, event.duration_s, rng)
    elif event.kind in ("partner", "pet", "nudge"):
        shape = through_mattress(at_s, event.duration_s, rng)
    else:
        shape = _fidget(at_s, event.duration_s, rest, rng)
    largest = float(np.linalg.norm(shape, axis=1).max())
    return shape * (event.peak_g / largest) if largest > 0 else shape


def _swing(at_s: Floats, duration_s: float, rest: Floats, rng: np.random.Generator) -> Floats:
    """Shank up, held, and down again: tilt along the limb plus tangential acceleration across it."""
    up_s = min(rng.uniform(0.3, 0.5), duration_s / 2)
    down_s = min(rng.uniform(0.35, 0.6), duration_s / 2)
    away_s = duration_s - down_s
    angle = _min_jerk(at_s / up_s) - _min_jerk((at_s - away_s) / down_s)
    bend = _min_jerk_acceleration(at_s / up_s) / up_s**2
    bend -= _min_jerk_acceleration((at_s - away_s) / down_s) / down_s**2
    along = _across(_unit(rest), rng)
    upward = _across(along, rng)
    return angle[:, None] * along + (LEVER_M / GRAVITY_M_S2) * bend[:, None] * upward


def _ringing(at_s: Floats, rng: np.random.Generator) -> Floats:
    decay_s, tone_hz = rng.uniform(0.06, 0.11), rng.uniform(3, 7)
    wave = np.where(at_s >= 0, np.exp(-at_s / decay_s) * np.sin(2 * np.pi * tone_hz * at_s), 0.0)
    return wave[:, None] * _unit(rng.normal(size=3))


def _train(at_s: Floats, duration_s: float, bursts_hz: float, rng: np.random.Generator) -> Floats:
    """Bursts of 0.3 s."""
    inside = np.mod(at_s, 1 / bursts_hz)
    wave = np.exp(-(((inside - 0.15) / 0.08) ** 2)) * np.sin(2 * np.pi * 5 * inside)
    wave[at_s > duration_s] = 0.0
    return wave[:, None] * _unit(rng.normal(size=3))


def _fidget(at_s: Floats, duration_s: float, rest: Floats, rng: np.random.Generator) -> Floats:
    total = np.zeros((len(at_s), 3))
    for _ in range(rng.integers(2, 5)):
        part_s = rng.uniform(0.3, 0.6) * duration_s
        late_s = rng.uniform(0, duration_s - part_s)
        total += rng.uniform(0.4, 1.0) * _swing(at_s - late_s, part_s, rest, rng)
    return total
