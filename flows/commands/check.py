"""``nightkick check``: a plan of ten kicks, and whether a recording of it shows that sensor and clock work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from flows.terminal.exit_codes import ExitCode
from flows.terminal.options import Json, Side, Site, Start, TimeShift, Zone
from flows.terminal.talk import emit, emit_lines, emit_table, say
from flows.terminal.values import json_document
from ingest.errors import UsageError

if TYPE_CHECKING:
    from analytics.model import Channel
    from analytics.selfcheck.clock_error import ToldTime
    from analytics.selfcheck.items import SensorCheck
    from flows.importing.declared import Wishes
    from ingest.recording import Recording


def check(
    *files: Path,
    plan: bool = False,
    legs: Literal["one", "both"] = "one",
    at: str | None = None,
    kicks_at: str | None = None,
    site: Site = None,
    side: Side = None,
    tz: Zone = None,
    time_shift: TimeShift = None,
    start: Start = None,
    as_json: Annotated[Json, Parameter(help="Print one JSON document.")] = False,
) -> ExitCode:
    """Check a sensor on your own leg: print a plan of ten kicks, then read its recording; nothing is stored.

    Parameters
    ----------
    files
        The recording; with a sensor on each leg the left one, then the right one.
    plan
        Print the plan instead: what to do in which minute.
    legs
        With --plan: a sensor on one leg, or on both.
    at
        With --plan: when you will begin to lie still, like 21:30, so that it shows times of day; without it, minutes
        from then on.
    kicks_at
        When the first kick was made by a clock that is right, like 21:35:00 or 2026-03-02T21:35:00; without it
        the clock is not checked.
    """
    _refuse_what_does_not_go_together(files, plan=plan, at=at, kicks_at=kicks_at, side=side)
    if plan:
        _print_plan(legs, at, as_json=as_json)
        return ExitCode.DONE
    from analytics.selfcheck.clock_error import told_time
    from analytics.selfcheck.items import is_all_ok
    from analytics.selfcheck.telling import CAVEAT, check_text, sensor_document
    from flows.importing.declared import Wishes

    wishes = Wishes.parsed(site=site, side=side, tz=tz, time_shift=time_shift, start=start)
    checks, zones = _checks(files, wishes, None if kicks_at is None else told_time(kicks_at))
    names = [str(file) for file in files]
    if as_json:
        sensors = [sensor_document(*row) for row in zip(checks, names, zones, strict=True)]
        emit(json_document(all_ok=is_all_ok(checks), kicks_at=kicks_at, sensors=sensors, caveat=CAVEAT))
    else:
        emit_lines(check_text(checks, names).splitlines())
    return ExitCode.DONE if is_all_ok(checks) else ExitCode.SOME_FAILED


def _refuse_what_does_not_go_together(
    files: tuple[Path, ...], *, plan: bool, at: str | None, kicks_at: str | None, side: str | None
) -> None:
    if plan and (files or kicks_at):
        raise UsageError("--plan reads no recording", hint="first the plan, then the recording without --plan")
    if not plan and not files:
        raise UsageError("no recording to check", hint="name one, or print the plan with --plan")
    if len(files) > 2:
        raise UsageError(f"{len(files)} recordings cannot be checked at once", hint="one, or the left and the right")
    if at and not plan:
        raise UsageError("--at is for --plan", hint="say when the first kick was made with --kicks-at")
    if len(files) == 2 and side:
        raise UsageError("--side does not go with two recordings", hint="name the left one first")


def _print_plan(legs: Literal["one", "both"], at: str | None, *, as_json: bool) -> None:
    from analytics.selfcheck.clock_error import told_time
    from analytics.selfcheck.telling import minutes, plan_document

    document = plan_document(legs, None if at is None else told_time(at).at)
    if as_json:
        emit(json_document(**document))
        return
    when = "min:s" if at is None else "time"
    rows = [{when: step["at"] or minutes(step["at_s"]), "what to do": step["do"]} for step in document["steps"]]
    emit_table([when, "what to do"], rows, to_right=[when], has_csv=False)
    begin = document["lie_down_at"] or f"{minutes(0)}, from which all is counted; a minus is before it"
    first = document["first_kick_at"] or minutes(document["first_kick_s"])
    note = "If you make it at another time, note that time, to the second."
    emit_lines(
        [
            "",
            f"You begin to lie still at {begin}.",
            f"The first kick is due at {first}, after {document['first_kick_s'] // 60} minutes of lying still. {note}",
            f"Then: {document['afterwards']}",
        ]
    )
    say(document["caveat"])


def _checks(
    files: tuple[Path, ...], wishes: Wishes, told: ToldTime | None
) -> tuple[tuple[SensorCheck, ...], list[str | None]]:
    """The verdicts on each file, and the zone of each; None where its unit kept it from being read."""
    from analytics.selfcheck.samples import channel_to_check
    from analytics.selfcheck.verdicts import check_legs, check_sensor, unreadable_unit
    from flows.importing.one_recording import made_of
    from flows.settings.settings import load
    from ingest.errors import GravityRemovedError, UnknownUnitError

    criteria = load().analysis_criteria()
    read: list[tuple[Recording, Channel] | SensorCheck] = []
    for file in files:
        try:
            read.append(made_of(file, wishes, lambda recording: (recording, channel_to_check(recording, told))))
        except (UnknownUnitError, GravityRemovedError) as error:
            read.append(unreadable_unit(error))
    pairs = [pair for pair in read if isinstance(pair, tuple)]
    if len(pairs) == 2:
        checks = check_legs(pairs, told, criteria)
    else:
        checks = tuple(check_sensor(*one, told, criteria) if isinstance(one, tuple) else one for one in read)
    return checks, [one[0].clock.zone if isinstance(one, tuple) else None for one in read]
