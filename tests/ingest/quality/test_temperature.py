"""Temperature by the minute, out of every format that holds it, on the clock of the samples beside it."""

from __future__ import annotations

import re
import struct
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import Recording, describe, read_recording
from ingest.quality.thermometer import MinuteMeans
from ingest.reading import Declared
from ingest.recording import Samples
from ingest.writers.axivity import write_cwa
from tests.ingest.formats.actigraph.actigraph_encoding import parameter_float
from tests.ingest.formats.actigraph.actigraph_files import EVENING_S as ACTIGRAPH_S
from tests.ingest.formats.actigraph.actigraph_files import Record, gt3x
from tests.ingest.formats.geneactiv.geneactiv_writer import Setup, write_bin, write_export
from tests.ingest.formats.matrix_files import EVENING_S, Packet, Recorded
from tests.ingest.making import EVENING_US, cut, every, samples

MINUTE_US = 60_000_000
#: A step of an Axivity's converter.
STEP_C = 75 / 256
Points = dict[int, float]


def read(path: Path, *, zone: str = "UTC", time_shift_us: int = 0) -> Recording:
    return read_recording(path, lambda _: Declared(zone=zone, time_shift_us=time_shift_us))


def minutes(recording: Recording) -> Points:
    found = recording.temperature
    return dict(zip(found.minute_us.tolist(), found.celsius.tolist(), strict=True))


