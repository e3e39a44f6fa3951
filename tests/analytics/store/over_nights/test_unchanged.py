"""What is kept until the database changes: by whichever writer, and not by bookkeeping."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from analytics.said import JournalEntry
from analytics.store import Store, initialise, write_journal
from analytics.store.database.connection import transaction
from analytics.store.over_nights.unchanged import MOST_UNCHANGED, Unchanged

DAY = date(2026, 3, 2)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "nights.duckdb")
    initialise(made)
    write_journal(made, [JournalEntry("me", DAY, "coffee", 1.0)])
    return made


class Asked:
    """Counts how often it was worked out."""

    def __init__(self) -> None:
        self.n = 0

    def __call__(self) -> int:
        self.n += 1
        return self.n


def test_an_answer_is_worked_out_once_until_something_changes(store: Store) -> None:
    kept, asked = Unchanged(), Asked()
    assert [kept.of(store, "nights", asked) for _ in range(3)] == [1, 1, 1]
    write_journal(store, [JournalEntry("me", DAY, "coffee", 2.0)])
    assert [kept.of(store, "nights", asked) for _ in range(2)] == [2, 2]
    with transaction(store, bookkeeping=True):
        pass
    assert kept.of(store, "nights", asked) == 2


def test_questions_are_kept_apart_and_the_oldest_goes(store: Store) -> None:
    kept, asked = Unchanged(), Asked()
    found = [kept.of(store, ("night", k), asked) for k in range(MOST_UNCHANGED + 1)]
    assert found == list(range(1, MOST_UNCHANGED + 2))
    assert kept.of(store, ("night", 1), asked) == 2
    assert kept.of(store, ("night", 0), asked) == MOST_UNCHANGED + 2


def test_a_failure_is_not_kept(store: Store) -> None:
    kept = Unchanged()
    with pytest.raises(ZeroDivisionError):
        kept.of(store, "nights", lambda: 1 // 0)
    assert kept.of(store, "nights", lambda: 1) == 1


def test_of_a_database_without_a_token_nothing_is_kept(store: Store) -> None:
    with transaction(store, bookkeeping=True) as con:
        con.execute("DELETE FROM setting WHERE name = 'change'")
    kept, asked = Unchanged(), Asked()
    assert [kept.of(store, "nights", asked) for _ in range(2)] == [1, 2]
