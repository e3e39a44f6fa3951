"""Which nights a change touches, from which recordings each is made, and where it begins and ends.

`analytics.nights.window` decides where a single edge between two nights lies. This module finds the edges that a
recording, or a night to be analysed again, has to do with; only where sensors recorded across a noon are samples read
for it. Where an edge moves, both nights beside it are analysed, and recordings change the nights they belong to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from analytics.nights.window import LOOK_US
from analytics.store import (
    Around,
    Basis,
    NightKey,
    Placed,
    Store,
    StoredRecording,
    around,
    find_recording,
    snapshot,
)
from flows.importing.analysis import EdgeToFind, NightToAnalyse, zone_of
from ingest.clock import night_of, nights_covered, noon_to_noon

HOUR_US = 3_600_000_000
#: A pause of the sensors at noon is looked across if it is no longer.
_PAUSE_US = HOUR_US
#: Nights beside an edge, and all that is recorded in them, lie within this of a recording.
_REACH_US = 72 * HOUR_US

FindEdges = Callable[[Sequence[EdgeToFind]], Sequence[int]]


@dataclass(frozen=True, slots=True)
class NightPlan:
    """What is to be analysed and stored.

    Attributes
    ----------
    nights : tuple of NightToAnalyse
        Every night that changes and has a recording.
    recording : StoredRecording or None
        The one that came in, with the nights in which it lies.
    placed : Placed
    """

    nights: tuple[NightToAnalyse, ...]
    placed: Placed
    recording: StoredRecording | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """One person in a plan: what will be stored of her, which edges are open to decision, which nights change anyway.

    ``edges`` are the dates of the nights that end there.
    """

    subject: str
    stored: Around
    edges: Mapping[date, EdgeToFind]
    touched: frozenset[date]


def plan_import(store: Store, recording: StoredRecording, find: FindEdges) -> NightPlan:
    """Plan for a recording that comes in, or comes in again as another person's or in another zone.

    Parameters
    ----------
    find : callable
        Gives the instant of each edge; reads samples.
    """
    with snapshot(store):  # opening the database costs more than what is asked
        before = find_recording(store, recording.sha256)
        versions = [recording] if before is None else [before, recording]
        subjects = sorted({version.subject for version in versions})
        parts = [_of_import(store, subject, recording, before) for subject in subjects]
    return _plan(parts, recording, find)


def _of_import(store: Store, subject: str, recording: StoredRecording, before: StoredRecording | None) -> _Part:
    mine = [version for version in (before, recording) if version is not None and version.subject == subject]
    first_us, last_us = min(version.first_us for version in mine), max(version.last_us for version in mine)
    stored = around(store, subject, first_us - _REACH_US, last_us + _REACH_US)
    now = [known for known in stored.recordings if known.sha256 != recording.sha256]
    if subject == recording.subject:
        now.append(recording)
    edges = {day for version in mine for day in _edges_near(version)}
    left = frozenset(before.night_dates) if before is not None and before.subject == subject else frozenset()
    return _part(subject, replace(stored, recordings=_in_order(now)), edges, left)


def plan_again(store: Store, keys: Iterable[NightKey], find: FindEdges) -> NightPlan:
    """Plan to analyse nights again: these nights, and neighbours where an edge moves.

    Parameters
    ----------
    keys : iterable of (subject, date)
        The nights, by the evening on which they begin. One without a recording is passed over.
    find : callable
        Gives the instant of each edge; reads samples.
    """
    parts = []
    with snapshot(store):
        for subject, day in keys:
            noon_us = noon_to_noon(day, "UTC")[0]
            stored = around(store, subject, noon_us - _REACH_US, noon_us + _REACH_US)
            members = [known for known in stored.recordings if day in known.night_dates]
            if members:
                edges = {_before(day, zone_of(members)), day}
                parts.append(_part(subject, stored, edges, frozenset((day,))))
    return _plan(parts, None, find)


def as_divided(store: Store, left: Mapping[NightKey, Sequence[StoredRecording]]) -> list[NightToAnalyse]:
    """Plan for nights that lose a recording: analyse what is left of them; they begin and end where they did."""
    nights = []
    with snapshot(store):
        for (subject, day), recordings in left.items():
            noon_us = noon_to_noon(day, "UTC")[0]
            stored = around(store, subject, noon_us - _REACH_US, noon_us + _REACH_US)
            window = _window(day, zone_of(recordings), stored.edges)
            nights.append(
                NightToAnalyse(subject, day, tuple(recordings), stored.noted.get(day, ()), window, stored.person)
            )
    return nights


def _part(subject: str, stored: Around, days: Iterable[date], touched: frozenset[date]) -> _Part:
    found = {}
    for day in sorted(days):
        zone = _zone_at(day, stored.recordings)
        noon_us = _noon_after(day, zone)
        near = tuple(r for r in stored.recordings if r.first_us < noon_us + LOOK_US and r.last_us >= noon_us - LOOK_US)
        found[day] = EdgeToFind(day, noon_us, zone, near, stored.noted.get(day, ()))
    return _Part(subject, stored, found, touched)


def _zone_at(day: date, recordings: Sequence[StoredRecording]) -> str:
    """Of the recordings of the night that ends there, else of the next one, else of any."""
    for nights in ((day,), (day + timedelta(days=1),), None):
        of = [each for each in recordings if nights is None or set(nights) & set(each.night_dates)]
        if of:
            return zone_of(of)
    return "UTC"


def _plan(parts: Sequence[_Part], recording: StoredRecording | None, find: FindEdges) -> NightPlan:
    asked = [edge for part in parts for edge in part.edges.values() if _is_open(edge)]
    found = dict(zip(asked, find(asked), strict=True)) if asked else {}
    nights: dict[NightKey, NightToAnalyse] = {}
    placed = Placed()
    for part in parts:
        moved = {**part.stored.edges}
        for day, edge in part.edges.items():
            moved.pop(day, None)
            if found.get(edge, edge.noon_us) != edge.noon_us:
                moved[day] = found[edge]
        some, mine, here = _placed(part, moved, recording)
        recording = here or recording
        nights.update({night.key: night for night in some})
        placed = Placed(
            {**placed.windows, **mine.windows},
            (*placed.bases, *mine.bases),
            (*placed.moved, *mine.moved),
            (*placed.relied_on, *mine.relied_on),
        )
    return NightPlan(tuple(nights[key] for key in sorted(nights)), placed, recording)


def _placed(
    part: _Part, moved: Mapping[date, int], recording: StoredRecording | None
) -> tuple[list[NightToAnalyse], Placed, StoredRecording | None]:
    """The nights of one person that change, by the edges as they are now."""
    changed = [day for day in part.edges if moved.get(day) != part.stored.edges.get(day)]
    touched = {*part.touched, *changed, *(_after(day, part.edges[day].zone) for day in changed)}
    known, others, here = [], [], None
    for each in part.stored.recordings:
        now = replace(each, night_dates=_nights_in(each, moved))
        known.append(now)
        if recording is not None and each.sha256 == recording.sha256:
            here = now
            touched.update(now.night_dates)
        elif any(each in part.edges[day].recordings for day in changed) and now != each:
            others.append(now)
            touched.update((*each.night_dates, *now.night_dates))
    nights, windows = [], {}
    for day in sorted(touched):
        members = tuple(each for each in known if day in each.night_dates)
        zone = zone_of(members or known) if known else "UTC"
        window = windows[part.subject, day] = _window(day, zone, moved)
        if members:
            nights.append(
                NightToAnalyse(part.subject, day, members, part.stored.noted.get(day, ()), window, part.stored.person)
            )
    bases = tuple(_basis(part.subject, edge) for edge in part.edges.values())
    outer = {edge for day in touched for edge in (_before(day, _zone_at(day, known)), day)} - set(part.edges)
    relied_on = tuple((part.subject, day, moved.get(day)) for day in sorted(outer))
    return nights, Placed(windows, bases, tuple(others), relied_on), here


def _basis(subject: str, edge: EdgeToFind) -> Basis:
    hashes = frozenset(known.sha256 for known in edge.recordings)
    return Basis(subject, edge.noon_us - LOOK_US, edge.noon_us + LOOK_US, hashes)


def _is_open(edge: EdgeToFind) -> bool:
    """Whether movement was recorded across the noon: else no sleep across it can be known."""
    spans = [(known.first_us, known.last_us) for known in edge.recordings if known.n_samples]
    if any(first <= edge.noon_us <= last for first, last in spans):
        return True
    before = max((last for _, last in spans if last <= edge.noon_us), default=None)
    after = min((first for first, _ in spans if first >= edge.noon_us), default=None)
    return before is not None and after is not None and after - before <= _PAUSE_US


def _edges_near(recording: StoredRecording) -> list[date]:
    """Nights that end within `LOOK_US` of a recording."""
    nights = nights_covered(recording.first_us - LOOK_US, recording.last_us + LOOK_US, recording.zone)
    return [day for day, _ in pairwise(nights)]


def _nights_in(recording: StoredRecording, moved: Mapping[date, int]) -> tuple[date, ...]:
    """Every night between first and last sample."""
    nights = nights_covered(recording.first_us - LOOK_US, recording.last_us, recording.zone)
    windows = {day: _window(day, recording.zone, moved) for day in nights}
    return tuple(day for day, (a, b) in windows.items() if a <= recording.last_us and recording.first_us < b)


def _window(day: date, zone: str, moved: Mapping[date, int]) -> tuple[int, int]:
    start_us, end_us = noon_to_noon(day, zone)
    return moved.get(_before(day, zone), start_us), moved.get(day, end_us)


def _noon_after(day: date, zone: str) -> int:
    return noon_to_noon(day, zone)[1]


def _before(day: date, zone: str) -> date:
    """The night before; never one that the zone skipped."""
    return night_of(noon_to_noon(day, zone)[0] - 1, zone)


def _after(day: date, zone: str) -> date:
    end_us = noon_to_noon(day, zone)[1]
    return night_of(end_us, zone) if end_us > noon_to_noon(day, zone)[0] else day + timedelta(days=1)


def _in_order(recordings: Iterable[StoredRecording]) -> tuple[StoredRecording, ...]:
    return tuple(sorted(recordings, key=lambda known: (known.first_us, known.sha256)))
