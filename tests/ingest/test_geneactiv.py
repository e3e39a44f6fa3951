"""The GENEActiv reader: a real file, digits, times, headers, drift."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import UnsupportedRecordingError
from ingest.formats.geneactiv import reader as geneactiv
from ingest.formats.geneactiv import samples as digits
from ingest.formats.geneactiv.drift import MOST_S_A_DAY
from ingest.formats.geneactiv.header import Calibration, drift_s, moment_us, number, offset_s
from ingest.formats.geneactiv.parsing import decimal
from ingest.reading import read_recording
from ingest.recording import DeviceClock, Placement
from tests.ingest.geneactiv_files import (
    EVENING_US,
    N_SAMPLES,
    PER_PAGE,
    ROUNDING_US,
    assert_keeps_all_but,
    clock_us,
    edited,
    intact_bytes,
    numbered_g,
    numbers_of,
    page_range,
    pages_of,
    read,
    with_header,
    with_line,
    without,
)
from tests.ingest.geneactiv_writer import AROUND_US, Setup, write_bin

#: Where independent readers put the same sample, see the data's own description.
CONVENTIONS_US = 25_000
REAL = "actfast_geneactiv.bin"


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return intact_bytes(tmp_path_factory.mktemp("intact") / "a.bin")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "night.bin"


# A real file


def test_a_real_file_decodes_as_several_independent_readers_agree(recordings_dir: Path) -> None:
    with (recordings_dir / "expected.csv").open(newline="") as table:
        expected = next(row for row in csv.DictReader(table) if row["file"] == REAL)
    result = read(recordings_dir / REAL)
    first_us, last_us = (
        np.datetime64(expected[f"{which}_sample_device_clock"], "us").astype(np.int64) for which in ("first", "last")
    )
    assert len(result.time_us) == int(expected["n_samples"])
    assert result.decoded.rate_hz_nominal == float(expected["rate_hz_nominal"])
    means = [float(expected[f"mean_{axis}_g"]) for axis in "xyz"]
    assert np.round(result.xyz_g.mean(axis=0), 6).tolist() == means
    assert abs(result.time_us[0] - first_us) <= CONVENTIONS_US
    assert abs(result.time_us[-1] - last_us) <= CONVENTIONS_US
    assert (np.diff(result.time_us) > 0).all()
    assert result.decoded.format == expected["format"] == "geneactiv-bin"
    assert result.problems == ()


def test_a_real_header_names_device_and_zone(recordings_dir: Path) -> None:
    decoded = geneactiv.read(recordings_dir / REAL)
    assert (decoded.device.maker, decoded.device.model) == ("Activinsights", "GENEActiv 1.2")
    assert decoded.device.serial == "101806"
    assert decoded.clock == DeviceClock("local", -5 * 3600)
    assert decoded.placement == Placement()
    assert decoded.full_scale_g == 8


def test_a_real_file_becomes_a_recording_in_utc(recordings_dir: Path) -> None:
    recording = read_recording(recordings_dir / REAL)
    assert recording.quality.first_us == np.datetime64("2024-04-30T20:13:30", "us").astype(int)
    assert recording.clock.zone_source == "file"
    assert recording.quality.rate_hz_true == pytest.approx(60, abs=0.01)


# Digits


@given(
    words=st.lists(st.integers(0, 2**48 - 1), min_size=1, max_size=40),
    gain=st.tuples(*[st.floats(12_800, 51_200)] * 3),
    offset=st.tuples(*[st.floats(-12_800, 12_800)] * 3),
)
def test_samples_decode_as_the_manual_describes_them(
    words: list[int], gain: tuple[float, float, float], offset: tuple[float, float, float]
) -> None:
    def axis(word: int, place: int) -> float:
        bits = word >> 36 - 12 * place & 0xFFF
        value = bits - 4096 if bits >= 2048 else bits
        return (value * 100 - offset[place]) / gain[place]

    text = "".join(f"{word:012X}" for word in words)
    table = digits.g_of_values(Calibration(gain, offset, ""))
    expected = np.array([[axis(word, place) for place in range(3)] for word in words]).astype(np.float32)
    for case in (text, text.lower()):
        np.testing.assert_array_equal(digits.decoded(np.frombuffer(case.encode(), np.uint8), table), expected)


def test_the_sensor_clips_where_12_bits_or_its_range_end(path: Path) -> None:
    wide, narrow = Setup(100.0, gain=(25_000,) * 3), Setup(100.0, gain=(25_000, 26_000, 25_000))
    for setup, full_scale_g in ((wide, 8.0), (narrow, 204_700 / 26_000)):
        write_bin(path, clock_us(300), numbered_g(300), setup)
        assert geneactiv.read(path).full_scale_g == pytest.approx(full_scale_g, rel=1e-6)


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


# Headers


def test_the_place_is_read_from_its_own_field_only(intact: bytes, path: Path) -> None:
    path.write_bytes(with_header(intact, b"Subject Notes", b"right hip operation"))
    assert geneactiv.read(path).placement == Placement(site="ankle", side="left")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("GMT +01:00", 3600),
        ("GMT -05:00", -18_000),
        ("GMT +01", 3600),
        ("GMT +05:45", 20_700),
        ("GMT 00:00", 0),
        ("GMT", None),
        ("+01:00", None),
        ("", None),
    ],
)
def test_zones_are_read_as_the_software_writes_them(text: str, seconds: int | None) -> None:
    assert offset_s(text) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("(device clock drift 0,283s)", 0.283),
        ("(device clock drift 0.283s)", 0.283),
        ("(device clock drift -1.500s)", -1.5),
        ("(device clock drift -33,078,823.924s)", -33_078_823.924),
        ("(device clock drift -33.078.823,924s)", -33_078_823.924),
        ("(device clock drift 33 078 823,924s)", 33_078_823.924),
        ("(device clock drift 33,078,823s)", 33_078_823),
        ("looked after by Ann (device clock drift 12s)", 12),
        ("(device clock drift s)", None),
        ("no drift", None),
        ("", None),
    ],
)
def test_drifts_are_read_in_every_language_of_the_computer(text: str, seconds: float | None) -> None:
    assert drift_s(text) == seconds


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-04-30 15:12:34:146", "2024-04-30T15:12:34.146"),
        ("2011-10-09 10:16:39:671:", "2011-10-09T10:16:39.671"),
        ("2011-10-9 11:24:8:453", "2011-10-09T11:24:08.453"),
        ("2011-02-30 11:24:08:453", None),
        ("0", None),
        ("", None),
    ],
)
def test_moments_are_read_as_the_software_writes_them(text: str, iso: str | None) -> None:
    assert moment_us(text) == (None if iso is None else np.datetime64(iso, "us").astype(int))


@pytest.mark.parametrize(
    ("text", "value"), [("100 Hz", 100), ("85,7 Hz", 85.7), ("-1846", -1846), ("Hz", None), ("9" * 400, 999_999_999)]
)
def test_numbers_are_read_with_point_or_comma(text: str, value: float | None) -> None:
    assert number(text) == value


@given(text=st.text(max_size=60) | st.from_regex(r"[-+]?[\d., :]{0,30}( Hz|s\))?", fullmatch=True))
@settings(max_examples=200)
def test_no_text_in_a_header_is_too_odd_to_be_read(text: str) -> None:
    for reading in (number, moment_us, offset_s, drift_s):
        reading(text)
        reading(f"(device clock drift {text}s)")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        (b"Number of Pages", b"222048", "the header speaks of 222,048 pages, the file holds 20"),
        (b"Number of Pages", b"-1", None),
        (b"Number of Pages", b"17", None),
        (b"Measurement Frequency", b"75 Hz", "the header says 75 Hz, most pages 100 Hz"),
        (
            b"Start Time",
            b"2026-03-01 08:00:00:000",
            "the header says it began at 2026-03-01T08:00, its samples begin at 2026-03-07T22:30",
        ),
        (
            b"Start Time",
            b"2010-09-16 09:08:54:000",
            "the times in the header were reset by a flat battery; those of the samples were used",
        ),
        (
            b"Config Time",
            b"2010-09-16 09:08:54:000",
            "the times in the header were reset by a flat battery; those of the samples were used",
        ),
        (b"x gain", b"0", "the header has no possible calibration of x: 256 steps a g were assumed"),
        (b"y gain", b"999999", "the header has no possible calibration of y: 256 steps a g were assumed"),
        (b"z offset", b"30000", "the header has no possible calibration of z: 256 steps a g were assumed"),
        (b"z offset", b"", "the header has no possible calibration of z: 256 steps a g were assumed"),
    ],
)
def test_a_header_that_cannot_be_true_is_told_and_changes_no_sample(
    intact: bytes, path: Path, name: bytes, value: bytes, told: str | None
) -> None:
    path.write_bytes(with_header(intact, name, value))
    result = read(path)
    assert_keeps_all_but(result, range(0))
    assert result.problems == ((told,) if told else ())


def test_a_recording_that_began_on_the_day_of_a_reset_clock_is_told(path: Path) -> None:
    time_us = np.datetime64("2010-09-16T09:10", "us").astype(np.int64) + clock_us() - EVENING_US
    write_bin(path, time_us, numbered_g(), Setup(100.0))
    assert read(path).problems == (
        "its samples begin at 2010-09-16T09:10, when a clock begins anew after a flat battery",
    )


def test_values_padded_with_zero_bytes_are_read(intact: bytes, path: Path) -> None:
    padded = with_header(intact, b"Device Unique Serial Code", b"047110 \0\0\0")
    path.write_bytes(edited(padded, 9, lambda page: page.replace(b"\nUnassigned", b"\0\0\nUnassigned")))
    result = read(path)
    assert_keeps_all_but(result, range(0))
    assert result.decoded.device.serial == "047110"


@given(whole=st.integers(0, 99_999), part=st.integers(0, 9_999), digits=st.integers(0, 6), sign=st.sampled_from(".,"))
def test_decimals_are_read_to_the_last_bit(whole: int, part: int, digits: int, sign: str) -> None:
    decimals = f"{sign}{part:0{digits}}" if digits else ""
    text = np.frombuffer(f"{whole}{decimals}\r\n".encode(), np.uint8)
    values, good = decimal(text, np.array([0]), np.array([len(text) - 2]))
    assert good[0]
    assert values[0] == float(f"{whole}{decimals}".replace(",", "."))


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
