"""Whether a night says anything about periodic movements, how far to trust it, and what to tell people if not.

An honest "cannot tell" comes before any number: a night that fails one of these checks keeps its events and
loses its indices.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Channel, Leg, SpeakerNote, Tier
from analytics.signal.detect_movements import Detected
from analytics.signal.stamps.steps import usual_step_us
from analytics.signal.wear import gaps_us, overlap_us, union
from analytics.sleep.estimate import SleepEstimate
from analytics.words import BLANKS, MUCH_SHAKEN
from ingest.clock import was_set
from ingest.recording import Site

LEG_SITES: frozenset[Site] = frozenset({"ankle", "foot"})
NEAR_LEG_SITES: frozenset[Site] = frozenset({"thigh", "hip"})
HOUR_US = 3_600_000_000
#: Why nothing is said of sensors with such a note, and the way out; the note that explains more first.
APART: Mapping[SpeakerNote, str] = {
    "other_times": (
        "Two recordings of one device did not turn over together: the time of one is wrong, or it is another person's. "
        "Correct it with --tz or --time-shift, or say whose it is with --subject, and import it again."
    ),
    "moves_apart": (
        "Sensors that were worn at the same time did not turn over together: they were worn by two people, or their "
        "clocks differ by more than {lag_s:g} s. Say whose each file is with --subject, or correct the time of one "
        "with --tz or --time-shift, and import it again."
    ),
}
#: So much vibration or large movement is told where no sleep was found: it may be why.
SHAKEN_H = 1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the recording allows to say, measured.

    Attributes
    ----------
    sites : sorted tuple of Site
        Of the sensors that were used.
    rate_hz : float
        Slowest of them; 0 without samples.
    recorded_h, unworn_h : float
    longest_gap_s : float
        In the sleep period, else in the recording.
    short_gaps_per_h : float
        Gaps of 5-90 s: as long as the intervals that are looked for.
    gap_share, scorable_share : float
        Of the sleep period.
    blind_below_mg : float or None
        Median detection threshold in the sleep period; None where nothing could be searched.
    clock_set : bool
        False where the times cannot be those of the night.
    one_clock : bool
        Whether onsets may be compared to half a second: one sensor, or sensors whose clocks were brought together.
    apart : SpeakerNote or None
        Of `APART`: sensors that were worn at the same time do not turn over together.
    stages_on_clock : bool
        Whether sleep stages are on the clock of the movements, as far as can be known: False where the device that lent
        them saw movements too and the two could not be brought together.
    unworn_share, wear_doubt_share : float
        Of the time in bed, else of the recording: probably and perhaps not worn.
    why_unworn : str
        What spoke against the longest of these stretches, in words; empty where there is none.
    hidden_h : float
        Hours asleep in which kicks would not have been seen.
    shaken_h : float
        The same of all that was recorded, asleep or not: of vibration or large movement that goes on and on.
    """

    sites: tuple[Site, ...]
    legs: Leg | None
    rate_hz: float
    recorded_h: float
    unworn_h: float
    longest_gap_s: float
    short_gaps_per_h: float
    gap_share: float
    scorable_share: float
    blind_below_mg: float | None
    clock_set: bool
    one_clock: bool
    apart: SpeakerNote | None = None
    stages_on_clock: bool = True
    unworn_share: float = 0.0
    wear_doubt_share: float = 0.0
    why_unworn: str = ""
    hidden_h: float = 0.0
    shaken_h: float = 0.0

    @property
    def on_leg(self) -> bool:
        """Foot or ankle: where leg movements can be counted."""
        return bool(self.sites) and set(self.sites) <= LEG_SITES


class Worn(Protocol):
    """What was worn somewhere: a channel or its recording."""

    @property
    def site(self) -> Site:
        """Where it was worn."""


Sensor = TypeVar("Sensor", bound=Worn)


def best_channels(channels: Sequence[Sensor]) -> tuple[Sensor, ...]:
    """The sensors nearest to the feet. Which of them speaks at each instant: `analytics.nights.speakers`."""
    for sites in (LEG_SITES, NEAR_LEG_SITES):
        found = tuple(c for c in channels if c.site in sites)
        if found:
            return found
    return tuple(channels)


