"""``nightkick reanalyse``: stored recordings analysed again, after a change of settings, rule sets or version.

Only staged samples are read, never the original files. Each night is replaced in a transaction of its own, so
that stopping half-way leaves old and new nights, each whole; reviews and journal are never touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from analytics.rulesets import Ruleset, ruleset_hash
from analytics.store import NightKey, publish, query, recordings_of_night, save_nights, set_default_ruleset
from flows.context import Context
from flows.pipeline import open_context
from flows.scoring import ruleset_named
from flows.storing import STALE_TRIES, to_analyse
from flows.terminal import complain, progress, say
from flows.wishes import Wishes
from flows.work import analysed
from ingest.errors import DatabaseBusyError, SamplesLostError, StaleAnalysisError


def reanalyse_command(
    *, since: date | None, until: date | None, subject: str | None, ruleset: str | None, database: Path | None
) -> bool:
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
    everything = wanted is None or (since, until, subject) != (None, None, None)
    keys = _selected(context, since, until, subject, lacking=None if everything else wanted)
    failures = analyse_again(context, keys)
    if wanted is not None:
        set_default_ruleset(context.store, wanted.name)
    publish(context.store)
    say(f"{len(keys) - failures} of {len(keys)} nights analysed again" + (f"; views show {ruleset}" if wanted else ""))
    return failures == 0


def _selected(
    context: Context, since: date | None, until: date | None, subject: str | None, *, lacking: Ruleset | None
) -> list[NightKey]:
    tests: list[tuple[str, object]] = [("night_date >= ?", since), ("night_date <= ?", until), ("subject = ?", subject)]
    given = [(test, value) for test, value in tests if value is not None]
    values = [value for _, value in given]
    where = ["true", *(test for test, _ in given)]
    if lacking is not None:
        scored = "SELECT (subject, night_date) FROM score WHERE ruleset = ? AND ruleset_hash = ?"
        where.append(f"(subject, night_date) NOT IN ({scored})")
        values += [lacking.name, ruleset_hash(lacking)]
    found = query(
        context.store,
        f"SELECT subject, night_date FROM night WHERE {' AND '.join(where)} ORDER BY night_date, subject",
        values,
    )
    return [(row["subject"], row["night_date"]) for row in found.iter_rows(named=True)]


def analyse_again(context: Context, keys: Sequence[NightKey]) -> int:
    """Analyse and store each night; how many could not be, each of them said on stderr."""
    failures = 0
    with progress("analysing") as advance:
        for done, key in enumerate(keys, start=1):
            try:
                _again(context, key)
            except SamplesLostError as error:
                complain(error.line())
                failures += 1
            advance(done, len(keys))
    return failures


def _again(context: Context, key: NightKey) -> None:
    for _ in range(STALE_TRIES):
        try:
            wanted = to_analyse(context.store, {key: recordings_of_night(context.store, *key)})
            nights = context.workers.run(analysed, context.store, wanted, context.settings)
            save_nights(context.store, [night for night in nights if night is not None])
        except StaleAnalysisError:
            continue
        return
    raise DatabaseBusyError(
        f"imports kept changing the night {key[1]}", path=context.store.path, hint="try again when they are done"
    )