def means(readings: list[tuple[int, float]]) -> Points:
    """A second, slow way from readings to minutes."""
    by_minute: dict[int, list[float]] = defaultdict(list)
    for at_us, value in readings:
        by_minute[at_us // MINUTE_US * MINUTE_US].append(value)
    return {minute: sum(values) / len(values) for minute, values in sorted(by_minute.items())}


def warming(time_us: np.ndarray[tuple[int], np.dtype[np.int64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A sensor that is put on: from 22 degrees up by one a minute."""
    celsius: np.ndarray[tuple[int], np.dtype[np.float64]] = 22.0 + (time_us - time_us[0]) / MINUTE_US
    return celsius


def at_rest(n: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    xyz_g = np.tile([0.0, 0.0, 1.0], (n, 1))
    xyz_g[:, 0] += 0.02 * np.sin(np.arange(n))
    return xyz_g


def said_of(recording: Recording) -> list[str]:
    return [warning for warning in recording.warnings if "temperature" in warning]


# Axivity


@pytest.mark.parametrize(
    "name",
    [
        "ggirread_ax3_testfile.cwa",
        "ggirread_ax3_testfile_corrupt_blocks_0_13_14_142_143_144.cwa",
        "ggirread_ax6_testfile.cwa",
        "skdh_ax3_sample.cwa",
    ],
)
def test_a_real_axivity_file_has_the_temperature_of_its_sectors(recordings_dir: Path, name: str) -> None:
    """Against the maker's formula in `omapi-reader.c`, by the stamp of each sector with a right checksum."""
    data = (recordings_dir / name).read_bytes()
    readings = []
    for start in range(1024, len(data) - 511, 512):
        sector = data[start : start + 512]
        if sector[:2] == b"AX" and sum(struct.unpack("<256H", sector)) % 65536 == 0:
            packed, _, raw = struct.unpack_from("<IHH", sector, 14)
            day = np.datetime64(f"{2000 + (packed >> 26)}-{packed >> 22 & 15:02}-{packed >> 17 & 31:02}", "us")
            seconds = (packed >> 12 & 31) * 3600 + (packed >> 6 & 63) * 60 + (packed & 63)
            readings.append((int(day.astype(np.int64)) + seconds * 1_000_000, (raw & 0x3FF) * 75 / 256 - 50))
    found, expected = minutes(read(recordings_dir / name)), means(readings)
    assert list(found) == list(expected)
    # A sector is stamped at its end and dated here by its middle: one of fifty may fall into the other minute.
    assert [found[at] for at in found] == pytest.approx([expected[at] for at in expected], abs=0.1)


def test_an_axivity_file_gives_back_the_temperature_that_was_written(tmp_path: Path) -> None:
    time_us = every(20_000, 30_000)
    write_cwa(tmp_path / "a.cwa", time_us, at_rest(30_000), rate_hz=50.0, serial=7, celsius=warming(time_us))
    recording = read(tmp_path / "a.cwa")
    assert list(minutes(recording)) == [EVENING_US + i * MINUTE_US for i in range(10)]
    np.testing.assert_allclose(recording.temperature.celsius, 22.5 + np.arange(10), atol=STEP_C)
    assert said_of(recording) == []


def test_a_sector_without_a_temperature_has_none(tmp_path: Path) -> None:
    time_us = every(20_000, 6_000)
    write_cwa(tmp_path / "a.cwa", time_us, at_rest(6_000), rate_hz=50.0, serial=7, celsius=np.full(6_000, np.nan))
    recording = read(tmp_path / "a.cwa")
    assert len(recording.temperature) == 0
    assert describe(recording)["temperature_c"] is None
    assert said_of(recording) == []


def test_a_cut_axivity_file_keeps_the_minutes_that_can_be_read(tmp_path: Path) -> None:
    time_us = every(20_000, 30_000)
    path = tmp_path / "a.cwa"
    write_cwa(path, time_us, at_rest(30_000), rate_hz=50.0, serial=7, celsius=warming(time_us))
    whole = minutes(read(path))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    kept = minutes(read(path))
    assert 4 <= len(kept) <= 6
    assert list(kept.items())[:-1] == list(whole.items())[: len(kept) - 1]


def test_a_zone_and_a_shift_move_the_minutes_with_the_samples(tmp_path: Path) -> None:
    time_us = every(20_000, 12_000)
    write_cwa(tmp_path / "a.cwa", time_us, at_rest(12_000), rate_hz=50.0, serial=7, celsius=warming(time_us))
    moved = read(tmp_path / "a.cwa", zone="Europe/Berlin", time_shift_us=90_000_000)
    assert moved.quality.first_us == EVENING_US - 3_600_000_000 + 90_000_000
    assert moved.temperature.minute_us[0] == moved.quality.first_us


# GENEActiv


def test_a_real_geneactiv_file_has_the_temperature_of_its_pages(recordings_dir: Path) -> None:
    path = recordings_dir / "actfast_geneactiv.bin"
    pages = re.findall(r"Page Time:(\S+ \S+):(\d+)\r?\n.*\r?\nTemperature:([\d.]+)", path.read_text("latin-1"))
    clocks = [int(np.datetime64(clock.replace(" ", "T"), "us").astype(np.int64)) for clock, _, _ in pages]
    # Half of a page of 300 samples at 50 Hz.
    recording = read(path)
    half_us = round(150 / (recording.rate_hz_nominal or 1) * 1e6)
    shift_us = recording.clock.shift_us
    readings = [(us + half_us, float(page[2])) for us, page in zip(clocks, pages, strict=True)]
    expected = {minute + shift_us: value for minute, value in means(readings).items()}
    found = minutes(recording)
    assert len(pages) > 10
    assert list(found) == list(expected)
    assert list(found.values()) == pytest.approx(list(expected.values()), abs=0.02)


def test_a_geneactiv_page_whose_temperature_is_damaged_keeps_its_samples(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    time_us = every(10_000, 3_000)
    write_bin(path, time_us, at_rest(3_000), Setup(100.0))
    data = path.read_bytes()
    for broken, expected in ((b"Temperature:-3.5", -3.5), (b"Temperature:3#.5", None), (b"Tempe\0ature:31.5", None)):
        path.write_bytes(data.replace(b"Temperature:31.5", broken))
        recording = read(path)
        assert recording.quality.n_samples == 3_000
        assert set(minutes(recording).values()) == ({expected} if expected else set())


def test_the_export_of_a_geneactiv_has_its_temperature_in_the_last_column(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_export(path, every(10_000, 9_000), at_rest(9_000), Setup(100.0))
    assert set(minutes(read(path)).values()) == {31.5}
    assert len(read(path).temperature) == 2


# ActiGraph


def actigraph_log(celsius: list[float], *, label: bytes = b"Temperature", scale: float = 333.87) -> list[Record]:
    """A second of samples and one of sensor data, by turns, behind the schema of a gyroscope."""
    columns = [(2, 0, 16, 1.0, b"Gyroscope X"), (2, 16, 16, scale, label)]
    schema = struct.pack("<3H", 7, len(columns), 2)
    for flags, offset, size, factor, name in columns:
        schema += struct.pack("<3BI16s", flags, offset, size, parameter_float(factor), name.ljust(16))
    log = [Record(24, ACTIGRAPH_S, schema)]
    second = np.tile(np.array([0, 0, 256], "<i2"), (30, 1)).tobytes()
    for i, value in enumerate(celsius):
        raw = round((value - 21) * scale)
        log += [
            Record(26, ACTIGRAPH_S + i, second),
            Record(25, ACTIGRAPH_S + i, struct.pack("<H4h", 7, 5, raw, 6, raw)),
        ]
    return log


@pytest.mark.parametrize("method", [0, 8])
def test_an_actigraph_with_a_gyroscope_has_the_temperature_of_its_chip(tmp_path: Path, method: int) -> None:
    celsius = [30 + i / 40 for i in range(150)]
    log = b"".join(record.encoded() for record in actigraph_log(celsius))
    (tmp_path / "a.gt3x").write_bytes(gt3x(log, method=method))
    recording = read(tmp_path / "a.gt3x")
    shift_us = recording.clock.shift_us
    expected = means([((ACTIGRAPH_S + i) * 1_000_000, value) for i, value in enumerate(celsius)])
    assert minutes(recording) == pytest.approx({at + shift_us: value for at, value in expected.items()}, abs=0.01)
    assert recording.quality.n_samples == 150 * 30


def test_sensor_data_of_an_actigraph_without_a_temperature_or_a_schema_have_none(tmp_path: Path) -> None:
    celsius = [30.0 + i for i in range(20)]
    other, whole = actigraph_log(celsius, label=b"Gyroscope Y"), actigraph_log(celsius)
    cut = [replace(record, payload=record.payload[:9]) if record.kind in (24, 25) else record for record in whole]
    for log in (other, whole[1:], cut):
        (tmp_path / "a.gt3x").write_bytes(gt3x(b"".join(record.encoded() for record in log)))
        recording = read(tmp_path / "a.gt3x")
        assert (minutes(recording), recording.quality.n_samples) == ({}, 600)


# Matrix, Empatica


def test_a_matrix_band_has_the_temperature_at_the_skin(tmp_path: Path) -> None:
    steps = np.tile(np.array([0, 0, 4096], np.int16), (2_500, 1))
    packets = [
        Packet(EVENING_S + 100 * i, EVENING_S + 100 * (i + 1), steps, n_rotation=3, n_temperature=20, celsius=30 + i)
        for i in range(3)
    ]
    recording = read(Recorded(packets).write(tmp_path / "a.bin"))
    readings = [((EVENING_S + 100 * i + 5 * k) * 1_000_000, 30.0 + i) for i in range(3) for k in range(20)]
    assert minutes(recording) == pytest.approx(means(readings))


E4_START_S = 1_710_281_700


def empatica(folder: Path, temperature: str | None) -> Path:
    start = f"{E4_START_S}.000000"
    rows = "\n".join(f"{i % 3},0,64" for i in range(32 * 300))
    (folder / "ACC.csv").write_text(f"{start}, {start}, {start}\n32.000000, 32.000000, 32.000000\n{rows}\n")
    if temperature is not None:
        (folder / "TEMP.csv").write_text(temperature)
    return folder / "ACC.csv"


def test_an_empatica_has_the_temperature_of_the_file_beside_it(tmp_path: Path) -> None:
    values = [f"{31 + i / 1000:.2f}" for i in range(1_200)]
    recording = read(empatica(tmp_path, f"{E4_START_S}.000000\n4.000000\n" + "\n".join(values)))
    readings = [(E4_START_S * 1_000_000 + 250_000 * i, float(value)) for i, value in enumerate(values)]
    assert minutes(recording) == pytest.approx(means(readings), abs=1e-4)


@pytest.mark.parametrize("beside", ["", "no numbers\n", "time,celsius\n1,2\n", "\0\xff" * 400])
def test_a_file_beside_an_empatica_that_is_no_temperature_costs_no_movement(tmp_path: Path, beside: str) -> None:
    recording = read(empatica(tmp_path, beside))
    assert recording.quality.n_samples == 9_600
    assert len(recording.temperature) == 0
    assert said_of(recording) == ["no temperature was read: TEMP.csv beside it is not as an Empatica E4 writes it"]


def test_an_empatica_without_it_has_none(tmp_path: Path) -> None:
    recording = read(empatica(tmp_path, None))
    assert (len(recording.temperature), said_of(recording)) == (0, [])


# Tables


def table(names: str, degrees: list[str]) -> str:
    stamps = (np.datetime64("2026-01-15T22:00:00.000") + 40 * np.arange(len(degrees))).astype(str).tolist()
    pairs = enumerate(zip(stamps, degrees, strict=True))
    rows = [f"{stamp}Z,{0.01 * (i % 3):.2f},0.00,0.99,{value}" for i, (stamp, value) in pairs]
    return "\n".join([f"time,x,y,z,{names}", *rows])


@pytest.mark.parametrize(
    ("name", "value", "celsius"),
    [
        ("temperature", 31.25, 31.25),
        ("Temp (°C)", 31.25, 31.25),
        ("temp_c", 31.25, 31.25),
        ("skinTempF", 88.25, 31.25),
        ("Temperature [°F]", 88.25, 31.25),
        ("temperature", 88.25, 31.25),
        ("Temperature (K)", 304.4, 31.25),
    ],
)
def test_a_table_has_its_temperature_by_name_and_unit(tmp_path: Path, name: str, value: float, celsius: float) -> None:
    (tmp_path / "a.csv").write_text(table(name, [str(value)] * 3_000))
    recording = read(tmp_path / "a.csv")
    assert minutes(recording) == pytest.approx({EVENING_US: celsius, EVENING_US + MINUTE_US: celsius})


@pytest.mark.parametrize(
    "name", ["battery temperature", "ambient_temp", "temp_set", "gyro", "attempt", "temperature std"]
)
def test_a_column_of_another_temperature_is_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.csv").write_text(table(name, ["31.25"] * 1_000))
    assert (minutes(read(tmp_path / "a.csv")), said_of(read(tmp_path / "a.csv"))) == ({}, [])


def test_a_temperature_in_no_known_unit_is_said_and_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(table("temperature", ["3125"] * 1_000))
    recording = read(tmp_path / "a.csv")
    assert minutes(recording) == {}
    assert said_of(recording) == [
        "no temperature was read: 'temperature' names no unit, and around 3125 it is neither C nor F"
    ]


def test_of_two_temperatures_none_is_taken(tmp_path: Path) -> None:
    text = table("temp_left,temp_right", ["31.25,20.5"] * 1_000)
    (tmp_path / "a.csv").write_text(text)
    recording = read(tmp_path / "a.csv")
    assert minutes(recording) == {}
    assert said_of(recording) == [
        "no temperature was read, because several columns may be it: 'temp_left' and 'temp_right'"
    ]


def test_a_line_without_a_temperature_is_a_sample_all_the_same(tmp_path: Path) -> None:
    degrees = ["" if i % 25 else "30.5" for i in range(3_000)]
    (tmp_path / "a.csv").write_text(table("temp (C)", degrees))
    recording = read(tmp_path / "a.csv")
    assert recording.quality.n_samples == 3_000
    assert set(minutes(recording).values()) == {30.5}


def test_parquet_has_it_too(tmp_path: Path) -> None:
    n = 3_000
    frame = pl.DataFrame(
        {
            "time": pl.Series(every(40_000, n)).cast(pl.Datetime("us", "UTC")),
            **{name: at_rest(n)[:, i] for i, name in enumerate("xyz")},
            "temperature_f": pl.Series([88.25] * n),
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    assert set(minutes(read(tmp_path / "a.parquet")).values()) == {31.25}


# All formats


@given(edges=st.lists(st.integers(0, 600), max_size=6))
def test_cutting_blocks_in_any_way_gives_the_same_minutes(edges: list[int]) -> None:
    plain = samples(every(1_000_000, 600))
    whole = Samples(plain.time_us, plain.values, 1.0, warming(plain.time_us).astype(np.float32))
    at_once, in_pieces = MinuteMeans(), MinuteMeans()
    assert (
        sum(map(len, at_once.watching(cut(whole))())) == sum(map(len, in_pieces.watching(cut(whole, edges))())) == 600
    )
    expected, found = at_once.result()[0], in_pieces.result()[0]
    np.testing.assert_array_equal(found.minute_us, EVENING_US + MINUTE_US * np.arange(10))
    np.testing.assert_array_equal(found.celsius, expected.celsius)


def test_inspect_says_how_warm_it_was(tmp_path: Path) -> None:
    time_us = every(20_000, 30_000)
    write_cwa(tmp_path / "a.cwa", time_us, at_rest(30_000), rate_hz=50.0, serial=7, celsius=warming(time_us))
    said = describe(read(tmp_path / "a.cwa"))["temperature_c"]
    assert said == {
        "min": pytest.approx(22.5, abs=STEP_C),
        "median": pytest.approx(27.0, abs=STEP_C),
        "max": pytest.approx(31.5, abs=STEP_C),
        "minutes": 10,
    }
