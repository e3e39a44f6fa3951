"""Databases that a restored one has replaced: kept beside it under dated names, and never overwritten."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from analytics.files.places import is_set_aside
from analytics.store.database.connection import Store
from analytics.store.database.publish import log_of
from analytics.store.database.settling import OWNER_FILE

#: What file systems without hard links say to one.
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


def keep_aside(store: Store) -> Path | None:
    """Give the database, and a log that it could not read, a second, dated name; returns it.

    The database stays where it is, for what replaces it by one rename; its log is moved, because beside another
    database it would be read into that one. None where neither is there.
    """
    log = log_of(store.path)
    if not store.path.exists() and not log.exists():
        return None
    wanted = store.path.with_name(f"{store.path.stem}.replaced-{datetime.now(UTC).astimezone():%Y-%m-%dT%H%M}.duckdb")
    for number in count(1):
        place = wanted if number == 1 else wanted.with_stem(f"{wanted.stem}-{number}")
        if os.path.lexists(log_of(place)):
            continue  # it would be read into what is kept here
        try:
            _claim(place, store.path)
        except FileExistsError:
            continue
        if log.exists():
            log.replace(log_of(place))
        return place
    raise AssertionError("numbers do not end")


def kept_databases(store: Store) -> tuple[Path, ...]:
    """The databases in this one's folder that were replaced, this one's and others', oldest first."""
    return tuple(sorted(path for path in store.path.parent.glob("*.duckdb") if is_set_aside(path)))


def _claim(place: Path, database: Path) -> None:
    """Take a name that is free, which one process alone can: for the database, or empty for a log without one.

    Raises
    ------
    FileExistsError
        It is not free.
    """
    if database.exists():
        try:
            place.hardlink_to(database)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
        else:
            return
    os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, OWNER_FILE))
    if database.exists():  # without hard links: moved, and the place is empty until the restored one is there
        database.replace(place)
