"""Where nightkick keeps things where the settings name no other place.

Linux and the BSDs follow the XDG base directory specification 0.8 (a relative value is ignored, as it
demands), macOS its own folders. Windows has none of the file locks that the store needs.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

NAME = "nightkick"


def config_folder() -> Path:
    """Folder of the user's ``nightkick.toml``."""
    return _folder("XDG_CONFIG_HOME", ".config", mac="Application Support")


def data_folder() -> Path:
    """Folder of the database and the recordings beside it."""
    return _folder("XDG_DATA_HOME", ".local/share", mac="Application Support")


def state_folder() -> Path:
    """Folder of what can be thrown away: Prefect's own records."""
    return _folder("XDG_STATE_HOME", ".local/state", mac="Caches")


def default_database() -> Path:
    """The database that commands use without ``--db`` and without a setting."""
    return data_folder() / "nightkick.duckdb"


def schedule_key(database: Path) -> str:
    """Eight digits that stand for a database where its path is not told."""
    return hashlib.sha256(os.fsencode(database)).hexdigest()[:8]


def schedule_folder(database: Path) -> Path:
    """Where the schedule of a database keeps its records, which name files: Prefect's, and what could not be told."""
    return state_folder() / "schedule" / schedule_key(database)


def _folder(variable: str, below_home: str, *, mac: str) -> Path:
    if sys.platform == "darwin":
        return _home() / "Library" / mac / NAME
    named = Path(os.environ.get(variable, ""))
    return (named if named.is_absolute() else _home() / below_home) / NAME


def has_home() -> bool:
    """Whether the account has a home folder; a bare service user has none."""
    try:
        Path.home()
    except RuntimeError:
        return False
    return True


def _home() -> Path:
    """The home folder; the current one for an account without any."""
    return Path.home() if has_home() else Path.cwd()
