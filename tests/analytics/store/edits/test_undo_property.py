"""Whatever was edited and judged: all of it taken back restores every state on the way, and redo returns there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.criteria import Criteria
from analytics.nights.edits.kinds import MEANINGS
from analytics.said import Review
from analytics.scoring.rulesets import DEFAULT_RULESET, ruleset_hash
from analytics.store import (
    Acted,
    Store,
    WantedEdit,
    frames,
    remember_rules,
    save_nights,
    write_edit,
    write_review,
)
from ingest.errors import UsageError
from tests.analytics.store.edits.back_and_forth import back_and_forth
from tests.analytics.store.making import EVENING, night, score, sha

#: Nothing here depends on the version of DuckDB beyond what other tests run on both.
pytestmark = pytest.mark.once

KEY = ("anna", EVENING)
AT_US = 1_800_000_000_000_000
S = 1_000_000
WHO = Acted(*KEY, "dr", AT_US)
PLAIN = night(*KEY, [sha("left")], n_events=6)
ONSETS_US = tuple(m.onset_us for m in PLAIN.movements)
SEEN = tuple(
    (f"SELECT * FROM {view} WHERE subject = ? AND night_date = ? ORDER BY ALL", KEY)
    for view in ("events_reviewed", "nights_reviewed", "night_flags")
)
Kind = Literal[
    "relabel", "delete", "move", "join", "split", "add", "bout", "sleep_onset", "wake", "dismiss", "exclude", "flag",
    "night",
]  # fmt: skip
#: What is done, to which movement, how many seconds from its onset, and the label where one is given.
Step = tuple[Kind, int, int, str]
STEPS = st.tuples(
    st.sampled_from(get_args(Kind)),
    st.integers(0, len(ONSETS_US) - 1),
    st.integers(-20, 20),
    st.sampled_from([*MEANINGS]),
)


@pytest.fixture(scope="module")
def synthetic(filled_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night of six movements that no signal stands behind, under rules that are known."""
    path = Path(shutil.copy(filled_database, tmp_path_factory.mktemp("undo") / "nights.duckdb"))
    criteria, store = Criteria(), Store(path)
    scored = replace(score(PLAIN.movements, ruleset=DEFAULT_RULESET.name), ruleset_hash=ruleset_hash(DEFAULT_RULESET))
    remember_rules(store, criteria, [DEFAULT_RULESET])
    save_nights(store, [replace(PLAIN, criteria_hash=criteria.hash(), scores=(scored,))])
    return path


def seen(store: Store) -> list[Any]:
    """All rows of the views; NULL is equal to NULL."""
    return [frame.rows() for frame in frames(store, *SEEN)]


def done(store: Store, step: Step) -> bool:
    """Do one step; whether it could be done."""
    kind, place, off_s, name = step
    onset_us = ONSETS_US[place]
    at_us = onset_us + off_s * S
    edit, said = WantedEdit(*KEY, "delete", "dr", AT_US), Review(*KEY, "dismiss", "dr", AT_US)
    span: dict[str, Any] = {"from_us": at_us, "to_us": at_us + 3 * S}
    about: dict[Kind, Callable[[], object]] = {
        "relabel": lambda: write_edit(store, replace(edit, kind="relabel", onsets_us=(onset_us,), name=name)),
        "delete": lambda: write_edit(store, replace(edit, onsets_us=(onset_us,))),
        "move": lambda: write_edit(store, replace(edit, kind="move", onsets_us=(onset_us,), **span)),
        "join": lambda: write_edit(store, replace(edit, kind="join", onsets_us=(onset_us, ONSETS_US[place - 1]))),
        "split": lambda: write_edit(
            store, replace(edit, kind="split", onsets_us=(onset_us,), from_us=onset_us + 5 * S // 4)
        ),
        "add": lambda: write_edit(store, replace(edit, kind="add", leg="left", **span)),
        "bout": lambda: write_edit(store, replace(edit, kind="bout", name="wake", **span)),
        "sleep_onset": lambda: write_edit(store, replace(edit, kind="sleep_onset", from_us=at_us)),
        "wake": lambda: write_edit(store, replace(edit, kind="wake", from_us=at_us)),
        "dismiss": lambda: write_review(store, replace(said, onset_us=onset_us)),
        "exclude": lambda: write_review(store, replace(said, verdict="exclude", start_us=at_us, end_us=at_us + 60 * S)),
        "flag": lambda: write_review(store, replace(said, flag="possible_plmd")),
        "night": lambda: write_review(store, replace(said, verdict="unsure" if off_s else "confirm")),
    }
    try:
        about[kind]()
    except UsageError:
        return False
    return True


def holds(path: Path, steps: list[Step]) -> None:
    store = Store(Path(shutil.copy(path, path.with_name("case.duckdb"))))
    states = [seen(store)]
    for step in steps:
        if done(store, step):
            states.append(seen(store))
    back_and_forth(store, WHO, states, seen)


HOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}


def test_every_kind_of_act_changes_what_is_seen_or_is_refused(synthetic: Path) -> None:
    store = Store(Path(shutil.copy(synthetic, synthetic.with_name("kinds.duckdb"))))
    before = seen(store)
    assert done(store, ("delete", 2, 0, ""))
    assert seen(store)[0] != before[0]
    assert done(store, ("flag", 0, 0, ""))
    assert seen(store)[2] != before[2]
    assert not done(store, ("add", 3, 0, ""))


def test_an_edit_and_a_verdict_undone_are_the_states_before_and_redone_the_state_after(synthetic: Path) -> None:
    holds(synthetic, [("move", 2, 4, ""), ("flag", 0, 0, "")])


@pytest.mark.slow
@settings(max_examples=25, **HOW)  # type: ignore[arg-type]
@given(steps=st.lists(STEPS, min_size=1, max_size=6))
def test_all_undone_is_every_state_before_and_all_redone_the_edited_one(synthetic: Path, steps: list[Step]) -> None:
    holds(synthetic, steps)
