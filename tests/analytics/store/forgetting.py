"""Two people in one database, and what is left of one of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from analytics.person import person_of
from analytics.said import JournalEntry
from analytics.store import (
    Doomed,
    Notice,
    SeenFile,
    Store,
    Wish,
    check,
    describe,
    find_doomed,
    forget,
    mark_told,
    publish,
    record_attempts,
    remember_files,
    stage_samples,
    write_journal,
)
from analytics.store.over_nights.answers import answers, keep_answers
from tests.analytics.store.making import (
    EVENING,
    attempt,
    bring_in,
    contents,
    execute,
    night,
    recording,
    sha,
    stored,
)

#: Long and odd, so that it is found in a file if it is there in any form.
NAME = "Wilhelmina-Zaubermaus"
OTHER = "bertram"


def with_two_people(store: Store) -> Store:
    """Two people: each a night of two legs, a review, a journal, a notice, attempts, samples, an age, an answer."""
    for subject in (NAME, OTHER):
        for leg in ("left", "right"):
            name = f"{subject}/{leg}"
            stage_samples(store, recording(name))
            bring_in(store, stored(name, subject=subject), name)
        execute(
            store,
            "INSERT INTO review_entry (subject, night_date, verdict, note, reviewer, reviewed_at, recording)"
            " VALUES (?, ?, 'confirm', ?, 'dr', now(), NULL), (?, ?, 'dismiss', NULL, 'dr', now(), ?)",
            [subject, EVENING, f"talked to {subject}", subject, EVENING, sha(f"{subject}/left")],
        )
        write_journal(store, [JournalEntry(subject, EVENING, "caffeine_mg", 80.0, None)])
        mark_told(store, [Notice(subject, EVENING, "possible_plmd", "why")])
        remember_files(store, {Path(f"/nights/{subject}/left.cwa"): SeenFile("1:2:3", is_done=True, version="0")})
        record_attempts(store, [attempt(f"{subject}/broken")])
        describe(store, subject, person_of(born="1961"))
    keep_answers(store, answers(store), at_us=0, version="0")
    publish(store)
    return store


def forgotten(store: Store, wish: Wish) -> Doomed:
    doomed = find_doomed(store, wish)
    forget(store, wish, doomed, [night(*key, [r.sha256 for r in rest]) for key, rest in doomed.anew.items()])
    return doomed


def files_with(folder: Path, *words: str) -> set[str]:
    found = {path for path in folder.rglob("*") if path.is_file()}
    return {path.name for path in found for word in words if word.encode() in path.read_bytes()}


def rows_of(database: Path, subject: str) -> dict[str, list[tuple[Any, ...]]]:
    hashes = [sha(f"{subject}/{leg}") for leg in ("left", "right", "broken")]
    marks = (subject, *hashes)
    return {
        table: [row for row in rows if any(mark in str(row) for mark in marks)]
        for table, rows in contents(database).items()
    }


def bad(store: Store) -> list[str]:
    return [finding.what for finding in check(store) if not finding.ok]
