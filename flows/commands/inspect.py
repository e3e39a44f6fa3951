"""``nightkick inspect``: what one recording holds, decoded and not stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from flows.importing.declared import Wishes, declaration
from flows.importing.inputs import find_inputs
from flows.importing.outcomes import Patience, given_up
from flows.settings.settings import load
from flows.terminal.talk import emit, say
from flows.terminal.values import text_cell
from ingest import Recording, describe, read_recording
from ingest.archives.reading import Unpacked, is_archive, unpacked
from ingest.errors import IngestError, UnknownFormatError, UnreadableFileError, UsageError
from ingest.input_file import reading, stamp_of
from ingest.recognising import sniff
from ingest.workspace import workspace

Read = Callable[[Path], Recording]
#: Of several recordings where one was expected.
_MOST_NAMED = 5


def inspect_command(file: Path, wishes: Wishes, *, as_json: bool) -> None:
    """Print the document of `ingest.describe`, as JSON or as one line a field."""
    settings = load()
    read = partial(read_recording, declare=declaration(wishes, settings), tables=settings.tables())
    document = _document(file, read)
    if as_json:
        emit(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        return
    emit("".join(_lines({key: value for key, value in document.items() if key not in ("schema", "warnings")})))
    for warning in document["warnings"]:
        say(f"warning: {warning}")


def _document(path: Path, read: Read) -> dict[str, Any]:
    file = _only_file(path)
    if not is_archive(file):
        return describe(read(file))
    with reading(file, stamp_of(file)), workspace(Path(gettempdir())) as folder:
        # Twice, because what is unpacked is gone when the next is asked for, and the only one is known at the end.
        shown = _only_recording(file, folder)
        for item in unpacked(file, folder):
            if isinstance(item, Unpacked) and item.shown == shown:
                return _described(item, read)
    raise UnreadableFileError("the archive changed while it was read", path=file, hint="try again")


def _described(item: Unpacked, read: Read) -> dict[str, Any]:
    try:
        recording = read(item.file)
    except IngestError as error:
        raise item.named(error) from error
    return describe(replace(recording, path=item.shown, warnings=(*item.problems, *recording.warnings)))


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


def _lines(document: dict[str, Any]) -> list[str]:
    width = max(map(len, document))
    return [f"{key:<{width}}  {_text(value)}".rstrip() + "\n" for key, value in document.items()]


def _text(value: object) -> str:
    """Gaps can be thousands; people get the number and the first few."""
    if isinstance(value, list) and len(value) > 3 and isinstance(value[0], dict):
        return f"{len(value)}, the first: {text_cell(value[:3])}"
    return text_cell(value)
