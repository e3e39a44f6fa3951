"""When heart rates and beats in a FIT file were measured."""

from __future__ import annotations

from itertools import accumulate, chain
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.signal.heart import by_minute
from ingest.formats.fit import reader as fit
from ingest.formats.fit.messages import BEAT_INTERVALS, CORRELATION, HRV, HRV_SUMMARY, MONITORING, RECORD, TIMESTAMP
from ingest.recording import Vitals
from ingest.writers.fit_tables import UINT8, UINT16, UINT32, BaseType, WrittenColumn, fit_file, message, messages
from tests.ingest.formats.fit.fit_files import REST, T0, burst, decode, unix


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "night.fit"


def vitals(path: Path, *parts: bytes) -> Vitals:
    return decode(path, burst(REST), *parts).vitals


def record(stamp: int, bpm: int = 60) -> bytes:
    return message(RECORD, (TIMESTAMP, UINT32, stamp), (3, UINT8, bpm))


def hrv(*interval_ms: int) -> bytes:
    return messages(HRV, [WrittenColumn(0, UINT16, np.array([interval_ms]))])


def seconds(time_us: NDArray[np.int64]) -> list[float]:
    return [(at_us - unix(T0)) / 1e6 for at_us in time_us.tolist()]


def test_records_give_the_heart_rate_and_leave_out_what_was_not_measured(path: Path) -> None:
    found = vitals(path, *(record(T0 + k, bpm) for k, bpm in enumerate((60, 0, 61, 0xFF, 1))))
    assert (seconds(found.heart_us), found.heart_bpm.tolist()) == ([0, 2, 4], [60, 61, 1])


def test_records_give_the_temperature_too_also_below_zero(path: Path) -> None:
    def degrees(stamp: int, celsius: int) -> bytes:
        return message(RECORD, (TIMESTAMP, UINT32, stamp), (13, BaseType(0x01, "i1", 0x7F), celsius))

    found = decode(path, burst(REST), *(degrees(T0 + k, c) for k, c in enumerate((31, 0x7F, 33, -2, 30)))).temperature
    assert (seconds(found.minute_us), found.celsius.tolist()) == ([0], [23.0])


def test_sixteen_bits_of_a_time_follow_the_latest_stamp(path: Path) -> None:
    def low(stamp: int, bpm: int) -> bytes:
        return message(MONITORING, (26, UINT16, stamp & 0xFFFF), (27, UINT8, bpm))

    full = message(MONITORING, (TIMESTAMP, UINT32, T0), (27, UINT8, 50))
    found = vitals(path, low(T0 + 10, 51), full, low(T0, 52), low(T0 + 0xFFFF, 53), low(T0 + 60, 54))
    assert (seconds(found.heart_us), found.heart_bpm.tolist()) == ([10, 0, 0, 65_535, 60], [51, 50, 52, 53, 54])


def test_sixteen_bits_of_a_time_say_nothing_without_a_stamp_before_them(path: Path) -> None:
    """Not even where the part before it had one."""
    path.write_bytes(fit_file(burst(REST)) + fit_file(message(MONITORING, (26, UINT16, 1), (27, UINT8, 50))))
    assert not fit.read(path).vitals


def test_heart_rates_of_both_kinds_stay_in_file_order(path: Path) -> None:
    monitoring = message(MONITORING, (TIMESTAMP, UINT32, T0 + 9), (27, UINT8, 50))
    assert seconds(vitals(path, record(T0 + 5), monitoring, record(T0 + 7)).heart_us) == [5, 9, 7]


def test_beats_follow_the_record_before_them_and_one_another(path: Path) -> None:
    found = vitals(path, record(T0), hrv(900, 950, 0xFFFF), record(T0 + 2), hrv(800), record(T0 + 3), hrv(0, 700))
    assert found.beat_interval_ms.tolist() == [900, 950, 800, 700]
    assert seconds(found.beat_us) == [0.9, 1.85, 2.65, 3.35]


@pytest.mark.parametrize(("record_s", "second_s"), [(1, 1.8), (2, 1.8), (-1, 1.8), (3, 3.9), (-2, -1.1)])
def test_a_chain_of_beats_breaks_two_seconds_from_its_record(path: Path, record_s: int, second_s: float) -> None:
    """The first beat ended after 0.9 s: within 2 s of that the next one begins there, else at its record."""
    found = vitals(path, record(T0), hrv(900), record(T0 + record_s), hrv(900))
    assert seconds(found.beat_us) == [0.9, second_s]


@pytest.mark.parametrize(("first_ms", "second_s"), [(1000, 1.9), (999, 3.9)])
def test_two_seconds_are_still_beside_the_record(path: Path, first_ms: int, second_s: float) -> None:
    found = vitals(path, record(T0), hrv(first_ms), record(T0 + 3), hrv(900))
    assert seconds(found.beat_us)[1] == second_s


def test_a_steady_heart_keeps_its_variability_on_the_way_through_whole_seconds(path: Path) -> None:
    interval_ms = (1010 + np.random.default_rng(4).normal(0, 40, 300)).round().astype(int).tolist()
    records = [record(T0 + end_ms // 1000) for end_ms in accumulate(interval_ms)]
    found = vitals(path, *chain.from_iterable(zip(records, map(hrv, interval_ms), strict=True)))
    differences = np.diff(interval_ms)
    whole_minutes = [minute.rmssd_ms for minute in by_minute(found)][1:5]
    assert whole_minutes == pytest.approx([np.sqrt(np.mean(differences**2))] * 4, rel=0.2)


def test_beats_with_a_time_of_their_own_go_before_those_without(path: Path) -> None:
    own = messages(
        BEAT_INTERVALS,
        [
            WrittenColumn(TIMESTAMP, UINT32, np.array([T0 + 5, T0 + 60])),
            WrittenColumn(0, UINT16, np.array([250, 0xFFFF])),
            WrittenColumn(1, UINT16, np.array([[1000, 900], [800, 0xFFFF]])),
        ],
    )
    found = vitals(path, record(T0), hrv(700), own)
    assert (seconds(found.beat_us), found.beat_interval_ms.tolist()) == ([6.25, 7.15, 60.8], [1000, 900, 800])


def test_system_time_is_dated_like_that_of_samples_or_left_out_and_said(path: Path) -> None:
    correlation = message(CORRELATION, (TIMESTAMP, UINT32, T0 + 100), (1, UINT32, 50))
    assert seconds(vitals(path, record(30), hrv(500), correlation).beat_us) == [80.5]
    decoded = decode(path, burst(REST), record(30), hrv(500, 600))
    assert not decoded.vitals
    assert decoded.problems == (
        "Heart rates and beats left out because they count time from switching on and nothing dates it: 3.",
    )


@pytest.mark.parametrize(("raws", "hrv_ms"), [([], None), ([0xFFFF], None), ([6400, 6464], 50.5), ([6400, 0xFFFF], 50)])
def test_the_last_summary_of_the_night_counts(path: Path, raws: list[int], hrv_ms: float | None) -> None:
    notes = [message(HRV_SUMMARY, (TIMESTAMP, UINT32, T0), (1, UINT16, raw)) for raw in raws]
    assert vitals(path, *notes).hrv_last_night_ms == hrv_ms
