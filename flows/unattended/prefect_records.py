"""Prefect's own records of runs: names of files, nights and reasons, which can be thrown away and so are whole."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from analytics.store import Store
from flows.settings.database import store_for
from flows.unattended.prefect_environment import prefect_defaults
from flows.unattended.schedule_plan import Plan, only_one
from ingest.errors import DatabaseBusyError, NightkickError

#: What each run was called with, in Prefect's database.
_RUNS = "SELECT parameters FROM flow_run"


def record_folders(store: Store) -> tuple[Path, ...]:
    """Where Prefect keeps what it knows of this database: for its schedule, and for runs with ``--flow``.

    All databases share the second one; it is left out where it holds no run of this one.
    """
    schedule = Plan(Path(), store.path, "", "").prefect_home
    shared = shared_records()
    return tuple(folder for folder in (schedule, shared) if folder.is_dir() and _has_runs_of(store, folder, shared))


def shared_records() -> Path:
    """Where runs with ``--flow`` are recorded, of whichever database."""
    return Path(prefect_defaults()["PREFECT_HOME"])


def where_kept(database: Path) -> tuple[Path, ...]:
    """Where runs of this database are recorded from now on: those of its schedule, and those with ``--flow``."""
    if named := os.environ.get("PREFECT_HOME"):
        return (Path(named).expanduser().absolute(),)
    return Plan(Path(), database, "", "").prefect_home, shared_records()


def _has_runs_of(store: Store, folder: Path, shared: Path) -> bool:
    """Whether a run there was of this database; records that cannot be read may hold one."""
    if folder != shared:
        return True
    try:
        with closing(sqlite3.connect(f"{(folder / 'prefect.db').absolute().as_uri()}?mode=ro", uri=True)) as con:
            told = [json.loads(text or "{}").get("database") for (text,) in con.execute(_RUNS)]
    except (sqlite3.Error, ValueError, AttributeError):
        return True
    return any(_is_of(store, database) for database in told)


def _is_of(store: Store, database: str | None) -> bool:
    """Whether a run of ``database`` was of this store; None: that of the settings."""
    path = store_for(None).path if database is None else Path(database).expanduser()
    if not path.is_absolute():  # from a working directory that is not known any more
        return path.name == store.path.name
    return path.resolve() == store.path.resolve()


@contextmanager
def records_at_rest(store: Store) -> Iterator[tuple[Path, ...]]:
    """The folders of `record_folders`; inside, no schedule of the database runs.

    Raises
    ------
    DatabaseBusyError
        One runs, or a run with ``--flow`` does.
    """
    with only_one(store.path):
        folders = record_folders(store)
        for folder in folders:
            if _is_open(folder / "prefect.db"):
                raise DatabaseBusyError(
                    "Prefect's records are in use by another run", path=folder, hint="wait for nightkick import --flow"
                )
        yield folders


def remove_records(folder: Path) -> None:
    """Remove a folder of records; Prefect makes it anew.

    Raises
    ------
    NightkickError
    """
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise NightkickError(
            f"Prefect's records cannot be removed: {error.strerror}; nothing was forgotten",
            path=folder,
            hint="check its owner",
        ) from error


def foreign_records() -> str | None:
    """A server or a folder of Prefect's that the environment names, which is not ours to empty."""
    named = [f"{name}={os.environ[name]}" for name in ("PREFECT_API_URL", "PREFECT_HOME") if os.environ.get(name)]
    return ", ".join(named) or None


def _is_open(database: Path) -> bool:
    """Whether a server works with these records: SQLite gives up its log only for the last one that has it open."""
    if not database.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True, timeout=0)) as con:
            con.execute("PRAGMA journal_mode = DELETE").fetchall()
    except sqlite3.OperationalError as error:
        return "locked" in str(error) or "busy" in str(error)
    except sqlite3.DatabaseError:  # damaged: no server can have it open
        return False
    return False
