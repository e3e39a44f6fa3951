"""What became of the inputs of an import, for people: counts, a summary, a line an input."""

from __future__ import annotations

import re
import shlex
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from flows.importing.outcomes import Outcome
from flows.terminal.talk import complain, say

#: A change from one leg to the other, as `flows.importing.declared.changes` writes it.
_SIDES = re.compile(r"side (left|right) -> (left|right)")
#: In which warnings of one kind may differ.
_VALUES = re.compile(r'"[^"]*"|[0-9]+')
_ONE_LEG = (
    "one file is one sensor on one leg, and what was said last counts; a sensor on the other leg has a file of its own"
)


def counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How many inputs ended how; every status is there."""
    found = Counter(outcome.status for outcome in outcomes)
    return {status: found[status] for status in ("imported", "known", "refused", "failed")}


def summary(outcomes: Sequence[Outcome]) -> str:
    """The counts in words."""
    return ", ".join(f"{number} {status}" for status, number in counts(outcomes).items())


def tell(outcomes: Sequence[Outcome], database: Path | None = None) -> None:
    """Say what happened, on stderr: a line a new recording, what was changed, its warnings, an error.

    Parameters
    ----------
    database : Path or None
        Where all warnings can be read; None: that of the settings.
    """
    footnotes = Footnotes(database)
    for outcome in outcomes:
        _tell(outcome, footnotes)
    footnotes.tell_rest()


class Footnotes:
    """Warnings of imported recordings: the first of its kind in full; of the like of other files the number, at last.

    Alike are those that differ in numbers and in what is quoted alone. That something was lost is said of each file.

    Parameters
    ----------
    database : Path or None
        Where all of them can be read; None: that of the settings.
    folds : bool
        Whether the like is told by number; False: each in full.
    """

    def __init__(self, database: Path | None, *, folds: bool = True) -> None:
        self._database, self._folds = database, folds
        self._first: dict[str, str] = {}
        self._more: Counter[str] = Counter()

    def tell(self, outcome: Outcome) -> None:
        """Tell of one recording."""
        for warning in outcome.warnings:
            if warning == outcome.lost:
                complain(f"{outcome.path}: {warning}")
            elif self._is_first(outcome, warning):
                # Of files that were passed over, many have one name: each is named with its folder.
                name = outcome.path if outcome.status == "passed over" else outcome.path.name
                say(f"  {name}: {warning}")

    def tell_rest(self) -> None:
        """Tell how many more files have the like, and where all of that stands."""
        where = command_on(self._database, 'sql "select path, warnings from recordings"')
        for kind, n in self._more.items():
            say(f"  {n} more {'file has' if n == 1 else 'files have'} the like: {self._first[kind]} (all: {where})")
        self._more.clear()

    def _is_first(self, outcome: Outcome, warning: str) -> bool:
        if outcome.status != "imported" or not self._folds:
            return True
        kind = _VALUES.sub("", warning)
        if kind not in self._first:
            self._first[kind] = warning
            return True
        self._more[kind] += 1
        return False


class Teller:
    """Tells of each file as soon as it is done, so that a long import is not silent, and of nothing twice.

    Parameters
    ----------
    is_verbose : bool
        Whether files that were imported before are named too, how long each took, and every warning of each.
    database : Path or None
        As for `tell`.
    """

    def __init__(self, *, is_verbose: bool = False, database: Path | None = None) -> None:
        self._is_verbose = is_verbose
        self._footnotes = Footnotes(database, folds=not is_verbose)
        self._told: set[int] = set()
        self._last_s = time.monotonic()

    def hear(self, outcome: Outcome) -> None:
        """Tell of one that is done."""
        self._told.add(id(outcome))
        _tell(outcome, self._footnotes)
        if self._is_verbose:
            now_s = time.monotonic()
            took, self._last_s = now_s - self._last_s, now_s
            say(f"  {outcome.path}: {outcome.status}, {took:.1f} s")

    def tell_rest(self, outcomes: Sequence[Outcome]) -> None:
        """Tell of all that were not heard of, and of the like that several had."""
        for outcome in outcomes:
            if id(outcome) in self._told:
                continue
            _tell(outcome, self._footnotes)
            if self._is_verbose:
                say(f"  {outcome.path}: {outcome.status}")
        self._footnotes.tell_rest()


def command_on(database: Path | None, command: str) -> str:
    """A command to give, on a database; None: that of the settings."""
    return f"nightkick {command}{'' if database is None else f' --db {shlex.quote(str(database))}'}"


def _tell(outcome: Outcome, footnotes: Footnotes) -> None:
    if outcome.error is not None:
        complain(outcome.error)
    elif outcome.status == "imported":
        what = "corrected, for it was imported before:" if outcome.changes else "imported"
        say(f"{what} {outcome.path}: {_nights_in_words(outcome)}")
    for change in outcome.changes:
        say(f"  {outcome.path.name}: changed: {change}")
    if any(_SIDES.fullmatch(change) for change in outcome.changes):
        say(f"  {outcome.path.name}: {_ONE_LEG}")
    footnotes.tell(outcome)


def _nights_in_words(outcome: Outcome) -> str:
    if not outcome.nights:
        return "no night with movement beside it yet"
    first, last = outcome.nights[0], outcome.nights[-1]
    return f"night {first}" if first == last else f"{len(outcome.nights)} nights, {first} to {last}"
