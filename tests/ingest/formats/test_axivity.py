"""The Axivity reader: real files, bits, times, settings."""

from __future__ import annotations

import csv
import struct
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats.axivity import reader as axivity
from ingest.formats.axivity import sectors as cwa
from ingest.recording import Placement
from ingest.writers.axivity import write_cwa
from tests.drawing import examples
from tests.ingest.formats.axivity_files import (
    EVENING_US,
    HEADER,
    N_SAMPLES,
    PER_SECTOR,
    SECTOR,
    TRUE_HZ,
    assert_keeps_all_but,
    clock_us,
    intact_bytes,
    numbers_of,
    patched,
    read,
    without,
)

#: Where independent readers put the same sample, see the data's own description.
CONVENTIONS_US = 25_000
REAL_FILES = (
    "ggirread_ax3_testfile.cwa",
    "ggirread_ax3_testfile_corrupt_blocks_0_13_14_142_143_144.cwa",
    "ggirread_ax6_testfile.cwa",
    "skdh_ax3_sample.cwa",
)


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return intact_bytes(tmp_path_factory.mktemp("intact") / "a.cwa")


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    return tmp_path / "damaged.cwa"


# Real files


@pytest.mark.parametrize("name", REAL_FILES)
def test_real_files_decode_as_several_independent_readers_agree(recordings_dir: Path, name: str) -> None:
    with (recordings_dir / "expected.csv").open(newline="") as table:
        expected = next(row for row in csv.DictReader(table) if row["file"] == name)
    result = read(recordings_dir / name)
    first_us, last_us = (
        np.datetime64(expected[f"{which}_sample_device_clock"], "us").astype(np.int64) for which in ("first", "last")
    )
    assert len(result.time_us) == int(expected["n_samples"])
    assert result.decoded.rate_hz_nominal == float(expected["rate_hz_nominal"])
    np.testing.assert_allclose(
        result.xyz_g.mean(axis=0), [float(expected[f"mean_{axis}_g"]) for axis in "xyz"], atol=1e-5
    )
    assert abs(result.time_us[0] - first_us) <= CONVENTIONS_US
    assert abs(result.time_us[-1] - last_us) <= CONVENTIONS_US
    assert (np.diff(result.time_us) > 0).all()
    assert result.decoded.format == expected["format"] == "axivity-cwa"
    assert result.decoded.clock.base == "local"


def test_the_true_rate_of_a_real_file_comes_out(recordings_dir: Path) -> None:
    result = read(recordings_dir / "ggirread_ax3_testfile.cwa")
    steps_us = np.diff(result.time_us)
    assert 1e6 / steps_us.mean() == pytest.approx(98.86, abs=0.01)
    assert steps_us.max() < 1.02 * steps_us.min()


def test_real_headers_name_device_range_and_place(recordings_dir: Path) -> None:
    wrist, six_axes = (axivity.read(recordings_dir / name) for name in (REAL_FILES[0], REAL_FILES[2]))
    assert (wrist.device.maker, wrist.device.model, wrist.device.serial) == ("Axivity", "AX3", "39434")
    assert wrist.placement == Placement(site="wrist", side="right")
    assert wrist.full_scale_g == 8
    assert (six_axes.device.model, six_axes.device.serial) == ("AX6", "6011834")
    assert six_axes.placement == Placement()
    assert (wrist.problems, six_axes.problems) == ((), ())


def test_six_corrupt_sectors_of_a_real_file_are_left_out_counted_and_told(recordings_dir: Path) -> None:
    intact, corrupt = (read(recordings_dir / name) for name in REAL_FILES[:2])
    lost = np.concatenate([np.arange(120) + 120 * sector for sector in (0, 13, 14, 142, 143, 144)])
    assert corrupt.decoded.bad_blocks == 6
    assert corrupt.decoded.problems == ("left out for a bad checksum: 6 of 145 sectors",)
    assert corrupt.decoded.restarts == 0
    np.testing.assert_array_equal(corrupt.xyz_g, np.delete(intact.xyz_g, lost, axis=0))
    assert np.abs(corrupt.time_us - np.delete(intact.time_us, lost)).max() < 3_000


# Bits


@given(words=st.lists(st.integers(0, 2**32 - 1), min_size=120, max_size=120))
def test_packed_samples_decode_as_the_format_describes_them(words: list[int]) -> None:
    sector = np.zeros(1, dtype=cwa.SECTOR)
    sector["data"] = np.frombuffer(struct.pack("<120I", *words), dtype=np.uint8)

    def axis(word: int, lowest_bit: int) -> int:
        ten_bits = (word >> lowest_bit) % 1024
        return (ten_bits - 1024 if ten_bits >= 512 else ten_bits) * (1, 2, 4, 8)[word >> 30]

    expected = [[axis(word, 0), axis(word, 10), axis(word, 20)] for word in words]
    assert cwa.values(sector, cwa.PACKED)[0].tolist() == expected


