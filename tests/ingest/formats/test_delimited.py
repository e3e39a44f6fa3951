"""CSV and its relatives, from devices and apps, whole and damaged."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import NoClockError, UnknownUnitError, UnsupportedRecordingError
from ingest.formats import delimited as delimited
from ingest.recording import Device, DeviceClock
from tests.ingest.table_files import (
    EVENING_US,
    HEADER,
    clock_us,
    in_g,
    iso,
    joined,
    plain_lines,
    read,
    resting_mg,
    small_stretches,
)

# ---------------------------------------------------------------------------------------- real recordings


def test_a_garmin_export_in_mg_with_its_gap_is_read(recordings_dir: Path) -> None:
    decoded = delimited.read(recordings_dir / "flirt_garmin_acc.csv")
    samples = joined(decoded)
    assert (decoded.format, decoded.unit, decoded.rate_hz_nominal) == ("csv-generic", "mg", 25)
    assert (decoded.clock.base, decoded.clock.utc_offset_s) == ("utc", 7200)
    assert (len(samples), decoded.bad_blocks, decoded.problems) == (10_000, 0, ())
    assert samples.time_us[0] == 1_571_220_541_702_000  # 2019-10-16T12:09:01.702+02:00
    steps_us = np.diff(samples.time_us)
    assert np.sort(steps_us)[-2:].tolist()[1] == 550_642_000
    assert (steps_us == 0).any()
    assert np.median(np.linalg.norm(samples.xyz_g(), axis=1)) == pytest.approx(1.037, abs=5e-4)
    assert all(block.values.dtype == np.int16 and block.g_per_value == 1e-3 for block in decoded.blocks())


@pytest.mark.parametrize(
    ("name", "first_us", "sum_95_hz", "model"),
    [
        ("ggir_ax3_testfile_unix_timestamps.csv", 1_551_178_506_000_000, -11.80, ""),
        ("ggir_ax6_testfile_formatted_timestamps.csv", 1_577_135_046_690_000, 14.84, "AX6"),
    ],
)
def test_axivitys_own_csv_is_a_wall_clock_with_the_accelerometer_first(
    recordings_dir: Path, name: str, first_us: int, sum_95_hz: float, model: str
) -> None:
    decoded = delimited.read(recordings_dir / name)
    samples = joined(decoded)
    assert (decoded.format, decoded.device, decoded.unit) == ("axivity-csv", Device("Axivity", model), "g")
    assert (decoded.clock.base, decoded.clock.utc_offset_s) == ("local", None)
    assert (len(samples), samples.time_us[0], decoded.rate_hz_nominal) == (210, first_us, 100)
    # The reference's sums are over 200 samples of its 95 Hz grid (GGIR rounds 97.5 and 99 Hz down to 5 Hz).
    grid_us = first_us + np.arange(200) * 1e6 / 95
    resampled = [np.interp(grid_us, samples.time_us, axis) for axis in samples.xyz_g().T.astype(np.float64)]
    assert np.sum(resampled) == pytest.approx(sum_95_hz, abs=0.005)


def test_axivity_values_come_back_to_the_last_digit_of_the_text(recordings_dir: Path) -> None:
    path = recordings_dir / "ggir_ax3_testfile_unix_timestamps.csv"
    text = np.array([row[1:] for row in csv.reader(path.read_text().splitlines())], dtype=np.float64)
    (block,) = delimited.read(path).blocks()
    assert block.values.dtype == np.int16
    np.testing.assert_allclose(block.values * block.g_per_value, text, atol=5e-7)


def test_an_axivity_export_whose_gravity_is_far_off_is_read_and_that_is_said(recordings_dir: Path) -> None:
    decoded = delimited.read(recordings_dir / "ggir_ax6_testfile_formatted_timestamps.csv")
    assert len(decoded.problems) == 1
    assert "gravity measures 0.07 g" in decoded.problems[0]


def test_empatica_without_a_time_column_is_refused(recordings_dir: Path) -> None:
    with pytest.raises(NoClockError, match="none is left for the time"):
        delimited.read(recordings_dir / "flirt_empatica_ACC.csv")


def test_nothing_else_in_the_folder_is_read_as_a_table(recordings_dir: Path) -> None:
    claimed = {p.name for p in recordings_dir.iterdir() if delimited.claims(p.read_bytes()[:4096], p)}
    ours = {name for name in claimed if not name.startswith(("flirt_", "ggir_ax"))}
    assert ours == {"expected.csv"}
    with pytest.raises(UnsupportedRecordingError, match="no three columns"):
        delimited.read(recordings_dir / "expected.csv")


# ---------------------------------------------------------------------------------------- layouts


@given(
    separator=st.sampled_from([",", ";", "\t", "|", " "]),
    comma=st.booleans(),
    unit=st.sampled_from([("g", 3, 1000), ("mg", 0, 1), ("m/s^2", 4, 1000 / 9.80665), (None, 3, 1000), (None, 0, 1)]),
    notation=st.sampled_from(["iso", "offset", "local", "s", "ms", "us", "ns"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    bom=st.booleans(),
    quoted=st.booleans(),
    packed=st.booleans(),
    last_newline=st.booleans(),
    n=st.integers(3, 60),
)
def test_every_layout_gives_the_same_samples(
    *,
    separator: str,
    comma: bool,
    unit: tuple[str | None, int, float],
    notation: str,
    newline: str,
    bom: bool,
    quoted: bool,
    packed: bool,
    last_newline: bool,
    n: int,
) -> None:
    name, decimals, mg_per_unit = unit
    quoted = quoted or (comma and separator == ",")
    quoted = quoted and separator != " "
    times = _times(notation, n, glue="T" if separator == " " else " ")
    numbers = [[f"{value / mg_per_unit:.{decimals}f}" for value in row] for row in resting_mg(n).tolist()]
    if comma:
        numbers = [[number.replace(".", ",") for number in row] for row in numbers]
    axes = [f"acc_{axis}" if name is None else f"acc_{axis}({name})" for axis in "xyz"]
    rows = [["timestamp", *axes], *([time, *row] for time, row in zip(times, numbers, strict=True))]
    text = newline.join(separator.join(f'"{field}"' if quoted else field for field in row) for row in rows)
    content = (b"\xef\xbb\xbf" if bom else b"") + text.encode() + (newline.encode() if last_newline else b"")
    with TemporaryDirectory() as folder:
        decoded = read(Path(folder) / "a.dat", gzip.compress(content, 1) if packed else content)
        samples = joined(decoded)
    assert decoded.clock.base == ("local" if notation == "local" else "utc")
    assert decoded.clock.utc_offset_s == (3600 if notation == "offset" else None)
    assert (decoded.rate_hz_nominal, decoded.bad_blocks, decoded.problems) == (50, 0, ())
    np.testing.assert_array_equal(samples.time_us, clock_us(n))
    np.testing.assert_allclose(samples.xyz_g() * 1000, resting_mg(n), atol=0.01)


def _times(notation: str, n: int, *, glue: str) -> list[str]:
    times_us = clock_us(n)
    if notation in ("iso", "local"):
        return [text.replace("T", glue) for text in iso(times_us, "Z" if notation == "iso" else "")]
    if notation == "offset":
        return [text.replace("T", glue) for text in iso(times_us + 3_600_000_000, "+01:00")]
    if notation == "s":
        return [f"{us // 1_000_000}.{us % 1_000_000:06}" for us in times_us.tolist()]
    return [str(us * 1000 if notation == "ns" else us // {"ms": 1000, "us": 1}[notation]) for us in times_us.tolist()]


def test_polars_sensor_logger_is_read_by_the_telephones_clock(tmp_path: Path) -> None:
    lines = (
        f"{stamp};{599_616_000_000_000_000 + 19_230_769 * i};{x};{y};{z}"
        for i, (stamp, (x, y, z)) in enumerate(zip(iso(clock_us(200), ""), resting_mg(200).tolist(), strict=True))
    )
    text = "\n".join(["Phone timestamp;sensor timestamp [ns];X [mg];Y [mg];Z [mg]", *lines])
    decoded = read(tmp_path / "polar.txt", text)
    assert (decoded.clock.base, decoded.unit) == ("local", "mg")
    np.testing.assert_array_equal(joined(decoded).time_us, clock_us(200))


def test_metawear_states_the_wearers_offset_in_its_header(tmp_path: Path) -> None:
    rows = zip(clock_us(100).tolist(), in_g(100), strict=True)
    lines = (f"{us // 1000},2024-03-12T15.15.00.000,{(us - EVENING_US) / 1e6:.3f},{values}" for us, values in rows)
    header = "epoc (ms),timestamp (-0700),elapsed (s),x-axis (g),y-axis (g),z-axis (g)"
    decoded = read(tmp_path / "meta.csv", "\n".join([header, *lines]))
    assert (decoded.clock.base, decoded.clock.utc_offset_s) == ("utc", -25_200)
    np.testing.assert_array_equal(joined(decoded).time_us, clock_us(100))


def test_sensor_logger_orders_its_axes_backwards(tmp_path: Path) -> None:
    m_s2 = resting_mg(100) * 0.00980665
    rows = zip(clock_us(100).tolist(), m_s2.tolist(), strict=True)
    lines = (f"{us * 1000},{us / 1e6 - 5},{z},{y},{x}" for us, (x, y, z) in rows)
    decoded = read(tmp_path / "TotalAcceleration.csv", "\n".join(["time,seconds_elapsed,z,y,x", *lines]))
    assert (decoded.unit, decoded.clock.base) == ("m/s2", "utc")
    np.testing.assert_allclose(joined(decoded).xyz_g() * 1000, resting_mg(100), atol=0.01)


def test_a_table_without_names_is_time_x_y_z(tmp_path: Path) -> None:
    rows = zip(clock_us(60).tolist(), resting_mg(60).tolist(), strict=True)
    lines = (f"{us // 1000};{x};{y};{z}" for us, (x, y, z) in rows)
    decoded = read(tmp_path / "a", "\n".join(lines))
    assert (decoded.format, decoded.unit, decoded.clock.base) == ("csv-generic", "mg", "utc")


def test_five_columns_without_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedRecordingError, match="5 columns without names"):
        read(tmp_path / "a.csv", "\n".join(f"{line},21.5" for line in plain_lines(50)))


@pytest.mark.parametrize("start_ms", [EVENING_US // 1000, 7_123_456])
@pytest.mark.parametrize("end", ["", ", "])
def test_commas_that_are_separators_and_decimal_signs_are_named_as_what_is_wrong(
    tmp_path: Path, start_ms: int, end: str
) -> None:
    lines = (
        f"{start_ms + 20 * i},{values.replace(',', ';').replace('.', ',').replace(';', ',')}{end}"
        for i, values in enumerate(in_g(60))
    )
    with pytest.raises(UnsupportedRecordingError, match=r"4 names stand above [78] columns: commas both separate"):
        read(tmp_path / "a.csv", "\n".join(["Timestamp (ms),X: (m/s^2),Y: (m/s^2),Z: (m/s^2)", *lines]))


def seconds_and_g(time_form: str, value_form: str, per_s: float) -> list[str]:
    rows = zip(clock_us(100).tolist(), resting_mg(100).tolist(), strict=True)
    return [
        ",".join([format(us / 1e6 * per_s, time_form), *(format(mg / 1000, value_form) for mg in xyz)])
        for us, xyz in rows
    ]


def test_unix_seconds_are_axivitys_wall_clock_only_in_the_very_digits_of_its_software(tmp_path: Path) -> None:
    lines = seconds_and_g(".4f", ".6f", 1)
    with_header = read(tmp_path / "a.csv", "\n".join(["time,x,y,z", *lines]))
    without = read(tmp_path / "b.csv", "\n".join(lines))
    assert (with_header.format, with_header.clock.base, with_header.problems) == ("csv-generic", "utc", ())
    assert (without.format, without.clock.base) == ("axivity-csv", "local")
    assert "a first line time,x,y,z makes them UTC" in " ".join(without.problems)


@pytest.mark.parametrize(
    ("time_form", "value_form", "per_s"),
    [
        (".2f", ".4f", 1),
        (".3f", ".6f", 1),
        (".6f", ".6f", 1),
        (".4f", ".5f", 1),
        (".0f", ".6f", 1e3),
        (".4f", ".6f", 1e3),
        (".0f", ".6f", 1e6),
        (".0f", ".3f", 1e9),
    ],
)
def test_numbers_since_1970_are_utc_whatever_stands_above_them(
    tmp_path: Path, time_form: str, value_form: str, per_s: float
) -> None:
    lines = seconds_and_g(time_form, value_form, per_s)
    bare = read(tmp_path / "bare.csv", "\n".join(lines))
    named = read(tmp_path / "named.csv", "\n".join(["time,x,y,z", *lines]))
    assert (bare.format, bare.clock) == (named.format, named.clock) == ("csv-generic", DeviceClock("utc"))
    assert np.array_equal(joined(bare).time_us, joined(named).time_us)


def test_integers_of_256_to_the_g_are_recognised_as_counts(tmp_path: Path) -> None:
    lines = (f"{us / 1e6:.4f},3,-2,{255 + us // 20_000 % 3}" for us in clock_us(100).tolist())
    decoded = read(tmp_path / "raw.csv", "\n".join(lines))
    (block,) = decoded.blocks()
    assert decoded.unit == "counts"
    assert (block.values.dtype.name, block.g_per_value) == ("int16", 1 / 256)


def test_values_too_fine_for_16_bits_are_kept_as_floats(tmp_path: Path) -> None:
    lines = (f"{stamp},0.1234567,-0.7654321,0.{i:07}" for i, stamp in enumerate(iso(clock_us(50)), 6_000_000))
    (block,) = read(tmp_path / "a.csv", "\n".join([HEADER, *lines])).blocks()
    assert (block.values.dtype.name, block.g_per_value) == ("float32", 1.0)
    assert block.values[0, 0] == np.float32(0.1234567)


def test_unknown_columns_are_ignored(tmp_path: Path) -> None:
    lines = (f"{line},21.5,note" for line in plain_lines(50))
    decoded = read(tmp_path / "a.csv", "\n".join([HEADER + ",temperature,remark", *lines]))
    assert len(joined(decoded)) == 50


# ---------------------------------------------------------------------------------------- times


def test_samples_that_share_a_second_are_spread_over_it_and_that_is_said(tmp_path: Path) -> None:
    # A recording that starts 12 samples before a full second and ends 20 after one.
    counts = [12, 32, 32, 31, 32, 20]
    seconds = np.repeat(np.arange(len(counts)), counts) * 1_000_000 + EVENING_US
    stamps = [stamp[:19] + "Z" for stamp in iso(seconds, "")]
    lines = (f"{stamp},{values}" for stamp, values in zip(stamps, in_g(sum(counts)), strict=True))
    decoded = read(tmp_path / "centrepoint.csv", "\n".join(["Timestamp,X,Y,Z", *lines]))
    times = joined(decoded).time_us
    assert decoded.rate_hz_nominal == 32
    assert "spread" in decoded.problems[0]
    assert np.abs(np.diff(times) - 1e6 / 32).max() <= 1e6 / 31 - 1e6 / 32 + 1
    assert times[12] == EVENING_US + 1_000_000
    assert times[11] == EVENING_US + 1_000_000 - 31_250
    np.testing.assert_array_equal(times // 1_000_000, seconds // 1_000_000)


def test_seconds_are_spread_alike_wherever_the_file_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = EVENING_US + np.arange(50 * 40) // 50 * 1_000_000
    stamps = [stamp[:19] + "Z" for stamp in iso(seconds, "")]
    text = "\n".join(f"{stamp},{values}" for stamp, values in zip(stamps, in_g(len(stamps)), strict=True))
    whole = joined(read(tmp_path / "a.csv", text)).time_us
    small_stretches(monkeypatch, 1111)
    np.testing.assert_array_equal(joined(read(tmp_path / "a.csv", text)).time_us, whole)
    np.testing.assert_array_equal(np.diff(whole), 20_000)


def test_times_rounded_away_in_a_spreadsheet_are_no_clock(tmp_path: Path) -> None:
    lines = (f"1.71028E+09,{values}" for values in in_g(6000))
    with pytest.raises(NoClockError, match="share each time"):
        read(tmp_path / "a.csv", "\n".join(["time,x,y,z", *lines]))


def test_dates_are_told_apart_by_a_day_that_comes_only_late_in_the_file(tmp_path: Path) -> None:
    times = clock_us(20_000) - (clock_us(1)[0] - 1_710_287_900_000_000)  # 100 s before midnight of 12 March
    stamps = (f"{s[8:10]}/{s[5:7]}/{s[:4]} {s[11:]}" for s in iso(times, ""))
    lines = [f"{stamp},{values}" for stamp, values in zip(stamps, in_g(len(times)), strict=True)]
    decoded = read(tmp_path / "a.csv", "\n".join([HEADER, *lines]))
    np.testing.assert_array_equal(joined(decoded).time_us, times)
    with pytest.raises(NoClockError, match="day/month or month/day"):
        read(tmp_path / "a.csv", "\n".join([HEADER, *lines[:1000]]))


def test_seconds_from_an_unknown_start_are_a_relative_clock_that_begins_with_the_first_sample(tmp_path: Path) -> None:
    lines = (f"{-3 + i / 50},0.1,0.2,9.79" for i in range(200))
    decoded = read(tmp_path / "a.csv", "\n".join(["Time (s),x (m/s^2),y (m/s^2),z (m/s^2)", *lines]))
    assert decoded.clock == DeviceClock("relative")
    np.testing.assert_array_equal(joined(decoded).time_us, clock_us(200) - EVENING_US)


def test_seconds_of_an_unnamed_unit_are_refused_with_a_hint(tmp_path: Path) -> None:
    lines = (f"{i / 50},0.1,0.2,9.79" for i in range(200))
    with pytest.raises(NoClockError, match=r"'time' counts from an unknown start in an unknown unit") as caught:
        read(tmp_path / "phyphox.csv", "\n".join(["time,x,y,z", *lines]))
    assert caught.value.hint
    assert caught.value.path == tmp_path / "phyphox.csv"


def test_one_sample_a_minute_cannot_show_movements(tmp_path: Path) -> None:
    stamps = iso(EVENING_US + np.arange(100) * 60_000_000)
    text = "\n".join([HEADER, *(f"{stamp},0,0,1" for stamp in stamps)])
    with pytest.raises(UnsupportedRecordingError, match="one line every 60 s"):
        read(tmp_path / "epochs.csv", text)


def test_an_offset_that_changes_in_the_night_is_not_stated(tmp_path: Path) -> None:
    times = 1_729_990_799_000_000 + np.arange(200) * 20_000  # the end of summer time in Berlin, 2024
    stamps = [*iso(times[:50] + 7_200_000_000, "+02:00"), *iso(times[50:] + 3_600_000_000, "+01:00")]
    lines = (f"{stamp},{values}" for stamp, values in zip(stamps, in_g(200), strict=True))
    decoded = read(tmp_path / "a.csv", "\n".join([HEADER, *lines]))
    assert (decoded.clock.base, decoded.clock.utc_offset_s) == ("utc", None)
    np.testing.assert_array_equal(joined(decoded).time_us, times)


# ---------------------------------------------------------------------------------------- units


def test_gravity_removed_is_recognised_by_its_absence(tmp_path: Path) -> None:
    lines = (f"{stamp},0.012,-0.034,0.021" for stamp in iso(clock_us(100)))
    with pytest.raises(UnsupportedRecordingError, match="gravity was removed"):
        read(tmp_path / "Accelerometer.csv", "\n".join(["time,z,y,x", *lines]))


def test_an_unknown_unit_is_refused_with_the_measure(tmp_path: Path) -> None:
    lines = (f"{stamp},10,20,8192" for stamp in iso(clock_us(100)))
    with pytest.raises(UnknownUnitError, match="8192"):
        read(tmp_path / "bangle.csv", "\n".join(["time,x,y,z", *lines]))
