"""Which files an import looks at: the only place that walks folders.

Named files are always taken, whatever they are called: whoever names one wants to hear about it. Inside
folders, what is hidden, half-copied, our own, or a document by its name is passed over in silence; everything
else is opened and judged by its content later.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import EmptyFileError, NightkickError, UnreadableFileError

#: Endings under which browsers, sync programs and copying tools keep what is not complete yet.
UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".filepart", ".tmp", ".temp", ".swp", "~")
#: Ours, or kept beside recordings for people and programs. Suffixes that some device writes are not here.
NOT_RECORDINGS = (
    *(".duckdb", ".wal", ".toml", ".md", ".rst", ".pdf", ".html", ".htm", ".json", ".yaml", ".yml", ".log"),
    *(".py", ".sh", ".r", ".ipynb", ".png", ".jpg", ".jpeg", ".svg", ".gif"),
)
#: What `simulate` knows about the recordings beside it.
TRUTH = "truth.csv"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was found: files sorted and once each, and what could not be looked into."""

    files: tuple[Path, ...]
    problems: tuple[NightkickError, ...]


def find_inputs(paths: Iterable[Path], *, skip: Iterable[Path] = ()) -> Inputs:
    """Collect the files below ``paths``; folders are walked to the bottom, through symbolic links too.

    Parameters
    ----------
    paths : iterable of Path
        Files and folders.
    skip : iterable of Path
        Folders that are passed over wherever they turn up: where the store keeps its own recordings.

    Returns
    -------
    Inputs
        A folder without any candidate, and one that cannot be read, is a problem, not an exception.
    """
    found: dict[Path, Path] = {}
    problems: list[NightkickError] = []
    own = {_identity(folder) for folder in skip if folder.is_dir()}
    for path in paths:
        inside = list(_below(path, own, problems)) if _is_folder(path) else [path]
        if not inside:
            problems.append(EmptyFileError("this folder holds no file that could be a recording", path=path))
        for file in inside:
            found.setdefault(_real(file), file)
    return Inputs(tuple(sorted(found.values())), tuple(problems))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # a name that no system call takes; reading it will say so
        return False


def _below(top: Path, own: set[tuple[int, int]], problems: list[NightkickError]) -> Iterator[Path]:
    seen = set(own)

    def complain(error: OSError) -> None:
        problems.append(UnreadableFileError(f"cannot be listed: {error.strerror}", path=error.filename))

    for folder, below, names in os.walk(top, followlinks=True, onerror=complain):
        below[:] = sorted(name for name in below if _enter(Path(folder, name), seen))
        yield from (Path(folder, name) for name in sorted(names) if _is_candidate(name))


def _enter(folder: Path, seen: set[tuple[int, int]]) -> bool:
    """Whether a folder is visible and new; remembers it, so that a loop of links ends."""
    if folder.name.startswith("."):
        return False
    try:
        identity = _identity(folder)
    except OSError:
        return False
    is_new = identity not in seen
    seen.add(identity)
    return is_new


def _is_candidate(name: str) -> bool:
    lower = name.lower()
    return lower != TRUTH and not lower.startswith((".", "~")) and not lower.endswith(UNFINISHED + NOT_RECORDINGS)


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _real(file: Path) -> Path:
    """What two names of one file have in common."""
    try:
        return file.resolve()
    except (OSError, RuntimeError, ValueError):
        return file
