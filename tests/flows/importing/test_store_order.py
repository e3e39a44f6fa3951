"""Inputs worked on at once are stored in their order."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from flows.importing.store_order import Turns
from ingest.errors import StoreError

NIGHT, NEXT = ("me", date(2026, 3, 2)), ("me", date(2026, 3, 3))


def test_a_turn_comes_when_every_earlier_one_is_over_whatever_the_order_they_end_in() -> None:
    turns = Turns()
    first, second, third = turns.take(), turns.take(), turns.take()
    came: list[str] = []

    def wait() -> None:
        third.wait()
        came.append("third")

    waiting = threading.Thread(target=wait)
    waiting.start()
    with second:
        assert not second.is_first()
    assert not came
    with first:
        assert first.is_first()
        first.wait()
        came.append("first")
    waiting.join(10)
    assert came == ["first", "third"]


def test_nights_are_contested_by_earlier_inputs_only_and_only_until_these_are_done_with() -> None:
    turns = Turns()
    first, second = turns.take(), turns.take()
    assert second.contested([NIGHT]) == frozenset()
    assert first.contested([NIGHT, NEXT]) == frozenset()
    assert second.contested([NIGHT]) == {NIGHT}
    with first:
        pass
    assert second.contested([NIGHT]) == frozenset()


def test_what_one_turn_has_stored_the_others_know() -> None:
    turns = Turns()
    first, second = turns.take(), turns.take()
    first.note_stored("a")
    assert second.has_stored("a")
    assert not second.has_stored("b")


def test_a_run_that_ends_lets_nobody_wait_for_ever() -> None:
    turns = Turns()
    turns.take()
    second = turns.take()
    errors: list[StoreError] = []

    def wait() -> None:
        try:
            second.wait()
        except StoreError as error:
            errors.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    turns.stop()
    waiting.join(10)
    assert len(errors) == 1
    with pytest.raises(StoreError, match="has ended"):
        second.wait()
