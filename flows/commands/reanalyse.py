"""``nightkick reanalyse``: stored recordings analysed again, after a change of settings, rule sets or version.

Only staged samples are read, never the original files. Each night is replaced in a transaction of its own, so
that stopping half-way leaves old and new nights, each whole, and the same command goes on where it stopped: nights that
are as wanted (`analytics.store.wanted`) are passed over. Reviews and journal are never touched.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from analytics import store as the_store
from flows.settings.database import store_for
from flows.terminal.dates import on
from flows.terminal.exit_codes import ExitCode
from flows.terminal.options import EVERYTHING, Chosen, Database, Json
from flows.terminal.talk import say
from flows.terminal.whose import refuse_unknown
from ingest.errors import UsageError


def reanalyse(
    *,
    chosen: Chosen = EVERYTHING,
    ruleset: str | None = None,
    is_all: Annotated[
        bool, Parameter(name="--all", help="Analyse also nights that are as settings and version want them already.")
    ] = False,
    compare: bool = False,
    db: Database = None,
    as_json: Annotated[
        Json,
        Parameter(help="With --compare: print one JSON document with every night, also those that stay as they are."),
    ] = False,
) -> ExitCode:
    """Analyse stored recordings again, after a change of settings or version. Reviews and journal are left alone.

    Parameters
    ----------
    ruleset
        Show this rule set in tables, views, page and report; alone, it analyses only nights that were not scored
        under it yet. Default: the one that is shown now.
    compare
        Store nothing: show what the same command without it would change in the views, night by night.
    """
    chosen = _settled(chosen, db)
    if compare:
        from flows.importing.compare import compare_nights

        all_good = compare_nights(chosen, ruleset=ruleset, is_all=is_all, database=db, as_json=as_json)
        return ExitCode.DONE if all_good else ExitCode.SOME_FAILED
    if as_json:
        raise UsageError("--json goes with --compare", hint="stored nights: nightkick nights --json")
    return ExitCode.DONE if _analyse(chosen, ruleset, db, is_all=is_all) else ExitCode.SOME_FAILED


def _settled(chosen: Chosen, database: Path | None) -> Chosen:
    """The choice with dates for words, of a person who is known."""
    if chosen.is_everything():
        return chosen
    store = store_for(database)
    refuse_unknown(store, chosen.subject)
    since, until = (on(meant, store, chosen.subject) for meant in (chosen.since, chosen.until))
    return replace(chosen, since=since, until=until)


def _analyse(chosen: Chosen, ruleset: str | None, database: Path | None, *, is_all: bool) -> bool:
    """Analyse nights again, and let the views show ``ruleset``; returns whether all of them could be.

    First, recordings that the assignments want elsewhere are moved, whichever nights were chosen.
    """
    from flows.importing.declared import Wishes
    from flows.importing.pipeline import open_context, reassign
    from flows.importing.publishing import published_at_the_end
    from flows.importing.reanalysis import analyse_again, plan_of

    context = open_context(Wishes(), database=database)
    with published_at_the_end(context.store):
        _, unmoved = reassign(context, always=True)
        plan = plan_of(context, chosen, ruleset=ruleset, is_all=is_all)
        failures = analyse_again(context, plan.keys)
        if plan.switches:
            the_store.set_default_ruleset(context.store, plan.ruleset.name)
    n_keys = len(plan.keys)
    shown = "" if ruleset is None else f"; views show {plan.ruleset.name}"
    say(f"{n_keys - failures} of {n_keys} nights analysed again{plan.left_out()}{shown}")
    return failures + unmoved == 0
