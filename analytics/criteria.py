"""Every threshold of the analysis up to the leg movement, with its unit, reason and source.

Nothing below `analytics` holds a number that decides what a movement, a sleep period or a hypnic jerk is:
it is here, it is frozen, and `Criteria.hash()` goes into the database with every result. Thresholds of the
scoring rules (what makes a series) are in `analytics.scoring.rulesets`.

Sources are short: "van Hees 2018" = Sci Rep 8:12975, "van Hees 2015" = PLoS One 10:e0142533, "WASM 2016" =
Sleep Med 26:86-95, "ICSD-3-TR" = International Classification of Sleep Disorders, 3rd ed., text revision,
"own" = chosen here and measured on simulated nights (benchmarks/accuracy.py).
"""

from __future__ import annotations

import hashlib
import json
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from analytics.words import LABELS, NOT_ASSESSABLE

AgeGroup = Literal["adult", "child"]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class Motion(_Section):
    """From acceleration to an envelope and its noise floor."""

    band_low_hz: float = Field(0.5, gt=0, description="Removes gravity and breathing. own: 1 Hz loses weak kicks.")
    band_high_hz: float = Field(10.0, gt=0, description="Kicks live below 5 Hz, jerks at 3-7 Hz. own.")
    band_high_share: float = Field(0.4, gt=0, lt=0.5, description="Upper edge, at most this share of the rate.")
    work_rate_hz: float = Field(
        40.0, gt=0, description="Faster recordings are decimated by whole factors to at least this."
    )
    min_rate_hz: float = Field(12.0, gt=0, description="Below it, 0.5 s cannot be resolved: no movements.")
    max_jitter: float = Field(
        0.25, gt=0, description="Share of steps off by more than a quarter before stamps are resampled."
    )
    split_gap_s: float = Field(1.0, gt=0, description="A longer pause ends a segment; no movement spans one.")
    min_segment_s: float = Field(30.0, gt=0, description="Shorter segments cannot carry a noise floor.")
    edge_s: float = Field(5.0, ge=0, description="The filters swing in at both ends of a segment: no onset there.")
    envelope_s: float = Field(0.15, gt=0, description="RMS window; Stanford PLM detector's smoothing.")
    floor_block_s: float = Field(0.5, gt=0, description="Block means of the envelope from which the floor is taken.")
    floor_window_s: float = Field(120.0, gt=0, description="Window of the floor. own.")
    floor_quantile: float = Field(0.25, gt=0, lt=1, description="Robust while less than 75 % of the window moves. own.")


class Detection(_Section):
    """When the envelope is a movement."""

    high_mg: float = Field(7.0, gt=0, description="Floor of the upper threshold: above pulse and breathing. own.")
    high_lsb: float = Field(0.75, gt=0, description="Upper threshold, in steps of the sensor. own.")
    high_floor: float = Field(
        3.0, gt=1, description="Upper threshold, in noise floors: false alarms ~1e-11 a window. own."
    )
    low_mg: float = Field(3.5, gt=0, description="Floor of the lower threshold. own.")
    low_lsb: float = Field(0.4, gt=0, description="Lower threshold, in steps of the sensor. own.")
    low_floor: float = Field(1.7, gt=1, description="Lower threshold, in noise floors. own.")
    unscorable_floor_mg: float = Field(40.0, gt=0, description="A louder floor (vehicle, vibration) hides any kick.")
    close_s: float = Field(0.5, gt=0, description="Pauses shorter than this do not end a movement. WASM 2016.")
    lobe_s: float = Field(2.0, ge=0, description="Lifting and returning the limb are one movement. Stanford.")
    tilt_low_pass_hz: float = Field(2.0, gt=0, description="Gravity's own band.")
    tilt_rate_hz: float = Field(10.0, gt=0, description="Rate at which tilt is followed.")
    tilt_median_s: float = Field(
        20.0, gt=0, description="Rest position: running median over this window, twice the longest kick. own."
    )
    tilt_mg: float = Field(12.0, gt=0, description="Still held away from rest: keeps a movement open. own.")
    tilt_lsb: float = Field(
        0.75, gt=0, description="The same, in steps of the sensor: noise resolves half a step. own."
    )
    onset_share: float = Field(0.2, gt=0, lt=1, description="Onset: first envelope above this share of the peak. own.")
    onset_reach_s: float = Field(0.5, gt=0, description="The onset lies at most this long before the upper threshold.")
    min_lm_s: float = Field(0.5, gt=0, description="Shortest leg movement. WASM 2016.")
    weak_snr: float = Field(6.0, gt=0, description="Below it the visible part of a movement is truncated. own.")
    visible_min_lm_s: float = Field(
        0.1,
        gt=0,
        description="Shortest visible part of a movement: what is slow or weak of it stays below the noise. own.",
    )


