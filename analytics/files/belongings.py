"""What belongs to a store, of this database or of any other, and what else the program keeps.

Told by the name, by the folders above, and by what is in the file, because a file can be reached by many names. Files
are opened here to look at them, so never while this process has a database open: closing one would drop its lock.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from analytics.files.places import head_of, is_database
from ingest.workspace import PREFIX

#: Metadata of staged samples, see `analytics.store.samples.staged`.
_SAMPLES_KEYS = frozenset({"layout", "sha256", "shift_us", "n_samples"})
_SAMPLES_NAME = re.compile(r"[0-9a-f]{64}\.parquet")
_PREFECT = "prefect.db"
#: Names in small letters: a file system may not tell them from capitals.
_NAMES = (
    (re.compile(r"\.duckdb$"), "a database"),
    (re.compile(r"\.wal(\.[a-z]+)?$|\.duckdb\.tmp$"), "the log of a database"),
    (re.compile(r"^\..*\.schedule$"), "the lock of a schedule"),
    (re.compile(r"^\..*\.forgetting$"), "the note of what is being forgotten"),
    (re.compile(rf"^{re.escape(_PREFECT)}"), "Prefect's records"),
    (re.compile(r"^\.nightkick\.lock$"), "the lock of the databases there"),
    (re.compile(r"^nightkick\.toml$"), "a settings file"),
)


def kept_as(path: Path) -> str | None:
    """What a file is part of, or would be part of: "a database", for example; None where the name is free.

    Raises
    ------
    OSError, ValueError
        It cannot be looked at.
    """
    real = Path(os.path.realpath(path))
    for place in dict.fromkeys((real, Path(os.path.realpath(path.parent)) / path.name)):
        if found := _by_name(place) or _by_folder(place.parent):
            return found
    return _by_content(real)


def _by_name(path: Path) -> str | None:
    name = path.name.lower()
    return next((what for pattern, what in _NAMES if pattern.search(name)), None)


def _by_folder(folder: Path) -> str | None:
    for above in (folder, *folder.parents):
        if above.name.startswith(PREFIX):
            return "in a temporary folder of nightkick"
        if _holds_samples(above):
            return "in a folder of samples"
    return None


def _holds_samples(folder: Path) -> bool:
    """A folder of that name is one when samples are in it, or a database lies beside."""
    if not f".{folder.name.lower()}".endswith(".recordings") or not folder.is_dir():
        return False
    if any(_SAMPLES_NAME.fullmatch(entry.name) for entry in _files(folder)):
        return True
    return any(entry.name.lower().endswith(".duckdb") or is_database(Path(entry)) for entry in _files(folder.parent))


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        yield from (entry for entry in entries if entry.is_file())


def _by_content(path: Path) -> str | None:
    if is_database(path):
        return "a database"
    if head_of(path).startswith(b"PAR1") and _parquet_keys(path) >= _SAMPLES_KEYS:
        return "the samples of a recording"
    return None


def _parquet_keys(path: Path) -> frozenset[str]:
    import polars as pl

    try:
        return frozenset(pl.read_parquet_metadata(path))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError):
        return frozenset()
