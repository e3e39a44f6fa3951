"""``nightkick triggers``: what goes with better and worse nights, and what a change did, with how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from analytics.triggers.names import OUTCOME_WORDS, OutcomeName
from flows.commands.over_nights.changes import change_documents, change_lines, change_numbers
from flows.settings.database import store_for
from flows.terminal.dates import TAKEN, When, on, when
from flows.terminal.options import Database, Json, OnlySubject, Since
from flows.terminal.talk import emit, emit_lines
from flows.terminal.values import json_document
from flows.terminal.whose import refuse_unknown

if TYPE_CHECKING:
    from analytics.journal.marked import MarkedChange
    from analytics.store.over_nights.diaries import PersonDiary
    from analytics.triggers.deciding import TriggerRow
    from analytics.triggers.factors import Factor
    from analytics.triggers.outcomes import Outcomes

Outcome = Annotated[
    OutcomeName | None, Parameter(help="Show only this outcome; default: all of them. How sure a row is counts all.")
]
ChangedOn = Annotated[
    When | None,
    Parameter(
        converter=when,
        help=f"What changed from this evening on ({TAKEN}), against the trend before; without it all factors.",
    ),
]


def triggers(
    *,
    outcome: Outcome = None,
    before_after: ChangedOn = None,
    subject: OnlySubject = None,
    since: Since = None,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """What goes with better and worse nights: each factor of the journal against each outcome."""
    from analytics import store as the_store
    from analytics.store.over_nights.diaries import diaries
    from flows.settings.settings import load

    settings = load()
    store = store_for(db, settings)
    rules = {"rulesets": settings.rulesets(), "criteria": settings.analysis_criteria()}
    refuse_unknown(store, subject)
    with the_store.snapshot(store):
        first, changed_on = (on(meant, store, subject) for meant in (since, before_after))
        people = list(diaries(store, subject=subject, since=first, **rules))  # type: ignore[arg-type]
    told = [_told(person, outcome, changed_on) for person in people]
    if as_json:
        emit(json_document(people=told))
    elif not told:
        emit("no nights and no journal\n")
    else:
        from analytics.triggers.sentences import TRIGGERS_CAVEAT

        lines = (line for person in told for line in _lines(person))
        emit_lines([*lines, TRIGGERS_CAVEAT])


def _told(person: PersonDiary, outcome: OutcomeName | None, changed_on: date | None) -> dict[str, Any]:
    from analytics.journal.marked import marked_changes
    from analytics.triggers.deciding import triggers_of
    from analytics.triggers.factors import factors_of

    changes = marked_changes(person.journal)
    outcomes = {name: nights for name, nights in person.outcomes.items() if outcome in (None, name)}
    factors = factors_of(person.journal)
    found: dict[str, Any] = {
        "subject": person.subject,
        "n_nights": person.n_nights,
        "n_left_out": person.n_left_out,
        "n_journal_days": len({entry.day for entry in person.journal}),
        "nights_told": {name: len(nights) for name, nights in outcomes.items()},
        "factors": [factor.name for factor in factors],
    }
    if changed_on is not None:
        return found | _change(factors, outcomes, changes, changed_on)
    # Held against all outcomes also where one is asked for: else a row would be surer the less is shown beside it.
    rows = [_row(row) for row in triggers_of(factors, person.outcomes) if row.outcome in outcomes]
    return found | {"rows": rows, "changes": change_documents(outcomes, factors, changes)}


def _row(row: TriggerRow) -> dict[str, Any]:
    from analytics.triggers.sentences import STATE_WORDS, row_words

    flat = {name: value for name, value in asdict(row).items() if name != "found"}
    found = row.found
    numbers = {
        "ratio": found and found.ratio,
        "low": found and found.low,
        "high": found and found.high,
        "p_value": found and found.p_value,
    }
    return flat | numbers | {"state_words": STATE_WORDS[row.state], "says": row_words(row)}


def _change(
    factors: Sequence[Factor], outcomes: Outcomes, changes: Sequence[MarkedChange], changed_on: date
) -> dict[str, Any]:
    from analytics.triggers.before_after import also_changed, before_after
    from analytics.triggers.marked_rows import changes_within
    from analytics.triggers.sentences import within_words

    within = changes_within(outcomes, changes, changed_on)
    return {
        "changed_on": changed_on,
        "marked_as": next((change.words for change in changes if change.day == changed_on), None),
        **change_numbers(before_after(outcomes, changed_on), also_changed(factors, changed_on), changed_on),
        "changes_within": [asdict(other) for other in within],
        "within_says": within_words(within),
    }


def _lines(person: dict[str, Any]) -> Iterator[str]:
    left_out = f", {person['n_left_out']} of them cannot be told" if person["n_left_out"] else ""
    yield (
        f"{person['subject']}: {_n(person['n_nights'], 'night')}{left_out};"
        f" {_n(person['n_journal_days'], 'day')} of the journal, {_n(len(person['factors']), 'factor')}"
    )
    if "before_after" in person:
        if person["marked_as"]:
            yield f"  before/after: {person['marked_as']}, from {person['changed_on']} on"
        yield from (f"  {line}" for line in change_lines(person))
    elif not person["rows"] and not person["changes"]:
        yield "  Nothing to compare yet: it takes nights, and factors in the journal (nightkick journal template)."
    else:
        yield from _row_lines(person["rows"])
        for change in person["changes"]:
            yield f"  before/after: {change['words']}, from {change['changed_on']} on"
            yield from (f"    {line}" for line in change_lines(change))
    yield ""


def _row_lines(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Of each factor and outcome the surer of the two days; a factor without any answer has one line."""
    seen: set[tuple[str, str]] = set()
    answered = {row["factor"] for row in rows if row["ratio"] is not None}
    for row in rows:
        key = (row["factor"], row["outcome"] if row["factor"] in answered else "")
        if key in seen or (row["ratio"] is None and row["factor"] in answered):
            continue
        seen.add(key)
        about = f"{row['words']}, {OUTCOME_WORDS[row['outcome']]}" if key[1] else row["words"]
        yield f"  {row['state_words']}: {about} ({_n(row['n_with'], 'night')} with, {row['n_without']} without)"
        yield f"    {row['says']}"


def _n(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
