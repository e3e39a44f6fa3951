"""Prefect without its files: it hears the environment alone, however often it reads its settings.

Prefect also takes settings from ``.env``, ``prefect.toml`` and ``pyproject.toml`` of the working directory and from
profiles in the home folder. Any of them can send a person's nights to a server that this person never named, so none
of them is read in a process of ours. Prefect reads its settings (and may run plugins that they name) as soon as it is
imported at all, so that happens in an empty folder (`hear_the_environment_alone`); later they are read anew, here and
there, so its readers are taken away too.

A process that Prefect itself starts for a run imports Prefect first and us later. It starts in an empty folder
(`leaving`), and goes back to where the person was once its settings are read (`come_back`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flows.terminal.talk import complain
from ingest.errors import NightkickError
from ingest.workspace import own_folder

#: Where the person was, and what the run works on, for a process that Prefect starts.
CAME_FROM = "_NIGHTKICK_CAME_FROM"
#: How Prefect reads files: any TOML, settings in TOML, and the one file of its own that says nothing of a server.
READERS = ("_read_toml_file", "TomlConfigSettingsSourceBase", "DEFAULT_PROFILES_PATH")
HINT = "nightkick doctor says which one it is; the locked one is known"


def hear_the_environment_alone(home: Path) -> None:
    """Import Prefect, and take every source of settings from it but the variables of this process as they are now.

    Parameters
    ----------
    home : Path
        Prefect's.

    Raises
    ------
    NightkickError
        This Prefect reads its settings in another way than those we know.
    """
    before = Path.cwd()
    os.chdir(_empty(home))
    try:
        from prefect import context

        _take_readers()
        context.refresh_global_settings_context()  # where another part of this process had imported it before
    finally:
        os.chdir(before)


def _empty(home: Path) -> Path:
    folder = home / "empty"
    own_folder(folder)
    return folder


def _take_readers() -> None:
    from prefect.settings import base, sources

    try:
        read, toml_source, own_defaults = (getattr(sources, name) for name in READERS)
        model: Any = base.PrefectBaseSettings
    except AttributeError:
        raise NightkickError("this Prefect reads its settings in a way that we do not know", hint=HINT) from None
    if read.__name__ == "nothing_else":
        return

    def nothing_else(path: Path) -> dict[str, Any]:
        found: dict[str, Any] = read(path) if path == own_defaults else {}
        return found

    # Where they are read and not where they are asked for: some parts of Prefect ask by a way of their own.
    # They are not even opened, for one that cannot be read would end us.
    setattr(sources, READERS[0], nothing_else)
    toml_source._read_files = lambda *_arguments, **_options: {}
    for below in _all_below(model):
        below.model_config["env_file"] = None


def _all_below(model: Any) -> Iterator[Any]:
    yield model
    for below in model.__subclasses__():
        yield from _all_below(below)


@contextmanager
def leaving(home: Path, withheld: Mapping[str, Any]) -> Iterator[None]:
    """Be in an empty folder below Prefect's home, so that processes which Prefect starts find no files there.

    Parameters
    ----------
    withheld : mapping
        What those processes work on that the server is not to know.
    """
    empty, before, python_path = _empty(home), Path.cwd(), os.environ.get("PYTHONPATH")
    os.environ[CAME_FROM] = json.dumps({"folder": str(before), "python_path": python_path, "withheld": dict(withheld)})
    # Relative entries, and the folder that `python -m flows` was started in, are found from there too.
    entries = [str(Path(entry).absolute()) for entry in (python_path or "").split(os.pathsep) if entry]
    os.environ["PYTHONPATH"] = os.pathsep.join([*entries, str(Path(__file__).resolve().parents[2])])
    os.chdir(empty)
    try:
        yield
    finally:
        del os.environ[CAME_FROM]
        _restore_path(python_path)
        os.chdir(before)


def come_back() -> Mapping[str, Any]:
    """In a process that Prefect started for us: be where the person was. Returns what was withheld from the server.

    Anywhere else, nothing happens.
    """
    if (told := os.environ.pop(CAME_FROM, None)) is None:
        return {}
    _take_readers()
    came_from = json.loads(told)
    _restore_path(came_from["python_path"])
    try:
        os.chdir(came_from["folder"])
    except OSError as error:  # all that a run works on has its whole path
        complain(f"{came_from['folder']}: {error.strerror}: settings that lie there are not read")
    withheld: Mapping[str, Any] = came_from["withheld"]
    return withheld


def _restore_path(python_path: str | None) -> None:
    if python_path is None:
        os.environ.pop("PYTHONPATH", None)
    else:
        os.environ["PYTHONPATH"] = python_path
