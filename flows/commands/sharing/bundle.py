"""``nightkick doctor --bundle``: one file for a bug report, of which every name and date has been masked."""

from __future__ import annotations

import getpass
import json
import platform
import socket
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pydantic import BaseModel

from analytics import store as the_store
from analytics.files.outputs import Kind, begins_with, write_whole
from analytics.sharing.masking import Mask
from analytics.sharing.report import mask_for, of_database
from flows.settings.required_packages import required_packages
from flows.settings.settings import Settings, candidates, load
from ingest.errors import NightkickError

if TYPE_CHECKING:
    from collections.abc import Callable

CONTENTS = "CONTENTS.txt"
BUNDLE = Kind("bundle of nightkick", lambda path: begins_with(path, b"PK", and_has=CONTENTS.encode()))
#: The earliest that a zip can hold: when it was made does not matter.
_NO_DATE = (1980, 1, 1, 0, 0, 0)

_INSIDE = """\
For a bug report about nightkick. Nothing of this was sent; read it, then attach it yourself.

{files}

In messages "_" stands for a name, a file, or a word that nightkick itself does not use, "#" for a number.
Not in here: names, serials, files, paths, dates, notes, journal, nights, movements, samples, the name of this machine.
"""
_ABOUT = {
    "versions.json": "versions of nightkick, Python, the system, and what nightkick is built on",
    "settings.json": "thresholds that differ from their defaults, as numbers; of all else only whether it is set",
    "doctor.txt": "what `nightkick doctor` found, masked",
    "schema.json": "steps of the schema that the database went through",
    "counts.json": "rows of each table, counted",
    "errors.txt": "the last errors of imports, masked",
    "database.txt": "why the database could not be read, masked",
}
#: Settings whose values are choices or numbers out of a list of ours.
_OPEN = ("age_group", "executor", "workers")


def write_bundle(target: Path, findings: Sequence[str], store: the_store.Store | None) -> None:
    """Write the file, for its owner only.

    Parameters
    ----------
    findings : sequence of str
        Lines of `nightkick doctor`.
    store : Store or None
        None where the settings that would name it are wrong.

    Raises
    ------
    UsageError
        It cannot be written, or there is another file.
    """
    files = dict(_files(findings, store))
    listed = "\n".join(f"{name:15}{_ABOUT[name]}" for name in files)
    whole = {CONTENTS: _INSIDE.format(files=listed), **files}
    write_whole(target, _zipped(whole), kind=BUNDLE)


def _zipped(files: Mapping[str, str]) -> Callable[[IO[bytes]], object]:
    def write(file: IO[bytes]) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in files.items():
                inside = zipfile.ZipInfo(name, _NO_DATE)
                inside.compress_type, inside.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
                archive.writestr(inside, text)

    return write


def _files(findings: Sequence[str], store: the_store.Store | None) -> Iterator[tuple[str, str]]:
    yield "versions.json", _json(_versions())
    try:
        settings: Settings | None = load()
    except NightkickError:
        settings = None  # why not is among the findings
    yield "settings.json", _json("not valid" if settings is None else _settings(settings))
    names = [*_of_machine(), *(() if settings is None else _named(settings.model_dump(mode="json")))]
    mask, of_store = Mask(names, ()), {}
    if store is not None and store.path.exists():
        try:
            mask = mask_for(store, [str(store.path), *names])
            of_store = dict(of_database(store, mask))
        except NightkickError as error:
            # Without the database's own names only the words of the program are let through.
            of_store = {"database.txt": f"{type(error).__name__}: {mask(error.what)}\n"}
    yield "doctor.txt", "".join(f"{mask(line)}\n" for line in findings)
    yield from of_store.items()


def _versions() -> dict[str, object]:
    return {
        "nightkick": version("nightkick"),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
        "packages": {name: there or "not installed" for name, there in required_packages().items()},
    }


def _settings(settings: Settings) -> dict[str, object]:
    return {
        "files": sum(path.exists() for path in candidates()),
        **{name: getattr(settings, name) for name in _OPEN},
        "criteria": dict(_changed(settings.criteria, type(settings.criteria)())),
        "set": sorted(settings.model_fields_set - set(_OPEN) - {"criteria"}),
    }


def _changed(found: BaseModel, usual: BaseModel, above: str = "") -> Iterator[tuple[str, Any]]:
    """Numbers that differ from their defaults, by the names of their fields; of others that they differ."""
    for name in type(found).model_fields:
        value, default = getattr(found, name), getattr(usual, name)
        if isinstance(value, BaseModel) and isinstance(default, BaseModel):
            yield from _changed(value, default, f"{above}{name}.")
        elif value != default:
            yield f"{above}{name}", value if isinstance(value, bool | int | float) else "set"


def _named(value: object) -> Iterator[str]:
    """Every text and every key of a person's own in the settings."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in _FIELDS:
                yield key
            yield from _named(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _named(inner)


#: Keys of the settings that are ours.
_FIELDS = frozenset(Settings.model_fields)


def _of_machine() -> Iterator[str]:
    yield socket.gethostname()
    yield str(Path.cwd())
    try:
        yield getpass.getuser()
        yield str(Path.home())
    except (OSError, KeyError, RuntimeError):  # a process of no user and no home has no such name
        return


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=True) + "\n"
