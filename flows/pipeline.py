"""From a file to stored nights, without Prefect: what the flow's tasks and ``nightkick import`` both call.

One file at a time: known? read, stage the samples, analyse every night it touches together with all other
recordings of that person and night, save. Whatever goes wrong with one file becomes an `Outcome`, and the
next file is its own story; a database that fails ends the run, and what was saved before stays saved.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from analytics.model import Night
from analytics.store import (
    Attempt,
    NightKey,
    Store,
    StoredRecording,
    check_samples,
    find_recording,
    initialise,
    nights_to_analyse,
    publish,
    record_attempts,
    save,
    scratch,
    stage_samples,
    stored_hashes,
    stored_recording,
)
from flows import __version__
from flows.analysis import analyse_stored
from flows.database import store_for
from flows.inputs import find_inputs
from flows.outcomes import Outcome, Unusable, summed_up, unusable
from flows.settings import Settings, load
from flows.wishes import Wishes, completed, corrects, declaration, subject_of
from ingest import read_recording
from ingest.archives import Unpacked, is_archive, unpacked
from ingest.bundles import companions_of
from ingest.clock import microseconds, zone_info
from ingest.errors import (
    DatabaseBusyError,
    IngestError,
    NightkickError,
    SamplesLostError,
    StaleAnalysisError,
    StoreError,
    UsageError,
)
from ingest.fingerprint import sha256_of_all

#: How often a night is analysed anew because another import changed it meanwhile.
STALE_TRIES = 5


@dataclass(frozen=True, slots=True)
class Context:
    """What every file of one import shares."""

    store: Store
    settings: Settings
    wishes: Wishes


Report = Callable[[int, int], None]
OneByOne = Callable[[Sequence[Path], Context], Iterator[Outcome]]


def open_context(wishes: Wishes, *, database: Path | str | None) -> Context:
    """Check the wishes, read the settings, and bring the database up to date.

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
    settings = load()
    store = store_for(database, settings)
    initialise(store)
    return Context(store, settings, wishes)


def import_each(files: Sequence[Path], context: Context) -> Iterator[Outcome]:
    """Outcomes of ``files`` in their order, one after the other in this thread."""
    return (outcome for file in files for outcome in import_input(file, context))


def import_run(
    paths: Iterable[Path],
    context: Context,
    *,
    one_by_one: OneByOne = import_each,
    report: Report = lambda done, total: None,
) -> tuple[Outcome, ...]:
    """Import files and folders, keep the books of every attempt, and publish the result.

    Parameters
    ----------
    one_by_one : callable
        How files become outcomes: directly, or as Prefect tasks.
    report : callable
        Told after each file how many of how many are done; those in archives are known only when they come.

    Raises
    ------
    StoreError
        The database failed; what was saved before stays saved.
    """
    inputs = find_inputs(paths, skip=[context.store.recordings])
    outcomes = [unusable(problem, problem.path or Path(), None, _now_us()) for problem in inputs.problems]
    try:
        for outcome in one_by_one(inputs.files, context):
            outcomes.append(outcome)
            report(len(outcomes), max(len(outcomes), len(inputs.files) + len(inputs.problems)))
    except KeyboardInterrupt:
        _keep_books(outcomes, context)
        raise
    _keep_books(outcomes, context)
    return tuple(outcomes)


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
    outcome, _ = _tried(Unpacked(path, path), context, None)
    return outcome


def _import_archive(path: Path, context: Context) -> Iterator[Outcome]:
    started_at_us, n_used = _now_us(), 0
    rest: list[Unusable] = []
    stored = stored_hashes(context.store)
    with scratch(context.store) as folder:
        for item in unpacked(path, folder):
            if isinstance(item, Unpacked):
                outcome, error = _tried(item, context, stored)
            else:
                outcome, error = unusable(item, item.path or path, None, _now_us()), item
            if error is not None:
                rest.append(Unusable(error, outcome))
            else:
                n_used += 1
                stored.update([outcome.sha256] if outcome.sha256 else [])
                yield outcome
    yield from summed_up(path, rest, n_used=n_used, started_at_us=started_at_us)


