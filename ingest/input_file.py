"""What may be read at all, and whether it held still meanwhile.

Looks at the file system's side of an input: is it a plain file with bytes in it, which
`OSError` means what to a person, and was it written to while it was read. Devices and pipes are
recognised before anything is opened, so nothing can hang on them; and so are the files that a kernel makes up, some
of which look plain and never end or wait for ever. A file that is as good as empty, however large it says it is,
costs a look at a few places.
"""

from __future__ import annotations

import errno
import gzip
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BufferedReader
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
#: File systems without a disk behind them, whose files are made up when they are read.
_OF_THE_KERNEL = frozenset(
    (
        *(
            "binfmt_misc",
            "bpf",
            "cgroup",
            "cgroup2",
            "configfs",
            "debugfs",
            "devpts",
            "efivarfs",
            "functionfs",
            "fusectl",
        ),
        *("mqueue", "nfsd", "nsfs", "proc", "pstore", "resctrl", "rpc_pipefs", "securityfs", "selinuxfs", "smackfs"),
        *("sysfs", "tracefs"),
    )
)
#: No device writes more, but for tables in text; a smaller file is read in seconds, whatever is in it.
LARGE_BYTES = 1 << 30
#: Of a large file so many places are looked at, and that many of them must hold more than zeros.
_PLACES, _FEWEST_FILLED, _PLACE_BYTES = 64, 8, 4096


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when a file is written to or replaced."""

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
        Zero bytes, or a large file of hardly anything but zeros.
    """
    stamp = _present_stamp(path)
    if stamp.size == 0:
        raise EmptyFileError("the file is empty", path=path, hint="copy it from the device again")
    check_filled(path)
    return stamp


def check_filled(path: Path) -> None:
    """Refuse a large file of hardly anything but zeros, by a look at a few places.

    It can claim any size and hold nothing: what was never written reads as zeros, for as long as it says.

    Raises
    ------
    EmptyFileError
    UnreadableFileError
        It cannot be looked at.
    """
    stamp = _present_stamp(path)
    if stamp.size <= LARGE_BYTES:
        return
    n_filled = 0
    with open_plain(path) as file, reading(path, stamp):
        for place in range(1, _PLACES + 1):
            file.seek(place * (stamp.size - _PLACE_BYTES) // _PLACES)
            n_filled += any(file.read(_PLACE_BYTES))
            if n_filled >= _FEWEST_FILLED:
                return
    raise EmptyFileError(
        f"nearly all of its {stamp.size / 1e9:.1f} GB are zeros, which no recording is", path=path, hint="copy it again"
    )


def is_plain(path: Path) -> bool:
    """Whether it is a plain file on a disk, so that reading it ends; False for what cannot be asked."""
    try:
        _present_stamp(path)
    except UnreadableFileError:
        return False
    return True


def leads_into(path: Path, folder: Path | str) -> bool:
    """Whether a name that lies below a folder leads to something below it, through all links.

    What a link finds elsewhere was not given to us, and is read only when it is named itself. One that leads back to
    itself stays: its reader says so.
    """
    try:
        return path.resolve().is_relative_to(os.path.realpath(folder))
    except (OSError, RuntimeError, ValueError):
        return True


def is_plain_in(folder: Path, name: str) -> bool:
    """Whether a file that was not named lies in a folder, to be read with one that was: plain, and really there."""
    return is_plain(folder / name) and leads_into(folder / name, folder)


def open_plain(path: Path) -> BufferedReader:
    """Open a plain file for reading, and nothing else that may have come into its place meanwhile.

    Raises
    ------
    UnreadableFileError
        Missing, no permission, or not a plain file.
    """
    _present_stamp(path)
    try:
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY), "rb")
    except OSError as error:
        raise unreadable(path, error) from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise UnreadableFileError("not a plain file", path=path)
    return file


@cache
def is_of_the_kernel(device: int) -> bool:
    """Whether a device number (``st_dev``) is that of a file system without a disk, as /proc is."""
    number = f"{os.major(device)}:{os.minor(device)}"
    try:
        mounts = Path("/proc/self/mountinfo").read_text(errors="replace").splitlines()
    except OSError:  # another system than Linux
        return False
    kinds = (mount.partition(" - ")[2].split(" ", 1)[0] for mount in mounts if mount.split(" ", 3)[2] == number)
    return any(kind in _OF_THE_KERNEL for kind in kinds)


def check_unchanged(path: Path, stamp: Stamp) -> None:
    """Raise `UnreadableFileError` unless the file is still the one that `stamp` was taken of."""
    if _present_stamp(path) != stamp:
        raise UnreadableFileError(
            "the file is still being written", path=path, hint="try again once the copy has finished"
        )


@contextmanager
def reading(path: Path, stamp: Stamp) -> Iterator[None]:
    """Raise what goes wrong while `path` is read as an error of ours that names it.

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
    if is_of_the_kernel(status.st_dev):
        raise UnreadableFileError("a file that the system makes up, not one on a disk", path=path)
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ino, status.st_dev)


def _missing(path: Path) -> tuple[str, str]:
    if path.is_symlink():
        return (
            "a symbolic link to a file that does not exist",
            f"bring {path.readlink()} back, or name the file where it is now",
        )
    return "no such file", "check the spelling and the folder"
