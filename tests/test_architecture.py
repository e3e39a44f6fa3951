"""What may be loaded when: import-linter holds the layers, these hold what no static look can see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from flows.cli import COMMANDS
from ingest.writers.axivity import write_cwa
from tests.paths import ROOT

HEAVY = ("prefect", "scipy", "polars", "duckdb", "pydantic", "numpy", "fitparse")

PROBE = """
import json, sys
from flows.cli import main
names, commands = map(json.loads, sys.argv[1:])
for command in commands:
    code = main(command)
    print("LOADED", json.dumps([code, [name for name in names if name in sys.modules]]), file=sys.stderr)
"""


def loaded_by_each(names: Sequence[str], commands: Sequence[Sequence[str]], home: Path) -> list[tuple[int, set[str]]]:
    """Of commands one after the other in a process: the exit code, and which of ``names`` were loaded by its end."""
    environment = {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", PROBE, json.dumps(names), json.dumps(commands)],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    said = [json.loads(line[7:]) for line in done.stderr.splitlines() if line.startswith("LOADED ")]
    assert len(said) == len(commands)
    return [(code, set(loaded)) for code, loaded in said]


def loaded_by(names: Sequence[str], *arguments: str, home: Path) -> tuple[int, set[str]]:
    """The same of one command."""
    (found,) = loaded_by_each(names, [arguments], home)
    return found


def test_help_and_version_load_nothing_heavy(tmp_path: Path) -> None:
    commands = (["--help"], ["--version"], ["import", "--help"], ["nights", "--help"])
    assert loaded_by_each(HEAVY, commands, tmp_path) == [(0, set())] * 4


def test_the_list_of_commands_loads_none_of_them(tmp_path: Path) -> None:
    modules = tuple({where.partition(":")[0] for where, _ in COMMANDS.values()})
    assert loaded_by(modules, "--help", home=tmp_path) == (0, set())


def test_a_misspelt_command_loads_all_commands_and_nothing_heavy(tmp_path: Path) -> None:
    modules = {where.partition(":")[0] for where, _ in COMMANDS.values()}
    assert loaded_by((*HEAVY, *modules), "nigths", home=tmp_path) == (2, modules)


def test_a_command_that_runs_no_flow_never_loads_prefect(tmp_path: Path) -> None:
    commands = (
        ["nights"],
        ["show", "2026-03-02"],
        ["movements"],
        ["report", "2026-03-02", "-o", "out.html"],
        ["sql", "select 1"],
        ["config", "show"],
        ["doctor"],
        ["inspect", "missing.cwa"],
        ["check", "missing.cwa"],
        ["score", "missing.csv", "-o", "out"],
        ["import", "missing.cwa"],
    )
    found = loaded_by_each(("prefect", "pydantic"), commands, tmp_path)
    loading = [command for command, (_, loaded) in zip(commands, found, strict=True) if "prefect" in loaded]
    assert not loading, "the first of these loads it"


def test_the_probe_sees_what_is_loaded(tmp_path: Path) -> None:
    assert loaded_by(("pydantic",), "config", "show", home=tmp_path) == (0, {"pydantic"})


def test_asking_the_store_loads_no_signal_processing(tmp_path: Path) -> None:
    _, loaded = loaded_by(("scipy", "duckdb"), "nights", home=tmp_path)
    assert loaded == {"duckdb"}


def test_a_statement_of_a_person_runs_elsewhere(tmp_path: Path) -> None:
    _, loaded = loaded_by(HEAVY, "sql", "select 1", "--db", "none.duckdb", home=tmp_path)
    assert loaded == set()


def test_the_process_of_a_statement_loads_duckdb_and_nothing_else_that_is_heavy(tmp_path: Path) -> None:
    code = f"import sys, flows.workers.sql_child; print(*(name for name in {HEAVY} if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "duckdb\n"


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose default database holds one short recording, which lies beside it as ``one.cwa``."""
    home = tmp_path_factory.mktemp("imported")
    n = 600 * 50
    time_us = 1_772_488_800_000_000 + np.arange(n, dtype=np.int64) * 20_000
    xyz_g = np.tile(np.array([0, 0, 1], np.float32), (n, 1))
    write_cwa(home / "one.cwa", time_us, xyz_g, rate_hz=50, serial=1, packed=True)
    code, loaded = loaded_by(("scipy", "numpy", "polars"), *IMPORT, home=home)
    assert (code, loaded) == (0, {"scipy", "numpy", "polars"})
    return home


IMPORT = ("import", "one.cwa", "--subject", "me", "--site", "ankle", "--side", "left", "--tz", "UTC")


def test_nights_analysed_otherwise_are_told_without_loading_frames(
    imported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NIGHTKICK_CRITERIA__FLAGS__PLMS_INDEX_ADULT", "20")
    assert loaded_by(("numpy", "polars"), "nights", home=imported) == (0, set())


def test_a_known_file_loads_nothing_that_analyses_or_works_side_by_side(imported: Path) -> None:
    analysing = ("scipy", "flows.importing.analysis", "analytics.nights.night", "flows.importing.worker_tasks")
    assert loaded_by((*analysing, "prefect", "pydantic_settings"), *IMPORT, home=imported) == (0, set())


def test_a_table_of_nights_and_a_night_are_shown_without_frames_and_arrays(imported: Path) -> None:
    commands = (
        ["nights"],
        ["nights", "--subject", "me"],
        ["nights", "--json"],
        ["show", "2026-03-02", "--subject", "me"],
    )
    heavy = ("numpy", "polars", "scipy", "prefect", "pydantic_settings", "asyncio", "multiprocessing")
    assert loaded_by_each(heavy, commands, imported) == [(0, set())] * 4


def test_variables_of_settings_are_read_where_there_are_any(imported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIGHTKICK_CRITERIA__FLAGS__PLMS_INDEX_ADULT", "20")
    assert loaded_by(("pydantic_settings",), "nights", home=imported) == (0, {"pydantic_settings"})