def measure_evidence(
    channels: Sequence[Channel],
    detected: Sequence[Detected],
    recorded: NDArray[np.int64],
    unworn: NDArray[np.int64],
    sleep: SleepEstimate,
    *,
    one_clock: bool,
    apart: SpeakerNote | None = None,
    stages_on_clock: bool = True,
    wear_doubt: NDArray[np.int64] | None = None,
    why_unworn: str = "",
) -> Evidence:
    """Measure what one night's recordings allow to say.

    Parameters
    ----------
    channels, detected : sequences of Channel, Detected
        The sensors that are used, and what was found in them.
    recorded, unworn, wear_doubt : int64 arrays, shape (k, 2)
        UTC microseconds, in order; at least one recorded stretch.
    one_clock, apart, stages_on_clock, why_unworn
        As in `Evidence`.
    """
    start_us, end_us = int(recorded[0, 0]), int(recorded[-1, 1])
    if sleep.onset_us is not None and sleep.wake_us is not None:
        start_us, end_us = sleep.onset_us, sleep.wake_us
    length_us = max(1, end_us - start_us)
    pauses_s = gaps_us(recorded, start_us, end_us) / 1e6
    searched = union(np.concatenate([d.watched_us for d in detected])) if detected else recorded[:0]
    return Evidence(
        sites=tuple(sorted({c.site for c in channels})),
        legs=_legs(channels),
        rate_hz=min((_rate_hz(c) for c in channels), default=0.0),
        recorded_h=float((recorded[:, 1] - recorded[:, 0]).sum()) / HOUR_US,
        unworn_h=sum(overlap_us(recorded, a, b) for a, b in unworn.tolist()) / HOUR_US,
        longest_gap_s=float(pauses_s.max(initial=0.0)),
        short_gaps_per_h=float(np.count_nonzero((pauses_s >= 5) & (pauses_s <= 90)) / (length_us / HOUR_US)),
        gap_share=float(pauses_s.sum() * 1e6 / length_us),
        scorable_share=overlap_us(searched, start_us, end_us) / length_us,
        blind_below_mg=_blind_below_mg(detected, start_us, end_us),
        clock_set=was_set(int(recorded[0, 0])),
        one_clock=one_clock,
        apart=apart,
        stages_on_clock=stages_on_clock,
        unworn_share=_share_in_bed(unworn, sleep, recorded),
        wear_doubt_share=0.0 if wear_doubt is None else _share_in_bed(wear_doubt, sleep, recorded),
        why_unworn=why_unworn,
    )


def _share_in_bed(spans: NDArray[np.int64], sleep: SleepEstimate, recorded: NDArray[np.int64]) -> float:
    start_us, end_us = int(recorded[0, 0]), int(recorded[-1, 1])
    if sleep.in_bed_us is not None and sleep.bouts:
        start_us, end_us = sleep.in_bed_us, sleep.bouts[-1].end_us
    return overlap_us(spans, start_us, end_us) / max(1, end_us - start_us)


def _rate_hz(channel: Channel) -> float:
    """Usual rate, from the median step: pauses do not slow it down."""
    if len(channel.time_us) < 2:
        return 0.0
    return 1e6 / max(1.0, usual_step_us(channel.time_us))


def _legs(channels: Sequence[Channel]) -> Leg | None:
    if not channels or not all(c.site in LEG_SITES | NEAR_LEG_SITES for c in channels):
        return None
    sides = {c.side for c in channels} - {"unknown"}
    if len(sides) == 2:
        return "both"
    return "unknown" if not sides else next(iter(sides))


def _blind_below_mg(detected: Sequence[Detected], start_us: int, end_us: int) -> float | None:
    levels = [d.threshold_g[(d.threshold_time_us >= start_us) & (d.threshold_time_us <= end_us)] for d in detected]
    every = np.concatenate(levels) if levels else np.empty(0)
    return float(np.median(every) * 1e3) if len(every) else None


def why_not_assessable(evidence: Evidence, sleep: SleepEstimate, criteria: Criteria) -> str | None:
    """One sentence for people why no index can be given, or None where it can. The first reason counts."""
    limits = criteria.assessment
    worn_h = evidence.recorded_h - evidence.unworn_h
    if evidence.recorded_h < limits.min_recorded_h:
        return f"Only {_hours(evidence.recorded_h)} were recorded; at least {limits.min_recorded_h:g} h are needed."
    unusable = _why_unusable(evidence, criteria)
    if unusable is None and worn_h < limits.min_recorded_h:
        return (
            f"The sensor was {BLANKS['unworn']} for {evidence.unworn_h:.1f} h in all{_because(evidence)}; "
            f"{_hours(worn_h)} are left, at least {limits.min_recorded_h:g} h are needed."
        )
    return (
        unusable
        or _why_not_worn(evidence, criteria)
        or _why_no_sleep(evidence, sleep, criteria)
        or _why_not_a_leg(evidence)
    )


