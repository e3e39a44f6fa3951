"""Making the database and bringing it up to date.

Numbered SQL files in ``migrations/`` are applied in order; their checksums are kept in ``schema_migration``, so that a
step that was edited after the fact is noticed. The views hold no data: they are put in place anew whenever
``views.sql`` has changed.

A new database is built in a workspace and linked to its place when it is complete. An older one is copied, and the copy
takes its place when all steps are done (`analytics.store.database.rewriting`). So no crash ever leaves half of one.

DuckDB 1.5 cannot add columns to filled tables: several for one table with a primary key in one transaction end as
"Duplicate key", and one with ``DEFAULT []`` ends as an internal error above 2,048 rows, in whatever transaction. So
columns are added to the copy while it is empty, and the rows follow (`rounds`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

import duckdb

from analytics.store.database.connection import SESSION, WRITER, Store, atomic, database_name, reading, writing
from analytics.store.database.failures import translated
from analytics.store.database.rewriting import rewrite
from analytics.store.database.settling import make_durable, sync_folder
from analytics.store.database.steps import (
    PUBLISHED,
    Migration,
    applied,
    is_current,
    known_migrations,
    older,
    refuse_foreign,
    sha256_of,
    views,
    views_in_place,
)
from ingest.workspace import own_folder, workspace

_COMMENT = re.compile(r"^\s*--[^\n]*$", re.MULTILINE)
#: Statements that mean the same with and without rows. Whatever else there is (UPDATE, DROP, RENAME) needs the rows.
_ADDS = re.compile(r"ALTER\s+TABLE\s+\w+\s+ADD\s+COLUMN\s", re.IGNORECASE)
_SHAPES = re.compile(
    rf"{_ADDS.pattern}|ALTER\s+TABLE\s+\w+\s+ALTER\s+COLUMN\s+\w+\s+DROP\s+NOT\s+NULL"
    r"|COMMENT\s+ON\s|CREATE\s+TABLE\s+\w+\s*\(",
    re.IGNORECASE,
)
_DROPS = re.compile(r"^DROP\s+TABLE\s", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Round:
    """Steps that one copy is enough for.

    Attributes
    ----------
    steps : tuple of Migration
    while_empty : str
        What is done before the rows come into the copy.
    when_filled : str
        What is done after that.
    """

    steps: tuple[Migration, ...] = ()
    while_empty: str = ""
    when_filled: str = ""


def initialise(store: Store) -> None:
    """Make the database if there is none, and bring an older one up to date. Cheap when there is nothing to do.

    Raises
    ------
    DatabaseNewerError
        It holds steps that this program does not know.
    DatabaseOlderError
        It is a published copy of an older database: that one is to be brought up to date.
    DatabaseUnreadableError
        Not a DuckDB file, not a database of nightkick, no permission, no space, or of a newer DuckDB.
    DatabaseBusyError
        Another process held it for longer than ``store.wait_s``.
    """
    steps = known_migrations()
    with translated(store.path):
        own_folder(store.path.parent)
        if not store.path.exists():
            _create(store, steps)
        bring_up_to_date(store, steps)


def bring_up_to_date(store: Store, steps: Sequence[Migration]) -> None:
    """Apply what is missing of ``steps``, then the views.

    Raises
    ------
    As `initialise`.
    """
    while True:
        with reading(store, any_schema=True) as con:
            if is_current(con, store.path, steps):
                return
            have = applied(con, store.path)
        if store.path.name.endswith(PUBLISHED):
            raise older(len(have), len(steps), store.path)
        if missing := [step for step in steps if step.version not in have]:
            first, *others = rounds(missing)
            rewrite(
                store,
                partial(_finish, first, with_views=not others),
                before_rows=partial(_shape, first) if first.while_empty else None,
                unless=lambda con, have=have: applied(con, store.path) != have,  # type: ignore[misc]
                # The room of a table that was dropped stays in its file otherwise, until as much comes in.
                traceless=_DROPS.search(_bare(first.when_filled)) is not None,
            )
        else:
            _renew_views(store, steps)


def rounds(missing: Sequence[Migration]) -> list[Round]:
    """The steps in as few rounds as they need: columns cannot be added once rows were changed.

    Raises
    ------
    ValueError
        One step does both, in the wrong order: make it two.
    """
    found = [Round()]
    for step in missing:
        parts = statements(step.sql)
        n_shapes = next((i for i, part in enumerate(parts) if not _SHAPES.match(_bare(part))), len(parts))
        first, rest = parts[:n_shapes], parts[n_shapes:]
        if any(_ADDS.match(_bare(part)) for part in rest):
            raise ValueError(f"step {step.version} adds a column after it changed rows")
        if found[-1].when_filled and any(_ADDS.match(_bare(part)) for part in first):
            found.append(Round())
        last = found[-1]
        if last.when_filled:
            found[-1] = replace(last, steps=(*last.steps, step), when_filled=last.when_filled + "".join(parts))
        else:
            found[-1] = Round((*last.steps, step), last.while_empty + "".join(first), "".join(rest))
    return found


def statements(sql: str) -> list[str]:
    """The statements of a text, each with its semicolon and what stands before it; nothing is left out but the end.

    DuckDB's own division is no help: 1.5 makes several statements without a text of one that adds a column.
    """
    text = sql.encode()
    ends = [
        offset + 1
        for offset, kind in duckdb.tokenize(sql)
        if kind == duckdb.token_type.operator and text[offset : offset + 1] == b";"
    ]
    return [text[start:end].decode() for start, end in zip([0, *ends], ends, strict=False)]


def _bare(statement: str) -> str:
    return _COMMENT.sub("", statement).strip()


def _shape(of: Round, con: duckdb.DuckDBPyConnection) -> None:
    con.execute(of.while_empty)


def _finish(of: Round, con: duckdb.DuckDBPyConnection, *, with_views: bool) -> None:
    if of.when_filled:
        con.execute(of.when_filled)
    for step in of.steps:
        _record(con, step)
    if with_views:  # they need what all steps made
        _apply_views(con)


def _create(store: Store, steps: Sequence[Migration]) -> None:
    with workspace(store.path.parent) as folder:
        built = folder / "new.duckdb"
        con = duckdb.connect(database_name(built), config=dict(WRITER))
        try:
            con.execute(SESSION)
            for step in steps:
                with atomic(con):
                    con.execute(step.sql)
                    _record(con, step)
            _apply_views(con)
            con.execute("CHECKPOINT")
        finally:
            con.close()
        make_durable(built)
        try:
            store.path.hardlink_to(built)
        except FileExistsError:
            return  # another process was faster; its database is as good
        sync_folder(store.path.parent)


def _renew_views(store: Store, steps: Sequence[Migration]) -> None:
    with writing(store) as con:
        refuse_foreign(applied(con, store.path), steps, store.path)
        if not views_in_place(con):
            _apply_views(con)
        # A log that changes definitions is what crashes have been reported to make unreadable: leave none behind.
        con.execute("CHECKPOINT")


def _record(con: duckdb.DuckDBPyConnection, step: Migration) -> None:
    row = [step.version, step.name, step.sha256, datetime.now(UTC)]
    con.execute("INSERT INTO schema_migration VALUES (?, ?, ?, ?)", row)


def _apply_views(con: duckdb.DuckDBPyConnection) -> None:
    with atomic(con):
        con.execute(views())
        con.execute("DELETE FROM setting WHERE name = 'views_sha256'")
        con.execute("INSERT INTO setting VALUES ('views_sha256', ?)", [sha256_of(views())])
