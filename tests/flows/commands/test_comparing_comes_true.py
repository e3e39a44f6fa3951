"""Whatever ``reanalyse --compare`` announces is what the same command without it then does to the views."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from analytics.store import Store, initialise
from flows.cli import main
from flows.settings.settings import FILE_NAME
from ingest.writers.axivity import write_cwa
from tests.analytics.signals import channel, night_of_kicks
from tests.analytics.store.making import contents
from tests.flows.conftest import Run

DB = "nights.duckdb"
SECOND = "2026-03-03"
DAY_US = 86_400_000_000
ANNOUNCED = (
    *("plms_index", "n_lm", "n_clm", "n_plms", "n_series_in_sleep", "n_hypnic_jerks"),
    *("tier", "assessable", "flags"),
)
NARROW = '[ruleset.narrow]\nbase = "wasm2016"\nimi_max_s = 20.0\n'
WIDER = NARROW.replace("20.0", "60.0")
STRICT = "[criteria.flags]\nplms_index_adult = 1000\n"

Row = dict[str, Any]


@pytest.fixture(scope="module")
def two_nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two nights, a night a file. Their kicks are 7 s apart: periodic by AASM, too close by WASM."""
    folder = tmp_path_factory.mktemp("two")
    sensor = channel(
        *night_of_kicks([6000 + 27.0 * k for k in range(30)] + [12000 + 7.0 * k for k in range(300)], hours=4.2)
    )
    initialise(Store(folder / DB))
    for day in range(2):
        path = folder / f"{day}.cwa"
        write_cwa(path, sensor.time_us + day * DAY_US, sensor.xyz_g[:], rate_hz=25.0, serial=1)
        place = ("--site", "ankle", "--side", "left", "--tz", "UTC", "--subject", "me")
        assert main(["import", str(path), "--db", str(folder / DB), *place]) == 0
    return folder


@pytest.fixture
def db(two_nights: Path) -> Path:
    """A copy of them in the working folder."""
    shutil.copytree(two_nights, ".", dirs_exist_ok=True)
    return Path(DB).absolute()


def settings(text: str) -> Callable[[Run], object]:
    return lambda run: Path(FILE_NAME).write_text(text)


def did(*command: str) -> Callable[[Run], object]:
    return lambda run: run(*command, "--db", DB)


pruned = did("forget", "--prune-samples", SECOND, "--yes")
by_narrow = did("reanalyse", "--ruleset", "narrow")


@pytest.mark.parametrize(
    ("before", "options"),
    [
        pytest.param([], [], id="nothing changed"),
        pytest.param([], ["--ruleset", "aasm"], id="another rule set"),
        pytest.param([settings(STRICT)], ["--since", SECOND], id="other criteria, since"),
        pytest.param([settings(NARROW), pruned], ["--ruleset", "narrow"], id="a rule set of one's own, pruned"),
        *(
            pytest.param(*case, marks=pytest.mark.slow, id=name)
            for name, case in {
                "--all": ([], ["--all"]),
                "other criteria": ([settings(STRICT)], []),
                "a rule set of one's own, since": ([settings(NARROW)], ["--ruleset", "narrow", "--since", SECOND]),
                "a changed rule set of the same name": ([settings(NARROW), by_narrow, settings(WIDER)], []),
                "other criteria, --all, since": ([settings(STRICT)], ["--all", "--since", SECOND]),
                "other criteria, pruned": ([settings(STRICT), pruned], []),
                "other criteria, until": ([settings(STRICT)], ["--until", "2026-03-02"]),
                "other criteria, another rule set": ([settings(STRICT)], ["--ruleset", "aasm"]),
                "other criteria, another rule set, --all": ([settings(STRICT)], ["--ruleset", "aasm", "--all"]),
                "another rule set, one person": ([], ["--ruleset", "aasm", "--subject", "me"]),
                "a rule set of one's own": ([settings(NARROW)], ["--ruleset", "narrow"]),
                "back from it": ([settings(NARROW), by_narrow], ["--ruleset", "wasm2016"]),
                "changed, named": ([settings(NARROW), by_narrow, settings(WIDER)], ["--ruleset", "narrow"]),
                "changed, since": ([settings(NARROW), by_narrow, settings(WIDER)], ["--since", SECOND]),
                "changed, pruned": ([settings(NARROW), by_narrow, settings(WIDER), pruned], []),
            }.items()
        ),
    ],
)
def test_what_is_announced_is_what_changes(
    run: Run, db: Path, before: Sequence[Callable[[Run], object]], options: Sequence[str]
) -> None:
    for prepare in before:
        prepare(run)
    shown, rows = nights(run), contents(db)
    compared = run("reanalyse", "--compare", "--json", *options, "--db", DB)
    assert contents(db) == rows
    announced = {row["night_date"]: row for row in json.loads(compared.out)["nights"]}
    assert run("reanalyse", *options, "--db", DB).code == compared.code
    then = nights(run)
    assert {day: told(row["before"]) for day, row in announced.items()} == {day: shown[day] for day in announced}
    assert {day: told(row["after"]) for day, row in announced.items()} == {day: then[day] for day in announced}
    assert all(then[day] == shown[day] for day in shown.keys() - announced.keys())
    changed = {day for day in shown if then[day] != shown[day]}
    assert {day for day, row in announced.items() if row["changed"]} == changed
    flips = sum(then[day]["flags"] != shown[day]["flags"] for day in shown)
    would = f"{len(changed)} would change, flags flip in {flips}" if changed else "nothing would change"
    assert f"{would}; nothing was stored" in compared.err


def nights(run: Run) -> dict[str, Row]:
    """What the view shows of each night."""
    return {row["night_date"]: told(row) for row in json.loads(run("nights", "--json", "--db", DB).out)["nights"]}


def told(row: Row) -> Row:
    """What is announced of a night; of an index what does not depend on the order in which it was added up."""
    index = row["plms_index"]
    return {**{name: row[name] for name in ANNOUNCED}, "plms_index": None if index is None else round(index, 6)}
