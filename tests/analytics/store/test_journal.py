"""The journal in the store: what is noted now, and every change of it."""

from __future__ import annotations

from datetime import date

from analytics.said import JournalEntry
from analytics.store import Store, changes_of, journal_of, save_day, whole_journal, write_journal

DAY = date(2026, 3, 2)


def said(kind: str, value: float | None = None, text: str | None = None) -> JournalEntry:
    return JournalEntry("me", DAY, kind, value, text)


def kept(store: Store) -> list[tuple[int, str, float | None, str | None, str]]:
    found = changes_of(store, "me", DAY)
    return [(c.save_no, c.entry.kind, c.entry.value, c.entry.text, c.noted_by) for c in found]


def test_every_change_is_kept_and_what_did_not_change_is_none(store: Store) -> None:
    write_journal(store, [said("stress", 3), said("note", text="late")])
    write_journal(store, [said("stress", 3), said("note", text="late")])
    write_journal(store, [said("stress", 5), said("note")])
    assert kept(store) == [
        (1, "note", None, "late", "import"),
        (1, "stress", 3.0, None, "import"),
        (2, "note", None, None, "import"),
        (2, "stress", 5.0, None, "import"),
    ]
    assert journal_of(store, "me", DAY) == (said("stress", 5.0),)
    assert whole_journal(store) == (said("stress", 5.0),)
    assert all(change.noted_at_us is not None for change in changes_of(store, "me", DAY))


def test_the_later_of_two_saves_holds_and_is_told_what_changed_meanwhile(store: Store) -> None:
    assert save_day(store, [said("stress", 3)], seen=0) == ()
    assert save_day(store, [said("stress", 4), said("water_l", 2)], seen=1) == ()
    meanwhile = save_day(store, [said("stress", 7)], seen=1)
    assert [(c.save_no, c.entry) for c in meanwhile] == [(2, said("stress", 4.0)), (2, said("water_l", 2.0))]
    assert [entry.value for entry in journal_of(store, "me", DAY)] == [7.0, 2.0]
    assert [row[2] for row in kept(store) if row[1] == "stress"] == [3.0, 4.0, 7.0]


def test_another_day_and_person_have_saves_of_their_own(store: Store) -> None:
    write_journal(store, [said("stress", 3), JournalEntry("Eva", DAY, "stress", 4)])
    write_journal(store, [JournalEntry("Eva", DAY, "stress", 5)])
    assert [row[0] for row in kept(store)] == [1]
    assert [change.save_no for change in changes_of(store, "Eva", DAY)] == [1, 2]
