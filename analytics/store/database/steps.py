"""What makes a database one of this nightkick: the steps it went through, and the views on top of them.

Every opening of a database asks here first. A database of an older nightkick lacks columns and views, one of a newer
nightkick may mean other things by them: one line says so before a statement fails on it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import duckdb

from analytics.flag import INDEX_CRITERION
from analytics.nights import how_many
from analytics.store.database.local_time import with_local_times
from analytics.words import (
    AS_DETECTED,
    ASSESSABLE_NIGHTS,
    FEW_NIGHTS_DIFFER,
    TOLD_NIGHTS,
    TOLD_NOT_ON_ONE,
    TOLD_ON_NONE,
)
from ingest.errors import DatabaseNewerError, DatabaseOlderError, DatabaseUnreadableError

#: How the name of the copy ends that people open with their own tools.
PUBLISHED = ".published.duckdb"

#: What ``views.sql`` and ``patterns.sql`` name in braces: numbers by their own name, and words.
_OWNED_ELSEWHERE = {
    **{name: value for name, value in vars(how_many).items() if name.isupper()},
    "few_nights_differ": FEW_NIGHTS_DIFFER.format(n=how_many.FEW_NIGHTS),
    "assessable_nights": ASSESSABLE_NIGHTS.format(s="s"),
    "assessable_night": ASSESSABLE_NIGHTS.format(s=""),
    "told_nights": TOLD_NIGHTS.format(s="s"),
    "told_night": TOLD_NIGHTS.format(s=""),
    "told_on_none": TOLD_ON_NONE.format(n="{}"),
    "told_not_on_one": TOLD_NOT_ON_ONE,
    "as_detected": AS_DETECTED,
    "index_criterion": INDEX_CRITERION,
}
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
        return sha256_of(self.sql)


@cache
def known_migrations() -> tuple[Migration, ...]:
    """The steps that come with this program, in order."""
    folder = resources.files(__package__) / "migrations"
    named = ((match, file) for file in folder.iterdir() if (match := _FILE_NAME.fullmatch(file.name)))
    steps = (Migration(int(match["version"]), file.name, file.read_text("utf-8")) for match, file in named)
    return tuple(sorted(steps, key=lambda step: step.version))


@cache
def views() -> str:
    """The SQL that makes the views, with the numbers and words of which Python is the owner in their places."""
    sql = _text("views.sql").replace("{patterns}", patterns_over("true"))
    return with_local_times(_filled(sql)) + published_views()


def patterns_over(nights: str) -> str:
    """The SQL of what is said of people, over some nights.

    Parameters
    ----------
    nights : str
        A condition on ``n.subject`` and ``n.night_date``; it may name parameters.
    """
    return _filled(_text("patterns.sql")).replace("{NIGHTS}", nights).rstrip()


def _text(name: str) -> str:
    return (resources.files(__package__) / name).read_text("utf-8")


def _filled(sql: str) -> str:
    for name, value in _OWNED_ELSEWHERE.items():
        sql = sql.replace(f"{{{name}}}", str(value))
    return sql


@cache
def published_views() -> str:
    """The SQL of the views in which a published copy differs: when it was made, and where the samples are."""
    return with_local_times(_text("published.sql"))


def applied(con: duckdb.DuckDBPyConnection, path: Path) -> Mapping[int, str]:
    """Version to checksum of the steps this database has; none for an empty database.

    Raises
    ------
    DatabaseUnreadableError
        There are tables, and none of ours.
    """
    try:
        return dict(con.execute("SELECT version, sha256 FROM schema_migration").fetchall())
    except duckdb.CatalogException:  # to look for the table first would take as long again as all the rest
        named = "SELECT 1 FROM duckdb_tables() WHERE database_name = current_database() LIMIT 1"
        if con.execute(named).fetchall():
            raise DatabaseUnreadableError(
                "a database of another program", path=path, hint="name another file"
            ) from None
        return {}


def is_current(con: duckdb.DuckDBPyConnection, path: Path, steps: Sequence[Migration]) -> bool:
    """Whether every step and the present views are in place.

    Parameters
    ----------
    path : Path
        Of the database, for the error.
    steps : sequence of Migration
        All that this program knows.

    Raises
    ------
    DatabaseNewerError, DatabaseUnreadableError
        It holds steps that are not among ``steps``, or others under their numbers.
    """
    have = applied(con, path)
    refuse_foreign(have, steps, path)
    return len(have) == len(steps) and views_in_place(con)


def refuse_foreign(have: Mapping[int, str], steps: Sequence[Migration], path: Path) -> None:
    """Raise where the database went through other steps than these.

    Parameters
    ----------
    have : mapping of int to str
        Checksum by number of each step that was applied.
    steps : sequence of Migration
        All that this program knows.
    path : Path
        Of the database, for the error.

    Raises
    ------
    DatabaseNewerError, DatabaseUnreadableError
    """
    known = {step.version: step.sha256 for step in steps}
    if newer := sorted(have.keys() - known.keys()):
        raise DatabaseNewerError(
            f"written by a newer nightkick (step {newer[-1]}; this one knows {max(known, default=0)})",
            path=path,
            hint="update nightkick",
        )
    if changed := sorted(version for version, sha256 in have.items() if known[version] != sha256):
        raise DatabaseUnreadableError(
            f"step {changed[0]} was applied in another form than this nightkick has",
            path=path,
            hint="use the build that made it, or import the recordings into a new database",
        )


def require_current(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Raise where this program cannot work with the database as it is.

    Raises
    ------
    DatabaseOlderError, DatabaseNewerError, DatabaseUnreadableError
    """
    steps = known_migrations()
    if not is_current(con, path, steps):
        raise older(len(applied(con, path)), len(steps), path)


def older(have: int, known: int, path: Path) -> DatabaseOlderError:
    """The error for a database that is to be brought up to date first.

    Parameters
    ----------
    have, known : int
        How many steps the database has and how many this program knows; the same where only the views are others.
    """
    what = (
        f"made by an older nightkick (step {have} of {known})" if have < known else "its views are of another nightkick"
    )
    main = path.name.removesuffix(PUBLISHED)
    if main != path.name:
        hint = f"it is a copy: nightkick doctor --repair --db {main}.duckdb makes it anew"
        return DatabaseOlderError(what, path=path, hint=hint)
    return DatabaseOlderError(what, path=path, hint="nightkick doctor --repair brings it up to date")


def views_in_place(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the views are those that this program has."""
    found = con.execute("SELECT value FROM setting WHERE name = 'views_sha256'").fetchall()
    return found == [(sha256_of(views()),)]


@cache
def sha256_of(text: str) -> str:
    """Checksum of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
