"""A declared site belongs to one sensor: of a telephone and a watch in one export, the one that can be a leg."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from analytics.store import Store, query
from tests.flows.conftest import Run
from tests.flows.importing.telephone_and_watch import SPLIT, TELEPHONE, WATCH, export
from tests.ingest import exports

DB = Path("n.duckdb")
LEFT_ANKLE = ("--site", "ankle", "--side", "left")
PLACES = "SELECT split_part(path, '/', -1), site, side FROM recordings ORDER BY 1"
ONLY_THE_WATCH = [(TELEPHONE, "unknown", "unknown"), (WATCH, "ankle", "left")]


def places() -> list[tuple[object, ...]]:
    return query(Store(DB.absolute()), PLACES).rows()


@pytest.fixture(scope="module")
def lying(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A telephone that is jolted every half minute where it lies, and a leg that kicks as often."""
    return export(tmp_path_factory.mktemp("lying") / "s", telephone_every_s=30.0, watch_every_s=25.0)


@pytest.fixture(scope="module")
def turning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A telephone that was worn somewhere, for it turns with the sleeper."""
    return export(tmp_path_factory.mktemp("turning") / "s", telephone_every_s=30.0, telephone_turns=True)


def one_by_one(folder: Path, *names: str) -> list[Path]:
    return [folder / name for name in names]


@pytest.mark.parametrize(
    ("telephone_every_s", "watch_every_s"),
    [
        (30.0, None),
        *(pytest.param(*every, marks=pytest.mark.slow) for every in [(None, None), (None, 25.0), (30.0, 25.0)]),
    ],
)
def test_a_telephone_that_lies_is_never_the_leg_whatever_moves(
    run: Run, telephone_every_s: float | None, watch_every_s: float | None
) -> None:
    folder = export(Path("s"), telephone_every_s=telephone_every_s, watch_every_s=watch_every_s)
    done = run("import", folder, *LEFT_ANKLE, "--db", DB)
    assert (done.code, places()) == (0, ONLY_THE_WATCH)
    assert "site ankle, side left is the watch's of this export and not said of this telephone" in done.err


@pytest.mark.parametrize(
    "order",
    [
        (TELEPHONE, WATCH),
        pytest.param((WATCH, TELEPHONE), marks=pytest.mark.slow),
        pytest.param((SPLIT, TELEPHONE, "Gravity.csv", WATCH), marks=pytest.mark.slow),
    ],
)
def test_single_files_of_an_export_are_told_apart_in_any_order(run: Run, lying: Path, order: tuple[str, ...]) -> None:
    for file in one_by_one(lying, *order):
        assert run("import", file, *LEFT_ANKLE, "--db", DB).code == 0
    assert places() == ONLY_THE_WATCH


def test_in_a_zip_they_are_told_apart_and_known_again(run: Run, lying: Path) -> None:
    packed = exports.zip_of(Path("s.zip"), lying)
    assert "2 imported" in run("import", packed, *LEFT_ANKLE, "--db", DB).err
    assert places() == ONLY_THE_WATCH
    for again in (packed, lying):
        assert "0 imported, 2 known" in run("import", again, *LEFT_ANKLE, "--db", DB).err
    assert places() == ONLY_THE_WATCH


@pytest.mark.parametrize(
    "files", [(WATCH, SPLIT), *(pytest.param((name,), marks=pytest.mark.slow) for name in (WATCH, SPLIT))]
)
def test_one_watch_is_one_recording_in_whichever_files(run: Run, files: tuple[str, ...]) -> None:
    folder = export(Path("s"), watch_files=files)
    for name in (TELEPHONE, "Gravity.csv", "Metadata.csv"):
        (folder / name).unlink()
    run("import", folder, *LEFT_ANKLE, "--db", DB)
    assert places() == [(files[0], "ankle", "left")]


@pytest.mark.parametrize("packed", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_a_copy_of_a_sensors_file_is_no_second_recording_and_another_night_is(
    run: Run, lying: Path, *, packed: bool
) -> None:
    folder = Path("s")
    shutil.copytree(lying, folder)
    for copy in ("WatchAccelerometerUncalibrated (1).csv", "WatchAccelerometerUncalibrated - Copy.csv"):
        shutil.copy(folder / WATCH, folder / copy)
    lines = (folder / WATCH).read_text().splitlines()
    (folder / "WatchAccelerometerUncalibrated(2).csv").write_text("\n".join([*lines[:12_000], ""]))
    given = exports.zip_of(Path("s.zip"), folder) if packed else folder
    assert "3 imported" in run("import", given, "--tz", "UTC", "--db", DB).err


@pytest.mark.parametrize("packed", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_where_it_cannot_be_told_the_choices_are_named_and_naming_one_works(
    run: Run, turning: Path, *, packed: bool
) -> None:
    given = exports.zip_of(Path("s.zip"), turning) if packed else turning
    refused = run("import", given, *LEFT_ANKLE, "--db", DB)
    assert (refused.code, places()) == (1, [])
    assert refused.err.count("site ankle, side left is true of one of its sensors") == 2
    assert "--sensor telephone or --sensor watch" in refused.err
    assert run("import", given, *LEFT_ANKLE, "--sensor", "watch", "--db", DB).code == 0
    assert places() == ONLY_THE_WATCH
    assert "2 known" in run("import", given, *LEFT_ANKLE, "--db", DB).err
    # The other one after all: the watch is where its file says.
    assert run("import", given, *LEFT_ANKLE, "--sensor", "telephone", "--db", DB).code == 0
    assert places() == [(TELEPHONE, "ankle", "left"), (WATCH, "wrist", "unknown")]


@pytest.mark.slow
def test_a_correction_of_something_else_leaves_the_places_alone(run: Run, turning: Path) -> None:
    run("import", turning, *LEFT_ANKLE, "--sensor", "watch", "--db", DB)
    assert "2 imported" in run("import", turning, "--tz", "Europe/Rome", "--db", DB).err
    assert places() == ONLY_THE_WATCH


def test_a_name_that_no_sensor_has_is_refused_with_those_there_are(run: Run, lying: Path) -> None:
    done = run("import", lying, *LEFT_ANKLE, "--sensor", "wach", "--db", DB)
    assert done.code == 1
    assert "no sensor of this export is called 'wach'" in done.err
    assert "--sensor telephone or --sensor watch" in done.err


def test_the_wrist_is_the_watchs_whatever_the_telephone_does(run: Run, turning: Path) -> None:
    assert run("import", turning, "--site", "wrist", "--db", DB).code == 0
    assert places() == [(TELEPHONE, "unknown", "unknown"), (WATCH, "wrist", "unknown")]


def test_without_a_declared_place_nothing_is_asked(run: Run, turning: Path) -> None:
    assert run("import", turning, "--db", DB).code == 0
    assert places() == [(TELEPHONE, "unknown", "unknown"), (WATCH, "wrist", "unknown")]


@pytest.mark.slow
def test_a_pattern_is_said_of_one_sensor_and_a_serial_number_of_its_own(run: Run, lying: Path, turning: Path) -> None:
    Path("nightkick.toml").write_text('[[assignment]]\npattern = "**/*.csv"\nsite = "ankle"\nside = "left"\n')
    assert run("import", lying, "--db", DB).code == 0
    assert places() == ONLY_THE_WATCH
    assert "0 imported, 2 known" in run("import", lying, "--db", DB).err
    Path("nightkick.toml").write_text('[device."abc-1"]\nsite = "ankle"\n')
    assert run("import", turning, "--db", "other.duckdb").code == 0
    assert query(Store(Path("other.duckdb").absolute()), PLACES).rows() == [
        (TELEPHONE, "ankle", "unknown"),
        (WATCH, "wrist", "unknown"),
    ]


@pytest.mark.slow
def test_a_pattern_that_comes_later_asks_the_files_again(run: Run, lying: Path) -> None:
    run("import", lying, "--db", DB)
    Path("nightkick.toml").write_text('[[assignment]]\npattern = "**/*.csv"\nsite = "ankle"\nside = "left"\n')
    run("import", lying, "--db", DB)
    assert places() == ONLY_THE_WATCH


def test_a_telephone_alone_is_what_the_person_says_until_a_watch_lies_beside_it(run: Run, lying: Path) -> None:
    shutil.copytree(lying, "s", ignore=shutil.ignore_patterns("W*.csv"))
    run("import", "s", *LEFT_ANKLE, "--db", DB)
    assert places() == [(TELEPHONE, "ankle", "left")]
    shutil.copy(lying / WATCH, Path("s"))
    run("import", "s", *LEFT_ANKLE, "--db", DB)
    assert places() == ONLY_THE_WATCH


def test_a_telephone_that_cannot_be_read_is_not_told_from_a_worn_one(run: Run, lying: Path) -> None:
    """Without its gravity it is refused, and may have been the leg all the same."""
    shutil.copytree(lying, "s", ignore=shutil.ignore_patterns("Gravity.csv"))
    done = run("import", "s", *LEFT_ANKLE, "--db", DB)
    assert (done.code, places()) == (1, [])
    assert "--sensor telephone or --sensor watch" in done.err
    run("import", "s", *LEFT_ANKLE, "--sensor", "watch", "--db", DB)
    assert places() == [(WATCH, "ankle", "left")]


def test_a_sensor_that_is_named_for_another_export_is_not_taken_for_this_one(run: Run) -> None:
    exports.phyphox(Path("p"), exports.ns(600, 100.0, 0) / 1e9, exports.noise(600))
    done = run("import", "p", *LEFT_ANKLE, "--sensor", "watch", "--db", DB)
    assert places() == [("Raw Data.csv", "unknown", "unknown")]
    assert "not said of this telephone" in done.err
    assert "1 known" in run("import", "p", *LEFT_ANKLE, "--sensor", "watch", "--db", DB).err


@pytest.mark.parametrize("packed", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_inspect_shows_each_sensor_of_an_export(run: Run, lying: Path, *, packed: bool) -> None:
    given = exports.zip_of(Path("s.zip"), lying) if packed else lying
    document = json.loads(run("inspect", given, "--json").out)
    assert [(one["name"], one["file"], one["site"], one["error"]) for one in document["sensors"]] == [
        ("telephone", TELEPHONE, "unknown", None),
        ("watch", WATCH, "wrist", None),
    ]
    assert Path(document["path"]).name == WATCH
    telephone = json.loads(run("inspect", given, "--sensor", "telephone", "--json").out)
    assert (Path(telephone["path"]).name, telephone["sensors"]) == (TELEPHONE, document["sensors"])
    text = run("inspect", given).out
    assert f"sensor telephone: {TELEPHONE}, site unknown" in text
    assert f"sensor watch: {WATCH}, site wrist" in text
    refused = run("inspect", given, "--sensor", "wach")
    assert (refused.code, "one of telephone, watch" in refused.err) == (2, True)


def test_inspect_of_a_named_file_shows_that_file(run: Run, lying: Path) -> None:
    document = json.loads(run("inspect", lying / TELEPHONE, "--json").out)
    assert (Path(document["path"]).name, len(document["sensors"])) == (TELEPHONE, 2)
    document = json.loads(run("inspect", lying / TELEPHONE, "--sensor", "watch", "--json").out)
    assert Path(document["path"]).name == WATCH


@pytest.mark.slow
@pytest.mark.parametrize("watch_every_s", [None, 25.0])
def test_a_jolted_telephone_flags_no_still_leg(run: Run, watch_every_s: float | None) -> None:
    export(Path("s"), telephone_every_s=30.0, watch_every_s=watch_every_s, hours=7.0, rate_hz=25.0)
    assert run("import", "s", *LEFT_ANKLE, "--db", DB).code == 0
    sensors = "SELECT r.sensor FROM movement m JOIN recordings r ON m.recording = r.sha256"
    store = Store(DB.absolute())
    assert query(store, f"SELECT count(*) FROM ({sensors}) WHERE sensor = 'telephone'").item() == 0
    ((flags, index),) = query(store, "SELECT flags, plms_index FROM nights").rows()
    ((state,),) = query(store, "SELECT state FROM night_flags WHERE flag = 'possible_plmd'").rows()
    assert ((index or 0) > 15) == (watch_every_s is not None)
    # A leg that moves every 25 s to the second, all night, without ever turning, may be a machine: that is in doubt.
    assert state == ("not_raised" if watch_every_s is None else "cannot_tell"), flags
