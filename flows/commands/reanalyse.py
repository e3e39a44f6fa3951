"""``nightkick reanalyse``: stored recordings analysed again, after a change of settings, rule sets or version.

Only staged samples are read, never the original files. Each night is replaced in a transaction of its own, so
that stopping half-way leaves old and new nights, each whole; reviews and journal are never touched.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from analytics import store as the_store
from flows.terminal.exit_codes import ExitCode
from flows.terminal.options import EVERYTHING, Chosen, Database, Json
from flows.terminal.talk import say
from ingest.errors import UsageError


def reanalyse(
    *,
    chosen: Chosen = EVERYTHING,
    ruleset: str | None = None,
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
        Let the views show this rule set; alone, it analyses only nights that were not scored under it yet.
    compare
        Store nothing: show what would change, night by night, under the rule set.
    """
    if compare:
        from flows.importing.compare import compare_nights

        all_good = compare_nights(chosen, ruleset=ruleset, database=db, as_json=as_json)
        return ExitCode.DONE if all_good else ExitCode.SOME_FAILED
    if as_json:
        raise UsageError("--json goes with --compare", hint="stored nights: nightkick nights --json")
    return ExitCode.DONE if _analyse(chosen, ruleset, db) else ExitCode.SOME_FAILED


def _analyse(chosen: Chosen, ruleset: str | None, database: Path | None) -> bool:
    """Analyse nights again, and let the views show ``ruleset``; returns whether all of them could be.

    First, recordings that the assignments want elsewhere are moved, whichever nights were chosen.
    With a rule set and no other choice, only nights that have no score under it yet are analysed: the others keep every
    row they have.
    """
    from flows.importing.declared import Wishes
    from flows.importing.pipeline import open_context, reassign
    from flows.importing.reanalysis import analyse_again, selected
    from flows.settings.rulesets import ruleset_named

    context = open_context(Wishes(), database=database)
    wanted = None if ruleset is None else ruleset_named(ruleset, context.settings.rulesets())
    _, unmoved = reassign(context, always=True)
    keys = selected(context, chosen, lacking=wanted if chosen.is_everything() else None)
    failures = analyse_again(context, keys)
    if wanted is not None:
        the_store.set_default_ruleset(context.store, wanted.name)
    the_store.publish(context.store)
    say(f"{len(keys) - failures} of {len(keys)} nights analysed again" + (f"; views show {ruleset}" if wanted else ""))
    return failures + unmoved == 0
