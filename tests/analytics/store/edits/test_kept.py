"""Nights kept between edits: never one that another analysis has replaced, and no more of them than said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from analytics.model import Night
from analytics.said import Review
from analytics.store import Store, save_nights, set_default_ruleset, write_review
from analytics.store.edits import kept as kept_nights
from analytics.store.edits.kept import MOST_KEPT, kept_night, night_under, reviewing
from analytics.store.nights import load_night
from analytics.store.read import NightKey
from tests.analytics.store.making import EVENING, execute

Reads = list[NightKey]
KEY = ("anna", EVENING)

#: Nothing here depends on the version of DuckDB beyond what other tests run on both.
pytestmark = pytest.mark.once


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    """Nights that were read from the database."""
    found: Reads = []

    def counted(store: Store, key: NightKey, *, rulesets: frozenset[str] | None) -> Night | None:
        found.append(key)
        return load_night(store, key, rulesets=rulesets)

    monkeypatch.setattr(kept_nights, "load_night", counted)
    monkeypatch.setattr(kept_nights, "_kept", type(kept_nights._kept)())
    return found


def asked(store: Store, key: NightKey = KEY) -> Night | None:
    with reviewing(store) as con:
        return kept_night(store, con, key)


def test_a_night_is_read_once_for_several_edits(filled: Store, reads: Reads) -> None:
    first = asked(filled)
    assert first is not None
    assert asked(filled) is first
    assert asked(filled) is first
    assert reads == [KEY]


def test_a_night_is_read_again_after_another_analysis_or_any_other_change(filled: Store, reads: Reads) -> None:
    first = asked(filled)
    assert first is not None
    save_nights(filled, [replace(first, tier="D")])
    again = asked(filled)
    assert again is not None
    assert (first.tier, again.tier) == ("A", "D")
    set_default_ruleset(filled, "aasm")
    asked(filled)
    assert len(reads) == 3


def test_a_night_that_a_page_shows_is_read_once_for_it_and_its_verdicts(filled: Store, reads: Reads) -> None:
    first = night_under(filled, KEY, "wasm2016")
    assert first is not None
    assert [score.ruleset for score in first.scores] == ["wasm2016"]
    write_review(filled, Review(*KEY, "confirm", "me", 1, flag="possible_plmd"))
    assert night_under(filled, KEY, "wasm2016") is first
    assert len(reads) == 1  # a verdict on a flag needs no movement
    write_review(filled, Review(*KEY, "dismiss", "me", 2, onset_us=first.scores[0].events[0].onset_us))
    assert len(reads) == 2
    aasm = night_under(filled, KEY, "aasm")
    assert aasm is not None
    assert [score.ruleset for score in aasm.scores] == ["aasm"]


def test_an_edit_that_fails_changes_nothing_of_what_is_kept(filled: Store, reads: Reads) -> None:
    asked(filled)
    with pytest.raises(ZeroDivisionError), reviewing(filled):
        raise ZeroDivisionError
    asked(filled)
    assert len(reads) == 1


def test_a_database_that_does_not_say_what_changed_last_has_its_nights_read(filled: Store, reads: Reads) -> None:
    asked(filled)
    execute(filled, "DELETE FROM setting WHERE name = 'change'")
    asked(filled)
    assert len(reads) == 2
    asked(filled)  # since the last one it says so
    asked(filled)
    assert len(reads) == 3


def test_what_is_not_there_is_not_kept_and_few_nights_are(filled: Store, reads: Reads) -> None:
    night = asked(filled)
    assert night is not None
    assert asked(filled, ("anna", EVENING + timedelta(days=500))) is None
    for place in range(2 * MOST_KEPT):
        kept_nights._kept[str(place), KEY, None] = "a change", night
    asked(filled)
    assert len(kept_nights._kept) == MOST_KEPT
