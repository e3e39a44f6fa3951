"""Mending what can be mended without analysing anything: permissions, leftovers, rows that belong to nothing.

The only place that deletes what an import did not ask to be deleted, so it is timid: samples without a recording go
only when no import can be about to store that recording, and no other database lies in the same folder.
"""

from __future__ import annotations

import time
from pathlib import Path

from analytics.belongings import is_copy
from analytics.store.check import OTHERS, exposed, stray_samples
from analytics.store.connection import Store, first_row, transaction
from analytics.store.failures import translated
from analytics.store.rows import NIGHT_TABLES
from ingest.workspace import abandoned, workspace

#: Between staging samples and saving their recording an import takes minutes at most.
UNCLAIMED_S = 3600.0


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
        for folder in (store.path.parent, store.recordings):
            if left := abandoned(folder):
                with workspace(folder):  # whoever makes one removes what nobody holds
                    done.append(f"removed {len(left)} temporary folders in {folder}")
        for path in _unclaimed(store):
            path.unlink()
            done.append(f"removed {path}, samples without a recording")
    return tuple(done)


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


def _unclaimed(store: Store) -> list[Path]:
    others = {path for path in store.path.parent.glob("*.duckdb") if not is_copy(path)}
    if others - {store.path}:
        return []
    before = time.time() - UNCLAIMED_S
    return [path for path in stray_samples(store) if path.stat().st_mtime < before]
