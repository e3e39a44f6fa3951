"""Waiting for others: taking turns before a database is opened, and a line once a wait gets long.

Why a file of our own and not the folder: any user who can list a folder can open it, and who has it open can hold
a lock on it for ever. The file is for its owner only, so that a stranger who cannot write into the folder cannot open
it; one that a stranger has put there, and one that leads to another file, is never opened and keeps no process
waiting. It is there only while a turn is taken, or until the next turn where a process was killed: who has got the
lock looks whether the file is still the one in the folder, for the one before has removed it.

A version from before took turns by the folder's own lock. The two do not wait for one another; DuckDB's own lock, which
guards the data, is the same for both.
"""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import UsageError
from ingest.locks import Taking, is_still_at, open_lock, take

#: A wait that is longer gets one line, seconds.
TOLD_AFTER_S = 2.0
#: Pause before a turn is tried again, seconds; drawn from half to one and a half.
PAUSE_S = 0.01
#: In the folder of the databases that share their turns. It does not begin like an `ingest.workspace`.
LOCK_NAME = ".nightkick.lock"

Tell = Callable[[str], None]


def silent(line: str) -> None:
    """For callers who want no line."""


@dataclass(slots=True)
class Wait:
    """One wait for something that others have.

    Attributes
    ----------
    of : Path
        What is waited for.
    most_s : float
        How long at most, seconds.
    tell : callable
        Takes the line, once.
    """

    of: Path
    most_s: float
    tell: Tell = silent
    _began_s: float = field(default_factory=time.monotonic, init=False)
    _is_told: bool = field(default=False, init=False)

    @property
    def left_s(self) -> float:
        """How much longer, seconds; not positive when it is over."""
        return self.most_s - (time.monotonic() - self._began_s)

    def note(self, holder: Callable[[], str]) -> None:
        """Say once who is waited for, when the wait has become long."""
        if self._is_told or self.most_s - self.left_s < TOLD_AFTER_S:
            return
        self._is_told = True
        with contextlib.suppress(OSError, ValueError):  # a closed terminal must not end what waits
            self.tell(f"waiting for {self.of}, in use by {holder()} (up to {max(self.left_s, 0):.0f} s more)")


@contextmanager
def turn_in(folder: Path, wait: Wait) -> Iterator[None]:
    """Inside, no other process of this user tries to connect to a database in ``folder``.

    Whose turn does not come in time goes on without, and so does who cannot have the file: a reader of a folder that
    takes no file, or on a file system without locks. DuckDB's own lock is the one that guards the data.
    """
    path = folder / LOCK_NAME
    handle = _waited_for(path, wait)
    try:
        yield
    finally:
        if handle is not None:
            with contextlib.suppress(OSError):  # the next one finds it free, and takes it away
                path.unlink()
            os.close(handle)


def _waited_for(path: Path, wait: Wait) -> int | None:
    while True:
        try:
            handle = open_lock(path)
        except UsageError:  # not ours to open, or a folder that takes no file
            return None
        taking = take(handle)
        if taking is Taking.OURS and is_still_at(path, handle):
            return handle
        os.close(handle)
        if taking is Taking.NO_LOCKS_HERE or wait.left_s <= 0:
            return None
        if taking is Taking.THEIRS:
            wait.note(lambda: _holder(path))
        time.sleep(PAUSE_S * random.uniform(0.5, 1.5))


def _holder(path: Path) -> str:
    """Who holds the lock, as far as the system tells."""
    try:
        inode = str(path.lstat().st_ino)
        for line in Path("/proc/locks").read_text().splitlines():
            kind, pid, place = line.split()[1], line.split()[4], line.split()[5]
            if kind == "FLOCK" and place.rpartition(":")[2] == inode and int(pid) > 0:
                program = Path("/proc", pid, "comm").read_text().strip()
                return f"{program} (process {pid})"
    except (OSError, ValueError, IndexError):  # the system has no such list, or the holder has just ended
        pass
    return "another process"
