"""What an analysed night consists of: plain frozen rows, the same ones that the store keeps.

Instants are int64 microseconds since 1970 in UTC; local time appears only as `Night.night_date`, the date
of the evening in the wearer's zone. A value that cannot be known is None, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from analytics.signal.clocks import SensorClock
from ingest.recording import Side, Site

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
FlagName = Literal["possible_plmd", "frequent_hypnic_jerks", "possible_rls"]
CriterionState = Literal["met", "not met", "not measurable"]
FlagState = Literal["raised", "not_raised", "cannot_tell"]
#: Confidence in a night's index, A best; see `analytics.nights.flags`.
Tier = Literal["A", "B", "C", "D"]
#: A movement whose onset is this near to that of a review is the one that was judged, found again by a later analysis.
SAME_MOVEMENT_US = 500_000
BlankKind = Literal["gap", "unscorable", "unworn"]
Verdict = Literal["confirm", "dismiss", "unsure", "exclude", "undo", "note"]


@dataclass(frozen=True, slots=True)
class Channel:
    """One sensor's samples within one night.

    Attributes
    ----------
    recording : str
        sha256 of the file.
    time_us : int64 array, shape (n,)
        UTC, ascending.
    xyz_g : float32 array, shape (n, 3)
    lsb_g : float
        Smallest step between values.
    device : str
        Which device wrote it, by maker, model and serial number: its files share a clock. Empty where unknown.
    """

    recording: str
    site: Site
    side: Side
    time_us: NDArray[np.int64]
    xyz_g: NDArray[np.float32]
    lsb_g: float
    device: str = ""


@dataclass(frozen=True, slots=True)
class Bout:
    """A stretch of sleep, wake, or unknown. Bouts of a night do not overlap and are in order."""

    start_us: int
    end_us: int
    state: SleepState


@dataclass(frozen=True, slots=True)
class Blank:
    """A stretch of the night of which nothing, or nothing sure, can be said; those of different kinds may overlap.

    Attributes
    ----------
    kind : BlankKind
        ``gap``: no sensor recorded. ``unscorable``: recorded, and too noisy, too short or too slow to be searched.
        ``unworn``: recorded, and probably on a table.
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
        Largest envelope (0.15 s RMS of the 0.5-10 Hz vector) of each step, to 0.1 mg; NaN where nothing could be
        searched.
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
        0-1: how clearly it stands out and how certain the state around it is. A heuristic.
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


@dataclass(frozen=True, slots=True)
class Series:
    """A run of periodic movements under one rule set."""

    series_no: int
    start_us: int
    end_us: int
    n_movements: int
    n_in_sleep: int
    median_imi_s: float


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the reasoning behind a flag.

    ``value`` and ``threshold`` are numbers with their unit named in ``name``, or words.
    """

    name: str
    state: CriterionState
    value: float | str | None
    threshold: float | str | None
    says: str


@dataclass(frozen=True, slots=True)
class Flag:
    """Whether a night shows a pattern, and why.

    ``raised`` is True only if every criterion that a sensor can measure is met. Nights keep the reasoning of
    flags that were not raised too.
    """

    name: FlagName
    raised: bool
    criteria: tuple[Criterion, ...]
    reason: str

    @property
    def unmet(self) -> Criterion | None:
        """The criterion that speaks for a flag that is not raised: the first that is not met. None for a raised one."""
        return None if self.raised else next((c for c in self.criteria if c.state != "met"), None)

    @property
    def state(self) -> FlagState:
        """Whether it is raised, is not, or could not be told: all that people read is made from this."""
        if self.raised:
            return "raised"
        return "cannot_tell" if self.unmet and self.unmet.state == "not measurable" else "not_raised"


@dataclass(frozen=True, slots=True)
class Score:
    """A night under one rule set. ``measures`` are the columns of the table `score` in the store."""

    ruleset: str
    ruleset_hash: str
    measures: dict[str, Any]
    events: tuple[Event, ...]
    series: tuple[Series, ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class Night:
    """One evening-to-noon of one person.

    Attributes
    ----------
    night_date : date
        Local date of the evening (noon to noon).
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
        Recorded hours in stretches without movement, too long for a leg.
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
        By start.
    envelopes : tuple of Envelope
        One a recording, by start; empty for a night that was analysed before they were kept.
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


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One thing noted about one day; ``value`` in the unit that ``kind`` names, or ``text``, or neither.

    An entry with neither takes back what was noted before.
    """

    subject: str
    day: date
    kind: str
    value: float | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """What one reviewer said at one moment. Reviews are only ever added; the latest about the same thing counts.

    It is about one movement where ``onset_us`` is known, about a span where ``start_us`` and ``end_us`` are, and about
    the whole night otherwise.

    Attributes
    ----------
    verdict : Verdict
        ``confirm``, ``dismiss`` or ``unsure`` of a night or movement; ``exclude`` of a span; ``undo`` takes back what
        was said before about the same thing; ``note`` only adds words.
    onset_us : int or None
        Onset of the event that is meant: what finds it again when a new analysis numbers anew.
    recording : str or None
        sha256 of the recording that shows it best.
    movement_no : int or None
        Its number when it was judged.
    """

    subject: str
    night_date: date
    verdict: Verdict
    reviewer: str
    reviewed_at_us: int
    note: str | None = None
    onset_us: int | None = None
    recording: str | None = None
    movement_no: int | None = None
    start_us: int | None = None
    end_us: int | None = None
