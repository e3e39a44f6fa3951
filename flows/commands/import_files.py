"""``nightkick import``: run the pipeline, directly or as the flow, and say what became of each file."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from analytics.circles import nothing_to_collect
from flows.importing.outcomes import Outcome, all_well
from flows.importing.telling import Teller, command_on, counts, summary
from flows.terminal.exit_codes import ExitCode
from flows.terminal.options import Database, Json, Sensor, Side, Site, Start, Subject, TimeShift, Zone
from flows.terminal.talk import emit, progress, say
from flows.terminal.values import json_document

if TYPE_CHECKING:
    from flows.importing.declared import Wishes
    from flows.importing.import_run import Context


def import_(
    paths: list[Path],
    /,
    *,
    subject: Subject = None,
    site: Site = None,
    side: Side = None,
    tz: Zone = None,
    time_shift: TimeShift = None,
    start: Start = None,
    sensor: Sensor = None,
    flow: bool = False,
    verbose: Annotated[bool, Parameter(name=["--verbose", "-v"])] = False,
    db: Database = None,
    as_json: Annotated[Json, Parameter(help="Print one JSON document with the outcome of every file.")] = False,
) -> ExitCode:
    """Import recordings: files, and folders with all that is in them. Files that were imported before are skipped.

    Parameters
    ----------
    paths
        Files, folders, and zip or gzip archives of them.
    flow
        Run as the Prefect flow, as the nightly schedule does (starts in 8-17 s).
    verbose
        Name also files that were imported before or passed over, how long each took, and every warning of each file;
        without it only what is new, and alike warnings once.
    """
    with nothing_to_collect():  # while modules load, a sixth of what a known file takes
        from flows.importing.declared import Wishes
        from flows.settings.database import store_for

    wishes = Wishes.parsed(
        subject=subject, site=site, side=side, tz=tz, time_shift=time_shift, start=start, sensor=sensor
    )
    teller, is_new = Teller(is_verbose=verbose, database=db), not store_for(db).path.exists()
    outcomes = run_import(paths, wishes, database=db, use_flow=flow, heard=teller.hear)
    teller.tell_rest(outcomes)
    say(summary(outcomes))
    if is_new and not any(outcome.status in ("imported", "known") for outcome in outcomes):
        books = command_on(db, 'sql "select path, status, error from imports"')
        say(f"a new database was made, with no night in it; it keeps what was tried: {books}")
    if as_json:
        emit(json_document(outcomes=[_row(outcome) for outcome in outcomes], counts=counts(outcomes)))
    return ExitCode.DONE if all_well(outcomes) else ExitCode.SOME_FAILED


def run_import(
    paths: Sequence[Path],
    wishes: Wishes,
    *,
    database: Path | None,
    use_flow: bool,
    heard: Callable[[Outcome], None] = lambda outcome: None,
) -> tuple[Outcome, ...]:
    """Import, and show a bar on the terminal.

    Parameters
    ----------
    database : Path or None
        None: that of the settings.
    use_flow : bool
        Whether Prefect runs the import, which takes some seconds to start.
    heard : callable
        Hears of each file as soon as it is done; of a flow nothing.
    """
    with nothing_to_collect():  # as above
        from flows.importing.pipeline import import_each, import_run, open_context
    from flows.unattended.prefect_environment import run_flow

    with progress("importing") as advance:
        if not use_flow:
            last = ""

            def one_by_one(files: Sequence[Path], context: Context) -> Generator[Outcome, None, None]:
                nonlocal last
                with closing(import_each(files, context)) as coming:
                    for outcome in coming:
                        last = outcome.path.name
                        heard(outcome)
                        yield outcome

            context = open_context(wishes, database=database)
            return import_run(
                paths, context, one_by_one=one_by_one, report=lambda done, total: advance(done, total, last)
            )
        open_context(wishes, database=database)  # a wrong setting is worth knowing before Prefect has started
        say("starting Prefect (8-17 s)")
        return run_flow(paths, wishes, database=database)


def _row(outcome: Outcome) -> dict[str, object]:
    return {
        "path": outcome.path,
        "status": outcome.status,
        "sha256": outcome.sha256,
        "nights": outcome.nights,
        "changes": outcome.changes,
        "assumed_zone": outcome.assumed_zone,
        "warnings": outcome.warnings,
        "error": outcome.error,
        "lost": outcome.lost,
    }
