"""Copying the database as a file while no process writes to it, in the time that the disk takes.

A process of its own reads it: to close a file drops the locks that the process has on it, and ours may have
DuckDB's. Where the file system can (btrfs, XFS), the copy shares its blocks with the original and takes no room.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

#: Runs without the program: to load it would take longer than to copy. It prints the number of an error.
_CHILD = """
import os, sys
def copy(source, target):
    size = os.fstat(source).st_size
    try:
        while os.copy_file_range(source, target, 1 << 30):
            pass
    except (AttributeError, OSError):
        pass
    if os.fstat(target).st_size == size:
        return
    os.lseek(source, 0, os.SEEK_SET)
    os.lseek(target, 0, os.SEEK_SET)
    while piece := os.read(source, 1 << 20):
        left = memoryview(piece)
        while left:
            left = left[os.write(target, left):]
try:
    copy(os.open(sys.argv[1], os.O_RDONLY), os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
except OSError as error:
    os.write(1, str(error.errno).encode())
    os._exit(1)
"""


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file that no process changes meanwhile, for its owner only; what is open in this process stays locked.

    Parameters
    ----------
    source : Path
        The caller holds a lock on it that keeps writers out.
    target : Path
        Must not exist.

    Raises
    ------
    OSError
        What the system answered, such as that there is no room.
    """
    command = [sys.executable, "-I", "-S", "-c", _CHILD, str(source.absolute()), str(target.absolute())]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if ended.returncode:
        number = int(ended.stdout) if ended.stdout.isdigit() else 0
        what = os.strerror(number) if number else f"the process that copied it ended with {ended.returncode}"
        raise OSError(number, what, str(target))
