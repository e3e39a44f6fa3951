"""Which files of a folder are recordings, and which belong to one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import read_recording
from ingest.archives.companion_files import companions_of, recordings_of, sort_out, sort_out_folder
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
