"""What an analysed night consists of: plain frozen rows, the same ones that the store keeps.

Instants are int64 microseconds since 1970 in UTC; local time appears only as `Night.night_date`, the date
of the evening in the wearer's zone. A value that cannot be known is None, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analytics.flag import Flag
from analytics.measures import Measures
from analytics.signal.clocks import SensorClock
from analytics.sleep.possible import PossibleNights
from ingest.acceleration import Acceleration
from ingest.recording import Side, Site, Temperature

Leg = Literal["left", "right", "both", "unknown"]
SleepState = Literal["sleep", "wake", "unknown"]
SleepSource = Literal["diary", "fit", "accelerometer", "none"]
Shape = Literal["leg_movement", "brief_jerk", "rhythmic", "posture_change", "large_movement"]
Label = Literal[
    "periodic",
    "hypnic_jerk",
    "isolated",
    "short_interval",
    "wake",
    "rhythmic",
    "posture_change",
    "large_movement",
]
#: Confidence in a night's index, A best; see `analytics.nights.flags`.
Tier = Literal["A", "B", "C", "D"]
#: A movement whose onset is this near to that of a review is the one that was judged, found again by a later analysis.
SAME_MOVEMENT_US = 500_000
#: What is odd about a recording beside others of its night; words for it: `analytics.words.SPEAKER_NOTES`.
SpeakerNote = Literal["on_table", "same_samples", "moves_alike", "moves_apart", "other_times"]
BlankKind = Literal["gap", "unscorable", "unworn", "perhaps_unworn"]


@dataclass(frozen=True, slots=True)
class Channel:
    """One sensor's samples within one night.

    Attributes
    ----------
    recording : str
        sha256 of the file.
    time_us : int64 array, shape (n,)
        UTC, ascending.
    xyz_g : Acceleration, shape (n, 3)
    lsb_g : float
        Smallest step between values.
    held_us : int64 array, shape (k, 2)
        From the last sample before to the first one behind each pause that the sensor slept through because nothing
        moved. Not recorded, but no break in the movement either.
    device : str
        Which device wrote it, by maker, model and serial number: its files share a clock. Empty where unknown.
    temperature : Temperature
        What its thermometer showed, by the minute, on the clock of the samples; empty where it has none.
    """

    recording: str
    site: Site
    side: Side
    time_us: NDArray[np.int64]
    xyz_g: Acceleration
    lsb_g: float
    held_us: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 2), np.int64))
    device: str = ""
    temperature: Temperature = field(default_factory=Temperature)


@dataclass(frozen=True, slots=True)
class Bout:
    """A stretch of sleep, wake, or unknown. Bouts of a night do not overlap and are in order."""

    start_us: int
    end_us: int
    state: SleepState


@dataclass(frozen=True, slots=True)
class Nap:
    """A rest outside the night's sleep period, in the same window. Lying awake without moving looks the same.

    Attributes
    ----------
    asleep_h : float
        Hours of sustained inactivity inside it.
    """

    start_us: int
    end_us: int
    asleep_h: float


@dataclass(frozen=True, slots=True)
class Blank:
    """A stretch of the night of which nothing, or nothing sure, can be said; those of different kinds may overlap.

    Attributes
    ----------
    kind : BlankKind
        ``gap``: no sensor recorded. ``unscorable``: recorded, and too noisy, too short or too slow to be searched.
        ``unworn``, ``perhaps_unworn``: recorded, and probably or perhaps on a table.
    """

    start_us: int
    end_us: int
    kind: BlankKind


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """How much one sensor moved, second by second: what pictures of the whole night are drawn from.

    Attributes
    ----------
    recording : str
        sha256 of the file.
    start_us : int
        Start of the first step.
    step_s : float
    max_mg : float32 array, shape (n,)
        Largest envelope (0.15 s RMS of the 0.5-10 Hz vector) of each step, at its level; NaN where none was searched.
    """

    recording: str
    site: Site
    leg: Leg
    start_us: int
    step_s: float
    max_mg: NDArray[np.float32]

    def __eq__(self, other: object) -> bool:
        """Equal in every value, NaN where NaN."""
        if not isinstance(other, Envelope):
            return NotImplemented
        mine, theirs = ((e.recording, e.site, e.leg, e.start_us, e.step_s) for e in (self, other))
        return mine == theirs and np.array_equal(self.max_mg, other.max_mg, equal_nan=True)

    def __hash__(self) -> int:
        return hash((self.recording, self.start_us))


@dataclass(frozen=True, slots=True)
class Speaker:
    """How much of a night one recording speaks for; for each leg and instant only one does.

    Attributes
    ----------
    recording : str
        sha256 of the file.
    leg : Side
        As it is declared.
    recorded_h : float
        From its first to its last sample in the night.
    shared_h : float
        How much of that other recordings of the same leg have too.
    speaks_h : float
        Of how much of the night its samples are used.
    note : SpeakerNote or None
    """

    recording: str
    leg: Side
    recorded_h: float
    shared_h: float
    speaks_h: float
    note: SpeakerNote | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement as one sensor saw it; numbered from 1 by onset within the night.

    Attributes
    ----------
    peak_g : float
        Largest envelope (0.15 s RMS of the 0.5-10 Hz vector).
    threshold_g : float
        The envelope it had to exceed there: the sensor was blind below it.
    core_s : float
        Time for which the raw burst stays above half of its peak; a jerk's is a fraction of a second.
    posture_change_deg : float
        Angle between gravity before and after.
    n_bursts : int
        Separate bursts inside; many regular ones make a train.
    shape : Shape
        What it looks like by itself, whatever surrounds it.
    slow_over_fast : float or None
        How far it turned the sensor beside shaking it; see `analytics.signal.stiffness`. None where that is not known.
    """

    number: int
    recording: str
    site: Site
    leg: Leg
    onset_us: int
    offset_us: int
    peak_g: float
    threshold_g: float
    core_s: float
    posture_change_deg: float
    n_bursts: int
    shape: Shape
    slow_over_fast: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One movement of the person under one rule set: the legs' movements joined, judged and labelled.

    Attributes
    ----------
    movement_no : int
        From 1 by onset, within night and rule set.
    parts : tuple of int
        `Movement.number` of what was joined.
    lead : int
        The strongest part.
    is_lm : bool
        It counts as a leg movement at all (long enough, not a posture change or brief jerk).
    imi_s : float or None
        Onset to onset since the previous leg movement; None for the first and for what is not one.
    series_no : int or None
        Of `Series`, where it belongs to one.
    p_near_onset : float
        Probability that it lies at a wake-to-sleep transition, given how uncertain that moment is.
    confidence : float
        0-1: how clearly it stands out and how certain the state around it is. A heuristic. Of a hypnic jerk: how
        likely it is one.
    p_sleep : float or None
        Probability that its onset lies in sleep, 0-1; None where it was not estimated.
    """

    movement_no: int
    parts: tuple[int, ...]
    lead: int
    leg: Leg
    onset_us: int
    offset_us: int
    is_lm: bool
    is_clm: bool
    is_plm: bool
    imi_s: float | None
    series_no: int | None
    sleep_state: SleepState
    label: Label
    p_near_onset: float
    confidence: float
    p_sleep: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """A run of periodic movements under one rule set.

    Attributes
    ----------
    perhaps_not_own : bool or None
        It may come from a bed partner or a pet: small and stiff movements that turn the leg by nothing. None where that
        was not looked at.
    """

    series_no: int
    start_us: int
    end_us: int
    n_movements: int
    n_in_sleep: int
    median_imi_s: float
    perhaps_not_own: bool | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """A night under one rule set."""

    ruleset: str
    ruleset_hash: str
    measures: Measures
    events: tuple[Event, ...]
    series: tuple[Series, ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class Night:
    """One night of one person: from noon to noon, or as far as a sleep across noon moves that.

    Attributes
    ----------
    night_date : date
        Local date of the evening; see `analytics.nights.window`.
    zone : str
        Zone of that evening; see `ingest.recording.Clock`.
    recordings : tuple of str
        sha256 of every file that contributed, sorted; also of those that hold no movement.
    legs : Leg or "none"
        Which legs were recorded; "none" where the site is not a leg.
    recorded_h : float
        Hours with samples of at least one sensor.
    recorded_share : float or None
        Of the sleep period (of the recording where none is known). This and the next two are None for a night that
        was analysed before they were measured.
    unworn_h : float or None
        Recorded hours in which no sensor was worn, probably; see `analytics.signal.worn`.
    short_gaps_per_h : float or None
        Gaps of 5-90 s in the same period: as long as the intervals that are looked for.
    longest_gap_s : float
        Longest stretch without samples inside the sleep period (inside the recording where none is known).
    onset_sd_min : float or None
        Standard deviation of the sleep onset estimate.
    tst_h : float or None
        Hours asleep inside the sleep period; None without one.
    blind_below_mg : float or None
        Median detection threshold during sleep: smaller movements were not seen.
    not_assessable_reason : str or None
        A sentence for people where ``assessable`` is False.
    leg_offset_s, leg_drift_ppm : float or None
        How the clock of the second leg's sensor was corrected, see `analytics.signal.alignment`; None where it was not.
    leg_alignment_confidence : float or None
        None where no two legs were compared.
    clocks : tuple of SensorClock
        One a sensor that was used, by sha256; empty for a night that was analysed before they were kept.
    blanks : tuple of Blank
    envelopes : tuple of Envelope
        One a recording; both by start; empty for a night that was analysed before they were kept.
    speakers : tuple of Speaker
        One a recording that counts, by sha256; empty for a night that was analysed before they were kept.
    window_from_us, window_to_us : int or None
        The stretch that was analysed, ``[from, to)``; None before it was kept: noon to noon.
    naps : tuple of Nap
    possible : PossibleNights or None
        Its sleep with its doubt; None where no leg was seen, without sleep, and before it was kept.
    sleep_doubt_h : float or None
        Hours in which sleep is in doubt. This and what follows are None where it was not measured.
    hidden_h, wear_doubt_h : float or None
        Hours asleep under vibration or large movement, which hide kicks; hours in which wear is in doubt.
    tst_low_h, tst_high_h, waso_low_min, waso_high_min, onset_low_us, onset_high_us
        95 % intervals of ``tst_h``, ``waso_min`` and ``sleep_onset_us``.
    """

    subject: str
    night_date: date
    zone: str
    recordings: tuple[str, ...]
    site: str
    legs: Leg | Literal["none"]
    recorded_from_us: int
    recorded_to_us: int
    recorded_h: float
    recorded_share: float | None
    unworn_h: float | None
    short_gaps_per_h: float | None
    longest_gap_s: float
    sleep_source: SleepSource
    in_bed_us: int | None
    sleep_onset_us: int | None
    onset_sd_min: float | None
    wake_us: int | None
    tst_h: float | None
    waso_min: float | None
    sleep_efficiency: float | None
    blind_below_mg: float | None
    tier: Tier
    assessable: bool
    not_assessable_reason: str | None
    n_hypnic_jerks: int
    bouts: tuple[Bout, ...]
    movements: tuple[Movement, ...]
    scores: tuple[Score, ...]
    criteria_hash: str
    version: str
    leg_offset_s: float | None = None
    leg_drift_ppm: float | None = None
    leg_alignment_confidence: float | None = None
    clocks: tuple[SensorClock, ...] = ()
    blanks: tuple[Blank, ...] = ()
    envelopes: tuple[Envelope, ...] = ()
    speakers: tuple[Speaker, ...] = ()
    window_from_us: int | None = None
    window_to_us: int | None = None
    naps: tuple[Nap, ...] = ()
    possible: PossibleNights | None = None
    sleep_doubt_h: float | None = None
    hidden_h: float | None = None
    wear_doubt_h: float | None = None
    tst_low_h: float | None = None
    tst_high_h: float | None = None
    waso_low_min: float | None = None
    waso_high_min: float | None = None
    onset_low_us: int | None = None
    onset_high_us: int | None = None
