"""Archives become recordings, one at a time: what is in a zip or a gzip file, in archives inside it, and so on.

An archive is taken apart lazily. Each recording lies unpacked in a temporary folder only until the next is asked for,
so that thousands need no more disk than the largest of them; what belongs to it (`ingest.archives.companion_files`) is
unpacked with it, everything else by name (`ingest.file_names`) is not unpacked at all. What cannot be had is handed out
as an error among the recordings, and the others still come.

A zip that is a recording itself (GT3X) is none here, and a gzip file that a reader takes as it is, is read as it is.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from ingest.archives.companion_files import canonical, companions_among, folder_of, others_among, sort_out
from ingest.archives.own_files import refuse_backup
from ingest.archives.unpacking import LimitError, UnpackingBudget, gunzip, refusal, safe_name, unzip
from ingest.archives.zips import Member, members
from ingest.errors import DamagedRecordingError, EmptyFileError, IngestError, UnsupportedRecordingError
from ingest.file_names import is_candidate
from ingest.input_file import stamp_of
from ingest.recognising import sniff

#: A wellness export of Garmin holds zips of zips; a gzip file inside is one more.
MOST_DEEP = 4
#: Longer names are cut where they are shown, and longer ways keep their end.
_LONGEST_PART, _LONGEST_WAY = 120, 400
_LEADING_OUT = frozenset({"..", "/", "//"})
#: Members by the name under which they are unpacked.
Beside = dict[str, Member]
_COPY_AGAIN = "copy it again, or unpack what is left of it by hand"


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A file that may be a recording, for as long as the next one was not asked for.

    Attributes
    ----------
    file : Path
        Where its bytes lie now.
    shown : Path
        What people call it: the archive's path, then the way inside.
    problems : tuple of str
        What was damaged of it in the archive.
    """

    file: Path
    shown: Path
    problems: tuple[str, ...] = ()

    def named(self, error: IngestError) -> IngestError:
        """The error with the name that people know instead of the temporary one."""
        return error.about(self._shown(error.path))

    def _shown(self, path: Path | None) -> Path:
        inside = path is not None and path != self.file and path.is_relative_to(self.file.parent)
        return self.shown.parent / path.relative_to(self.file.parent) if path and inside else self.shown


@dataclass(frozen=True, slots=True)
class _Place:
    """A level of archives: where this one lies, what it is called, and what all of them may still unpack."""

    file: Path
    shown: Path
    depth: int
    folder: Path
    budget: UnpackingBudget


def is_archive(path: Path) -> bool:
    """Whether a file is to be taken apart instead of read. False for one that cannot be read: its reader says why."""
    try:
        stamp_of(path)
        return sniff.is_archive(path) or _has_sides(path)
    except (OSError, ValueError, IngestError):
        return False


def unpacked(archive: Path, folder: Path) -> Generator[Unpacked | IngestError, None, None]:
    """What an archive holds that may be a recording, in the order of its directory, and what cannot be had of it.

    Parameters
    ----------
    archive : Path
        For which `is_archive` is true.
    folder : Path
        For the temporary files: a folder for their owner only, see `ingest.workspace`.

    Yields
    ------
    Unpacked or IngestError
        The file of an `Unpacked` is gone when the next is asked for.
    """
    try:
        budget = UnpackingBudget(stamp_of(archive).size)
        yield from _within(_Place(archive, archive, 1, folder, budget))
    except LimitError as limit:
        yield refusal(limit, archive)
    except IngestError as error:
        yield error


def _within(place: _Place) -> Iterator[Unpacked | IngestError]:
    if place.depth > MOST_DEEP:
        yield UnsupportedRecordingError(
            f"an archive in an archive, {place.depth} deep", path=place.shown, hint="unpack it and import what is in it"
        )
    elif _has_sides(place.file):
        yield from _by_side(place)
    elif sniff.is_gzip(place.file):
        yield from _gunzipped(place)
    else:
        yield from _unzipped(place)


def _unzipped(place: _Place) -> Iterator[Unpacked | IngestError]:
    try:
        inside = members(place.file)
        refuse_backup([member.name for member in inside.members])
    except IngestError as error:
        yield Unpacked(place.file, place.shown).named(error)
        return
    place.budget.files(len(inside.members) + len(inside.lost))
    if inside.problem:
        yield DamagedRecordingError(
            f"{inside.problem}; what could be found was read", path=place.shown, hint=_COPY_AGAIN
        )
    elif not inside.members and not inside.lost:
        yield EmptyFileError("nothing is in this archive", path=place.shown)
    for name in inside.lost:
        if is_candidate(PurePosixPath(name).name):
            what = "the archive names it, but its bytes are not there"
            yield DamagedRecordingError(what, path=_shown(place, name), hint=_COPY_AGAIN)
    # One folder for all, emptied after each: removing a folder costs more than the rest.
    with TemporaryDirectory(dir=place.folder) as name:
        for member, companions, others in _recordings_among(inside.members):
            yield from _one(place, member, companions, others, Path(name))
            _empty(Path(name))


