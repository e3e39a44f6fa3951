"""Nights on which a statement is hard: sleepless, restless, not alone in bed, or with the sensor somewhere else.

They stand beside the plain profiles, whose nights stay what they were. Where a number has no source it is a choice;
choices lie inside what the sources below leave open.

* Lying awake: 20-30 min are the usual limits for insomnia (Lineberger MD et al., Sleep 2006;29:479-485). One to two
  hours before sleep and three times 25 min in the night are bad nights of such people.
* Turns asleep: 1.6 an hour (SD 0.7) in working adults (Skarpsno ES et al., Nat Sci Sleep 2017;9:267-275); 4.7 at 8-12
  years, 3.6 at 18-24, 2.1 at 65-80 (De Koninck J et al., Sleep 1992;15:143-149).
* Large movements last 3-45 s in adults (Ferri R et al., Sleep 2021;44:zsab092). Five and more movements an hour set
  restless sleep of children apart (DelRosso LM et al., Sleep 2019;42:zsy269).
* Shaking: a ride in a sleeping car. ISO 2631-1:1997, annex C, calls less than 0.315 m/s2 (32 mg) RMS not
  uncomfortable; people sleep in a third of that, 12 mg.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from analytics.simulate.profiles import PROFILES, Bedside, Fidgets, Profile


def _night(plms_per_h: tuple[float, float], **changes: Any) -> Profile:
    """A night like a healthy sleeper's but for what is said; its breathing is irregular."""
    return Profile(
        plms_per_h=plms_per_h, kick_peak_g=(0.03, 0.2), jerks=(0, 1), course="even", irregular_body=True, **changes
    )


_FEW, _MANY = (0.0, 4.0), (18.0, 40.0)

CONDITIONS: Mapping[str, Profile] = MappingProxyType(
    {
        "insomnia": _night(_FEW, latency_min=(60.0, 120.0), fidgets=Fidgets()),
        "waking": _night(_FEW, awakenings=(3, 3), awakenings_apart=True, wake_min=(22.0, 28.0), fidgets=Fidgets()),
        "quiet": _night(
            _FEW, quiet_wake_min=(25.0, 60.0), wake_min=(1.0, 4.0), quiet_return_min=(10.0, 25.0), fidgets=Fidgets()
        ),
        "restless": _night(_FEW, turns_per_h=(1.0, 7.0), large_per_h=(1.0, 7.0)),
        "tilting": _night(_MANY, held_share=0.2),
        "off": _night(_MANY, wear="off"),
        "taken-off": _night(_MANY, wear="taken-off"),
        "off-a-while": _night(_MANY, wear="off-a-while", awakenings=(4, 4), awakenings_apart=True),
        "fallen-off": _night(_MANY, wear="fallen-off"),
        "put-on-late": _night(_MANY, wear="put-on-late"),
        "partner": _night(_FEW, around=Bedside(partner_per_h=(15.0, 35.0))),
        "pet": _night(_FEW, around=Bedside(pet_visits=(3, 6))),
        "vibration": _night(_MANY, around=Bedside(vibration_share=(0.3, 0.7))),
    }
)
#: All that `nightkick simulate` can make, by name.
NIGHTS: Mapping[str, Profile] = MappingProxyType({**PROFILES, **CONDITIONS})
