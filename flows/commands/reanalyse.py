"""``nightkick reanalyse``: stored recordings analysed again, after a change of settings, rule sets or version.

Only staged samples are read, never the original files. Each night is replaced in a transaction of its own, so
that stopping half-way leaves old and new nights, each whole; reviews and journal are never touched.
"""

from __future__ import annotations

from pathlib import Path

from analytics.store import (
    publish,
    set_default_ruleset,
)
from flows.importing.declared import Wishes
from flows.importing.pipeline import open_context
from flows.importing.reanalysis import Chosen, analyse_again, selected
from flows.settings.rulesets import ruleset_named
from flows.terminal.talk import say


def reanalyse_command(chosen: Chosen, *, ruleset: str | None, database: Path | None) -> bool:
    """Analyse nights again, and let the views show ``ruleset``.

    With a rule set and no other wish, only nights that have no score under it yet are analysed: the others keep
    every row they have.

    Returns
    -------
    bool
        Whether all of them could be.
    """
    context = open_context(Wishes(), database=database)
    wanted = None if ruleset is None else ruleset_named(ruleset, context.settings.rulesets())
    keys = selected(context, chosen, lacking=wanted if chosen.is_everything() else None)
    failures = analyse_again(context, keys)
    if wanted is not None:
        set_default_ruleset(context.store, wanted.name)
    publish(context.store)
    say(f"{len(keys) - failures} of {len(keys)} nights analysed again" + (f"; views show {ruleset}" if wanted else ""))
    return failures == 0
