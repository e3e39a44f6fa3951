"""What is said of a row, in plain sentences: association, never cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from analytics.journal.marked import MarkedChange
from analytics.triggers.before_after import AlsoChanged, BeforeAfter
from analytics.triggers.deciding import TriggerRow, TriggerState
from analytics.triggers.factors import LEAST_NIGHTS
from analytics.triggers.marked_rows import ChangeRow
from analytics.triggers.names import OUTCOME_WORDS

STATE_WORDS: Mapping[TriggerState, str] = {
    "holds_up": "holds up",
    "leans": "leans",
    "open": "open",
    "too_few_nights": "too few nights",
    "nothing_to_compare": "nothing to compare",
}
TRIGGERS_CAVEAT = (
    "These go together in one person's nights; that does not say that one brings the other. The effect of a change "
    "shows when only one thing changes at a time. None of this is a diagnosis."
)
LEANS_ALONE = "Taken alone it stands out; of so many things compared, one may by chance."
NEVER_ON_ONE_SIDE = "It never occurred on one side, so that no ratio can be given."


def row_words(row: TriggerRow) -> str:
    """What one row says, in sentences."""
    return " ".join([*_answer(row), *_beside(row)])


def _answer(row: TriggerRow) -> list[str]:
    if row.state == "nothing_to_compare":
        return ["Nothing to compare: all nights are on one side, or it never occurred."]
    n = row.more_nights
    more = [] if n is None else [f"It takes about {n} more night{'' if n == 1 else 's'} to see a doubling."]
    if row.found is None:
        few = f"Too few nights: {row.n_with} with, {row.n_without} without."
        never = [NEVER_ON_ONE_SIDE] if min(row.n_with, row.n_without) >= LEAST_NIGHTS else []
        return [few, *never, *more]
    span = f"likely {_number(row.found.low)} to {_number(row.found.high)}"
    when = f"On nights a day later than {row.words}" if row.lag_days else f"On nights after {row.words}"
    if row.state == "open":
        return [f"No clear difference ({_number(row.found.ratio)} times, {span}).", *more]
    said = f"{when} you had about {_number(row.found.ratio)} times the {OUTCOME_WORDS[row.outcome]} ({span})."
    return [said] if row.state == "holds_up" else [said, LEANS_ALONE, *more]


def _beside(row: TriggerRow) -> list[str]:
    return [
        f"Often the same day as {other.words} ({other.n_both} of {other.n_with}), so the two cannot be told apart."
        for other in row.beside
        if row.found is not None
    ]


def change_words(change: BeforeAfter, changed_on: date) -> str:
    """What one outcome did from a date on, in a sentence."""
    sides = f"{_nights(change.n_before)} before, {change.n_after} from {changed_on} on"
    words = OUTCOME_WORDS[change.outcome]
    if change.found is None:
        few = min(change.n_before, change.n_after) < LEAST_NIGHTS
        return f"{_capital(words)}: {'too few nights' if few else 'never on one side'} ({sides})."
    found = change.found
    span = f"likely {_number(found.low)} to {_number(found.high)}"
    clear = "" if found.low > 1 or found.high < 1 else "; no clear difference"
    return (
        f"{_capital(words)}: about {_number(found.ratio)} times what the trend before would have led to ({span}{clear};"
        f" {sides})."
    )


def also_words(other: AlsoChanged) -> str:
    """Of something that changed with it."""
    return (
        f"Also changed: {other.words}, on {other.n_with_before} of {other.n_before} days before and"
        f" {other.n_with_after} of {other.n_after} after, so the two cannot be told apart."
    )


def left_out_words(row: ChangeRow) -> str:
    """Which nights a marked change was not held against, and why; empty for none."""
    parts = []
    if row.n_left_out_before:
        parts.append(f"{_nights(row.n_left_out_before)} before an earlier change ({row.since})")
    if row.n_left_out_after:
        parts.append(f"{_nights(row.n_left_out_after)} from a later one on ({row.until})")
    return f"Left out: {', '.join(parts)}." if parts else ""


def within_words(others: Sequence[MarkedChange]) -> str:
    """Of other marked changes in the same nights; empty for none."""
    if not others:
        return ""
    which = "; ".join(f"{other.words}, from {other.day}" for other in others)
    count = "1 other change lies" if len(others) == 1 else f"{len(others)} other changes lie"
    return f"{count} within this span ({which}), so it cannot be told which of them did it."


def _nights(n: int) -> str:
    return f"{n} night{'' if n == 1 else 's'}"


def _number(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 0.995 else f"{ratio:.1f}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
