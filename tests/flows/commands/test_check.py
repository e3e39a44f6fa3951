"""``nightkick check`` on files as five devices write them, from the plan to what a person reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analytics.selfcheck.plan import KICKS_S, STILL_S
from ingest.writers.axivity import write_cwa
from ingest.writers.delimited import write_csv
from tests.analytics.selfcheck.making import Made, made_check
from tests.flows.conftest import Run
from tests.ingest.formats.actigraph.actigraph_writer import write_gt3x
from tests.ingest.formats.geneactiv.geneactiv_text import Setup
from tests.ingest.formats.geneactiv.geneactiv_writer import write_bin

KICKS_AT = ("--kicks-at", "22:06", "--tz", "UTC")
GOLDEN = Path(__file__).parent
Write = Callable[[Path, Made], None]


def ax3(path: Path, made: Made, note: str = "") -> None:
    write_cwa(path, made.time_us, made.xyz_g, rate_hz=50, serial=4711, packed=True, annotation=note)


def ax6(path: Path, made: Made) -> None:
    write_cwa(path, made.time_us, made.xyz_g, rate_hz=50, serial=4711, six_axes=True)


def gt3x(path: Path, made: Made) -> None:
    write_gt3x(path, made.time_us, made.xyz_g, rate_hz=50)


def geneactiv(path: Path, made: Made) -> None:
    write_bin(path, made.time_us, made.xyz_g, Setup(50.0))


def phone(path: Path, made: Made) -> None:
    write_csv(path, made.time_us, made.xyz_g)


DEVICES: dict[str, tuple[str, Write]] = {
    "ax3-packed": ("a.cwa", ax3),
    "ax6": ("a.cwa", ax6),
    "gt3x": ("a.gt3x", gt3x),
    "geneactiv": ("a.bin", geneactiv),
    "phone": ("a.csv", phone),
}


def written(device: str, *, peak_mg: float = 100.0, off_s: float = 0.0) -> Path:
    name, write = DEVICES[device]
    write(Path(name), made_check(device, peak_mg).clock_off(off_s))
    return Path(name)


def items(out: str, sensor: int = 0) -> dict[str, Any]:
    document = json.loads(out)
    assert document["schema"] == 1
    found = document["sensors"][sensor]["items"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("device", DEVICES)
def test_a_good_sensor_of_every_device_is_ok(device: str, run: Run) -> None:
    code, out, err = run("check", written(device), *KICKS_AT, "--json")
    found = items(out)
    assert {name for name, item in found.items() if item["verdict"] != "ok"} == {"side"}
    assert (code, err) == (0, "")
    assert (found["kicks"]["found"], found["site"]["looks_like"]) == (10, "ankle or foot")
    assert json.loads(out)["all_ok"] is True


@pytest.mark.first_case
@pytest.mark.parametrize("device", DEVICES)
def test_a_clock_an_hour_off_is_found_on_every_device_and_the_remedy_mends_it(device: str, run: Run) -> None:
    file = written(device, off_s=3600)
    code, out, _ = run("check", file, *KICKS_AT, "--json")
    clock = items(out)["clock"]
    assert (code, clock["verdict"], clock["zone_s"]) == (1, "not_ok", 3600)
    assert abs(clock["ahead_s"] - 3600) < 1.5
    shift = clock["remedy"].partition("--time-shift ")[2].partition(".")[0]
    assert run("check", file, *KICKS_AT, "--time-shift", shift).code == 0


def test_a_good_check_as_text(run: Run) -> None:
    code, out, err = run("check", written("ax6"), *KICKS_AT)
    assert (code, err) == (0, "")
    assert out == (GOLDEN / "check_good.txt").read_text(encoding="utf-8")


def test_a_bad_check_as_text(run: Run) -> None:
    ax3(Path("left.cwa"), made_check("ax3-packed", 60, legs="both", leg="right"), "_p=left+ankle")
    ax3(Path("right.cwa"), made_check("ax3-packed", 60, legs="both", missed=4).clock_off(-3600).scaled(1.5))
    code, out, err = run("check", "left.cwa", "right.cwa", *KICKS_AT)
    assert (code, err) == (1, "")
    assert out == (GOLDEN / "check_bad.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("header", "factor"), [("time,x (g),y (g),z (g)", 5.0), ("time,x,y,z", 3.0)])
def test_a_unit_that_keeps_a_file_from_being_read_is_a_verdict_and_no_failure(
    header: str, factor: float, run: Run
) -> None:
    phone(Path("a.csv"), made_check("phone").scaled(factor))
    lines = Path("a.csv").read_text().splitlines()
    Path("a.csv").write_text("\n".join([header, *lines[1:]]) + "\n")
    code, out, err = run("check", "a.csv", *KICKS_AT, "--json")
    assert (code, err) == (1, "")
    assert {name: item["verdict"] for name, item in items(out).items()} == {
        "unit": "not_ok",
        **dict.fromkeys(("recording", "noise", "kicks", "clock", "site"), "cannot_tell"),
    }


def test_the_zone_of_the_wearer_is_that_of_the_time_told(run: Run) -> None:
    file = written("ax6")  # its clock shows local time
    assert run("check", file, "--kicks-at", "22:06", "--tz", "Europe/Berlin").code == 0
    phone(Path("utc.csv"), made_check("phone"))
    assert run("check", "utc.csv", "--kicks-at", "23:06", "--tz", "Europe/Berlin").code == 0


def test_without_a_time_the_clock_cannot_be_told(run: Run) -> None:
    code, out, _ = run("check", written("ax6"), "--json")
    found = items(out)
    assert (code, found["clock"]["verdict"], found["kicks"]["verdict"]) == (1, "cannot_tell", "ok")


def test_each_kick_is_listed_with_how_late_it_was(run: Run) -> None:
    kicks = json.loads(run("check", written("ax6"), *KICKS_AT, "--json").out)["sensors"][0]["kicks"]
    assert [kick["number"] for kick in kicks] == list(range(1, 11))
    assert all(abs(kick["late_s"]) < 1 and kick["peak_mg"] > 10 for kick in kicks)
    assert kicks[0]["due_at"].startswith("2026-03-02T22:06:00")


def test_nothing_is_stored(run: Run, home: Path) -> None:
    file = written("ax6")
    run("check", file, *KICKS_AT)
    assert [*home.rglob("*.duckdb"), *home.rglob("*.parquet")] == []
    assert list(Path().iterdir()) == [file]


def test_the_plan_shows_times_of_day_and_the_command_for_afterwards(run: Run) -> None:
    code, out, err = run("check", "--plan", "--at", "23:58")
    assert code == 0
    assert "00:03:00  Kick 1," in out
    assert "23:58:00  Lie still" in out
    assert (
        "You begin to lie still at 23:58:00.\nThe first kick is due at 00:03:00, after 5 minutes of lying still." in out
    )
    assert out.endswith("Then: nightkick check FILE --kicks-at 00:03:00\n")
    assert "not your health" in err


def test_the_plan_without_a_time_counts_minutes(run: Run) -> None:
    out = run("check", "--plan").out
    assert " 5:00  Kick 1," in out
    assert "\n-2:00  Start the recording" in out
    # It said "5:00 after lying down" below a table in which one lay down at -1:00.
    assert out.startswith("min:s  what to do\n")
    assert "You begin to lie still at 0:00, from which all is counted; a minus is before it.\n" in out
    assert "\nThe first kick is due at 5:00, after 5 minutes of lying still." in out


def test_the_plan_as_json_is_what_is_looked_for(run: Run) -> None:
    plan = json.loads(run("check", "--plan", "--legs", "both", "--json").out)
    at_s = [step["at_s"] - STILL_S for step in plan["steps"] if step["kind"] == "kick"]
    assert tuple(at_s[:10]) == KICKS_S["left"]
    assert tuple(at - at_s[10] for at in at_s[10:]) == KICKS_S["right"]
    assert plan["afterwards"] == "nightkick check LEFT RIGHT --kicks-at HH:MM:SS"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "no recording to check"),
        (["--plan", "a.csv"], "--plan reads no recording"),
        (["--plan", "--kicks-at", "22:00"], "--plan reads no recording"),
        (["--plan", "--at", "noon"], "no time of day"),
        (["a.csv", "--at", "22:00"], "--at is for --plan"),
        (["a.csv", "--kicks-at", "22"], "no time of day"),
        (["a.csv", "b.csv", "c.csv"], "3 recordings cannot be checked at once"),
        (["a.csv", "b.csv", "--side", "left"], "--side does not go with two recordings"),
    ],
)
def test_what_does_not_go_together_is_one_line_and_exit_2(arguments: list[str], words: str, run: Run) -> None:
    code, out, err = run("check", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err


def test_a_file_that_is_none_is_one_line_and_exit_1(run: Run) -> None:
    Path("a.txt").write_text("hello\n" * 9)
    for name in ("a.txt", "missing.cwa"):
        code, out, err = run("check", name)
        assert (code, out, err.count("\n")) == (1, "", 1)
