"""What a diary or a watch says of a night, against what the sensor showed: it mends what it says, and no more."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analytics.criteria import Criteria
from analytics.signal.angles import Epochs
from analytics.sleep.diary import Diary
from analytics.sleep.estimate import SleepEstimate
from analytics.sleep.half_minutes import HalfMinutes
from analytics.sleep.possible import PossibleNights
from analytics.sleep.remembered import leaning, picked, remembers, weights
from analytics.sleep.sources import estimate_sleep
from ingest.recording import SleepStage, SleepWindow, StageSpan
from tests.analytics.signals import EVENING_US

CRITERIA = Criteria()
MINUTE_US = 60_000_000
Part = tuple[float, str]
#: Movements an epoch, and of how many epochs one has a turn.
_KINDS = {"up": (1.5, 0.4), "fidgets": (0.9, 0.04), "asleep": (0.06, 0.01), "still": (0.0, 0.0)}
#: Up for an hour, in bed at 60, asleep at once, up at 540.
PLAIN: tuple[Part, ...] = ((60, "up"), (480, "asleep"), (30, "up"))
#: Two hours of lying still in bed, of which nobody can see whether they were sleep; then turns now and then.
STILL: tuple[Part, ...] = ((60, "up"), (480, "still"), (30, "up"))
#: In bed from 60 on; regular fidgets until 150.
FIDGETS: tuple[Part, ...] = ((60, "up"), (90, "fidgets"), (390, "asleep"), (30, "up"))
#: An hour of turning about in the middle of the night.
TURNING: tuple[Part, ...] = ((60, "up"), (200, "asleep"), (60, "up"), (220, "asleep"), (30, "up"))
#: The same hour full of regular fidgets, which may have been kicks.
DOUBTFUL: tuple[Part, ...] = ((60, "up"), (200, "asleep"), (60, "fidgets"), (220, "asleep"), (30, "up"))


def half_minutes_of(parts: tuple[Part, ...], seed: int = 0) -> HalfMinutes:
    rng = np.random.default_rng(seed)
    moves, turns = (
        np.concatenate([np.full(round(minutes * 2), _KINDS[kind][i]) for minutes, kind in parts]) for i in (0, 1)
    )
    return HalfMinutes(
        start_us=EVENING_US,
        is_known=np.ones(len(moves), bool),
        n_movements=np.minimum(rng.poisson(moves), 3).astype(np.uint8),
        turn_deg=np.where(rng.random(len(turns)) < turns, 40.0, 0.0),
        in_motion=np.zeros(len(moves), np.uint8),
        n_tilted=np.zeros(len(moves), np.uint8),
    )


def diary(off_min: float = 60, up_min: float = 540, **said: float | None) -> Diary:
    fell = said.pop("fell_asleep_min", None)
    awakenings = said.pop("n_awakenings", None)
    return Diary(
        EVENING_US + round(off_min * MINUTE_US),
        EVENING_US + round(up_min * MINUTE_US),
        fell_asleep_us=None if fell is None else EVENING_US + round(fell * MINUTE_US),
        n_awakenings=None if awakenings is None else int(awakenings),
        **said,
    )


def slept(
    parts: tuple[Part, ...],
    said: Diary | None = None,
    stages: tuple[StageSpan, ...] = (),
    windows: tuple[SleepWindow, ...] = (),
    seed: int = 0,
) -> SleepEstimate:
    seen = half_minutes_of(parts, seed)
    turning = Epochs(EVENING_US, 5_000_000, np.repeat(seen.turn_deg, 6))
    return estimate_sleep(turning, stages=stages, windows=windows, diary=said, criteria=CRITERIA, seen=seen)


def possible(sleep: SleepEstimate) -> PossibleNights:
    assert sleep.possible is not None
    return sleep.possible


def onset_min(sleep: SleepEstimate) -> tuple[float, float]:
    """95 % interval, minutes of the recording."""
    low, high = possible(sleep).onset_us()
    return (low - EVENING_US) / MINUTE_US, (high - EVENING_US) / MINUTE_US


def width(interval: tuple[float, float]) -> float:
    return interval[1] - interval[0]


# Lights off and getting up -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("parts", [PLAIN, STILL, FIDGETS, DOUBTFUL])
@pytest.mark.parametrize("seed", range(3))
def test_lights_off_and_getting_up_alone_say_nothing_of_when_sleep_began(parts: tuple[Part, ...], seed: int) -> None:
    plain, told = slept(parts, seed=seed), slept(parts, diary(), seed=seed)
    (low, high), (told_low, told_high) = onset_min(plain), onset_min(told)
    assert told_low < max(low, 60) + 2
    assert told_high > high - 2


def test_who_lies_still_with_the_light_off_may_lie_awake() -> None:
    """A leg that turns now and then, in bed: reading, television, lying awake, or restless sleep."""
    seen = half_minutes_of(STILL)
    turn_deg = seen.turn_deg.copy()
    turn_deg[130:360:24] = 40.0  # every 12 min from 65 to 180 min
    seen = HalfMinutes(EVENING_US, seen.is_known, seen.n_movements, turn_deg, seen.in_motion, seen.n_tilted)
    turning = Epochs(EVENING_US, 5_000_000, np.repeat(turn_deg, 6))
    plain, told = (
        estimate_sleep(turning, stages=(), diary=said, criteria=CRITERIA, seen=seen) for said in (None, diary())
    )
    assert onset_min(told)[1] > 0.9 * onset_min(plain)[1]


def test_sleep_outside_the_time_in_bed_is_cut_off() -> None:
    sleep = slept(((60, "up"), (600, "asleep"), (30, "up")), diary(90, 600))
    assert sleep.in_bed_us == EVENING_US + 90 * MINUTE_US
    assert sleep.onset_us is not None
    assert sleep.wake_us is not None
    assert EVENING_US + 90 * MINUTE_US <= sleep.onset_us < sleep.wake_us <= EVENING_US + 600 * MINUTE_US


# Falling asleep ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("latency_min", [5.0, 30.0, 60.0, 90.0])
def test_of_a_still_evening_the_minutes_to_fall_asleep_decide(latency_min: float) -> None:
    low, high = onset_min(slept(STILL, diary(latency_min=latency_min)))
    assert low - 10 <= 60 + latency_min <= high + 10


def test_two_hours_awake_with_fidgets_like_kicks_are_believed() -> None:
    plain, told = slept(FIDGETS), slept(FIDGETS, diary(latency_min=90))
    assert width(onset_min(told)) < width(onset_min(plain))
    assert onset_min(told)[0] <= 150 <= onset_min(told)[1] + 5


def test_a_clock_and_the_minutes_since_lights_off_say_the_same() -> None:
    by_clock, by_minutes = slept(FIDGETS, diary(fell_asleep_min=140)), slept(FIDGETS, diary(latency_min=80))
    assert possible(by_clock) == possible(by_minutes)


@pytest.mark.parametrize("parts", [PLAIN, TURNING])
def test_minutes_to_fall_asleep_change_nothing_of_the_rest_of_the_night(parts: tuple[Part, ...]) -> None:
    plain, told = (possible(slept(parts, said)) for said in (diary(), diary(latency_min=5)))
    late = np.arange(len(plain.p_sleep)) > 2 * 180
    assert np.abs(plain.p_sleep - told.p_sleep)[late].mean() < 0.02


def test_nobody_who_walks_about_is_asleep_because_a_diary_says_so() -> None:
    walking: tuple[Part, ...] = ((180, "up"), (360, "asleep"), (30, "up"))
    sleep = slept(walking, diary(60, 540, latency_min=10))
    assert onset_min(sleep)[1] > 175
    assert (possible(sleep).p_sleep[150:350] < 0.5).all()


# Awakenings and minutes awake --------------------------------------------------------------------------------------


def test_an_hour_of_doubtful_fidgets_was_waking_if_the_diary_says_so_and_sleep_if_it_says_not() -> None:
    awake, asleep = (
        possible(slept(DOUBTFUL, diary(awake_min=said, n_awakenings=round(said / 60)))) for said in (60.0, 0.0)
    )
    hour = slice(2 * 265, 2 * 315)
    assert awake.p_sleep[hour].mean() < asleep.p_sleep[hour].mean() - 0.1
    assert awake.waso_min()[0] <= 60 <= awake.waso_min()[1]


def test_no_minute_awake_against_an_hour_of_turning_widens_what_is_stated() -> None:
    plain, told = possible(slept(TURNING, diary())), possible(slept(TURNING, diary(awake_min=0, n_awakenings=0)))
    assert told.waso_min()[0] <= plain.waso_min()[0] <= 60 <= told.waso_min()[1]
    assert width(told.waso_min()) >= 0.9 * width(plain.waso_min())


@pytest.mark.parametrize("parts", [PLAIN, STILL, TURNING])
def test_minutes_awake_that_no_sensor_saw_are_inside_what_is_stated(parts: tuple[Part, ...]) -> None:
    low, high = possible(slept(parts, diary(awake_min=75, n_awakenings=3))).waso_min()
    assert low <= 75 <= high


def test_short_awakenings_may_be_forgotten() -> None:
    """A diary without awakenings is as right as one that counts those of a minute or two."""
    parts = ((60.0, "up"), *((78.0, "asleep"), (2.0, "up")) * 5, (80.0, "asleep"), (30.0, "up"))
    told = possible(slept(parts, diary(awake_min=0, n_awakenings=0)))
    assert told.waso_min()[1] >= 10


@pytest.mark.parametrize("said", [{"awake_min": 60.0}, {"n_awakenings": 6}, {"latency_min": 45.0, "awake_min": 30.0}])
@pytest.mark.parametrize("parts", [PLAIN, DOUBTFUL, FIDGETS])
def test_the_chance_of_sleep_and_the_nights_that_could_have_been_say_the_same(
    parts: tuple[Part, ...], said: dict[str, float]
) -> None:
    night = possible(slept(parts, diary(**said)))
    inside = np.arange(len(night.p_sleep))[2 * 70 : 2 * 530]
    assert np.abs(night.paths.mean(axis=0) - night.p_sleep)[inside].max() < 0.2
    assert abs((night.paths.mean(axis=0) - night.p_sleep)[inside].mean()) < 0.05


# A diary that is wrong ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("off_min", [-60, 60])
def test_a_diary_of_another_hour_does_not_hide_when_sleep_began(off_min: float) -> None:
    low, high = onset_min(slept(PLAIN, diary(60 + off_min, 540 + off_min, latency_min=5, awake_min=5)))
    assert low - 10 <= 60 <= high + 10


@pytest.mark.parametrize("day_off", [-1, 1])
def test_a_diary_of_another_day_leaves_a_night_without_an_error(day_off: int) -> None:
    other = diary(60 + 1440 * day_off, 540 + 1440 * day_off, latency_min=20, awake_min=30, n_awakenings=2)
    sleep = slept(PLAIN, other)
    assert sleep.source in ("diary", "none")
    assert sleep.hours("sleep") == 0


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**16),
    latency_min=st.none() | st.floats(0, 480),
    awake_min=st.none() | st.floats(0, 480),
    n_awakenings=st.none() | st.integers(0, 60),
    off_min=st.integers(-600, 600),
)
def test_whatever_was_said_weights_of_nights_are_a_distribution_that_does_not_collapse(
    seed: int, latency_min: float | None, awake_min: float | None, n_awakenings: int | None, off_min: int
) -> None:
    rng = np.random.default_rng(seed)
    seen = half_minutes_of(((30, "up"), (120, "asleep"), (10, "up")))
    nights = np.repeat(rng.random((200, len(seen) // 20)) < 0.7, 20, axis=1)
    said = diary(off_min, off_min + 480, latency_min=latency_min, awake_min=awake_min, n_awakenings=n_awakenings)
    assume(remembers(said))
    weight = weights(seen, said, nights[:100], nights[100:], rng.normal(0, 20, 200))
    assert (weight >= 0).all()
    assert weight.sum() == pytest.approx(1)
    assert np.isfinite(leaning(seen, said, nights).of(nights)).all()
    share = np.bincount(picked(weight, 200), minlength=200) / 200
    assert np.abs(share - weight).max() <= 1 / 200 + 1e-9


def test_a_night_that_agrees_counts_more_than_one_that_does_not() -> None:
    seen = half_minutes_of(((60, "up"), (480, "asleep")))
    nights = np.zeros((200, len(seen)), bool)
    nights[::2, 2 * 60 :], nights[1::2, 2 * 150 :] = True, True
    weight = weights(seen, diary(latency_min=90), nights[:100], nights[100:], np.zeros(200))
    assert weight[1:100:2].sum() > 10 * weight[:100:2].sum()


# A watch -----------------------------------------------------------------------------------------------------------


def span(stage: SleepStage, start_min: float, end_min: float) -> StageSpan:
    return StageSpan(EVENING_US + round(start_min * MINUTE_US), EVENING_US + round(end_min * MINUTE_US), stage)


#: As a watch would score PLAIN and TURNING.
_STAGES = {
    PLAIN: (span("wake", 50, 62), span("light", 62, 300), span("rem", 300, 540), span("wake", 540, 550)),
    TURNING: (
        span("wake", 50, 62),
        span("light", 62, 260),
        span("wake", 260, 320),
        span("deep", 320, 540),
        span("wake", 540, 550),
    ),
}


@pytest.mark.parametrize("parts", [PLAIN, TURNING])
@pytest.mark.parametrize("seed", range(4))
def test_a_watch_that_agrees_with_the_leg_lies_inside_its_intervals(parts: tuple[Part, ...], seed: int) -> None:
    sleep = slept(parts, stages=_STAGES[parts], seed=seed)
    night = possible(sleep)
    assert sleep.source == "fit"
    assert onset_min(sleep)[0] - 5 <= 62 <= onset_min(sleep)[1] + 5
    assert night.tst_h()[0] <= sleep.hours("sleep") <= night.tst_h()[1]
    assert night.waso_min()[0] <= 60 * (parts == TURNING) <= night.waso_min()[1]


@pytest.mark.parametrize("seed", range(4))
def test_a_watchs_sleep_window_that_agrees_with_the_leg_lies_inside_its_intervals(seed: int) -> None:
    window = SleepWindow(EVENING_US + 65 * MINUTE_US, EVENING_US + 535 * MINUTE_US)
    sleep = slept(PLAIN, windows=(window,), seed=seed)
    night = possible(sleep)
    assert onset_min(sleep)[0] - 5 <= 65 <= onset_min(sleep)[1] + 5
    assert night.tst_h()[0] <= sleep.hours("sleep") <= night.tst_h()[1]


def test_a_watch_that_takes_fidgets_for_waking_is_heard() -> None:
    scored = (span("wake", 60, 150), span("light", 150, 540))
    plain, told = possible(slept(FIDGETS)), possible(slept(FIDGETS, stages=scored))
    early = slice(2 * 70, 2 * 140)
    assert told.p_sleep[early].mean() < plain.p_sleep[early].mean()
    assert told.p_sleep[early].mean() < 0.5
