"""The one recording that a path names, where no database is: a file, a folder or an archive that holds no other.

An export of a telephone and a watch is one recording of two sensors: one of them is described, and all are listed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from ingest.archives.companion_files import TELEPHONE, Export, export_of
from ingest.archives.reading import Unpacked, is_archive, unpacked
from ingest.errors import IngestError, UnknownFormatError, UnreadableFileError, UsageError
from ingest.input_file import reading, stamp_of
from ingest.recognising import sniff
from ingest.workspace import workspace

Read = Callable[[Path], Recording]
Made = TypeVar("Made")
Make = Callable[[Recording, Path], Made]
#: Of several recordings where one was expected.
_MOST_NAMED = 5
_OF_EACH_SENSOR = (
    *("device", "serial", "site", "side", "n_samples", "rate_hz_true", "first_sample", "last_sample", "median_norm_g"),
)


def description_of(path: Path, wishes: Wishes) -> dict[str, Any]:
    """The document of `ingest.describe`, read with the settings and what was said on the command line.

    It has one more field, ``sensors``: each sensor of the export. All others are of the one that was named, else of
    the file that was, else of the one that is no telephone.

    Raises
    ------
    UsageError
        More than one recording is there, or no such sensor.
    IngestError
        It cannot be read, or none is there.
    """
    read = partial(_read, wishes, load())
    return _made(path, wishes.sensor, read, lambda found, file: _with_sensors(describe(found), file, read))


def made_of(path: Path, wishes: Wishes, make: Callable[[Recording], Made]) -> Made:
    """Make something of the one recording, before what an archive holds is removed again.

    Parameters
    ----------
    path : Path
        A file, a folder or an archive that holds one recording.
    wishes : Wishes
        What the command line says; its sensor chooses among those of an export.
    make : callable
        Makes the result while the files of the recording can still be read.

    Raises
    ------
    UsageError
        More than one recording is there.
    IngestError
        It cannot be read, or none is there.
    """
    return _made(path, wishes.sensor, partial(_read, wishes, load()), lambda found, _file: make(found))


def _read(wishes: Wishes, settings: Settings, path: Path) -> Recording:
    return read_recording(
        path, declare_when=declaration(wishes, settings, path=path.absolute(), file=path), tables=settings.tables()
    )


def _made(path: Path, sensor: str | None, read: Read, make: Make[Made]) -> Made:
    file = _only_file(path, sensor)
    if not is_archive(file):
        return make(read(file), file)
    with reading(file, stamp_of(file)), workspace(Path(gettempdir())) as folder:
        # Twice, because what is unpacked is gone when the next is asked for, and the only one is known at the end.
        shown = _only_recording(file, folder, sensor)
        for item in unpacked(file, folder):
            if isinstance(item, Unpacked) and item.shown == shown:
                return _made_of(item, read, make)
    raise UnreadableFileError("the archive changed while it was read", path=file, hint="try again")


def _made_of(item: Unpacked, read: Read, make: Make[Made]) -> Made:
    try:
        recording = read(item.file)
        shown = replace(recording, path=item.shown, warnings=(*item.problems, *recording.warnings))
        return make(shown, item.file)
    except IngestError as error:
        raise item.named(error) from error


def _with_sensors(document: dict[str, Any], file: Path, read: Read) -> dict[str, Any]:
    """The document with its list of sensors, before the warnings."""
    export = export_of(file)
    listed = {export.sensor: _brief(export.sensor, Path(document["path"]).name, document)}
    for name, other in export.others.items():
        try:
            listed[name] = _brief(name, other.name, describe(read(other)))
        except IngestError as error:
            listed[name] = {"name": name, "file": other.name, "error": error.what}
    warnings = document.pop("warnings")
    return {**document, "sensors": [listed[name] for name in sorted(listed, key=str)], "warnings": warnings}


def _brief(name: str | None, file: str, document: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "file": file, **{key: document[key] for key in _OF_EACH_SENSOR}, "error": None}


def _only_file(path: Path, sensor: str | None) -> Path:
    """The main file of a recording that lies in several, whichever of them or their folder is named."""
    inputs = find_inputs([path])
    if inputs.problems:
        raise inputs.problems[0]
    files = {file: export_of(file) for file in inputs.files[: _MOST_NAMED + 1]}
    if sensor is not None and len(files) == 1:  # the file of another sensor may have been named
        files |= {other: export_of(other) for only in [*files.values()] for other in only.others.values()}
    return _chosen(files, path, sensor)


def _only_recording(archive: Path, folder: Path, sensor: str | None) -> Path:
    """What the only recording in an archive is called."""
    errors: list[IngestError] = []
    found: dict[Path, Export] = {}
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
                found[item.shown] = export_of(item.file)
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
    return _chosen(found, archive, sensor)


def _chosen(found: Mapping[Path, Export], within: Path, sensor: str | None) -> Path:
    """The only recording, or of one export the sensor that was named; without a name the one that is no telephone."""
    only = next(iter(found.values()))
    in_one_place = len({file.parent for file in found}) == 1
    is_one_export = all(export.names == only.names for export in found.values()) and len(only.names) == len(found)
    if len(found) > 1 and not (in_one_place and is_one_export):
        raise _several([*found], within)
    by_name = {export.sensor: file for file, export in found.items()}
    if sensor is not None and only.sensor is not None and sensor not in by_name:
        raise UsageError(f"no sensor in it is called {sensor!r}", path=within, hint=f"one of {', '.join(only.names)}")
    return by_name.get(sensor) or min(found, key=lambda file: (found[file].sensor == TELEPHONE, file))


def _several(found: Sequence[Path], within: Path) -> UsageError:
    names = ", ".join(str(p.relative_to(within) if p.is_relative_to(within) else p) for p in found[:_MOST_NAMED])
    more = " and more" if len(found) > _MOST_NAMED else ""
    return UsageError(
        f"more than one recording is in it: {names}{more}", path=within, hint="unpack it and name one of them"
    )
