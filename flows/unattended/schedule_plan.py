"""What a schedule does: what runs when, for which database, and that only one does it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flows.importing.declared import Wishes
from flows.importing.import_run import Context
from flows.importing.pipeline import open_context
from flows.settings.database import store_for
from flows.settings.default_folders import schedule_folder, schedule_key
from flows.settings.settings import Settings, load
from flows.settings.unattended import cron_at, cron_expression
from ingest.clock import machines_zone, zone_info
from ingest.errors import DatabaseBusyError, UsageError
from ingest.locks import Taking, open_lock, take

#: After the wearer has synced, and outside the hours in which clocks are changed.
DEFAULT_AT = "09:00"


@dataclass(frozen=True, slots=True)
class Plan:
    """What runs when, and what its imports are told. Paths are absolute; ``cron`` is meant in ``zone``."""

    inbox: Path
    database: Path
    cron: str
    zone: str
    wishes: Wishes = field(default_factory=Wishes)

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
        return {"inbox": str(self.inbox), "database": str(self.database), **self.wishes.as_text(of_a_folder=True)}


def plan_for(
    settings: Settings,
    *,
    inbox: Path | None,
    at: str | None,
    cron: str | None,
    tz: str | None,
    database: Path | None,
    at_tz: str | None = None,
    wishes: Wishes | None = None,
) -> Plan:
    """The plan: the command line goes before the settings, those before the defaults.

    Parameters
    ----------
    inbox : Path or None
        None: that of the settings.
    at, cron : str or None
        A time of day, or a cron expression, of which one at most may be given; None: those of the settings.
    tz : str or None
        Zone of the wearer.
    database : Path or None
        None: that of the settings.
    at_tz : str or None
        Zone of the clock that ``at`` and ``cron`` mean; None: the settings' ``at_tz``, else that of the wearer.
    wishes : Wishes, optional
        What else every run's imports are told.

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
    told = replace(wishes or Wishes(), tz=tz)
    wearers = of_scheduled_runs(settings, told).tz
    zone = _clock_zone(at_tz or settings.schedule.at_tz or wearers or machines_zone())
    return Plan(wanted, store_for(database, settings).path, _cron(settings, at, cron), zone, told)


def _clock_zone(name: str) -> str:
    """The zone of a clock, whose changes Prefect has to know: one with a name, and no offset from UTC."""
    zone_info(name)
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            f"the schedule's clock cannot be {name}: an offset has no name", hint="name its zone in --at-tz, like UTC"
        ) from None


def of_scheduled_runs(settings: Settings, wishes: Wishes) -> Settings:
    """The settings as scheduled runs have them: ``tz`` is the wearer's zone, where nothing nearer names another.

    In ``[schedule]`` too, ``tz`` is the wearer's zone, as ``--tz`` is.

    Raises
    ------
    UsageError
        It differs from the wearer's ``tz`` and may be meant as the zone of ``at``, which it once was.
    """
    if wishes.tz is not None:
        zone_info(wishes.tz)
        return settings.model_copy(update={"tz": wishes.tz})
    own, general = settings.schedule.tz, settings.tz
    if own and general and own != general and settings.schedule.at_tz is None:
        raise UsageError(
            f"the wearer's zone is {own} by [schedule] tz and {general} by tz",
            hint="name the zone of the clock that at means in [schedule] at_tz",
        )
    return settings.model_copy(update={"tz": own or general})


def open_scheduled(wishes: Wishes, *, database: Path | str | None) -> Context:
    """As `flows.importing.pipeline.open_context`, with the settings of scheduled runs.

    Raises
    ------
    UsageError, StoreError
    """
    return open_context(wishes, database=database, settings=of_scheduled_runs(load(), wishes))


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
        if take(handle) is Taking.THEIRS:
            who = os.read(handle, 200).decode(errors="replace").strip() or "another process"
            raise DatabaseBusyError(
                f"nightkick schedule runs for it already: {who}", path=database, hint="end that one first"
            )
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n".encode())
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)
