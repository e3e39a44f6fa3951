"""``nightkick patterns``: findings over nights, for people and for scripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analytics.flag import SHORT_REASON, URGE_CRITERION, FlagName
from analytics.said import Review, Verdict
from analytics.store import Store, query, write_review
from analytics.store.database.connection import transaction
from analytics.words import FLAG_MARKS, NOT_ASKED
from tests.flows.conftest import Run
from tests.flows.stored import SUBJECT, build

DB = "nights.duckdb"


@pytest.fixture(autouse=True)
def _stored() -> Store:
    return build(Path(DB))


def test_people_read_counts_what_is_missing_and_that_it_is_no_diagnosis(run: Run) -> None:
    said = run("patterns", "--db", DB)
    assert said.code == 0
    assert "2 nights, 1 of them assessable" in said.out
    assert "possible_plmd on 1 of 1 assessable night: cannot tell yet: it takes at least 2 more nights\n" in said.out
    assert "fewer than 5 nights" in said.out
    of_one_flag = (
        "These numbers of nights are for one flag each; nightkick answer counts those for its answer as a whole."
    )
    assert said.out.count(of_one_flag) == 1
    assert "\x1b" not in said.out
    assert said.out.endswith(
        "None of this is a diagnosis. What was seen is a reason to ask a clinician, and so is what worries you.\n"
    )


def test_scripts_read_the_same_with_every_sign(run: Run) -> None:
    document = json.loads(run("patterns", "--json", "--db", DB).out)
    (person,) = document["people"]
    assert person["subject"] == SUBJECT
    found = person["flags"]["possible_plmd"]
    assert found | {
        "n_nights": 2, "n_flagged": 1, "n_raised": 1, "n_able": 1, "n_assessable": 1, "is_pattern": False,
        "state": "cannot_tell_yet", "more_nights": 2, "finding": "on 1 of 1 assessable night", "share": 1.0,
    } == found  # fmt: skip
    assert person["plms_index"] == {"n_nights": 1, "median": 45.04, "low": 45.04, "high": 45.04}
    assert person["trend"] is None
    assert len(person["signs"]) == 8
    assert {sign["state"] for sign in person["signs"]} <= {"seen", "not seen", "not known"}


def test_what_was_written_down_is_told_with_its_days(run: Run) -> None:
    Path("journal.csv").write_text("date,urge_to_move,leg_pain\n2026-03-02,6,0\n2026-03-03,2,0\n")
    assert run("journal", "import", "journal.csv", "--subject", SUBJECT, "--db", DB).code in (0, 1)
    out = run("patterns", "--db", DB).out
    assert "yes an urge to move the legs: written down on 2 of 2 days" in out
    assert "no  pain in the legs: written down on 0 of 2 days" in out


def test_a_later_date_has_no_nights(run: Run) -> None:
    assert run("patterns", "--since", "2030-01-01", "--db", DB).out == "no nights\n"


def test_a_dismissed_flag_counts_nowhere_and_is_shown_as_detected_beside(run: Run) -> None:
    stored = Store(Path(DB))
    night_date = query(stored, "SELECT night_date FROM flagged_nights WHERE flag = 'possible_plmd'").item()
    assert "possible_plmd" in run("nights", "--flagged", "--db", DB).out
    write_review(stored, Review(SUBJECT, night_date, "dismiss", "dr", 1, flag="possible_plmd"))
    said = "possible_plmd on 0 of 1 assessable night (as detected on 1): cannot tell yet"
    assert said in run("patterns", "--db", DB).out
    assert run("nights", "--flagged", "--db", DB).out == "no nights\n"
    assert run("nights", "--unreviewed", "--db", DB).out.count(str(night_date)) == 0
    table = run("nights", "--db", DB).out
    assert "(possible_plmd)" in table
    assert FLAG_MARKS in table
    assert f"{night_date} possible_plmd (dismissed): " in table
    assert "possible_plmd: FLAGGED, dismissed by a reviewer" in run("show", str(night_date), "--db", DB).out
    assert run("report", str(night_date), "-o", "night.html", "--db", DB).code == 0
    page = Path("night.html").read_text(encoding="utf-8")
    assert "possible PLMD on 0 of 1 assessable night (as detected on 1)" in page
    assert "possible PLMD as detected, dismissed by a reviewer: " in page
    assert "possible PLMD: flagged, dismissed by a reviewer" in page


@pytest.mark.parametrize("verdict", ["confirm", "unsure", "dismiss"])
@pytest.mark.parametrize("flag", ["possible_plmd", None])
def test_the_table_says_every_verdict_whether_on_the_flag_or_on_the_night(
    run: Run, verdict: Verdict, flag: FlagName | None
) -> None:
    """Its column was blank where the verdict was on the flag, and of an unsure one nothing else told it."""
    stored = Store(Path(DB))
    night_date = query(stored, "SELECT night_date FROM flagged_nights WHERE flag = 'possible_plmd'").item()
    write_review(stored, Review(SUBJECT, night_date, verdict, "dr", 1, flag=flag))
    lines = [line for line in run("nights", "--db", DB).out.splitlines() if line.startswith(str(night_date))]
    assert lines[0].endswith(f"  {verdict}")


def test_a_flag_that_cannot_be_told_is_no_blank_in_the_table(run: Run) -> None:
    stored = Store(Path(DB))
    with transaction(stored) as con:
        con.execute("UPDATE flag SET raised = false, state = 'cannot_tell' WHERE name = 'possible_rls'")
    table = run("nights", "--db", DB).out
    assert "possible_plmd, possible_rls?" in table
    assert FLAG_MARKS in table


def test_an_urge_that_was_not_asked_is_one_calm_line_and_no_mark(run: Run) -> None:
    """It stood as "possible_rls?" on nearly every ordinary night, as loud as a finding."""
    stored = Store(Path(DB))
    night_date = query(stored, "SELECT night_date FROM flagged_nights WHERE flag = 'possible_plmd'").item()
    unasked = {"name": URGE_CRITERION, "state": "not measurable", "value": None, "threshold": 1.0, "says": "ask"}
    with transaction(stored) as con:
        con.execute(
            "UPDATE flag SET raised = false, state = 'cannot_tell', criteria = ? WHERE name = 'possible_rls'",
            [json.dumps([unasked])],
        )
    table = run("nights", "--db", DB).out
    assert "possible_rls" not in table
    assert table.count(NOT_ASKED) == 1
    assert run("report", str(night_date), "-o", "night.html", "--db", DB).code == 0
    page = Path("night.html").read_text(encoding="utf-8")
    assert f"{NOT_ASKED[0].upper()}{NOT_ASKED[1:]}." in page
    assert '<h3 class="untold">possible RLS' not in page
    assert "not asked" in page[page.index("Appendix") :]
    shown = run("show", str(night_date), "--db", DB).out
    assert "possible_rls: cannot tell, the urge to move was not asked\n" in shown
    assert f"  not asked       {URGE_CRITERION} (ask)\n" in shown
    assert query(stored, "SELECT DISTINCT state FROM night_flags WHERE flag = 'possible_rls'").item() == "cannot_tell"


def test_show_tells_no_number_of_what_was_not_measurable(run: Run) -> None:
    """It said "not measurable periodic leg movements awake at rest = 0"."""
    few = {"name": "movements awake", "state": "not measurable", "value": 0, "threshold": 15, "says": "15 or more"}
    with transaction(Store(Path(DB))) as con:
        con.execute("UPDATE flag SET criteria = ? WHERE name = 'possible_plmd'", [json.dumps([few])])
    assert "  not measurable  movements awake (15 or more)\n" in run("show", "2026-03-02", "--db", DB).out


def test_the_table_has_a_short_reason_a_flag_and_show_the_whole(run: Run) -> None:
    night_date, whole = query(Store(Path(DB)), "SELECT night_date, reason FROM flagged_nights").row(0)
    table = run("nights", "--db", DB).out
    reasons = [line.partition(": ")[2] for line in table.splitlines() if line.startswith(f"{night_date} possible_plmd")]
    assert [0 < len(one) <= SHORT_REASON for one in reasons] == [True]
    assert whole in run("nights", "--json", "--db", DB).out
    assert " ".join(whole.split()) in " ".join(run("show", str(night_date), "--db", DB).out.split())
