"""What became of the inputs of an import, for people: counts, a summary, a line an input."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Sequence

from flows.importing.outcomes import Outcome
from flows.terminal.talk import complain, say

#: A change from one leg to the other, as `flows.importing.declared.changes` writes it.
_SIDES = re.compile(r"side (left|right) -> (left|right)")
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


def tell(outcomes: Sequence[Outcome]) -> None:
    """Say what happened, on stderr: a line a new recording, what was changed, its warnings, an error."""
    for outcome in outcomes:
        if outcome.error is not None:
            complain(outcome.error)
        elif outcome.status == "imported":
            what = "corrected, for it was imported before:" if outcome.changes else "imported"
            say(f"{what} {outcome.path}: {_nights_in_words(outcome)}")
        for change in outcome.changes:
            say(f"  {outcome.path.name}: changed: {change}")
        if any(_SIDES.fullmatch(change) for change in outcome.changes):
            say(f"  {outcome.path.name}: {_ONE_LEG}")
        for warning in outcome.warnings:
            if warning == outcome.lost:
                complain(f"{outcome.path}: {warning}")
            else:
                say(f"  {outcome.path.name}: {warning}")


class Teller:
    """Tells of each file as soon as it is done, so that a long import is not silent, and of nothing twice.

    Parameters
    ----------
    is_verbose : bool
        Whether files that were imported before are named too, and how long each took.
    """

    def __init__(self, *, is_verbose: bool = False) -> None:
        self._is_verbose = is_verbose
        self._told: set[int] = set()
        self._last_s = time.monotonic()

    def hear(self, outcome: Outcome) -> None:
        """Tell of one that is done."""
        self._told.add(id(outcome))
        tell([outcome])
        if self._is_verbose:
            now_s = time.monotonic()
            took, self._last_s = now_s - self._last_s, now_s
            say(f"  {outcome.path}: {outcome.status}, {took:.1f} s")

    def tell_rest(self, outcomes: Sequence[Outcome]) -> None:
        """Tell of all that were not heard of."""
        rest = [outcome for outcome in outcomes if id(outcome) not in self._told]
        tell(rest)
        if self._is_verbose:
            for outcome in rest:
                say(f"  {outcome.path}: {outcome.status}")


def _nights_in_words(outcome: Outcome) -> str:
    if not outcome.nights:
        return "no night with movement beside it yet"
    first, last = outcome.nights[0], outcome.nights[-1]
    return f"night {first}" if first == last else f"{len(outcome.nights)} nights, {first} to {last}"
