"""The reader for exports of Sensor Logger: which file is acceleration, and where gravity comes from."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import DamagedRecordingError, EmptyFileError, UnsupportedRecordingError
from ingest.formats.apps import sensor_logger
from ingest.recognising.sniff import reader_of
from ingest.recording import DeviceClock
from ingest.tables import walk
from ingest.tables.merging import TOLERANCE_US, added
from ingest.tables.survey import Rows
from tests.ingest.exports import EVENING_US, G_M_S2, logger_android, logger_file, logger_ios, noise, ns, table
from tests.ingest.table_files import joined

N = 600


def test_total_acceleration_is_read_by_its_names_and_in_its_zone(tmp_path: Path) -> None:
    path = logger_android(tmp_path)
    assert reader_of(path) is sensor_logger
    decoded = sensor_logger.read(path)
    samples = joined(decoded)
    np.testing.assert_allclose(samples.values, noise(N), atol=1e-6)
    np.testing.assert_array_equal(samples.time_us, EVENING_US + np.arange(N) * 10_000)
    assert decoded.clock == DeviceClock("utc", zone="Europe/Zurich")
    assert (decoded.device.model, decoded.device.serial, decoded.unit) == ("My phone", "abc-1", "m/s2")
    assert [path.name for path in decoded.companions] == ["Metadata.csv"]
    assert (decoded.placement.site, decoded.problems) == ("unknown", ())


@pytest.mark.parametrize("late_ns", [0, 4_000_000])
def test_gravity_is_added_to_an_iphones_acceleration(
    tmp_path: Path, late_ns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = logger_ios(tmp_path, late_ns=late_ns)
    decoded = sensor_logger.read(path)
    angle = np.linspace(0, 1, N)
    expected = noise(N) - [0, 0, 1] + np.stack([np.sin(angle), np.zeros(N), -np.cos(angle)], axis=1)
    np.testing.assert_allclose(joined(decoded).values, expected, atol=1e-6)
    assert {path.name for path in decoded.companions} == {"Metadata.csv", "Gravity.csv"}
    assert "was added from Gravity.csv" in decoded.problems[0]
    monkeypatch.setattr(walk, "STRETCH_BYTES", 1000)
    np.testing.assert_array_equal(joined(sensor_logger.read(path)).values, joined(decoded).values)


def test_a_sample_without_gravity_is_left_out_and_told(tmp_path: Path) -> None:
    path = logger_ios(tmp_path)
    lines = (tmp_path / "Gravity.csv").read_text().splitlines()
    (tmp_path / "Gravity.csv").write_text("\n".join([*lines[:101], *lines[141:]]))
    decoded = sensor_logger.read(path)
    # The first and the last sample of the hole still have one a step of 10 ms away.
    assert (len(joined(decoded)), decoded.bad_blocks) == (N - 38, 38)
    (tmp_path / "Gravity.csv").write_text("\n".join(lines[:150]))
    with pytest.raises(DamagedRecordingError):
        sensor_logger.read(path)


def test_without_gravity_it_is_refused_with_what_to_record(tmp_path: Path) -> None:
    path = logger_ios(tmp_path)
    (tmp_path / "Gravity.csv").unlink()
    with pytest.raises(UnsupportedRecordingError, match="gravity was removed") as caught:
        sensor_logger.read(path)
    assert "Gravity.csv" in caught.value.hint


@pytest.mark.parametrize("name", ["Gravity.csv", "Gyroscope.csv"])
def test_another_sensor_is_never_taken_for_acceleration(tmp_path: Path, name: str) -> None:
    logger_ios(tmp_path)
    with pytest.raises(UnsupportedRecordingError, match="another sensor"):
        reader_of(tmp_path / name).read(tmp_path / name)


def test_gravity_under_another_name_is_recognised_by_its_length(tmp_path: Path) -> None:
    logger_ios(tmp_path)
    shutil.copy(tmp_path / "Gravity.csv", tmp_path / "left leg.csv")
    with pytest.raises(UnsupportedRecordingError, match="another sensor"):
        sensor_logger.read(tmp_path / "left leg.csv")
    renamed = logger_file(tmp_path / "right leg.csv", ns(N), noise(N, scale=1e-4) * G_M_S2)
    assert len(joined(sensor_logger.read(renamed))) == N


@pytest.mark.parametrize(("unit", "g_per_unit"), [("g", 1.0), ("m/s2", G_M_S2)])
def test_a_watch_is_on_the_wrist_and_its_unit_is_told_by_gravity(tmp_path: Path, unit: str, g_per_unit: float) -> None:
    logger_android(tmp_path)
    xyz = -noise(N)
    raw = logger_file(tmp_path / "WatchAccelerometerUncalibrated.csv", ns(N), xyz * g_per_unit)
    names = [f"{part}{axis}" for part in ("rotationRate", "gravity", "acceleration", "quaternion") for axis in "XYZ"]
    gravity = np.tile([0.0, 0.0, -1.0], (N, 1))
    parts = np.column_stack([noise(N), gravity * g_per_unit, (xyz - gravity) * g_per_unit, noise(N)])
    rows: list[list[object]] = [[t, 0.0, *row] for t, row in zip(ns(N).tolist(), parts.tolist(), strict=True)]
    split = table(tmp_path / "WristMotion.csv", ",".join(["time", "seconds_elapsed", *names]), rows)
    for path in (raw, split):
        decoded = reader_of(path).read(path)
        np.testing.assert_allclose(joined(decoded).values, xyz, atol=1e-6)
        assert (decoded.unit, decoded.placement.site, decoded.device.serial) == (unit, "wrist", "abc-1-watch")


def test_broken_metadata_say_nothing(tmp_path: Path) -> None:
    path = logger_android(tmp_path)
    for text in (b"", b"\x00\xff", b"version\n", b"recording timezone\nMars\n", b'a,"b\n' * 9):
        (tmp_path / "Metadata.csv").write_bytes(text)
        assert len(joined(sensor_logger.read(path))) == N


def test_a_header_alone_is_empty(tmp_path: Path) -> None:
    path = table(tmp_path / "TotalAcceleration.csv", "time,seconds_elapsed,z,y,x", [])
    with pytest.raises(EmptyFileError):
        reader_of(path).read(path)


@given(
    steps=st.lists(st.integers(0, 40_000), min_size=1, max_size=60),
    others=st.lists(st.integers(0, 40_000), max_size=60),
    cuts=st.lists(st.integers(0, 60), max_size=4),
)
def test_adding_in_stretches_finds_the_nearest_within_the_tolerance(
    steps: list[int], others: list[int], cuts: list[int]
) -> None:
    times, gravity = np.cumsum(steps), np.cumsum(np.array(others, dtype=np.int64))
    values = np.arange(3 * len(gravity), dtype=np.float64).reshape(-1, 3)

    def pieces(
        times: np.ndarray[tuple[int], np.dtype[np.int64]], values: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    ) -> list[Rows]:
        edges = [0, *sorted(cut for cut in cuts if cut < len(times)), len(times)]
        return [Rows(times[a:b], values[a:b]) for a, b in pairwise(edges)]

    zeros = np.zeros((len(times), 3))
    found = list(added(iter(pieces(times, zeros)), iter(pieces(gravity, values))))
    distance = np.abs(times[:, None] - gravity[None, :])
    near = distance.min(axis=1, initial=1 << 40) <= TOLERANCE_US
    np.testing.assert_array_equal(np.concatenate([rows.time_us for rows in found]), times[near])
    taken = np.concatenate([rows.values for rows in found])[:, 0] // 3
    assert sum(rows.n_bad for rows in found) == np.count_nonzero(~near)
    if near.any():
        chosen = distance[near][np.arange(len(taken)), taken.astype(int)]
        np.testing.assert_array_equal(chosen, distance[near].min(axis=1))


def test_a_table_of_neither_acceleration_nor_its_parts_says_what_it_lacks(tmp_path: Path) -> None:
    path = table(
        tmp_path / "Accelerometer.csv", "time,seconds_elapsed,roll,pitch,yaw", [[t, 0.0, 1, 2, 3] for t in ns(9)]
    )
    with pytest.raises(UnsupportedRecordingError, match="no acceleration among time, seconds_elapsed, roll"):
        sensor_logger.read(path)


def test_a_total_without_gravity_is_not_sent_for_a_file_of_gravity(tmp_path: Path) -> None:
    xyz = noise(N)
    path = logger_file(tmp_path / "TotalAcceleration.csv", ns(N), (xyz - xyz.mean(axis=0)) * G_M_S2)
    with pytest.raises(UnsupportedRecordingError, match="gravity") as caught:
        sensor_logger.read(path)
    assert "Gravity.csv" not in caught.value.hint
