"""Doubt and what a negative stands on, as people read them: terminal, JSON, CSV, report and page say what is stored."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analytics.criteria import Criteria
from analytics.flag import Criterion, Flag
from analytics.model import Night
from analytics.report import About, page_of, read_report
from analytics.review.night import night_payload
from analytics.scoring.rulesets import RULESETS
from analytics.store import Store, save_nights
from flows.cli import main
from tests.analytics.review.browsing import page_of as review_page_of
from tests.flows import stored

NEGATIVE = "No possible PLMD. PLMS per hour of sleep: 2; needed: more than 15."
STANDS_ON = (
    "This stands on 1.8 h of scored sleep. One leg sees fewer than both: a lower bound. Sleep in doubt 0.7 h, hidden "
    "under vibration or large movement 0.2 h, probably not worn 0.0 h, wear in doubt 0.3 h."
)
OF_SEVERAL = (
    "possible PLMD was not raised on 1 of 2 nights. It rests on 1.8 h of scored sleep; one leg sees fewer kicks than "
    "both. Sleep in doubt 0.7 h, hidden under vibration or large movement 0.2 h, probably not worn 0.0 h, wear in "
    "doubt 0.3 h."
)
NOT_MEASURED = (
    "This stands on 1.8 h of scored sleep. One leg sees fewer than both: a lower bound. Probably not worn 0.0 h. Not "
    "known: sleep in doubt, hidden under vibration or large movement, wear in doubt."
)


def quiet_night(**doubt: Any) -> Night:
    """The periodic night of `stored`, and possible PLMD was not found in it."""
    plain = stored.periodic_night()
    (score,) = plain.scores
    criterion = Criterion("PLMS per hour of sleep", "not met", 2.0, 15.0, "more than 15")
    flags = (Flag("possible_plmd", raised=False, criteria=(criterion,), reason=NEGATIVE), *score.flags[1:])
    return replace(plain, scores=(replace(score, flags=flags),), **doubt)


def doubted_night() -> Night:
    night = quiet_night(
        sleep_doubt_h=0.7,
        hidden_h=0.2,
        wear_doubt_h=0.3,
        tst_low_h=1.2,
        tst_high_h=1.9,
        waso_low_min=0.0,
        waso_high_min=40.0,
        onset_low_us=stored.us(10),
        onset_high_us=stored.us(35),
    )
    (score,) = night.scores
    measures = replace(
        score.measures,
        plms_index_low=1.0,
        plms_index_high=4.0,
        plms_rate_low=0.4,
        plms_rate_high=8.6,
        plms_index_sure=1.5,
        median_peak_mg=48.0,
    )
    series = tuple(replace(run, perhaps_not_own=True) for run in score.series)
    events = tuple(replace(event, p_sleep=0.75) for event in score.events)
    return replace(night, scores=(replace(score, measures=measures, series=series, events=events),))


@pytest.fixture
def doubted(tmp_path: Path) -> Store:
    store = stored.build(tmp_path / "nights.duckdb")
    save_nights(store, [doubted_night()])
    return store


@pytest.fixture
def quiet(tmp_path: Path) -> Store:
    """As a night of an older version is."""
    store = stored.build(tmp_path / "nights.duckdb")
    save_nights(store, [quiet_night()])
    return store


def printed(capfd: pytest.CaptureFixture[str], store: Store, *command: str) -> str:
    capfd.readouterr()
    assert main([*command, "--db", str(store.path)]) == 0
    return capfd.readouterr().out


def report_of(store: Store) -> str:
    about = About(version="0.1.0", made_on=date(2026, 4, 1), criteria=Criteria(), rulesets=RULESETS)
    return page_of(read_report(store, stored.EVENING, stored.EVENING, subject=None, about=about))


def test_show_says_doubt_beside_each_number(doubted: Store, capfd: pytest.CaptureFixture[str]) -> None:
    out = printed(capfd, doubted, "show", "2026-03-02")
    for line in (
        "fell asleep           22:55, between 22:50 and 23:15 (95 %)",
        "asleep                1.8 h (1.2 to 1.9)",
        "awake after onset     0 min (0 to 40)",
        "sleep in doubt        0.7 h",
        "hidden                0.2 h asleep under vibration or large movement",
        "wear in doubt         0.3 h",
        "PLMS index            45.0 per hour asleep (1.0 to 4.0)",
        "PLMS rate behind it   0.4 to 8.6 per hour asleep (95 %)",
        "PLMS index, sure      1.5 per hour of sure sleep",
        "PLMS size             48 mg, median",
        "perhaps not own       1 of 1 series that may come from a bed partner or a pet",
    ):
        assert f"\n{line}\n" in out
    assert f"possible_plmd: not flagged\n  {NEGATIVE}\n  {STANDS_ON}\n" in out
    assert out.count("lower bound") == 1


def test_show_leaves_out_what_is_not_known(quiet: Store, capfd: pytest.CaptureFixture[str]) -> None:
    out = printed(capfd, quiet, "show", "2026-03-02")
    assert f"\n  {NOT_MEASURED}\n" in out
    assert not [name for name in ("\nhidden", "\nsleep in doubt", "\nPLMS rate", "\nPLMS size") if name in out]


def test_json_has_every_number_and_null_for_what_is_not_known(
    doubted: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    names = ("sleep_doubt_h", "hidden_h", "wear_doubt_h", "tst_low_h", "plms_rate_high", "plms_index_sure")
    found = json.loads(printed(capfd, doubted, "show", "2026-03-02", "--json"))
    assert [found["night"][name] for name in names] == [0.7, 0.2, 0.3, 1.2, 8.6, 1.5]
    assert {flag["name"]: flag["stands_on"] for flag in found["flags"]} == {
        "possible_plmd": STANDS_ON,
        "possible_rls": None,
    }
    assert (found["events"][0]["p_sleep"], found["series"][0]["perhaps_not_own"]) == (0.75, True)
    listed = json.loads(printed(capfd, doubted, "nights", "--json"))["nights"]
    assert [[night[name] for name in names] for night in listed] == [[0.7, 0.2, 0.3, 1.2, 8.6, 1.5], [None] * 6]
    rows = list(csv.DictReader(io.StringIO(printed(capfd, doubted, "nights", "--csv"))))
    assert [(row["sleep_onset_low_local"][:16], row["plms_rate_low"]) for row in rows] == [
        ("2026-03-02T22:50", "0.4"),
        ("", ""),
    ]


def test_the_table_of_nights_says_what_its_negatives_stand_on(
    doubted: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    out = printed(capfd, doubted, "nights")
    assert out.endswith(f"\n{OF_SEVERAL}\n")


def test_a_night_with_the_flag_has_no_negative(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    store = stored.build(tmp_path / "nights.duckdb")
    assert "scored sleep" not in printed(capfd, store, "nights") + printed(capfd, store, "show", "2026-03-02")
    assert "scored sleep" not in report_of(store)


def test_the_report_says_doubt_and_both_intervals(doubted: Store) -> None:
    html = report_of(doubted)
    assert f"<p>{STANDS_ON}</p>" in html
    for name, value in (
        ("PLMS index, per hour asleep", "45.0 (1-4)"),
        ("rate behind the night, per hour asleep (95 %)", "0.4 to 8.6"),
        ("PLMS index where sleep is sure", "1.5"),
        ("median size of PLMS", "48 mg"),
        ("hours asleep", "1.8 h (1.2 to 1.9)"),
        ("fell asleep", "22:55, between 22:50 and 23:15 (95 %)"),
        ("hours in which sleep is in doubt", "0.7 h"),
        ("hidden: asleep under vibration or large movement", "0.2 h"),
        ("hours in which wear is in doubt", "0.3 h"),
        ("series that may come from a bed partner or a pet", "1 of 1"),
    ):
        assert f'<th scope="row">{name}</th><td>{value}</td>' in html
    assert "Two intervals of 95 %" in html


def test_the_report_says_not_known_and_never_0(quiet: Store) -> None:
    html = report_of(quiet)
    assert f"<p>{NOT_MEASURED}</p>" in html
    for name in ("rate behind the night, per hour asleep (95 %)", "hours in which sleep is in doubt"):
        assert f'<th scope="row">{name}</th><td>not known</td>' in html


def test_the_page_gets_the_same_sentence_and_numbers(doubted: Store) -> None:
    found = night_payload(review_page_of(doubted.path), stored.SUBJECT, stored.EVENING)
    assert {flag["name"]: flag["stands_on"] for flag in found["flags"]} == {
        "possible_plmd": STANDS_ON,
        "possible_rls": None,
    }
    assert found["night"]["onset_span"] == [stored.us(10) / 1000, stored.us(35) / 1000]
    assert found["night"]["onset_doubt"] == ", between 22:50 and 23:15 (95 %)"
    assert dict(found["night"]["doubts"]) == {
        "hours asleep": "1.8 h (1.2 to 1.9)",
        "hours in which sleep is in doubt": "0.7 h",
        "hidden: asleep under vibration or large movement": "0.2 h",
        "probably not worn": "0.0 h",
        "hours in which wear is in doubt": "0.3 h",
        "series that may come from a bed partner or a pet": "1 of 1",
    }
    assert found["events"]["p_sleep"] == [0.75] * 4
    shown = found["review"]["detected"]
    assert (shown["plms_rate_low"], shown["plms_rate_high"], shown["plms_index_sure"]) == (0.4, 8.6, 1.5)


def test_the_page_gets_not_known_for_a_night_of_before(quiet: Store) -> None:
    found = night_payload(review_page_of(quiet.path), stored.SUBJECT, stored.EVENING)
    assert dict(found["night"]["doubts"])["hours in which sleep is in doubt"] == "not known"
    assert found["night"]["onset_doubt"] == ", give or take 29 min (95 %)"


def test_a_flag_that_cannot_be_told_has_its_reason_in_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = stored.build(tmp_path / "nights.duckdb")
    night = quiet_night()
    (score,) = night.scores
    unmet = Criterion("PLMS per hour of sleep", "not measurable", 20.0, 15.0, "more than 15")
    why = "Cannot tell about possible PLMD: which half minutes were sleep is not sure."
    untold = Flag("possible_plmd", raised=False, criteria=(unmet,), reason=why)
    save_nights(store, [replace(night, scores=(replace(score, flags=(untold, *score.flags[1:])),))])
    assert main(["nights", "--db", str(store.path)]) == 0
    assert f"{stored.EVENING} possible_plmd (cannot tell): {why}" in capsys.readouterr().out.replace(
        f" {night.subject}", ""
    )
    assert main(["show", f"{stored.EVENING}", "--db", str(store.path)]) == 0
    shown = capsys.readouterr().out
    assert shown.index("possible_plmd: cannot tell") < shown.index("not flagged")
    assert f"  {why}" in shown
