"""What may be read at all, and whether it held still meanwhile.

The only place that looks at the file system's side of an input: is it a plain file with bytes in it, which
`OSError` means what to a person, and has somebody been writing to it while it was read. Devices and pipes are
recognised before anything is opened, so nothing can hang on them.
"""

from __future__ import annotations

import errno
import gzip
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import DamagedRecordingError, EmptyFileError, IngestError, UnreadableFileError

_COPY_AGAIN = "check the cable or card and copy the file from the device again"
_ADVICE = {
    errno.EACCES: ("no permission to read it", "allow your user to read the file and its folder"),
    errno.EPERM: ("no permission to read it", "allow your user to read the file and its folder"),
    errno.EIO: ("the disk or card failed while reading", _COPY_AGAIN),
    errno.ENOSPC: ("no space left on the disk to unpack it", "make room and try again"),
    errno.ENOTDIR: ("no such file", "a part of the path is a file, not a folder"),
    errno.ENAMETOOLONG: ("the name is too long for this file system", ""),
    errno.ELOOP: ("a symbolic link that leads back to itself", "name the file it should lead to"),
}
_KINDS = {
    stat.S_IFDIR: ("a folder, not a file", "name the recordings inside it"),
    stat.S_IFIFO: ("a pipe, not a file", "save its content to a file first"),
    stat.S_IFSOCK: ("a socket, not a file", ""),
    stat.S_IFCHR: ("a device, not a file", "copy the recording from it first"),
    stat.S_IFBLK: ("a device, not a file", "mount it and name the recording on it"),
}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when somebody writes to a file or replaces it."""

    size: int
    mtime_ns: int
    inode: int
    device: int


def stamp_of(path: Path) -> Stamp:
    """The present stamp of a plain file with content.

    Raises
    ------
    UnreadableFileError
        Missing, a broken link, no permission, or not a plain file.
    EmptyFileError
        Zero bytes.
    """
    stamp = _present_stamp(path)
    if stamp.size == 0:
        raise EmptyFileError("the file is empty", path=path, hint="copy it from the device again")
    return stamp


def check_unchanged(path: Path, stamp: Stamp) -> None:
    """Raise `UnreadableFileError` unless the file is still the one that `stamp` was taken of."""
    if _present_stamp(path) != stamp:
        raise UnreadableFileError(
            "the file is still being written", path=path, hint="try again once the copy has finished"
        )


@contextmanager
def reading(path: Path, stamp: Stamp) -> Iterator[None]:
    """Name what goes wrong while `path` is read.

    A system error becomes an `UnreadableFileError`, a compressed stream that breaks off a
    `DamagedRecordingError`. If the file changed meanwhile, that is the reason and is said instead.
    """
    try:
        yield
    except IngestError:
        check_unchanged(path, stamp)
        raise
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        check_unchanged(path, stamp)
        raise DamagedRecordingError(
            "the compressed data break off or are damaged", path=path, hint="copy the file again"
        ) from error
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> UnreadableFileError:
    """The `OSError` as an error that says what to do."""
    if error.errno == errno.ENOENT:
        what, hint = _missing(path)
    else:
        what, hint = _ADVICE.get(error.errno or 0, (error.strerror or str(error), ""))
    return UnreadableFileError(what, path=path, hint=hint)


def _present_stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:  # a NUL byte or a lone surrogate in the name
        raise UnreadableFileError("not a possible file name", path=path, hint="check the spelling") from error
    if not stat.S_ISREG(status.st_mode):
        what, hint = _KINDS.get(stat.S_IFMT(status.st_mode), ("not a plain file", ""))
        raise UnreadableFileError(what, path=path, hint=hint)
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ino, status.st_dev)


def _missing(path: Path) -> tuple[str, str]:
    if path.is_symlink():
        return "a symbolic link to a file that does not exist", "name the file itself"
    return "no such file", "check the spelling and the folder"
