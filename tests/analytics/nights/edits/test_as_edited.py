"""A night as edited is what loops over the edited list say, whatever was edited, under every rule set."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.criteria import Criteria
from analytics.model import Bout
from analytics.nights.edits.applying import apply_edits
from analytics.nights.edits.naming import judge_named, told
from analytics.scoring.rulesets import RULESETS
from analytics.sleep.estimate import SleepEstimate
from tests.analytics.nights.edits.sessions import Mark, Session, movements_of
from tests.analytics.scoring import brute_force

START_US = 1_773_176_400_000_000
H_MS = 3_600_000
#: Asleep but for an hour in the middle.
STAGES = ((0, H_MS, "W"), (H_MS, 4 * H_MS, "S"), (4 * H_MS, 5 * H_MS, "W"), (5 * H_MS, 8 * H_MS, "S"))
CRITERIA = Criteria()


def sleep() -> SleepEstimate:
    states = {"S": "sleep", "W": "wake"}
    bouts = tuple(Bout(START_US + a * 1000, START_US + b * 1000, states[s]) for a, b, s in STAGES)  # type: ignore[arg-type]
    return SleepEstimate("diary", START_US, START_US + H_MS * 1000, 10.0, START_US + 8 * H_MS * 1000, bouts)


def marks_of(seed: int) -> list[Mark]:
    onsets = range(20 * 60_000, 30_000_000, 21_000 + 400 * seed)
    return [Mark(on, on + 800 + 137 * (i % 19)) for i, on in enumerate(onsets)][:120]


def session(seed: int) -> Session:
    found = Session(marks_of(seed), START_US, seed)
    for _ in range(1 + seed % 25):
        found.step()
    return found


@pytest.mark.parametrize("seed", [*range(80), *(pytest.param(n, marks=pytest.mark.slow) for n in range(80, 200))])
def test_a_night_as_edited_is_what_loops_say_of_the_edited_list(seed: int) -> None:
    made = session(seed)
    movements = movements_of(marks_of(seed), START_US)
    left = apply_edits(movements, sleep(), made.edits)
    assert left.unfit == ()
    ordered = sorted(made.marks, key=lambda m: (m.on, m.off))
    assert [(m.onset_us, m.offset_us) for m in left.movements] == [
        (START_US + m.on * 1000, START_US + m.off * 1000) for m in ordered
    ]
    name, rules = [*RULESETS.items()][seed % len(RULESETS)]
    judged = judge_named(told(left, CRITERIA, ()), rules)
    marks = [
        brute_force.Mark("L", m.on, max(m.off, m.on + 500), i, may_be=m.may == "lm")
        for i, m in enumerate(ordered, start=1)
        if m.may != "nothing"
    ]
    wanted = brute_force.movements_of(brute_force.Night(marks, list(STAGES), [], []), rules)
    found = [e for e in judged.events if e.is_lm]
    zero = START_US // 1000
    assert [((e.onset_us // 1000) - zero, e.is_clm, e.is_plm, e.imi_s) for e in found] == [
        (m.on, m.clm, m.plm, None if m.imi is None else m.imi / 1000) for m in wanted
    ], name
    asleep = sum(m.plm and m.stage == "S" for m in wanted)
    assert judged.measures.n_plms == asleep
    assert judged.measures.plms_index == pytest.approx(asleep / 6.0, abs=1e-9)


def test_what_is_given_is_never_changed() -> None:
    made = session(7)
    movements = movements_of(marks_of(7), START_US)
    kept = [replace(m) for m in movements]
    apply_edits(movements, sleep(), made.edits)
    assert movements == kept