class Shapes(_Section):
    """What a movement looks like by itself."""

    posture_deg: float = Field(
        15.0, gt=0, description=f"Larger lasting change of gravity's direction: {LABELS['posture_change']}. own."
    )
    posture_before_s: tuple[float, float] = Field((3.0, 0.5), description="Window before the onset.")
    posture_after_s: tuple[float, float] = Field((0.5, 3.0), description="Window after the end.")
    large_s: float = Field(10.0, gt=0, description="Longer than any candidate movement of one leg. WASM 2016.")
    train_bursts: int = Field(6, ge=3, description="Bursts of a train (tremor, ALMA, HFLM). own; AASM: at least 4.")
    train_s: float = Field(5.0, gt=0, description="Shortest train. own.")
    train_cv: float = Field(0.5, gt=0, description="Trains are regular: CV of burst intervals at most. own.")
    jerk_energy_s: float = Field(
        0.5,
        gt=0,
        description="From 10 to 90 % of its energy at most: a burst of 75-250 ms (ICSD-3) rings on in a leg. own.",
    )
    jerk_tilt_share: float = Field(
        0.35, gt=0, description="0.5-2 s after its peak the leg is tilted by at most this share of it. own."
    )
    jerk_turn_deg: float = Field(10.0, gt=0, description="The leg lies as before: turned by less. own.")
    jerk_s: float = Field(3.5, gt=0, description="A jerk rings on; its visible part is at most this long. own.")
    jerk_peak_mg: float = Field(
        85.0, gt=0, description="A jerk is a strong movement: its largest acceleration, not smoothed. own."
    )
    jerk_left: float = Field(
        0.7,
        gt=0,
        le=1,
        description="Filter and sampling leave so much of its peak in 9 of 10 cases (3-7 Hz at 25-100 Hz). own.",
    )


class Alignment(_Section):
    """When two sensors' clocks are brought together; see `analytics.signal.alignment`."""

    min_overlap_h: float = Field(
        3.0, gt=0, description="Sensors that ran together for less are not compared: at 1 h strangers reach 0.5. own."
    )
    max_lag_min: float = Field(15.0, gt=0, description="Clocks further apart are a wrong zone or date. own.")
    min_confidence: float = Field(
        0.5,
        gt=0,
        le=1,
        description="Below it nothing is moved: strangers reach 0.38, own legs 0.86 (benchmarks/two_clocks.py). own.",
    )
    min_movements: int = Field(
        12, ge=3, description="Shared movements at least: a few coincide by chance, with nothing elsewhere. own."
    )
    max_uncertain_s: float = Field(
        0.5, gt=0, description="Less well known (three standard errors), nothing is moved: legs join within 0.5 s. own."
    )
    max_uncertain_watch_s: float = Field(
        5.0, gt=0, description="The same for a watch that lends its sleep stages, which last minutes. own."
    )
    piece_min: float = Field(60.0, gt=0, description="Length of the pieces that tell the drift. own.")
    max_drift_ppm: float = Field(200.0, gt=0, description="Real crystals stay within 50 each. own.")


