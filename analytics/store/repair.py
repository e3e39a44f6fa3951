"""Mending what can be mended without analysing anything: permissions, leftovers, rows that belong to nothing.

Deletes what an import did not ask to be deleted, so it is timid: samples without a recording go
only when no import can be about to store that recording, and those in a folder that databases share only when no other
database lies beside it.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from analytics.store.consistency import exposed, folders_in_use, missing_samples, stray_samples
from analytics.store.database.connection import Store, first_row, reading, transaction
from analytics.store.database.failures import translated
from analytics.store.samples.handing import adopt_samples
from analytics.store.samples.staged import target_path
from analytics.store.statements.without_frames import NIGHT_TABLES
from ingest.workspace import OTHERS, abandoned, clear

#: Between staging samples and saving their recording an import takes minutes at most.
UNCLAIMED_S = 3600.0


def clear_abandoned(store: Store) -> None:
    """Remove the temporary folders of killed processes, wherever some are made. Costs a look at three folders."""
    for folder in folders_in_use(store):
        clear(folder)


def tidy(store: Store) -> tuple[str, ...]:
    """Put permissions right and remove what ended runs left behind; a sentence for each thing that was done.

    Raises
    ------
    StoreError
    """
    done: list[str] = []
    with translated(store.path):
        for path in exposed(store):
            path.chmod(path.stat().st_mode & ~OTHERS)
            done.append(f"{path} is for its owner only now")
        for folder in folders_in_use(store):
            if left := abandoned(folder):
                clear(folder)
                done.append(f"removed {len(left)} temporary folders in {folder}")
        for path in _unclaimed(store):
            path.unlink()
            done.append(f"removed {path}, samples without a recording")
    return tuple(done)


def bring_samples(store: Store) -> tuple[str, ...]:
    """Take missing samples from the folders of other names, where the database was renamed or copied; what was done.

    Raises
    ------
    StoreError
    """
    found = [adopt_samples(store, sha256, n_samples=n, first_us=first) for sha256, n, first in missing_samples(store)]
    taken = Counter(folder for folder in found if folder is not None)
    return tuple(f"took the samples of {n} recordings from {folder}" for folder, n in taken.items())


def remove_orphans(store: Store) -> int:
    """Delete rows of nights and recordings that are not there, which nothing shows; how many there were.

    Raises
    ------
    StoreError
    """
    lost_night = "(subject, night_date) NOT IN (SELECT (subject, night_date) FROM night)"
    wheres = {table: lost_night for table in NIGHT_TABLES if table != "night"}
    wheres["recording_night"] = "sha256 NOT IN (SELECT sha256 FROM recording)"
    with transaction(store) as con:
        rows = [first_row(con, f"DELETE FROM {table} WHERE {where}") for table, where in wheres.items()]
    return sum(row[0] for row in rows if row)


def discard_damaged(store: Store) -> None:
    """Remove samples that cannot be read, of recordings whose files are still there: an import keeps what it finds.

    Raises
    ------
    StoreError
    """
    damaged = {sha256 for sha256, *_ in missing_samples(store)}
    with reading(store) as con:
        files = con.execute("SELECT sha256, path FROM recording").fetchall()
    with translated(store.recordings):
        for sha256, path in files:
            if sha256 in damaged and Path(path).is_file():
                target_path(store, sha256).unlink(missing_ok=True)


def _unclaimed(store: Store) -> list[Path]:
    before = time.time() - UNCLAIMED_S
    return [path for path in stray_samples(store) if path.stat().st_mtime < before]
