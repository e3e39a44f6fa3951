"""``nightkick patterns``: what holds over the nights of each person, and the signs that send people to a clinician."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analytics.phrases import counted, signed
from analytics.words import NOT_ASSESSABLE, SIGN_STATES, SIGNS_CAVEAT, WHEN_TO_GO
from flows.settings.database import store_for
from flows.terminal.dates import on
from flows.terminal.options import Database, Json, OnlySubject, Since
from flows.terminal.talk import emit, emit_lines
from flows.terminal.values import json_document
from flows.terminal.whose import refuse_unknown

#: Of a sign that is not known: words as long would push the column of the others aside.
_MARK = "?"
#: Below flags that take more nights: the answer goes by several of them, and by the journal.
_OF_ONE_FLAG = "These numbers of nights are for one flag each; nightkick answer counts those for its answer as a whole."


def patterns(*, subject: OnlySubject = None, since: Since = None, db: Database = None, as_json: Json = False) -> None:
    """What holds over a person's nights, and the signs that send people to a clinician."""
    from analytics.store.over_nights.findings import findings

    store = store_for(db)
    refuse_unknown(store, subject)
    found = findings(store, subject=subject, since=on(since, store, subject))
    if as_json:
        emit(json_document(people=found))
    elif not found:
        emit("no nights\n")
    else:
        emit_lines([*(line for person in found for line in _lines(person)), SIGNS_CAVEAT])


def _lines(person: dict[str, Any]) -> Iterator[str]:
    yield f"{person['subject']}: {counted(person['n_nights'], 'night')}{_assessable(person)}"
    for flag, found in person["flags"].items():
        yield f"  {flag} {found['finding']}: {found['says']}"
        if found["index_says"]:
            yield f"    {found['index_says']}"
    if any(found["more_nights"] for found in person["flags"].values()):
        yield f"  {_OF_ONE_FLAG}"
    if person["note"]:
        yield f"  {person['note']}"
    yield from _index_lines(person)
    yield f"  {WHEN_TO_GO}:"
    for sign in person["signs"]:
        yield f"    {_seen(sign['state']):<3} {sign['name']}: {sign['says']}"
    yield ""


def _assessable(person: dict[str, Any]) -> str:
    if person["n_nights"] == 1:
        return ", assessable" if person["n_assessable"] else f", {NOT_ASSESSABLE}"
    return f", {person['n_assessable']} of them assessable"


def _seen(state: str) -> str:
    return _MARK if state == "not known" else SIGN_STATES[state]


def _index_lines(person: dict[str, Any]) -> Iterator[str]:
    from analytics.nights.how_many import TREND_NIGHTS

    varies, changes = person["plms_index"], person["trend"]
    if varies is not None:
        yield (
            f"  PLMS per hour of sleep: median {varies['median']:.1f}, {varies['low']:.1f} to {varies['high']:.1f}"
            f" over {counted(varies['n_nights'], 'night')}"
        )
    if changes is None:
        yield f"  trend: needs {TREND_NIGHTS} assessable nights on different days"
        return
    told = "changes" if changes["is_clear"] else "no clear change"
    yield (
        f"  trend over the newest {changes['n_nights']} nights: {told}, {signed(changes['per_week'])} per hour and week"
        f" (95 % interval {signed(changes['low'])} to {signed(changes['high'])})"
    )
