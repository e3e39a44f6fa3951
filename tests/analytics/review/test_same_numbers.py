"""A number that stands in several places is the same in all of them, and is what its rows come to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analytics.flag import INDEX_CRITERION, JERKS_CRITERION
from analytics.model import Night, Score
from analytics.report import About, read_report
from analytics.report import page_of as report_of
from analytics.report.appendix import stands_with_its_night
from analytics.report.gathering import Report
from analytics.report.measures import measure_rows, sleep_rows
from analytics.review.home import nights_payload
from analytics.review.night import night_payload
from analytics.simulate.write import write_nights
from analytics.store import Store, load_night, query
from analytics.words import FLAG_STATES, FLAGS
from flows.cli import main
from flows.importing.declared import Wishes
from flows.importing.pipeline import import_run, open_context
from flows.settings.settings import Settings
from tests.analytics.review.browsing import page_of

Numbers = dict[str, float | int | None]
#: What the same number is called on the terminal (``show``) and in the report.
SHOWN = {
    "plms_index": "PLMS index",
    "n_plms": "PLMS",
    "n_hypnic_jerks": "hypnic jerks",
    "tst_h": "asleep",
    "waso_min": "awake after onset",
    "sleep_efficiency": "sleep efficiency",
    "median_imi_s": "median interval",
    "periodicity_index_share": "periodic share asleep",
}
REPORTED = {
    "plms_index": "PLMS index, per hour asleep",
    "n_plms": "PLMS: periodic, asleep",
    "n_series_in_sleep": "periodic series with PLMS",
    "n_series": "periodic series, asleep or awake",
    "n_hypnic_jerks": "hypnic jerks",
    "tst_h": "hours asleep",
    "waso_min": "awake after onset",
    "sleep_efficiency": "sleep efficiency",
    "median_imi_s": "median interval in series",
    "periodicity_index_share": "periodic share asleep",
}


#: A fortnight is made first, of 14 nights.
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module", params=["samples", pytest.param("fortnight", marks=pytest.mark.slow)])
def nights(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample nights, or a fortnight: half of it kicking, half of it jerking, and two nights on a wrist."""
    if request.param == "samples":
        folder: Path = request.getfixturevalue("samples")
        return folder / "x.duckdb"
    folder = tmp_path_factory.mktemp("fortnight")
    database = folder / "x.duckdb"
    for profile, n, seed, site in (("rls", 6, 1, "ankle"), ("jerks", 12, 2, "ankle"), ("plmd", 14, 3, "wrist")):
        files = write_nights(folder / profile, nights=n, profile=profile, rate_hz=25, file_format="csv", seed=seed)[:-1]
        new = files[{"rls": 0, "jerks": 6, "plmd": 12}[profile] :]
        import_run(list(new), open_context(Wishes(site=site, side="left", tz="UTC"), database=database))  # type: ignore[arg-type]
    return database


@pytest.fixture(scope="module")
def report(nights: Path) -> Report:
    settings = Settings()
    about = About("0", date(2026, 4, 1), settings.analysis_criteria(), settings.rulesets())
    first, last = query(Store(nights), "SELECT min(night_date), max(night_date) FROM nights").row(0)
    return read_report(Store(nights), first, last, subject=None, about=about)


def counted(night: Night, score: Score) -> Numbers:
    """The numbers anew, from movements, series and stretches of sleep."""
    periodic = [e for e in score.events if e.is_plm and e.sleep_state == "sleep"]
    asleep_h = sum(b.end_us - b.start_us for b in night.bouts if b.state == "sleep") / 3.6e9
    known_h = sum(b.end_us - b.start_us for b in night.bouts if b.state != "unknown") / 3.6e9
    has_sleep = night.sleep_onset_us is not None
    if score.measures.n_lm is None:  # not worn on a leg: nothing of legs is known, which is not 0
        unknown = dict.fromkeys(("n_plms", "n_series_in_sleep", "n_series", "plms_index"))
        return {**unknown, "tst_h": asleep_h if has_sleep else None}
    return {
        "n_plms": len(periodic) if has_sleep else None,
        "n_series_in_sleep": len({e.series_no for e in periodic}) if has_sleep else None,
        "n_series": len({e.series_no for e in score.events if e.is_plm}),
        "n_hypnic_jerks": sum(e.label == "hypnic_jerk" for e in score.events),
        "tst_h": asleep_h if has_sleep else None,
        "sleep_efficiency": asleep_h / known_h if has_sleep else None,
        "plms_index": len(periodic) / asleep_h if has_sleep and night.assessable else None,
    }


def places(found: dict[str, Any], known: Numbers) -> Numbers:
    return {name: found[name] for name in known if name in found}


def said_by_show(night_date: date, database: Path, capfd: pytest.CaptureFixture[str]) -> str:
    capfd.readouterr()
    assert main(["show", f"{night_date}", "--db", str(database)]) == 0
    return capfd.readouterr().out


def is_said(text: str | None, value: float | None) -> bool:
    """Whether a text begins with a number, to the digits that it shows; unknown ones are left out or said so."""
    found = re.match(r"-?\d+(\.\d+)?", text or "")
    if value is None or found is None:
        return value is None and found is None
    scale = 100 if (text or "")[found.end() :].startswith("%") else 1
    half = 0.5 * 10 ** -len((found[1] or ".")[1:])
    return bool(abs(float(found[0]) - scale * value) <= half + 1e-6)


