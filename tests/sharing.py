"""What tests share that takes long to make."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make_in: Callable[[Path], None]) -> Path:
    """A folder that is made once for all workers of the run: copy it, do not work in it."""
    base = factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = base / name, base / f"{name}.done"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            folder.mkdir()
            make_in(folder)
            done.touch()
    return folder


def copy_of(made: Path, to: Path, copy_function: Callable[[str, str], object] = shutil.copy2) -> None:
    """Copy what `made_once` made, without the files by which other workers take turns to read it just now."""
    shutil.copytree(
        made, to, dirs_exist_ok=True, copy_function=copy_function, ignore=shutil.ignore_patterns(".nightkick*")
    )
