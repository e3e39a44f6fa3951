"""The sample story: its journal ships as it is made, and tells the finding that it was made to tell."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from analytics.journal.marked import marked_changes
from analytics.journal.planned import noted_of_file
from analytics.journal.rows import Noted
from analytics.simulate.story import CHANGE_WORDS, CHANGED, FIRST, N_DAYS, SUBJECT, story_days
from analytics.triggers.deciding import triggers_of
from analytics.triggers.factors import factors_of
from analytics.triggers.marked_rows import marked_rows
from analytics.triggers.outcomes import NightOutcome, Outcomes
from analytics.triggers.sentences import TRIGGERS_CAVEAT, row_words
from sample_data.make import write_journal
from tests.paths import ROOT

JOURNAL = ROOT / "sample_data" / "journal.csv"


@pytest.fixture(scope="module")
def noted() -> Noted:
    return noted_of_file(JOURNAL.read_bytes(), JOURNAL.name, "me")


def _felt(noted: Noted) -> Outcomes:
    felt = [NightOutcome(e.day, e.value) for e in noted.entries if e.kind == "jerk_felt" and e.value is not None]
    return {"jerks_felt": felt}


def test_the_journal_that_ships_is_the_one_that_is_made(tmp_path: Path) -> None:
    assert write_journal(tmp_path).read_bytes() == JOURNAL.read_bytes()


def test_all_of_it_is_read_and_days_are_missing_as_in_life(noted: Noted) -> None:
    assert noted.problems == ()
    assert {entry.subject for entry in noted.entries} == {SUBJECT}
    days = {entry.day for entry in noted.entries}
    assert N_DAYS * 2 // 3 < len(days) < N_DAYS
    assert {day.weekday() for day in days} == set(range(7))


def test_jerks_fall_from_nearly_every_night_to_one_or_two_a_week() -> None:
    days = story_days()
    before = [one.n_jerks > 0 for one in days if one.day < CHANGED]
    last_two_weeks = [one.n_jerks > 0 for one in days if one.day >= FIRST + timedelta(days=N_DAYS - 14)]
    assert sum(before) / len(before) > 0.85
    assert 2 <= sum(last_two_weeks) <= 4
    assert sum(one.is_recorded for one in days if one.day < CHANGED) >= 5
    assert sum(one.is_recorded for one in days if one.day >= CHANGED) >= 5


def test_late_coffee_goes_with_the_worse_nights_and_is_told_as_an_association(noted: Noted) -> None:
    rows = triggers_of(factors_of(noted.entries), _felt(noted))
    coffee = next(row for row in rows if row.factor == "last_caffeine_at" and row.lag_days == 0)
    assert coffee.state in ("holds_up", "leans")
    assert coffee.found is not None
    assert coffee.found.low > 1
    assert row_words(coffee).startswith("On nights after last caffeine later than ")
    assert "does not say that one brings the other" in TRIGGERS_CAVEAT


def test_after_the_marked_change_jerks_are_fewer_and_what_else_changed_is_named(noted: Noted) -> None:
    (row,) = marked_rows(_felt(noted), factors_of(noted.entries), marked_changes(noted.entries))
    assert (row.change.day, row.change.words) == (CHANGED, CHANGE_WORDS)
    (effect,) = row.effects
    assert effect.found is not None
    assert effect.found.high < 1
    assert {"magnesium_mg", "last_caffeine_at"} <= {other.factor for other in row.also}
