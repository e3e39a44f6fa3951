"""Which cells of the journal mark a change."""

from __future__ import annotations

from analytics.journal.marked import MarkedChange, marked_changes
from analytics.said import JournalEntry
from tests.analytics.triggers.diaries import day


def test_changes_are_told_by_date_and_other_columns_are_none() -> None:
    noted = [
        JournalEntry("me", day(9), "change", text=" magnesium "),
        JournalEntry("me", day(2), "change", text="no coffee after noon"),
        JournalEntry("me", day(3), "note", text="changed the bed"),
    ]
    assert marked_changes(noted) == (MarkedChange(day(2), "no coffee after noon"), MarkedChange(day(9), "magnesium"))


def test_a_number_is_a_change_by_that_name_and_nought_is_none() -> None:
    noted = [JournalEntry("me", day(1), "change", 2.0), JournalEntry("me", day(2), "change", 0.0)]
    assert marked_changes(noted) == (MarkedChange(day(1), "2"),)