def _why_not_worn(evidence: Evidence, criteria: Criteria) -> str | None:
    most = criteria.assessment.max_unworn_share
    if evidence.unworn_share > most:
        return (
            f"The sensor was {BLANKS['unworn']} for {evidence.unworn_share:.0%} of the time in bed{_because(evidence)}."
        )
    share = evidence.unworn_share + evidence.wear_doubt_share
    if share > most:
        return f"The sensor was {BLANKS['perhaps_unworn']} for {share:.0%} of the time in bed{_because(evidence)}."
    return None


def _because(evidence: Evidence) -> str:
    return f" ({evidence.why_unworn})" if evidence.why_unworn else ""


def _why_unusable(evidence: Evidence, criteria: Criteria) -> str | None:
    limits = criteria.assessment
    if not evidence.clock_set:
        return (
            "The clock of the sensor was never set, so that evening and morning are unknown. Say how far it was "
            "behind with --time-shift and import again, or set it before the next night."
        )
    if evidence.apart is not None:
        return APART[evidence.apart].format(lag_s=limits.together_lag_s)
    if evidence.rate_hz < criteria.motion.min_rate_hz:
        return (
            f"The sensor took {evidence.rate_hz:.3g} samples a second; half-second movements need at least "
            f"{criteria.motion.min_rate_hz:g}."
        )
    if evidence.short_gaps_per_h > limits.max_short_gaps_h:
        return (
            f"The recording pauses for 5-90 s about {evidence.short_gaps_per_h:.0f} times an hour (a power-saving "
            "mode?): as long as the intervals that are looked for. Switch such a mode off."
        )
    return None


def _why_no_sleep(evidence: Evidence, sleep: SleepEstimate, criteria: Criteria) -> str | None:
    limits = criteria.assessment
    if sleep.onset_us is None:
        is_shaken = evidence.shaken_h >= SHAKEN_H
        why = MUCH_SHAKEN.format(shaken_h=evidence.shaken_h) if is_shaken else ""
        return f"No sleep period was found in the recording{why}."
    if sleep.hours("sleep") < limits.min_sleep_h:
        return f"Only {_hours(sleep.hours('sleep'))} of sleep were found; at least {limits.min_sleep_h:g} h are needed."
    if evidence.gap_share > limits.max_gap_share:
        return (
            f"{evidence.gap_share:.0%} of the sleep period were {BLANKS['gap']} (longest gap "
            f"{_duration(evidence.longest_gap_s)})."
        )
    if evidence.scorable_share < limits.min_scorable_share:
        return (
            f"Only {evidence.scorable_share:.0%} of the sleep period could be searched; the rest was too noisy, "
            "for example from vibration."
        )
    if evidence.blind_below_mg is not None and evidence.blind_below_mg > limits.max_blind_mg:
        return (
            f"Movements below {evidence.blind_below_mg:.0f} mg did not stand out from the noise; usual kicks are "
            "smaller. Use a better sensor, or wear it on the foot."
        )
    return None


def _why_not_a_leg(evidence: Evidence) -> str | None:
    if evidence.on_leg or set(evidence.sites) <= LEG_SITES | NEAR_LEG_SITES:
        return None
    if "wrist" in evidence.sites:
        return "It was worn on the wrist, where leg movements cannot be counted; wear it on the foot or ankle."
    return "It is not known where it was worn; say so with --site ankle or in the settings, and import again."


def _hours(hours: float) -> str:
    """Cut, not rounded, from an hour on: "only 4.0 h" of the 4 h that are needed would be a riddle."""
    return _duration(math.floor(hours * 10 + 1e-9) * 360 if hours >= 1 else hours * 3600)


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def tier(evidence: Evidence, sleep: SleepEstimate, criteria: Criteria) -> Tier:
    """How far an index of this night can be trusted.

    A: both feet or ankles on one clock, fast enough, sees weak kicks, time in bed known from a diary or the
    device, long enough. B: one leg, or one of the others missing. C: thigh or hip, slow, or blind to typical
    kicks. D: not on a leg.
    """
    flags = criteria.flags
    if not evidence.sites or not set(evidence.sites) <= LEG_SITES | NEAR_LEG_SITES:
        return "D"
    blind_mg = evidence.blind_below_mg if evidence.blind_below_mg is not None else float("inf")
    fast = evidence.rate_hz >= flags.tier_a_rate_hz * 0.95
    if not evidence.on_leg or blind_mg > flags.blind_mg or not fast:
        return "C"
    best = (
        evidence.legs == "both"
        and evidence.one_clock
        and blind_mg <= flags.tier_a_blind_mg
        and sleep.source in ("diary", "fit")
        and evidence.recorded_h >= flags.tier_a_recorded_h
    )
    return "A" if best else "B"
