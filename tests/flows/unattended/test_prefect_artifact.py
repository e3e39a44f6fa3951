"""The page that a scheduled run shows in Prefect."""

from __future__ import annotations

from pathlib import Path

from flows.importing.declared import Wishes
from flows.importing.outcomes import Outcome
from flows.importing.pipeline import open_context
from flows.unattended.inbox_run import Visit
from flows.unattended.prefect_artifact import report


def test_names_and_reasons_cannot_break_the_page() -> None:
    error = "in/a|b<script>.cwa: not *readable*\n# at all"
    outcomes = (Outcome(Path("in/a|b<script>.cwa"), "failed", 0, error=error),)
    visit = Visit(outcomes, (Path("in/[c].cwa"),), 0, 0, (), ("`x` could not be told",))
    page = report(visit, open_context(Wishes(), database="n.duckdb"))
    assert r"- in/a\|b\<script\>.cwa: not \*readable\* \# at all" in page
    assert r"- in/\[c\].cwa" in page
    assert r"- \`x\` could not be told" in page
    assert page.splitlines()[0] == "**0 imported, 0 known, 1 failed, 1 still being written**"
    assert "nightkick review --db" in page


def test_a_run_with_nothing_new_says_so_and_where_to_look() -> None:
    page = report(Visit((), (), 0, 0, (), ()), open_context(Wishes(), database="n.duckdb"))
    assert page.startswith("**0 imported, 0 known**\n\n## Look")
