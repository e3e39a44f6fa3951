"""Two ranges of nights in words: what each holds, the one against the other, and which changes lie between.

The mean index, its interval and the share above the threshold are those of ``patterns``; jerks are counted as in
``triggers``. Under `LEAST_NIGHTS` nights there are dots and no statistics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from analytics.journal.marked import MarkedChange, marked_changes
from analytics.nights.patterns import NightFacts, Pattern
from analytics.phrases import counted
from analytics.review.over_nights.told import told_diaries
from analytics.review.page import Page
from analytics.store.over_nights.diaries import PersonDiary
from analytics.store.over_nights.findings import people_over_nights
from analytics.triggers.factors import LEAST_NIGHTS
from analytics.triggers.model import RateRatio
from analytics.triggers.names import OutcomeName
from analytics.triggers.outcomes import NightOutcome
from analytics.triggers.ranges import MOST_IN_A_RANGE, mean_a_night, times_as_many
from analytics.words import NOT_KNOWN
from ingest.errors import UsageError

Span = tuple[date, date]
_COUNTS: tuple[OutcomeName, OutcomeName] = ("hypnic_jerks", "plms_index")
_TOO_FEW = "too few nights ({n})"


@dataclass(frozen=True, slots=True)
class _Range:
    span: Span
    facts: Sequence[NightFacts]
    kicks: Pattern
    diary: PersonDiary

    def told(self, name: OutcomeName) -> list[NightOutcome]:
        first, last = self.span
        return [night for night in self.diary.outcomes[name] if first <= night.night_date <= last]


def ranges_payload(page: Page, subject: str, first: Span, second: Span | None) -> dict[str, Any]:
    """The statistics of a range, and of another beside it.

    Parameters
    ----------
    first, second : (date, date)
        First and last evening of each, both included; None: only one range.

    Raises
    ------
    UsageError
        A range ends before it begins.
    StoreError
    """
    found = told_diaries(page, subject)
    if not subject or not found:
        raise UsageError("there are no nights of that person", hint="nightkick nights lists whose there are")
    a = _range(page, found[0], first)
    b = None if second is None else _range(page, found[0], second)
    return {
        "head": ["A", *([] if b is None else ["B", "B against A (95 %)"])],
        "rows": _rows(a, b),
        "says": _says(a, b, marked_changes(found[0].journal)),
        "dots": [dots for letter, one in (("A", a), ("B", b)) if one is not None for dots in _dots(letter, one)],
    }


def _range(page: Page, diary: PersonDiary, span: Span) -> _Range:
    first, last = span
    if last < first:
        raise UsageError("a range ends before it begins", hint="first the evening it begins with")
    people = list(people_over_nights(page.store, subject=diary.subject, since=first, until=last))
    facts, patterns = (people[0][1], people[0][2]) if people else ([], {})
    return _Range(span, facts, patterns.get("possible_plmd", Pattern()), diary)


def _rows(a: _Range, b: _Range | None) -> list[list[str]]:
    both = [a] if b is None else [a, b]
    ratios = {name: "" if b is None else _against(name, a, b) for name in _COUNTS}
    threshold = next((one.kicks.threshold for one in both if one.kicks.threshold is not None), None)
    table: list[tuple[str, list[str], str]] = [
        ("nights assessable", [_nights(one) for one in both], "–"),
        ("hypnic jerks a night", [_jerks(one) for one in both], ratios["hypnic_jerks"]),
        ("PLMS per hour of sleep", [_index(one) for one in both], ratios["plms_index"]),
    ]
    if threshold is not None:
        table.append((f"nights above {threshold:g} an hour", [_share(one) for one in both], "–"))
    return [[name, *cells, *([against] if b is not None else [])] for name, cells, against in table]


def _nights(one: _Range) -> str:
    return f"{sum(night.assessable for night in one.facts)} of {len(one.facts)}"


def _jerks(one: _Range) -> str:
    told = one.told("hypnic_jerks")
    found = mean_a_night(told)
    return _TOO_FEW.format(n=len(told)) if found is None else _with(found.mean, found.low, found.high)


def _index(one: _Range) -> str:
    kicks = one.kicks
    if kicks.n_able < LEAST_NIGHTS:
        return _TOO_FEW.format(n=kicks.n_able)
    if kicks.mean_index is None or kicks.mean_index_low is None or kicks.mean_index_high is None:
        return NOT_KNOWN
    return _with(kicks.mean_index, kicks.mean_index_low, kicks.mean_index_high)


def _share(one: _Range) -> str:
    kicks = one.kicks
    if kicks.n_able < LEAST_NIGHTS or kicks.share_low is None or kicks.share_high is None:
        return _TOO_FEW.format(n=kicks.n_able)
    return f"{kicks.n_raised} of {kicks.n_able} ({100 * kicks.share_low:.0f} to {100 * kicks.share_high:.0f} %)"


def _with(value: float, low: float, high: float) -> str:
    return f"{value:.1f} ({low:.1f} to {high:.1f})"


def _shared(a: _Range, b: _Range) -> bool:
    return max(a.span[0], b.span[0]) <= min(a.span[1], b.span[1])


def _ratio(name: OutcomeName, a: _Range, b: _Range) -> RateRatio | None:
    return None if _shared(a, b) else times_as_many(name, a.told(name), b.told(name))


def _against(name: OutcomeName, a: _Range, b: _Range) -> str:
    found = _ratio(name, a, b)
    return "–" if found is None else f"{found.ratio:.2f} times ({found.low:.2f} to {found.high:.2f})"


def _says(a: _Range, b: _Range | None, changes: Sequence[MarkedChange]) -> list[str]:
    if b is None:
        within = [change for change in changes if a.span[0] < change.day <= a.span[1]]
        return [f"{_lie(within, '')} within this range{_named(within)}."] if within else []
    if _shared(a, b):
        return ["The two ranges have nights in common: they are not held against each other."]
    return [*_difference(a, b), *_changes(a, b, changes)]


def _difference(a: _Range, b: _Range) -> list[str]:
    few = [letter for letter, one in (("A", a), ("B", b)) if len(one.told("hypnic_jerks")) < LEAST_NIGHTS]
    if few:
        return [f"Too few nights of which jerks could be told in {' and '.join(few)}: it takes {LEAST_NIGHTS} in each."]
    found = _ratio("hypnic_jerks", a, b)
    if found is None:
        return ["One range has no jerk at all, so that no ratio can be given."]
    span = f"(likely {found.low:.2f} to {found.high:.2f})"
    cut = max(len(a.told("hypnic_jerks")), len(b.told("hypnic_jerks"))) > MOST_IN_A_RANGE
    newest = f" Of a longer range its newest {MOST_IN_A_RANGE} nights are compared." if cut else ""
    if found.low <= 1 <= found.high:
        return [f"No clear difference in jerks: {found.ratio:.2f} times as many in B {span}.{newest}"]
    way = "fewer" if found.high < 1 else "more"
    return [f"There were {way} jerks in B, about {found.ratio:.2f} times as many as in A {span}.{newest}"]


def _changes(a: _Range, b: _Range, changes: Sequence[MarkedChange]) -> list[str]:
    """The evening on which the later range begins is between: its change divides the two."""
    early, late = sorted((a, b), key=lambda one: one.span)
    between = [change for change in changes if early.span[1] < change.day <= late.span[0]]
    told = "A and B" if early is a else "B and A"
    if not between:
        says = [f"No change is marked between {told}."]
    elif len(between) == 1:
        says = [f"1 change lies between {told}{_named(between)}; what else differed is not known."]
    else:
        says = [f"{_lie(between, '')} between {told}{_named(between)}, so it cannot be told which of them did it."]
    for letter, one in (("A", a), ("B", b)):
        within = [change for change in changes if one.span[0] < change.day <= one.span[1]]
        if within:
            says.append(f"{_lie(within, 'more ')} within {letter}{_named(within)}.")
    return says


def _lie(changes: Sequence[MarkedChange], more: str) -> str:
    n = len(changes)
    return f"{n} {more}change{'' if n == 1 else 's'} {'lies' if n == 1 else 'lie'}"


def _named(changes: Sequence[MarkedChange]) -> str:
    return f" ({'; '.join(f'{change.words}, from {change.day}' for change in changes)})"


def _dots(letter: str, one: _Range) -> list[dict[str, Any]]:
    """Single nights in place of statistics, where there are some and too few."""
    found = []
    for name, says in zip(_COUNTS, ("hypnic jerks a night", "PLMS per hour of sleep"), strict=True):
        told = one.told(name)
        if 0 < len(told) < LEAST_NIGHTS:
            values = [round(night.value / night.exposure, 1) for night in told]
            found.append({"range": letter, "says": f"{says}, {counted(len(told), 'night')}", "values": values})
    return found
