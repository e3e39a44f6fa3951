"""What reaches a sleeper's leg from beside it: a bed partner's kicks, a pet, the shaking of the bed.

A mattress is a spring: a body that sinks in by 1-4 cm swings at sqrt(g / sag) / 2 pi, 5.0-2.5 Hz. So a partner's kick
arrives as two short rings, at its rise and at its fall, and never as a tilt. That motion crosses a mattress enough to
make sleep lighter is measured (Wellman JJ et al., Percept Mot Skills 1999;89:209-217); how much of it reaches the ankle
is not, and 6-15 mg is a choice, as is what a pet does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.simulate.draws import is_free
from analytics.simulate.plan import HOUR_S, Kind, Plan, TrueEvent
from analytics.simulate.profiles import Bedside

_PEAK_G = (0.006, 0.015)
#: What a mattress passes on is much the same all night: median of a night, and SD of log peaks within it.
_NIGHT_G, _PEAK_LN_SD = (0.008, 0.013), 0.2
#: Median interval of a series, uniform, and its SD of log intervals: periodic movements of another leg (Ferri 2006).
_IMI_S, _IMI_LN_SD, _IMI_LIMITS_S = (20.0, 40.0), 0.33, (11.5, 85.0)
#: A pet grooms, treads and settles in stretches; its pauses are as long and less regular.
_PET_LN_SD, _PET_VISIT_MIN = 0.5, (10.0, 40.0)
#: A ride shakes more and less on other tracks, and not at all at a station.
_LEVEL_G, _RIDE_MIN = (0.008, 0.016), (15.0, 60.0)


def through_the_mattress(around: Bedside, rng: np.random.Generator, plan: Plan) -> list[TrueEvent]:
    """Kicks of a partner and movements of a pet, away from the sleeper's own by 2 s; not ordered.

    Parameters
    ----------
    plan : Plan
        The sleeper's own night.
    """
    return [*_partner(around, rng, plan), *_pet(around, rng, plan)]


def vibration(around: Bedside, rng: np.random.Generator, plan: Plan) -> tuple[tuple[float, float, float], ...]:
    """When the bed shakes and how much (RMS of all axes together, g), in order.

    Parameters
    ----------
    plan : Plan
        The sleeper's own night; only its time in bed counts.
    """
    share = float(rng.uniform(*around.vibration_share))
    if not share:
        return ()
    rides: list[tuple[float, float, float]] = []
    at_s = plan.in_bed_s
    while at_s < plan.out_of_bed_s:
        ride_s = float(rng.uniform(*_RIDE_MIN)) * 60
        stop_s = ride_s * (1 - share) / share * float(rng.uniform(0.7, 1.3))
        start_s = at_s + float(rng.uniform(0.2, 0.8)) * stop_s
        end_s = min(start_s + ride_s, plan.out_of_bed_s)
        if end_s > start_s:
            rides.append((start_s, end_s, float(rng.uniform(*_LEVEL_G))))
        at_s += ride_s + stop_s
    return tuple(rides)


def _partner(around: Bedside, rng: np.random.Generator, plan: Plan) -> list[TrueEvent]:
    """Series like those of `draws.series`, on the partner's own sleep: any time in bed but its first half hour."""
    hours = (plan.out_of_bed_s - plan.in_bed_s) / HOUR_S
    wanted = round(float(rng.uniform(*around.partner_per_h)) * hours)
    typical_g = float(rng.uniform(*_NIGHT_G))
    found: list[TrueEvent] = []
    for _ in range(400):
        if len(found) >= wanted:
            break
        count = int(rng.integers(6, 45))
        median_s = float(rng.uniform(*_IMI_S))
        start_s = float(rng.uniform(plan.in_bed_s + HOUR_S / 2, plan.out_of_bed_s - 600))
        onsets = start_s + np.cumsum(np.clip(rng.lognormal(np.log(median_s), _IMI_LN_SD, count), *_IMI_LIMITS_S))
        if is_free(start_s, float(onsets[-1]), found, 100.0) and onsets[-1] < plan.out_of_bed_s - 60:
            found += _felt(rng, plan, onsets.tolist(), "partner", typical_g, periodic=True)
    return found


def _pet(around: Bedside, rng: np.random.Generator, plan: Plan) -> list[TrueEvent]:
    found: list[TrueEvent] = []
    typical_g = float(rng.uniform(*_NIGHT_G))
    for _ in range(int(rng.integers(*around.pet_visits, endpoint=True))):
        start_s = float(rng.uniform(plan.in_bed_s, plan.out_of_bed_s - 1800))
        end_s = min(start_s + float(rng.uniform(*_PET_VISIT_MIN)) * 60, plan.out_of_bed_s - 60)
        steps = rng.lognormal(np.log(rng.uniform(*_IMI_S)), _PET_LN_SD, 500).clip(6.0)
        onsets = (start_s + np.cumsum(steps)).tolist()
        if is_free(start_s, end_s, found, 100.0):
            found += _felt(rng, plan, [t for t in onsets if t < end_s], "pet", typical_g, periodic=False)
    return found


def _felt(
    rng: np.random.Generator, plan: Plan, onsets: Sequence[float], kind: Kind, typical_g: float, *, periodic: bool
) -> list[TrueEvent]:
    found: list[TrueEvent] = []
    for onset_s in onsets:
        long_s = float(np.clip(rng.lognormal(np.log(2.0), 0.4), 0.8, 5.0))
        peak_g = float(np.clip(rng.lognormal(np.log(typical_g), _PEAK_LN_SD), *_PEAK_G))
        if is_free(onset_s, onset_s + long_s, plan.events, 2.0):
            found.append(TrueEvent(onset_s, long_s, peak_g, kind, plan.asleep(onset_s), periodic))
    return found
