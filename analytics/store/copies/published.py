"""Whether the published copy shows the nights that the database does: a killed process may not have renewed it."""

from __future__ import annotations

from dataclasses import replace

from analytics.store.database.connection import Store, first_row, reading

#: Two databases that answer these alike show the same nights. Reviews are published with the next nights.
_SHOWN = (
    *(f"SELECT count(*), bit_xor(hash({table})) FROM {table}" for table in ("night", "score", "flag")),
    "SELECT value FROM setting WHERE name = 'default_ruleset'",
)


def shows_the_same_nights(store: Store) -> bool:
    """Compare nights, scores, flags, and the rule set that is shown.

    Raises
    ------
    StoreError
        The copy cannot be read.
    """
    return _shown(replace(store, path=store.published)) == _shown(store)


def _shown(store: Store) -> tuple[object, ...]:
    with reading(store) as con:
        return tuple(first_row(con, query) for query in _SHOWN)
