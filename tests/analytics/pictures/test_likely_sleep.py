"""The strip of the probability of sleep: its steps, its words, and the table behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest

from analytics.pictures.likely_sleep import LOOKS, STEPS, Run, Step, by_hour, doubtful, in_words, runs_of
from analytics.sleep.possible import SURE, PossibleNights, possible_nights
from analytics.sleep.states import EPOCH_US
from analytics.words import LIKELY_SLEEP

#: 1970-01-01, 22:00.
START_US = 22 * 3_600_000_000


def known(chances: Sequence[float]) -> PossibleNights:
    found = possible_nights(START_US, np.array(chances), np.ones((1, len(chances)), np.bool_))
    assert found is not None
    return found


def steps(*chances: float) -> list[str]:
    return [run.step for run in runs_of(known(chances))]


@pytest.mark.parametrize(
    ("chance", "step"),
    [
        (0.0, "awake"),
        (0.1, "awake"),
        (0.101, "rather_awake"),
        (0.499, "rather_awake"),
        (0.5, "rather_asleep"),
        (0.899, "rather_asleep"),
        (0.9, "asleep"),
        (1.0, "asleep"),
        (np.nan, "unknown"),
    ],
)
def test_each_chance_has_one_step(chance: float, step: Step) -> None:
    assert steps(chance) == [step]


def test_every_step_has_words_a_look_and_the_borders_of_the_model() -> None:
    assert set(STEPS) == set(get_args(Step)) == set(LIKELY_SLEEP) == set(LOOKS)
    assert LIKELY_SLEEP["asleep"].startswith(f"{SURE:.0%}".replace("%", " %"))
    assert LIKELY_SLEEP["awake"].startswith(f"{1 - SURE:.0%}".replace("%", " %"))


def test_equal_neighbours_are_one_run_and_the_runs_are_without_holes() -> None:
    runs = runs_of(known([0.0, 0.05, 0.6, np.nan, np.nan, 0.95]))
    assert [run.step for run in runs] == ["awake", "rather_asleep", "unknown", "asleep"]
    assert runs[0] == Run(START_US, START_US + 2 * EPOCH_US, "awake")
    assert all(a.end_us == b.start_us for a, b in pairwise(runs))
    assert runs[-1].end_us == START_US + 6 * EPOCH_US


def test_what_is_dotted_lasts_as_long_as_the_model_doubts() -> None:
    night = known(np.random.default_rng(3).uniform(0, 1, 900).tolist())
    dotted_h = sum(end - start for start, end in doubtful(runs_of(night))) / 3.6e9
    assert dotted_h == pytest.approx(night.doubt_h())


def test_doubt_is_said_with_the_times_of_its_longest_stretches() -> None:
    chances = [0.0] * 20 + [0.3] * 10 + [0.7] * 10 + [1.0] * 100 + [0.5] * 2 + [1.0] * 10
    assert in_words(runs_of(known(chances)), UTC) == "Sleep is in doubt: 22:10 to 22:20 and 1 shorter stretch."
    assert in_words(runs_of(known([0.0, 0.3, 1.0])), UTC) == "Sleep is in doubt: 1 short stretch."
    assert in_words(runs_of(known([0.0, 1.0])), UTC) == "Sleep is nowhere in doubt."


def test_the_table_has_the_minutes_of_each_clock_hour() -> None:
    runs = runs_of(known([0.0] * 60 + [1.0] * 60 + [np.nan] * 60))
    caption, head, rows = by_hour(runs, START_US, START_US + 180 * EPOCH_US, UTC)
    assert caption == "Probability of sleep, minutes of each clock hour"
    assert head == ("from", *(LIKELY_SLEEP[step] for step in STEPS))
    assert rows == [("22:00", "30", "0", "0", "30", "0"), ("23:00", "0", "0", "0", "0", "30")]
