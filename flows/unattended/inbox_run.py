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
    publish,
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
from flows.importing.reanalysis import analyse_again, selected
from flows.importing.reassigning import fingerprint
from flows.importing.telling import counts
from flows.settings.settings import Settings
from flows.terminal.options import Chosen
from flows.unattended.archive import archive_folder, move_stored
from flows.unattended.inbox import Inbox, look_through
from flows.unattended.missed_runs import Missed
from flows.unattended.news import keep_news, kept_news, news_of
from flows.unattended.notify import tell_of
from ingest.clock import machines_zone, zone_info
from ingest.errors import NightkickError, UsageError

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
    n_again : int
        Stored nights that were analysed again.
    n_not_again : int
        Stored nights that should have been and could not be.
    late : Missed or None
        The run that did not happen when it should.
    """

    outcomes: tuple[Outcome, ...]
    waiting: tuple[Path, ...]
    refused_before: int
    n_moved: int
    notices: tuple[Notice, ...]
    problems: tuple[str, ...]
    n_again: int = 0
    n_not_again: int = 0
    late: Missed | None = None

    def summary(self) -> str:
        """One line with the counts that are not zero, and always the first two; without a file "nothing new"."""
        flagged = sum(notice.is_flag for notice in self.notices)
        found = {
            **counts(self.outcomes),
            "with a part missing": sum(outcome.lost is not None for outcome in self.outcomes),
            "still being written": len(self.waiting),
            "refused before": self.refused_before,
            "in an assumed zone": sum(outcome.assumed_zone is not None for outcome in self.outcomes),
            "moved": self.n_moved,
            "analysed again": self.n_again,
            "could not be analysed again": self.n_not_again,
            "newly flagged": flagged,
        }
        always = ("imported", "known") if self.outcomes else ()
        words = [] if self.outcomes or self.n_again or self.n_not_again else ["nothing new"]
        words += [f"{n} {what}" for what, n in found.items() if n or what in always]
        late = [self.late.reason] if self.late else []
        return ", ".join([*words, *(n.reason for n in self.notices if n.about == NO_DATA), *late])


def visit(
    folder: Path,
    context: Context,
    *,
    one_by_one: OneByOne = import_each,
    since: date | None = None,
    until: date | None = None,
    late: Missed | None = None,
) -> Visit:
    """Import what is new in an inbox, and see to everything round it.

    Parameters
    ----------
    since, until : date, optional
        Evenings, both included. With either, every file is looked at as if it were new, since what was refused does not
        tell its nights, and the stored nights of that time are analysed again.
    late : Missed, optional
        Runs before this one that did not happen when they should.

    Raises
    ------
    StoreError
        The database failed; what was saved before stays saved.
    UsageError
        ``since`` lies after ``until``.
    """
    begun_at = datetime.now(UTC)
    again = evenings(since, until)
    archive = context.settings.inbox.archive
    target = archive_folder(folder, archive) if archive else None
    skip = [context.store.recordings, *([target] if target else [])]
    version = _version(context)
    seen = seen_files(context.store).get if again is None else _as_new
    found = look_through(folder, seen, version=version, skip=skip)
    outcomes = _imported(found, context, one_by_one)
    n_again, n_not_again = (0, 0) if again is None else _analysed_again(context, again)
    tried = _results(outcomes, found, version)
    stored = {**found.done, **{file: seen.stamp for file, seen in tried.items() if seen.is_done}}
    moved, problems = move_stored(folder, stored, target) if target else ([], [])
    kept = tried.keys() - set(moved)
    remember_files(context.store, {file: tried[file] for file in kept}, forget=moved)
    notices, failures = _told(context, outcomes, late, begun_at)
    return Visit(
        outcomes=outcomes,
        waiting=found.waiting,
        refused_before=len(found.refused),
        n_moved=len(moved),
        n_again=n_again,
        n_not_again=n_not_again,
        notices=notices,
        late=late,
        problems=tuple(error.line() for error in (*problems, *failures)),
    )


def evenings(since: date | None, until: date | None) -> Chosen | None:
    """Which stored nights a run analyses again; None: none of them.

    Raises
    ------
    UsageError
        The first lies after the last.
    """
    if since is not None and until is not None and since > until:
        raise UsageError(f"since {since} lies after until {until}", hint="evenings, the first one first")
    return None if since is None and until is None else Chosen(since=since, until=until)


def _as_new(_file: Path) -> None:
    """Of how a file was when it was last tried: nothing is known."""


def _analysed_again(context: Context, chosen: Chosen) -> tuple[int, int]:
    """How many stored nights were analysed again, and how many could not be, which is said on stderr."""
    keys = selected(context, chosen)
    failures = analyse_again(context, keys)
    publish(context.store)
    return len(keys) - failures, failures


def _imported(found: Inbox, context: Context, one_by_one: OneByOne) -> tuple[Outcome, ...]:
    """Outcomes of everything new; what could not be read is tried again, for a share or a card may only hiccup.

    All such files wait together: a thousand of them must not wait a thousand times.
    """
    inputs = Inputs(tuple(found.new), found.problems, outside=found.outside)
    outcomes = import_found(inputs, context, one_by_one=one_by_one)
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


def _told(
    context: Context, outcomes: Sequence[Outcome], late: Missed | None, begun_at: datetime
) -> tuple[tuple[Notice, ...], Sequence[NightkickError]]:
    """Tell what is new. What could not be told is kept for the next run; where no hook is set, it is done with."""
    notify, store = context.settings.notify, context.store
    since = should_have_come(context.settings, begun_at)
    brought = [o.sha256 for o in outcomes if o.status == "imported" and o.nights and o.sha256]
    notices = tuple(
        notice
        for notice in untold(store, since=since, brought=brought)
        if since is None or notice.about != NO_DATA or not has_handed_on(notice.subject, since, context.assignments)
    )
    kept = kept_news(store)
    news = (*kept, *news_of(store, outcomes, late, begun_at=begun_at))
    failures = tell_of(notices, notify, news)
    if not failures:
        mark_told(store, notices)
    if (left := news if failures else ()) or kept:
        failures += [error] if (error := keep_news(store, left)) else []
    return notices, failures