@pytest.mark.parametrize(("axes", "columns", "first"), [(0x32, 3, 0), (0x62, 6, 3), (0x92, 9, 3)])
@given(words=st.lists(st.integers(-(2**15), 2**15 - 1), min_size=240, max_size=240))
@settings(max_examples=20)
def test_the_gyroscope_stands_before_the_accelerometer(axes: int, columns: int, first: int, words: list[int]) -> None:
    sector = np.zeros(1, dtype=cwa.SECTOR)
    sector["data"] = np.frombuffer(struct.pack("<240h", *words), dtype=np.uint8)
    rows = [words[begin + first : begin + first + 3] for begin in range(0, 240 - columns + 1, columns)]
    assert cwa.values(sector, axes)[0].tolist() == rows
    assert len(rows) == cwa.CAPACITY[axes]


@pytest.mark.parametrize(("top_bits", "steps_a_g"), [(0, 256), (3, 2048), (4, 4096), (5, 8192), (6, 16384)])
def test_the_light_field_scales_unpacked_samples_only(top_bits: int, steps_a_g: int) -> None:
    light = top_bits << 13 | 0x3FF
    assert cwa.step_g(0x62, light) == 1 / steps_a_g
    assert cwa.step_g(cwa.PACKED, light) == 1 / 256


@given(stamp=st.integers(0, 2**32 - 1))
@settings(max_examples=examples(200))
def test_a_packed_date_exists_exactly_when_the_calendar_has_it(stamp: int) -> None:
    fields = (2000 + (stamp >> 26), stamp >> 22 & 15, stamp >> 17 & 31, stamp >> 12 & 31, stamp >> 6 & 63, stamp & 63)
    seconds, exists = cwa.seconds(np.array([stamp], dtype=np.uint32))
    try:
        when = datetime(*fields)  # noqa: DTZ001 - a device clock has no zone
    except ValueError:
        assert not exists[0]
    else:
        assert exists[0]
        assert np.datetime64(int(seconds[0]), "s") == np.datetime64(when)


# Times


def test_a_stamp_without_fraction_is_a_whole_second_at_its_offset(intact: bytes, damaged: Path) -> None:
    # Old firmware: the field holds the device number with its top bit clear. Whole seconds fall on these samples.
    data = intact
    for number in range(20):
        start = number * PER_SECTOR
        second = int(np.ceil(start / TRUE_HZ))
        data = patched(data, number, "<H", 4, 0x7FFF)
        data = patched(data, number, "<h", 26, round(second * TRUE_HZ) - start)
        packed = int.from_bytes(intact[HEADER + 14 : HEADER + 18], "little")
        data = patched(data, number, "<I", 14, packed + second)
    damaged.write_bytes(data)
    # Good to the half sample to which such a file names the second.
    assert_keeps_all_but(read(damaged), range(0), within_us=5_200)


@given(shift_s=st.integers(-600, 600).filter(lambda s: abs(s) > 1))
def test_a_clock_set_in_between_moves_what_follows_and_nothing_else(
    intact: bytes, tmp_path_factory: pytest.TempPathFactory, shift_s: int
) -> None:
    data = intact
    for number in range(10, 20):
        old = cwa.as_sectors(intact[HEADER:])[number]["stamp"]
        data = patched(data, number, "<I", 14, stamp_later(int(old), shift_s))
    path = tmp_path_factory.getbasetemp() / "shifted.cwa"
    path.write_bytes(data)
    result = read(path)
    expected_us = clock_us() + np.where(np.arange(N_SAMPLES) < 800, 0, shift_s * 1_000_000)
    assert np.abs(result.time_us - expected_us).max() <= 1_000
    assert result.decoded.restarts == (1 if shift_s < 0 else 0)
    assert len(result.decoded.problems) == 1


def stamp_later(stamp: int, shift_s: int) -> int:
    seconds = stamp >> 12 & 31, stamp >> 6 & 63, stamp & 63
    total = seconds[0] * 3600 + seconds[1] * 60 + seconds[2] + shift_s
    return stamp & ~0x1FFFF | total // 3600 << 12 | total // 60 % 60 << 6 | total % 60


