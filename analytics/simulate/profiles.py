"""Who sleeps: the numbers from which a simulated night is drawn.

Distributions come from a publication where there is one; the rest are choices and say so. Intervals of periodic
movements are log-normal with a mode of 22-26 s (14-16 s beyond 65 years), with a second peak at 2-4 s in RLS; leg
movements last 3.2 s on average (ln-SD 0.5 chosen); the movements of RLS fall through the night, those of others are
bell-shaped (Ferri R et al., Sleep 2006;29:759-769). Large movements: 7/h lasting 12 s (healthy adults, PMC8436137).
Children: 95 % have fewer than 7.2 PLMS/h. Breathing that stops and starts moves legs every 25-45 s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

#: How the kicks are spread over the night.
Course = Literal["even", "falling", "bell"]
#: What becomes of the sensor.
Wear = Literal["worn", "off", "taken-off", "off-a-while", "fallen-off", "put-on-late"]
Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Fidgets:
    """How a sleeper moves who lies awake: trains of fidgets, stillness between them, and few turns. All are choices.

    Attributes
    ----------
    imi_median_s : (low, high)
        Median interval of a train, log-uniform. With ``imi_ln_sd`` two in three intervals are 15-60 s.
    imi_ln_sd, imi_ln_sd_sd : float
        Irregularity of a train, and how it differs between trains: one in ten comes out as regular as periodic
        movements (0.35 and less).
    train_min, still_min : (low, high)
        Lengths of trains and of stillness, minutes.
    turn_every_min : float
        Mean time between turns, which come in trains only.
    """

    imi_median_s: Range = (22.0, 40.0)
    imi_ln_sd: float = 0.6
    imi_ln_sd_sd: float = 0.2
    train_min: Range = (6.0, 25.0)
    still_min: Range = (3.0, 15.0)
    turn_every_min: float = 25.0


@dataclass(frozen=True, slots=True)
class Bedside:
    """What else reaches the sensor; ranges are (low, high) of a uniform draw.

    Attributes
    ----------
    partner_per_h : (low, high)
        Periodic kicks of a bed partner, per hour in bed.
    pet_visits : (low, high)
        How often a pet lies on the bed for a while.
    vibration_share : (low, high)
        Share of the time in bed in which the bed shakes, in stretches.
    """

    partner_per_h: Range = (0.0, 0.0)
    pet_visits: tuple[int, int] = (0, 0)
    vibration_share: Range = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Profile:
    """Numbers from which a night is drawn; ranges are (low, high) of a uniform draw.

    Attributes
    ----------
    short_imi_share : float
        Share of periodic kicks that are followed by another one after 2-4 s.
    respiratory_per_h : (low, high)
        Movements at the end of respiratory events, per hour of sleep, in runs.
    sofa_h : (low, high)
        Hours of lying still, awake, before going to bed.
    evening_every_s, fidget_every_s : float
        Mean pause between movements out of bed, and awake in bed.
    quiet_wake_min : (low, high)
        Minutes awake without any movement before falling asleep.
    gaps : (low, high)
        How often the sensor stopped for 1-20 min.
    latency_min, wake_min : (low, high)
        Minutes awake before falling asleep, and at each awakening, besides the still ones.
    quiet_return_min : (low, high)
        Still minutes before falling asleep again.
    awakenings_apart : bool
        Whether each awakening has its own part of the night.
    fidgets : Fidgets, optional
        How this person lies awake; None is restless all the time, with a lasting turn at every third movement.
    turns_per_h : (low, high), optional
        In place of ``posture_per_h``, for sleepers who differ.
    large_per_h : (low, high)
        Large movements asleep, 3-45 s long.
    held_share : float
        Share of kicks after which the leg lies 2-6 degrees differently.
    irregular_body : bool
        Whether breathing and pulse are small and irregular, and felt only while the sensor is worn.
    """

    plms_per_h: Range
    kick_peak_g: Range
    jerks: tuple[int, int]
    course: Course = "bell"
    periodic_in_wake_per_h: float = 0.0
    short_imi_share: float = 0.0
    respiratory_per_h: Range = (0.0, 0.0)
    isolated_per_h: float = 1.5
    posture_per_h: float = 2.5
    trains: tuple[int, int] = (0, 2)
    alma: tuple[int, int] = (0, 1)
    quiet_wake_min: Range = (3.0, 18.0)
    sofa_h: Range = (0.0, 0.0)
    awakenings: tuple[int, int] = (2, 5)
    imi_median_s: float = 26.0
    imi_ln_sd: float = 0.33
    evening_every_s: float = 5.0
    fidget_every_s: float = 25.0
    gaps: tuple[int, int] = (0, 0)
    latency_min: Range = (5.0, 25.0)
    wake_min: Range = (6.0, 18.0)
    quiet_return_min: Range = (1.0, 4.0)
    awakenings_apart: bool = False
    fidgets: Fidgets | None = None
    turns_per_h: Range | None = None
    large_per_h: Range = (0.0, 0.0)
    held_share: float = 0.0
    wear: Wear = "worn"
    around: Bedside = Bedside()
    irregular_body: bool = False


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "healthy": Profile(plms_per_h=(0.0, 4.0), kick_peak_g=(0.03, 0.15), jerks=(0, 1)),
        "plmd": Profile(plms_per_h=(25.0, 60.0), kick_peak_g=(0.05, 0.2), jerks=(0, 1), course="even"),
        "rls": Profile(
            plms_per_h=(20.0, 50.0),
            kick_peak_g=(0.05, 0.2),
            jerks=(0, 1),
            course="falling",
            periodic_in_wake_per_h=90.0,
            short_imi_share=0.06,
            fidget_every_s=300.0,
        ),
        "jerks": Profile(plms_per_h=(0.0, 2.0), kick_peak_g=(0.03, 0.1), jerks=(4, 6)),
        "child": Profile(
            plms_per_h=(0.0, 7.2),
            kick_peak_g=(0.03, 0.15),
            jerks=(0, 1),
            posture_per_h=4.0,
            awakenings=(1, 3),
            fidget_every_s=15.0,
        ),
        "apnoea": Profile(
            plms_per_h=(0.0, 4.0), kick_peak_g=(0.03, 0.15), jerks=(0, 1), respiratory_per_h=(15.0, 40.0)
        ),
        "sofa": Profile(
            plms_per_h=(0.0, 4.0),
            kick_peak_g=(0.03, 0.15),
            jerks=(0, 1),
            sofa_h=(1.0, 2.0),
            fidget_every_s=45.0,
        ),
    }
)
