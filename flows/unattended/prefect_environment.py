"""What Prefect is told before it is imported: keep quiet, make no calls, and read no file.

Every setting is a default; what the environment says already wins (another server, another home). Files of the
working directory and profiles have no say (`flows.unattended.prefect_files`).
Reasons and measurements are in docs/dependencies.md.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flows.settings.default_folders import has_home, state_folder
from flows.settings.settings import load
from flows.unattended.prefect_home import only_for_its_owner
from ingest.errors import NightkickError, UsageError
from ingest.workspace import own_folder

if TYPE_CHECKING:
    from flows.importing.declared import Wishes
    from flows.importing.outcomes import Outcome


def prefect_defaults() -> Mapping[str, str]:
    """Environment variables, by name."""
    return {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
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
    is_named = os.environ["PREFECT_HOME"] not in (str(home), prefect_defaults()["PREFECT_HOME"])
    folder = Path(os.environ["PREFECT_HOME"]).expanduser().absolute()
    try:
        own_folder(folder)  # it records the names of files
        only_for_its_owner(folder, whole=not is_named)
    except OSError as error:
        raise UsageError(
            f"Prefect cannot keep its records here: {error.strerror}", path=folder, hint="name a folder in PREFECT_HOME"
        ) from None
    if not has_home():  # Prefect looks there for files that it does not need
        os.environ["HOME"] = str(folder)
    os.environ.pop("PREFECT_PROFILE", None)
    os.environ.update(
        PREFECT_HOME=str(folder),
        PREFECT_PROFILES_PATH=str(folder / "no-profiles.toml"),
        PREFECT_SERVER_ALLOW_EPHEMERAL_MODE="false",  # `flows.unattended.prefect_server` alone starts servers
    )


def run_flow(paths: Sequence[Path], wishes: Wishes, *, database: Path | None) -> tuple[Outcome, ...]:
    """Run the nightly flow here, with a short-lived server of ours unless one is configured.

    Parameters
    ----------
    database : Path or None
        None: that of the settings.

    Raises
    ------
    StoreError, UsageError
        As `flows.importing.pipeline.import_run`.
    NightkickError
        Prefect itself failed: its server did not start, or the configured one does not answer.
    """
    from flows.unattended.prefect_refusals import PrefectServerError, in_one_line
    from flows.unattended.prefect_server import prefect_server

    settings, address = load(), "the server"
    prepare_prefect()
    parameters = {"database": None if database is None else str(database), **wishes.as_text()}
    try:
        with prefect_server(settings, is_short=True) as server:
            address = server.address
            from flows.unattended.nightly_flow import run_nightly

            return run_nightly([str(path) for path in paths], parameters)
    except Exception as error:
        if _was_interrupted(error):
            raise KeyboardInterrupt from error
        known = in_one_line(error, address)
        if known is not None and not isinstance(known, PrefectServerError):
            raise known from None
        says = known.what if known else f"{type(error).__name__}: {error}"
        what = f"Prefect could not run the flow: {says}"
        raise NightkickError(what, hint="the same import runs without --flow") from error


def _was_interrupted(error: BaseException) -> bool:
    """Whether Ctrl-C started it: it ends Prefect's server too, and Prefect then fails while saying so."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, KeyboardInterrupt):
        seen = seen.__cause__ or seen.__context__
    return seen is not None
