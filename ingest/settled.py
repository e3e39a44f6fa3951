"""Finished files: on disk, for their owner only, in place by one rename."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

OWNER_FILE = 0o600


def settle(built: Path, target: Path) -> None:
    """Move a finished file to its place in one step, on disk and for its owner only."""
    make_durable(built)
    built.replace(target)
    sync_folder(target.parent)


def make_durable(built: Path) -> None:
    """Open a finished file to its owner only, and write it through to the disk."""
    handle = os.open(built, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        # A refusal: it is ours, so this is a file system without permissions, as on a stick.
        with contextlib.suppress(PermissionError):
            os.fchmod(handle, OWNER_FILE)
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
