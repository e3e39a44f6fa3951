"""Nights as they were read, kept for the next look or edit: a review changes no night, and to read one takes long.

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
from analytics.store.database.connection import Store, reading, seen_by, snapshot, transaction
from analytics.store.nights import load_night
from analytics.store.read import NightKey

#: Nights that are kept: a reviewer goes through one after another, and back. Each has a few MB.
MOST_KEPT = 6

#: With the name of the rule set that they were read under alone, None: under all.
_kept: OrderedDict[tuple[str, NightKey, str | None], tuple[str, Night]] = OrderedDict()
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


def kept_night(store: Store, con: duckdb.DuckDBPyConnection, key: NightKey, ruleset: str | None = None) -> Night | None:
    """`load_night`, read only where it is not known from before.

    Parameters
    ----------
    con : DuckDBPyConnection
        Of `reviewing` or of a snapshot, which all reads of this thread share: inside another transaction a night may
        have changed already while the token of the last change has not.
    ruleset : str or None
        Its score alone; None: all of them.
    """
    place, change = (str(store.path.absolute()), key, ruleset), last_change(con)
    with _guard:
        known = _kept.pop(place, None)
    if known is not None and known[0] == change:
        night: Night | None = known[1]
    else:
        night = load_night(store, key, rulesets=None if ruleset is None else frozenset({ruleset}))
    if night is not None and change is not None:
        with _guard:
            _kept[place] = change, night
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
    return night


def night_under(store: Store, key: NightKey, ruleset: str) -> Night | None:
    """A night with its score under one rule set alone, as `kept_night`: for pages."""
    with snapshot(store), reading(store) as con:
        return kept_night(store, con, key, ruleset)


def _renew(path: str, before: str, after: str) -> None:
    """What was true before a change of reviews alone is true after it."""
    with _guard:
        for place, (change, night) in _kept.items():
            if place[0] == path and change == before:
                _kept[place] = after, night
