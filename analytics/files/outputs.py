"""Files that people name as outputs: what they may replace, and how they are written.

The one owner of both, so that no command forgets either. An output replaces an earlier one of its own kind and nothing
else: no part of a store (`analytics.files.belongings`), no other file, no link, no pipe or device. It is written, for
its owner only, in a folder with a name that cannot be foreseen, and put in place by one rename when it is whole.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path
from typing import IO

import polars as pl

from analytics.files.belongings import kept_as
from ingest.errors import UsageError
from ingest.settled import OWNER_FILE, make_durable
from ingest.workspace import workspace

HEAD_BYTES = 4096
ANOTHER, ANOTHER_FOLDER = "name another file", "choose another folder with -o"
#: For what cannot be written where it is wanted.
ELSEWHERE = "name another place"
#: A column of samples: "x", "acc_x", "accX", "x (g)".
_AXIS = re.compile(r"(?:^|[^a-z]|acc)([xyz])(?:$|[^a-z])")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of output: what people call one, whether an existing file is of it, and the way out where it is not."""

    what: str
    claims: Callable[[Path], bool]
    hint: str = ANOTHER


@dataclass(frozen=True, slots=True)
class Output:
    """One file to be written: where, what it is, and what fills it."""

    target: Path
    kind: Kind
    write: Callable[[IO[bytes]], object]


def refuse_taken(target: Path, kind: Kind) -> None:
    """Make sure that a file may be written there.

    Raises
    ------
    UsageError
        It belongs to a store, or there is something that is no earlier output of this kind.
    """
    with in_one_line(target):
        if kept := kept_as(target):
            raise UsageError(f"not written: this is {kept}", path=target, hint=kind.hint)
        if target.exists() and not target.is_file() and not target.is_dir():
            raise UsageError("not written: this is a pipe or a device", path=target, hint="name a file")
        if target.is_symlink():
            raise UsageError("not written: this is a link", path=target, hint=f"name {os.path.realpath(target)}")
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "there is a folder of that name")
        if target.exists() and not kind.claims(target):
            raise UsageError(f"there is a file that is no {kind.what}", path=target, hint=kind.hint)


def write_whole(target: Path, write: Callable[[IO[bytes]], object], *, kind: Kind) -> None:
    """Write one file so that it appears whole or not at all; see `write_all`.

    Parameters
    ----------
    write : callable
        Fills a file that is open for writing bytes; what it returns is not looked at.
    kind : Kind
        What an existing file must be, so that it may be replaced.
    """
    write_all([Output(target, kind, write)])


def write_all(outputs: Sequence[Output]) -> None:
    """Write files of one folder. None is put in place before all are whole.

    Raises
    ------
    UsageError
        See `refuse_taken`; or one cannot be written.
    """
    for output in outputs:
        refuse_taken(output.target, output.kind)
    folder = outputs[0].target.parent
    with in_one_line(outputs[0].target), _opened_folder(folder) as place, workspace(folder) as room:
        with _opened_folder(room) as built:
            for number, output in enumerate(outputs):
                with os.fdopen(_created(str(number), built), "wb") as file:
                    output.write(file)
                    file.flush()
                    os.fsync(file.fileno())
            for output in outputs:  # it may have come meanwhile
                refuse_taken(output.target, output.kind)
            for number, output in enumerate(outputs):
                os.replace(str(number), output.target.name, src_dir_fd=built, dst_dir_fd=place)
        os.fsync(place)


def put_in_place(built: Path, target: Path, kind: Kind) -> None:
    """Move a finished file from a workspace in the target's folder to its name, whole or not at all.

    Parameters
    ----------
    built : Path
        On the disk of ``target``: it is renamed, not copied.
    kind : Kind
        What an existing file must be, so that it may be replaced.
    """
    refuse_taken(target, kind)
    with in_one_line(target), _opened_folder(target.parent) as place:
        make_durable(built)
        os.replace(built, target.name, dst_dir_fd=place)
        os.fsync(place)


@contextmanager
def in_one_line(target: Path) -> Iterator[None]:
    """Turn errors of the file system inside into one line about ``target``."""
    try:
        yield
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot be written: {reason}", path=target, hint=ELSEWHERE) from error


@contextmanager
def _opened_folder(folder: Path) -> Iterator[int]:
    """A folder held open: what is made in it lands there, whatever is put under its name meanwhile."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)


def _created(name: str, folder: int) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(name, flags, OWNER_FILE, dir_fd=folder)


def begins_with(path: Path, start: bytes, *, and_has: bytes = b"") -> bool:
    """Whether a file begins with ``start`` and holds ``and_has`` in its first 4 kB.

    Parameters
    ----------
    and_has : bytes
        Empty: ``start`` is enough.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return head.startswith(start) and and_has in head


def table_columns(path: Path) -> tuple[str, ...]:
    """The column names of a CSV or Parquet file; none of what is neither."""
    with suppress(pl.exceptions.PolarsError, pl.exceptions.PanicException, UnicodeError):
        if begins_with(path, b"PAR1"):
            return tuple(pl.read_parquet_schema(path))
        with path.open("rb") as file:
            return tuple(file.readline(HEAD_BYTES).decode("utf-8-sig").strip().split(","))
    return ()


def _is_result(path: Path) -> bool:
    """A Parquet file, but no recording of a sensor: only its columns tell that from a table of ours."""
    columns = table_columns(path) if begins_with(path, b"PAR1") else ()
    axes = {found[1] for name in columns if (found := _AXIS.search(name.lower()))}
    return bool(columns) and axes != {"x", "y", "z"}


REPORT = Kind(
    "report of nightkick",
    lambda path: begins_with(path, b"<!DOCTYPE html>", and_has=b"<title>Leg movements at night"),
)
PARQUET = Kind("Parquet table of results", _is_result)


def table_like(what: str, columns: Sequence[str]) -> Kind:
    """Tables that begin with these columns, as CSV or Parquet: earlier versions may have had others behind them."""
    first = tuple(columns[:4])
    return Kind(what, lambda path: table_columns(path)[: len(first)] == first, ANOTHER_FOLDER)


def same_as(built: Path) -> Kind:
    """For what replaces nothing: only the very same file may be there already."""
    return Kind("copy of what is to be written", lambda path: cmp(path, built, shallow=False), ANOTHER_FOLDER)