@pytest.mark.parametrize(("first", "count"), [(0, 1), (1, 1), (7, 3), (7, 12), (18, 2)])
def test_sectors_missing_from_the_file_leave_the_times_of_the_others_alone(
    intact: bytes, damaged: Path, first: int, count: int
) -> None:
    damaged.write_bytes(without(intact, first, count))
    result = read(damaged)
    # A sector alone between two holes has one stamp; the rate of the rest carries it to its other samples.
    assert_keeps_all_but(result, range(first * PER_SECTOR, (first + count) * PER_SECTOR), within_us=1_000)
    told = f"sectors that the device counted and the file lacks: {count}"
    inside = first > 0 and first + count < 20
    assert result.decoded.problems == ((told,) if inside else ())


def test_each_long_run_goes_on_at_its_own_rate(damaged: Path) -> None:
    # Warm and cold: 30 s at 98 Hz, a pause, 30 s at 101 Hz. The first sector of each is lost, so that the
    # second one has no stamp before it.
    runs_us = (np.arange(3000) * 1e6 / 98, 60e6 + np.arange(3000) * 1e6 / 101)
    time_us = EVENING_US + np.rint(np.concatenate(runs_us)).astype(np.int64)
    write_cwa(damaged, time_us, np.zeros((6000, 3)), rate_hz=100, serial=1, bad_sectors=(0, 38))
    result = read(damaged)
    lost = np.concatenate((np.arange(80), 3000 + np.arange(80)))
    assert np.abs(result.time_us - np.delete(time_us, lost)).max() <= 200


@pytest.mark.parametrize(("form", "offset", "value"), [("<I", 6, 99), ("<I", 10, 0)])
def test_a_new_session_or_sequence_is_a_restart(
    intact: bytes, damaged: Path, form: str, offset: int, value: int
) -> None:
    damaged.write_bytes(patched(without(intact, 0, 10), 9, form, offset, value))
    decoded = axivity.read(damaged)
    assert decoded.restarts == 1
    assert "restarts of the device, or steps back of its clock: 1" in decoded.problems


def test_a_sector_that_occurs_twice_is_kept_twice_in_file_order_and_told(intact: bytes, damaged: Path) -> None:
    begin = HEADER + 5 * SECTOR
    damaged.write_bytes(intact[: begin + SECTOR] + intact[begin:])
    result = read(damaged)
    again = np.insert(np.arange(N_SAMPLES), 480, np.arange(400, 480))
    np.testing.assert_array_equal(numbers_of(result.xyz_g), again)
    assert np.abs(result.time_us - clock_us()[again]).max() <= 1_000
    assert result.decoded.restarts == 1


def test_a_single_sector_is_timed_by_the_nominal_rate_and_that_is_told(intact: bytes, damaged: Path) -> None:
    damaged.write_bytes(intact[: HEADER + SECTOR])
    result = read(damaged)
    np.testing.assert_array_equal(np.diff(result.time_us), 10_000)
    assert result.decoded.problems == ("no two sectors belong together; times inside them rest on the nominal rate",)


# Settings


def test_settings_that_change_in_the_middle_are_followed(tmp_path: Path) -> None:
    setups = ((True, False, 8), (False, True, 8), (False, True, 2), (False, False, 8))
    parts = []
    for number, (packed, six_axes, range_g) in enumerate(setups):
        path = tmp_path / f"{number}.cwa"
        write_cwa(
            path,
            EVENING_US + number * 60_000_000 + np.arange(400, dtype=np.int64) * 20_000,
            np.full((400, 3), 0.25 * (number + 1)),
            rate_hz=50,
            serial=1,
            session=number,
            packed=packed,
            six_axes=six_axes,
            range_g=range_g,
        )
        parts.append(path.read_bytes())
    joined = tmp_path / "joined.cwa"
    joined.write_bytes(parts[0] + b"".join(part[HEADER:] for part in parts[1:]))
    result = read(joined)
    expected_g = np.repeat([0.25, 0.5, 0.75, 1.0], 400)[:, np.newaxis] * np.ones(3)
    np.testing.assert_array_equal(result.xyz_g, expected_g)
    steps_g = [block.g_per_value for block in result.decoded.blocks()]
    assert steps_g == [1 / 256, 1 / 4096, 1 / 16_384, 1 / 256]
    assert result.decoded.restarts == 3


@pytest.mark.parametrize(
    ("annotation", "searched"),
    [
        ("_p=left+ankle&_sc=26", "left ankle"),
        ("_sn=hip+operation&_p=right%20wrist", "right wrist"),
        ("_sn=hip+operation&_sc=7", ""),
        ("left ankle", "left ankle"),
        ("", ""),
    ],
)
def test_only_the_site_field_of_the_annotation_tells_the_site(annotation: str, searched: str) -> None:
    assert cwa.site_note(annotation) == searched
