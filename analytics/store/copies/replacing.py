"""Putting a restored database in the place of another one, which is kept beside with all that belongs to it."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from analytics.store.copies.kept import keep_aside
from analytics.store.database.connection import Store, reading, writing
from analytics.store.database.rewriting import LINGER_S, turns
from analytics.store.database.settling import make_durable, settle, sync_folder
from analytics.store.samples.handing import keep_samples
from analytics.store.samples.staged import target_path
from ingest.errors import DatabaseUnreadableError


def put_in_place(store: Store, built: Path, *, samples: Mapping[str, Path], recordings: Collection[str]) -> Path | None:
    """One rename, while no process is about to write to the database that is replaced; where that one is kept.

    It keeps its samples too, under second names, before restored ones take their places.

    Parameters
    ----------
    built : Path
        The restored database, of which nothing is open.
    samples : mapping of str to Path
        Files of samples that come with it, by the hash of their recording.
    recordings : collection of str
        Hashes of its recordings: the samples of others go with the one that is kept.
    """
    make_durable(built)
    link, store = store, replace(store, path=store.path.resolve())  # of a link, the file that it leads to is replaced
    with turns(link, store), _writers_kept_out(store):
        if kept := keep_aside(store):
            keep_samples(store, kept)
        for sha256, file in samples.items():
            settle(file, target_path(store, sha256))
        built.replace(store.path)
        sync_folder(store.path.parent)
        if kept:
            _leave(store, recordings)
        time.sleep(LINGER_S)
    return kept


def _leave(store: Store, recordings: Collection[str]) -> None:
    """Take away the samples that the one that is kept has under names of its own, and that nothing here needs."""
    for path in store.recordings.glob("*.parquet"):
        if path.stem not in recordings:
            path.unlink()


@contextmanager
def _writers_kept_out(store: Store) -> Iterator[None]:
    """Inside, the database has no log of its own, and no process writes to it. For use within its `turns`.

    The turn comes first: who waits for it while holding DuckDB's lock would keep out the one who has the turn and
    waits for that lock.
    """
    with ExitStack() as held:
        if store.path.exists():
            try:
                with writing(store, has_turn=True) as con:
                    con.execute("CHECKPOINT")
                held.enter_context(reading(store, any_schema=True, has_turn=True))
            except DatabaseUnreadableError:
                pass  # damaged, which is what backups are for: no process can have it open
        yield
