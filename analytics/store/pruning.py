"""Removing samples to free the disk, while everything that was found in them stays.

That they were removed on purpose is kept with the database, so that they are not called lost. Importing the file again
brings them back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from analytics.store.database.connection import Store, reading, transaction
from analytics.store.recordings import StoredRecording, fetch_recordings
from analytics.store.samples.removing import removing
from analytics.store.samples.staged import samples_path
from analytics.store.statements.without_frames import PRUNED
from ingest.errors import SamplesLostError


def prunable(store: Store, before: datetime) -> tuple[StoredRecording, ...]:
    """Recordings that ended before a moment, and whose samples are there."""
    with reading(store) as con:
        found = fetch_recordings(con, "r.last_at < ? AND r.n_samples > 0", [before])
    return tuple(recording for recording in found if samples_path(store, recording.sha256).exists())


def prune(store: Store, recordings: Sequence[StoredRecording]) -> None:
    """Remove the samples of these recordings and keep all else.

    Raises
    ------
    StoreError
    """
    hashes = [recording.sha256 for recording in recordings]
    today = datetime.now(UTC).date().isoformat()
    with removing(store, hashes), transaction(store) as con:
        for sha256 in hashes:
            con.execute("DELETE FROM setting WHERE name = ?", [PRUNED + sha256])
            con.execute("INSERT INTO setting VALUES (?, ?)", [PRUNED + sha256, today])


def pruned(store: Store) -> frozenset[str]:
    """Hashes of the recordings whose samples were removed on purpose and have not come back."""
    with reading(store) as con:
        marked = con.execute("SELECT name FROM setting WHERE starts_with(name, ?)", [PRUNED]).fetchall()
    hashes = {name.removeprefix(PRUNED) for (name,) in marked}
    return frozenset(sha256 for sha256 in hashes if not samples_path(store, sha256).exists())


def said_of_pruned(store: Store, error: SamplesLostError) -> SamplesLostError:
    """The error to show: another one where the samples were removed on purpose, else ``error`` itself."""
    if error.path is None or error.path.stem not in pruned(store):
        return error
    what = "the samples were pruned (nightkick forget --prune-samples); results stay as they are"
    return SamplesLostError(what, path=error.path, hint="import its file again to bring them back")
