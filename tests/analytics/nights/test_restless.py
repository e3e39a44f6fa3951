"""Periodic movements awake at rest, and what an urge in the journal makes of them: made-up nights."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from analytics.criteria import Criteria
from analytics.flag import Flag
from analytics.model import Bout, Event, Label
from analytics.nights.flags import possible_rls
from analytics.nights.restless import moved_awake
from analytics.sleep.estimate import SleepEstimate
from analytics.sleep.possible import possible_nights
from analytics.words import DOUBTFUL_SLEEP, NOTE_THE_URGE, URGE_ALL_THE_SAME, URGE_TELLS
from tests.analytics.nights.test_flags_in_doubt import EVIDENCE, periodic
from tests.analytics.signals import EVENING_US

CRITERIA = Criteria()
MINUTE_US = 60_000_000
#: The recording begins so long before going to bed, minutes.
BEFORE_MIN = 180
IN_BED_US = EVENING_US + BEFORE_MIN * MINUTE_US


@dataclass(frozen=True)
class Evening:
    """An evening, an hour in bed of which ``awake_share`` of the possible nights say that it was awake, and sleep.

    Kicks come every half minute from ``kicks_from_min`` on, counted from going to bed; ``ends_rest_every_min`` is how
    often the leg turns before it: each turn takes its half minute out of the rest.
    """

    n_kicks: int = 0
    kicks_from_min: int = 0
    awake_share: float = 1.0
    awake_min: int = 60
    ends_rest_every_min: int = 1
    p_evening: float = 0.0

    def sleep(self) -> SleepEstimate:
        n_before, n_bed, n_awake = 2 * BEFORE_MIN, 2 * 60 * 8, 2 * self.awake_min
        paths = np.zeros((100, n_before + n_bed), np.bool_)
        paths[:, n_before + n_awake :] = True
        paths[round(100 * self.awake_share) :, n_before:] = True
        p_sleep = paths.mean(axis=0)
        p_sleep[:n_before] = self.p_evening
        onset_us = IN_BED_US + self.awake_min * MINUTE_US
        wake_us = IN_BED_US + 480 * MINUTE_US
        bouts = (Bout(IN_BED_US, onset_us, "wake"), Bout(onset_us, wake_us, "sleep"))
        return SleepEstimate(
            "accelerometer",
            IN_BED_US,
            onset_us,
            5.0,
            wake_us,
            tuple(b for b in bouts if b.end_us > b.start_us),
            possible=possible_nights(EVENING_US, p_sleep, paths),
        )

    def events(self) -> tuple[Event, ...]:
        kicks = (self._at(i, self.kicks_from_min + i / 2, "wake") for i in range(self.n_kicks))
        every = self.ends_rest_every_min
        turns = (self._at(1000 + i, -BEFORE_MIN + i, "posture_change") for i in range(0, BEFORE_MIN, every))
        return (*kicks, *(replace(turn, is_plm=False, series_no=None) for turn in turns))

    def _at(self, number: int, minutes: float, label: Label) -> Event:
        onset_us = IN_BED_US + round(minutes * MINUTE_US)
        return replace(
            periodic(number), onset_us=onset_us, offset_us=onset_us + 2_000_000, sleep_state="wake", label=label
        )

    def flag(self, urge: float | None) -> Flag:
        return possible_rls(self.events(), EVIDENCE, self.sleep(), None, urge, CRITERIA)


KICKING = Evening(n_kicks=60)
STILL = Evening(n_kicks=5)


@pytest.mark.parametrize(
    ("night", "urge", "state", "says"),
    [
        (KICKING, 5.0, "raised", "60 periodic leg movements awake in bed, 60 per hour (more than 15)"),
        (KICKING, 0.0, "not_raised", "no urge to move the legs was noted"),
        (KICKING, None, "cannot_tell", "60 per hour (more than 15), and restless waking looks the same"),
        (STILL, 5.0, "not_raised", URGE_ALL_THE_SAME),
        (STILL, 0.0, "not_raised", "no urge to move the legs was noted"),
        (STILL, None, "not_raised", URGE_TELLS),
        # The hour may have been sleep: with an urge the likelier side decides, and less than a tenth is as good as no.
        (replace(KICKING, awake_share=0.6), 5.0, "raised", "It was noted for this evening"),
        (replace(KICKING, awake_share=0.4), 5.0, "cannot_tell", DOUBTFUL_SLEEP),
        (replace(KICKING, awake_share=0.4), None, "cannot_tell", NOTE_THE_URGE),
        (replace(KICKING, awake_share=0.4), 0.0, "not_raised", URGE_TELLS),
        # Asleep at once: nothing was seen of being awake.
        (Evening(awake_min=5), 5.0, "cannot_tell", "awake at rest for 5 min, and 15 are needed"),
        (Evening(awake_min=5), None, "cannot_tell", "awake at rest for 5 min, and 15 are needed"),
        (Evening(n_kicks=20, awake_min=120), 5.0, "not_raised", "per hour awake at rest: 10; needed: more than 15"),
    ],
)
def test_the_urge_and_the_movements_awake_decide_together(
    night: Evening, urge: float | None, state: str, says: str
) -> None:
    found = night.flag(urge)
    assert found.state == state
    assert says in found.reason


def test_an_urge_that_was_not_asked_is_said_and_nothing_is_excluded() -> None:
    """It read "No possible RLS" of a night for which the person had never been asked."""
    reason = STILL.flag(None).reason
    assert reason.startswith(
        "The urge to move was not asked. The movements alone speak against possible RLS: "
        "periodic leg movements awake at rest: 5; needed: 15 or more. "
    )
    assert "No possible RLS" not in reason
    assert reason.endswith(NOTE_THE_URGE)


SITTING = Evening(n_kicks=60, kicks_from_min=-60, ends_rest_every_min=15)


def test_movements_at_rest_in_the_evening_count_like_those_in_bed() -> None:
    found = SITTING.flag(5.0)
    assert found.state == "raised"
    assert "58 periodic leg movements awake at rest before going to bed" in found.reason
    assert SITTING.flag(None).state == "cannot_tell"


@pytest.mark.parametrize(
    "evening",
    [
        replace(SITTING, ends_rest_every_min=3),  # up and about
        replace(SITTING, p_evening=0.5),  # perhaps a nap
        replace(SITTING, n_kicks=10),
    ],
)
def test_an_evening_that_was_no_rest_or_not_surely_awake_does_not_count(evening: Evening) -> None:
    assert evening.flag(None).state == "not_raised"


def test_a_quiet_evening_does_not_thin_out_what_came_in_bed() -> None:
    sitting = replace(KICKING, ends_rest_every_min=60)
    found = moved_awake(KICKING.events(), KICKING.sleep(), CRITERIA.flags)
    quiet = moved_awake(sitting.events(), sitting.sleep(), CRITERIA.flags)
    assert found is not None
    assert quiet is not None
    assert (found.place, found.per_h, quiet.per_h) == ("in bed", 60.0, 60.0)
    assert (found.awake_h, round(quiet.awake_h)) == (1.0, 4)


def test_without_doubt_about_sleep_the_bouts_say_what_was_awake() -> None:
    sleep = replace(KICKING.sleep(), possible=None)
    found = moved_awake(KICKING.events(), sleep, CRITERIA.flags)
    assert found is not None
    assert (found.count, found.per_h, found.p_enough) == (60.0, 60.0, 1.0)


def test_a_night_without_sleep_is_not_told() -> None:
    found = possible_rls((), EVIDENCE, SleepEstimate("none"), None, 5.0, CRITERIA)
    assert found.state == "cannot_tell"
    assert "no sleep was found" in found.reason
