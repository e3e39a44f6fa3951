"""The CSV of the GENEActiv software: samples read, epochs refused, damage counted line by line."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import DamagedRecordingError, EmptyFileError, IngestError, UnreadableFileError
from ingest.errors import UnsupportedRecordingError as Unsupported
from ingest.formats.geneactiv import reader as geneactiv
from ingest.recognising.sniff import reader_of
from ingest.recording import Device, DeviceClock, Placement
from ingest.tables import walk
from tests.drawing import examples
from tests.ingest.formats.geneactiv.geneactiv_files import EVENING_US, ROUNDING_US, clock_us, read
from tests.ingest.formats.geneactiv.geneactiv_writer import Setup, quantised, write_bin, write_export

SETUP = Setup(100.0, serial="011152", location="right ankle", utc_offset_s=3600)
N = 1000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "night.csv"


@pytest.fixture
def export(path: Path) -> str:
    write_export(path, clock_us(N), acceleration(), SETUP)
    return path.read_text()


def acceleration(n: int = N) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    noise = np.random.default_rng(7).normal(size=(n, 3)) * 0.05
    return np.asarray(np.round(noise + np.array([0.0, 0.3, 0.95]), 4))


def line(text: str, number: int, change: Callable[[str], str]) -> str:
    """The text with one line of samples changed."""
    lines = text.split("\n")
    lines[100 + number] = change(lines[100 + number])
    return "\n".join(lines)


# What the software writes


def test_samples_device_place_and_zone_are_read(path: Path, export: str) -> None:
    assert export.splitlines()[100].count(",") == 6
    result = read(path)
    np.testing.assert_array_equal(np.round(result.xyz_g, 9), acceleration())
    assert np.abs(result.time_us - clock_us(N)).max() <= ROUNDING_US / 2
    assert result.decoded.format == "geneactiv-csv"
    assert result.decoded.device == Device("Activinsights", "GENEActiv 1.2", "011152")
    assert result.decoded.placement == Placement(site="ankle", side="right")
    assert result.decoded.clock == DeviceClock("local", 3600, runs_on=True)
    assert result.decoded.full_scale_g == 8
    assert result.decoded.rate_hz_nominal == 100
    assert result.decoded.unit == "g"
    assert result.problems == ()


def test_an_older_version_with_its_own_spellings_is_read(path: Path) -> None:
    header = [""] * 100
    header[:6] = [
        "Device Type,GENEActiv           ",
        "Device Model,1.1",
        "Device Unique Serial Code,4711",
        "Device Firmware Version,Ver1.30 date 05Aug11",
        "Calibration Date,2011-09-07 19:20:18:000",
        "Application name & version ,GENEActiv PC Software 2.1",
    ]
    header[10:15] = [
        "Measurement Frequency,75 Hz",
        "Start Time,2011-10-09 10:20:00:000",
        "Last measurement,",
        "Device Location Code,left ankle",
        "Time Zone,GMT +01",
    ]
    header[35:40] = [
        "Config Time,2011-10-09 10:16:39:671:",
        "Config Notes,Notes",
        "Extract Operator ID,",
        "Extract Time,2011-10-9 11:24:8:453",
        "Extract Notes,(device clock drift -0.500s)",
    ]
    rows = [
        f"2011-10-09 10:25:{i // 75:02}:{i % 75 * 1000 // 75:03},-0.021,-0.9,0.40{i % 10},48,0,24.5" for i in range(900)
    ]
    path.write_text("\n".join([*header, *rows]) + "\n")
    result = read(path)
    assert len(result.time_us) == 900
    # 8.3 of 67.5 minutes after set-up, the clock had lost 62 ms of its 500.
    late_us = np.datetime64("2011-10-09T10:25:00", "us").astype(int) + 61_800
    assert abs(int(result.time_us[0]) - late_us) < ROUNDING_US
    assert result.decoded.clock == DeviceClock("local", 3600, runs_on=True)
    assert result.decoded.rate_hz_nominal == 75
    assert result.problems == ("by the header the clock lost 0.500 s in 0.0 days: taken out of all times evenly",)


@given(
    gained_s=st.none() | st.floats(-1.9, 1.9).map(lambda gain: round(gain, 3)),
    spread_g=st.sampled_from((0.01, 0.5, 3.0)),
    newline=st.sampled_from(("\n", "\r\n")),
    rate_hz=st.sampled_from((20.0, 50.0, 85.7, 100.0)),
    pause_s=st.floats(0, 4000),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=examples(20))
def test_what_was_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    gained_s: float | None,
    spread_g: float,
    newline: str,
    rate_hz: float,
    pause_s: float,
    seed: int,
) -> None:
    path = tmp_path_factory.getbasetemp() / "round.csv"
    time_us = clock_us(400, rate_hz)
    time_us[200:] += int(pause_s * 1e6)
    noise = np.random.default_rng(seed).normal(size=(400, 3)) * 0.02
    noise[::7] *= spread_g / 0.02  # at rest most of the time
    xyz_g = np.round(np.clip(noise + np.array([0, 0, 1]), -8, 8), 4)
    write_export(path, time_us, xyz_g, Setup(rate_hz, gained_s=gained_s, newline=newline))
    result = read(path)
    np.testing.assert_allclose(result.xyz_g, xyz_g, atol=1e-6)
    assert np.abs(result.time_us - time_us).max() <= ROUNDING_US
    assert result.decoded.bad_blocks == 0
    assert len(result.problems) == (1 if gained_s else 0)


def test_the_bin_and_its_export_are_one_recording(tmp_path: Path, path: Path) -> None:
    setup = Setup(100.0, gain=(25_270, 25_100, 24_829), offset=(-1846, -474, 1167), gained_s=1.5)
    write_bin(tmp_path / "night.bin", clock_us(N), acceleration(), setup)
    steps = quantised(acceleration(), setup)
    write_export(path, clock_us(N), (steps * 100.0 - setup.offset) / setup.gain, setup)
    binary, text = read(tmp_path / "night.bin"), read(path)
    np.testing.assert_allclose(text.xyz_g, binary.xyz_g, atol=0.5001e-4)
    assert np.abs(text.time_us - binary.time_us).max() <= 2 * ROUNDING_US
    assert text.decoded.device == binary.decoded.device
    assert text.decoded.clock == binary.decoded.clock


@pytest.mark.parametrize(
    "variant",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", ",,,,,\n", 100),
        lambda text: text.replace(".", ";").replace(",", "|").replace(";", ",").replace("|", ";"),
        lambda text: text[:-1],
        lambda text: "\ufeff" + text.replace("\n\n2026-", "\ntimestamp,x,y,z,light,button,temp\n2026-", 1),
        lambda text: "\ufeff" + text.replace(".", "|").replace(",", ";").replace("|", ","),
        lambda text: text.replace(
            "\n\n2026-03-07 22:30:00:000", "\ntimestamp,x,y,z,light,button,temp\n2026-03-07 22:30:00:000"
        ),
    ],
    ids=[
        "CRLF",
        "byte order mark",
        "padded header",
        "decimal commas",
        "no last newline",
        "byte order mark and names",
        "byte order mark and decimal commas",
        "named columns",
    ],
)
def test_what_other_programs_make_of_it_is_read_alike(path: Path, export: str, variant: Callable[[str], str]) -> None:
    changed = variant(export)
    assert changed != export
    path.write_bytes(changed.encode())
    result = read(path)
    np.testing.assert_array_equal(np.round(result.xyz_g, 9), acceleration())
    assert result.decoded.device.serial == "011152"
    assert result.decoded.clock == DeviceClock("local", 3600, runs_on=True)
    assert result.problems == ()


def test_a_gzipped_export_reads_like_the_plain_one(tmp_path: Path, export: str) -> None:
    path = tmp_path / "night.csv.gz"
    path.write_bytes(gzip.compress(export.encode()))
    assert geneactiv.claims(path.read_bytes()[:4096], path)
    assert len(read(path).time_us) == N


# What is refused


def test_epochs_are_refused_by_their_columns(path: Path, export: str) -> None:
    header = export.split("\n")[:100]
    rows = [
        f"2026-03-07 22:{30 + i // 60:02}:{i % 60:02}:000,-0.42,-0.67,0.30,48,0,24.5,8.27,0.01,0.02,0.03,50"
        for i in range(600)
    ]
    path.write_text("\n".join([*header, *rows]) + "\n")
    with pytest.raises(Unsupported, match="epochs of 12 columns") as caught:
        geneactiv.read(path)
    assert "without epochs" in caught.value.hint
    assert caught.value.path == path


def test_epochs_are_refused_by_their_times(path: Path) -> None:
    time_us = EVENING_US + np.arange(600, dtype=np.int64) * 1_000_000
    write_export(path, time_us, acceleration(600), Setup(1.0))
    with pytest.raises(Unsupported, match="one line every 1 s"):
        geneactiv.read(path)


@pytest.mark.parametrize("keep", ["header", "half a header", "only the first line"])
def test_an_export_without_a_sample_is_empty(path: Path, export: str, keep: str) -> None:
    n_lines = {"header": 100, "half a header": 50, "only the first line": 1}[keep]
    path.write_text("\n".join(export.split("\n")[:n_lines]) + "\n")
    with pytest.raises(EmptyFileError, match="not a single sample"):
        geneactiv.read(path)


def test_an_export_without_one_readable_line_is_damaged(path: Path, export: str) -> None:
    header = export.split("\n")[:100]
    path.write_text("\n".join([*header, *["?"] * 50]))
    with pytest.raises(DamagedRecordingError, match="not a line behind its header"):
        geneactiv.read(path)
    path.write_text(export.replace("2026-03-07", "07/03/2026"))
    with pytest.raises(DamagedRecordingError, match="1000 of 1000 lines are no samples"):
        geneactiv.read(path)


def test_three_columns_are_too_few(path: Path, export: str) -> None:
    rows = [f"{i}.5,{i % 7}.0,1.0" for i in range(50)]
    path.write_text("\n".join([*export.split("\n")[:100], *rows]))
    with pytest.raises(Unsupported, match="3 columns: time, x, y, z are four"):
        geneactiv.read(path)


# Damage


def test_a_sensor_that_measures_too_little_gravity_is_still_one_in_g(path: Path) -> None:
    write_export(path, clock_us(N), acceleration() * 0.6, SETUP)
    assert read(path).problems == ("gravity measures 0.60 g in the unit of the header (g) instead of 1 g",)


def test_an_endless_line_is_left_out_and_told(path: Path, export: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "STRETCH_BYTES", 1 << 20)
    path.write_text(export + "1" * (3 << 20))
    result = read(path)
    assert len(result.time_us) == N
    assert result.problems == ("1 of 1001 lines are no samples and were left out, the first is line 1101",)


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.replace("2026-03", "2026-13"),
        lambda row: row.replace("2026-", "0026-"),
        lambda row: row.replace("2026-", "1926-"),
        lambda row: row.replace(":30:", ":xx:"),
        lambda row: row.split(",", 1)[0] + ",x,y,z,0,0,31.5",
        lambda row: row.split(",", 1)[0] + ",nan,0,1,0,0,31.5",
        lambda row: row.split(",", 1)[0] + ",1e30,0,1,0,0,31.5",
        lambda row: row + ",0",
        lambda row: row[: len(row) // 2],
        lambda _: "\0" * 60,
    ],
)
def test_a_line_that_is_no_sample_is_left_out_counted_and_told(
    path: Path, export: str, change: Callable[[str], str]
) -> None:
    path.write_text(line(export, 500, change))
    result = read(path)
    kept = np.delete(np.arange(N), 500)
    np.testing.assert_array_equal(np.round(result.xyz_g, 9), acceleration()[kept])
    assert np.abs(result.time_us - clock_us(N)[kept]).max() <= ROUNDING_US / 2
    assert result.decoded.bad_blocks == 1
    assert result.problems == ("1 of 1000 lines are no samples and were left out, the first is line 601",)


@given(data=st.binary(max_size=2000), n_header=st.integers(0, 100))
@settings(max_examples=examples(24))
def test_arbitrary_bytes_behind_a_header_end_in_our_own_errors(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, n_header: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.csv"
    path.write_bytes(b"Device Type,GENEActiv\n" + b"\n" * n_header + data)
    with pytest.raises(IngestError) as caught:
        geneactiv.read(path)
    assert caught.value.path == path


@given(seed=st.integers(0, 2**32))
@settings(max_examples=examples(20))
def test_random_damage_costs_lines_and_makes_up_none(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    path = tmp_path_factory.getbasetemp() / "mutant.csv"
    write_export(path, clock_us(N), acceleration(), SETUP)
    data = bytearray(path.read_bytes())
    random = np.random.default_rng(seed)
    hits = random.integers(len(data) // 10, len(data), size=5)
    for place in hits.tolist():
        data[place] ^= 1 << int(random.integers(8))
    path.write_bytes(data)
    result = read(path)
    assert N - 10 <= len(result.time_us) <= N
    known = np.isin(np.round(result.xyz_g * 1e4).astype(int), np.round(acceleration() * 1e4).astype(int))
    assert np.count_nonzero(~known.all(axis=1)) <= 5


def test_a_file_that_vanishes_between_two_walks_is_an_error_of_our_own(path: Path, export: str) -> None:
    decoded = geneactiv.read(path)
    assert sum(len(block) for block in decoded.blocks()) == N
    path.unlink()
    with pytest.raises(UnreadableFileError):
        geneactiv.read(path)


def test_the_content_decides_that_it_is_no_table_of_just_anybody(tmp_path: Path, export: str) -> None:
    path = tmp_path / "night.txt"
    path.write_text(export)
    assert getattr(reader_of(path), "__name__", "") == "ingest.formats.geneactiv"
    path.write_text("\n".join(["time,x,y,z", *export.split("\n")[100:110]]))
    assert getattr(reader_of(path), "__name__", "") == "ingest.formats.delimited"


def test_telling_a_bin_from_other_files_and_reading_it_loads_no_polars(recordings_dir: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from ingest.formats import geneactiv;"
        "path = Path(sys.argv[1]); assert geneactiv.claims(path.read_bytes()[:4096], path);"
        "list(geneactiv.read(path).blocks()); print('polars' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(recordings_dir / "actfast_geneactiv.bin")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "False"
