"""What is said of a sensor that works, and of each that does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.criteria import Criteria
from analytics.selfcheck.clock_error import ToldTime, told_time
from analytics.selfcheck.items import Item, SensorCheck, is_all_ok
from analytics.selfcheck.samples import channel_to_check
from analytics.selfcheck.seeing import see
from analytics.selfcheck.verdicts import _kicks_item, check_legs, check_sensor
from ingest.errors import EmptyFileError, UsageError
from ingest.recording import DeviceClock, Gap, Recording, Side, Site
from tests.analytics.selfcheck.making import DEVICES, Made, Worn, made_check

CRITERIA = Criteria()
#: Of the first kick in `made_check`.
TOLD = told_time("22:06")
Verdicts = dict[str, str]


def checked(recording: Recording, told: ToldTime | None = TOLD) -> SensorCheck:
    return check_sensor(recording, channel_to_check(recording, told), told, CRITERIA)


def verdicts(check: SensorCheck) -> Verdicts:
    return {item.name: item.standing for item in check.items}


def item(made: Made, name: str, told: ToldTime | None = TOLD) -> Item:
    return next(one for one in checked(made.recording(), told).items if one.name == name)


GOOD = {
    **dict.fromkeys(("recording", "unit", "noise", "kicks", "clock", "site"), "ok"),
    "side": "cannot_tell",
}


@pytest.mark.parametrize("peak_mg", [50, 100, 400])
@pytest.mark.parametrize("device", DEVICES)
def test_kicks_as_people_make_them_are_found_by_every_device(device: str, peak_mg: float) -> None:
    check = checked(made_check(device, peak_mg).recording())
    assert verdicts(check) == GOOD
    assert is_all_ok([check])
    assert abs(dict(check.item("clock").values)["ahead_s"]) <= 1.5  # type: ignore[arg-type]


@pytest.mark.parametrize("device", DEVICES)
def test_kicks_below_what_a_device_sees_are_not_ok_and_its_clock_cannot_be_told(device: str) -> None:
    check = checked(made_check(device, 10).recording())
    assert verdicts(check) == {**GOOD, "kicks": "not_ok", "clock": "cannot_tell", "site": "cannot_tell"}


@pytest.mark.parametrize(("device", "peak_mg"), [("ax6", 20), ("gt3x", 15), ("geneactiv", 30), ("ax3-packed", 20)])
def test_some_kicks_found_are_not_ok_but_tell_the_clock(device: str, peak_mg: float) -> None:
    check = checked(made_check(device, peak_mg, seed=1).recording())
    found = dict(check.item("kicks").values)["found"]
    assert check.item("kicks").standing == ("ok" if isinstance(found, int) and found >= 7 else "not_ok")
    assert check.item("clock").standing == "ok"


@pytest.mark.parametrize(
    ("missed", "kicks", "clock"), [(2, "ok", "ok"), (3, "ok", "ok"), (4, "not_ok", "ok"), (5, "not_ok", "cannot_tell")]
)
def test_kicks_left_out_are_counted(missed: int, kicks: str, clock: str) -> None:
    check = checked(made_check(missed=missed).recording())
    assert (check.item("kicks").standing, check.item("clock").standing) == (kicks, clock)
    assert f"{10 - missed} of 10" in check.item("kicks").says


@pytest.mark.parametrize("factor", [9.80665, 1 / 9.80665, 2.0, 0.5, 1.3])
def test_a_wrong_unit_is_told_and_nothing_is_said_of_sizes(factor: float) -> None:
    found = verdicts(checked(made_check(peak_mg=200).scaled(factor).recording()))
    assert found["unit"] == "not_ok"
    assert (found["noise"], found["site"]) == ("cannot_tell", "cannot_tell")


@pytest.mark.parametrize("factor", [0.95, 1.1])
def test_an_uncalibrated_sensor_has_the_right_unit(factor: float) -> None:
    assert item(made_check().scaled(factor), "unit").standing == "ok"


@pytest.mark.parametrize(
    ("off_s", "words", "shift"),
    [
        (3600, "an hour ahead", "-1:00:00"),
        (-3600, "an hour behind", " 1:00:00"),
        (7200, "2 hours ahead", "-2:00:00"),
        (-19_800, "5:30 hours behind", " 5:30:00"),
    ],
)
def test_a_clock_an_hour_off_is_a_zone_or_summer_time(off_s: float, words: str, shift: str) -> None:
    clock = item(made_check().clock_off(off_s), "clock")
    assert clock.standing == "not_ok"
    assert words in clock.says
    assert "summer time" in clock.says
    assert f"--time-shift{shift if shift[0] == ' ' else ' ' + shift}" in clock.remedy


def test_a_clock_some_minutes_off_is_told_in_minutes_with_the_shift_that_mends_it() -> None:
    clock = item(made_check().clock_off(-400.5), "clock")
    assert (clock.standing, clock.says) == ("not_ok", "6 min 40 s behind")
    assert "--time-shift 0:06:40" in clock.remedy


def test_the_shift_to_give_holds_the_one_that_was_given() -> None:
    recording = made_check().clock_off(100).recording()
    recording = replace(recording, clock=replace(recording.clock, time_shift_us=200_000_000))
    assert "--time-shift 0:01:40" in checked(recording).item("clock").remedy


def test_the_time_of_lying_down_in_place_of_the_first_kick_is_suspected() -> None:
    assert "time that of lying down?" in item(made_check(), "clock", told_time("22:01")).remedy


def test_without_a_time_the_plan_is_found_and_the_clock_cannot_be_told() -> None:
    check = checked(made_check().recording(), None)
    assert verdicts(check) == {**GOOD, "clock": "cannot_tell"}
    assert not is_all_ok([check])


def test_a_recording_without_a_clock_of_its_own_says_so() -> None:
    recording = replace(made_check().recording(), device_clock=DeviceClock("relative"))
    assert checked(recording).item("clock").says == "this recording has no clock of its own"


@pytest.mark.parametrize(
    ("worn", "named", "standing", "words"),
    [
        ("ankle", "ankle", "ok", "probably worn on ankle or foot"),
        ("ankle", "unknown", "ok", "probably worn on ankle or foot"),
        ("ankle", "hip", "not_ok", "probably worn on ankle or foot"),
        ("hip", "ankle", "not_ok", "probably worn on thigh or hip"),
        ("hip", "thigh", "ok", "probably worn on thigh or hip"),
        ("wrist", "ankle", "cannot_tell", "perhaps worn on wrist"),
        ("table", "ankle", "not_ok", "probably lying on a table"),
    ],
)
def test_the_site_is_told_in_words_of_likelihood(worn: Worn, named: Site, standing: str, words: str) -> None:
    site = checked(made_check(worn=worn).recording(named)).item("site")
    assert site.standing == standing
    assert words in site.says


def test_without_a_walk_the_site_cannot_be_told() -> None:
    site = item(made_check(walks=False), "site")
    assert (site.standing, site.says) == ("cannot_tell", "no walk was found")


def legs(left: Made, right: Made, named: tuple[Side, Side] = ("unknown", "unknown")) -> list[Item]:
    recordings = [left.recording(side=named[0]), right.recording(side=named[1])]
    pairs = [(one, channel_to_check(one, TOLD)) for one in recordings]
    return [check.item("side") for check in check_legs(pairs, TOLD, CRITERIA)]


LEFT = made_check(legs="both", leg="left", seed=3)
RIGHT = made_check(legs="both", leg="right", seed=4)


def test_two_sensors_tell_their_sides_and_each_its_clock() -> None:
    recordings = LEFT.recording(), RIGHT.clock_off(60).recording()
    checks = check_legs([(one, channel_to_check(one, TOLD)) for one in recordings], TOLD, CRITERIA)
    assert [verdicts(check) for check in checks] == [
        {**GOOD, "side": "ok"},
        {**GOOD, "side": "ok", "clock": "not_ok"},
    ]


def test_sides_that_were_swapped_are_told() -> None:
    found = legs(RIGHT, LEFT)
    assert [one.standing for one in found] == ["not_ok", "not_ok"]
    assert ["--side right" in found[0].remedy, "--side left" in found[1].remedy] == [True, True]


def test_two_sensors_on_one_leg_are_told() -> None:
    first, second = legs(LEFT, LEFT)
    assert (first.standing, second.standing) == ("ok", "not_ok")
    assert second.says == "both sensors show the kicks of the left leg"


def test_a_side_in_the_file_that_is_not_the_true_one_is_told() -> None:
    found = legs(LEFT, RIGHT, ("right", "right"))
    assert [one.standing for one in found] == ["not_ok", "ok"]


def test_legs_that_move_each_other_are_told_by_which_is_louder_and_else_not_at_all() -> None:
    left = made_check(legs="both", leg="left", crosstalk=0.4)
    right = made_check(legs="both", leg="right", crosstalk=0.4)
    assert [one.standing for one in legs(left, right)] == ["ok", "ok"]
    same = made_check(legs="both", crosstalk=1.0)
    assert [one.standing for one in legs(same, same)] == ["cannot_tell", "cannot_tell"]


def test_a_sensor_that_stops_or_sleeps_is_told() -> None:
    recording = made_check().recording()
    at_us = recording.quality.first_us
    paused = replace(recording.quality, gaps=(Gap(at_us, at_us + 10**7, "gap"),))
    idle = replace(recording.quality, n_idle=2, idle_s=60.0)
    slow = replace(recording.quality, rate_hz_true=5.0)
    for quality, word in ((paused, "gaps"), (idle, "stopped measuring"), (slow, "at least 12")):
        found = checked(replace(recording, quality=quality)).item("recording")
        assert found.standing == "not_ok"
        assert word in found.says


def test_of_a_recording_of_days_the_day_must_be_told_and_half_a_day_about_it_is_read() -> None:
    recording = made_check().recording()
    last_us = recording.quality.first_us + 3 * 86_400_000_000
    days = replace(recording, quality=replace(recording.quality, last_us=last_us))
    with pytest.raises(UsageError, match="longer than a day"):
        channel_to_check(days, TOLD)
    near = channel_to_check(days, told_time("2026-03-02T22:06"))
    assert len(near.time_us) == recording.quality.n_samples
    with pytest.raises(EmptyFileError, match="within half a day"):
        channel_to_check(days, told_time("2026-03-04T22:06"))


def test_a_recording_too_short_to_search_tells_nothing_but_that() -> None:
    made = made_check()
    first = slice(0, 50 * 8)
    check = checked(replace(made, time_us=made.time_us[first], xyz_g=made.xyz_g[first]).recording())
    found = verdicts(check)
    assert {found[name] for name in ("unit", "noise", "clock", "site", "side")} == {"cannot_tell"}
    assert found["recording"] == "not_ok"
    assert check.item("unit").remedy == "lie still for the five minutes"
    assert not is_all_ok([check])


def test_a_clock_that_was_never_set_is_not_ok_however_well_the_kicks_were_found() -> None:
    made = made_check()
    since_1970 = replace(made, time_us=made.time_us - made.time_us[0])
    assert item(since_1970, "kicks").standing == "ok"
    assert item(since_1970, "clock").says == "the clock of the sensor was never set"
    assert item(since_1970, "clock").standing == "not_ok"


@pytest.mark.parametrize(("n_others", "words"), [(12, "the leg moves by itself as often"), (2, "by chance they may")])
def test_movements_like_the_plan_on_a_restless_leg_cannot_be_told(n_others: int, words: str) -> None:
    seen = see(channel_to_check(made_check().recording(), TOLD), CRITERIA)
    unsure = tuple(replace(match, n_others=n_others, rival=match.surprise) for match in seen.matches)
    kicks = _kicks_item(replace(seen, matches=unsure))
    assert (kicks.standing, words in kicks.says, "quiet" in kicks.remedy) == ("cannot_tell", True, True)
