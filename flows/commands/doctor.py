"""``nightkick doctor``: is everything there that the other commands need, and what to do where it is not."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path

from analytics.store import Finding, Store, check
from flows import __version__
from flows.settings.database import store_for
from flows.settings.settings import candidates, load
from flows.terminal.talk import complain, emit, say
from ingest.errors import NightkickError, StoreError

#: One night at 100 Hz takes 4 MB; below this the next import may not fit.
ENOUGH_BYTES = 500_000_000
WRITABLE_BY_OTHERS = 0o022
DEPENDENCIES = ("duckdb", "polars", "fitparse", "numpy", "scipy", "prefect", "fastapi", "sqlalchemy")


def doctor_command(*, database: Path | None, mend: bool) -> bool:
    """Print one line a finding; what is wrong says what to do about it.

    Parameters
    ----------
    mend : bool
        Repair what can be repaired before.

    Returns
    -------
    bool
        Whether everything is in order.
    """
    if mend:
        _mend(database)
    findings = list(_findings(database))
    emit("".join(f"{_line(finding)}\n" for finding in findings))
    return all(finding.ok for finding in findings)


def _mend(database: Path | None) -> None:
    from flows.importing.repair import repair  # it loads all that an import needs

    for path in _writable_by_others():
        path.chmod(path.stat().st_mode & ~WRITABLE_BY_OTHERS)
        say(f"{path} can be changed by its owner only now")
    if store_for(database).path.exists():
        try:
            repair(database)
        except StoreError as error:  # a database that cannot be read is a finding
            complain(error.line())


def _findings(database: Path | None) -> Iterator[Finding]:
    yield _python()
    yield from map(_installed, DEPENDENCIES)
    yield _one_fit_reader()
    yield _zone()
    try:
        settings = load()
    except NightkickError as error:
        yield _bad(error.what, f"{error.path}: {error.hint}" if error.path else error.hint)
        return
    read = [str(path) for path in candidates() if path.exists()]
    yield _good(f"settings are valid ({', '.join(read) or 'no file, defaults'})")
    yield _settings_safe()
    store = store_for(database, settings)
    yield _space(store.path)
    yield from _database(store)


def _python() -> Finding:
    what = f"nightkick {__version__} on Python {platform.python_version()}"
    return Finding(ok=sys.version_info >= (3, 11), what=what, hint="use 3.11 or newer")


def _installed(name: str) -> Finding:
    try:
        return _good(f"{name} {version(name)}")
    except PackageNotFoundError:
        return _bad(f"{name} is not installed", "install nightkick again, from its lock")


def _one_fit_reader() -> Finding:
    """Two distributions install the same package ``fitparse``; the later one overwrites half of the other."""
    owners = sorted(set(packages_distributions().get("fitparse", [])))
    says = f"the package fitparse comes from {' and '.join(owners) or 'nowhere'}"
    remedy = "pip uninstall python-fitparse fitparse, then install fitparse"
    return Finding(ok=owners == ["fitparse"], what=says, hint=remedy)


def _zone() -> Finding:
    from tzlocal import get_localzone_name

    from ingest.clock import zone_info

    try:
        name = get_localzone_name()
        zone_info(name)
    except (NightkickError, ValueError, OSError) as error:
        return _bad(f"this machine's time zone is unclear: {error}", "set tz in nightkick.toml")
    return _good(f"this machine's time zone is {name}")


def _settings_safe() -> Finding:
    """Settings may name commands to run: who can change them can run anything."""
    if paths := _writable_by_others():
        return _bad(f"others can change {paths[0]}", "chmod go-w it, or nightkick doctor --repair")
    return _good("settings can be changed by their owner only")


def _writable_by_others() -> list[Path]:
    return [path for path in candidates() if path.exists() and path.stat().st_mode & WRITABLE_BY_OTHERS]


def _space(database: Path) -> Finding:
    folder = next(parent for parent in database.parents if parent.exists())
    free = shutil.disk_usage(folder).free
    what = f"{free / 1e9:.1f} GB free in {folder}"
    return Finding(ok=free >= ENOUGH_BYTES, what=what, hint="make room, or move the database")


def _database(store: Store) -> Iterator[Finding]:
    if not store.path.exists():
        yield _good(f"no database at {store.path} yet; the first import makes it")
        return
    try:
        yield from check(store)
    except NightkickError as error:
        yield _bad(f"{store.path}: {error.what}", error.hint)


def _good(what: str) -> Finding:
    return Finding(ok=True, what=what, hint="")


def _bad(what: str, hint: str) -> Finding:
    return Finding(ok=False, what=what, hint=hint)


def _line(finding: Finding) -> str:
    advice = f" -> {finding.hint}" if finding.hint and not finding.ok else ""
    return f"{'ok ' if finding.ok else 'BAD'}  {finding.what}{advice}"
