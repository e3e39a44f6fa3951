"""Moving stored recordings out of the inbox, never over anything else.

A free name is reserved by making an empty file there, which only one process can; then the recording is moved onto
it. After a crash in between, the empty file stays and the recording is moved beside it next time.
"""

from __future__ import annotations

import errno
import shutil
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from flows.unattended.inbox import look_at
from ingest.archives.companion_files import sort_out_folder
from ingest.errors import NightkickError
from ingest.workspace import own_folder

#: So many recordings of one name are more than a device can make.
MOST_NAMES = 10_000


def archive_folder(inbox: Path, archive: Path) -> Path:
    """Where stored files of this inbox go: ``archive`` beside it, unless that is an absolute path."""
    return inbox.parent / archive


def move_stored(inbox: Path, stored: Mapping[Path, str], archive: Path) -> tuple[list[Path], list[NightkickError]]:
    """Move recordings that are stored, with the files that belong to them, keeping their way below the inbox.

    Parameters
    ----------
    stored : mapping of Path to str
        Recordings with the stamps that they had when they were stored. One that has changed since stays.

    Returns
    -------
    list of Path, list of NightkickError
        The recordings that were moved, and what could not be.
    """
    moved: list[Path] = []
    problems: list[NightkickError] = []
    for folder, files in _by_folder(stored).items():
        belonging = sort_out_folder(folder)
        mains = {folder / main for mains in belonging.values() for main in mains}
        for file in files:
            if look_at(file).stamp != stored[file] or not _is_inside(file, inbox):
                continue
            if file in mains and not mains <= stored.keys():
                continue  # they may share files, and one is not stored yet
            parts = [folder / name for name, of in belonging.items() if file.name in of]
            try:
                for part in (*parts, file):  # the recording itself last: it is what the next run finds
                    if part.exists():
                        _move(part, archive / part.relative_to(inbox))
            except OSError as error:
                says = f"stored, but cannot be moved to {archive}: {error.strerror or error}"
                problems.append(NightkickError(says, path=file, hint="check the permissions there"))
            else:
                moved.append(file)
    return moved, problems


def _by_folder(files: Mapping[Path, str]) -> Mapping[Path, list[Path]]:
    found: defaultdict[Path, list[Path]] = defaultdict(list)
    for file in files:
        found[file.parent].append(file)
    return found


def _is_inside(file: Path, inbox: Path) -> bool:
    """Whether it really lies in the inbox and was not reached through a link to another place."""
    try:
        return file.parent.resolve().is_relative_to(inbox.resolve())
    except OSError:
        return False


def _move(file: Path, target: Path) -> None:
    own_folder(target.parent)
    place = _reserved(target)
    try:
        try:
            file.replace(place)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            shutil.copy2(file, place)
            file.unlink()
    except OSError:
        if file.exists():
            place.unlink(missing_ok=True)
        raise


def _reserved(target: Path) -> Path:
    """An empty file under the wanted name, or under that name with a number, which was not there before."""
    for number in range(1, MOST_NAMES):
        place = target if number == 1 else target.with_name(f"{target.stem} ({number}){target.suffix}")
        try:
            place.touch(exist_ok=False)
        except FileExistsError:
            continue
        return place
    raise FileExistsError(errno.EEXIST, "too many files of this name", str(target))
