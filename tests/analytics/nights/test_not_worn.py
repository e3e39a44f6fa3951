"""A sensor that was taken off: what is left of the night, with one leg and with two."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.model import Blank, Channel, Night
from analytics.nights.observed import observe
from tests.analytics.signals import EVENING_US, add_turn, channel, night_of_kicks
from tests.analytics.whole_nights import CRITERIA, PERIODIC_S, analysed

RATE_HZ = 25.0
HOUR_S = 3600.0


def on_table(whole: Channel, from_h: float, to_h: float, *, bumps_per_h: float = 6.0, seed: int = 9) -> Channel:
    """The same sensor, put down and picked up again: noise, and stiff knocks that leave it where it is."""
    at_s = (whole.time_us - EVENING_US) / 1e6
    first, last = np.searchsorted(at_s, (from_h * HOUR_S, to_h * HOUR_S))
    xyz: NDArray[np.float32] = whole.xyz_g[:].copy()
    rng = np.random.default_rng(seed)
    xyz[first:last] = np.array([0.7, 0.05, 0.712]) + rng.normal(0, 0.002, (last - first, 3))
    for edge in (first, last):
        xyz[max(0, edge - 50) : edge + 50] += rng.normal(0, 0.2, xyz[max(0, edge - 50) : edge + 50].shape)
    for at in (first + (last - first) * rng.uniform(0.02, 0.98, round(bumps_per_h * (to_h - from_h)))).astype(int):
        xyz[at : at + 8] += (0.05 * (-1.0) ** np.arange(8))[:, None]
    return replace(whole, xyz_g=xyz)


@pytest.fixture(scope="module")
def worn() -> Channel:
    return channel(*night_of_kicks(PERIODIC_S, rate_hz=RATE_HZ))


@pytest.fixture(scope="module")
def night(worn: Channel) -> Night:
    return analysed([worn])


def index(found: Night) -> float | None:
    return found.scores[0].measures.plms_index


def kinds(blanks: tuple[Blank, ...]) -> list[str]:
    return [b.kind for b in blanks if b.kind in ("unworn", "perhaps_unworn")]


def test_a_night_of_kicks_and_turns_is_worn(night: Night) -> None:
    assert night.assessable
    assert night.unworn_h == 0
    assert kinds(night.blanks) == []


def test_a_sensor_on_a_table_with_six_bumps_an_hour_gives_no_index(worn: Channel) -> None:
    found = analysed([on_table(worn, 0.6, 7.9)])
    assert not found.assessable
    assert index(found) is None
    assert "probably not worn for 7.3 h in all (no turn for 7.3 h)" in str(found.not_assessable_reason)


def test_the_worn_part_of_a_taken_off_night_is_judged_and_the_rest_leaves_sleep_and_hours(
    worn: Channel, night: Night
) -> None:
    found = analysed([on_table(worn, 4.4, 7.9)])
    assert found.unworn_h == pytest.approx(3.5, abs=0.05)
    assert kinds(found.blanks) == ["unworn"]
    assert sum(b.end_us - b.start_us for b in found.bouts if b.state == "sleep") / 3.6e9 < 4.2
    assert index(found) == pytest.approx(index(night), rel=0.2)


def test_two_hours_without_a_turn_stay_in_the_night_as_a_doubt(worn: Channel) -> None:
    seen = observe([on_table(worn, 4.0, 6.2)], CRITERIA)
    assert seen is not None
    assert len(seen.unworn_us) == 0
    assert (seen.wear_doubt_us[:, 1] - seen.wear_doubt_us[:, 0]).sum() / 3.6e9 == pytest.approx(2.2, abs=0.1)
    assert seen.not_worn[0][0].reason == "no turn for 2.2 h"


def test_where_one_leg_is_off_the_other_speaks_alone(worn: Channel, night: Night) -> None:
    other = replace(worn, recording="b" * 64, side="right", xyz_g=worn.xyz_g[:, [2, 0, 1]].copy())
    found = analysed([worn, on_table(other, 4.0, 7.9)])
    assert found.assessable
    assert found.unworn_h == 0
    assert kinds(found.blanks) == []
    table_us = EVENING_US + np.array([4.02, 7.88]) * 3.6e9
    assert not [m for m in found.movements if m.leg == "right" and table_us[0] < m.onset_us < table_us[1]]
    assert index(found) == pytest.approx(index(night), rel=0.1)
    assert found.tst_h == pytest.approx(night.tst_h, rel=0.1)


def test_where_both_legs_are_off_nobody_wears_one(worn: Channel) -> None:
    other = replace(worn, recording="b" * 64, side="right", xyz_g=worn.xyz_g[:, [2, 0, 1]].copy())
    seen = observe([on_table(worn, 4.0, 7.9), on_table(other, 3.0, 7.0, seed=8)], CRITERIA)
    assert seen is not None
    ((start_us, end_us),) = seen.unworn_us.tolist()
    assert (start_us - EVENING_US) / 3.6e9 == pytest.approx(4.0, abs=0.02)
    assert (end_us - EVENING_US) / 3.6e9 == pytest.approx(7.0, abs=0.02)


def test_a_watch_at_the_wrist_that_never_turns_is_not_judged_as_a_leg(worn: Channel) -> None:
    wrist = replace(on_table(worn, 0.6, 7.9), site="wrist")
    seen = observe([wrist], CRITERIA)
    assert seen is not None
    assert len(seen.unworn_us) == 0
    at_s, xyz = night_of_kicks(PERIODIC_S, rate_hz=RATE_HZ)
    add_turn(at_s, xyz, 3000.0)
    seen = observe([replace(channel(at_s, xyz), site="wrist")], CRITERIA)
    assert seen is not None
    assert len(seen.unworn_us) == 0
