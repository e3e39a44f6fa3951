"""Reviews of several copies of a database in one: what is here goes out, and what is not here yet comes in.

Which of two acts is the later one is decided by their clocks, not by which came in first: after a merge all acts are
numbered by when they were done, so that copies that hold the same acts say the same, in whatever order they met.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from analytics.store.database.connection import Store, reading, transaction
from analytics.store.database.tables import frame_of, insert
from analytics.store.edits.again import reviewed_again
from analytics.store.edits.exchange import Act, ReviewRow, identity
from analytics.store.reviews import COLUMNS
from ingest.errors import UsageError

_INSTANTS = ("onset_at", "start_at", "end_at", "reviewed_at", "from_at", "to_at")
_FIELDS = tuple(ReviewRow.model_fields)


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of the acts of a file; ``unknown``: nights that are not stored here, with their acts counted."""

    new: int
    known: int
    unknown: tuple[tuple[str, date, int], ...]


def stored_acts(store: Store) -> list[Act]:
    """All acts of reviewers, in the order in which they count."""
    with reading(store) as con:
        return [act for _, act in _stored(con)]


def merge_acts(store: Store, acts: Sequence[Act]) -> Merged:
    """Add those acts that are not here yet, for nights that are stored here.

    Raises
    ------
    UsageError
        An act takes back one that is neither here nor among them.
    StoreError
    """
    with transaction(store) as con:
        here = _stored(con)
        known = {act.id for _, act in here}
        nights = {(s, d) for s, d in con.execute("SELECT subject, night_date FROM night").fetchall()}
        fresh = {act.id: act for act in acts if act.id not in known}
        unknown = Counter(key for act in fresh.values() for key in _nights(act) - nights)
        taken = {id_: act for id_, act in fresh.items() if _nights(act) <= nights}
        plain = {act.id for _, act in here if act.of is None} | {i for i, act in fresh.items() if act.of is None}
        if dangling := next((act.of for act in taken.values() if act.of is not None and act.of not in plain), None):
            raise UsageError(f"the act {dangling[:12]} is taken back and is not among them", hint="export it again")
        if taken:
            _keep(con, here, list(taken.values()))
            reviewed_again(con, store, {key for act in taken.values() for key in _nights(act)})
    return Merged(len(taken), len({a.id for a in acts} & known), tuple((*key, n) for key, n in sorted(unknown.items())))


def _nights(act: Act) -> set[tuple[str, date]]:
    return {(row.subject, row.night_date) for row in act.rows}


def _stored(con: duckdb.DuckDBPyConnection) -> list[tuple[int | None, Act]]:
    """Each act with its number; what was written before acts were counted has none, and each row is one."""
    columns = ", ".join(f"epoch_us({name}) AS {name}" if name in _INSTANTS else name for name in _FIELDS)
    found = con.execute(
        f"SELECT act_no, of_act, {columns} FROM review_entry ORDER BY coalesce(act_no, 0), reviewed_at, rowid"
    ).fetchall()
    groups: dict[object, list[tuple[object, ...]]] = {}
    for place, row in enumerate(found):
        groups.setdefault(("row", place) if row[0] is None else row[0], []).append(row)
    ids: dict[int, str] = {}
    seen: Counter[str] = Counter()
    acts = []
    for group in groups.values():
        act_no, of_act = group[0][:2]
        rows = tuple(_row(values[2:]) for values in group)
        how = {"of": None if of_act is None else ids[of_act], "numbered": act_no is not None}  # type: ignore[index]
        plain = identity(rows, again=0, **how)  # type: ignore[arg-type]
        again, seen[plain] = seen[plain], seen[plain] + 1
        id_ = identity(rows, again=again, **how)  # type: ignore[arg-type]
        if isinstance(act_no, int):
            ids[act_no] = id_
        acts.append((act_no, Act(id=id_, again=again, rows=rows, **how)))  # type: ignore[arg-type]
    return acts  # type: ignore[return-value]


def _row(values: Sequence[object]) -> ReviewRow:
    said = dict(zip(_FIELDS, values, strict=True))
    said["parts"] = json.loads(str(said["parts"] or "[]"))
    return ReviewRow.model_validate(said)


def _keep(con: duckdb.DuckDBPyConnection, here: Sequence[tuple[int | None, Act]], fresh: Sequence[Act]) -> None:
    """Number all acts by when they were done, and append the fresh ones under their numbers."""
    number = _numbered([act for _, act in here] + list(fresh))
    moved = [(old, number[act.id]) for old, act in here if old is not None and number[act.id] != old]
    if moved:
        con.execute("CREATE OR REPLACE TEMP TABLE renumbered (old INTEGER, new INTEGER)")
        con.executemany("INSERT INTO renumbered VALUES (?, ?)", moved)
        for table, column in (("review_entry", "act_no"), ("review_entry", "of_act"), ("reviewed_unfit", "act_no")):
            con.execute(f"UPDATE {table} SET {column} = r.new FROM renumbered r WHERE {column} = r.old")
        con.execute("DROP TABLE renumbered")
    rows = [_values(act, row, number) for act in fresh for row in act.rows]
    insert(con, "review_entry", frame_of(rows, COLUMNS))


def _values(act: Act, row: ReviewRow, number: dict[str, int]) -> tuple[object, ...]:
    said = row.model_dump()
    said["parts"] = json.dumps(row.parts) if row.edit is not None else None
    numbers = {"act_no": number.get(act.id), "of_act": None if act.of is None else number[act.of]}
    return tuple(numbers[name] if name in numbers else said[name] for name in COLUMNS)


def _numbered(acts: Iterable[Act]) -> dict[str, int]:
    """The number of each act that can be taken back: by when it was done, and never before the act that it is about."""
    by_id = {act.id: act for act in acts if act.numbered}

    def when(act: Act) -> tuple[int, bool, str]:
        about_us = by_id[act.of].at_us if act.of in by_id else 0
        return max(act.at_us, about_us), act.of is not None, act.id

    return {act.id: i for i, act in enumerate(sorted(by_id.values(), key=when), start=1)}
