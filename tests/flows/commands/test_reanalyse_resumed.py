"""An analysis that ended half-way leaves two kinds of nights: told, published, and mended by the same command."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from analytics.review.home import nights_payload
from analytics.review.page import Page
from analytics.store import Store, query
from flows import __version__
from flows.cli import main
from flows.importing import reanalysis, worker_tasks
from flows.settings.settings import FILE_NAME, load
from tests.analytics.store.making import contents, execute
from tests.flows.conftest import Run
from tests.flows.making import BEDTIME, tiny
from tests.paths import ROOT

DB = "nights.duckdb"
STRICT = "[criteria.flags]\nplms_index_adult = 1000\n"
NARROW = '[ruleset.narrow]\nbase = "wasm2016"\nimi_max_s = 20.0\n'
MIXED = "2 of 3 nights were analysed by other thresholds than the rest: nightkick reanalyse"
STALE_COPY = "and the database was changed since"


@pytest.fixture(scope="module")
def three_nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three short nights of 2-4 March in a database."""
    folder = tmp_path_factory.mktemp("three")
    for day in range(3):
        tiny(folder / "in" / f"{day}.csv", start=BEDTIME + timedelta(days=day), seed=day)
    place = ("--site", "ankle", "--side", "left", "--tz", "UTC", "--subject", "me")
    assert main(["import", str(folder / "in"), "--db", str(folder / DB), *place]) == 0
    return folder


@pytest.fixture
def store(three_nights: Path) -> Store:
    """A copy of it in the working folder, whose thresholds have changed since."""
    shutil.copytree(three_nights, ".", dirs_exist_ok=True)
    Path(FILE_NAME).write_text(STRICT)
    return Store(Path(DB).absolute())


