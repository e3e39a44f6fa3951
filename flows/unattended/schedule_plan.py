"""What a schedule does: what runs when, for which database, and that only one does it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.settings.database import store_for
from flows.settings.default_folders import schedule_folder, schedule_key
from flows.settings.settings import Settings
from flows.settings.unattended import cron_at, cron_expression
from flows.unattended.inbox_run import schedule_zone
from ingest.clock import zone_info
from ingest.errors import DatabaseBusyError, UsageError
from ingest.settled import open_lock

#: After the wearer has synced, and outside the hours in which clocks are changed.
DEFAULT_AT = "09:00"


@dataclass(frozen=True, slots=True)
class Plan:
    """What runs when. Paths are absolute; ``cron`` is meant in ``zone``."""

    inbox: Path
    database: Path
    cron: str
    zone: str

    @property
    def deployment(self) -> str:
        """Name of the deployment: one for each database, for several may share a server."""
        return f"nightly-{schedule_key(self.database)}"

    @property
    def prefect_home(self) -> Path:
        """Where Prefect keeps its records of this plan: two servers on one set of records would quarrel."""
        return schedule_folder(self.database)

    def parameters(self) -> dict[str, object]:
        """What the flow `flows.unattended.nightly_flow.inbox_run` is called with."""
        return {"inbox": str(self.inbox), "database": str(self.database)}


def plan_for(
    settings: Settings, *, inbox: Path | None, at: str | None, cron: str | None, tz: str | None, database: Path | None
) -> Plan:
    """The plan: the command line goes before the settings, those before the defaults.

    Raises
    ------
    UsageError
    """
    wanted = inbox.absolute() if inbox else settings.schedule.inbox
    if wanted is None:
        raise UsageError(
            "no inbox is named", hint="nightkick schedule --inbox DIR, or [schedule] inbox in the settings"
        )
    if at is not None and cron is not None:
        raise UsageError("--at and --cron cannot be combined", hint="choose one")
    zone = tz or schedule_zone(settings).key
    zone_info(zone)
    return Plan(wanted, store_for(database, settings).path, _cron(settings, at, cron), zone)


def _cron(settings: Settings, at: str | None, cron: str | None) -> str:
    try:
        if cron is not None:
            return cron_expression(cron)
        if at is not None:
            return cron_at(at)
    except ValueError as error:
        raise UsageError(f"{cron or at!r}: {error}") from None
    return settings.schedule.cron or cron_at(settings.schedule.at or DEFAULT_AT)


@contextmanager
def only_one(database: Path) -> Iterator[None]:
    """Hold the place of the only schedule for a database; a killed one has left it.

    Raises
    ------
    DatabaseBusyError
        Another one holds it; says which.
    """
    path = database.with_name(f".{database.stem}.schedule")
    handle = open_lock(path)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            who = os.read(handle, 200).decode(errors="replace").strip() or "another process"
            raise DatabaseBusyError(
                f"nightkick schedule runs for it already: {who}", path=database, hint="end that one first"
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n".encode())
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)
