"""Nights as they were read for an edit, kept for the next one: a review changes no night, and to read one takes long.

What is kept belongs to one change of the database (`analytics.store.database.changes`). A transaction of `reviewing`
changes reviews alone, so what was kept before it holds after it; any other change, from whichever process, ends that.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from analytics.model import Night
from analytics.store.database.changes import last_change, note_change
from analytics.store.database.connection import Store, seen_by, transaction
from analytics.store.nights import load_night
from analytics.store.read import NightKey

#: Nights that are kept: a reviewer edits one after another. Each has a few MB.
MOST_KEPT = 3

_kept: OrderedDict[tuple[str, NightKey], tuple[str, Night]] = OrderedDict()
_guard = threading.Lock()


@contextmanager
def reviewing(store: Store) -> Iterator[duckdb.DuckDBPyConnection]:
    """A transaction that changes reviews and no night; all reads inside share its connection.

    Raises
    ------
    DatabaseBusyError, DatabaseUnreadableError, StoreError
    """
    with transaction(store, bookkeeping=True) as con:
        before = last_change(con)
        with seen_by(store, con):
            yield con
        note_change(con)  # here, so that its token is known once all of it is kept
        after = last_change(con)
    if before is not None and after is not None:
        _renew(str(store.path.absolute()), before, after)


def kept_night(store: Store, con: duckdb.DuckDBPyConnection, key: NightKey) -> Night | None:
    """`load_night` with all scores, inside `reviewing`: read only where it is not known from before."""
    place, change = (str(store.path.absolute()), key), last_change(con)
    with _guard:
        known = _kept.pop(place, None)
    night = known[1] if known is not None and known[0] == change else load_night(store, key)
    if night is not None and change is not None:
        with _guard:
            _kept[place] = change, night
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
    return night


def _renew(path: str, before: str, after: str) -> None:
    """What was true before a change of reviews alone is true after it."""
    with _guard:
        for place, (change, night) in _kept.items():
            if place[0] == path and change == before:
                _kept[place] = after, night
