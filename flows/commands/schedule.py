"""``nightkick schedule``: what is served, for whom, and that only one does it for a database.

Prefect is loaded when all of that is settled, for its start takes 10-30 s and a wrong setting is worth knowing before.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flows.terminal.options import Database, Sensor, Side, Site, Subject, TimeShift, Zone
from flows.terminal.talk import say

if TYPE_CHECKING:
    from flows.settings.settings import Settings
    from flows.unattended.schedule_plan import Plan


def schedule(
    *,
    inbox: Path | None = None,
    at: str | None = None,
    cron: str | None = None,
    at_tz: str | None = None,
    subject: Subject = None,
    site: Site = None,
    side: Side = None,
    tz: Zone = None,
    time_shift: TimeShift = None,
    sensor: Sensor = None,
    db: Database = None,
) -> None:
    """Import what is new in a folder, night after night, until interrupted.

    Parameters
    ----------
    inbox
        Folder to look through; default: the inbox of the settings.
    at
        Time of day, HH:MM; default: that of the settings, or 09:00.
    cron
        When, as a cron expression like "0 9 * * *"; default: that of the settings, or every day at --at.
    at_tz
        Zone of the clock for --at and --cron; default: the wearer's zone.
    """
    from flows.importing.declared import Wishes
    from flows.settings.settings import load
    from flows.unattended.prefect_environment import prepare_prefect
    from flows.unattended.schedule_plan import only_one, open_scheduled, plan_for

    settings = load()
    wishes = Wishes.parsed(subject=subject, site=site, side=side, time_shift=time_shift, sensor=sensor)
    plan = plan_for(settings, inbox=inbox, at=at, cron=cron, tz=tz, database=db, at_tz=at_tz, wishes=wishes)
    _say_zone(plan, open_scheduled(plan.wishes, database=plan.database).settings.tz)
    with only_one(plan.database):
        if not plan.inbox.is_dir():
            say(f"{plan.inbox}: there is no such folder yet; each run looks again")
        prepare_prefect(plan.prefect_home)
        say("starting Prefect (10-30 s)")
        _serve(plan, settings)


def _say_zone(plan: Plan, default: str | None) -> None:
    """What nights have that name no zone; it is worth knowing before the first of them."""
    if plan.wishes.tz is None and default is None:
        say("no zone is named: recordings that name none are taken to be in this machine's (give --tz Europe/Berlin)")


def _serve(plan: Plan, settings: Settings) -> None:
    from flows.terminal.starting import end_like_ctrl_c
    from flows.unattended.prefect_server import prefect_server

    end_like_ctrl_c()
    with prefect_server(settings) as server:
        from flows.unattended.nightly_flow import inbox_run, may_tell
        from flows.unattended.serving import serve

        serve(inbox_run, plan, server, may_tell=may_tell(settings))
