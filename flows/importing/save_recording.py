"""A decoded recording becomes stored nights.

Analysing takes seconds and others store meanwhile. So the nights are analysed before it is the recording's turn, but
for those that an earlier input is known to change; and when it is its turn, or the store refuses what was analysed
from too little, only the nights are analysed again of which something has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from analytics.model import Night
from analytics.store import (
    Attempt,
    NightKey,
    StoredRecording,
    find_recording,
    keys_of,
    save,
)
from flows import __version__
from flows.importing.analysis import EdgeToFind, NightToAnalyse
from flows.importing.declared import changes
from flows.importing.import_run import Context
from flows.importing.night_windows import NightPlan, plan_import
from flows.importing.settled import is_settled, now_us
from flows.importing.worker_tasks import analysed, edges_found
from ingest.errors import DatabaseBusyError, StaleAnalysisError

#: How often a night is analysed anew because another import changed it meanwhile.
STALE_TRIES = 5


@dataclass(frozen=True, slots=True)
class _Found:
    """What was worked out for a recording so far, so that a second look costs only what has changed."""

    nights: dict[NightKey, tuple[NightToAnalyse, Night | None]] = field(default_factory=dict)
    edges: dict[EdgeToFind, int] = field(default_factory=dict)


def store_recording(
    stored: StoredRecording, context: Context, started_at_us: int | None, *, known: StoredRecording | None = None
) -> tuple[date, ...] | None:
    """Analyse every night that a recording touches, together with all others of that night, and save.

    Parameters
    ----------
    started_at_us : int or None
        When its file was taken up, for the books; None: no file was read.
    known : StoredRecording or None
        The recording as it was stored before; the books say what was changed.

    Returns
    -------
    tuple of date or None
        The evenings of its nights, without those of other recordings of which it moved an edge; None where an earlier
        input of this run was the same recording.

    Raises
    ------
    StoreError
    """
    found = _Found()
    if not context.turn.is_first():
        _bring_up_to_date(found, stored, context, leave=context.turn.contested(keys_of(stored)))
        context.turn.wait()
        if context.turn.has_stored(stored.sha256) and is_settled(find_recording(context.store, stored.sha256), context):
            return None
    for _ in range(STALE_TRIES):
        plan, nights = _bring_up_to_date(found, stored, context)
        attempt = None if started_at_us is None else _attempt(stored, known, started_at_us)
        try:
            save(context.store, plan.recording or stored, nights, attempt, plan.placed)
        except StaleAnalysisError:
            continue
        context.turn.note_stored(stored.sha256)
        own = {(stored.subject, day) for day in (plan.recording or stored).night_dates}
        return tuple(sorted(night.night_date for night in nights if (night.subject, night.night_date) in own))
    raise DatabaseBusyError(
        "other imports kept changing the same night", path=stored.path, hint="import it again when they are done"
    )


def _attempt(stored: StoredRecording, known: StoredRecording | None, started_at_us: int) -> Attempt:
    return Attempt(
        stored.path,
        stored.sha256,
        "imported",
        None,
        started_at_us,
        now_us(),
        __version__,
        stored.zone,
        stored.zone_source,
        changes(known, stored, with_names=False) if known else None,
    )


def _bring_up_to_date(
    found: _Found, stored: StoredRecording, context: Context, *, leave: Collection[NightKey] = ()
) -> tuple[NightPlan, list[Night]]:
    """The nights to save with the recording. Those that ``found`` has from the same recordings are not analysed."""

    def find(edges: Sequence[EdgeToFind]) -> list[int]:
        new = [edge for edge in edges if edge not in found.edges]
        if new:
            instants = context.workers.run(edges_found, context.store, new, context.settings)
            found.edges.update(zip(new, instants, strict=True))
        return [found.edges[edge] for edge in edges]

    plan = plan_import(context.store, stored, find)
    changed = [
        night for night in plan.nights if night.key not in leave and found.nights.get(night.key, (None,))[0] != night
    ]
    nights = context.workers.run(analysed, context.store, changed, context.settings) if changed else []
    found.nights.update({night.key: (night, result) for night, result in zip(changed, nights, strict=True)})
    results = [found.nights[night.key][1] for night in plan.nights if night.key in found.nights]
    return plan, [night for night in results if night is not None]
