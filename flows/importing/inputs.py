"""Which files an import looks at.

Named files are always taken, whatever they are called: the person who names one wants to hear about it. Inside folders,
what is hidden, half-copied, our own (also what any other database keeps of a recording), or a document by its name is
passed over in silence, and a table that `simulate` writes is named; everything else is opened and judged by its content
later. A link inside a folder that leads out of it is not followed: what lies elsewhere was not given to us, and is read
when it is named. Of a recording that lies in several files its main file is taken, whichever of them is named.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analytics.store import is_staged
from ingest.archives.companion_files import recordings_of, sort_out_folder
from ingest.errors import EmptyFileError, NightkickError, UnreadableFileError
from ingest.file_names import is_candidate, why_passed_over
from ingest.input_file import is_of_the_kernel, leads_into


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was found: files sorted and once each, and what could not be looked into.

    ``passed_over`` are tables that are no recordings, ``outside`` links that lead out, ``again`` further names of files
    that were named before in the same call, each with the name in ``files``.
    """

    files: tuple[Path, ...]
    problems: tuple[NightkickError, ...]
    passed_over: tuple[Path, ...] = ()
    outside: tuple[Path, ...] = ()
    again: tuple[tuple[Path, Path], ...] = ()


def find_inputs(paths: Iterable[str | os.PathLike[str]], *, skip: Iterable[Path] = ()) -> Inputs:
    """Collect the files below ``paths``; folders are walked to the bottom, through links that stay inside too.

    Parameters
    ----------
    paths : iterable of str or path-like
        Files and folders.
    skip : iterable of Path
        Folders that are passed over wherever they turn up: where the store keeps its own recordings.

    Returns
    -------
    Inputs
        A folder without any candidate, and one that cannot be read, is a problem, not an exception.
    """
    found: dict[str, Path] = {}
    passed_over: list[Path] = []
    problems: list[NightkickError] = []
    outside: list[Path] = []
    again: list[tuple[Path, Path]] = []
    own = {_identity(folder) for folder in skip if folder.is_dir()}
    sorted_out, real_folder = cache(sort_out_folder), cache(os.path.realpath)
    for path in map(Path, paths):
        n_before = len(problems) + len(outside)
        inside = (
            list(_below(path, own, problems, passed_over, outside))
            if _is_folder(path)
            else recordings_of(path, sorted_out)
        )
        if not inside and len(problems) + len(outside) == n_before:
            problems.append(EmptyFileError("this folder holds no file that could be a recording", path=path))
        # A link beside its file, or another file of the same recording, is no second name.
        by_real = {_real(file, real_folder): file for file in reversed(inside)}
        if _is_folder(path) or _real(path, real_folder) in by_real:
            again += [(file, found[real]) for real, file in by_real.items() if real in found]
        for real, file in by_real.items():
            found.setdefault(real, file)
    files, tables, links = (tuple(sorted(set(paths))) for paths in (found.values(), passed_over, outside))
    return Inputs(files, tuple(problems), tables, links, tuple(sorted(again)))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # a name that no system call takes; reading it will say so
        return False


def _below(
    top: Path,
    own: set[tuple[int, int]],
    problems: list[NightkickError],
    passed_over: list[Path],
    outside: list[Path],
) -> Iterator[Path]:
    seen, real_top = set(own), os.path.realpath(top)

    def stays(path: Path) -> bool:
        inside = not path.is_symlink() or leads_into(path, real_top)
        if not inside:
            outside.append(path)
        return inside

    def complain(error: OSError) -> None:
        says, hint = f"cannot be listed: {error.strerror}", "give yourself the right to read it, or name other files"
        problems.append(UnreadableFileError(says, path=error.filename, hint=hint))

    if is_of_the_kernel(_identity(top)[0]):
        problems.append(UnreadableFileError("the system makes this folder up: no recording is in it", path=top))
        return
    passed: set[Path] = set()
    for name, below, names in os.walk(top, followlinks=True, onerror=complain):
        folder = Path(name)
        visible = (inner for inner in below if not inner.startswith("."))
        below[:] = sorted(inner for inner in visible if stays(folder / inner) and _enter(folder / inner, seen))
        passed.update(folder / other for other in sort_out_folder(folder))
        passed_over += [folder / n for n in names if why_passed_over(n) is not None]
        files = (folder / n for n in sorted(names) if is_candidate(n))
        yield from (file for file in files if file not in passed and not is_staged(file) and stays(file))


def _enter(folder: Path, seen: set[tuple[int, int]]) -> bool:
    """Whether a folder is new; remembers it, so that a loop of links ends."""
    try:
        identity = _identity(folder)
    except OSError:
        return False
    if is_of_the_kernel(identity[0]):  # a link to /proc leads to files without end
        return False
    is_new = identity not in seen
    seen.add(identity)
    return is_new


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _real(file: Path, real_folder: Callable[[Path], str]) -> str:
    """What two names of one file have in common. Its folder is followed once, not for each of 100,000 files."""
    try:
        if file.is_symlink():
            return str(file.resolve())
        return f"{real_folder(file.parent)}{os.sep}{file.name}"
    except (OSError, RuntimeError, ValueError):
        return str(file)