class Sleep(_Section):
    """Sleep period, onset and wake bouts."""

    epoch_s: float = Field(5.0, gt=0, description="van Hees 2018.")
    median_min: float = Field(5.0, gt=0, description="Rolling median of the angle's change. van Hees 2018.")
    quantile: float = Field(0.10, gt=0, lt=1, description="van Hees 2018.")
    factor: float = Field(15.0, gt=0, description="van Hees 2018.")
    clamp_deg: tuple[float, float] = Field(
        (0.13, 0.50), description="Limits of the threshold. van Hees 2018, as in GGIR."
    )
    min_block_min: float = Field(30.0, gt=0, description="What rests for less is no part of the period. van Hees 2018.")
    max_gap_min: float = Field(60.0, gt=0, description="Shorter breaks do not end the period. van Hees 2018.")
    min_period_min: float = Field(120.0, gt=0, description="A shorter rest is not a night. own.")
    max_split_min: float = Field(
        240.0, gt=0, description="Two rests that are each a night's length and no further apart: a split night. own."
    )
    across_noon_h: float = Field(
        3.0, gt=0, description="A rest of at least this across noon is not cut there: the night's window moves. own."
    )
    sib_deg: float = Field(
        5.0, gt=0, description="Sustained inactivity: no change of angle larger than. van Hees 2015."
    )
    sib_min: float = Field(5.0, gt=0, description="for at least. van Hees 2015.")
    mask_n: int = Field(
        4, ge=3, description="Regular series of at least this many are masked before sleep is scored. own."
    )
    mask_imi_s: tuple[float, float] = Field((10.0, 90.0), description="with intervals between. WASM 2016.")
    mask_log_sd: float = Field(0.45, gt=0, description="and SD of log intervals at most; fidgets have about 0.6. own.")
    onset_bias_min: float = Field(
        10.0, description="Still wakefulness is invisible: onset comes early by about this. own."
    )
    onset_sd_min: float = Field(15.0, gt=0, description="Spread of the true onset round the corrected estimate. own.")
    onset_sd_diary_min: float = Field(10.0, gt=0, description="with lights-off known. own.")
    onset_bias_diary_min: float = Field(8.0, description="with lights-off known. own.")
    onset_sd_still_min: float = Field(30.0, gt=0, description="when the evening before was still (sofa). own.")
    onset_sd_stages_min: float = Field(5.0, gt=0, description="when the device scored stages. own.")
    window_wake_min: float = Field(
        5.0, gt=0, description="Restless for longer inside a device's sleep window: awake. After van Hees 2015."
    )
    still_evening_share: float = Field(0.5, gt=0, lt=1, description="Share of still epochs in the 2 h before. own.")
    up_min: float = Field(3.0, gt=0, description="Turning about for so long is being up: a walk from sofa to bed. own.")
    up_share: float = Field(
        0.35, gt=0, lt=1, description="Share of epochs above sib_deg while up; restless in bed has about 0.1. own."
    )
    up_within_h: float = Field(3.0, gt=0, description="Up so soon after the first rest: was that sleep at all? own.")


class Jerks(_Section):
    """Which brief jerks count as hypnic jerks. No accelerometer criterion is published: a heuristic."""

    window_before_min: float = Field(10.0, gt=0, description="Search this long before the estimated onset. own.")
    window_after_min: float = Field(30.0, gt=0, description="and this long after: the onset is estimated early. own.")
    near_min: float = Field(5.0, gt=0, description="Near the true transition means within this. own.")
    least_near: float = Field(
        0.01, gt=0, lt=1, description="of lying near one: below, the sleep model knows of no falling asleep then. own."
    )
    min_p_sleep: float = Field(
        0.005, ge=0, lt=1, description="of sleep there at least: surely awake, it is a fidget; jerks come drowsy. own."
    )
    per_onset: float = Field(
        2.0,
        gt=0,
        description="Jerks that falling asleep brings, before a night is seen; 60-70 % know them (ICSD-3). own.",
    )
    together_min: float = Field(
        12.0, gt=0, description="Twitches within so long of each other may be of one falling asleep. own."
    )
    series_s: float = Field(
        90.0, gt=0, description="Twitches no further apart follow one another as kicks of a series do. WASM 2016."
    )
    series_n: int = Field(
        6, ge=2, description="So many twitches in a row are kicks: a jerk is single, or of a few. own."
    )
    like_asleep: float = Field(
        1.0,
        gt=0,
        description="So many twitches asleep that are none, in ``like_asleep_h``, before a night is seen. own.",
    )
    like_asleep_h: float = Field(16.0, gt=0, description="See ``like_asleep``; two nights of others. own.")
    like_awake: float = Field(
        1.0, gt=0, description="So many fidgets as brief as a twitch, in ``like_awake_h``, before a night is seen. own."
    )
    like_awake_h: float = Field(1.0, gt=0, description="See ``like_awake``. own.")
    falls_back_deg: float = Field(
        0.5, gt=0, description="After a jerk half of the legs lie turned by less: it falls back where it lay. own."
    )
    moved_deg: float = Field(2.0, gt=0, description="After a fidget half of the legs lie turned by less. own.")
    turn_counts: float = Field(
        4.0, ge=1, description="What a turn says counts so many times at most: few real jerks were measured. own."
    )
    both_count: float = Field(
        2.0,
        ge=1,
        description="Where both legs are recorded, a jerk of both is so much more likely one, of one leg less. own.",
    )
    form_length: float = Field(
        1.6, ge=1, description="Movements are of one form where their lengths differ by this factor at most. own."
    )
    form_core: float = Field(2.0, ge=1, description="The same of the time above half of the peak. own.")
    form_turns: float = Field(2.0, ge=1, description="The same of how far they turn the sensor beside shaking it. own.")
    form_size: float = Field(
        1 / 3, gt=0, le=1, description="The other one is not smaller than this share; larger it may be. own."
    )
    few_like: float = Field(
        2.0, gt=0, description="Movements of a jerk's form that a night has besides; where it has more, it is one. own."
    )
    form_counts: float = Field(4.0, ge=1, description="What the form says counts so many times at most. own.")
    held_s: float = Field(
        8.0, ge=0, description="A leg is held for so long at most; its lift and its return look like two jerks. own."
    )
    held_alike: float = Field(1.25, ge=1, description="Lift and return differ in size by this factor at most. own.")
    min_chance: float = Field(
        0.5, gt=0, lt=1, description="of being a jerk and nothing that looks alike, to carry the label. own."
    )
    least_chance: float = Field(
        0.25, gt=0, lt=1, description="of being one at least, to be in doubt: below, it is held to be none. own."
    )
    quiet_s: float = Field(
        5.0, ge=0, description="A single jerk: nothing else moves within this but what ``most_together`` lets. own."
    )
    most_together: int = Field(
        2, ge=1, description="Twitches in a row, nothing but twitches: of fidgets, or round a turn, more comes. own."
    )
    frequent_per_night: int = Field(3, ge=1, description="Several a night is worth a note. own, after the source text.")


