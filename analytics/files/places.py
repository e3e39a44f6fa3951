"""Which files belong to a database: the one owner of their names.

    nights.duckdb                 the database
    nights.published.duckdb       its published copy
    nights.duckdb.recordings/     its raw samples, <sha256>.parquet: written by this database alone
    recordings/                   raw samples of databases made before each had a folder of its own: read, never written

The folder bears the full name of its database: ``a``, ``a.db`` and ``a.duckdb`` may lie side by side. A database that
is reached by a link has its samples beside the file itself. Copies of a database (published, or set aside by a
restore) read the samples of the original too, and never write there.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

FOLDER = "recordings"
PUBLISHED = "published"
#: What may follow the first name of a database that was copied or set aside by this program.
_COPY = re.compile(rf"(?P<original>.+?)\.(?:{PUBLISHED}|replaced[^.]*)\.duckdb")
_SET_ASIDE = re.compile(r".+?\.replaced[^.]*\.duckdb")
_STAGED = re.compile(r"[0-9a-f]{64}\.parquet")
#: DuckDB's own mark, behind an eight-byte checksum.
_MARK, _MARK_AT = b"DUCK", 8


def published_copy(database: Path) -> Path:
    """The copy that people open with their own tools."""
    return database.with_name(f"{database.stem}.{PUBLISHED}.duckdb")


def own_samples(database: Path) -> Path:
    """The folder that only this database writes samples to."""
    real = _real(database)
    return real.with_name(f"{real.name}.{FOLDER}")


def shared_samples(database: Path) -> Path:
    """The folder in which all databases beside it once kept their samples."""
    return _real(database).parent / FOLDER


def samples_folders(database: Path) -> tuple[Path, ...]:
    """Where samples of a database may lie, the first to look into first; not all of them are there."""
    return (own_samples(database), *_of_originals(_real(database)), *_shared(database))


def other_samples(database: Path) -> tuple[Path, ...]:
    """Folders of samples beside a database that belong to other names: it may have borne one of them."""
    mine = samples_folders(database)
    beside = sorted(_real(database).parent.glob(f"*.{FOLDER}"))
    return tuple(folder for folder in beside if folder not in mine and folder.is_dir())


def is_orphaned(folder: Path) -> bool:
    """Whether a folder of samples is named for a database that is gone."""
    return not folder.with_name(folder.name.removesuffix(f".{FOLDER}")).exists()


def way_back(database: Path, name: str) -> str | None:
    """The command that brings a file of samples from the folder of another name; None where no other one has it."""
    folder = next((folder for folder in other_samples(database) if (folder / name).exists()), None)
    if folder is None:
        return None
    verb, own = "mv -n" if is_orphaned(folder) else "cp -rn", own_samples(database)
    source, target = shlex.quote(str(folder)), shlex.quote(str(own))
    whole = f"{verb} {source}/*.parquet {target}/" if own.exists() else f"{verb} {source} {target}"
    return f"{whole} (samples bear the name of their database; or nightkick doctor --repair)"


def is_copy(database: Path) -> bool:
    """Whether the name of a database says that this program copied it from another one."""
    return _COPY.fullmatch(_real(database).name) is not None


def is_set_aside(database: Path) -> bool:
    """Whether the name of a database says that it was kept when another one replaced it."""
    return _SET_ASIDE.fullmatch(database.name) is not None


def is_staged(file: Path) -> bool:
    """Whether a file is what some database keeps of a recording, and not a recording itself."""
    folder = file.parent.name
    return (folder == FOLDER or folder.endswith(f".{FOLDER}")) and _STAGED.fullmatch(file.name) is not None


def has_neighbours(database: Path) -> bool:
    """Whether another database lies beside this one, which may have samples in the shared folder.

    Its published copy is none. Files are looked into by their first bytes: the mark of DuckDB, under any name.
    """
    return next(databases_beside(database), None) is not None


def databases_beside(database: Path) -> Iterator[Path]:
    """The other databases in its folder without its published copy; a file that is only named ``*.duckdb`` counts."""
    real = _real(database)
    own = {real.name, f"{real.name}.wal", published_copy(real).name, published_copy(database).name}
    beside = (path for path in sorted(real.parent.iterdir()) if path.name not in own and not _is_same(path, real))
    return (path for path in beside if path.suffix == ".duckdb" or is_database(path))


def _real(database: Path) -> Path:
    return database.resolve() if database.is_symlink() else database


def _of_originals(database: Path) -> Iterator[Path]:
    """Folders of the database that this one is a copy of; its name may have had any one suffix."""
    copy = _COPY.fullmatch(database.name)
    if copy is None:
        return
    name = re.compile(rf"{re.escape(copy['original'])}(\.[^.]+)?\.{FOLDER}")
    yield from (f for f in sorted(database.parent.glob(f"*.{FOLDER}")) if name.fullmatch(f.name))


def _shared(database: Path) -> tuple[Path, ...]:
    """Beside the file; and beside the link that leads to it, where samples went before."""
    return tuple(dict.fromkeys((shared_samples(database), database.parent / FOLDER)))


def _is_same(path: Path, real: Path) -> bool:
    """Whether two names lead to one file. It may be open, so it must not be opened: to close it would drop its lock."""
    try:
        return path.samefile(real)
    except OSError:
        return False


def is_database(path: Path) -> bool:
    """Whether a file is a DuckDB database by its first bytes. It must not be open in this process."""
    return head_of(path)[_MARK_AT:] == _MARK


def head_of(path: Path) -> bytes:
    """Read the first bytes of a plain file; of anything else none, because a pipe would never answer."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return b""
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(handle, _MARK_AT + len(_MARK))
    finally:
        os.close(handle)
