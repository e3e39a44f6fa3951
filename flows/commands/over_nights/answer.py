"""``nightkick answer``: harmless or not, in one sentence a person, with its reasons and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from flows.settings.database import store_for
from flows.terminal.dates import on
from flows.terminal.options import Database, Json, OnlySubject, Since
from flows.terminal.talk import complain, emit, emit_lines
from flows.terminal.values import json_document
from flows.terminal.whose import refuse_unknown
from ingest.errors import StoreError

if TYPE_CHECKING:
    from analytics.over_nights.answer import PersonAnswer
    from analytics.store import Store


def answer(*, subject: OnlySubject = None, since: Since = None, db: Database = None, as_json: Json = False) -> None:
    """Is it harmless? One sentence a person, why, what would change it, and what is missing."""
    from analytics.over_nights.telling import as_plain
    from analytics.store.over_nights.answers import answers

    store = store_for(db)
    refuse_unknown(store, subject)
    found = answers(store, subject=subject, since=on(since, store, subject))
    if since is None:
        _keep(store, found)
    if as_json:
        emit(json_document(people=[as_plain(name, one) for name, one in found.items()]))
    elif not found:
        emit("no nights and no journal\n")
    else:
        emit_lines(_lines(found))


def _lines(found: Mapping[str, PersonAnswer]) -> Iterator[str]:
    """One person: all that is said; several: a line each."""
    from analytics.over_nights.telling import about, headline, told

    if len(found) > 1:
        yield from (f"{name}: {headline(one)}" for name, one in found.items())
        yield ""
        yield "nightkick answer --subject NAME says why."
        return
    ((name, one),) = found.items()
    words = told(one)
    yield f"{name}: {words.says}"
    yield f"  {about(one)}"
    for title, sentences in words.columns:
        if sentences:
            yield f"  {title}:"
            yield from (f"    - {sentence}" for sentence in sentences)
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
