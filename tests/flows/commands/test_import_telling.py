"""What an import tells people about each file."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.importing.outcomes import Outcome
from flows.importing.telling import Teller, tell
from ingest.losses import warning_of_loss
from tests.flows.conftest import Run

FILE = Path("in/a.csv")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            ("side left -> right",),
            "corrected, for it was imported before: in/a.csv: no night with movement beside it yet\n"
            "  a.csv: changed: side left -> right\n"
            "  a.csv: one file is one sensor on one leg, and what was said last counts; a sensor on the other leg has "
            "a file of its own\n",
        ),
        (
            ("side unknown -> right",),
            "corrected, for it was imported before: in/a.csv: no night with movement beside it yet\n"
            "  a.csv: changed: side unknown -> right\n",
        ),
        ((), "imported in/a.csv: no night with movement beside it yet\n"),
    ],
)
def test_a_file_that_is_imported_again_with_other_words_is_called_corrected(
    changes: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tell([Outcome(FILE, "imported", 0, changes=changes)])
    assert capsys.readouterr().err == says


def test_a_file_is_told_of_when_it_is_done_and_once(capsys: pytest.CaptureFixture[str]) -> None:
    teller, first, other = Teller(), Outcome(FILE, "imported", 0), Outcome(Path("in/b.csv"), "known", 0)
    teller.hear(first)
    assert capsys.readouterr().err.startswith("imported in/a.csv")
    teller.tell_rest([first, other])
    assert capsys.readouterr().err == ""


def test_verbose_names_also_what_was_imported_before(capsys: pytest.CaptureFixture[str]) -> None:
    teller, known, over = Teller(is_verbose=True), Outcome(FILE, "known", 0), Outcome(Path("x"), "passed over", 0)
    teller.hear(known)
    teller.tell_rest([known, over])
    first, rest = capsys.readouterr().err.splitlines()
    assert first.startswith("  in/a.csv: known, 0.")
    assert rest == "  x: passed over"


def _warned(name: str, *warnings: str) -> Outcome:
    return Outcome(Path(name), "imported", 0, warnings=warnings)


def test_alike_warnings_of_several_files_are_told_once_with_their_number(capsys: pytest.CaptureFixture[str]) -> None:
    tell([_warned(f"{day}.cwa", f"stood still at 20.{day} degrees", "odd") for day in range(3)], Path("d b.duckdb"))
    said = capsys.readouterr().err
    where = "(all: nightkick sql \"select path, warnings from recordings\" --db 'd b.duckdb')"
    assert said.splitlines()[-2:] == [
        f"  2 more files have the like: stood still at 20.0 degrees {where}",
        f"  2 more files have the like: odd {where}",
    ]
    assert (said.count("stood still"), said.count("imported")) == (2, 3)


def test_different_warnings_are_each_told_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    tell([_warned("a.cwa", "odd"), _warned("b.cwa", "strange")])
    assert "  a.cwa: odd\n" in (said := capsys.readouterr().err)
    assert "  b.cwa: strange\n" in said
    assert "more file" not in said


def test_while_an_import_runs_the_like_is_counted_until_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    teller, both = Teller(), [_warned("a.cwa", "odd"), _warned("b.cwa", "odd")]
    for one in both:
        teller.hear(one)
    assert capsys.readouterr().err.count("odd") == 1
    teller.tell_rest(both)
    assert capsys.readouterr().err == (
        '  1 more file has the like: odd (all: nightkick sql "select path, warnings from recordings")\n'
    )


def test_verbose_tells_every_warning_of_every_file(capsys: pytest.CaptureFixture[str]) -> None:
    teller, both = Teller(is_verbose=True), [_warned("a.cwa", "odd"), _warned("b.cwa", "odd")]
    teller.tell_rest(both)
    assert "  b.cwa: odd\n" in capsys.readouterr().err


def test_that_something_was_lost_is_told_of_each_file(capsys: pytest.CaptureFixture[str]) -> None:
    (lost,) = warning_of_loss(0.5)
    tell([_warned("a.cwa", lost), _warned("b.cwa", lost)])
    assert capsys.readouterr().err.count(lost) == 2


def test_a_new_database_of_which_every_file_was_refused_is_told_with_where_the_reasons_stand(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("nothing")
    db = tmp_path / "n.duckdb"
    said = run("import", tmp_path / "a.csv", "--db", db)
    command = f'nightkick sql "select path, status, error from imports" --db {db}'
    assert f"a new database was made, with no night in it; it keeps what was tried: {command}" in said.err
    assert "refused" in run("sql", "select path, status, error from imports", "--db", db).out
    assert "a new database" not in run("import", tmp_path / "a.csv", "--db", db).err
