"""Stored nights analysed again, each from its staged samples."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from analytics.model import Night
from analytics.scoring.rulesets import Ruleset
from analytics.store import (
    NightKey,
    damaged_nights,
    default_ruleset,
    query,
    recordings_of_night,
    said_of_pruned,
    save_nights,
    snapshot,
    unscored,
)
from flows.importing.analysis import EdgeToFind
from flows.importing.import_run import Context
from flows.importing.night_windows import NightPlan, plan_again
from flows.importing.save_recording import STALE_TRIES
from flows.importing.worker_tasks import analysed, edges_found
from flows.settings.rulesets import ruleset_named
from flows.settings.wanted import outdated_by
from flows.terminal.options import Chosen
from flows.terminal.talk import complain, progress
from flows.workers.workers import lanes_for, side_by_side, workers_for
from ingest.errors import DatabaseBusyError, NightkickError, SamplesLostError, StaleAnalysisError, WorkerLostError

T = TypeVar("T")


#: A process takes 1-2 s to start, and a night 2-3 s.
WORTH_PROCESSES = 4


@dataclass(frozen=True, slots=True)
class AnalysisPlan:
    """What analysing again comes to: the same with and without ``--compare``.

    Attributes
    ----------
    chosen : tuple of NightKey
        The nights that are meant, by evening.
    keys : tuple of NightKey
        Those of them that are to be analysed.
    shown : str
        The rule set that the views show now.
    ruleset : Ruleset
        The one that they show afterwards.
    passed_over : str
        Why the other chosen nights are not analysed.
    """

    chosen: tuple[NightKey, ...]
    keys: tuple[NightKey, ...]
    shown: str
    ruleset: Ruleset
    passed_over: str

    @property
    def switches(self) -> bool:
        """Whether the views show another rule set afterwards."""
        return self.ruleset.name != self.shown

    def left_out(self) -> str:
        """The end of a sentence about the nights that are not analysed; empty where all are."""
        n = len(self.chosen) - len(self.keys)
        how = f"; {n:,} of {len(self.chosen):,} are {self.passed_over} already (--all analyses them again)"
        return how if n else ""


def plan_of(context: Context, chosen: Chosen, *, ruleset: str | None, is_all: bool) -> AnalysisPlan:
    """Choose which nights to analyse again, and which rule set the views show then.

    Passed over is what is as wanted and not damaged. With a rule set and no other choice only nights without a score
    under it are analysed: the others keep every row they have.

    Parameters
    ----------
    ruleset : str or None
        None: the one that the views show now.
    is_all : bool
        Whether to pass over none.

    Raises
    ------
    UsageError
        The settings have no such rule set.
    StoreError
    """
    store = context.store
    with snapshot(store):
        shown = default_ruleset(store)
        then = ruleset_named(ruleset or shown, context.settings.rulesets())
        keys = selected(context, chosen)
        scores_only = ruleset is not None and chosen.is_everything()
        if is_all:
            due = frozenset(keys)
        elif scores_only:
            due = unscored(store, then)
        else:
            due = frozenset((*outdated_by(context.settings, store).reasons, *damaged_nights(store)))
    passed_over = f"scored by {then.name}" if scores_only else "as wanted"
    return AnalysisPlan(tuple(keys), tuple(key for key in keys if key in due), shown, then, passed_over)


def selected(context: Context, chosen: Chosen) -> list[NightKey]:
    """The chosen nights by evening."""
    tests: list[tuple[str, object]] = [
        ("night_date >= ?", chosen.since),
        ("night_date <= ?", chosen.until),
        ("subject = ?", chosen.subject),
        ("version = ?", chosen.version),
    ]
    given = [(test, value) for test, value in tests if value is not None]
    where = " AND ".join(["true", *(test for test, _ in given)])
    found = query(
        context.store,
        f"SELECT subject, night_date FROM night WHERE {where} ORDER BY night_date, subject",
        [value for _, value in given],
    )
    return [(row["subject"], row["night_date"]) for row in found.iter_rows(named=True)]


def analyse_again(context: Context, keys: Sequence[NightKey]) -> int:
    """Analyse and store each night; returns how many failed, each with a line on stderr."""
    with closing(each_night(context, keys, _replaced)) as results:
        return sum(result is None for result in results)


def each_night(
    context: Context, keys: Sequence[NightKey], act: Callable[[Context, NightKey], T]
) -> Generator[T | None, None, None]:
    """Do something with each night, by all workers.

    Parameters
    ----------
    keys : sequence of (subject, date)
        The nights, by the evening on which they begin.
    act : callable
        Done for each night; may run in several threads at once.

    Yields
    ------
    T or None
        What ``act`` returns, in the order of ``keys``. None where it failed, and a line on stderr says why.
    """

    def tried(shared: Context, key: NightKey) -> T | NightkickError:
        try:
            return act(shared, key)
        except SamplesLostError as error:
            return said_of_pruned(context.store, error)
        except WorkerLostError as error:
            return WorkerLostError(f"night {key[1]} of {key[0]}: {error.what}", hint=error.hint)

    is_much = len(keys) >= WORTH_PROCESSES
    with progress("analysing") as advance, workers_for(context.store, context.settings, is_much=is_much) as workers:
        job = partial(tried, replace(context, workers=workers))
        with closing(side_by_side(job, keys, lanes=lanes_for(workers), stop=workers.stop)) as results:
            for done, result in enumerate(results, start=1):
                if isinstance(result, NightkickError):
                    complain(result.line())
                    yield None
                else:
                    yield result
                advance(done, len(keys))


def night_anew(context: Context, key: NightKey) -> Night | None:
    """A stored night as it would be analysed now; None where no recording, or no sample, is left in it.

    Raises
    ------
    SamplesLostError
        Of a recording that still belongs to the night as it did when the analysis began.
    """
    _, nights = _anew(context, key)
    return next((night for night in nights if (night.subject, night.night_date) == key), None)


def _anew(context: Context, key: NightKey) -> tuple[NightPlan, list[Night]]:
    """The night and, where an edge of it moves, its neighbours."""

    def find(edges: Sequence[EdgeToFind]) -> list[int]:
        return context.workers.run(edges_found, context.store, edges, context.settings)

    for _ in range(STALE_TRIES):
        before = recordings_of_night(context.store, *key)
        try:
            plan = plan_again(context.store, [key], find)
            found = context.workers.run(analysed, context.store, plan.nights, context.settings) if plan.nights else []
        except SamplesLostError:
            if recordings_of_night(context.store, *key) == before:
                raise
        else:
            return plan, [night for night in found if night is not None]
    raise _never_settled(context, key)


def _replaced(context: Context, key: NightKey) -> bool:
    for _ in range(STALE_TRIES):
        plan, nights = _anew(context, key)
        try:
            save_nights(context.store, nights, plan.placed)
        except StaleAnalysisError:
            continue
        return True
    raise _never_settled(context, key)


def _never_settled(context: Context, key: NightKey) -> DatabaseBusyError:
    what = f"imports kept changing the night {key[1]}"
    return DatabaseBusyError(what, path=context.store.path, hint="try again when they are done")
