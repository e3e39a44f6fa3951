"""Whether the published copy shows the nights that the database does, and what of the rest was changed since.

A killed process may not have renewed it. Reviews, journal and answers come one by one and are published with the next
nights.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from analytics.store.database.connection import Store, first_row, reading
from analytics.store.statements.without_frames import JOURNAL_TABLES

_SAME_ROWS = "SELECT count(*), bit_xor(hash({table})) FROM {table}"
#: Two databases that answer these alike show the same nights.
_SHOWN = (
    *(_SAME_ROWS.format(table=table) for table in ("night", "score", "flag")),
    "SELECT value FROM setting WHERE name = 'default_ruleset'",
)
#: What people change beside nights, in words, and where it is kept.
_BESIDE: Mapping[str, tuple[str, ...]] = {
    "reviews": ("review_entry",),
    "the journal": JOURNAL_TABLES,
    "answers given": ("answer_given",),
    "what is known of people": ("person",),
    "assignments": ("assignment",),
}


def shows_the_same_nights(store: Store) -> bool:
    """Compare nights, scores, flags, and the rule set that is shown.

    Raises
    ------
    StoreError
        The copy cannot be read.
    """
    return _told(_copy_of(store), _SHOWN) == _told(store, _SHOWN)


def changed_beside_nights(store: Store) -> tuple[str, ...]:
    """What else than nights is otherwise in the published copy, in words; empty where all of it is the same.

    Raises
    ------
    StoreError
        The copy cannot be read.
    """
    tables = [table for kept_in in _BESIDE.values() for table in kept_in]
    asked = [_SAME_ROWS.format(table=table) for table in tables]
    pairs = zip(tables, _told(_copy_of(store), asked), _told(store, asked), strict=True)
    differ = {table for table, before, now in pairs if before != now}
    return tuple(what for what, kept_in in _BESIDE.items() if differ.intersection(kept_in))


def _copy_of(store: Store) -> Store:
    return replace(store, path=store.published)


def _told(store: Store, queries: Iterable[str]) -> list[object]:
    with reading(store) as con:
        return [first_row(con, query) for query in queries]
