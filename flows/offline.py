"""What Prefect is told before it is imported: keep quiet, call nobody, and wait long enough for its own start.

Every setting is a default; what the environment says already wins (a server of one's own, another home).
Reasons and measurements are in docs/dependencies.md.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flows.folders import state_folder
from ingest.errors import NightkickError, UsageError
from ingest.workspace import own_folder

if TYPE_CHECKING:
    from flows.outcomes import Outcome
    from flows.wishes import Wishes


def prefect_defaults() -> Mapping[str, str]:
    """Environment variables, by name."""
    return {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        # Without a server of its own, Prefect starts one for the run: 17 s on an idle machine, 35 on a busy one.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs,orphans",
        "PREFECT_HOME": str(state_folder() / "prefect"),
        # What fails is said once, by us, in one line.
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_ROOT_LEVEL": "CRITICAL",
        "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    }


def prepare_prefect(home: Path | None = None) -> None:
    """Put the defaults into this process's environment, and make Prefect's home, which it does only in part.

    Parameters
    ----------
    home : Path, optional
        Another folder for its records than the default.

    Raises
    ------
    UsageError
        The home cannot be made.
    """
    for name, value in {**prefect_defaults(), **({"PREFECT_HOME": str(home)} if home else {})}.items():
        os.environ.setdefault(name, value)
    folder = Path(os.environ["PREFECT_HOME"])
    try:
        own_folder(folder)  # it records the names of files
    except OSError as error:
        raise UsageError(
            f"Prefect cannot keep its records here: {error.strerror}", path=folder, hint="name a folder in PREFECT_HOME"
        ) from None


def run_flow(paths: Sequence[Path], wishes: Wishes, *, database: Path | None) -> tuple[Outcome, ...]:
    """Run the nightly flow here and now, with Prefect's own short-lived server unless one is configured.

    Raises
    ------
    StoreError, UsageError
        As `flows.pipeline.import_run`.
    NightkickError
        Prefect itself failed: its server did not start, or the configured one does not answer.
    """
    prepare_prefect()
    from flows.nightly import nightly, start_server

    try:
        start_server()
        outcomes: tuple[Outcome, ...] = nightly(
            [str(path) for path in paths],
            database=None if database is None else str(database),
            subject=wishes.subject,
            site=wishes.site,
            side=wishes.side,
            tz=wishes.tz,
        )
    except NightkickError:
        raise
    except Exception as error:
        if _was_interrupted(error):
            raise KeyboardInterrupt from error
        says = f"Prefect could not run the flow: {type(error).__name__}: {error}"
        raise NightkickError(says, hint="the same import runs without --flow") from error
    return outcomes


def _was_interrupted(error: BaseException) -> bool:
    """Whether Ctrl-C started it: it ends Prefect's server too, and Prefect then fails while saying so."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, KeyboardInterrupt):
        seen = seen.__cause__ or seen.__context__
    return seen is not None
