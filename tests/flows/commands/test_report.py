"""``nightkick report``: which nights, into which file, and what is said when that cannot be."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from analytics.store import Store
from tests.flows.conftest import Run
from tests.flows.stored import SUBJECT, build

DB = "nights.duckdb"


@pytest.fixture(autouse=True)
def _stored() -> Store:
    return build(Path(DB))


def test_one_night_is_one_file_that_says_whose_and_by_which_version(run: Run) -> None:
    said = run("report", "2026-03-02", "-o", "night.html", "--db", DB)
    assert (said.code, said.out) == (0, "")
    assert said.err == "wrote 1 night to night.html; print it from any browser\n"
    made = Path("night.html").read_text(encoding="utf-8")
    assert made.startswith("<!DOCTYPE html>")
    assert "Zoë" in made
    assert "with nightkick 0.1.0" in made
    assert [path.name for path in Path().iterdir() if path.suffix != ".duckdb"] == ["night.html"]


def test_a_range_takes_every_night_in_it_and_replaces_an_older_file(run: Run) -> None:
    assert run("report", "2026-03-02", "-o", "nights.html", "--db", DB).code == 0
    assert run("report", "2026-02-01..2026-03-31", "-o", "nights.html", "--db", DB).err.startswith("wrote 2 nights")
    made = Path("nights.html").read_text(encoding="utf-8")
    assert made.count('class="night"') == 2
    assert "possible PLMD on 1 of 1 assessable night" in made


def test_a_summary_is_one_file_of_the_same_kind_with_lines_for_what_is_not_known(run: Run) -> None:
    said = run("report", "2026-03-02..2026-03-03", "--summary", "-o", "chart.html", "--db", DB)
    assert (said.code, said.err) == (0, "wrote 2 nights to chart.html; print it from any browser\n")
    made = Path("chart.html").read_text(encoding="utf-8")
    assert "<span>ID</span><bdi></bdi>" in made
    assert "Mon 2 Mar" in made
    assert 'class="night"' not in made
    assert run("report", "2026-03-02", "-o", "chart.html", "--db", DB).code == 0  # a report may replace it


def test_a_birth_that_was_described_stands_on_the_summary(run: Run) -> None:
    assert run("people", "describe", SUBJECT, "--born", "1987-06-04", "--db", DB).code == 0
    assert run("report", "2026-03-02", "--summary", "-o", "chart.html", "--db", DB).code == 0
    assert "<span>born</span><bdi>4 Jun 1987</bdi>" in Path("chart.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["2026-03-09", "-o", "x.html"], "no night 2026-03-09"),
        (["2026-03-08..2026-03-09", "-o", "x.html"], "no night from 2026-03-08 to 2026-03-09"),
        (["2026-03-02", "--subject", "nobody", "-o", "x.html"], "nothing is stored of 'nobody'"),
        (["2026-03-03..2026-03-02", "-o", "x.html"], "2026-03-02 is before the first one 2026-03-03"),
        (["2026-03-02..", "-o", "x.html"], "'' is no date"),
        (["yesterday", "-o", "x.html"], "no night 20"),
        (["02/03/2026", "-o", "x.html"], "write it as YYYY-MM-DD"),
        (["2026-03-02", "-o", "missing/x.html"], "cannot be written: No such file or directory"),
        (["2026-03-02", "-o", "."], "cannot be written"),
        (["2026-03-02"], "-o"),
    ],
)
def test_what_cannot_be_reported_is_said_in_one_line(run: Run, arguments: list[str], words: str) -> None:
    said = run("report", *arguments, "--db", DB)
    assert said.code == 2
    assert len(said.err.splitlines()) == 1
    assert words in said.err
    assert not Path("x.html").exists()


def test_a_database_of_an_older_version_is_brought_up_to_date_and_draws_without_an_envelope(run: Run) -> None:
    with duckdb.connect(DB) as con:
        for change in (
            "DROP TABLE blank", "DROP TABLE envelope", "ALTER TABLE review_entry DROP COLUMN recording",
            "ALTER TABLE review_entry DROP COLUMN start_at", "ALTER TABLE review_entry DROP COLUMN end_at",
            "DELETE FROM schema_migration WHERE version IN (5, 25)",
        ):  # fmt: skip
            con.execute(change)
    assert run("report", "2026-03-02", "-o", "night.html", "--db", DB).code == 0
    assert "not kept; nightkick reanalyse --all makes it" in Path("night.html").read_text(encoding="utf-8")


def test_a_database_that_is_not_there_is_a_failure_of_its_own(run: Run) -> None:
    assert run("report", "2026-03-02", "-o", "x.html", "--db", "none.duckdb").code == 3
