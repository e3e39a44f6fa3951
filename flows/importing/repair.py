"""``nightkick doctor --repair``: bring back what the original files and the staged samples still tell.

In an order in which each step finds what the one before made right: schema, lost samples, damaged nights, what is
left over, the published copy. What cannot be repaired is what the doctor says afterwards.
"""

from __future__ import annotations

from pathlib import Path

from analytics.store import (
    bring_samples,
    damaged_nights,
    discard_damaged,
    lost_samples,
    refuse_damaged,
    remove_orphans,
    tidy,
)
from flows.importing.declared import Wishes
from flows.importing.import_run import Context
from flows.importing.pipeline import import_run, open_context
from flows.importing.publishing import published_at_the_end
from flows.importing.reanalysis import analyse_again
from flows.settings.database import store_for
from flows.terminal.talk import complain, say


def repair(database: Path | None) -> None:
    """Mend the database, and say on stderr what was done.

    Raises
    ------
    StoreError, UsageError
    """
    refuse_damaged(store_for(database))
    context = open_context(Wishes(), database=database)
    with published_at_the_end(context.store):
        _mend(context)


def _mend(context: Context) -> None:
    store = context.store
    for done in bring_samples(store):
        say(done)
    discard_damaged(store)
    if files := [path for path in lost_samples(store) if path.is_file()]:
        for outcome in import_run(files, context):
            if outcome.error is not None:
                complain(outcome.error)
            else:
                say(f"imported {outcome.path} again")
    if nights := damaged_nights(store):
        failures = analyse_again(context, nights)
        say(f"{len(nights) - failures} of {len(nights)} damaged nights analysed again")
    if n_rows := remove_orphans(store):
        say(f"removed {n_rows} rows that belonged to nothing")
    for done in tidy(store):
        say(done)
