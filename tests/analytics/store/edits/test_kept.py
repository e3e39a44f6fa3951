"""Nights kept between edits: never one that another analysis has replaced, and no more of them than said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from analytics.model import Night
from analytics.store import Store, save_nights, set_default_ruleset
from analytics.store.edits import kept as kept_nights
from analytics.store.edits.kept import MOST_KEPT, kept_night, reviewing
from analytics.store.nights import load_night
from tests.analytics.store.making import EVENING, execute

KEY = ("anna", EVENING)

#: Nothing here depends on the version of DuckDB beyond what other tests run on both.
pytestmark = pytest.mark.once


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Nights that were read from the database."""
    found: list[object] = []

    def counted(store: Store, key: tuple[str, object]) -> Night | None:
        found.append(key)
        return load_night(store, key)  # type: ignore[arg-type]

    monkeypatch.setattr(kept_nights, "load_night", counted)
    monkeypatch.setattr(kept_nights, "_kept", type(kept_nights._kept)())
    return found


def asked(store: Store, key: tuple[str, object] = KEY) -> Night | None:
    with reviewing(store) as con:
        return kept_night(store, con, key)  # type: ignore[arg-type]


def test_a_night_is_read_once_for_several_edits(filled: Store, reads: list[object]) -> None:
    first = asked(filled)
    assert first is not None
    assert asked(filled) is first
    assert asked(filled) is first
    assert reads == [KEY]


def test_a_night_is_read_again_after_another_analysis_or_any_other_change(filled: Store, reads: list[object]) -> None:
    first = asked(filled)
    assert first is not None
    save_nights(filled, [replace(first, tier="D")])
    again = asked(filled)
    assert again is not None
    assert (first.tier, again.tier) == ("A", "D")
    set_default_ruleset(filled, "aasm")
    asked(filled)
    assert len(reads) == 3


def test_an_edit_that_fails_changes_nothing_of_what_is_kept(filled: Store, reads: list[object]) -> None:
    asked(filled)
    with pytest.raises(ZeroDivisionError), reviewing(filled):
        raise ZeroDivisionError
    asked(filled)
    assert len(reads) == 1


def test_a_database_that_does_not_say_what_changed_last_has_its_nights_read(filled: Store, reads: list[object]) -> None:
    asked(filled)
    execute(filled, "DELETE FROM setting WHERE name = 'change'")
    asked(filled)
    assert len(reads) == 2
    asked(filled)  # since the last one it says so
    asked(filled)
    assert len(reads) == 3


def test_what_is_not_there_is_not_kept_and_few_nights_are(filled: Store, reads: list[object]) -> None:
    night = asked(filled)
    assert night is not None
    assert asked(filled, ("anna", EVENING + timedelta(days=500))) is None
    for place in range(2 * MOST_KEPT):
        kept_nights._kept[str(place), KEY] = "a change", night
    asked(filled)
    assert len(kept_nights._kept) == MOST_KEPT