def _one(
    place: _Place, member: Member, companions: Beside, others: Beside, target: Path
) -> Iterator[Unpacked | IngestError]:
    """A member, what its reader takes in with it, and the other sensors of its export, as files in ``target``."""
    item = Unpacked(target / safe_name(member.name), _shown(place, member.name))
    problems = []
    try:
        problems += [unzip(place.file, member, item.file, place.budget)]
        for name, companion in companions.items():
            beside = item.file.parent / name
            beside.parent.mkdir(exist_ok=True)
            problems += [unzip(place.file, companion, beside, place.budget)]
    except IngestError as error:
        yield error.about(item.shown)
        return
    if problems[0] and not item.file.stat().st_size:
        yield DamagedRecordingError(problems[0], path=item.shown, hint=_COPY_AGAIN)
        return
    _unpack_others(place, others, item.file.parent)
    yield from _opened(place, Unpacked(item.file, item.shown, tuple(filter(None, problems))))


def _unpack_others(place: _Place, others: Beside, target: Path) -> None:
    """As far as they can be had: what is damaged of them is said when their own turn comes."""
    for name, member in others.items():
        beside = target / name
        beside.parent.mkdir(exist_ok=True)
        try:
            unzip(place.file, member, beside, place.budget)
        except IngestError:
            beside.unlink(missing_ok=True)


def _gunzipped(place: _Place) -> Iterator[Unpacked | IngestError]:
    name = place.shown.name
    inner = name[: -len(".gz")] if name.lower().endswith(".gz") else name
    with TemporaryDirectory(dir=place.folder) as target:
        item = Unpacked(Path(target, safe_name(inner)), place.shown)
        try:
            problem = gunzip(place.file, item.file, place.budget)
        except IngestError as error:
            yield item.named(error)
            return
        yield from _opened(place, Unpacked(item.file, item.shown, (problem,) if problem else ()))


def _has_sides(path: Path) -> bool:
    # Imported here and below: polars takes its time, and whatever only names archives has no use for it.
    from ingest.archives.sides import has_sides

    return has_sides(path)


def _by_side(place: _Place) -> Iterator[Unpacked | IngestError]:
    from ingest.archives.sides import split_by_side

    with TemporaryDirectory(dir=place.folder) as target:
        for side, file, problem in split_by_side(place.file, Path(target)):
            yield Unpacked(file, place.shown / side, (problem,) if problem else ())


def _opened(place: _Place, item: Unpacked) -> Iterator[Unpacked | IngestError]:
    """The file itself, or what is in it where it is another archive."""
    if not is_archive(item.file):
        yield item
        return
    for problem in item.problems:
        yield DamagedRecordingError(problem, path=item.shown, hint=_COPY_AGAIN)
    yield from _within(_Place(item.file, item.shown, place.depth + 1, place.folder, place.budget))


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _recordings_among(found: tuple[Member, ...]) -> Iterator[tuple[Member, Beside, Beside]]:
    """The members that may be recordings by their names, with what belongs beside them.

    First what their readers take in, then the files of the other sensors of the same export.
    """
    paths = [_way(member.name) for member in found]
    folders: dict[PurePosixPath, dict[str, Member]] = defaultdict(dict)
    for path, member in zip(paths, found, strict=True):
        folder = folder_of(path)
        folders[folder][path.relative_to(folder).as_posix()] = member
    belonging = {folder: sort_out(inside, same=_same_bytes(inside)) for folder, inside in folders.items()}
    for path, member in zip(paths, found, strict=True):
        folder = folder_of(path)
        name = path.relative_to(folder).as_posix()
        if _may_be_recording(member.name, path) and name not in belonging[folder]:
            companions = _beside(name, folders[folder])
            mains = others_among(name, folders[folder]).values()
            others = {canonical(main) or main: folders[folder][main] for main in mains}
            for main in mains:
                others |= _beside(main, folders[folder])
            yield member, companions, {n: m for n, m in others.items() if n not in companions}


def _same_bytes(inside: Beside) -> Callable[[str, str], bool]:
    """By the checksums and sizes in the directory: each member is unpacked once at most."""

    def same(one: str, other: str) -> bool:
        first, second = inside[one], inside[other]
        return None not in (first.crc, first.size) and (first.crc, first.size) == (second.crc, second.size)

    return same


def _beside(name: str, members_in: Beside) -> Beside:
    """What the reader of ``name`` takes in, by the maker's spelling."""
    return {spelt: members_in[other] for spelt, other in companions_among(name, members_in).items()}


def _may_be_recording(name: str, path: PurePosixPath) -> bool:
    is_folder = not path.name or name.endswith(("/", "\\"))
    return not is_folder and not any(part.startswith(".") for part in path.parts) and is_candidate(path.name)


def _way(name: str) -> PurePosixPath:
    """The name of a member without what would lead out of the archive: absolute, upwards, or a drive of Windows."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return PurePosixPath(*(part for part in parts if part not in _LEADING_OUT and not part.endswith(":")))


def _shown(place: _Place, name: str) -> Path:
    """The way to a member as people read it. It is never opened."""
    parts = [part[:_LONGEST_PART] for part in _way(name).parts]
    # Backwards, so that it is the file that is named.
    lengths = accumulate(len(part) for part in reversed(parts))
    n_shown = sum(length <= _LONGEST_WAY for length in lengths)
    return place.shown.joinpath(*parts[len(parts) - n_shown :])
