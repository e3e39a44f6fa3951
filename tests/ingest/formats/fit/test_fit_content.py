"""Which FIT files without movement tell of a night, and what is said of the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.errors import DamagedRecordingError, NoClockError, NoMovementError, UnknownUnitError
from ingest.formats.fit.messages import HRV, HRV_SUMMARY, MONITORING, RECORD, TIMESTAMP
from ingest.reading import read_recording
from ingest.writers.fit_tables import ENUM, UINT8, UINT16, UINT32, WrittenColumn, message, messages
from tests.ingest.formats.fit.fit_files import REST, T0, burst, decode, level, sleep_event, unix

#: As they stand in ``file_id.type``; 49 and 68 are Garmin's sleep and variability files, not in the public list.
ACTIVITY, WORKOUT, COURSE, MONITORING_A, MONITORING_DAILY, MONITORING_B, SLEEP, HRV_STATUS = 4, 5, 6, 15, 28, 32, 49, 68


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "night.fit"


def kind(number: int) -> bytes:
    return message(0, (0, ENUM, number))


def record(bpm: int = 60, stamp: int = T0) -> bytes:
    return message(RECORD, (TIMESTAMP, UINT32, stamp), (3, UINT8, bpm))


def monitoring(bpm: int = 60) -> bytes:
    return message(MONITORING, (TIMESTAMP, UINT32, T0), (27, UINT8, bpm))


def hrv() -> bytes:
    return messages(HRV, [WrittenColumn(0, UINT16, np.array([[900, 950]]))])


def summary(raw: int = 128 * 50) -> bytes:
    return message(HRV_SUMMARY, (TIMESTAMP, UINT32, T0), (1, UINT16, raw))


@pytest.mark.parametrize(
    "parts",
    [
        [kind(MONITORING_A), monitoring()],
        [kind(MONITORING_DAILY), monitoring()],
        [kind(MONITORING_B), monitoring()],
        [monitoring()],
        [kind(SLEEP), record(), hrv()],
        [kind(SLEEP), level(T0, 1), level(T0 + 60, 2)],
        [sleep_event(T0, 0), sleep_event(T0 + 60, 1)],
        [kind(ACTIVITY), level(T0, 1), level(T0 + 60, 2)],
        [kind(ACTIVITY), record(), sleep_event(T0, 0), sleep_event(T0 + 60, 1)],
    ],
)
def test_a_file_that_tells_of_a_night_is_read_without_movement(path: Path, parts: list[bytes]) -> None:
    decoded = decode(path, *parts)
    assert list(decoded.blocks()) == []
    assert decoded.stages or decoded.sleep_windows or decoded.vitals
    assert decoded.problems == ()
    assert read_recording(path).quality.n_samples == 0


@pytest.mark.parametrize(
    "parts",
    [
        [kind(ACTIVITY), record(), hrv()],
        [kind(WORKOUT), record()],
        [kind(COURSE), record()],
        [record(), hrv()],
        [kind(ACTIVITY), summary(), record()],
        [kind(SLEEP), level(T0, 1)],
        [kind(SLEEP), sleep_event(T0, 0)],
        [kind(SLEEP), record(bpm=0), record(bpm=0xFF)],
        [kind(SLEEP), record(stamp=77)],
        [kind(HRV_STATUS), summary()],
    ],
)
def test_a_file_that_tells_of_none_is_refused(path: Path, parts: list[bytes]) -> None:
    with pytest.raises(NoMovementError):
        decode(path, *parts)


def test_a_ride_is_refused_with_what_it_holds_and_what_to_record_instead(path: Path) -> None:
    with pytest.raises(NoMovementError, match=r"it holds activity records, an activity summary \(") as caught:
        decode(path, kind(ACTIVITY), record() * 2, message(18, (0, ENUM, 1)))
    assert "Connect IQ" in caught.value.hint
    with pytest.raises(NoMovementError, match=r"it holds activity records, as far as it can be read"):
        decode(path, record(), b"\x0f")


def test_a_summary_of_variability_alone_has_no_night_to_lie_beside(path: Path) -> None:
    with pytest.raises(NoMovementError, match="a heart rate variability summary") as caught:
        decode(path, kind(HRV_STATUS), summary())
    assert "import the sleep" in caught.value.hint


def test_movement_that_cannot_be_used_is_not_passed_over_for_the_sleep_beside_it(path: Path) -> None:
    sleep = level(T0, 1) + level(T0 + 60, 2)
    with pytest.raises(UnknownUnitError):
        decode(path, sleep, burst([(1100, 1040, 1080)], first_field=2))
    decode(path, sleep, burst(REST, stamp=100))
    with pytest.raises(NoClockError):
        read_recording(path)
    with pytest.raises(DamagedRecordingError):
        decode(path, sleep, burst([(0, 0, 1)], offsets=[0xFFFF]))


def test_what_lies_beside_movement_comes_with_it(path: Path) -> None:
    decoded = decode(path, kind(ACTIVITY), burst(REST), record(55), summary())
    assert len(list(decoded.blocks())) == 1
    assert decoded.vitals.heart_us.tolist() == [unix(T0)]
    assert decoded.vitals.heart_bpm.tolist() == [55]
    assert decoded.vitals.hrv_last_night_ms == 50
