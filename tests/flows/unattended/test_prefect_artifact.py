"""The page that a scheduled run shows in Prefect."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from analytics.phrases import flag_words
from analytics.store import NO_DATA, Notice, Store
from flows.importing.declared import Wishes
from flows.importing.outcomes import Outcome, Status
from flows.importing.pipeline import open_context
from flows.unattended.inbox_run import Visit
from flows.unattended.prefect_artifact import artifact_key, line_of, of_files_failed, report, with_reasons
from tests.analytics.store.making import execute


def test_names_and_reasons_cannot_break_the_page() -> None:
    error = "in/a|b<script>.cwa: not *readable*\n# at all"
    outcomes = (Outcome(Path("in/a|b<script>.cwa"), "failed", 0, error=error),)
    visit = Visit(outcomes, (Path("in/[c].cwa"),), 0, 0, (), ("`x` could not be told",))
    page = report(visit, open_context(Wishes(), database="n.duckdb"))
    assert r"- **failed** a\|b\<script\>.cwa: not \*readable\* \# at all" in page
    assert r"- \[c\].cwa" in page
    assert r"- \`x\` could not be told" in page
    assert page.startswith("## Files\n"), "the counts stand above it already, as its description"
    assert "nightkick review --db" in page


def test_the_page_of_a_run_with_nothing_new_says_where_to_look() -> None:
    page = report(Visit((), (), 0, 0, (), ()), open_context(Wishes(), database="n.duckdb"))
    assert page.startswith("## Look\n")


def test_files_are_named_from_the_inbox_on_and_the_worst_come_first() -> None:
    inbox = Path("/data/nights")
    outcomes = (
        Outcome(inbox / "b/good.cwa", "imported", 0, nights=(date(2026, 3, 2),)),
        Outcome(inbox / "empty.cwa", "refused", 0, error=f"{inbox}/empty.cwa: the file is empty (copy it again)"),
    )
    page = report(Visit(outcomes, (), 0, 0, (), ()), open_context(Wishes(), database="n.duckdb"), inbox)
    assert [line for line in page.splitlines() if line.startswith("- ")] == [
        "- **refused** empty.cwa: the file is empty (copy it again)",
        "- **imported** b/good.cwa: night 2026-03-02",
    ]
    assert "/data/nights" not in page


def test_a_long_reason_is_said_once_and_whole() -> None:
    name, reason = "left ankle, night of the second of march.csv", "no table of samples " * 20
    outcomes = (Outcome(Path(name), "refused", 0, error=f"{name}: {reason}"),)
    page = report(Visit(outcomes, (), 0, 0, (), ()), open_context(Wishes(), database="n.duckdb"))
    assert page.count(reason.strip()) == page.count(name) == 1
    assert "\u2026" not in page


@pytest.mark.parametrize("says", ["passed over: what simulate knows", "passed over, what simulate knows"])
def test_of_what_was_passed_over_that_is_said_once(says: str) -> None:
    line = line_of(Outcome(Path("truth.csv"), "passed over", 0, warnings=(says,)), None)
    assert line == "truth.csv: passed over: what simulate knows"


def test_of_very_many_files_those_that_failed_have_lines_and_the_rest_is_counted() -> None:
    outcomes = [Outcome(Path(f"{n}.cwa"), "known", 0) for n in range(300)]
    outcomes.append(Outcome(Path("bad.cwa"), "failed", 0, error="bad.cwa: damaged"))
    page = report(Visit(tuple(outcomes), (), 0, 0, (), ()), open_context(Wishes(), database="n.duckdb"))
    assert "- **failed** bad.cwa: damaged" in page
    assert "and 101 more, in the view `imports`" in page


@pytest.mark.parametrize(
    ("deployment", "key"), [("nightly-0a1b2c3d", "nightly-0a1b2c3d"), ("My nights!", "my-nights"), (None, "nightly")]
)
def test_the_page_of_a_deployment_has_one_key_that_prefect_takes(deployment: str | None, key: str) -> None:
    assert artifact_key(deployment) == key


def test_how_many_of_how_many_files_failed_is_counted_without_those_passed_over() -> None:
    statuses: tuple[Status, ...] = ("failed", "refused", "imported", "passed over")
    outcomes = [Outcome(Path("a"), status, 0) for status in statuses]
    assert of_files_failed(outcomes) == "1 of 3 files failed"
    assert of_files_failed(outcomes[:1]) == "1 of 1 file failed"
    assert of_files_failed(outcomes[1:]) is None


def test_a_failed_run_names_the_first_files_that_failed_and_why() -> None:
    inbox = Path("/data/nights")
    failed = [Outcome(inbox / f"{n}.cwa", "failed", 0, error=f"{inbox}/{n}.cwa: damaged") for n in range(4)]
    refused = Outcome(inbox / "empty.cwa", "refused", 0, error=f"{inbox}/empty.cwa: empty")
    assert with_reasons([refused, *failed[:1]], "failed", inbox) == "0.cwa: damaged"
    some = "0.cwa: damaged; 1.cwa: damaged; 2.cwa: damaged; and 1 more"
    assert with_reasons([*failed, refused], "failed", inbox) == some


def test_why_a_night_is_flagged_is_said_once_also_when_it_is_new(imported: Store) -> None:
    day, why, flag = date(2026, 3, 2), "42 kicks an hour", "possible_plmd"
    execute(imported, f"UPDATE flag SET raised = true, state = 'raised', reason = '{why}' WHERE name = '{flag}'")
    notices = (Notice("me", day, flag, why), Notice("me", day, NO_DATA, "no night has come since"))
    outcome = Outcome(Path("night.cwa"), "imported", 0, nights=(day,))
    page = report(Visit((outcome,), (), 0, 0, notices, ()), open_context(Wishes(), database=imported.path))
    nights, new = page.split("## New")
    assert f"- 2026-03-02 me: {flag_words(flag)}: {why}\n" in nights
    assert f"- 2026-03-02 me: {flag_words(flag)}\n" in new
    assert "no night has come since" in new
