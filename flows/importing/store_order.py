"""Inputs that are worked on at once are stored one by one, in the order of a run that does one after the other.

That is why any number of workers leaves the same database: of two copies the first is imported and the second known,
and a night of two recordings is analysed from the first and then from both, whichever of them was decoded sooner.
"""

from __future__ import annotations

import threading
from collections.abc import Collection

from analytics.store import NightKey
from ingest.errors import StoreError


class Turns:
    """The turns of one run. Leave it by `stop`: those that still wait for a turn then give up."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.underway: dict[int, frozenset[NightKey]] = {}
        self.stored: set[str] = set()
        self.is_over = False
        self._n_taken = 0

    def take(self) -> Turn:
        """The next turn. It counts from now on, so take them in order, and enter every one."""
        with self.changed:
            self._n_taken += 1
            self.underway[self._n_taken] = frozenset()
            return Turn(self, self._n_taken)

    def stop(self) -> None:
        """No turn comes any more."""
        with self.changed:
            self.is_over = True
            self.changed.notify_all()


class Turn:
    """When one input may be stored. Enter it round all that is done with the input."""

    def __init__(self, turns: Turns, number: int) -> None:
        self._turns, self._number = turns, number

    def __enter__(self) -> Turn:
        return self

    def __exit__(self, *_error: object) -> None:
        with self._turns.changed:
            self._turns.underway.pop(self._number, None)
            self._turns.changed.notify_all()

    def is_first(self) -> bool:
        """Whether every earlier input is done with."""
        with self._turns.changed:
            return not any(self._earlier())

    def contested(self, keys: Collection[NightKey]) -> frozenset[NightKey]:
        """Note which nights the input touches; returns those that an earlier one is known to change before."""
        with self._turns.changed:
            self._turns.underway[self._number] = frozenset(keys)
            theirs = (self._turns.underway[number] for number in self._earlier())
            return frozenset(keys).intersection(frozenset[NightKey]().union(*theirs))

    def wait(self) -> None:
        """Wait until every earlier input is done with.

        Raises
        ------
        StoreError
            The run was ended meanwhile.
        """
        with self._turns.changed:
            self._turns.changed.wait_for(lambda: self._turns.is_over or not any(self._earlier()))
            if self._turns.is_over:
                raise StoreError("the run has ended", hint="start it again")

    def note_stored(self, sha256: str) -> None:
        """A recording is in the database now."""
        with self._turns.changed:
            self._turns.stored.add(sha256)

    def has_stored(self, sha256: str) -> bool:
        """Whether this run has stored the recording already."""
        with self._turns.changed:
            return sha256 in self._turns.stored

    def _earlier(self) -> list[int]:
        return [number for number in self._turns.underway if number < self._number]