def by_night(nights: Path) -> Iterator[tuple[Night, Score, dict[str, Any]]]:
    store = Store(nights)
    for row in query(store, "FROM nights ORDER BY night_date").to_dicts():
        night = load_night(store, (row["subject"], row["night_date"]), rulesets=frozenset({row["ruleset"]}))
        assert night is not None
        yield night, night.scores[0], row


def test_numbers_are_what_their_rows_come_to_in_every_view_and_payload(nights: Path) -> None:
    home = {row["night_date"]: row for row in nights_payload(page_of(nights))["nights"]}
    for night, score, row in by_night(nights):
        known = counted(night, score)
        page = night_payload(page_of(nights), night.subject, night.night_date)
        stored = {**asdict(score.measures), "tst_h": night.tst_h, "n_hypnic_jerks": night.n_hypnic_jerks}
        for found in (row, page["night"], page["review"]["detected"], home[f"{night.night_date}"], stored):
            assert places(found, known) == pytest.approx({name: known[name] for name in places(found, known)}, abs=0.02)


def test_show_and_report_say_the_numbers_of_the_view(
    nights: Path, report: Report, capfd: pytest.CaptureFixture[str]
) -> None:
    for one, (night, _, row) in zip(report.nights, by_night(nights), strict=True):
        lines = [line for line in said_by_show(night.night_date, nights, capfd).splitlines() if line[21:22] == " "]
        shown = {line[:22].strip(): line[22:] for line in lines}
        told = {label: text for label, text, *_ in (*measure_rows(one), *sleep_rows(one))}
        assert [name for name, label in SHOWN.items() if not is_said(shown.get(label), row[name])] == []
        assert [name for name, label in REPORTED.items() if not is_said(told[label], row[name])] == []
        if row["n_plms"] is None:
            assert "PLMS" not in shown
            continue
        assert f"in {row['n_series_in_sleep']} series; asleep or awake" in shown["PLMS"]
        assert f"movements, {row['n_series']} series" in shown["PLMS"]


def test_a_flag_has_the_numbers_of_its_night_and_one_state_everywhere(
    nights: Path, report: Report, capfd: pytest.CaptureFixture[str]
) -> None:
    html = report_of(report)
    for night, score, row in by_night(nights):
        said = said_by_show(night.night_date, nights, capfd).lower()
        page = {flag["name"]: flag for flag in night_payload(page_of(nights), night.subject, night.night_date)["flags"]}
        for flag in score.flags:
            values = {criterion.name: criterion.value for criterion in flag.criteria}
            words = FLAG_STATES[flag.state]
            assert f"{flag.name}: {words}" in said
            if stands_with_its_night(flag):
                assert f">{FLAGS[flag.name]}: {words}</h3>" in html
            else:
                (lines,) = re.findall(f"<h3>{FLAGS[flag.name]}</h3>(.*?)</table>", html)
                in_appendix = "not asked" if flag.lacks_answer else words
                assert f'<th scope="row">{night.night_date}</th><td>{in_appendix}</td>' in lines
            assert page[flag.name]["state"] == flag.state
            assert (flag.name in row["flags"], flag.name in row["flags_untold"]) == (
                flag.state == "raised",
                flag.state == "cannot_tell",
            )
            assert values.get(INDEX_CRITERION, row["plms_index"]) == row["plms_index"]
            if row["assessable"]:
                assert values.get(JERKS_CRITERION, row["n_hypnic_jerks"]) == row["n_hypnic_jerks"]
            if flag.name == "possible_plmd" and flag.raised:
                assert f"{row['n_plms']} in {row['n_series_in_sleep']} series in sleep" in flag.reason


def test_every_place_counts_the_same_nights(nights: Path, report: Report, capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    assert main(["patterns", "--json", "--db", str(nights)]) == 0
    (person,) = json.loads(capfd.readouterr().out)["people"]
    (on_page,) = nights_payload(page_of(nights))["people"]
    html = report_of(report)
    assert json.loads(json.dumps(on_page)) == person
    assert main(["patterns", "--db", str(nights)]) == 0
    terminal = capfd.readouterr().out
    view = {row["flag"]: row for row in query(Store(nights), "FROM patterns").to_dicts()}
    for name, found in person["flags"].items():
        assert f"{FLAGS[name]} {found['finding']}" in html
        assert f"{name} {found['finding']}" in terminal
        assert f"{name} {found['finding']}: {found['says']}" in terminal
        assert f"{FLAGS[name]} {found['finding']}: {found['says']}" in html
        assert found["index_says"] in terminal
        assert found["index_says"] in html
        same = set(found) - {"finding", "says", "index_says"}
        assert {key: view[name][key] for key in same} == {key: found[key] for key in same}
        assert view[name]["finding"] == f"{FLAGS[name]} {found['finding']}"
    note = person["note"]
    assert (note is None) == ("fewer than" not in terminal) == ("Fewer than" not in html)
    assert note is None or (note in terminal and f"{note[0].upper()}{note[1:]}" in html)
