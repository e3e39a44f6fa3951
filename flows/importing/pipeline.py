"""From a file to stored nights, without Prefect: what the flow's tasks and ``nightkick import`` both call.

Each file: known? decode it and stage its samples, analyse every night it touches together with all other recordings of
that person and night, save. Decoding and analysing are for workers (`flows.importing.worker_tasks`); looking up and
saving happen here, where the database is. Whatever goes wrong with one file becomes an `Outcome`, and the next file is
its own story; a database that fails ends the run, and what was saved before stays saved.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from os import PathLike
from pathlib import Path

from analytics.store import (
    Attempt,
    StoredRecording,
    assignment_rows,
    clear_abandoned,
    find_recording,
    finish_removing,
    initialise,
    overlaps_of,
    publish,
    record_attempts,
    remember_rules,
    said_of_pruned,
    scratch,
    settle_people,
    stored_hashes,
)
from flows import __version__
from flows.importing.declared import Wishes, assignments_of, changes, completed, kept_of
from flows.importing.import_run import Context
from flows.importing.inputs import Inputs, find_inputs
from flows.importing.outcomes import (
    Outcome,
    Patience,
    Unusable,
    given_up,
    known_again,
    links_passed_over,
    passed_over,
    summed_up,
    unusable,
)
from flows.importing.reassigning import move_all
from flows.importing.settled import is_settled, now_us
from flows.importing.store_order import Turn, Turns
from flows.settings.database import store_for
from flows.settings.settings import Settings, load
from flows.terminal.talk import complain, say
from flows.workers.workers import is_much_to_read, lanes_for, side_by_side, size_of, workers_for
from ingest.archives.companion_files import companions_of, export_of
from ingest.archives.reading import Unpacked, is_archive, unpacked
from ingest.clock import zone_info
from ingest.errors import IngestError, NightkickError, SamplesLostError, StoreError, UsageError
from ingest.file_names import why_passed_over
from ingest.fingerprint import sha256_of_all
from ingest.input_file import LARGE_BYTES, is_plain
from ingest.losses import loss_among
from ingest.reading import check_recognised

Report = Callable[[int, int], None]
OneByOne = Callable[[Sequence[Path], Context], Generator[Outcome, None, None]]


def open_context(
    wishes: Wishes,
    *,
    database: str | PathLike[str] | None,
    with_table: bool = True,
    stores: bool = True,
    settings: Settings | None = None,
) -> Context:
    """Check the wishes, read the settings, and bring the database up to date.

    Parameters
    ----------
    database : str, path-like or None
        None: that of the settings.
    with_table : bool
        Whether the imported assignments count, beside those of the settings.
    stores : bool
        Whether results may be stored: then the rules that they follow are kept.
    settings : Settings or None
        Those of a schedule's runs; None: as the files and variables have them.

    Raises
    ------
    UsageError
        Settings or wishes that make no sense.
    StoreError
        The database cannot be used.
    """
    if wishes.tz is not None:
        zone_info(wishes.tz)
    if wishes.subject is not None and not wishes.subject.strip():
        raise UsageError("--subject must not be empty")
    settings = load() if settings is None else settings
    store = store_for(database, settings)
    initialise(store)
    if stores:
        remember_rules(store, settings.analysis_criteria(), settings.rulesets().values())
        settle_people(store, settings.people())
    finish_removing(store)
    clear_abandoned(store)
    rows = assignment_rows(store) if with_table else ()
    return Context(store, settings, wishes, assignments=assignments_of(settings, rows))


def import_each(files: Sequence[Path], context: Context) -> Generator[Outcome, None, None]:
    """Outcomes of ``files`` in their order: one after the other in this thread, or by several workers at once."""
    with workers_for(context.store, context.settings, is_much=is_much_to_read(files)) as workers:
        shared = replace(context, workers=workers)
        if workers.count == 1:
            yield from (outcome for file in files for outcome in import_input(file, shared))
        else:
            yield from _import_side_by_side(files, shared)


def _import_side_by_side(files: Sequence[Path], context: Context) -> Iterator[Outcome]:
    turns = Turns()

    def stop() -> None:
        turns.stop()
        context.workers.stop()

    def import_one(job: tuple[Path, Turn]) -> tuple[Outcome, ...]:
        file, turn = job
        with turn:
            return tuple(import_input(file, replace(context, turn=turn)))

    jobs = ((file, turns.take()) for file in files)  # taken as they are handed out, so in their order
    with closing(side_by_side(import_one, jobs, lanes=lanes_for(context.workers), stop=stop)) as done:
        for outcomes in done:
            yield from outcomes


def import_run(
    paths: Iterable[str | PathLike[str]],
    context: Context,
    *,
    one_by_one: OneByOne = import_each,
    report: Report = lambda done, total: None,
) -> tuple[Outcome, ...]:
    """Import files and folders, keep the books of every attempt, and publish the result.

    Parameters
    ----------
    one_by_one : callable
        How files become outcomes: directly, or as Prefect tasks. Closed when the run ends early.
    report : callable
        Told after each file how many of how many are done; those in archives are known only when they come.

    Raises
    ------
    StoreError
        The database failed; what was saved before stays saved.
    """
    inputs = find_inputs(paths, skip=[context.store.recordings])
    return import_found(inputs, context, one_by_one=one_by_one, report=report)


def import_found(
    inputs: Inputs,
    context: Context,
    *,
    one_by_one: OneByOne = import_each,
    report: Report = lambda done, total: None,
) -> tuple[Outcome, ...]:
    """Import files that were found already, as `import_run` does.

    Parameters
    ----------
    one_by_one, report
        As for `import_run`.
    """
    reassign(context)
    outcomes = [unusable(problem, problem.path or Path(), None, now_us()) for problem in inputs.problems]
    for path in inputs.passed_over:
        outcomes.append(passed_over(path, f"passed over: {why_passed_over(path.name)}", now_us()))
    outcomes += links_passed_over(inputs.outside, now_us())
    try:
        with closing(one_by_one(inputs.files, context)) as coming:
            for outcome in coming:
                outcomes.append(outcome)
                report(len(outcomes), max(len(outcomes), len(inputs.files) + len(inputs.problems)))
    except KeyboardInterrupt:
        _keep_books(outcomes, context)
        raise
    outcomes += known_again(outcomes, inputs.again)
    _keep_books(outcomes, context)
    return tuple(outcomes)


def reassign(context: Context, *, always: bool = False) -> tuple[int, int]:
    """Move stored recordings of which the assignments say something else now, and say which; the caller publishes.

    Returns
    -------
    tuple of int
        How many were moved, and how many could not be.

    Raises
    ------
    StoreError
    """
    n_moved = n_failed = 0
    for found in move_all(context, import_file, always=always):
        if isinstance(found, NightkickError):
            n_failed += 1
            complain(found.line())
        else:
            n_moved += 1
            say(found.line())
    return n_moved, n_failed


def import_input(path: Path, context: Context) -> Iterator[Outcome]:
    """Import a file, or everything in an archive.

    Raises
    ------
    StoreError
        The database failed. Everything else becomes an outcome.
    """
    if is_archive(path):
        yield from _import_archive(path, context)
    else:
        yield import_file(path, context)


def import_file(path: Path, context: Context) -> Outcome:
    """Import one file, whatever it is.

    Raises
    ------
    StoreError
        The database failed. Everything else becomes the outcome.
    """
    outcome, _ = _tried(Unpacked(path.absolute(), path), context, None)
    return outcome


def _import_archive(path: Path, context: Context) -> Iterator[Outcome]:
    started_at_us, n_used = now_us(), 0
    rest: list[Unusable] = []
    stored, patience = stored_hashes(context.store), Patience()
    with scratch(context.store) as folder, closing(unpacked(path, folder)) as items:
        for item in items:
            if isinstance(item, Unpacked):
                outcome, error = _tried(item, context, stored)
            else:
                outcome, error = unusable(item, item.path or path, None, now_us()), item
            if error is not None:
                rest.append(Unusable(error, outcome))
            else:
                n_used += 1
                stored.update([outcome.sha256] if outcome.sha256 else [])
                yield outcome
            if patience.is_over(error):
                rest.append(_given_up(path))
                break
    yield from summed_up(path, rest, n_used=n_used, started_at_us=started_at_us)


def _given_up(path: Path) -> Unusable:
    error = given_up(path)
    return Unusable(error, unusable(error, path, None, now_us()))


def _tried(item: Unpacked, context: Context, stored: Collection[str] | None) -> tuple[Outcome, NightkickError | None]:
    """What became of a file, and the error where that was foreseen.

    ``stored`` are the hashes in the database, where they were looked up; asking for one costs 20 ms.
    """
    started_at_us, sha256 = now_us(), None
    try:
        # Only a plain file is hashed: opening a pipe would wait for ever. The reader says what else it is.
        sha256 = _content_hash(item.file, context) if is_plain(item.file) else None
        known = find_recording(context.store, sha256) if sha256 and (stored is None or sha256 in stored) else None
        return _imported(item, sha256, known, context, started_at_us), None
    except SamplesLostError as error:
        # Of another recording of the same night. Those of this one are staged by now, so its file need not come again.
        return unusable(said_of_pruned(context.store, error), item.shown, sha256, started_at_us), None
    except StoreError:
        raise
    except NightkickError as error:
        known_as = item.named(error) if isinstance(error, IngestError) else error
        return unusable(known_as, item.shown, sha256, started_at_us), known_as
    except Exception as error:
        # A file that no reader foresaw must not take the rest of the night's import with it.
        says = f"{item.shown}: {type(error).__name__}: {error} (a defect; please report it with the file)"
        return Outcome(item.shown, "failed", started_at_us, sha256, error=says), None


def _content_hash(path: Path, context: Context) -> str:
    """The hash by which a recording is known, as far as it can be told before it is read."""
    if size_of(path) > LARGE_BYTES:
        check_recognised(path, tables=context.settings.tables())
    return sha256_of_all(path, companions_of(path))


def _imported(
    item: Unpacked, sha256: str | None, known: StoredRecording | None, context: Context, started_at_us: int
) -> Outcome:
    if is_settled(known, context) and not _has_new_company(known, item.file):
        return _known(item, sha256, known.warnings if known else (), started_at_us)
    from flows.importing.save_recording import store_recording  # late, for these load all that finds movements
    from flows.importing.worker_tasks import Said, staged

    wishes = context.wishes if known is None else completed(context.wishes, known, context.assignments)
    said = Said(wishes, context.assignments, kept_of(known))
    found = context.workers.run(staged, context.store, item, said, context.settings, sha256)
    if isinstance(found, str):  # it lies in other files than those of its folder's maker
        return _imported(item, found, find_recording(context.store, found), context, started_at_us)
    nights = store_recording(found, context, started_at_us, known=known)
    if nights is None:
        return _known(item, found.sha256, found.warnings, started_at_us)
    return Outcome(
        item.shown,
        "imported",
        started_at_us,
        found.sha256,
        nights,
        (*found.warnings, *overlaps_of(context.store, found.sha256)),
        changes=changes(known, found) if known else (),
        assumed_zone=found.zone if found.zone_source == "assumed" else None,
    )


def _known(item: Unpacked, sha256: str | None, warnings: Sequence[str], started_at_us: int) -> Outcome:
    """A recording that is stored already; a part of it that is missing is still missing."""
    lost = loss_among(warnings)
    return Outcome(item.shown, "known", started_at_us, sha256, warnings=(lost,) if lost else ())


def _has_new_company(known: StoredRecording | None, file: Path) -> bool:
    """Whether a recording was taken for the only sensor when its place was declared, and another one lies beside it."""
    is_placed = known is not None and known.sensor is None and (known.site, known.side) != ("unknown", "unknown")
    return is_placed and bool(export_of(file).others)


def _keep_books(outcomes: Sequence[Outcome], context: Context) -> None:
    """Record what `save` has not recorded already, then publish."""
    finished_at_us = now_us()
    attempts = [
        Attempt(o.path, o.sha256, o.status, o.error, o.started_at_us, finished_at_us, __version__)
        for o in outcomes
        if o.status != "imported" and o.status != "passed over"
    ]
    record_attempts(context.store, attempts)
    publish(context.store)
