"""The journal command: in and out, again and again, and what it does to stored nights."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from analytics.nights.journal import TEMPLATE
from analytics.said import JournalEntry
from analytics.store import Store, query, write_journal
from analytics.store.database.connection import transaction
from analytics.store.statements.without_frames import UNREAD
from ingest.errors import visible
from tests.analytics.signals import channel, night_of_kicks
from tests.flows.conftest import Run, imported_once
from tests.flows.stored import SUBJECT, build
from tests.sharing import copy_of

DB = "nights.duckdb"
JOURNAL = "SELECT subject, day, kind, value, text FROM journal ORDER BY ALL"


def journal(text: str) -> Path:
    path = Path("journal.csv")
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def calm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return imported_once(tmp_path_factory, "calm", channel(*night_of_kicks([], hours=8)))


@pytest.fixture
def store(home: Path, calm_folder: Path) -> Store:
    copy_of(calm_folder, home.with_name("work"))
    return Store(Path(DB))


def test_the_template_can_be_imported_as_it_is(run: Run) -> None:
    said = run("journal", "template")
    assert said.out == ",".join(TEMPLATE) + "\n"
    assert run("journal", "import", journal(said.out), "--db", DB).code == 0


def test_times_in_the_journal_decide_when_the_night_was_slept(run: Run, store: Store) -> None:
    said = run("journal", "import", journal("date,lights_off,got_up\n2026-03-02,22:40,05:30\n"), "--db", DB)
    assert said.code == 0
    assert "1 day noted, 1 night analysed again" in said.err
    (night,) = query(store, "SELECT sleep_source, in_bed_at FROM nights").rows(named=True)
    assert night["sleep_source"] == "diary"
    assert night["in_bed_at"].isoformat() == "2026-03-02T22:40:00+00:00"


def test_the_same_journal_again_analyses_nothing_and_says_so(run: Run, store: Store) -> None:
    file = journal("date,lights_off,got_up,caffeine_mg\n2026-03-02,22:40,05:30,80\n")
    assert "1 night analysed again" in run("journal", "import", file, "--db", DB).err
    for samples in store.recordings.glob("*.parquet"):
        samples.unlink()  # an analysis would fail
    said = run("journal", "import", file, "--db", DB)
    assert (said.code, said.err) == (
        0,
        "1 day noted; no night is analysed again, for what the analysis reads was noted before\n",
    )


def test_a_column_that_looks_like_a_field_is_kept_as_a_factor_and_the_field_named(run: Run) -> None:
    kept = run("journal", "import", journal("date,urge_to_mov,yoga\n2026-03-02,3,1\n"), "--db", DB)
    assert kept.code == 0
    assert "urge_to_mov is kept as a factor of your own; if urge_to_move is meant, name the column so" in kept.err
    assert "yoga is" not in kept.err


def test_rows_of_a_person_without_nights_are_noted_and_said_with_the_nearest_name(run: Run, store: Store) -> None:
    Path("nightkick.toml").write_text('[device."17"]\nsubject = "Lena"\n')
    rows = "date,subject,pain\n2026-03-02,me,1\n2026-03-02,lenna,2\n2026-03-03,lenna,2\n2026-03-02,Lena,0\n"
    for _ in range(2):  # what the journal said itself makes no one known
        said = run("journal", "import", journal(rows), "--db", DB)
        assert said.code == 0
        assert "lenna has no night yet: 2 days of the journal noted all the same (known: Lena, me)\n" in said.err
        assert said.err.count("has no night yet") == 1
    assert query(store, "SELECT count(*) FROM journal WHERE subject = 'lenna'").item() == 2


@pytest.mark.slow
def test_times_taken_back_give_the_night_back_to_the_accelerometer(run: Run, store: Store) -> None:
    before = query(store, "SELECT * FROM nights").rows()
    run("journal", "import", journal("date,lights_off,got_up\n2026-03-02,22:40,05:30\n"), "--db", DB)
    run("journal", "import", journal("date,lights_off,got_up\n2026-03-02,,\n"), "--db", DB)
    assert query(store, "SELECT * FROM nights").rows() == before
    assert query(store, JOURNAL).is_empty()


def test_a_night_imported_after_its_journal_uses_it(run: Run, calm_folder: Path) -> None:
    run("journal", "import", journal("date,lights_off,got_up\n2026-03-02,22:40,05:30\n"), "--db", DB)
    shutil.copy(calm_folder / "night.cwa", ".")
    run("import", "night.cwa", "--db", DB, "--site", "ankle", "--tz", "UTC")
    assert query(Store(Path(DB)), "SELECT sleep_source FROM nights").item() == "diary"


def test_importing_twice_is_importing_once_and_other_days_stay(run: Run, store: Store) -> None:
    first = journal('date,caffeine_mg,note\n2026-03-01,80,\n2026-03-02,,"late, loud"\n')
    run("journal", "import", first, "--db", DB)
    once = query(store, JOURNAL).rows()
    run("journal", "import", first, "--db", DB)
    assert query(store, JOURNAL).rows() == once
    assert len(once) == 2
    run("journal", "import", journal("date,caffeine_mg\n2026-03-03,0\n"), "--db", DB)
    assert len(query(store, JOURNAL)) == 3


@pytest.mark.first_case
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "this file is empty"),
        ("note\nx\n", "no column is called date"),
        ("day,note\n2026-03-02,x\n", "no column is called date"),
        ("date,date\n2026-03-02,x\n", "two columns have the same name"),
    ],
)
def test_a_journal_that_makes_no_sense_is_refused_whole(run: Run, store: Store, text: str, says: str) -> None:
    said = run("journal", "import", journal(text), "--db", DB)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert says in said.err
    assert query(store, JOURNAL).is_empty()


def test_a_missing_journal_and_one_in_another_encoding_are_one_line(run: Run) -> None:
    assert run("journal", "import", "none.csv", "--db", DB).code == 2
    Path("latin.csv").write_bytes("date,note\n2026-03-02,müde\n".encode("latin-1"))
    said = run("journal", "import", "latin.csv", "--db", DB)
    assert said.code == 2
    assert "UTF-8" in said.err


def test_what_is_noted_of_a_sleep_comes_back_from_the_view_as_it_was(run: Run) -> None:
    columns = "date,lights_off,minutes_to_fall_asleep,fell_asleep_at,n_awakenings,minutes_awake,got_up"
    assert all(name in TEMPLATE for name in columns.split(","))
    text = f"{columns}\n2026-03-02,23:00,25,23:30,2,40,07:00\n"
    for _ in range(2):
        assert run("journal", "import", journal(text), "--db", DB).code == 0
    found = {
        kind: value if value is not None else text for _, _, kind, value, text in query(Store(Path(DB)), JOURNAL).rows()
    }
    assert found == {
        "lights_off": "23:00", "minutes_to_fall_asleep": 25.0, "fell_asleep_at": "23:30", "n_awakenings": 2.0,
        "minutes_awake": 40.0, "got_up": "07:00",
    }  # fmt: skip


def test_what_changes_the_diary_has_its_night_analysed_again(run: Run, store: Store) -> None:
    said = run("journal", "import", journal("date,minutes_awake\n2026-03-02,40\n"), "--db", DB)
    assert "1 night analysed again" in said.err


def test_a_european_spreadsheet_is_imported_but_for_what_is_wrong_which_is_named(run: Run, store: Store) -> None:
    text = (
        "\ufeffdate;lights_off;got_up;water_l;Herbal tea\r\n02.03.2026;10:40 pm;05:30;1,5;1\r\n"
        "03.03.2026;22:40;25:00;2;0\r\n03.03.2026;23:00;07:00;;\r\n14.03.2062;23:00;;;\r\n"
    )
    said = run("journal", "import", journal(text), "--db", DB)
    assert said.code == 1
    assert "2 days noted, 1 night analysed again" in said.err
    for where in ("line 3, got_up: '25:00' is no clock time", "line 4, date: ", "line 5, date: 2062-03-14 is in the"):
        assert f"nightkick: journal.csv: {where}" in said.err
    found = query(store, "SELECT day::VARCHAR, kind, value, text FROM journal ORDER BY ALL").rows()
    assert found == [
        ("2026-03-02", "got_up", None, "05:30"),
        ("2026-03-02", "herbal_tea", 1.0, None),
        ("2026-03-02", "lights_off", None, "22:40"),
        ("2026-03-02", "water_l", 1.5, None),
        ("2026-03-03", "herbal_tea", 0.0, None),
        ("2026-03-03", "lights_off", None, "22:40"),
        ("2026-03-03", "water_l", 2.0, None),
    ]


@pytest.mark.parametrize("kind", ["csv", "toml"])
def test_what_is_exported_imports_unchanged(run: Run, kind: str) -> None:
    text = 'date,subject,lights_off,tea,note\n2026-03-01,me,22:40,1.5,"=a, b"\n2026-03-02,Eva,,"\'80",\n'
    run("journal", "import", journal(text), "--db", DB)
    said = run("journal", "export", "--format", kind, "--db", DB)
    assert (said.code, said.err) == (0, "")
    Path(f"out.{kind}").write_text(said.out, encoding="utf-8")
    assert run("journal", "import", f"out.{kind}", "--db", "other.duckdb").code == 0
    assert query(Store(Path("other.duckdb")), JOURNAL).rows() == query(Store(Path(DB)), JOURNAL).rows()
    assert run("journal", "export", "--format", kind, "--db", "other.duckdb").out == said.out
    assert "Eva" not in run("journal", "export", "--subject", "me", "--db", DB).out


def test_what_an_older_version_noted_and_no_field_takes_is_named_by_export(run: Run) -> None:
    run("journal", "import", journal("date,note\n2026-03-01,x\n"), "--db", DB)
    write_journal(Store(Path(DB)), [JournalEntry("me", date(2026, 3, 1), "caffeine_mg", text="a lot")])
    said = run("journal", "export", "--db", DB)
    assert "a lot" in said.out
    assert "caffeine_mg on 2026-03-01 of me would not import as it is" in said.err


def test_every_field_is_described(run: Run) -> None:
    said = run("journal", "describe")
    assert said.code == 0
    assert all(name in said.out for name in TEMPLATE[1:])


def test_a_dry_run_lists_what_would_happen_by_line_and_column_and_stores_nothing(run: Run) -> None:
    file = journal("date,caffeine_mg,got_up\n2026-03-02,80,25:00\n")
    said = run("journal", "import", file, "--dry-run", "--db", DB)
    assert said.code == 1
    assert "line 2, caffeine_mg: new, 80 (2026-03-02 of me)" in said.out
    assert said.out.endswith("1 day would change: 1 new; 1 left out. Nothing is stored.\n")
    assert "line 2, got_up: '25:00' is no clock time, left out" in said.err
    assert not Path(DB).exists()
    assert run("journal", "import", file, "--db", DB).code == 1
    journal("date,caffeine_mg\n2026-03-02,90\n")
    assert "line 2, caffeine_mg: changed, 80 -> 90" in run("journal", "import", file, "--dry-run", "--db", DB).out
    assert query(Store(Path(DB)), JOURNAL)["value"].to_list() == [80.0]


def test_a_dry_run_names_the_nights_that_would_be_analysed_again(run: Run) -> None:
    build(Path(DB))
    file = journal("date,lights_off,caffeine_mg\n2026-03-02,22:40,80\n2026-03-03,,80\n2026-04-01,22:40,80\n")
    command = ("journal", "import", file, "--subject", SUBJECT, "--dry-run", "--db", DB)
    named = [line for line in run(*command).out.splitlines() if "would be analysed again" in line]
    assert named == [visible(f"night 2026-03-02 of {SUBJECT} would be analysed again")]
    # Noted before, and the night analysed with it: nothing to do.
    noted = JournalEntry(SUBJECT, date(2026, 3, 2), "lights_off", None, "22:40")
    write_journal(Store(Path(DB)), [noted])
    assert "would be analysed again" in run(*command).out  # noted, and not yet read by an analysis
    with transaction(Store(Path(DB))) as con:
        con.execute("DELETE FROM setting WHERE name LIKE ?", [f"{UNREAD}%"])
    assert "would be analysed again" not in run(*command).out


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nope.csv", "no such file (make one with: nightkick journal template > journal.csv)"),
        ("empty.csv", "this file is empty (make one with: nightkick journal template > journal.csv)"),
        ("blank.csv", "this file is empty (make one with: nightkick journal template > journal.csv)"),
        ("folder", "a folder, and one file is read (name the file in it)"),
    ],
)
def test_a_file_that_is_no_journal_is_refused_in_one_line_with_its_path(run: Run, name: str, words: str) -> None:
    Path("empty.csv").touch()
    Path("blank.csv").write_text(" \n\n")
    Path("folder").mkdir()
    for dry in ((), ("--dry-run",)):
        said = run("journal", "import", name, *dry, "--db", DB)
        assert (said.code, said.out, said.err) == (2, "", f"nightkick: {name}: {words}\n")


def test_the_guided_week_says_what_is_missing_today(run: Run) -> None:
    said = run("journal", "week", "--db", DB)
    assert said.code == 0
    assert said.out.startswith("me: 0 of 7 nights recorded and answered.\n")
    assert "Tonight: wear the sensor." in said.out
    assert not Path(DB).exists()


def test_what_is_noted_is_listed_by_night_and_within_the_days_asked_for(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    db = build(tmp_path / "n.duckdb").path
    file = journal(
        "subject,date,stress,lights_off,remarks\n"
        "zoe,2026-03-03,3,22:50,\nzoe,2026-03-02,2.5,23:10,a walk\nanna,2026-03-02,7,,\n"
    )
    assert run("journal", "import", file, "--db", db).code == 0
    assert run("journal", "list", "--db", db).out == (
        "night       subject  column      noted\n"
        "----------  -------  ----------  ------\n"
        "2026-03-02  anna     stress      7\n"
        "2026-03-02  zoe      lights_off  23:10\n"
        "2026-03-02  zoe      remarks     a walk\n"
        "2026-03-02  zoe      stress      2.5\n"
        "2026-03-03  zoe      lights_off  22:50\n"
        "2026-03-03  zoe      stress      3\n"
    )
    shown = run("journal", "list", "--subject", "zoe", "--since", "03.03.2026", "--db", db).out
    assert shown.splitlines()[2:] == ["2026-03-03  lights_off  22:50", "2026-03-03  stress      3"]
    assert run("journal", "list", "--until", "2026-03-01", "--db", db).out == "nothing is noted\n"
    assert "zoo" in run("journal", "list", "--subject", "zoo", "--db", db).err


@pytest.mark.parametrize("columns", [24, 40, 50])
def test_on_a_narrow_screen_the_list_leaves_out_nothing_that_was_noted(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    """At 40 columns it said "left out for width: noted"."""
    monkeypatch.setenv("COLUMNS", f"{columns}")
    db = build(tmp_path / "n.duckdb").path
    remark = " ".join(["a long walk in the evening, then a glass of wine and an early night"] * 4)
    file = journal(f'subject,date,daytime_sleepiness,remarks\nzoe,2026-03-02,7,"{remark}"\nanna,2026-03-02,2,\n')
    assert run("journal", "import", file, "--db", db).code == 0
    out = run("journal", "list", "--db", db).out
    lines = " ".join(out.split())
    assert lines.startswith("2026-03-02 anna daytime_sleepiness: 2 2026-03-02 zoe daytime_sleepiness: 7 2026")
    assert lines.endswith(f"2026-03-02 zoe remarks: {remark}")
    assert max(map(len, out.splitlines())) <= max(columns, 31)  # the longest name stands under the night's end
    alone = " ".join(run("journal", "list", "--subject", "zoe", "--db", db).out.split())
    assert alone == f"2026-03-02 daytime_sleepiness: 7 2026-03-02 remarks: {remark}"
