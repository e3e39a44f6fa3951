"""``nightkick answer``: harmless or not, in one sentence a person, with its reasons and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from flows.settings.database import store_for
from flows.terminal.dates import on
from flows.terminal.options import Database, Json, OnlySubject, Since
from flows.terminal.talk import complain, emit, emit_lines
from flows.terminal.values import json_document
from flows.terminal.whose import refuse_unknown
from ingest.errors import StoreError, visible

if TYPE_CHECKING:
    from analytics.over_nights.advice import Advice
    from analytics.over_nights.answer import PersonAnswer
    from analytics.store import Store
    from analytics.store.over_nights.findings import Person

#: Of the nights of damaged files, so many are named; `nightkick nights` names them all.
_MOST_DAMAGED = 5


def answer(*, subject: OnlySubject = None, since: Since = None, db: Database = None, as_json: Json = False) -> None:
    """Is it harmless? One sentence a person, why, what would change it, and what is missing."""
    from analytics.over_nights.telling import as_plain
    from analytics.store.over_nights.answers import answers_of
    from analytics.store.over_nights.findings import people_over_nights

    store = store_for(db)
    refuse_unknown(store, subject)
    people = list(people_over_nights(store, subject=subject, since=on(since, store, subject)))
    found = answers_of(people)
    if since is None:
        _keep(store, found)
    advice = _advice(people)
    damage = _damage(store, people)
    if as_json:
        told = [
            as_plain(name, one) | {"advice": [asdict(each) for each in advice[name]], "damage": damage[name]}
            for name, one in found.items()
        ]
        emit(json_document(people=told))
    elif not found:
        emit("no nights and no journal\n")
    else:
        emit_lines(_lines(found, advice, damage))


def _advice(people: Iterable[Person]) -> dict[str, list[Advice]]:
    from analytics.over_nights.advice import advice_of
    from analytics.over_nights.signs import clinician_signs

    return {
        name: advice_of(nights, clinician_signs(nights, patterns, journal), journal)
        for name, nights, patterns, journal in people
    }


def _damage(store: Store, people: Iterable[Person]) -> dict[str, list[str]]:
    """By person, which of the nights are of a damaged file, and what is missing of it."""
    from analytics.phrases import damage_words
    from analytics.store import damaged_files

    damaged = damaged_files(store)
    return {
        name: [
            damage_words(missing, f"{night.night_date}")
            for night in nights
            for missing in damaged.get((name, night.night_date), ())
        ]
        for name, nights, *_ in people
    }


def _lines(
    found: Mapping[str, PersonAnswer], advice: Mapping[str, list[Advice]], damage: Mapping[str, list[str]]
) -> Iterator[str]:
    """One person: all that is said; several: a line each."""
    from analytics.over_nights.advice import ADVICE_TITLES
    from analytics.over_nights.telling import about, headline, told
    from analytics.phrases import damage_words

    if len(found) > 1:
        yield from (f"{name}: {headline(one)}" for name, one in found.items())
        yield ""
        yield "nightkick answer --subject NAME says why."
        return
    ((name, one),) = found.items()
    words = told(one)
    yield f"{name}: {words.says}"
    yield f"  {about(one)}"
    yield from (visible(f"  {line}") for line in damage[name][:_MOST_DAMAGED])
    if (more := len(damage[name]) - _MOST_DAMAGED) > 0:
        yield f"  {damage_words(f'{more} more (nightkick nights)')}"
    for title, sentences in words.columns:
        if sentences:
            yield f"  {title}:"
            yield from (f"    - {sentence}" for sentence in sentences)
    for title, kind in ADVICE_TITLES.items():
        lines = [f"    - {one.says} ({one.because})" for one in advice[name] if one.kind == kind]
        if lines:
            yield f"  {title}:"
            yield from lines
    yield f"  {words.caveat}"


def _keep(store: Store, found: Mapping[str, PersonAnswer]) -> None:
    """Keep what is answered; where that cannot be written, as in a copy, the answer is told all the same."""
    import time

    from analytics.store.over_nights.answers import keep_answers
    from flows import __version__

    try:
        keep_answers(store, found, at_us=time.time_ns() // 1000, version=__version__)
    except StoreError as error:
        complain(f"not kept: {error.line()}")
