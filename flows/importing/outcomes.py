"""What became of an input.

An archive may hold thousands of files that are no recordings, and a line about each would be too much. So what is
no recording by content and does not look like one by name is passed over in silence, as documents in a folder are;
watch files without movement or sleep are counted; the same reason many times over is told once. If nothing in an
archive could be used, all of that is the answer to the question why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from ingest.errors import (
    DamagedRecordingError,
    EmptyFileError,
    NightkickError,
    NoMovementError,
    UnknownFormatError,
    UnreadableFileError,
    WorkerLostError,
)
from ingest.losses import loss_among

Status = Literal["imported", "known", "refused", "failed", "passed over"]

#: What went wrong with the file rather than with what is in it: the same file may do better another time.
FAILURES = (UnreadableFileError, DamagedRecordingError, WorkerLostError)
#: So many files of one archive with one reason are told in one line.
MANY = 4
_NAME_IT = "name what they lead to"
_LEADS_NOWHERE = "a link to what does not exist was not followed: bring back what it leads to, or remove it"
_LEADS_OUT = "a link that leads out of the imported folder was not followed: name what it leads to"
#: So many files in a row that are no recordings, and an archive is not searched further: some seconds.
MOST_IN_VAIN = 2000
#: Endings that only recordings have. A table or a text may be anything.
_PROMISING = (".cwa", ".fit", ".gt3x", ".agdc", ".bin", ".gz", ".zip", ".parquet")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one input.

    Attributes
    ----------
    path : Path
        The file; for one inside an archive the archive's path and the way inside.
    started_at_us : int
        UTC microseconds since 1970.
    sha256 : str or None
        None where not even the bytes could be had.
    nights : tuple of date
        Evenings of its own that were analysed.
    warnings : tuple of str
        What the reader had to say about a file that it could use, and how many files were passed over.
    error : str or None
        One line that names the file and the way out, for refused and failed.
    may_pass : bool
        The bytes could not be had this time: nothing is known against the file.
    changes : tuple of str
        What was changed about a recording that was known, old -> new.
    assumed_zone : str or None
        The zone that was taken for the wearer's because nothing names one; None where something does.
    """

    path: Path
    status: Status
    started_at_us: int
    sha256: str | None = None
    nights: tuple[date, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str | None = None
    may_pass: bool = False
    changes: tuple[str, ...] = ()
    assumed_zone: str | None = None

    @property
    def lost(self) -> str | None:
        """What is said of a recording of which more than a footnote could not be used; None else."""
        return loss_among(self.warnings)


def all_well(outcomes: Sequence[Outcome]) -> bool:
    """Whether every input could be used, and as good as whole."""
    return all(outcome.error is None and outcome.lost is None for outcome in outcomes)


class Patience:
    """How long to go on with an archive in which one file after the other is no recording."""

    def __init__(self) -> None:
        self._n_in_vain = 0

    def is_over(self, error: NightkickError | None) -> bool:
        """Note what became of the next file, and say whether the rest is not worth a look.

        Recordings start the count anew, and so do sound files of a watch: thousands lie between two nights.
        """
        in_vain = error is not None and not isinstance(error, NoMovementError)
        self._n_in_vain = self._n_in_vain + 1 if in_vain else 0
        return self._n_in_vain >= MOST_IN_VAIN


def given_up(archive: Path) -> DamagedRecordingError:
    """The error for what was not looked at."""
    return DamagedRecordingError(
        f"{MOST_IN_VAIN:,} files one after the other are no recordings, so the rest was not looked at",
        path=archive,
        hint="unpack it and import the recordings",
    )


@dataclass(frozen=True, slots=True)
class Unusable:
    """A file in an archive that could not be used, and why."""

    error: NightkickError
    outcome: Outcome


def _leads_nowhere(link: Path) -> bool:
    try:
        link.stat()
    except PermissionError:  # of a folder that is closed to us no one can say
        return False
    except OSError:
        return True
    return False


def links_passed_over(links: Sequence[Path], started_at_us: int) -> list[Outcome]:
    """An outcome for each link that leads out of its folder; for many of one folder, if they lead anywhere, one."""
    by_folder: dict[Path, list[Path]] = {}
    found: list[Outcome] = []
    for link in links:
        if _leads_nowhere(link):
            found.append(passed_over(link, _LEADS_NOWHERE, started_at_us))
        else:
            by_folder.setdefault(link.parent, []).append(link)
    for folder, inside in by_folder.items():
        if len(inside) < MANY:
            found += [passed_over(link, _LEADS_OUT, started_at_us) for link in inside]
        else:
            says = f"{len(inside)} links lead out of the imported folder and were not followed: {_NAME_IT}"
            found.append(passed_over(folder, says, started_at_us))
    return found


def passed_over(path: Path, says: str, started_at_us: int) -> Outcome:
    """The outcome for what was not opened, and why."""
    return Outcome(path, "passed over", started_at_us, warnings=(says,))


def known_again(outcomes: Iterable[Outcome], again: Iterable[tuple[Path, Path]]) -> list[Outcome]:
    """The outcomes of further names of files: known, as copies of them are. Of a file that was refused there is none.

    Parameters
    ----------
    outcomes : iterable of Outcome
        Those of the same call.
    again : iterable of (Path, Path)
        The further name, and the one that the file was taken by; it may be an archive.
    """
    used = [one for one in outcomes if one.status in ("imported", "known")]
    return [
        Outcome(name / one.path.relative_to(file), "known", one.started_at_us, one.sha256)
        for name, file in again
        for one in used
        if one.path.is_relative_to(file)
    ]


def unusable(error: NightkickError, path: Path, sha256: str | None, started_at_us: int) -> Outcome:
    """The outcome for an input of which nothing was stored.

    Parameters
    ----------
    sha256 : str or None
        None where the file was not hashed.
    started_at_us : int
        UTC microseconds since 1970.
    """
    status: Status = "failed" if isinstance(error, FAILURES) else "refused"
    may_pass = isinstance(error, UnreadableFileError)
    return Outcome(path, status, started_at_us, sha256, error=error.line(), may_pass=may_pass)


def summed_up(archive: Path, rest: Sequence[Unusable], *, n_used: int, started_at_us: int) -> list[Outcome]:
    """What to say of the files in an archive that could not be used.

    Parameters
    ----------
    n_used : int
        How many of its files need no word here: recordings that are stored now, and defects that were told.
    started_at_us : int
        UTC microseconds since 1970.
    """
    silent = [item for item in rest if _is_no_recording(item)]
    idle = [item for item in rest if _is_idle(item)]
    told = [item for item in rest if not _is_no_recording(item) and not (n_used and _is_idle(item))]
    found = [outcome for group in _alike(told) for outcome in _told(archive, group)]
    if idle and n_used:
        says = f"passed over, because they hold neither movement nor sleep: {_files(len(idle))}"
        found.append(Outcome(archive, "passed over", started_at_us, warnings=(says,)))
    if not n_used and not found:
        found.append(unusable(_nothing_in(archive, silent), archive, None, started_at_us))
    return found


def _is_no_recording(item: Unusable) -> bool:
    return isinstance(item.error, UnknownFormatError) and not item.outcome.path.name.lower().endswith(_PROMISING)


def _is_idle(item: Unusable) -> bool:
    return isinstance(item.error, NoMovementError)


def _alike(items: Sequence[Unusable]) -> list[list[Unusable]]:
    """Grouped by reason, in the order in which the reasons came up."""
    groups: dict[tuple[type, str], list[Unusable]] = {}
    for item in items:
        groups.setdefault((type(item.error), item.error.what), []).append(item)
    return list(groups.values())


def _told(archive: Path, group: Sequence[Unusable]) -> list[Outcome]:
    first = group[0]
    if len(group) < MANY:
        return [item.outcome for item in group]
    what = f"{_files(len(group))} in it cannot be used: {first.error.what}; the first is {first.outcome.path}"
    error = type(first.error)(what, path=archive, hint=first.error.hint)
    return [unusable(error, archive, None, first.outcome.started_at_us)]


def _nothing_in(archive: Path, silent: Sequence[Unusable]) -> NightkickError:
    if len(silent) == 1:
        return silent[0].error
    hint = silent[0].error.hint if silent else "import the recordings themselves"
    kind = UnknownFormatError if silent else EmptyFileError
    return kind("nothing in this archive is a recording", path=archive, hint=hint)


def _files(n: int) -> str:
    return "1 file" if n == 1 else f"{n:,} files"
