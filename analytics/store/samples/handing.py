"""Samples that change hands: those of a database set aside, of one renamed or copied, and of a recording that goes."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from analytics.files.places import databases_beside, is_copy, is_orphaned, other_samples, own_samples, shared_samples
from analytics.store.database.connection import Store, reading
from analytics.store.database.failures import translated
from analytics.store.database.settling import make_durable, sync_folder
from analytics.store.samples.staged import compare, decode, samples_path, target_path
from analytics.store.statements.without_frames import PRUNED
from ingest.errors import DatabaseUnreadableError, SamplesLostError, StoreError
from ingest.workspace import workspace

#: Claims the samples of its recordings, but for those that were pruned.
CLAIMED = f"SELECT sha256 FROM recording WHERE '{PRUNED}' || sha256 NOT IN (SELECT name FROM setting)"


def removable_samples(store: Store, sha256: str) -> tuple[Path, ...]:
    """Every file of samples of a recording that no other database needs; whether this one does is not asked.

    A file in the shared folder stays while another database beside it claims it. Copies of databases do not count.
    """
    own, shared = target_path(store, sha256), shared_samples(store.path) / target_path(store, sha256).name
    files = [own, *([] if _claimed_elsewhere(store, sha256, shared) else [shared])]
    return tuple(path for path in files if path.exists())


def _claimed_elsewhere(store: Store, sha256: str, shared: Path) -> bool:
    if not shared.exists():
        return False
    for path in databases_beside(store.path):
        other = Store(path, store.wait_s)
        if is_copy(path) or samples_path(other, sha256) != shared:
            continue
        try:
            with reading(other, any_schema=True) as con:
                if con.execute(f"SELECT 1 FROM ({CLAIMED}) WHERE sha256 = ?", [sha256]).fetchall():
                    return True
        except DatabaseUnreadableError:
            return True  # it may be mended, and have them
        except StoreError:
            continue  # a database of another program
    return False


def keep_samples(store: Store, aside: Path) -> None:
    """Give a database that is about to be set aside under the name ``aside`` its samples, before others replace them.

    Its folder gets a second name of each file in the database's own folder: no room is taken, for a file of samples
    is replaced and never changed. Where the file system has no second names, copies. Once more does no harm.

    Raises
    ------
    StoreError
    """
    with translated(store.recordings):
        if files := sorted(store.recordings.glob("*.parquet")):
            _give_all(files, own_samples(aside))


def second_name(file: Path, folder: Path) -> Path:
    """Give a file a second name in another folder: a link, or a copy where the file system has no links."""
    given = folder / file.name
    try:
        given.hardlink_to(file)
    except OSError:
        shutil.copyfile(file, given)
        make_durable(given)
    return given


def adopt_samples(store: Store, sha256: str, *, n_samples: int, first_us: int) -> Path | None:
    """Take a recording's samples from the folder of another database name, after a rename or a copy.

    Parameters
    ----------
    n_samples, first_us : int
        What the database has for the recording; the time is UTC. Other samples are not taken.

    Returns
    -------
    Path or None
        Where they were; None where no such folder has the samples of this database.
    """
    target = target_path(store, sha256)
    for folder in other_samples(store.path):
        try:
            compare(folder / target.name, n_samples, first_us)
            decode(folder / target.name)
        except SamplesLostError:
            continue
        with translated(target):
            _give_all([folder / target.name], store.recordings)
            if is_orphaned(folder):
                (folder / target.name).unlink()
        return folder
    return None


def _give_all(files: Sequence[Path], folder: Path) -> None:
    """Second names of files in another folder, or copies; whatever bears such a name there is replaced."""
    with workspace(folder) as room:
        for file in files:
            second_name(file, room).replace(folder / file.name)
        sync_folder(folder)
