"""A night of a damaged file says so, and what is missing, wherever the night is told of."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from analytics.store import Store, query
from analytics.store.database.connection import transaction
from flows.commands.demo import sample_data
from ingest.losses import BREAKS_OFF, CUT_SHORT, DAMAGED_INSIDE, REST_IS_LOST, damage_among, warning_of_loss
from tests.flows.conftest import Run
from tests.flows.stored import build

LOSS = warning_of_loss(0.4)[0]
MISSING = f"damaged file: {CUT_SHORT}"


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """Nights of a file that was cut short, with another warning that is about no damage."""
    store = build(tmp_path / "n.duckdb")
    with transaction(store) as con:
        con.execute("UPDATE recording SET warnings = ['the zone is assumed', ?, ?]", [CUT_SHORT, LOSS])
    return store.path


@pytest.mark.parametrize(
    "words", [LOSS, CUT_SHORT, DAMAGED_INSIDE, BREAKS_OFF, f"Reading stopped early. {REST_IS_LOST}"]
)
def test_of_the_warnings_those_are_told_that_say_what_is_missing(words: str) -> None:
    assert damage_among(("the zone is assumed", words)) == (words,)
    assert damage_among((CUT_SHORT, LOSS)) == (LOSS, CUT_SHORT)
    assert damage_among(("the zone is assumed",)) == ()


def test_show_names_what_is_missing_of_a_damaged_file(run: Run, cut: Path) -> None:
    lines = run("show", "2026-03-02", "--db", cut).out.splitlines()
    assert lines[2:4] == [f"Damaged file: {LOSS}", f"D{MISSING[1:]}"]
    assert "the zone is assumed" not in "".join(lines)
    assert json.loads(run("show", "2026-03-02", "--json", "--db", cut).out)["damage"] == [LOSS, CUT_SHORT]


def test_answer_and_nights_name_the_nights_of_a_damaged_file(run: Run, cut: Path) -> None:
    for command in ("answer", "nights"):
        lines = [line.strip() for line in run(command, "--db", cut).out.splitlines()]
        assert [line for line in lines if MISSING in line] == [f"2026-03-02 {MISSING}", f"2026-03-03 {MISSING}"]
    told = json.loads(run("answer", "--json", "--db", cut).out)["people"][0]
    assert f"2026-03-02 {MISSING}" in told["damage"]


def test_a_report_names_the_nights_of_a_damaged_file_in_short_and_in_full(run: Run, cut: Path) -> None:
    evenings = "2 Mar 2026, 3 Mar 2026"
    for more in (("--summary",), ()):
        run("report", "2026-03-02..2026-03-03", *more, "-o", "r.html", "--db", cut)
        made = Path("r.html").read_text(encoding="utf-8")
        told = re.findall(r"Damaged file: [^<]*", made)
        assert told == [f"Damaged file: {LOSS} ({evenings}); {CUT_SHORT} ({evenings})."]
    run("report", "2026-03-02", "--summary", "-o", "r.html", "--db", cut)
    assert f"Damaged file: {LOSS} (2 Mar 2026); {CUT_SHORT} (2 Mar 2026)." in Path("r.html").read_text(encoding="utf-8")


def test_an_answer_counts_the_nights_of_damaged_files_that_it_does_not_name(
    run: Run, cut: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = "  Damaged file: {} more (nightkick nights)"
    for most, last in ((1, more.format(3)), (3, more.format(1)), (4, f"  2026-03-03 {MISSING}")):
        monkeypatch.setattr("flows.commands.over_nights.answer._MOST_DAMAGED", most)
        lines = [line for line in run("answer", "--db", cut).out.splitlines() if "amaged file" in line]
        assert (len(lines), lines[-1]) == (min(most + 1, 4), last)


def test_a_whole_file_is_not_called_damaged(run: Run, tmp_path: Path) -> None:
    db = build(tmp_path / "n.duckdb").path
    for command in (("show", "2026-03-02"), ("answer",), ("nights",)):
        assert "amaged" not in run(*command, "--db", db).out
    run("report", "2026-03-02", "--summary", "-o", "r.html", "--db", db)
    assert "amaged" not in Path("r.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["periodic_night.cwa", "watch_night.fit", "calm_night.csv.gz"])
def test_a_file_that_was_copied_by_half_is_a_damaged_one_beside_its_night(run: Run, tmp_path: Path, name: str) -> None:
    whole = (sample_data() / name).read_bytes()
    half = tmp_path / name
    half.write_bytes(whole[: len(whole) // 2 + 77])
    run("import", half, "--db", tmp_path / "n.duckdb", "--site", "ankle", "--side", "left", "--tz", "Europe/Berlin")
    store = Store(tmp_path / "n.duckdb")
    (warnings,) = query(store, "SELECT warnings FROM recordings")["warnings"].to_list()
    assert damage_among(warnings)
    for (night,) in query(store, "SELECT night_date FROM nights").iter_rows():
        assert "\nDamaged file: " in run("show", night, "--db", store.path).out
