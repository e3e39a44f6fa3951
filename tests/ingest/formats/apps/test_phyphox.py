"""The reader for exports of phyphox, with and without their times."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import Declared, read_recording
from ingest.errors import EmptyFileError, NoClockError, UnsupportedRecordingError
from ingest.formats.apps import phyphox
from ingest.recognising.sniff import reader_of
from ingest.recording import DeviceClock
from tests.ingest.exports import EVENING_US, noise
from tests.ingest.exports import phyphox as export
from tests.ingest.table_files import joined

N = 500
SECONDS = 0.0123 + np.arange(N) / 100
START_S = EVENING_US / 1e6


@pytest.mark.parametrize(("separator", "comma"), [(",", False), ("\t", False), (";", False), ("\t", True), (";", True)])
def test_every_way_to_export_gives_the_same(tmp_path: Path, separator: str, *, comma: bool) -> None:
    xyz = noise(N)
    path = export(tmp_path, SECONDS, xyz, separator=separator, comma=comma)
    assert reader_of(path) is phyphox
    decoded = phyphox.read(path)
    samples = joined(decoded)
    np.testing.assert_array_equal(samples.time_us, EVENING_US + np.rint(SECONDS * 1e6).astype(np.int64))
    np.testing.assert_allclose(samples.values, xyz, atol=1e-6)
    assert decoded.clock == DeviceClock("utc", 3600)
    assert (decoded.device.maker, decoded.device.model) == ("Google", "Pixel 6a")
    assert {path.name for path in decoded.companions} == {"time.csv", "device.csv"}
    assert decoded.problems == ()


def test_pauses_become_gaps(tmp_path: Path) -> None:
    events = [("START", 0.0, START_S), ("PAUSE", 2.0, START_S + 2), ("START", 2.0, START_S + 62)]
    path = export(tmp_path, SECONDS, noise(N), events=events)
    recording = read_recording(path)
    (gap,) = recording.quality.gaps
    assert (gap.end_us - gap.start_us) / 1e6 == pytest.approx(60.01)
    assert recording.quality.last_us == EVENING_US + round((SECONDS[-1] + 60) * 1e6)


@given(
    runs=st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**8)), min_size=1, max_size=6),
    at=st.floats(0, 1),
)
def test_a_time_of_the_experiment_lies_as_far_from_its_start_as_the_experiment_says(
    runs: list[tuple[int, int]], at: float
) -> None:
    table, experiment_ms, now_ms = [["event", "experiment time", "system time", "text"]], 0, EVENING_US // 1000
    starts = []
    for length_ms, pause_ms in runs:
        starts.append((experiment_ms, now_ms))
        table.append(["START", f"{experiment_ms / 1e3:.9E}", f"{now_ms / 1e3:.3f}", "x UTC-05:30"])
        experiment_ms, now_ms = experiment_ms + length_ms, now_ms + length_ms
        table.append(["PAUSE", f"{experiment_ms / 1e3:.9E}", f"{now_ms / 1e3:.3f}", "x UTC-05:30"])
        now_ms += pause_ms
    found = phyphox.timeline(table)
    assert found is not None
    assert (found.utc_offset_s, abs(found.drift_s) < 0.01) == (-(5 * 3600 + 1800), True)
    moment_s = at * experiment_ms / 1e3
    from_ms, now_ms = max(start for start in starts if start[0] <= moment_s * 1e3 + 1e-6)
    expected_us = now_ms * 1000 + (moment_s - from_ms / 1e3) * 1e6
    assert abs(found.utc_us(np.array([moment_s]))[0] - expected_us) < 2


def test_without_its_times_the_start_is_asked_for_and_used(tmp_path: Path) -> None:
    path = export(tmp_path, SECONDS, noise(N), events=[])
    with pytest.raises(NoClockError) as caught:
        read_recording(path)
    assert "--start" in caught.value.hint
    start = datetime(2024, 3, 12, 22, 15, tzinfo=UTC)
    recording = read_recording(path, lambda _device: Declared(start=start))
    assert recording.quality.first_us == EVENING_US  # the start that is asked for is that of the first sample
    assert any("pauses" in warning for warning in recording.warnings)


@pytest.mark.parametrize(
    "text",
    [
        "",
        '"event","experiment time","system time","system time text"\n',
        '"event","experiment time","system time"\n"START",NaN,1710281700\n',
        '"event","experiment time","system time"\n"START",0,17\n',
        '"event","experiment time","system time"\n"START",5,1710281700\n"START",4,1710281800\n',
        '"event","experiment time","system time"\n"START",1e308,1710281700\n',
        '"event","experiment time","system time"\n"START",0,1e308\n',
        '"PAUSE",0,1710281700\n',
        "\x00\xff,,,\n" * 50,
    ],
)
def test_times_that_make_no_sense_are_none(tmp_path: Path, text: str) -> None:
    path = export(tmp_path, SECONDS, noise(N))
    (tmp_path / "meta" / "time.csv").write_text(text, encoding="latin-1")
    assert phyphox.read(path).clock.base == "relative"


@pytest.mark.parametrize("event", [("PAUSE", 4.0, 1e308), ("PAUSE", -1e308, START_S + 4), ("PAUSE", 4.0, np.nan)])
def test_a_pause_that_makes_no_sense_says_nothing_of_the_clock(tmp_path: Path, event: tuple[str, float, float]) -> None:
    decoded = phyphox.read(export(tmp_path, SECONDS, noise(N), events=[("START", 0.0, START_S), event]))
    assert (decoded.clock.base, decoded.problems) == ("utc", ())


@pytest.mark.parametrize("name", ["time.csv", "device.csv"])
def test_a_field_longer_than_any_is_no_table(tmp_path: Path, name: str) -> None:
    path = export(tmp_path, SECONDS, noise(N))
    (tmp_path / "meta" / name).write_text(f'"property","{"x" * 200_000}"\n')
    decoded = phyphox.read(path)
    assert len(joined(decoded)) == N
    assert decoded.clock.base == ("relative" if name == "time.csv" else "utc")
    assert (decoded.device.model == "") is (name == "device.csv")


def test_a_clock_that_went_its_own_way_is_told(tmp_path: Path) -> None:
    for off_s, told in ((0.9, False), (1.1, True)):
        events = [("START", 0.0, START_S), ("PAUSE", 4.0, START_S + 4 + off_s)]
        problems = phyphox.read(export(tmp_path, SECONDS, noise(N), events=events)).problems
        assert any("clock went" in problem for problem in problems) == told


def test_acceleration_without_gravity_is_refused_with_the_experiment_to_use(tmp_path: Path) -> None:
    path = export(tmp_path, SECONDS, noise(N), kind="Linear Acceleration")
    with pytest.raises(UnsupportedRecordingError, match="gravity was removed") as caught:
        reader_of(path).read(path)
    assert "with g" in caught.value.hint


def test_a_header_alone_is_empty(tmp_path: Path) -> None:
    path = export(tmp_path, SECONDS[:0], np.empty((0, 3)))
    with pytest.raises(EmptyFileError):
        reader_of(path).read(path)


def test_a_gyroscope_is_not_claimed(tmp_path: Path) -> None:
    path = tmp_path / "Gyroscope.csv"
    path.write_text('"Time (s)","Gyroscope x (rad/s)","Gyroscope y (rad/s)","Gyroscope z (rad/s)"\n1,2,3,4\n')
    assert not phyphox.claims(path.read_bytes(), path)
