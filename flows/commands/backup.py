"""``nightkick backup`` and ``nightkick restore``: what they say about what the store did."""

from __future__ import annotations

from pathlib import Path

from analytics import store as the_store
from flows.settings.database import store_for
from flows.terminal.options import Database
from flows.terminal.talk import say


def backup(file: Path, /, *, with_recordings: bool = False, db: Database = None) -> None:
    """Write the database, with journal and reviews, to one file; imports may go on meanwhile.

    Parameters
    ----------
    file
        The backup; an older one of the same database there is replaced.
    with_recordings
        Put the raw samples into it too (4 MB a night at 100 Hz).
    """
    made = the_store.back_up(store_for(db), file, with_samples=with_recordings)
    size_mb = file.stat().st_size / 1e6
    say(f"wrote {file}: the database and the samples of {_recordings(made.n_recordings)}, {size_mb:.1f} MB")
    if made.n_lacking and with_recordings:
        say(f"the samples of {_recordings(made.n_lacking)} are missing; see nightkick doctor")
    elif made.n_lacking:
        say(f"the samples of {_recordings(made.n_lacking)} are not in it; --with-recordings adds them")


def restore(file: Path, /, *, force: bool = False, db: Database = None) -> None:
    """Bring a backup back, once all of it has been checked.

    Parameters
    ----------
    file
        A backup, or a copy of a database: the published one, or one that was kept.
    force
        Replace a database that is there; it is kept under a dated name.
    """
    store = store_for(db)
    restored = the_store.restore(store, file, force=force)
    if restored.kept:  # before anything else can fail
        say(f"the database that was there is kept as {restored.kept}")
    the_store.initialise(store)
    the_store.publish(store)
    say(f"restored the backup of {restored.made_at} to {store.path}")
    _say_what_is_missing(restored)


def _say_what_is_missing(restored: the_store.Backup) -> None:
    if restored.n_lacking:
        says = "import their files again where nightkick doctor misses them"
        say(f"the backup had no samples of {_recordings(restored.n_lacking)}: {says}")


def _recordings(n: int) -> str:
    return "1 recording" if n == 1 else f"{n} recordings"
