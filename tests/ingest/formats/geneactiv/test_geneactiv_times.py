"""When each sample of a GENEActiv recording was taken: rates, pauses, a clock that was set, drift."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.errors import UnsupportedRecordingError
from ingest.formats.geneactiv import reader as geneactiv
from ingest.formats.geneactiv.drift import MOST_S_A_DAY
from tests.ingest.formats.geneactiv.geneactiv_files import (
    EVENING_US,
    N_SAMPLES,
    PER_PAGE,
    ROUNDING_US,
    assert_keeps_all_but,
    clock_us,
    numbered_g,
    numbers_of,
    page_range,
    pages_of,
    read,
    with_header,
    with_line,
    without,
)
from tests.ingest.formats.geneactiv.geneactiv_writer import AROUND_US, Setup, write_bin

# Times


def test_the_true_rate_comes_from_the_stamps_and_not_from_the_rate_that_pages_name(intact: bytes, path: Path) -> None:
    path.write_bytes(intact)
    result = read(path)
    assert_keeps_all_but(result, range(0))
    assert result.decoded.rate_hz_nominal == 100
    assert 1e6 / np.diff(result.time_us).mean() == pytest.approx(98.6, abs=0.001)
    assert result.problems == ()


@pytest.mark.parametrize(("named", "page_s"), [(b"85.7", 3.5), (b"85,7", 3.5), (b"66.7", 4.5), (b"66,7", 4.5)])
def test_odd_rates_are_read_and_their_pages_fill_half_seconds(path: Path, named: bytes, page_s: float) -> None:
    time_us = EVENING_US + np.rint(np.arange(1500) * page_s / 300 * 1e6).astype(np.int64)
    setup = Setup(float(named.replace(b",", b".")), decimal="," if b"," in named else ".")
    write_bin(path, time_us, numbered_g(1500), setup)
    assert b"Frequency:" + named + b"\n" in path.read_bytes()
    result = read(path)
    assert result.decoded.rate_hz_nominal == setup.rate_hz
    assert np.abs(result.time_us - time_us).max() <= 1
    assert result.problems == ()


@pytest.mark.parametrize(("first", "count"), [(0, 1), (1, 1), (7, 3), (7, 12), (18, 2)])
def test_pages_missing_from_the_file_leave_the_times_of_the_others_alone(
    intact: bytes, path: Path, first: int, count: int
) -> None:
    path.write_bytes(without(intact, first, count))
    result = read(path)
    assert_keeps_all_but(result, page_range(first, count), within_us=2 * ROUNDING_US)
    told = f"pages that the device counted and the file lacks: {count}"
    assert (told in result.problems) == (first > 0 and first + count < 20)
    assert f"the header speaks of 20 pages, the file holds {20 - count}" in result.problems


def test_a_pause_begins_a_new_run_that_keeps_its_own_times(path: Path) -> None:
    time_us = clock_us()
    time_us[3000:] += 95_000_000
    write_bin(path, time_us, numbered_g(), Setup(100.0))
    result = read(path)
    assert np.abs(result.time_us - time_us).max() <= 2 * ROUNDING_US
    assert result.problems == ("jumps of the device clock between pages that follow each other: 1",)
    assert result.decoded.restarts == 0


@pytest.mark.parametrize("rate_hz", [96.0, 104.0])
def test_a_rate_far_off_the_named_one_is_learnt_from_the_pages(path: Path, rate_hz: float) -> None:
    write_bin(path, clock_us(rate_hz=rate_hz), numbered_g(), Setup(100.0))
    result = read(path)
    assert np.abs(result.time_us - clock_us(rate_hz=rate_hz)).max() <= 2 * ROUNDING_US
    assert result.problems == ()


@pytest.mark.parametrize("pause_s", [0.06, 0.5, 2, 86_400])
def test_a_pause_too_short_for_a_missing_page_is_still_seen(path: Path, pause_s: float) -> None:
    time_us = clock_us()
    time_us[3000:] += int(pause_s * 1e6)
    write_bin(path, time_us, numbered_g(), Setup(100.0))
    result = read(path)
    assert np.abs(result.time_us - time_us).max() <= 2 * ROUNDING_US
    assert result.problems == ("jumps of the device clock between pages that follow each other: 1",)


@pytest.mark.parametrize("back_s", [0.5, 40, 86_400])
def test_a_clock_set_back_is_a_restart_and_keeps_its_times(path: Path, back_s: float) -> None:
    time_us = clock_us()
    time_us[3000:] -= 3_042_596 + int(back_s * 1e6)
    write_bin(path, time_us, numbered_g(), Setup(100.0))
    result = read(path)
    assert np.abs(result.time_us - time_us).max() <= 2 * ROUNDING_US
    assert "restarts of the device, or steps back of its clock: 1" in result.problems
    assert result.decoded.restarts == 1


def test_each_long_run_goes_on_at_its_own_rate(path: Path) -> None:
    # Warm and cold: 30 s at 99.6 Hz, a pause, 30 s at 100.4 Hz.
    runs_us = (np.arange(3000) * 1e6 / 99.6, 60e6 + np.arange(3000) * 1e6 / 100.4)
    time_us = EVENING_US + np.rint(np.concatenate(runs_us)).astype(np.int64)
    write_bin(path, time_us, numbered_g(), Setup(100.0))
    assert np.abs(read(path).time_us - time_us).max() <= 2 * ROUNDING_US


def test_a_device_that_slows_down_with_a_low_battery_is_followed_and_told(path: Path, tmp_path: Path) -> None:
    parts, times_us, begin_us, n_pages = [], [], EVENING_US, 0
    for rate_hz, page_s, count in ((100.0, 3.0, 9), (85.7, 3.5, 5), (66.7, 4.5, 5), (50.0, 6.0, 5)):
        n = count * PER_PAGE
        times_us.append(begin_us + np.rint(np.arange(n) * page_s / PER_PAGE * 1e6).astype(np.int64))
        write_bin(tmp_path / "part.bin", times_us[-1], numbered_g(n), Setup(rate_hz))
        header, *pages = pages_of((tmp_path / "part.bin").read_bytes())
        parts += [header] * (n_pages == 0)
        parts += [page.replace(b"Number:%d\n" % i, b"Number:%d\n" % (n_pages + i)) for i, page in enumerate(pages)]
        begin_us += int(count * page_s * 1e6)
        n_pages += count
    path.write_bytes(b"".join(parts))
    result = read(path)
    assert np.abs(result.time_us - np.concatenate(times_us)).max() <= 1
    assert result.decoded.rate_hz_nominal == 100
    assert result.problems == ("the rate changes between pages: 3 times, among 100, 85.7, 66.7, 50 Hz",)


def test_a_single_page_is_timed_by_the_rate_that_it_names_and_that_is_told(intact: bytes, path: Path) -> None:
    path.write_bytes(without(with_header(intact, b"Number of Pages", b"1"), 1, 19))
    result = read(path)
    np.testing.assert_array_equal(np.diff(result.time_us), 10_000)
    assert result.problems == ("no two pages belong together; times inside them rest on the rate that they name",)


def test_a_page_that_occurs_twice_is_kept_twice_in_file_order_and_told(intact: bytes, path: Path) -> None:
    parts = pages_of(intact)
    path.write_bytes(b"".join([*parts[:7], parts[6], *parts[7:]]))
    result = read(path)
    again = np.insert(np.arange(N_SAMPLES), 1800, np.arange(1500, 1800))
    np.testing.assert_array_equal(numbers_of(result.xyz_g), again)
    assert np.abs(result.time_us - clock_us()[again]).max() <= 2 * ROUNDING_US
    assert result.decoded.restarts == 1


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"Page Time", b"2026-03-07 22:31:27:383"),
        (b"Page Time", b"2027-03-07 22:30:27:383"),
        (b"Page Time", b"2026-03-07 22:30:17:383"),
        (b"Sequence Number", b"90"),
        (b"Sequence Number", b"0"),
        (b"Measurement Frequency", b"10.0"),
        (b"Measurement Frequency", b"100.5"),
    ],
)
def test_a_page_that_both_neighbours_contradict_is_left_out(
    intact: bytes, path: Path, key: bytes, value: bytes
) -> None:
    assert b"Page Time:2026-03-07 22:30:27:383" in pages_of(intact)[10]
    path.write_bytes(with_line(intact, 9, key, value))
    result = read(path)
    assert_keeps_all_but(result, page_range(9))
    assert result.problems == ("left out because both neighbours contradict their number, time or rate: 1 of 20 pages",)
    assert result.decoded.bad_blocks == 1


def test_pages_of_epochs_are_refused(path: Path) -> None:
    time_us = EVENING_US + np.arange(900, dtype=np.int64) * 1_000_000
    write_bin(path, time_us, numbered_g(900), Setup(1.0))
    with pytest.raises(UnsupportedRecordingError, match="one sample every 1 s"):
        geneactiv.read(path)


# Drift


@pytest.mark.parametrize("gained_s", [0.283, -1.75, 2.0])
@pytest.mark.parametrize("decimal", [".", ","])
def test_a_drift_between_set_up_and_download_is_taken_out_evenly(path: Path, gained_s: float, decimal: str) -> None:
    time_us = clock_us()
    write_bin(path, time_us, numbered_g(), Setup(100.0, gained_s=gained_s, decimal=decimal))
    result = read(path)
    assert np.abs(result.time_us - time_us).max() <= 2 * ROUNDING_US
    did = "gained" if gained_s > 0 else "lost"
    assert result.problems == (
        f"by the header the clock {did} {abs(gained_s):.3f} s in 0.0 days: taken out of all times evenly",
    )


def test_a_drift_of_zero_is_not_mentioned(path: Path) -> None:
    write_bin(path, clock_us(), numbered_g(), Setup(100.0, gained_s=0.0))
    assert read(path).problems == ()


@pytest.mark.parametrize("hour_s", [3600, -3600])
def test_an_hour_of_daylight_saving_time_is_no_drift(intact: bytes, path: Path, hour_s: int) -> None:
    note = f"(device clock drift {hour_s + 0.25:,.3f}s)".encode()
    path.write_bytes(with_header(intact, b"Extract Notes", note))
    result = read(path)
    shares = (clock_us() - EVENING_US + AROUND_US) / (clock_us()[-1] - EVENING_US + 2 * AROUND_US)
    assert np.abs(result.time_us - (clock_us() - shares * 250_000)).max() <= 2 * ROUNDING_US
    assert result.problems == (
        "by the header the clock gained 0.250 s in 0.0 days, besides an hour of daylight-saving time:"
        " taken out of all times evenly",
    )


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({b"Config Time": b""}, "0.283 s between unknown times"),
        ({b"Extract Time": b"never"}, "0.283 s between unknown times"),
        ({b"Config Time": b"2010-09-16 09:08:54:000"}, "0.283 s between unknown times"),
        ({b"Extract Time": b"2026-03-07 22:30:30:000"}, "0.283 s between times that do not enclose the samples"),
        ({b"Config Time": b"2026-03-07 22:30:01:000"}, "0.283 s between times that do not enclose the samples"),
        (
            {b"Extract Notes": b"(device clock drift -33,078,823.924s)"},
            "-33,078,823.924 s in 0.0 days, so the clock was set or reset meanwhile",
        ),
        ({b"Extract Notes": b"(device clock drift 2.2s)"}, "2.200 s in 0.0 days, so the clock was set or reset"),
    ],
)
def test_a_drift_that_cannot_be_shared_out_is_left_in_and_told(
    intact: bytes, path: Path, changes: dict[bytes, bytes], why: str
) -> None:
    data = with_header(intact, b"Extract Notes", b"(device clock drift 0.283s)")
    for name, value in changes.items():
        data = with_header(data, name, value)
    path.write_bytes(data)
    result = read(path)
    assert_keeps_all_but(result, range(0))
    assert any(f"the header states a clock drift of {why}" in problem for problem in result.problems)
    assert all("taken out" not in problem for problem in result.problems)


def test_a_drift_within_no_time_at_all_is_left_in(intact: bytes, path: Path) -> None:
    data = with_header(without(intact, 1, 19), b"Extract Notes", b"(device clock drift 0.283s)")
    for name in (b"Config Time", b"Extract Time"):
        data = with_header(data, name, b"2026-03-07 22:30:00:000")
    path.write_bytes(data)
    result = read(path)
    assert result.time_us[0] == EVENING_US
    assert "the header states a clock drift of 0.283 s between times that do not enclose the samples" in (
        result.problems[-2].removesuffix(": it was left in the times")
    )


def test_a_week_may_drift_by_the_limit_of_a_quartz_and_not_more(intact: bytes, path: Path) -> None:
    week = with_header(intact, b"Extract Time", b"2026-03-14 22:30:00:000")
    for factor, taken_out in ((0.99, True), (1.2, False)):
        note = b"(device clock drift %.3fs)" % (2 + MOST_S_A_DAY * 7 * factor)
        path.write_bytes(with_header(week, b"Extract Notes", note))
        assert ("taken out" in read(path).problems[0]) == taken_out
