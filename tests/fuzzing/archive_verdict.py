"""What is owed for any input: one file, or an archive that becomes files one after another and errors of ours.

An archive may not write outside the folder that is given to it, show a name outside itself, unpack more than the
limits allow, or leave anything behind. The limits are lowered here, so that small mutants reach them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from ingest.archives import unpacking
from ingest.archives.reading import Unpacked, is_archive, unpacked
from ingest.errors import IngestError
from tests.fuzzing.verdict import check_error, check_sentence, owed, verdict

LIMITS = {"RATIO_FREE_BYTES": 1 << 20, "MOST_RATIO": 20, "MOST_FILES": 40, "MOST_BYTES_OF_ONE": 4 << 20}
#: What is unpacked is counted when a piece of it is already written.
_PIECE_BYTES = 1 << 20


def verdict_of_input(path: Path) -> str:
    """``result`` if anything in it is a recording, else the class of the first error, or ``nothing``.

    Raises
    ------
    UnsoundError
        A recording, an error or an archive that contradicts itself.
    Exception
        Whatever else was let through.
    """
    if not is_archive(path):
        return verdict(path)
    with TemporaryDirectory(prefix="fuzzing-") as around, _low_limits():
        folder = Path(around).resolve() / "for it"
        folder.mkdir()
        with closing(unpacked(path, folder)) as items:
            said = [_verdict_of_item(item, path, folder) for item in items]
        _check_left(folder, "at the end")
        _check_stopped(path, folder)
    return "result" if "result" in said else next(iter(said), "nothing")


def _verdict_of_item(item: Unpacked | IngestError, archive: Path, folder: Path) -> str:
    if isinstance(item, Unpacked):
        _check_file(item, archive, folder)
        return verdict(item.file, lambda error: _placed(item.named(error), archive))
    check_error(_placed(item, archive))
    return type(item).__name__


@contextmanager
def _low_limits() -> Iterator[None]:
    with ExitStack() as patches:
        for name, value in LIMITS.items():
            patches.enter_context(patch.object(unpacking, name, value))
        yield


def _check_file(item: Unpacked, archive: Path, folder: Path) -> None:
    owed(item.file.is_file() and not item.file.is_symlink(), f"{item.file} is no file")
    owed(item.file.resolve().is_relative_to(folder), f"{item.file} lies outside")
    _check_shown(item.shown, archive)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    most = max(LIMITS["RATIO_FREE_BYTES"], LIMITS["MOST_RATIO"] * archive.stat().st_size) + _PIECE_BYTES
    owed(size <= most, f"{size} bytes lie unpacked, more than {most}")
    for problem in item.problems:
        check_sentence(problem)


def _placed(error: IngestError, archive: Path) -> IngestError:
    owed(error.path is not None, f"an error without its file: {error}")
    _check_shown(error.path or archive, archive)
    return error


def _check_shown(shown: Path, archive: Path) -> None:
    owed(shown.is_relative_to(archive), f"{shown} is shown outside the archive")
    owed(".." not in shown.relative_to(archive).parts, f"{shown} leads out of the archive")


def _check_stopped(archive: Path, folder: Path) -> None:
    """Whoever stops in the middle leaves nothing behind either."""
    items = unpacked(archive, folder)
    next(items, None)
    items.close()
    _check_left(folder, "after an early end")


def _check_left(folder: Path, when: str) -> None:
    left = [path.relative_to(folder.parent) for path in folder.parent.rglob("*") if path != folder]
    owed(not left, f"left behind {when}: {left[:3]}")