def _tried(item: Unpacked, context: Context, stored: Collection[str] | None) -> tuple[Outcome, NightkickError | None]:
    """What became of a file, and the error where that was foreseen.

    ``stored`` are the hashes in the database, where somebody has looked; asking for one costs 20 ms.
    """
    started_at_us, sha256 = _now_us(), None
    try:
        # Only a plain file is hashed: opening a pipe would wait for ever. The reader says what else it is.
        sha256 = _content_hash(item.file) if item.file.is_file() else None
        known = find_recording(context.store, sha256) if sha256 and (stored is None or sha256 in stored) else None
        return _imported(item, sha256, known, context, started_at_us), None
    except SamplesLostError as error:
        # Of another recording of the same night. This one's own are staged by now, so its file need not come again.
        return unusable(error, item.shown, sha256, started_at_us), None
    except StoreError:
        raise
    except NightkickError as error:
        known_as = item.named(error) if isinstance(error, IngestError) else error
        return unusable(known_as, item.shown, sha256, started_at_us), known_as
    except Exception as error:
        # A file that no reader foresaw must not take the rest of the night's import with it.
        says = f"{item.shown}: {type(error).__name__}: {error} (a defect; please report it with the file)"
        return Outcome(item.shown, "failed", started_at_us, sha256, error=says), None


def _content_hash(path: Path) -> str:
    """The hash by which a recording is known, as far as it can be told before it is read."""
    return sha256_of_all(path, companions_of(path))


def _imported(
    item: Unpacked, sha256: str | None, known: StoredRecording | None, context: Context, started_at_us: int
) -> Outcome:
    if known is not None and _is_complete(context.store, known) and not corrects(context.wishes, known):
        return Outcome(item.shown, "known", started_at_us, sha256)
    wishes = context.wishes if known is None else completed(context.wishes, known)
    declare, tables = declaration(wishes, context.settings), context.settings.tables()
    recording = read_recording(item.file, declare, tables=tables)
    recording = replace(recording, path=item.shown, warnings=(*item.problems, *recording.warnings))
    if recording.sha256 != sha256:  # it lies in other files than those of its folder's maker
        known = find_recording(context.store, recording.sha256)
        if known is not None and _is_complete(context.store, known) and not corrects(context.wishes, known):
            return Outcome(item.shown, "known", started_at_us, recording.sha256)
    stage_samples(context.store, recording)
    stored = stored_recording(recording, subject=subject_of(recording.device, wishes, context.settings))
    nights = _analysed_and_saved(stored, context, started_at_us)
    return Outcome(item.shown, "imported", started_at_us, recording.sha256, nights, recording.warnings)


def _is_complete(store: Store, known: StoredRecording) -> bool:
    """Whether its samples are still there; importing the file again brings lost ones back."""
    try:
        check_samples(store, known.sha256, n_samples=known.n_samples, first_us=known.first_us)
    except SamplesLostError:
        return False
    return True


def _analysed_and_saved(stored: StoredRecording, context: Context, started_at_us: int) -> tuple[date, ...]:
    """Analyse and save; once more from the start when another import changed one of the nights meanwhile."""
    for _ in range(STALE_TRIES):
        nights = analysed(context, nights_to_analyse(context.store, stored))
        attempt = Attempt(stored.path, stored.sha256, "imported", None, started_at_us, _now_us(), __version__)
        try:
            save(context.store, stored, nights, attempt)
        except StaleAnalysisError:
            continue
        return tuple(sorted(night.night_date for night in nights if night.subject == stored.subject))
    raise DatabaseBusyError(
        "other imports kept changing the same night", path=stored.path, hint="import it again when they are done"
    )


def analysed(context: Context, touched: Mapping[NightKey, Sequence[StoredRecording]]) -> list[Night]:
    """Nights from the recordings of each, under all rule sets of the settings; those without a sample left out."""
    criteria, rulesets = context.settings.analysis_criteria(), tuple(context.settings.rulesets().values())
    found = [
        analyse_stored(context.store, *key, recordings, criteria=criteria, rulesets=rulesets)
        for key, recordings in touched.items()
    ]
    return [night for night in found if night is not None]


def _keep_books(outcomes: Sequence[Outcome], context: Context) -> None:
    """Record what `save` has not recorded already, then publish."""
    now_us = _now_us()
    attempts = [
        Attempt(o.path, o.sha256, o.status, o.error, o.started_at_us, now_us, __version__)
        for o in outcomes
        if o.status != "imported" and o.status != "passed over"
    ]
    record_attempts(context.store, attempts)
    publish(context.store)


def _now_us() -> int:
    return microseconds(datetime.now(UTC))
