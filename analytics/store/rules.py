"""The thresholds and rule sets that analyses use, kept by their hashes: each number can be traced to its rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import get_args

import polars as pl

from analytics.criteria import AgeGroup, Criteria
from analytics.scoring.rulesets import Ruleset, ruleset_hash
from analytics.store.database.connection import Store, reading, transaction
from analytics.store.database.tables import frame_of, insert


def remember_rules(store: Store, criteria: Criteria, rulesets: Iterable[Ruleset]) -> None:
    """Keep thresholds and rule sets before anything is stored under their hashes; does nothing if all are kept.

    Raises
    ------
    DatabaseBusyError, DatabaseUnreadableError, StoreError
    """
    used = {
        "criteria_used": {
            one.hash(): json.dumps(one.model_dump(mode="json"))
            for one in (criteria, *map(criteria.of_age, get_args(AgeGroup)))  # people of any age may have nights
        },
        "ruleset_used": {
            ruleset_hash(one): json.dumps(one.model_dump(mode="json", exclude={"name"})) for one in rulesets
        },
    }
    with reading(store) as con:
        kept = {
            table: {row[0] for row in con.execute(f"SELECT {hash_of} FROM {table}").fetchall()}
            for table, (hash_of, _) in _COLUMNS.items()
        }
    if all(used[table].keys() <= kept[table] for table in used):
        return
    with transaction(store, bookkeeping=True) as con:
        for table, (hash_of, content) in _COLUMNS.items():
            con.execute(f"DELETE FROM {table} WHERE {hash_of} IN (SELECT unnest(?))", [[*used[table]]])
            insert(con, table, frame_of([*used[table].items()], {hash_of: pl.String, content: pl.String}))


#: By table: the column of the hash, and that of what it stands for.
_COLUMNS: Mapping[str, tuple[str, str]] = {
    "criteria_used": ("criteria_hash", "criteria"),
    "ruleset_used": ("ruleset_hash", "rules"),
}
