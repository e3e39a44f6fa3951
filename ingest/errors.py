"""Every error that nightkick raises on purpose, as one tree.

    NightkickError                 what, path, hint: one line for people
    ├── IngestError                one input file cannot be used; the others still can
    │   ├── UnreadableFileError    missing, no permission, a device, an I/O error
    │   ├── EmptyFileError         zero bytes, or a header and no sample
    │   ├── UnknownFormatError     no reader claims the content
    │   ├── UnsupportedRecordingError  claimed, but it cannot show single movements (counts, no acceleration)
    │   │   ├── NoMovementError    a watch's file of something else: a run, the steps of a day
    │   │   └── GravityRemovedError  an export of which an app has taken gravity out
    │   ├── DamagedRecordingError  claimed, but nothing readable is left
    │   ├── UnknownUnitError       gravity does not tell whether these are g, mg, m/s² or counts
    │   ├── NoClockError           samples without a usable time
    │   └── WorkerLostError        the process that worked on it died, and its successor too
    ├── StoreError                 the database
    │   ├── DatabaseBusyError      another process holds the lock, and bounded waiting did not help
    │   ├── DatabaseNewerError     written by a newer nightkick
    │   ├── DatabaseOlderError     made by an older nightkick, and to be brought up to date first
    │   ├── DatabaseUnreadableError  not a database, no permission, disk full
    │   ├── QueryRefusedError      `nightkick sql` was asked for more than reading
    │   ├── StaleAnalysisError     a night was analysed from other recordings than belong to it by now
    │   └── SamplesLostError       the staged samples of a recording are missing or damaged
    └── UsageError                 arguments or settings that make no sense

They live in the lowest layer so that every layer above can raise and map them. The command line turns
each into one line on stderr and an exit code; a traceback that reaches a user is a defect.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self


class NightkickError(Exception):
    """An expected failure: what happened, to which file, and the way out.

    Parameters
    ----------
    what : str
        What is wrong, in a few words, without the file name and without a full stop.
    path : Path or None
        The file or folder it happened to.
    hint : str
        What the reader can do about it; empty where nothing can be done.
    """

    def __init__(self, what: str, *, path: Path | str | None = None, hint: str = "") -> None:
        self.what = what
        self.path = Path(path) if path is not None else None
        self.hint = hint
        super().__init__(self.line())

    def line(self) -> str:
        """The error as one line: ``path: what (hint)``, with control characters made visible."""
        where = f"{self.path}: " if self.path is not None else ""
        advice = f" ({self.hint})" if self.hint else ""
        return visible(f"{where}{self.what}{advice}")

    def about(self, path: Path | str | None) -> Self:
        """The same error, of another file."""
        return type(self)(self.what, path=path, hint=self.hint)

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross process borders in the flow; the default would call __init__ with one argument.
        return (_rebuild, (type(self), self.what, self.path, self.hint))


class IngestError(NightkickError):
    """One input cannot be used; the rest of the import goes on."""


class UnreadableFileError(IngestError):
    """The bytes cannot be had: missing, no permission, not a regular file, an I/O error."""


class EmptyFileError(IngestError):
    """Zero bytes, or a header without a single sample."""


class UnknownFormatError(IngestError):
    """No reader recognises the content."""


class UnsupportedRecordingError(IngestError):
    """A known kind of file that cannot show single movements: counts, summaries, gravity removed."""


class NoMovementError(UnsupportedRecordingError):
    """A sound file that a watch made of something else than a night: thousands lie in the export of an account."""


class GravityRemovedError(UnsupportedRecordingError):
    """Acceleration without gravity: sizes may be right, but nothing can tell so, and tilt is lost."""


class DamagedRecordingError(IngestError):
    """A known kind of file in which nothing readable is left."""


class UnknownUnitError(IngestError):
    """The size of gravity in the samples fits no unit."""


class NoClockError(IngestError):
    """Samples without a usable time."""


class WorkerLostError(IngestError):
    """The process that worked on a file was killed, and the one that did so after it: out of memory, for one."""


class StoreError(NightkickError):
    """The database cannot do what was asked."""


class DatabaseBusyError(StoreError):
    """Another process holds the lock longer than we wait."""


class DatabaseNewerError(StoreError):
    """The database was written by a newer nightkick."""


class DatabaseOlderError(StoreError):
    """The database was made by an older nightkick, and what was asked needs the present form."""


class DatabaseUnreadableError(StoreError):
    """Not a database, no permission, or no space left."""


class QueryRefusedError(StoreError):
    """A query that would do more than read the database, or that the database does not understand."""


class StaleAnalysisError(StoreError):
    """A night was analysed without a recording that belongs to it by now, or with one that no longer does.

    Nothing was written: analyse again and save again.
    """


class SamplesLostError(StoreError):
    """The staged samples of a recording are missing or damaged. Importing its file again brings them back."""


class UsageError(NightkickError):
    """Arguments or settings that make no sense."""


@contextmanager
def concerning(path: Path) -> Iterator[None]:
    """Errors about an input that name no file are about this one."""
    try:
        yield
    except IngestError as error:
        if error.path is not None:
            raise
        raise error.about(path) from error


def visible(text: str) -> str:
    """Text with control characters, line breaks and direction marks spelt out."""
    if text.isprintable():  # nearly always: a table has thousands of cells
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _rebuild(kind: type[NightkickError], what: str, path: Path | None, hint: str) -> NightkickError:
    return kind(what, path=path, hint=hint)
