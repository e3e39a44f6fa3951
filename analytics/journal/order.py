"""How the times of one night lie to each other: the clock of the bedroom from noon to noon, keyed by the evening."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time, timedelta

from analytics.journal.fields import AWAKE, FELL_ASLEEP, GOT_UP, INTO_BED, LATENCY, LIGHTS_OFF, WOKE

#: From lights off to getting up across noon at most: the two of a night, taken for each other, are further apart.
LONGEST = timedelta(hours=12)
_DAY = timedelta(days=1)
#: A person's day turns here: 01:00 is later than 23:00.
DAY_TURNS_MIN = 4 * 60
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def contradictions(clocks: Mapping[str, str], minutes: Mapping[str, float]) -> dict[str, tuple[str, str]]:
    """What cannot be of one night: by the field to mend, what is wrong and a hint.

    Parameters
    ----------
    clocks : mapping of str to str
        Times of one day as HH:MM, by field.
    minutes : mapping of str to float
        `LATENCY` and `AWAKE`, where they are known.
    """
    if LIGHTS_OFF not in clocks:
        return {}
    off = clocks[LIGHTS_OFF]
    wrong: dict[str, tuple[str, str]] = {}
    if INTO_BED in clocks and (since_noon(off) - since_noon(clocks[INTO_BED])) % _DAY > LONGEST:
        wrong[INTO_BED] = f"{clocks[INTO_BED]} is not before lights_off {off}", "all on the clock of the bedroom"
    if GOT_UP not in clocks:
        return wrong
    up = clocks[GOT_UP]
    if days_on(clocks) is None:
        hint = "date is that of the evening; a sleep across noon has at most 12 h"
        # Which of the two is wrong is not known, and one alone would contradict what was noted before.
        before, after = f"{off} is not before got_up {up}", f"{up} is not after lights_off {off}"
        return wrong | {LIGHTS_OFF: (before, hint), GOT_UP: (after, hint)}
    for name in (FELL_ASLEEP, WOKE):
        if name in clocks and after_lights_off(clocks, name) is None and not (name == WOKE and clocks[name] == up):
            hint = "all three on the clock of the bedroom"
            wrong[name] = f"{clocks[name]} is not between lights_off {off} and got_up {up}", hint
    return wrong | _too_long_awake(clocks, minutes)


def _too_long_awake(clocks: Mapping[str, str], minutes: Mapping[str, float]) -> dict[str, tuple[str, str]]:
    known = [name for name in (LATENCY, AWAKE) if name in minutes]
    awake_min = sum(minutes[name] for name in known)
    if timedelta(minutes=awake_min) <= in_bed(clocks):
        return {}
    what = (
        f"{awake_min:g} minutes awake are more than lie between lights_off {clocks[LIGHTS_OFF]} and "
        f"got_up {clocks[GOT_UP]}"
    )
    return dict.fromkeys(known, (what, "minutes_awake leaves out minutes_to_fall_asleep"))


def days_on(clocks: Mapping[str, str]) -> int | None:
    """1 for a sleep that ends after the noon that follows it, 0 for one before; None where up is not after off."""
    off, up = since_noon(clocks[LIGHTS_OFF]), since_noon(clocks[GOT_UP])
    if up > off:
        return 0
    return 1 if up + _DAY - off <= LONGEST else None


def in_bed(clocks: Mapping[str, str]) -> timedelta:
    """From lights off to getting up."""
    return since_noon(clocks[GOT_UP]) - since_noon(clocks[LIGHTS_OFF]) + timedelta(days=days_on(clocks) or 0)


def after_lights_off(clocks: Mapping[str, str], name: str) -> timedelta | None:
    """How long after lights off, on the clock; None where that is not before getting up."""
    after = (since_noon(clocks[name]) - since_noon(clocks[LIGHTS_OFF])) % _DAY
    return after if after < in_bed(clocks) else None


def since_noon(clock: str) -> timedelta:
    """Time from the noon before."""
    at = time.fromisoformat(clock)
    return timedelta(hours=(at.hour - 12) % 24, minutes=at.minute)


def since_turn_min(clock: str | None) -> int | None:
    """Minutes from the turn of a person's day to a time such as 23:10; None for what is none."""
    found = _CLOCK.fullmatch((clock or "").strip())
    return None if found is None else (int(found[1]) * 60 + int(found[2]) - DAY_TURNS_MIN) % 1440
