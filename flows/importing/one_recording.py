"""The one recording that a path names, where no database is: a file, a folder or an archive that holds no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import gettempdir
from typing import Any, TypeVar

from flows.importing.declared import Wishes, declaration
from flows.importing.inputs import find_inputs
from flows.importing.outcomes import Patience, given_up
from flows.settings.settings import Settings, load
from ingest import Recording, describe, read_recording
from ingest.archives.reading import Unpacked, is_archive, unpacked
from ingest.errors import IngestError, UnknownFormatError, UnreadableFileError, UsageError
from ingest.input_file import reading, stamp_of
from ingest.recognising import sniff
from ingest.workspace import workspace

Read = Callable[[Path], Recording]
Made = TypeVar("Made")
#: Of several recordings where one was expected.
_MOST_NAMED = 5


def description_of(path: Path, wishes: Wishes) -> dict[str, Any]:
    """The document of `ingest.describe`, read with the settings and what was said on the command line.

    Raises
    ------
    UsageError
        More than one recording is there.
    IngestError
        It cannot be read, or none is there.
    """
    return made_of(path, wishes, describe)


def made_of(path: Path, wishes: Wishes, make: Callable[[Recording], Made]) -> Made:
    """What is made of the one recording, while it can be read: what an archive holds is unpacked until then.

    Raises
    ------
    UsageError
        More than one recording is there.
    IngestError
        It cannot be read, or none is there.
    """
    read = partial(_read, wishes, load())
    file = _only_file(path)
    if not is_archive(file):
        return make(read(file))
    with reading(file, stamp_of(file)), workspace(Path(gettempdir())) as folder:
        # Twice, because what is unpacked is gone when the next is asked for, and the only one is known at the end.
        shown = _only_recording(file, folder)
        for item in unpacked(file, folder):
            if isinstance(item, Unpacked) and item.shown == shown:
                return _made_of(item, read, make)
    raise UnreadableFileError("the archive changed while it was read", path=file, hint="try again")


def _read(wishes: Wishes, settings: Settings, path: Path) -> Recording:
    return read_recording(
        path, declare_when=declaration(wishes, settings, path=path.absolute()), tables=settings.tables()
    )


def _made_of(item: Unpacked, read: Read, make: Callable[[Recording], Made]) -> Made:
    try:
        recording = read(item.file)
        return make(replace(recording, path=item.shown, warnings=(*item.problems, *recording.warnings)))
    except IngestError as error:
        raise item.named(error) from error


def _only_file(path: Path) -> Path:
    """The main file of a recording that lies in several, whichever of them or their folder is named."""
    inputs = find_inputs([path])
    if inputs.problems:
        raise inputs.problems[0]
    return _only([*inputs.files], path)


def _only_recording(archive: Path, folder: Path) -> Path:
    """What the only recording in an archive is called."""
    errors: list[IngestError] = []
    found: list[Path] = []
    patience = Patience()
    for item in unpacked(archive, folder):
        if not isinstance(item, Unpacked):
            errors.append(item)
        else:
            try:
                sniff.reader_of(item.file)
            except IngestError as error:
                errors.append(item.named(error))
            else:
                found.append(item.shown)
                patience = Patience()
        if len(found) > _MOST_NAMED:
            break
        if not found and patience.is_over(errors[-1]):
            raise given_up(archive)
    if not found:
        raise next(
            (error for error in errors if not isinstance(error, UnknownFormatError)),
            errors[0] if len(errors) == 1 else UnknownFormatError("nothing in it is a recording", path=archive),
        )
    return _only(found, archive)


def _only(found: Sequence[Path], within: Path) -> Path:
    if len(found) == 1:
        return found[0]
    names = ", ".join(str(p.relative_to(within) if p.is_relative_to(within) else p) for p in found[:_MOST_NAMED])
    more = " and more" if len(found) > _MOST_NAMED else ""
    raise UsageError(
        f"more than one recording is in it: {names}{more}", path=within, hint="unpack it and name one of them"
    )
