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
from flows.database import store_for
from flows.settings import candidates, load
from flows.terminal import emit
from ingest.errors import NightkickError

#: One night at 100 Hz takes 4 MB; below this the next import may not fit.
ENOUGH_BYTES = 500_000_000
DEPENDENCIES = ("duckdb", "polars", "fitparse", "numpy", "scipy", "prefect", "fastapi", "sqlalchemy")


def doctor_command(*, database: Path | None) -> bool:
    """Print one line a finding; what is wrong says what to do about it.

    Returns
    -------
    bool
        Whether everything is in order.
    """
    findings = list(_findings(database))
    emit("".join(f"{_line(finding)}\n" for finding in findings))
    return all(finding.ok for finding in findings)


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
