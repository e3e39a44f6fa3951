"""The GENEActiv reader: a real file, digits, headers."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats.geneactiv import reader as geneactiv
from ingest.formats.geneactiv import samples as digits
from ingest.formats.geneactiv.header import FactoryCalibration, drift_s, moment_us, number, offset_s
from ingest.formats.geneactiv.parsing import decimal
from ingest.reading import read_recording
from ingest.recording import DeviceClock, Placement
from tests.drawing import examples
from tests.ingest.formats.geneactiv.geneactiv_files import (
    EVENING_US,
    assert_keeps_all_but,
    clock_us,
    edited,
    numbered_g,
    read,
    with_header,
)
from tests.ingest.formats.geneactiv.geneactiv_writer import Setup, write_bin

#: Where independent readers put the same sample, see the data's own description.
CONVENTIONS_US = 25_000
REAL = "actfast_geneactiv.bin"


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
    assert decoded.clock == DeviceClock("local", -5 * 3600, runs_on=True)
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
    table = digits.g_of_values(FactoryCalibration(gain, offset, ""))
    expected = np.array([[axis(word, place) for place in range(3)] for word in words]).astype(np.float32)
    for case in (text, text.lower()):
        np.testing.assert_array_equal(digits.decoded(np.frombuffer(case.encode(), np.uint8), table), expected)


def test_the_sensor_clips_where_12_bits_or_its_range_end(path: Path) -> None:
    wide, narrow = Setup(100.0, gain=(25_000,) * 3), Setup(100.0, gain=(25_000, 26_000, 25_000))
    for setup, full_scale_g in ((wide, 8.0), (narrow, 204_700 / 26_000)):
        write_bin(path, clock_us(300), numbered_g(300), setup)
        assert geneactiv.read(path).full_scale_g == pytest.approx(full_scale_g, rel=1e-6)


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
@settings(max_examples=examples(80))
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
