"""``nightkick import``: run the pipeline, directly or as the flow, and say what became of each file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flows.importing.declared import Wishes
from flows.importing.outcomes import Outcome
from flows.importing.pipeline import import_run, open_context
from flows.importing.telling import counts, summary, tell
from flows.terminal.talk import emit, progress, say
from flows.terminal.values import json_document
from flows.unattended.prefect_environment import run_flow


def import_command(
    paths: Sequence[Path], wishes: Wishes, *, database: Path | None, use_flow: bool, as_json: bool
) -> bool:
    """Import files and folders.

    Returns
    -------
    bool
        Whether every input is stored now.
    """
    outcomes = run_import(paths, wishes, database=database, use_flow=use_flow)
    tell(outcomes)
    say(summary(outcomes))
    if as_json:
        emit(json_document(outcomes=[_row(outcome) for outcome in outcomes], counts=counts(outcomes)))
    return all(outcome.error is None for outcome in outcomes)


def run_import(paths: Sequence[Path], wishes: Wishes, *, database: Path | None, use_flow: bool) -> tuple[Outcome, ...]:
    """Import with a bar on the terminal."""
    with progress("importing") as advance:
        if not use_flow:
            return import_run(paths, open_context(wishes, database=database), report=advance)
        open_context(wishes, database=database)  # a wrong setting is worth knowing before Prefect has started
        say("starting Prefect (8-17 s)")
        return run_flow(paths, wishes, database=database)


def _row(outcome: Outcome) -> dict[str, object]:
    return {
        "path": outcome.path,
        "status": outcome.status,
        "sha256": outcome.sha256,
        "nights": outcome.nights,
        "warnings": outcome.warnings,
        "error": outcome.error,
    }
