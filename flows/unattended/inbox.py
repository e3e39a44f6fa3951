"""Which files of an inbox an unattended run tries.

Files are told apart by size, time of change and inode. Only what is new or has changed is opened and hashed, so that
a folder of 100,000 recordings costs a look at its directory. A file that is still being written waits for the next
run: one that was changed within the last seconds, or that changes between two looks. What was refused is left alone
until it changes, or until a newer version of the program, or other assignments, may know better.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analytics.store import SeenFile
from flows.importing.inputs import find_inputs
from ingest.archives.companion_files import canonical, companions_of
from ingest.errors import EmptyFileError, NightkickError

#: A file that was changed so recently may still be being written. Sync programs pause for a second or two.
SETTLED_S = 5.0
#: Between two looks at new files: for those who write a file under an old time of change.
LOOK_AGAIN_S = 2.0


@dataclass(frozen=True, slots=True)
class Look:
    """A recording's files at one moment.

    Attributes
    ----------
    stamp : str
        Size, time of change and inode of each of its files.
    changed_ns : int
        Latest time of change among the files that may belong to it, nanoseconds since 1970.
    """

    stamp: str
    changed_ns: int


@dataclass(frozen=True, slots=True)
class Inbox:
    """What was found, each group by name.

    Attributes
    ----------
    new : mapping of Path to str
        To be tried, with their stamps.
    waiting : tuple of Path
        Still being written.
    done : mapping of Path to str
        Stored by an earlier run and unchanged.
    refused : tuple of Path
        Refused or failed in an earlier run and unchanged.
    problems : tuple of NightkickError
        What could not be looked into.
    outside : tuple of Path
        Links that lead out of the folder, which are not followed.
    """

    new: Mapping[Path, str]
    waiting: tuple[Path, ...]
    done: Mapping[Path, str]
    refused: tuple[Path, ...]
    problems: tuple[NightkickError, ...]
    outside: tuple[Path, ...] = ()


def look_through(
    folder: Path,
    seen: Callable[[Path], SeenFile | None],
    *,
    version: str,
    skip: Iterable[Path] = (),
    pause: Callable[[float], None] = time.sleep,
) -> Inbox:
    """Look at every file below ``folder``, twice at those that are new.

    Parameters
    ----------
    seen : callable
        How a file was when it was last tried.
    version : str
        Of this program, and of the assignments.
    skip : iterable of Path
        Folders that are passed over: the store's own, and the archive.
    pause : callable
        Waits so many seconds between the two looks.

    Returns
    -------
    Inbox
        An empty folder is no problem: nothing has come.
    """
    inputs = find_inputs([folder], skip=skip)
    looks = {file: look_at(file) for file in inputs.files}
    known = {file: before for file, look in looks.items() if (before := _known(look, seen(file), version))}
    fresh = [file for file in inputs.files if file not in known]
    if fresh:
        pause(LOOK_AGAIN_S)
    now_ns = time.time_ns()
    again = {file: look_at(file) for file in fresh}
    settled = {file: is_settled(looks[file], again[file], now_ns) for file in fresh}
    return Inbox(
        new={file: again[file].stamp for file in fresh if settled[file]},
        waiting=tuple(file for file in fresh if not settled[file]),
        done={file: before.stamp for file, before in known.items() if before.is_done},
        refused=tuple(file for file, before in known.items() if not before.is_done),
        problems=tuple(p for p in inputs.problems if not isinstance(p, EmptyFileError)),
        outside=inputs.outside,
    )


def look_at(file: Path) -> Look:
    """A look at a recording; one that cannot be had is left to its reader, who says why."""
    companions = companions_of(file)
    found = [status for part in (file, *companions) if (status := _status(part))]
    stamp = " ".join(f"{status.st_size}:{status.st_mtime_ns}:{status.st_ino}" for status in found)
    neighbours = [] if canonical(file.name) is None else _neighbours(file)
    return Look(stamp, max((status.st_mtime_ns for status in (*found, *neighbours)), default=0))


def is_settled(first: Look, second: Look, now_ns: int) -> bool:
    """Whether the file seems to be finished.

    A time of change far in the future, from a device whose clock is wrong, says nothing: the two looks decide.

    Parameters
    ----------
    first, second : Look
        Of the same recording, some seconds apart.
    now_ns : int
        The computer's time at the second look, nanoseconds since 1970.
    """
    return first == second and abs(now_ns - second.changed_ns) >= SETTLED_S * 1e9


def _known(look: Look, before: SeenFile | None, version: str) -> SeenFile | None:
    """What was remembered, where it still holds."""
    if before is None or before.stamp != look.stamp:
        return None
    return before if before.is_done or before.version == version else None


def _neighbours(file: Path) -> list[os.stat_result]:
    """The files beside one of several that make a recording: those it needs may come after it."""
    try:
        with os.scandir(file.parent) as entries:
            return [entry.stat() for entry in entries if entry.is_file()]
    except OSError:
        return []


def _status(file: Path) -> os.stat_result | None:
    try:
        return os.stat(file)  # noqa: PTH116 - twice as fast as the method, for 100,000 files
    except (OSError, ValueError):
        return None
