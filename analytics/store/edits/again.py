"""When nights are scored again with their reviews: after each review, and after each analysis of what was reviewed."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from analytics.store.database.connection import Store, seen_by
from analytics.store.read import NightKey


def reviewed_again(con: duckdb.DuckDBPyConnection, store: Store, keys: Iterable[NightKey]) -> None:
    """Score nights again with their reviews, those that have any.

    Parameters
    ----------
    con : DuckDBPyConnection
        Inside the transaction that changed them.
    keys : iterable of NightKey
        Nights that may have changed.
    """
    with_reviews = con.execute("SELECT DISTINCT subject, night_date FROM review_entry").fetchall()
    if not (touched := sorted({*keys} & {(subject, night_date) for subject, night_date in with_reviews})):
        return
    # Scoring takes long to load, and most imports touch no night with a review.
    from analytics.store.edits.entries import reviews_of
    from analytics.store.edits.rescoring import score_again

    with seen_by(store, con):
        for key in touched:
            score_again(con, store, key, reviews_of(store, *key))
