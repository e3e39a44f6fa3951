"""A plan and the result of a check as documents for programs, and the words of both for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from textwrap import wrap
from typing import Any

from analytics.selfcheck.items import Item, SensorCheck, Standing, is_all_ok
from analytics.selfcheck.matching import Match
from analytics.selfcheck.plan import KICKS_S, STILL_S, Legs, steps
from analytics.words import CANNOT_TELL
from ingest.clock import local_iso

STANDINGS: Mapping[Standing, str] = {"ok": "ok", "not_ok": "NOT OK", "cannot_tell": CANNOT_TELL}
#: Of a check and of the page that leads through it.
CAVEAT = "This checks the sensor, not your health: kicks made on purpose say nothing about those of a night."
WIDTH = 110
UNCHECKED = "A loose strap is not told from a leg that swings on: it should not slide when you pull at it."
FILES: Mapping[Legs, str] = {"one": "FILE", "both": "LEFT RIGHT"}


def plan_document(legs: Legs, at: time | None) -> dict[str, Any]:
    """The plan: every step with its seconds from lying down, and its time of day where ``at`` says when that is."""
    return {
        "legs": legs,
        "lie_down_at": None if at is None else f"{at:%H:%M:%S}",
        "first_kick_at": None if at is None else _clock(at, STILL_S),
        "first_kick_s": STILL_S,
        "steps": [
            {"at_s": step.at_s, "at": None if at is None else _clock(at, step.at_s), "kind": step.kind, "do": step.says}
            for step in steps(legs)
        ],
        "afterwards": afterwards(legs, "HH:MM:SS" if at is None else _clock(at, STILL_S)),
        "caveat": CAVEAT,
    }


def afterwards(legs: Legs, first_kick: str) -> str:
    """The command for the recordings, given the time of the first kick."""
    return f"nightkick check {FILES[legs]} --kicks-at {first_kick}"


def minutes(at_s: int) -> str:
    """Seconds from lying down as ``-2:00`` or ``5:30``."""
    whole, rest = divmod(abs(at_s), 60)
    return f"{'-' if at_s < 0 else ''}{whole}:{rest:02}"


def _clock(at: time, after_s: int) -> str:
    moment = datetime.combine(date(2000, 1, 2), at) + timedelta(seconds=after_s)
    return f"{moment:%H:%M:%S}"


def sensor_document(check: SensorCheck, path: str, zone: str | None) -> dict[str, Any]:
    """All verdicts of one sensor, and each planned kick with what was found of it.

    Parameters
    ----------
    path : str
        Of the recording, as people named it.
    zone : str or None
        Of the recording's clock: IANA name or fixed offset; None where its unit kept the file from being read.
    """
    match = check.match if check.match and check.match.is_plan else None
    return {
        "path": path,
        "time_zone": zone,
        "items": {item.name: _item(item) for item in check.items},
        "kicks": [] if match is None else _kicks(match, zone or "UTC"),
    }


def _item(item: Item) -> dict[str, Any]:
    told = {"verdict": item.standing, "says": item.says, "remedy": item.remedy or None, "counts": item.counts}
    return {**told, **dict(item.values)}


def _kicks(match: Match, zone: str) -> list[dict[str, Any]]:
    rows = []
    for number, (at_s, found) in enumerate(zip(KICKS_S[match.leg], match.found, strict=True), 1):
        due_us = match.first_kick_us + at_s * 1_000_000
        rows.append(
            {
                "number": number,
                "due_at": local_iso(due_us, zone),
                "found_at": None if found is None else local_iso(found.onset_us, zone),
                "late_s": None if found is None else round((found.onset_us - due_us) / 1e6, 2),
                "peak_mg": None if found is None else round(found.peak_g * 1e3, 1),
            }
        )
    return rows


def check_text(checks: Sequence[SensorCheck], paths: Sequence[str]) -> str:
    """The result for people: a block for each sensor, each item with what to do where it is not ok."""
    blocks = ["\n".join([path, *_lines(check)]) for check, path in zip(checks, paths, strict=True)]
    end = "Everything that could be checked is ok." if is_all_ok(checks) else _open(checks)
    return "\n\n".join([*blocks, "\n".join([end, UNCHECKED, CAVEAT])]) + "\n"


def _lines(check: SensorCheck) -> list[str]:
    lines = []
    for item in check.items:
        lines.append(f"  {item.name:<9}  {STANDINGS[item.standing]:<11}  {item.says}")
        if item.remedy and item.standing != "ok":
            lines += wrap(
                item.remedy, WIDTH, initial_indent=f"{'':26}-> ", subsequent_indent=" " * 29, break_on_hyphens=False
            )
    return lines


def _open(checks: Sequence[SensorCheck]) -> str:
    every = [item for check in checks for item in check.items if item.counts]
    wrong, untold = (sum(item.standing == standing for item in every) for standing in ("not_ok", "cannot_tell"))
    parts = [f"{wrong} not ok" if wrong else "", f"{untold} cannot be told" if untold else ""]
    return f"Of {len(every)} items {' and '.join(filter(None, parts))}."
