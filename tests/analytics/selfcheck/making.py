"""A person who follows the plan of a check, as a sensor would record it: twelve minutes that take a moment to make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analytics.model import Channel
from analytics.selfcheck.plan import KICKS_S, LEG_STARTS_S, REST_S, STAND_S, STILL_S, KickLeg, Legs, last_kick_s
from analytics.simulate.physics import SENSORS, Sensor, render
from analytics.simulate.plan import Plan, TrueEvent
from ingest.quality.measuring import measure
from ingest.recording import Clock, Device, Placement, Recording, Samples, Side, Site
from tests.analytics.signals import EVENING_US

Worn = Literal["ankle", "hip", "wrist", "table"]

#: The phone is a consumer part of +-8 mg peak to peak.
DEVICES = {
    **{name: SENSORS[name] for name in ("ax3-packed", "ax6", "gt3x", "geneactiv")},
    "phone": Sensor(220, 0.001, 8),
}
_IDEAL = Sensor(0.0, 1e-9, 1e3)
#: From the start of the recording to lying still, seconds.
LEAD_S = 60
#: By the true clock, as signals elsewhere; seconds of it are whole.
FIRST_KICK_US = EVENING_US + (LEAD_S + STILL_S) * 1_000_000
#: By place: RMS of walking, g, how often it is shaken in a stride, and what of a kick arrives there.
_PLACES: dict[Worn, tuple[float, int, float]] = {
    "ankle": (0.8, 1, 1.0),
    "hip": (0.22, 2, 1.0),
    "wrist": (0.25, 1, 0.0),
    "table": (0.0, 1, 0.0),
}


@dataclass(frozen=True)
class Made:
    """Samples on the true clock, in the sensor's own steps."""

    time_us: NDArray[np.int64]
    xyz_g: NDArray[np.float32]
    lsb_g: float

    def clock_off(self, seconds: float) -> Made:
        """The same by a clock that is so much ahead."""
        return replace(self, time_us=self.time_us + round(seconds * 1e6))

    def scaled(self, factor: float) -> Made:
        """The same in a unit that is none."""
        return replace(self, xyz_g=self.xyz_g * np.float32(factor), lsb_g=self.lsb_g * factor)

    def recording(self, site: Site = "unknown", side: Side = "unknown", zone: str = "UTC") -> Recording:
        """What a reader would make of a file with these samples."""

        def blocks() -> Iterator[Samples]:
            yield Samples(self.time_us, self.xyz_g, 1.0)

        measured = measure(blocks, rate_hz_nominal=50.0, full_scale_g=None)
        assert measured is not None
        return Recording(
            path=Path("made.cwa"),
            sha256="made",
            format="made",
            device=Device(),
            placement=Placement(site, side),
            clock=Clock(zone, "user", 0, instants_known=True),
            rate_hz_nominal=50.0,
            unit="g",
            bad_blocks=0,
            restarts=0,
            quality=measured[0],
            blocks=blocks,
        )

    def channel(self, site: Site = "ankle", side: Side = "unknown") -> Channel:
        return Channel("made", site, side, self.time_us, self.xyz_g, self.lsb_g)


def made_check(
    device: str = "ax6",
    peak_mg: float = 100.0,
    *,
    worn: Worn = "ankle",
    legs: Legs = "one",
    leg: KickLeg = "left",
    missed: int = 0,
    crosstalk: float = 0.05,
    seed: int = 1,
    rate_hz: float = 50.0,
    walks: bool = True,
) -> Made:
    """A check by a person whose kicks come half a second late, give or take a half; small kicks have half the size."""
    rng = np.random.default_rng([seed, 17])
    walk_g, per_stride, arrives = _PLACES[worn]
    length_s = LEAD_S + last_kick_s(legs) + REST_S + 2 * STAND_S + 20
    events = () if worn == "table" else _events(rng, peak_mg / 1e3 * arrives, legs, leg, missed, crosstalk)
    plan = Plan(length_s / 3600, 0.0, 0.0 if worn == "table" else float(length_s), ((0.0, 1.0),), events)
    sensor = DEVICES[device]
    seconds, xyz = render(plan, _IDEAL, rng, rate_hz=rate_hz)
    if worn != "table":
        up_s = LEAD_S + last_kick_s(legs) + REST_S
        xyz = _stood_up(seconds, xyz, up_s)
        if walks:
            xyz += _walk(seconds, up_s + STAND_S, walk_g, per_stride)
    noise_g = sensor.noise_ug_rthz * 1e-6 * np.sqrt(rate_hz / 2)
    xyz = xyz + rng.normal(0.0, noise_g, xyz.shape)
    xyz = np.clip(np.rint(xyz / sensor.lsb_g) * sensor.lsb_g, -sensor.range_g, sensor.range_g)
    return Made(EVENING_US + np.rint(seconds * 1e6).astype(np.int64), xyz.astype(np.float32), sensor.lsb_g)


def _events(
    rng: np.random.Generator, peak_g: float, legs: Legs, leg: KickLeg, missed: int, crosstalk: float
) -> tuple[TrueEvent, ...]:
    found = [TrueEvent(15.0, 8.0, 0.4, "fidget", asleep=False)]
    sides: tuple[KickLeg, ...] = ("left",) if legs == "one" else ("left", "right")
    for side in sides:
        share = 1.0 if legs == "one" or side == leg else crosstalk
        for i, at_s in enumerate(KICKS_S[side]):
            onset_s = LEAD_S + STILL_S + LEG_STARTS_S[side] + at_s + 0.5 + rng.uniform(-0.5, 0.5)
            size_g = peak_g * share * (0.5 if i in (2, 5, 7) and missed == 0 else 1.0)
            if i >= missed and size_g > 0:
                found.append(TrueEvent(onset_s, rng.uniform(1.2, 2.5), size_g, "kick", asleep=False))
    return tuple(found)


def _stood_up(seconds: NDArray[np.float64], xyz: NDArray[np.float64], at_s: float) -> NDArray[np.float64]:
    """Turned by 80 degrees about an axis across gravity within 3 s."""
    down = xyz[-1] / np.linalg.norm(xyz[-1])
    axis = np.cross(down, [0.3, 0.8, -0.5])
    axis /= np.linalg.norm(axis)
    angle = np.radians(80) * np.clip((seconds - at_s) / 3, 0, 1)[:, None]
    turned = (
        xyz * np.cos(angle) + np.cross(axis, xyz) * np.sin(angle) + np.outer(xyz @ axis, axis) * (1 - np.cos(angle))
    )
    return np.asarray(turned)


def _walk(seconds: NDArray[np.float64], at_s: float, rms_g: float, per_stride: int) -> NDArray[np.float64]:
    """Twenty steps of 0.55 s: a landing that rings, once or twice a stride, and the swing of a limb once."""
    walking = (seconds >= at_s) & (seconds < at_s + 11)
    t = np.where(walking, seconds - at_s, 0.0)
    stride_s = 1.1
    since = np.mod(t, stride_s / per_stride)
    wave = np.exp(-since / 0.08) * np.sin(2 * np.pi * 6 * since) * 2
    wave = wave + (0.5 * np.sin(2 * np.pi * t / stride_s) if per_stride == 1 else 0.0)
    wave = np.where(walking, wave, 0.0)
    wave *= rms_g / np.sqrt(np.mean(wave[walking] ** 2))
    return np.outer(wave, np.array([0.6, 0.64, 0.48]))
