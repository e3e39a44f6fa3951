"""``nightkick reviews``: reviewers work on copies of a database; what each did is brought together and compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import App

from flows.settings.database import store_for
from flows.terminal.options import Database, Json
from flows.terminal.talk import complain, emit, emit_lines, say
from flows.terminal.values import json_document
from ingest.errors import UsageError

if TYPE_CHECKING:
    from analytics.reviewers.agreement import Compared, Detected, Disagreement
    from analytics.store import Store

#: Of more acts than reviewers do in years.
MOST_BYTES = 256 << 20
#: Of disagreements, so many are listed; --json has them all.
_MOST_LISTED = 50

reviews = App(name="reviews", help_format="markdown", help="Verdicts and edits of reviewers: export, import, agree.")


@reviews.command(name="export")
def export_reviews(file: Path, /, *, db: Database = None) -> None:
    """Write all verdicts, edits and notes of reviewers to a file that only you can read.

    It bears names of people and reviewers, and what they wrote: hand it on as you would the nights.

    Parameters
    ----------
    file
        File to write; one that was exported before is replaced.
    """
    from analytics.files.outputs import Kind, Output, begins_with, write_all
    from analytics.store.edits.exchange import lines_of
    from analytics.store.edits.merging import stored_acts

    acts = stored_acts(store_for(db))
    lines = list(lines_of(acts))
    kind = Kind("file of reviews", lambda path: begins_with(path, lines[0].encode()[:28]))
    write_all([Output(file, kind, lambda out: out.write("".join(f"{line}\n" for line in lines).encode()))])
    say(f"{file}: {len(acts)} act{'' if len(acts) == 1 else 's'} of reviewers, with names and notes")


@reviews.command(name="import")
def import_reviews(file: Path, /, *, db: Database = None) -> None:
    """Add what a file of reviews holds and this database lacks; a second time it adds nothing.

    Parameters
    ----------
    file
        File made by `nightkick reviews export`.
    """
    from analytics.store import initialise, published_after
    from analytics.store.edits.exchange import acts_of
    from analytics.store.edits.merging import merge_acts
    from flows.terminal.written_files import written_text

    make = "nightkick reviews export FILE"
    store = store_for(db)
    try:
        text = written_text(file, what="a file of reviews", template=make, enough="export fewer", most_bytes=MOST_BYTES)
        acts = acts_of(text)
        if store.path.exists():
            initialise(store)
        with published_after(store):
            merged = merge_acts(store, acts)
    except UsageError as error:
        raise error.about(file) from None
    for subject, night_date, n in merged.unknown:
        complain(f"left out: {n} of the night {night_date} of {subject}, which is not stored here")
    say(f"{merged.new} new, {merged.known} known before")


@reviews.command
def agree(*, db: Database = None, as_json: Json = False) -> None:
    """How far reviewers agree about flags and movements that both judged: Cohen's kappa, and where they differ."""
    from analytics.reviewers.agreement import compared, disagreements, words_of
    from analytics.store.edits.merging import stored_acts

    store = store_for(db)
    words = words_of(stored_acts(store), _detected(store))
    pairs, apart = compared(words), disagreements(words)
    if as_json:
        emit(json_document(agreement=[_plain(pair) for pair in pairs], disagreements=[_apart(d) for d in apart]))
    elif not pairs:
        emit("no two reviewers judged the same flag or movement\n")
    else:
        emit_lines(_lines(pairs, apart))


def _detected(store: Store) -> Detected:
    from analytics.store import query

    sql = "SELECT subject, night_date, recording, epoch_us(onset_at) AS us, label FROM events"
    found = query(store, f"{sql} SEMI JOIN reviews USING (subject, night_date)")
    return {(who, day, recording, us): label for who, day, recording, us, label in found.iter_rows()}


def _plain(pair: Compared) -> dict[str, Any]:
    said = pair.kappa
    return {
        "what": pair.what, "reviewer_a": pair.one, "reviewer_b": pair.other, "n": said.n, "share": said.share,
        "kappa": said.kappa, "kappa_low": said.low, "kappa_high": said.high,
    }  # fmt: skip


def _apart(one: Disagreement) -> dict[str, Any]:
    from datetime import UTC, datetime, timedelta

    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    onset = None if one.onset_us is None else (epoch + timedelta(microseconds=one.onset_us)).isoformat()
    return {
        "what": one.what, "subject": one.subject, "night_date": one.night_date.isoformat(), "onset": onset,
        "reviewer_a": one.one, "reviewer_b": one.other, "a": one.said[0], "b": one.said[1],
    }  # fmt: skip


def _lines(pairs: Iterable[Compared], apart: list[Disagreement]) -> Iterator[str]:
    for pair in pairs:
        said = pair.kappa
        kappa = "kappa cannot be told: one category throughout" if said.kappa is None else f"kappa {said.kappa:.2f}"
        between = "" if said.low is None else f" ({said.low:.2f} to {said.high:.2f})"
        yield f"{pair.what}: {pair.one} and {pair.other}: {kappa}{between}, alike {said.share:.0%} of {said.n}"
    if apart:
        yield ""
        yield f"{len(apart)} judged differently:"
    for one in map(_apart, apart[:_MOST_LISTED]):
        when = one["onset"] or one["what"]
        both = f"{one['reviewer_a']} {one['a']}, {one['reviewer_b']} {one['b']}"
        yield f"  {one['subject']} {one['night_date']} {when}: {both}"
    if len(apart) > _MOST_LISTED:
        yield f"  and {len(apart) - _MOST_LISTED} more: --json"
