"""``nightkick backup`` and ``nightkick restore``: what they say about what the store did."""

from __future__ import annotations

from pathlib import Path

from analytics.store import Backup, back_up, initialise, publish, restore
from flows.settings.database import store_for
from flows.terminal.talk import say


def backup_command(target: Path, *, with_recordings: bool, database: Path | None) -> None:
    """Write everything, or everything but the samples, to one file."""
    store = store_for(database)
    made = back_up(store, target, with_samples=with_recordings)
    size_mb = target.stat().st_size / 1e6
    say(f"wrote {target}: the database and the samples of {_recordings(made.n_recordings)}, {size_mb:.1f} MB")
    if made.n_lacking and with_recordings:
        say(f"the samples of {_recordings(made.n_lacking)} are missing; see nightkick doctor")
    elif made.n_lacking:
        say(f"the samples of {_recordings(made.n_lacking)} are not in it; --with-recordings adds them")


def restore_command(source: Path, *, force: bool, database: Path | None) -> None:
    """Bring a backup back."""
    store = store_for(database)
    restored = restore(store, source, force=force)
    if restored.kept:  # before anything else can fail
        say(f"the database that was there is kept as {restored.kept}")
    initialise(store)
    publish(store)
    say(f"restored the backup of {restored.made_at} to {store.path}")
    _say_what_is_missing(restored)


def _say_what_is_missing(restored: Backup) -> None:
    if restored.n_lacking:
        says = "import their files again where nightkick doctor misses them"
        say(f"the backup had no samples of {_recordings(restored.n_lacking)}: {says}")


def _recordings(n: int) -> str:
    return "1 recording" if n == 1 else f"{n} recordings"
