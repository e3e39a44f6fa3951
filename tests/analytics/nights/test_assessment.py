"""Each reason why a night says nothing, as people read it, and both sides of its limit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analytics.criteria import Criteria
from analytics.model import Bout, Tier
from analytics.nights.assessment import Evidence, tier, why_not_assessable
from analytics.sleep.estimate import NO_SLEEP, SleepEstimate
from tests.analytics.signals import EVENING_US

CRITERIA = Criteria()
HOUR_US = 3_600_000_000
GOOD = Evidence(
    sites=("ankle",),
    legs="both",
    rate_hz=50.0,
    recorded_h=9.0,
    unworn_h=0.0,
    longest_gap_s=0.0,
    short_gaps_per_h=0.0,
    gap_share=0.0,
    scorable_share=1.0,
    blind_below_mg=8.0,
    clock_set=True,
    one_clock=True,
)


def slept(hours: float, source: str = "fit") -> SleepEstimate:
    end_us = EVENING_US + round(hours * HOUR_US)
    bouts = (Bout(EVENING_US, end_us, "sleep"),)
    return SleepEstimate(source, EVENING_US, EVENING_US, 5.0, end_us, bouts)  # type: ignore[arg-type]  # any source


ASLEEP = slept(7)


def reason(sleep: SleepEstimate = ASLEEP, **changes: Any) -> str | None:
    return why_not_assessable(replace(GOOD, **changes), sleep, CRITERIA)


def test_a_good_night_is_assessable() -> None:
    assert reason() is None


@pytest.mark.parametrize(
    ("bad", "good", "says"),
    [
        ({"recorded_h": 3.99}, {"recorded_h": 4.0}, "Only 3.9 h were recorded; at least 4 h are needed."),
        (
            {"clock_set": False},
            {},
            "The clock of the sensor was never set, so that evening and morning are unknown. Say how far it was behind"
            " with --time-shift and import again, or set it before the next night.",
        ),
        (
            {"rate_hz": 11.9},
            {"rate_hz": 12.0},
            "The sensor took 11.9 samples a second; half-second movements need at least 12.",
        ),
        (
            {"short_gaps_per_h": 2.1},
            {"short_gaps_per_h": 2.0},
            "The recording pauses for 5-90 s about 2 times an hour (a power-saving mode?): as long as the intervals"
            " that are looked for. Switch such a mode off.",
        ),
        (
            {"unworn_h": 5.1},
            {"unworn_h": 5.0},
            "The sensor was probably not worn for 5.1 h in all; 3.9 h are left, at least 4 h are needed.",
        ),
        (
            {"unworn_share": 0.51, "why_unworn": "no turn for 4.0 h"},
            {"unworn_share": 0.5, "why_unworn": "no turn for 4.0 h"},
            "The sensor was probably not worn for 51% of the time in bed (no turn for 4.0 h).",
        ),
        (
            {"unworn_share": 0.2, "wear_doubt_share": 0.31},
            {"unworn_share": 0.2, "wear_doubt_share": 0.3},
            "The sensor was perhaps not worn for 51% of the time in bed.",
        ),
        (
            {"gap_share": 0.21, "longest_gap_s": 4000.0},
            {"gap_share": 0.2},
            "21% of the sleep period were not recorded (longest gap 67 min).",
        ),
        (
            {"scorable_share": 0.59},
            {"scorable_share": 0.6},
            "Only 59% of the sleep period could be searched; the rest was too noisy, for example from vibration.",
        ),
        (
            {"blind_below_mg": 60.5},
            {"blind_below_mg": 60.0},
            "Movements below 60 mg did not stand out from the noise; usual kicks are smaller. Use a better sensor, or"
            " wear it on the foot.",
        ),
        (
            {"sites": ("wrist",)},
            {"sites": ("foot",)},
            "It was worn on the wrist, where leg movements cannot be counted; wear it on the foot or ankle.",
        ),
        (
            {"sites": ("unknown",)},
            {"sites": ("thigh",)},
            "It is not known where it was worn; say so with --site ankle or in the settings, and import again.",
        ),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_each_reason_begins_at_its_limit_and_is_a_sentence_for_people(
    bad: dict[str, Any], good: dict[str, Any], says: str
) -> None:
    assert reason(**bad) == says
    assert reason(**good) is None


def test_without_a_sleep_period_or_with_too_little_sleep_there_is_no_index() -> None:
    assert reason(NO_SLEEP) == "No sleep period was found in the recording."
    assert reason(slept(1.9)) == "Only 1.9 h of sleep were found; at least 2 h are needed."
    assert reason(slept(2.0)) is None


def test_vibration_that_may_have_kept_sleep_from_being_found_is_told() -> None:
    assert reason(NO_SLEEP, shaken_h=0.9) == "No sleep period was found in the recording."
    assert reason(NO_SLEEP, shaken_h=3.5) == (
        "No sleep period was found in the recording: 3.5 h of it are vibration or large movement."
    )


def test_the_first_reason_is_the_one_that_explains_the_others() -> None:
    assert "recorded" in str(reason(NO_SLEEP, recorded_h=1.0, sites=("wrist",)))
    assert "samples a second" in str(reason(NO_SLEEP, rate_hz=1.0, unworn_h=9.0))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "A"),
        ({"one_clock": False}, "B"),
        ({"legs": "left"}, "B"),
        ({"blind_below_mg": 15.1}, "B"),
        ({"recorded_h": 4.9}, "B"),
        ({"blind_below_mg": 30.1}, "C"),
        ({"blind_below_mg": None}, "C"),
        ({"rate_hz": 20.0}, "C"),
        ({"sites": ("thigh",)}, "C"),
        ({"sites": ("wrist",)}, "D"),
        ({"sites": ()}, "D"),
    ],
)
def test_the_tier_falls_with_what_is_missing(changes: dict[str, Any], expected: Tier) -> None:
    assert tier(replace(GOOD, **changes), ASLEEP, CRITERIA) == expected
    assert tier(GOOD, slept(7, "accelerometer"), CRITERIA) == "B"


def test_hours_not_worn_are_rounded_as_everywhere_else_on_the_page() -> None:
    """They were cut here, so that 9.46 h were 9.4 h in the reason and 9.5 h in the table beside it."""
    assert "for 9.5 h in all" in str(reason(recorded_h=10.0, unworn_h=9.46))