class Wear(_Section):
    """Whether the sensor was on a leg. A table never turns, never breathes, and is as warm as the room."""

    gravity_rate_hz: float = Field(2.5, gt=0, description="Rate at which turns and breathing are looked for. own.")
    turn_block_s: float = Field(20.0, gt=0, description="Direction of gravity is the median over so long. own.")
    turn_deg: float = Field(
        3.0, gt=0, description="A worn leg turns so far from one block to the next; what lies on a table by 0.07. own."
    )
    unworn_h: float = Field(
        3.0, gt=0, description="No turn for so long: not worn. 0 of 139 simulated nights slept so still. own."
    )
    doubt_h: float = Field(
        1.5, gt=0, description="No turn for so long: perhaps not worn; 5-11 % of simulated sleep is as still. own."
    )
    edge_h: float = Field(
        1.0, gt=0, description="No movement at all before the first or after the last one: perhaps not worn. own."
    )
    min_still_min: float = Field(15.0, gt=0, description="Shorter absences are not looked for. After Zhou 2015.")
    join_min: float = Field(5.0, ge=0, description="Handled or bumped for so long between two absences. own.")
    breath_hz: tuple[float, float] = Field((0.14, 0.5), description="8 to 30 breaths a minute.")
    breath_floor_hz: tuple[float, float] = Field((0.08, 1.0), description="Where the floor beside the line is taken.")
    breath_slope_hz: tuple[float, float] = Field(
        (0.14, 0.7), description="Slope of the noise from around to around. own."
    )
    breath_window_s: float = Field(64.0, gt=0, description="Window of a spectrum. own.")
    breath_step_s: float = Field(30.0, gt=0, description="From one window to the next. own.")
    breath_clip: float = Field(4.0, gt=0, description="Deviations are cut at this multiple of their median. own.")
    breath_median_min: float = Field(5.0, gt=0, description="Breathing lasts: median over so long. own.")
    breath_line: float = Field(
        4.0, gt=0, description="Line over floor; noise alone reaches 1.7-3.3, a leg 4-1000 (simulated). own."
    )
    breath_least_share: float = Field(0.25, gt=0, lt=1, description="Seen in this share of a still stretch: worn. own.")
    breath_known_share: float = Field(
        0.65, gt=0, le=1, description="Seen in this share of the still stretches of a night: its absence counts. own."
    )
    breath_known_least: int = Field(4, ge=1, description="Still stretches to know that from, at least. own.")
    bump_s: float = Field(0.7, gt=0, description="A bump against what lies on a table is shorter. own.")
    leg_movements_per_h: float = Field(
        15.0, gt=0, description="So many longer ones without a turn may be a series of a still sleeper. own."
    )
    cold_c: float = Field(26.0, description="Below it a sensor was not against skin. Zhou 2015 (wrist, ankle).")
    warm_c: float = Field(28.0, description="Above it and as warm as worn: nothing speaks against skin. own.")
    colder_by_c: float = Field(4.0, gt=0, description="Not worn is colder than worn by this. own.")
    warm_within_c: float = Field(2.5, gt=0, description="As warm as worn: within this. own.")
    fell_by_c: float = Field(2.0, gt=0, description="Taken off: 0.4 C/min for 5 min. Vert 2022.")
    temperature_end_min: float = Field(5.0, gt=0, description="The end of a stretch, where the case has settled. own.")


