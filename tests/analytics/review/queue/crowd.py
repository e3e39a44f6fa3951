"""Many people with many nights, as the store's own functions write them: what the queue is tried on."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from analytics.flag import INDEX_CRITERION, JERKS_CRITERION, URGE_CRITERION, Criterion, CriterionState, Flag
from analytics.model import Night
from analytics.said import Review
from analytics.store import Store, initialise, write_review
from analytics.store.database.connection import transaction
from analytics.store.database.tables import insert
from analytics.store.recordings import membership_frame, recording_frame
from analytics.store.rows import night_frames
from tests.analytics.store.making import EVENING, START_US, night, sha, stored

SITES, LEGS = ("ankle", "foot", "ankle+foot"), ("left", "both", "right")
_AT_ONCE = 100
_DAY_US = 86_400_000_000


def crowd(database: Path, people: int | Sequence[str], nights: int, *, seed: int = 23) -> Store:
    """A new database of ``p0001`` and so on, with nights from `EVENING` on; the same for the same arguments.

    Parameters
    ----------
    people : int or sequence of str
        How many, or their names.
    nights : int
        How many each of them has.
    """
    store, rng = Store(database), random.Random(seed)
    initialise(store)
    names = [f"p{number:04}" for number in range(1, people + 1)] if isinstance(people, int) else people
    for start in range(0, len(names), _AT_ONCE):
        _write(store, names[start : start + _AT_ONCE], nights, rng)
    return store


def _write(store: Store, names: Sequence[str], nights: int, rng: random.Random) -> None:
    made: list[Night] = []
    with transaction(store) as con:
        for name in names:
            days = tuple(EVENING + timedelta(days=k) for k in range(nights))
            known, last_us = stored(name, subject=name), START_US + nights * _DAY_US
            recording = replace(known, night_dates=days, last_us=last_us, sha256=sha(name))
            for table, frame in (("recording", recording_frame), ("recording_night", membership_frame)):
                insert(con, table, frame(recording))
            made += _nights_of(name, days, recording.sha256, rng)
        for table, rows in night_frames(made).items():
            insert(con, table, rows)


def _nights_of(name: str, days: Sequence[date], sha256: str, rng: random.Random) -> Iterator[Night]:
    level, site, legs = rng.choice((2.0, 4.0, 12.0, 30.0)), rng.choice(SITES), rng.choice(LEGS)
    for day in days:
        yield flagged(
            night(name, day, [sha256], site=site, legs=legs),
            index=None if rng.random() < 0.04 else round(rng.gammavariate(4, level / 4), 1),
            jerks=rng.choice((0, 0, 0, 1, 2, 6)),
            untold=rng.random() < 0.05,
        )


def flagged(made: Night, *, index: float | None, jerks: int, untold: bool = False) -> Night:
    """A night with other numbers, and the flags that follow from them.

    Parameters
    ----------
    index : float or None
        PLMS per hour of sleep; None: the night cannot be assessed.
    jerks : int
        Hypnic jerks, counted: more than four raise a flag.
    untold : bool
        Whether it cannot be told if there are too many periodic movements.
    """
    high = index is not None and index > 15 and not untold
    state: CriterionState = "not measurable" if untold or index is None else "met" if high else "not met"
    criterion = Criterion(INDEX_CRITERION, state, index, 15.0, "more than 15")
    many = Criterion(JERKS_CRITERION, "met" if jerks > 4 else "not met", float(jerks), 4.0, "more than 4")
    urge = Criterion(URGE_CRITERION, "not measurable", None, None, "not asked")
    flags = (
        Flag("possible_plmd", high, (criterion,), "PLMS per hour of sleep"),
        Flag("frequent_hypnic_jerks", jerks > 4, (many,), "jerks at sleep onset"),
        Flag("possible_rls", raised=False, criteria=(urge,), reason="the urge was not asked"),
    )
    score, *others = made.scores
    measures = replace(score.measures, plms_index=index)
    return replace(
        made,
        scores=(replace(score, measures=measures, flags=flags), *others),
        n_hypnic_jerks=jerks,
        assessable=index is not None,
        not_assessable_reason="the sensor was not worn" if index is None else None,
    )


def judge(store: Store, subject: str, night_date: date, verdict: str, **said: object) -> None:
    """Write one verdict, by Ann unless another reviewer is named."""
    words: dict[str, object] = {"reviewer": "Ann", "reviewed_at_us": START_US} | said
    write_review(store, Review(subject, night_date, verdict, **words))  # type: ignore[arg-type]
