"""What each edit does to movements and sleep, and that one which no longer fits changes nothing and is listed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.criteria import Criteria
from analytics.model import Bout, Envelope, Label, Movement
from analytics.nights.edits.applying import Edited, apply_edits
from analytics.nights.edits.kinds import MEANINGS, Edit, Part
from analytics.nights.edits.naming import judge_named, told
from analytics.scoring.rulesets import DEFAULT_RULESET
from analytics.sleep.estimate import NO_SLEEP, SleepEstimate
from analytics.sleep.possible import possible_nights
from tests.drawing import examples

S = 1_000_000
H = 3_600 * S
SLEEP = SleepEstimate(
    "diary", 0, H, 10.0, 8 * H, (Bout(0, H, "wake"), Bout(H, 4 * H, "sleep"), Bout(4 * H, 5 * H, "wake"),
                                 Bout(5 * H, 6 * H, "unknown"), Bout(6 * H, 8 * H, "sleep")),
)  # fmt: skip
#: Ten kicks half a minute apart from two hours on.
KICKS_S = [7_200 + 30 * i for i in range(10)]


def kick(number: int, at_s: float, lasts_s: float = 2, leg: Any = "left", recording: str = "a") -> Movement:
    on, off = round(at_s * S), round((at_s + lasts_s) * S)
    return Movement(number, recording, "ankle", leg, on, off, 0.1, 0.01, 0.4, 1.0, 1, "leg_movement")


KICKS = [kick(i, at_s) for i, at_s in enumerate(KICKS_S, start=1)]


def meant(*movements: Movement) -> tuple[Part, ...]:
    return tuple(Part(m.recording, m.onset_us, m.offset_us) for m in movements)


def edit(kind: Any, *about: tuple[Part, ...], at_s: float | None = None, to_s: float | None = None, **how: Any) -> Edit:
    at_us, to_us = (None if s is None else round(s * S) for s in (at_s, to_s))
    return Edit(kind, about, from_us=at_us, to_us=to_us, **how)


def edges_s(left: Edited) -> list[tuple[float, float]]:
    return [(m.onset_us / S, m.offset_us / S) for m in left.movements]


def test_every_label_of_the_contract_has_a_meaning() -> None:
    assert MEANINGS.keys() == {*get_args(Label), "not_a_leg_movement"}


@pytest.mark.parametrize(
    ("name", "n_plms", "n_lm", "shown"),
    [
        ("periodic", 10, 10, "periodic"),
        ("isolated", 10, 10, "periodic"),
        ("wake", 9, 10, "periodic"),
        ("large_movement", 9, 10, "large_movement"),
        ("posture_change", 9, 10, "posture_change"),
        ("rhythmic", 9, 10, "rhythmic"),
        ("hypnic_jerk", 9, 9, "hypnic_jerk"),
        ("not_a_leg_movement", 9, 9, None),
    ],
)
def test_a_label_says_what_a_movement_is_and_the_rules_what_follows(
    name: str, n_plms: int, n_lm: int, shown: str | None
) -> None:
    """The fifth of ten kicks: without it the interval is 60 s, which is still periodic."""
    left = apply_edits(KICKS, SLEEP, [edit("relabel", meant(KICKS[4]), name=name)])
    judged = judge_named(told(left, Criteria(), ()), DEFAULT_RULESET)
    ends_a_run = shown in ("large_movement", "posture_change", "rhythmic")
    assert judged.measures.n_lm == n_lm
    assert judged.measures.n_plms == n_plms
    assert judged.measures.n_series == (2 if ends_a_run else 1)
    assert [e.label for e in judged.events if e.onset_us == KICKS[4].onset_us] == ([shown] if shown else [])
    assert [e.movement_no for e in judged.events] == list(range(1, len(judged.events) + 1))


def test_a_movement_of_both_legs_is_deleted_with_every_part() -> None:
    other = kick(99, KICKS_S[3] + 0.3, leg="right", recording="b")
    left = apply_edits([*KICKS, other], SLEEP, [edit("delete", meant(KICKS[3], other))])
    assert len(left.movements) == 9


def test_moving_sets_the_edges_of_the_parts_that_hold_them() -> None:
    first, other = kick(1, 100, 2), kick(2, 101, 3, leg="right", recording="b")
    left = apply_edits([first, other], SLEEP, [edit("move", meant(first, other), at_s=99, to_s=103)])
    assert edges_s(left) == [(99, 102), (101, 103)]


def test_what_was_joined_is_one_movement_on_every_leg_that_took_part() -> None:
    left = apply_edits(KICKS, SLEEP, [edit("join", meant(KICKS[0]), meant(KICKS[1]))])
    assert edges_s(left)[0] == (7_200, 7_232)
    assert len(left.movements) == 9
    other = kick(99, 7_203, leg="right", recording="b")
    both = apply_edits([KICKS[0], other], SLEEP, [edit("join", meant(KICKS[0]), meant(other))])
    (event,) = judge_named(told(both, Criteria(), ()), DEFAULT_RULESET).events
    assert (event.leg, event.onset_us, event.offset_us) == ("both", 7_200 * S, 7_205 * S)


def test_the_pieces_of_a_split_are_two_movements_by_every_rule() -> None:
    left = apply_edits([kick(1, 100, 12)], SLEEP, [edit("split", meant(kick(1, 100, 12)), at_s=105)])
    assert edges_s(left) == [(100, 104.75), (105.25, 112)]
    assert len(judge_named(told(left, Criteria(), ()), DEFAULT_RULESET).events) == 2


def test_an_added_movement_is_as_large_as_the_sensor_saw_it() -> None:
    envelope = Envelope("a", "ankle", "left", 0, 1.0, np.arange(8_000, dtype=np.float32))
    added = edit("add", at_s=7_000, to_s=7_002, leg="left", site="ankle")
    assert apply_edits(KICKS, SLEEP, [added], [envelope]).movements[0].peak_g == pytest.approx(7.001)
    unseen = apply_edits(KICKS, SLEEP, [added])
    assert np.isnan(unseen.movements[0].peak_g)
    measures = judge_named(told(unseen, Criteria(), ()), DEFAULT_RULESET).measures
    assert measures.n_lm == 11
    only = apply_edits([], SLEEP, [edit("add", at_s=t, to_s=t + 2, leg="left", site="ankle") for t in KICKS_S])
    judged = judge_named(told(only, Criteria(), ()), DEFAULT_RULESET)
    assert (judged.measures.n_plms, judged.measures.median_peak_mg) == (10, None)
    assert {e.confidence for e in judged.events} == {1.0}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (edit("delete", meant(kick(1, 50))), "no movement lies there any more"),
        (edit("relabel", meant(kick(1, 50)), name="wake"), "no movement lies there any more"),
        (edit("relabel", meant(KICKS[0]), name="dance"), "'dance' is no label"),
        (edit("move", meant(replace(KICKS[0], recording="b")), at_s=1, to_s=2), "no movement lies there any more"),
        (edit("join", meant(KICKS[0]), meant(kick(1, 50))), "no movement lies there any more"),
        (edit("join", meant(KICKS[0]), meant(KICKS[0])), "one movement already"),
        (edit("split", meant(KICKS[0]), at_s=7_200.2), "cannot be split there"),
        (edit("split", meant(KICKS[0]), at_s=9_000), "cannot be split there"),
        (edit("add", at_s=7_201, to_s=7_205, leg="left", site="ankle"), "a movement of that leg lies there"),
        (edit("sleep_onset", at_s=8 * 3_600), "falling asleep comes before waking"),
        (edit("wake", at_s=3_600), "waking comes after falling asleep"),
        (edit("in_bed", at_s=3_700), "going to bed comes before falling asleep"),
        (edit("bout", at_s=0, to_s=9 * 3_600, name="wake"), "no sleep would be left"),
        (edit("bout", at_s=9 * 3_600, to_s=10 * 3_600, name="wake"), "outside the time in bed"),
    ],
)
def test_what_does_not_fit_changes_nothing_and_says_why(wrong: Edit, why: str) -> None:
    left = apply_edits(KICKS, SLEEP, [wrong, edit("delete", meant(KICKS[9]))])
    ((place, words),) = left.unfit
    assert place == 0
    assert why in words
    assert left.movements == tuple(KICKS[:9])
    assert left.sleep == SLEEP


def test_a_night_without_a_sleep_period_takes_no_edit_of_it() -> None:
    ((_, words),) = apply_edits([], NO_SLEEP, [edit("wake", at_s=5)]).unfit
    assert "no sleep period" in words


def spans_h(sleep: SleepEstimate) -> list[tuple[float, float, str]]:
    return [(b.start_us / H, b.end_us / H, b.state[0]) for b in sleep.bouts]


@pytest.mark.parametrize(
    ("change", "bouts", "period"),
    [
        (edit("sleep_onset", at_s=1_800), [(0, 0.5, "w"), (0.5, 4, "s")], (0, 0.5, 8)),
        (edit("sleep_onset", at_s=7_200), [(0, 2, "w"), (2, 4, "s")], (0, 2, 8)),
        (edit("sleep_onset", at_s=4.5 * 3_600), [(0, 4.5, "w"), (4.5, 5, "s")], (0, 4.5, 8)),
        (edit("sleep_onset", at_s=-1_800), [(-0.5, 4, "s")], (-0.5, -0.5, 8)),
        (edit("in_bed", at_s=-3_600), [(-1, 1, "w"), (1, 4, "s")], (-1, 1, 8)),
        (edit("in_bed", at_s=1_800), [(0.5, 1, "w"), (1, 4, "s")], (0.5, 1, 8)),
        (edit("bout", at_s=3_600, to_s=7_200, name="wake"), [(0, 2, "w"), (2, 4, "s")], (0, 2, 8)),
        (edit("bout", at_s=7_200, to_s=9_000, name="wake"), [(0, 1, "w"), (1, 2, "s"), (2, 2.5, "w")], (0, 1, 8)),
        (edit("bout", at_s=1_800, to_s=3_600, name="sleep"), [(0, 0.5, "w"), (0.5, 4, "s")], (0, 0.5, 8)),
        (edit("wake", at_s=7 * 3_600), [(0, 1, "w"), (1, 4, "s")], (0, 1, 7)),
        (edit("wake", at_s=9 * 3_600), [(0, 1, "w"), (1, 4, "s")], (0, 1, 9)),
        (edit("bout", at_s=7 * 3_600, to_s=9 * 3_600, name="wake"), [(0, 1, "w"), (1, 4, "s")], (0, 1, 7)),
        (
            edit("bout", at_s=4 * 3_600, to_s=7 * 3_600, name="sleep"),
            [(0, 1, "w"), (1, 5, "s"), (5, 6, "u")],
            (0, 1, 8),
        ),
    ],
)
def test_sleep_is_as_it_was_set_and_what_was_not_recorded_stays_unknown(
    change: Edit, bouts: list[tuple[float, float, str]], period: tuple[float, float, float]
) -> None:
    left = apply_edits(KICKS, SLEEP, [change])
    assert left.unfit == ()
    assert spans_h(left.sleep)[: len(bouts)] == bouts
    found = left.sleep
    assert found.in_bed_us is not None
    assert found.onset_us is not None
    assert found.wake_us is not None
    assert (found.in_bed_us / H, found.onset_us / H, found.wake_us / H) == period
    assert found.bouts[-1].end_us == found.wake_us
    assert sum(b.end_us - b.start_us for b in found.bouts if b.state == "unknown") == (H if period[2] > 5 else 0)


def test_a_word_on_the_sleep_holds_in_every_night_that_could_have_been() -> None:
    n = 8 * 120
    paths = np.random.default_rng(1).random((50, n)) < 0.9
    unsure = replace(SLEEP, possible=possible_nights(0, np.full(n, 0.9), paths))
    found = apply_edits(KICKS, unsure, [edit("bout", at_s=2 * 3_600, to_s=3 * 3_600, name="wake")]).sleep
    assert found.possible is not None
    assert not found.possible.paths[:, 240:360].any()
    assert found.p_sleep_at(2 * H + H // 2) == 0.0
    assert found.p_sleep_at(3 * H + H // 2) == pytest.approx(0.9)
    assert unsure.possible is not None
    assert unsure.possible.paths[:, 240:360].any()


SLEEP_EDITS = st.one_of(
    st.tuples(st.sampled_from(["sleep_onset", "wake", "in_bed"]), st.integers(-3_600, 34_000)).map(
        lambda c: edit(c[0], at_s=c[1])
    ),
    st.tuples(st.integers(-3_600, 34_000), st.integers(1, 9_000), st.sampled_from(["sleep", "wake"])).map(
        lambda c: edit("bout", at_s=c[0], to_s=c[0] + c[1], name=c[2])
    ),
)


@given(st.lists(SLEEP_EDITS, max_size=8))
@settings(max_examples=examples(120), deadline=None)
def test_whatever_is_set_bouts_stay_in_order_without_holes_from_bed_to_waking(edits: list[Edit]) -> None:
    found = apply_edits([], SLEEP, edits).sleep
    assert all(a.end_us == b.start_us and a.state != b.state for a, b in pairwise(found.bouts))
    assert found.in_bed_us is not None
    assert found.onset_us is not None
    assert found.wake_us is not None
    assert found.in_bed_us <= found.onset_us < found.wake_us
    assert (found.bouts[0].start_us, found.bouts[-1].end_us) == (found.in_bed_us, found.wake_us)
    assert found.state_at(found.onset_us) != "wake"
    assert found.hours("sleep") > 0
