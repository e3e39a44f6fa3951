"""The ActiLife reader: dates and numbers in every way a computer writes them, and idle sleep."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import DamagedRecordingError
from ingest.formats import actilife
from ingest.reading import read_recording
from ingest.recognising.sniff import reader_of
from ingest.recording import Device, DeviceClock, Placement
from ingest.tables import walk
from tests.drawing import examples
from tests.ingest.formats.actilife_files import NO_STAMPS, START_US, Export, document, even_us, header, in_mg, read
from tests.ingest.table_files import joined, resting_mg

N = 1200
#: 2023-03-04: a day that may be a month.
EITHER_US = 1_677_966_600_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "night.csv"


# What is read


def test_an_export_without_stamps_rests_on_its_start_and_its_rate_and_says_so(path: Path) -> None:
    decoded = read(path, document(resting_mg(N)))
    samples = joined(decoded)
    np.testing.assert_array_equal(in_mg(decoded), resting_mg(N))
    np.testing.assert_array_equal(samples.time_us, even_us(N))
    assert decoded.format == "actilife-csv"
    assert decoded.device == Device("ActiGraph", "GT3X+", "NEO1D12345678")
    assert decoded.clock == DeviceClock("local", runs_on=True)
    assert decoded.rate_hz_nominal == 100
    assert decoded.unit == "g"
    assert decoded.problems == (NO_STAMPS,)
    assert next(iter(decoded.blocks())).values.dtype == np.int16


def test_an_export_with_stamps_has_a_clock_of_its_own(path: Path) -> None:
    text = document(resting_mg(N), Export(with_stamps=True))
    lines = text.split("\r\n")
    lines[11 + 500 :] = [line.replace("21:30", "21:47") for line in lines[11 + 500 :]]
    decoded = read(path, "\r\n".join(lines))
    expected = even_us(N)
    expected[500:] += 17 * 60_000_000
    np.testing.assert_array_equal(joined(decoded).time_us, expected)
    np.testing.assert_array_equal(in_mg(decoded), resting_mg(N))
    assert decoded.problems == ()


FORMATS = [
    "M/d/yyyy",
    "d/M/yyyy",
    "dd/MM/yyyy",
    "dd.MM.yyyy",
    "d-M-yyyy",
    "yyyy-MM-dd",
    "m/dd/yy",
    "d. M. yyyy",
    "yyyy/M/d",
]


@pytest.mark.parametrize("with_stamps", [False, True])
@pytest.mark.parametrize("start_us", [START_US, EITHER_US])
@pytest.mark.parametrize("date_format", FORMATS)
def test_dates_are_read_in_the_order_that_line_1_names(
    path: Path, date_format: str, start_us: int, *, with_stamps: bool
) -> None:
    export = Export(date_format=date_format, start_us=start_us, with_stamps=with_stamps)
    decoded = read(path, document(resting_mg(N), export))
    np.testing.assert_array_equal(joined(decoded).time_us, even_us(N, start_us=start_us))


@pytest.mark.parametrize("with_stamps", [False, True])
@pytest.mark.parametrize("separator", ["-", ".", "/"])
def test_the_computers_separators_may_differ_from_those_of_the_format(
    path: Path, separator: str, *, with_stamps: bool
) -> None:
    export = Export(date_format="dd/MM/yyyy", separator=separator, start_us=EITHER_US, with_stamps=with_stamps)
    decoded = read(path, document(resting_mg(N), export))
    assert joined(decoded).time_us[0] == EITHER_US


@pytest.mark.parametrize(
    ("start", "written"),
    [("9:30:00 PM", "21:30"), ("21.30.00", "21:30"), ("12:05:00 AM", "00:05"), ("12:05:00 pm", "12:05")],
)
def test_the_time_of_day_may_be_written_in_other_ways(path: Path, start: str, written: str) -> None:
    text = document(resting_mg(N)).replace("Start Time 21:30:00", f"Start Time {start}")
    first_us = int(joined(read(path, text)).time_us[0])
    assert str(np.datetime64(first_us, "us"))[11:16] == written


def test_a_month_may_be_a_word(path: Path) -> None:
    text = document(resting_mg(N)).replace("M/d/yyyy", "dd-MMM-yy").replace("10/25/2023", "25-Oct-23")
    text = text.replace("11/2/2023", "02-NOV-23")
    assert joined(read(path, text)).time_us[0] == START_US


def test_a_format_that_its_own_dates_contradict_is_not_believed(path: Path) -> None:
    """As in a real header: dd/MM/yyyy above a start on 09-12-2017 and a download on 09-19-2017."""
    text = document(resting_mg(N)).replace("M/d/yyyy", "dd/MM/yyyy")
    decoded = read(path, text.replace("10/25/2023", "09-12-2017").replace("11/2/2023", "09-19-2017"))
    assert str(np.datetime64(int(joined(decoded).time_us[0]), "us"))[:10] == "2017-09-12"
    said = "the dates of the header are not in the order that its first line names: read as month-day-year"
    assert said in decoded.problems


def test_a_download_before_the_start_exchanges_day_and_month_too(path: Path) -> None:
    text = document(resting_mg(N)).replace("10/25/2023", "05/11/2023").replace("11/2/2023", "07/10/2023")
    assert not read(path, text).problems[1:]
    text = document(resting_mg(N)).replace("10/25/2023", "05/10/2023").replace("11/2/2023", "04/11/2023")
    decoded = read(path, text)
    assert str(np.datetime64(int(joined(decoded).time_us[0]), "us"))[:10] == "2023-10-05"
    assert any("day-month-year" in problem for problem in decoded.problems)


def test_stamps_that_show_their_order_go_before_the_header(path: Path) -> None:
    text = document(resting_mg(N), Export(with_stamps=True)).replace("date format M/d/yyyy", "date format dd/MM/yyyy")
    assert joined(read(path, text)).time_us[0] == START_US


def test_iso_stamps_of_a_sensor_with_nine_axes_are_read(path: Path) -> None:
    names = (
        "Timestamp,Accelerometer X,Accelerometer Y,Accelerometer Z,Temperature,"
        "Gyroscope X,Gyroscope Y,Gyroscope Z,Magnetometer X,Magnetometer Y,Magnetometer Z"
    )
    rows = [
        f"2023-10-25T21:30:{i // 100:02}.{i % 100:02}00000,0.{i % 7}1,-0.5,0.8123456,25.5,1.5,2.5,3.5,40.1,50.2,60.3"
        for i in range(N)
    ]
    lines = [*header(Export(device="ActiGraph Link IMU 9DOF Sensor")), names, *rows]
    decoded = read(path, "\r\n".join(lines))
    np.testing.assert_array_equal(joined(decoded).time_us, even_us(N))
    assert decoded.device.model == "Link IMU 9DOF Sensor"
    np.testing.assert_allclose(joined(decoded).xyz_g()[3], [0.31, -0.5, 0.8123456], atol=1e-6)
    assert all(block.celsius is not None and (block.celsius == 25.5).all() for block in decoded.blocks())


@pytest.mark.parametrize(
    "variant",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\r\n", "\n"),
        lambda text: text.replace("Accelerometer X,Accelerometer Y,Accelerometer Z\r\n", ""),
        lambda text: text.replace("Accelerometer X,Accelerometer Y,Accelerometer Z", "Axis1,Axis2,Axis3"),
        lambda text: text.replace("Accelerometer X,Accelerometer Y,Accelerometer Z", "\r\nX,Y,Z"),
        lambda text: text.replace("-----------\r\nSerial", "-----------,,\r\nSerial").replace("678\r\n", "678,,\r\n"),
        lambda text: text.replace("Current Memory Address: 0\r\n", ""),
        lambda text: text.replace("Current Memory Address: 0\r\n", "Current Memory Address: 0\r\nSubject: A\r\n\r\n"),
        lambda text: text.replace("\r\n", "\n").rstrip("\n"),
    ],
    ids=[
        "BOM",
        "LF",
        "no names",
        "old names",
        "X,Y,Z",
        "padded by a spreadsheet",
        "9 lines",
        "12 lines",
        "no last end",
    ],
)
def test_variants_of_the_header_are_read_alike(path: Path, variant: Callable[[str], str]) -> None:
    plain = document(resting_mg(N))
    changed = variant(plain)
    assert changed != plain
    decoded = read(path, changed)
    np.testing.assert_array_equal(in_mg(decoded), resting_mg(N))
    np.testing.assert_array_equal(joined(decoded).time_us, even_us(N))
    assert decoded.device.serial == "NEO1D12345678"
    assert decoded.problems == (NO_STAMPS,)


@pytest.mark.parametrize("with_stamps", [False, True])
@pytest.mark.parametrize("quoted", [False, True])
def test_decimal_commas_are_read_behind_semicolons_and_in_quotes(
    path: Path, *, quoted: bool, with_stamps: bool
) -> None:
    export = Export(date_format="dd.MM.yyyy", decimal=",", quoted=quoted, with_stamps=with_stamps)
    decoded = read(path, document(resting_mg(N), export))
    np.testing.assert_array_equal(in_mg(decoded), resting_mg(N))
    np.testing.assert_array_equal(joined(decoded).time_us, even_us(N))


def test_the_limb_of_line_1_is_the_placement(path: Path) -> None:
    text = document(resting_mg(N)).replace("Filter Normal", "Filter Normal Limb: Ankle Side: Left")
    assert read(path, text).placement == Placement("ankle", "left")


def test_a_gzipped_export_reads_like_the_plain_one(path: Path) -> None:
    path.write_bytes(gzip.compress(document(resting_mg(N)).encode()))
    assert getattr(reader_of(path), "__name__", "") == "ingest.formats.actilife"
    np.testing.assert_array_equal(in_mg(actilife.read(path)), resting_mg(N))


@given(
    mg=st.lists(st.tuples(*[st.integers(-8000, 8000)] * 2), min_size=2, max_size=60),
    rate_hz=st.sampled_from([30, 40, 50, 60, 80, 100, 256]),
    date_format=st.sampled_from(FORMATS),
    start_s=st.integers(946_684_800, 2_000_000_000),
    with_stamps=st.booleans(),
    with_names=st.booleans(),
    decimal=st.sampled_from([".", ","]),
    stretch=st.integers(200, 4000),
)
@settings(max_examples=examples(25))
def test_what_was_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    mg: list[tuple[int, int]],
    rate_hz: int,
    date_format: str,
    start_s: int,
    *,
    with_stamps: bool,
    with_names: bool,
    decimal: str,
    stretch: int,
) -> None:
    xyz_mg = np.concatenate([resting_mg(100), [[x, y, 1000] for x, y in mg], resting_mg(100)])
    start_us = start_s * 1_000_000
    export = Export(
        rate_hz,
        date_format,
        with_stamps=with_stamps,
        with_names=with_names,
        decimal=decimal,
        start_us=start_us,
        download_us=start_us + 86_400_000_000,
    )
    path = tmp_path_factory.getbasetemp() / "round.csv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walk, "STRETCH_BYTES", stretch)
        decoded = read(path, document(xyz_mg, export))
    np.testing.assert_array_equal(in_mg(decoded), xyz_mg)
    to_the_ms = 1000 if with_stamps else 1
    expected = even_us(len(xyz_mg), rate_hz, start_us)
    np.testing.assert_array_equal(joined(decoded).time_us, expected // to_the_ms * to_the_ms)
    assert decoded.bad_blocks == 0


# Idle sleep


@pytest.mark.parametrize("filled_with", ["zeros", "the last value"])
def test_what_an_idle_device_did_not_measure_is_counted(path: Path, filled_with: str) -> None:
    xyz_mg = resting_mg(6000)
    xyz_mg[1000:5500] = 0 if filled_with == "zeros" else xyz_mg[999]
    path.write_text(document(xyz_mg))
    recording = read_recording(path)
    assert recording.quality.n_idle == 1
    assert recording.quality.idle_s == pytest.approx(45, abs=0.1)
    assert any("idle-sleep mode" in warning for warning in recording.warnings)


def test_nine_seconds_of_one_value_are_no_idle_sleep(path: Path) -> None:
    xyz_mg = resting_mg(6000)
    xyz_mg[1000:1900] = xyz_mg[999]
    path.write_text(document(xyz_mg))
    assert read_recording(path).quality.n_idle == 0
    xyz_mg[1000:1900] = 0
    path.write_text(document(xyz_mg))
    assert read_recording(path).quality.n_idle == 1  # zeros are none for a second already


def test_zeros_for_most_of_a_night_do_not_hide_gravity_and_zeros_alone_are_damage(path: Path) -> None:
    idle = np.zeros((20 * N, 3), np.int64)
    assert len(joined(read(path, document(np.concatenate([resting_mg(N), idle]))))) == 21 * N
    with pytest.raises(DamagedRecordingError, match="all 24000 samples are zeros"):
        read(path, document(idle))


# Which files


def test_other_tables_are_not_claimed(path: Path) -> None:
    for text in ("time,x,y,z\n1,2,3,4\n", "-----\n1,2,3\n", "# ActiLife\n1,2,3\n", "", "-" * 4096):
        path.write_text(text)
        assert not actilife.claims(text.encode(), path)
