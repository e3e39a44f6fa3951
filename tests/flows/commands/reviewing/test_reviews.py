"""``nightkick reviews``: a private file out and in, and how far two reviewers agree."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from analytics.store import Store
from tests.analytics.over_nights.people import OPEN, Made
from tests.analytics.over_nights.storing import FIRST, store_people
from tests.analytics.store.making import execute
from tests.flows.conftest import Run

AT_US = 1_800_000_000_000_000


def judged(store: Store, night: date, verdict: str, who: str, act_no: int) -> None:
    """A verdict on possible PLMD, as the table keeps it."""
    execute(
        store,
        "INSERT INTO review_entry (subject, night_date, verdict, reviewer, reviewed_at, flag, act_no)"
        " VALUES ('Mira', ?, ?, ?, make_timestamptz(?), 'possible_plmd', ?)",
        [night, verdict, who, AT_US + act_no, act_no],
    )


def reviewed() -> Store:
    """Four flagged nights: two reviewers agree on two, differ on one, and one reviewer judged the last alone."""
    store = store_people(Path("nights.duckdb"), {"Mira": Made(OPEN, "kkkk", {}, legs="left")})
    said = (("ann", "confirm,dismiss,confirm,confirm"), ("ben", "confirm,dismiss,dismiss"))
    for number, (who, verdicts) in enumerate(said):
        for day, verdict in enumerate(verdicts.split(",")):
            night = FIRST.fromordinal(FIRST.toordinal() + day)
            judged(store, night, verdict, who, 100 * number + day + 1)
    return store


def test_what_two_reviewers_judged_is_compared_and_where_they_differ_is_listed(run: Run) -> None:
    reviewed()
    told = json.loads(run("reviews", "agree", "--json", "--db", "nights.duckdb").out)
    (pair,) = told["agreement"]
    assert (pair["what"], pair["reviewer_a"], pair["reviewer_b"], pair["n"]) == ("possible_plmd", "ann", "ben", 3)
    assert (round(pair["share"], 3), round(pair["kappa"], 3)) == (0.667, 0.4)
    (apart,) = told["disagreements"]
    assert (apart["a"], apart["b"], apart["night_date"]) == ("confirm", "dismiss", "2026-03-04")
    out = run("reviews", "agree", "--db", "nights.duckdb").out
    assert "possible_plmd: ann and ben: kappa 0.40" in out
    assert "1 judged differently:" in out


def test_one_category_throughout_cannot_be_told(run: Run) -> None:
    store = store_people(Path("nights.duckdb"), {"Mira": Made(OPEN, "k", {}, legs="left")})
    for number, who in enumerate(("ann", "ben")):
        judged(store, FIRST, "confirm", who, number + 1)
    out = run("reviews", "agree", "--db", "nights.duckdb").out
    assert "kappa cannot be told: one category throughout, alike 100% of 1" in out


def test_the_file_is_its_owners_alone_and_read_again_it_adds_nothing(run: Run) -> None:
    reviewed()
    assert run("reviews", "export", "mine.jsonl", "--db", "nights.duckdb").code == 0
    assert Path("mine.jsonl").stat().st_mode & 0o777 == 0o600
    again = run("reviews", "import", "mine.jsonl", "--db", "nights.duckdb")
    assert (again.code, "0 new, 7 known before" in again.err) == (0, True)
    Path("bad.jsonl").write_text(Path("mine.jsonl").read_text().replace('"confirm"', '"dismiss"', 1))
    bad = run("reviews", "import", "bad.jsonl", "--db", "nights.duckdb")
    assert (bad.code, bad.err.count("\n")) == (2, 1)
    assert "bad.jsonl: line 2: it was changed after it was exported" in bad.err
