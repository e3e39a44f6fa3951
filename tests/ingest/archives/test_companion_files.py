"""Which files of a folder are recordings, and which belong to one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import read_recording
from ingest.archives.companion_files import (
    companions_of,
    export_of,
    readings_of,
    recognised,
    recordings_of,
    sort_out,
    sort_out_folder,
)
from ingest.archives.reading import Unpacked, unpacked
from ingest.errors import IngestError, UnsupportedRecordingError
from ingest.file_names import is_candidate
from ingest.fingerprint import sha256_of_all
from tests.ingest import exports
from tests.ingest.exports import noise, ns

SECONDS = ns(300, 100.0, 0) / 1e9


def left(names: list[str]) -> set[str]:
    return set(names) - set(sort_out(names))


@pytest.mark.parametrize(
    ("names", "mains"),
    [
        (["ACC.csv", "BVP.csv", "EDA.csv", "HR.csv", "IBI.csv", "TEMP.csv", "tags.csv", "info.txt"], {"ACC.csv"}),
        (["Accelerometer.csv", "Gravity.csv", "Gyroscope.csv", "Metadata.csv"], {"Accelerometer.csv"}),
        (["TotalAcceleration.csv", "Accelerometer.csv", "Metadata.csv", "Annotation.csv"], {"TotalAcceleration.csv"}),
        (
            [
                "Accelerometer.csv",
                "WristMotion.csv",
                "WatchAccelerometerUncalibrated.csv",
                "HeartRate.csv",
                "Metadata.csv",
            ],
            {"Accelerometer.csv", "WatchAccelerometerUncalibrated.csv"},
        ),
        (["Raw Data.csv", "meta/time.csv", "meta/device.csv"], {"Raw Data.csv"}),
        (["Accelerometer.csv", "Gyroscope.csv", "Light.csv", "meta/device.csv"], {"Accelerometer.csv"}),
        (["unisens.xml", "acc.bin", "press.bin", "temp.csv", "night.cwa"], {"unisens.xml", "night.cwa"}),
        # Nothing gives a maker away: every file speaks for itself.
        (["ACC.csv", "left.csv"], {"ACC.csv", "left.csv"}),
        (["HR.csv", "TEMP.csv"], {"HR.csv", "TEMP.csv"}),
        (["Accelerometer.csv", "Gyroscope.csv"], {"Accelerometer.csv", "Gyroscope.csv"}),
        # A recording beside a bundle stays one.
        (["ACC.csv", "BVP.csv", "night.cwa", "left leg.csv"], {"ACC.csv", "night.cwa", "left leg.csv"}),
    ],
)
def test_what_belongs_to_a_recording_is_none(names: list[str], mains: set[str]) -> None:
    assert left(names) == mains


def test_names_count_in_any_case() -> None:
    assert left(["acc.CSV", "Bvp.csv"]) == {"acc.CSV"}


def test_each_file_of_a_bundle_leads_to_its_recordings(tmp_path: Path) -> None:
    main = exports.phyphox(tmp_path / "p", SECONDS, noise(300))
    phone = exports.logger_android(tmp_path / "s")
    watch = exports.logger_file(tmp_path / "s" / "WristMotion.csv", ns(10), noise(10))
    for name, expected in (
        ("p/meta/time.csv", (main,)),
        ("p/Raw Data.csv", (main,)),
        ("s/Accelerometer.csv", (phone,)),
        ("s/WristMotion.csv", (watch,)),
        ("s/Gyroscope.csv", (phone, watch)),
        ("s/other.csv", (tmp_path / "s" / "other.csv",)),
        ("nowhere/at/all.csv", (tmp_path / "nowhere" / "at" / "all.csv",)),
    ):
        assert recordings_of(tmp_path / name, sort_out_folder) == expected


def test_companions_are_known_before_the_file_is_read(tmp_path: Path) -> None:
    for main in (
        exports.empatica(tmp_path / "e"),
        exports.logger_android(tmp_path / "a"),
        exports.logger_ios(tmp_path / "i"),
        exports.phyphox(tmp_path / "p", SECONDS, noise(300)),
    ):
        assert read_recording(main).sha256 == sha256_of_all(main, companions_of(main))


@pytest.mark.parametrize("name", ["night.cwa", "a.txt", "x.xml", "ACC.csv", "noext", "b.zip"])
def test_what_may_be_a_recording_is_looked_at(name: str) -> None:
    assert is_candidate(name)


@pytest.mark.parametrize("name", ["make.py", "make.cpython-311.pyc", "report.PDF", "night.cwa.part", ".DS_Store"])
def test_what_is_none_by_its_name_is_passed_over(name: str) -> None:
    assert not is_candidate(name)


def moved_out(file: Path, outside: Path) -> None:
    """Put a file or folder elsewhere, and a link that leads there in its place."""
    outside.mkdir(exist_ok=True)
    is_folder = file.is_dir()
    file.symlink_to(file.rename(outside / file.name), target_is_directory=is_folder)


def test_a_companion_that_is_a_link_out_of_the_folder_is_not_read(tmp_path: Path) -> None:
    main = exports.logger_ios(tmp_path / "in")
    gravity, metadata = main.with_name("Gravity.csv"), main.with_name("Metadata.csv")
    assert set(companions_of(main)) == {gravity, metadata}
    moved_out(gravity, tmp_path / "out")
    assert companions_of(main) == (metadata,)
    with pytest.raises(IngestError, match="gravity"):
        read_recording(main)


def test_readings_and_other_sensors_behind_links_out_of_the_folder_are_not_read(tmp_path: Path) -> None:
    main = exports.empatica(tmp_path / "e")
    assert readings_of(main)
    moved_out(main.with_name("TEMP.csv"), tmp_path / "out")
    assert readings_of(main) == ()
    phone = exports.logger_android(tmp_path / "s")
    watch = exports.logger_file(phone.with_name("WristMotion.csv"), ns(300), noise(300))
    assert export_of(phone).others == {"watch": watch}
    moved_out(watch, tmp_path / "out")
    assert export_of(phone).others == {}
    assert recordings_of(phone.with_name("Metadata.csv"), sort_out_folder) == (phone,)


def test_a_folder_of_clocks_that_is_a_link_out_is_not_read(tmp_path: Path) -> None:
    main = exports.phyphox(tmp_path / "p", SECONDS, noise(300))
    read_recording(main)
    moved_out(main.parent / "meta", tmp_path / "out")
    assert companions_of(main) == ()
    assert sort_out_folder(main.parent) == {}
    with pytest.raises(IngestError):
        read_recording(main)


def test_a_copy_behind_a_link_out_of_the_folder_is_not_compared(tmp_path: Path) -> None:
    main = exports.logger_android(tmp_path / "s")
    copy = main.with_name(f"{main.stem} (1).csv")
    copy.write_bytes(main.read_bytes())
    assert copy.name in sort_out_folder(main.parent)
    moved_out(copy, tmp_path / "out")
    assert copy.name not in sort_out_folder(main.parent)


def test_companions_are_read_through_a_folder_that_is_a_link_and_links_that_stay_inside(tmp_path: Path) -> None:
    main = exports.logger_ios(tmp_path / "in")
    (tmp_path / "named").symlink_to("in", target_is_directory=True)
    (tmp_path / "in" / "deep").mkdir()
    main.with_name("Gravity.csv").symlink_to(main.with_name("Gravity.csv").rename(tmp_path / "in" / "deep" / "g.csv"))
    assert {file.name for file in companions_of(tmp_path / "named" / main.name)} == {"Gravity.csv", "Metadata.csv"}


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("accelerometer.csv", "Accelerometer.csv"),
        ("WristMotion (1).csv", "WristMotion.csv"),
        ("Gyroscope.csv", "gyroscope.csv"),
        ("GyroscopeUncalibrated - Kopie.csv", "gyroscopeuncalibrated.csv"),
        ("gyroscope" + "e" * 5_000 + ".csv", "gyroscope" + "e" * 31 + ".csv"),
        ("left leg.csv", None),
        ("Gyroscope.zip", None),
        ("", None),
    ],
)
def test_a_name_is_known_by_what_its_maker_gave_of_it(name: str, known: str | None) -> None:
    assert recognised(name) == known


@pytest.mark.parametrize("name", ["Gyroscope.csv", "Magnetometer (1).csv"])
def test_another_sensor_in_a_zip_without_its_metadata_is_refused_for_what_it_is(tmp_path: Path, name: str) -> None:
    logged = exports.logger_file(tmp_path / "in" / name, ns(300), noise(300) + 0.6)
    (tmp_path / "out").mkdir()
    with pytest.raises(UnsupportedRecordingError, match="another sensor than the accelerometer"):
        read_recording(logged)
    for item in unpacked(exports.zip_of(tmp_path / "a.zip", logged.parent), tmp_path / "out"):
        assert isinstance(item, Unpacked)
        with pytest.raises(UnsupportedRecordingError, match="another sensor than the accelerometer"):
            read_recording(item.file)
        break
    else:
        pytest.fail("nothing was unpacked")
