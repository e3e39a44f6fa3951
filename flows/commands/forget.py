"""``nightkick forget``: what is about to go, a typed yes, and what stays where this program cannot reach.

Nights that keep another recording are analysed before anything is changed, so that all of it is one step: a kill or
Ctrl-C leaves everything as it was, or all of it done.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from analytics import store as the_store
from flows.settings.database import store_for
from flows.terminal.dates import TAKEN, When, evening, on, when
from flows.terminal.exit_codes import ExitCode, failed
from flows.terminal.options import Database
from flows.terminal.talk import emit, say
from ingest.archives.companion_files import companions_of
from ingest.errors import DatabaseUnreadableError, SamplesLostError, UsageError, visible
from ingest.fingerprint import sha256_of_all

if TYPE_CHECKING:
    from analytics.model import Night
    from flows.importing.import_run import Context

_PREFIX = re.compile(r"[0-9a-fA-F]{6,64}")
_AGE = re.compile(r"(?P<days>\d{1,5})d")


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Asked:
    """What to forget, as it came from the command line."""

    subject: Annotated[
        str | None,
        Parameter(help="All that is stored of this person, reviews and journal too; with --night only that night."),
    ] = None
    night: Annotated[
        When | None,
        Parameter(
            converter=when,
            help=f"All that is stored of an evening, or with --subject that of this person: {TAKEN}.",
        ),
    ] = None
    recording: Annotated[
        str | None,
        Parameter(
            help="One recording and what was found in it: its SHA-256, the first characters of that, or its file."
        ),
    ] = None
    prune_samples: Annotated[
        str | None,
        Parameter(
            help="Only free disk: remove the samples of recordings that ended before a date, or that many days ago "
            "(365d). Results stay."
        ),
    ] = None


NOTHING = Asked()


def forget(*, asked: Asked = NOTHING, yes: bool = False, dry_run: bool = False, db: Database = None) -> ExitCode:
    """Forget a person, a night or a recording for good, and name what stays in files, backups and copies.

    Rows, samples, the published copy and Prefect's records of runs go. End nightkick schedule first.

    Parameters
    ----------
    yes
        Do not ask.
    dry_run
        Show what would go and what would stay, and change nothing.
    """
    from flows.unattended.forget_remains import what_stays
    from flows.unattended.prefect_records import records_at_rest

    _check(asked)
    store = store_for(db)
    if not store.path.exists():
        raise DatabaseUnreadableError("there is no database here", path=store.path, hint="name another with --db")
    context = _opened(db)
    if asked.prune_samples is not None:
        return _prune(context, asked.prune_samples, yes=yes, dry_run=dry_run)
    wish = _wish(context.store, asked)
    doomed = the_store.find_doomed(context.store, wish)
    if doomed.is_nothing:
        known = ", ".join(visible(name) for name in the_store.known_subjects(context.store)) or "no one"
        raise UsageError(f"nothing is stored of {_named(asked)}", hint=f"stored are: {known}")
    if dry_run:
        emit("".join(f"{line}\n" for line in (_would_go(asked, doomed), *_each(doomed))))
        for line in what_stays(context, doomed, subject=asked.subject, night=wish.night, is_done=False):
            say(line)
        return ExitCode.DONE
    with records_at_rest(context.store) as records:
        return _forget(context, asked, wish, doomed, records, yes=yes)


def _opened(database: Path | None) -> Context:
    """The database, ready to be changed; what a change that was killed left to do is done."""
    from flows.importing.declared import Wishes
    from flows.importing.pipeline import open_context

    return open_context(Wishes(), database=database)


def _check(asked: Asked) -> None:
    if asked.subject is not None and not asked.subject.strip():
        raise UsageError("--subject must not be empty")
    if asked.recording is not None and not asked.recording.strip():
        raise UsageError("--recording must not be empty")
    alone = [asked.recording, asked.prune_samples]
    others = [asked.subject, asked.night]
    n_ways = sum(way is not None for way in alone) + any(other is not None for other in others)
    if n_ways == 0:
        raise UsageError("nothing to forget is named", hint="--subject, --night, --recording or --prune-samples")
    if n_ways > 1:
        raise UsageError("--recording and --prune-samples stand alone", hint="only --night and --subject go together")


def _wish(store: the_store.Store, asked: Asked) -> the_store.Wish:
    if asked.recording is None:
        return the_store.Wish(asked.subject, on(asked.night, store, asked.subject))
    return the_store.Wish(sha256=_recording(store, asked.recording))


def _recording(store: the_store.Store, text: str) -> str:
    """The whole hash of the one recording that is meant."""
    (rows,) = the_store.frames(store, ("SELECT sha256, path FROM recording ORDER BY sha256", ()))
    known: dict[str, str] = dict(rows.iter_rows())
    path = Path(text)
    found = [sha256 for sha256 in known if _PREFIX.fullmatch(text) and sha256.startswith(text.lower())]
    found = found or [sha256 for sha256, at in known.items() if Path(at).absolute() == path.absolute()]
    if not found and path.is_file():
        found = [sha256 for sha256 in [sha256_of_all(path, companions_of(path))] if sha256 in known]
    if not found:
        raise UsageError(
            f"no recording is stored under {text!r}", hint="a hash, six or more of its first characters, or its file"
        )
    if len(found) > 1:
        raise UsageError(f"{text!r} means several recordings", hint=", ".join(sha256[:16] for sha256 in found))
    return found[0]


def _forget(
    context: Context,
    asked: Asked,
    wish: the_store.Wish,
    doomed: the_store.Doomed,
    records: Sequence[Path],
    *,
    yes: bool,
) -> ExitCode:
    from flows.unattended.forget_remains import what_stays
    from flows.unattended.prefect_records import remove_records

    store, interrupted = context.store, False
    try:
        _agree(_would_go(asked, doomed), yes=yes)
        nights = _analysed_from_the_rest(context, doomed)
        for folder in records:
            remove_records(folder)
            say(f"removed Prefect's records of runs in {folder}")
        the_store.forget(store, wish, doomed, nights)
    except KeyboardInterrupt:
        if the_store.find_doomed(store, wish) == doomed:
            return failed("interrupted; nothing was forgotten", ExitCode.INTERRUPTED)
        _opened(store.path)  # finishes what is left to do
        interrupted = True
    for line in _what_went(asked, doomed):
        say(line)
    for line in what_stays(context, doomed, subject=asked.subject, night=wish.night):
        say(line)
    return (
        failed("interrupted; all of it was forgotten by then", ExitCode.INTERRUPTED) if interrupted else ExitCode.DONE
    )


def _analysed_from_the_rest(context: Context, doomed: the_store.Doomed) -> list[Night]:
    """Nights that lose a recording, from those they keep."""
    from flows.importing.night_windows import as_divided
    from flows.importing.worker_tasks import analysed

    if not doomed.anew:
        return []
    try:
        found = context.workers.run(analysed, context.store, as_divided(context.store, doomed.anew), context.settings)
    except SamplesLostError as error:
        told = the_store.said_of_pruned(context.store, error)
        says = f"nothing was forgotten, for a night that keeps this recording must be analysed again: {told.what}"
        raise SamplesLostError(says, path=told.path, hint=f"{told.hint}, or forget the night whole") from None
    return [night for night in found if night is not None]


def _named(asked: Asked) -> str:
    if asked.recording is not None:
        return f"recording {visible(asked.recording)}"
    who = visible(asked.subject) if asked.subject else "anyone"
    return who if asked.night is None else f"the night {asked.night} of {who}"


def _would_go(asked: Asked, doomed: the_store.Doomed) -> str:
    n = doomed.counts
    n_nights = n["night"] - len(doomed.anew)
    parts = [
        _counted(len(doomed.recordings), "recording"),
        _counted(max(n_nights, 0), "night"),
        _counted(n["review_entry"], "review"),
        _counted(n["journal_entry"], "journal entry", "journal entries"),
    ]
    if doomed.anew:
        parts.append(f"and analyse again {_counted(len(doomed.anew), 'night')} from what is left")
    return f"{', '.join(parts)} of {_named(asked)}"


def _each(doomed: the_store.Doomed) -> Iterator[str]:
    for recording in doomed.recordings:
        yield visible(f"recording {recording.sha256[:12]} {recording.subject} {recording.path}")
    for subject, night_date in doomed.nights:
        yield visible(f"night {night_date} {subject}")
    for subject, night_date in doomed.anew:
        yield visible(f"analysed again {night_date} {subject}")


def _what_went(asked: Asked, doomed: the_store.Doomed) -> Iterator[str]:
    yield f"forgot {_would_go(asked, doomed)}: in the database, its published copy and the samples"


def _prune(context: Context, older: str, *, yes: bool, dry_run: bool) -> ExitCode:
    store = context.store
    before = _moment(older)
    found = the_store.prunable(store, before)
    if not found:
        say(f"no samples of recordings that ended before {before:%Y-%m-%d} are there")
        return ExitCode.DONE
    mb = sum(the_store.samples_path(store, recording.sha256).stat().st_size for recording in found) / 1e6
    what = f"the samples of {_counted(len(found), 'recording')} that ended before {before:%Y-%m-%d} ({mb:.1f} MB)"
    if dry_run:
        emit("".join(f"{line}\n" for line in (what, *map(_line, found))))
        return ExitCode.DONE
    try:
        _agree(what, yes=yes, verb="remove")
        the_store.prune(store, found)
    except KeyboardInterrupt:
        _opened(store.path)
        left = sum(the_store.samples_path(store, recording.sha256).exists() for recording in found)
        done = "nothing was removed" if left else "all of them were removed by then"
        return failed(f"interrupted; {done}", ExitCode.INTERRUPTED)
    say(f"removed {what}; their nights, reviews and journal stay, and importing the files again brings samples back")
    return ExitCode.DONE


def _line(recording: the_store.StoredRecording) -> str:
    return visible(f"recording {recording.sha256[:12]} {recording.subject} {recording.path}")


def _moment(older: str) -> datetime:
    """A date, or so many days ago."""
    if found := _AGE.fullmatch(older.strip()):
        return datetime.now(UTC) - timedelta(days=int(found["days"]))
    try:
        return datetime.combine(evening(older), datetime.min.time(), tzinfo=UTC)
    except UsageError:
        raise UsageError(
            f"--prune-samples {older!r} is no date and no age", hint="like 2026-01-31 (YYYY-MM-DD), or 365d for days"
        ) from None


def _agree(what: str, *, yes: bool, verb: str = "forget") -> None:
    """Ask for a typed yes.

    Raises
    ------
    UsageError
        There is no terminal to type it on, or another word was typed.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"this would {verb} {what}", hint="agree with --yes; --dry-run shows each")
    print(f"type yes to {verb} {what}: ", end="", file=sys.stderr, flush=True)
    try:
        answer = sys.stdin.readline()
    except KeyboardInterrupt:
        print(file=sys.stderr)
        raise
    if answer.strip().lower() != "yes":
        raise UsageError("not agreed to; nothing was changed", hint="the word is yes")


def _counted(n: int, one: str, many: str = "") -> str:
    return f"{n} {one if n == 1 else many or one + 's'}"