@pytest.fixture
def ended_after_one(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let Ctrl-C come when the second night is about to be analysed; what gives the real analysis back."""
    calls, real = itertools.count(), worker_tasks.analysed

    def analysed(*arguments: object) -> object:
        if next(calls):
            raise KeyboardInterrupt
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(reanalysis, "analysed", analysed)
    return lambda: monkeypatch.setattr(reanalysis, "analysed", real)


def told(run: Run, store: Store) -> tuple[str, list[str], str | None]:
    """What the table of nights, ``doctor`` and the page say of nights that are not alike."""
    settings = load()
    page = Page(store, "me", settings.analysis_criteria(), settings.rulesets(), __version__)
    bad = [line for line in run("doctor", "--db", DB).out.splitlines() if line.startswith("BAD")]
    return run("nights", "--db", DB).err.strip(), bad, nights_payload(page)["outdated"]


def test_nothing_is_told_of_nights_that_are_all_as_wanted(run: Run, store: Store) -> None:
    Path(FILE_NAME).unlink()
    assert told(run, store) == ("", [], None)
    assert run("nights", "--json", "--db", DB).err == ""


def test_ctrl_c_leaves_a_mix_that_is_told_and_published_and_the_same_command_goes_on(
    run: Run, store: Store, ended_after_one: Callable[[], None]
) -> None:
    said = run("reanalyse", "--db", DB)
    assert (said.code, said.err) == (130, "nightkick: interrupted; what was stored stays stored\n")
    assert contents(store.published) == contents(store.path)
    assert told(run, store) == (MIXED, [f"BAD  {MIXED}"], MIXED)
    ended_after_one()
    again = run("reanalyse", "--db", DB)
    says = "2 of 2 nights analysed again; 1 of 3 are as wanted already (--all analyses them again)\n"
    assert (again.code, again.err) == (0, says)
    assert told(run, store) == ("", [], None)
    assert contents(store.published) == contents(store.path)


@pytest.mark.slow
def test_a_kill_leaves_a_mix_and_an_old_copy_which_the_next_command_renews(run: Run, store: Store) -> None:
    code = """
import os, signal, sys
from flows.cli import main
from flows.importing import reanalysis
real = reanalysis.save_nights
def fatal(*arguments):
    real(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
reanalysis.save_nights = fatal
main(sys.argv[1:])
"""
    command = [sys.executable, "-c", code, "reanalyse", "--db", DB]
    killed = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False, timeout=120)
    assert killed.returncode == -signal.SIGKILL
    line, bad, on_page = told(run, store)
    assert (line, on_page) == (MIXED, MIXED)
    assert [MIXED in bad[-1], any(STALE_COPY in one for one in bad)] == [True, True]
    assert "3 known" in run("import", "in", "--db", DB).err
    assert contents(store.published) == contents(store.path)
    assert "2 of 2 nights analysed again; 1 of 3 are" in run("reanalyse", "--db", DB).err
    assert run("doctor", "--db", DB).code == 0


@pytest.mark.slow
def test_a_night_that_fails_is_counted_until_its_samples_are_back(run: Run, store: Store) -> None:
    lost = query(store, "SELECT recordings[1] FROM night WHERE night_date = '2026-03-03'").item()
    (store.recordings / f"{lost}.parquet").unlink()
    assert run("reanalyse", "--db", DB).code == 1
    assert contents(store.published) == contents(store.path)
    line = "1 of 3 nights was analysed by other thresholds than the rest: nightkick reanalyse"
    assert run("nights", "--db", DB).err.strip() == line
    assert "1 imported, 2 known" in run("import", "in", "--db", DB).err
    assert told(run, store) == ("", [], None)


@pytest.mark.slow
def test_a_night_whose_samples_were_pruned_is_told_without_an_advice_that_cannot_help(run: Run, store: Store) -> None:
    assert run("forget", "--prune-samples", "2026-03-03", "--yes", "--db", DB).code == 0
    doctor = run("doctor", "--db", DB)
    but = " (but for 1 of them, whose samples were pruned)"
    line = f"3 of 3 nights were analysed by other thresholds than now: nightkick reanalyse{but}"
    assert (doctor.code, f"ok   {line}" in doctor.out) == (0, True)
    assert run("nights", "--db", DB).err == ""  # they are alike
    said = run("reanalyse", "--db", DB)
    assert (said.code, "2 of 3 nights analysed again" in said.err) == (1, True)
    line, bad, on_page = told(run, store)
    stays = "1 of 3 nights was analysed by other thresholds than the rest, and stays so: the samples were pruned"
    assert (line, bad, on_page) == (stays, [], stays)


@pytest.mark.slow
def test_each_reason_is_named_and_a_night_of_another_version_is_analysed_again(run: Run, store: Store) -> None:
    Path(FILE_NAME).write_text(STRICT + NARROW)
    execute(store, "UPDATE night SET version = '0.0.1' WHERE night_date = '2026-03-03'")
    why = "another version or other thresholds or other rule sets"
    assert (
        run("nights", "--db", DB).err.strip() == f"3 of 3 nights were analysed by {why} than now: nightkick reanalyse"
    )
    assert "1 of 1 nights analysed again" in run("reanalyse", "--version", "0.0.1", "--db", DB).err
    assert "2 of 3 nights were analysed by other thresholds or other rule sets" in run("nights", "--db", DB).err


def test_a_damaged_night_is_no_night_as_wanted(run: Run, store: Store) -> None:
    Path(FILE_NAME).unlink()
    execute(store, "UPDATE night SET recordings = ['x'] WHERE night_date = '2026-03-03'")
    assert "rows that belong to nothing" in run("doctor", "--db", DB).out
    assert "1 of 1 nights analysed again; 2 of 3 are as wanted already" in run("reanalyse", "--db", DB).err
    assert run("doctor", "--db", DB).code == 0


def test_a_night_that_has_not_read_what_the_journal_says_is_no_night_as_wanted(
    run: Run, store: Store, ended_after_one: Callable[[], None]
) -> None:
    Path(FILE_NAME).unlink()
    rows = ["date,urge_to_move,caffeine_mg", "2026-03-02,3,80", "2026-03-03,4,80", "2026-03-04,,80", "2026-03-09,1,1"]
    Path("j.csv").write_text("\n".join(rows))
    assert run("journal", "import", "j.csv", "--db", DB).code == 130
    assert contents(store.published) == contents(store.path)
    line = "1 of 3 nights was analysed by an older journal than now: nightkick reanalyse"
    assert told(run, store) == (line, [f"BAD  {line}"], line)
    ended_after_one()
    assert "1 of 1 nights analysed again; 2 of 3" in run("reanalyse", "--db", DB).err
    assert told(run, store) == ("", [], None)
    before = contents(store.path)
    assert run("journal", "import", "j.csv", "--db", DB).code == 0
    assert contents(store.path) == before


def test_settings_that_make_no_sense_hide_no_night(run: Run, store: Store) -> None:
    Path(FILE_NAME).write_text("nonsense = 1\n")
    said = run("nights", "--db", DB)
    assert (said.code, "unknown key nonsense" in said.err, "2026-03-03" in said.out) == (0, True, True)
