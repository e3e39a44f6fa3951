"""``nightkick doctor``: is everything there that the other commands need, and what to do where it is not."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING

from analytics import store as the_store
from flows import __version__
from flows.settings.database import store_for
from flows.settings.required_packages import required_packages
from flows.terminal.exit_codes import ExitCode
from flows.terminal.options import Database
from flows.terminal.talk import complain, emit_lines, say
from ingest.errors import NightkickError, StoreError

if TYPE_CHECKING:
    from flows.settings.settings import Settings

#: One night at 100 Hz takes 4 MB; below this the next import may not fit.
ENOUGH_BYTES = 500_000_000
WRITABLE_BY_OTHERS = 0o022


def doctor(*, repair: bool = False, bundle: Path | None = None, db: Database = None) -> ExitCode:
    """Check the environment and the database, and name what to do about what is wrong.

    Parameters
    ----------
    repair
        First mend what can be mended: permissions, leftovers, lost samples whose files are still there, damaged nights.
    bundle
        Zip file to write for a bug report: versions, settings, counts and errors, without names, dates and paths.
        Without: none.
    """
    if repair:
        _mend(db)
    findings = list(_findings(db))
    emit_lines(map(_line, findings))
    if bundle is not None:
        _write_bundle(bundle, findings, db)
    return ExitCode.DONE if all(finding.ok for finding in findings) else ExitCode.SOME_FAILED


def _write_bundle(target: Path, findings: list[the_store.Finding], database: Path | None) -> None:
    from flows.commands.sharing.bundle import write_bundle  # it loads settings and all that reads a database

    try:
        store = store_for(database)
    except NightkickError:  # the settings are wrong, which is a finding
        store = None
    write_bundle(target, [_line(finding) for finding in findings], store)
    say(f"wrote {target}; read what is in it before you attach it to a report")


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


def _findings(database: Path | None) -> Iterator[the_store.Finding]:
    from flows.settings.settings import candidates, load

    yield _python()
    yield from (_installed(*package) for package in required_packages().items())
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
    yield _records(store.path)
    yield from _database(store, settings)


def _python() -> the_store.Finding:
    what = f"nightkick {__version__} on Python {platform.python_version()}"
    return the_store.Finding(ok=sys.version_info >= (3, 11), what=what, hint="use 3.11 or newer")


def _installed(name: str, there: str | None) -> the_store.Finding:
    if there is None:
        return _bad(f"{name} is not installed", "install nightkick again, from its lock")
    return _good(f"{name} {there}")


def _one_fit_reader() -> the_store.Finding:
    """Two distributions install the same package ``fitparse``; the later one overwrites half of the other."""
    owners = sorted(set(packages_distributions().get("fitparse", [])))
    if owners == ["fitparse"]:
        return _good("no other package has overwritten fitparse")
    says = f"the package fitparse comes from {' and '.join(owners) or 'nowhere'}"
    remedy = "pip uninstall python-fitparse fitparse, then install fitparse"
    return _bad(says, remedy)


def _zone() -> the_store.Finding:
    from tzlocal import get_localzone_name

    from ingest.clock import zone_info

    try:
        name = get_localzone_name()
        zone_info(name)
    except (NightkickError, ValueError, OSError) as error:
        return _bad(f"this machine's time zone is unclear: {error}", "set tz in nightkick.toml")
    return _good(f"this machine's time zone is {name}")


def _settings_safe() -> the_store.Finding:
    """Settings may name commands to run: who can change them can run anything."""
    if paths := _writable_by_others():
        return _bad(f"others can change {paths[0]}", "chmod go-w it, or nightkick doctor --repair")
    return _good("settings can be changed by their owner only")


def _writable_by_others() -> list[Path]:
    from flows.settings.settings import candidates

    return [path for path in candidates() if path.exists() and path.stat().st_mode & WRITABLE_BY_OTHERS]


def _space(database: Path) -> the_store.Finding:
    folder = next(parent for parent in database.parents if parent.exists())
    free = shutil.disk_usage(folder).free
    what = f"{free / 1e9:.1f} GB free in {folder}"
    return the_store.Finding(ok=free >= ENOUGH_BYTES, what=what, hint="make room, or move the database")


def _records(database: Path) -> the_store.Finding:
    """Whether Prefect can write down its runs, without which there is no schedule and no ``import --flow``."""
    from flows.unattended.prefect_home import cannot_be_kept
    from flows.unattended.prefect_records import where_kept

    folders = where_kept(database)
    if (error := next(filter(None, map(cannot_be_kept, folders)), None)) is not None:
        return _bad(error.what, error.hint)
    return _good(f"Prefect can keep its records in {' and '.join(map(str, folders))}")


def _database(store: the_store.Store, settings: Settings) -> Iterator[the_store.Finding]:
    if not store.path.exists():
        yield _good(f"no database at {store.path} yet; the first import makes it")
        return
    try:
        found = the_store.check(store)
        yield from found
        if found[0].ok:  # otherwise it is of an older program, which stored other columns
            yield _alike(store, settings)
            yield from _described(store, settings)
    except NightkickError as error:
        yield _bad(f"{store.path}: {error.what}", error.hint)


def _alike(store: the_store.Store, settings: Settings) -> the_store.Finding:
    """Nights of which some were analysed otherwise cannot be compared; all by what was in force once can."""
    from flows.settings.wanted import outdated_by

    found = outdated_by(settings, store)
    what = found.line() or f"all {found.n_nights} nights are analysed as version and settings want them"
    return the_store.Finding(ok=not (found.is_mixed and found.can_be_mended), what=what)


def _described(store: the_store.Store, settings: Settings) -> Iterator[the_store.Finding]:
    """How many people are described; what was said of them, and whose it is, is not shown."""
    from analytics.person import in_force  # late, for it loads pydantic

    kept = the_store.people_of(store)
    found = [in_force(name, kept.get(name), settings.people()) for name in kept.keys() | settings.person.keys()]
    if n := sum(person is not None for person in found):
        yield _good(f"{n} {'person is' if n == 1 else 'people are'} described; age, sex and medication are not shown")


def _good(what: str) -> the_store.Finding:
    return the_store.Finding(ok=True, what=what, hint="")


def _bad(what: str, hint: str) -> the_store.Finding:
    return the_store.Finding(ok=False, what=what, hint=hint)


def _line(finding: the_store.Finding) -> str:
    advice = f" -> {finding.hint}" if finding.hint and not finding.ok else ""
    return f"{'ok ' if finding.ok else 'BAD'}  {finding.what}{advice}"
