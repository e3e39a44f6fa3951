"""One unattended run: what is new in the inbox is imported, remembered, moved away and told of.

Without Prefect, like `flows.importing.pipeline`: the scheduled flow calls it with its own way of importing files one by
one. What goes wrong after the import (a move, a message) never undoes it; it is among the problems.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from analytics.store import (
    NO_DATA,
    Notice,
    SeenFile,
    mark_told,
    remember_files,
    seen_files,
    untold,
)
from flows import __version__
from flows.assigning.assignments import has_handed_on
from flows.importing.import_run import Context
from flows.importing.inputs import Inputs
from flows.importing.outcomes import Outcome
from flows.importing.pipeline import OneByOne, import_each, import_found
from flows.importing.reassigning import fingerprint
from flows.importing.telling import counts
from flows.settings.settings import Settings
from flows.unattended.archive import archive_folder, move_stored
from flows.unattended.inbox import Inbox, look_through
from flows.unattended.notify import tell_of
from ingest.clock import machines_zone, zone_info
from ingest.errors import NightkickError

#: Waits before files that could not be read are tried again, seconds.
RETRY_PAUSES_S = (10.0, 60.0)


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of one run.

    Attributes
    ----------
    outcomes : tuple of Outcome
        Of the files that were tried.
    waiting : tuple of Path
        Still being written: left for the next run.
    refused_before : int
        Files that an earlier run refused and that have not changed since.
    n_moved : int
        Stored recordings that were moved away.
    notices : tuple of Notice
        What is new to tell.
    problems : tuple of str
        What went wrong beside the import, one line each.
    """

    outcomes: tuple[Outcome, ...]
    waiting: tuple[Path, ...]
    refused_before: int
    n_moved: int
    notices: tuple[Notice, ...]
    problems: tuple[str, ...]

    def summary(self) -> str:
        """One line with the counts that are not zero, and always the first two."""
        flagged = sum(notice.is_flag for notice in self.notices)
        found = {
            **counts(self.outcomes),
            "still being written": len(self.waiting),
            "refused before": self.refused_before,
            "in an assumed zone": sum(outcome.assumed_zone is not None for outcome in self.outcomes),
            "moved": self.n_moved,
            "newly flagged": flagged,
        }
        words = [f"{n} {what}" for what, n in found.items() if n or what in ("imported", "known")]
        return ", ".join([*words, *(n.reason for n in self.notices if n.about == NO_DATA)])


def visit(folder: Path, context: Context, *, one_by_one: OneByOne = import_each) -> Visit:
    """Import what is new in an inbox, and see to everything round it.

    Raises
    ------
    StoreError
        The database failed; what was saved before stays saved.
    """
    archive = context.settings.inbox.archive
    target = archive_folder(folder, archive) if archive else None
    skip = [context.store.recordings, *([target] if target else [])]
    version = _version(context)
    found = look_through(folder, seen_files(context.store).get, version=version, skip=skip)
    outcomes = _imported(found, context, one_by_one)
    tried = _results(outcomes, found, version)
    stored = {**found.done, **{file: seen.stamp for file, seen in tried.items() if seen.is_done}}
    moved, problems = move_stored(folder, stored, target) if target else ([], [])
    kept = tried.keys() - set(moved)
    remember_files(context.store, {file: tried[file] for file in kept}, forget=moved)
    notices, failures = _told(context)
    return Visit(
        outcomes,
        found.waiting,
        len(found.refused),
        len(moved),
        notices,
        tuple(error.line() for error in (*problems, *failures)),
    )


def _imported(found: Inbox, context: Context, one_by_one: OneByOne) -> tuple[Outcome, ...]:
    """Outcomes of everything new; what could not be read is tried again, for a share or a card may only hiccup.

    All such files wait together: a thousand of them must not wait a thousand times.
    """
    outcomes = import_found(Inputs(tuple(found.new), found.problems), context, one_by_one=one_by_one)
    for pause_s in RETRY_PAUSES_S:
        again = {outcome.path for outcome in outcomes if outcome.may_pass} & found.new.keys()
        if not again:
            break
        time.sleep(pause_s)
        anew = import_found(Inputs(tuple(sorted(again)), ()), context, one_by_one=one_by_one)
        outcomes = (*(outcome for outcome in outcomes if outcome.path not in again), *anew)
    return outcomes


def should_have_come(settings: Settings, now: datetime) -> date | None:
    """The first evening of a stretch of which something should have come by now; None: the settings do not ask.

    The last of the stretch is yesterday's, where the wearer lives.
    """
    nights = settings.notify.no_data_nights
    zone = zone_info(settings.tz or machines_zone())
    return now.astimezone(zone).date() - timedelta(days=nights) if nights else None


def _version(context: Context) -> str:
    """Who tries a file: what was refused is tried again by a newer program, and with other assignments."""
    if not context.assignments.lines:
        return __version__
    return f"{__version__} with assignments {fingerprint(context.assignments)[:12]}"


def _results(outcomes: Iterable[Outcome], found: Inbox, version: str) -> Mapping[Path, SeenFile]:
    """What to remember of the files that were tried; nothing of those that could not be read this time."""
    by_file: defaultdict[Path, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        for file in _way_up(outcome.path):
            if file in found.new:
                by_file[file].append(outcome)
                break
    return {
        file: SeenFile(found.new[file], all(outcome.error is None for outcome in of_file), version)
        for file, of_file in by_file.items()
        if not any(outcome.may_pass for outcome in of_file)
    }


def _way_up(path: Path) -> Iterator[Path]:
    """The path and what it lies in: what comes out of an archive is named by the way inside."""
    yield path
    yield from path.parents


def _told(context: Context) -> tuple[tuple[Notice, ...], Sequence[NightkickError]]:
    """Tell what is new. What could not be told is kept for the next run; without anybody to tell, it is done with."""
    notify = context.settings.notify
    since = should_have_come(context.settings, datetime.now(UTC))
    notices = tuple(
        notice
        for notice in untold(context.store, since=since)
        if since is None or notice.about != NO_DATA or not has_handed_on(notice.subject, since, context.assignments)
    )
    failures = tell_of(notices, notify) if notices else []
    if not failures:
        mark_told(context.store, notices)
    return notices, failures