class Assessment(_Section):
    """Whether a night says anything."""

    min_recorded_h: float = Field(4.0, gt=0, description=f"Shorter nights are {NOT_ASSESSABLE}. own.")
    min_sleep_h: float = Field(2.0, gt=0, description="Less sleep than this gives no index. own.")
    max_gap_share: float = Field(0.2, gt=0, lt=1, description="of the sleep period without samples at most. own.")
    max_short_gaps_h: float = Field(
        2.0, gt=0, description="Gaps of 5-90 s per hour: as long as the intervals looked for."
    )
    min_scorable_share: float = Field(0.6, gt=0, lt=1, description="of the sleep period with a usable floor. own.")
    max_blind_mg: float = Field(
        60.0, gt=0, description="Median threshold at most: kicks at the ankle have a median of 30-100 mg. own."
    )
    max_unworn_share: float = Field(
        0.5, gt=0, lt=1, description="of the time in bed probably or perhaps not worn at most. own."
    )
    turn_deg: float = Field(
        5.0, gt=0, description="A worn leg turns so far; bumps leave what lies on a table where it was (0.07). own."
    )
    turn_edge_h: float = Field(0.5, ge=0, description="At both ends it may be carried about: not looked at. own.")
    min_turns: int = Field(
        5, ge=2, description="Another sensor turned, or one of the same leg moved, so often meanwhile: not worn. own."
    )
    body_turn_deg: float = Field(15.0, gt=0, description="A leg that turns so far turns with the body. own.")
    together_turns: int = Field(10, ge=2, description="Turns of two sensors; fewer do not tell one wearer. own.")
    min_together: float = Field(
        0.3, gt=0, lt=1, description="of them move the other sensor too: of one person from .39, of two to .23. own."
    )
    together_s: float = Field(2.0, ge=0, description="How far apart the two may move. own.")
    together_lag_s: float = Field(60.0, ge=0, description="Clocks that differ by more are told as two people. own.")
    moved_mg: float = Field(50.0, gt=0, description="More than a bed partner's turn through the mattress. own.")


class Flags(_Section):
    """When a night is worth a second look."""

    age_group: AgeGroup = Field(
        "adult", description="Decides the PLMS index threshold, where a person's own is not known."
    )
    plms_index_adult: float = Field(15.0, gt=0, description="PLMS per hour of sleep above this. ICSD-3-TR.")
    plms_index_child: float = Field(5.0, gt=0, description="PLMS per hour of sleep above this. ICSD-3-TR.")
    min_periodicity: float = Field(0.3, ge=0, le=1, description="Share of movements that are periodic. own.")
    plmw_index: float = Field(15.0, gt=0, description="PLMW per hour awake at rest above this. Michaud 2002 (PSG).")
    min_plmw: int = Field(15, ge=3, description="Fewer of them are no pattern. own.")
    min_wake_h: float = Field(0.25, gt=0, description="Less time awake gives no PLMW index. own.")
    blind_mg: float = Field(30.0, gt=0, description="Above it typical kicks are missed. own.")
    tier_a_blind_mg: float = Field(15.0, gt=0, description="Tier A sees weak kicks. own.")
    tier_a_rate_hz: float = Field(25.0, gt=0, description="Tier A resolves onsets to 40 ms. own.")
    tier_a_recorded_h: float = Field(5.0, gt=0, description="Tier A saw most of a night. own.")

    def plms_index(self) -> float:
        """PLMS index threshold for the age group, per hour of sleep."""
        return self.plms_index_child if self.age_group == "child" else self.plms_index_adult


class Criteria(_Section):
    """All thresholds of one analysis. Change a value with ``model_validate`` on a partial mapping."""

    motion: Motion = Motion()
    detection: Detection = Detection()
    shapes: Shapes = Shapes()
    alignment: Alignment = Alignment()
    sleep: Sleep = Sleep()
    jerks: Jerks = Jerks()
    wear: Wear = Wear()
    assessment: Assessment = Assessment()
    flags: Flags = Flags()

    def of_age(self, group: AgeGroup) -> Criteria:
        """The same for people of an age group."""
        return self.model_copy(update={"flags": self.flags.model_copy(update={"age_group": group})})

    def hash_by_age(self) -> dict[AgeGroup, str]:
        """The hash for each age group, which changes what is flagged and no measure."""
        return {group: self.of_age(group).hash() for group in get_args(AgeGroup)}

    def hash(self) -> str:
        """First 16 hex digits of the sha256 of the canonical JSON: stored with every result."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]
