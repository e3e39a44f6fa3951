"""Making the database and bringing it up to date.

Numbered SQL files in ``migrations/`` are applied in order, each in a transaction of its own together with its row
in ``schema_migration``; their checksums are kept, so that a step that was edited after the fact is noticed. The
views hold no data: they are put in place anew whenever ``views.sql`` has changed.

A new database is built in a workspace and linked to its place when it is complete, so that nobody, and no crash,
ever sees half of one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import duckdb

from analytics.store.connection import SESSION, WRITER, Store, atomic, database_name, first_row, reading, writing
from analytics.store.failures import translated
from analytics.store.settling import make_durable, sync_folder
from ingest.errors import DatabaseNewerError, DatabaseUnreadableError
from ingest.workspace import own_folder, workspace

_FILE_NAME = re.compile(r"(?P<version>\d{4})_\w+\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step. ``sha256`` is that of its SQL."""

    version: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Checksum of the SQL."""
        return _sha256(self.sql)


def initialise(store: Store) -> None:
    """Make the database if there is none, and bring an older one up to date. Cheap when there is nothing to do.

    Raises
    ------
    DatabaseNewerError
        It holds steps that this program does not know.
    DatabaseUnreadableError
        Not a DuckDB file, not a database of nightkick, no permission, no space, or of a newer DuckDB.
    DatabaseBusyError
        Somebody else held it for longer than ``store.wait_s``.
    """
    steps = known_migrations()
    with translated(store.path):
        own_folder(store.path.parent)
        if not store.path.exists():
            _create(store, steps)
    with reading(store) as con:
        if is_current(con, store.path, steps):
            return
    with writing(store) as con:
        migrate(con, store.path, steps)


def known_migrations() -> tuple[Migration, ...]:
    """The steps that come with this program, in order."""
    folder = resources.files(__package__) / "migrations"
    named = ((match, file) for file in folder.iterdir() if (match := _FILE_NAME.fullmatch(file.name)))
    steps = (Migration(int(match["version"]), file.name, file.read_text("utf-8")) for match, file in named)
    return tuple(sorted(steps, key=lambda step: step.version))


def is_current(con: duckdb.DuckDBPyConnection, path: Path, steps: Sequence[Migration]) -> bool:
    """Whether every step and the present views are in place.

    Raises
    ------
    DatabaseNewerError, DatabaseUnreadableError
        As `initialise`.
    """
    applied = _applied(con, path)
    _refuse_foreign(applied, steps, path)
    return len(applied) == len(steps) and _views_in_place(con) == _sha256(_views())


def migrate(con: duckdb.DuckDBPyConnection, path: Path, steps: Sequence[Migration]) -> None:
    """Apply what is missing, then the views, and write everything to the file itself."""
    applied = _applied(con, path)
    _refuse_foreign(applied, steps, path)
    for step in steps:
        if step.version not in applied:
            _apply(con, step)
    if _views_in_place(con) != _sha256(_views()):
        _apply_views(con)
    # A log that changes tables is what crashes have been reported to make unreadable: leave none behind.
    con.execute("CHECKPOINT")


def _create(store: Store, steps: Sequence[Migration]) -> None:
    with workspace(store.path.parent) as folder:
        built = folder / "new.duckdb"
        con = duckdb.connect(database_name(built), config=dict(WRITER))
        try:
            con.execute(SESSION)
            migrate(con, store.path, steps)
        finally:
            con.close()
        make_durable(built)
        try:
            store.path.hardlink_to(built)
        except FileExistsError:
            return  # somebody else was faster; theirs is as good
        sync_folder(store.path.parent)


def _applied(con: duckdb.DuckDBPyConnection, path: Path) -> Mapping[int, str]:
    """Version to checksum of the steps this database has; none for an empty database."""
    tables = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if "schema_migration" not in tables:
        if tables:
            raise DatabaseUnreadableError("a database of another program", path=path, hint="name another file")
        return {}
    return dict(con.execute("SELECT version, sha256 FROM schema_migration").fetchall())


def _refuse_foreign(applied: Mapping[int, str], steps: Sequence[Migration], path: Path) -> None:
    known = {step.version: step.sha256 for step in steps}
    if newer := sorted(applied.keys() - known.keys()):
        raise DatabaseNewerError(
            f"written by a newer nightkick (step {newer[-1]}; this one knows {max(known, default=0)})",
            path=path,
            hint="update nightkick",
        )
    if changed := sorted(version for version, sha256 in applied.items() if known[version] != sha256):
        raise DatabaseUnreadableError(
            f"step {changed[0]} was applied in another form than this nightkick has",
            path=path,
            hint="use the build that made it, or import the recordings into a new database",
        )


def _apply(con: duckdb.DuckDBPyConnection, step: Migration) -> None:
    with atomic(con):
        con.execute(step.sql)
        con.execute(
            "INSERT INTO schema_migration VALUES (?, ?, ?, ?)",
            [step.version, step.name, step.sha256, datetime.now(UTC)],
        )


def _apply_views(con: duckdb.DuckDBPyConnection) -> None:
    views = _views()
    with atomic(con):
        con.execute(views)
        con.execute("DELETE FROM setting WHERE name = 'views_sha256'")
        con.execute("INSERT INTO setting VALUES ('views_sha256', ?)", [_sha256(views)])


def _views_in_place(con: duckdb.DuckDBPyConnection) -> str | None:
    row = first_row(con, "SELECT value FROM setting WHERE name = 'views_sha256'")
    return row[0] if row else None


def _views() -> str:
    return (resources.files(__package__) / "views.sql").read_text("utf-8")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
