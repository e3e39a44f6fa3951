"""When nights are scored again with their reviews: after each review, and after each analysis of what was reviewed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import duckdb

from analytics.model import Night
from analytics.store.database.connection import Store, seen_by
from analytics.store.read import NightKey


def reviewed_again(
    con: duckdb.DuckDBPyConnection,
    store: Store,
    keys: Iterable[NightKey],
    night_of: Callable[[NightKey], Night | None] | None = None,
) -> None:
    """Score nights again with their reviews, those that have any.

    Parameters
    ----------
    con : DuckDBPyConnection
        Inside the transaction that changed them.
    keys : iterable of NightKey
        Nights that may have changed.
    night_of : callable or None
        Reads a night with all of its scores; None: from the database.
    """
    with_reviews = con.execute("SELECT DISTINCT subject, night_date FROM review_entry").fetchall()
    if not (touched := sorted({*keys} & {(subject, night_date) for subject, night_date in with_reviews})):
        return
    # Scoring takes long to load, and most imports touch no night with a review.
    from analytics.store.edits.entries import reviews_of
    from analytics.store.edits.rescoring import score_again
    from analytics.store.nights import load_night

    with seen_by(store, con):
        for key in touched:
            score_again(con, store, key, reviews_of(store, *key), night_of or partial(load_night, store))
