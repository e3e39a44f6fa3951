"""The GT3X reader: real files, bits, and what a file says of device, clock and placement."""

from __future__ import annotations

import csv
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import read_recording
from ingest.errors import UnsupportedRecordingError
from ingest.formats.actigraph import device, encoded_floats, samples
from ingest.formats.actigraph import reader as actigraph
from ingest.recording import DeviceClock, Placement
from tests.ingest.formats.actigraph.actigraph_encoding import parameter_float
from tests.ingest.formats.actigraph.actigraph_files import (
    EVENING_S,
    EVENING_US,
    INFO,
    Record,
    assert_keeps_all_but,
    gt3x,
    joined,
    read,
    zipped,
)
from tests.ingest.formats.actigraph.actigraph_writer import write_gt3x

#: As for other formats, see the data's own description.
CONVENTIONS_US = 25_000
REAL_FILES = ("actfast_actigraph.gt3x", "ggir_actigraph_testfile.gt3x", "nhanes_v1_sample.gt3x")


# Real files


@pytest.mark.parametrize("name", REAL_FILES)
def test_real_files_decode_as_several_independent_readers_agree(recordings_dir: Path, name: str) -> None:
    with (recordings_dir / "expected.csv").open(newline="") as table:
        expected = next(row for row in csv.DictReader(table) if row["file"] == name)
    result = read(recordings_dir / name)
    first_us, last_us = (
        np.datetime64(expected[f"{which}_sample_device_clock"], "us").astype(np.int64) for which in ("first", "last")
    )
    assert result.decoded.format == expected["format"]
    assert len(result.time_us) == int(expected["n_samples"])
    assert result.decoded.rate_hz_nominal == float(expected["rate_hz_nominal"])
    mean_g = np.concatenate([block.values * block.g_per_value for block in result.decoded.blocks()]).mean(axis=0)
    np.testing.assert_allclose(mean_g, [float(expected[f"mean_{axis}_g"]) for axis in "xyz"], atol=1e-6)
    assert abs(result.time_us[0] - first_us) <= CONVENTIONS_US
    assert abs(result.time_us[-1] - last_us) <= CONVENTIONS_US
    assert (np.diff(result.time_us) > 0).all()
    assert result.decoded.clock.base == "local"
    assert result.decoded.bad_blocks == 0


def test_a_real_file_names_its_device_place_clock_and_range(recordings_dir: Path) -> None:
    plain, asleep, old = (actigraph.read(recordings_dir / name) for name in REAL_FILES)
    assert (plain.device.maker, plain.device.model, plain.device.serial) == ("ActiGraph", "wGT3XBT", "MOS2E17210537")
    assert (plain.placement, asleep.placement) == (Placement(), Placement(site="hip"))
    assert plain.clock == DeviceClock("local", utc_offset_s=-5 * 3600, runs_on=True)
    assert asleep.clock == DeviceClock("local", utc_offset_s=2 * 3600, runs_on=True)
    assert old.clock == DeviceClock("local", runs_on=True)
    assert (plain.full_scale_g, asleep.full_scale_g) == (8, 8)
    assert old.full_scale_g == pytest.approx(6, abs=0.01)
    assert plain.problems == ()


def test_the_sleep_of_a_real_device_is_counted_and_leaves_its_holes(recordings_dir: Path) -> None:
    result = read(recordings_dir / REAL_FILES[1])
    steps_us = np.diff(result.time_us)
    assert np.count_nonzero(steps_us > 1_000_000) == 23
    assert result.problems == ("the device slept 23 times, 19.7 min in all: switch idle sleep mode off for nights",)


def test_zeros_of_a_real_older_file_are_kept_and_told(recordings_dir: Path) -> None:
    result = read(recordings_dir / REAL_FILES[2])
    assert np.count_nonzero(~result.values.any(axis=1)) == 7930
    assert result.problems == (
        "this kind of GT3X file has no stamps; all times rest on its start and the nominal rate",
    )
    recording = read_recording(recordings_dir / REAL_FILES[2])
    assert (recording.quality.n_idle, round(recording.quality.idle_s / 60, 1)) == (3, 5.0)
    assert any("idle-sleep mode" in warning for warning in recording.warnings)


def test_local_time_and_offset_of_a_real_file_give_utc(recordings_dir: Path) -> None:
    recording = read_recording(recordings_dir / REAL_FILES[1])
    first = np.datetime64(recording.quality.first_us, "us")
    assert first == np.datetime64("2020-08-26T08:09:00")
    assert (recording.clock.zone, recording.clock.zone_source) == ("+02:00", "file")


# Bits


@given(rows=st.lists(st.tuples(*[st.integers(-2048, 2047)] * 3), min_size=1, max_size=9))
def test_packed_samples_decode_as_the_format_describes_them(rows: list[tuple[int, int, int]]) -> None:
    bits = "".join(f"{value & 0xFFF:012b}" for x, y, z in rows for value in (y, x, z))
    bits += "0" * (-len(bits) % 8)
    data = np.frombuffer(int(bits, 2).to_bytes(len(bits) // 8, "big"), np.uint8)
    assert samples.unpack(data[np.newaxis], len(rows)).tolist() == [list(row) for row in rows]


def test_the_makers_own_example_of_packed_samples_decodes() -> None:
    payload = np.frombuffer(bytes.fromhex("006008EBD007009EBF007008EBF0"), np.uint8)
    assert samples.unpack(payload[np.newaxis], 3).tolist() == [[8, 6, -323], [9, 7, -321], [8, 7, -321]]


def test_a_record_of_16_bits_holds_x_y_z(path: Path) -> None:
    payload = struct.pack("<6h", 1, -2, 30_000, -32_768, 4, 5)
    path.write_bytes(gt3x(Record(26, EVENING_S, payload).encoded(), INFO.replace(b": 30", b": 2")))
    assert read(path).values.tolist() == [[1, -2, 30_000], [-32_768, 4, 5]]


@given(value=st.floats(2**-20, 2**20), sign=st.sampled_from((-1, 1)))
def test_a_parameter_holds_a_float_to_22_bits(value: float, sign: int) -> None:
    assert encoded_floats.parameter_float(parameter_float(sign * value)) == pytest.approx(sign * value, rel=2**-22)


@pytest.mark.parametrize(("code", "value"), [(0x0940_0000, 256.0), (0x0C40_0000, 2048.0), (0x036D_3A07, 6.827)])
def test_the_makers_own_examples_of_parameters_decode(code: int, value: float) -> None:
    assert encoded_floats.parameter_float(code) == pytest.approx(value, rel=1e-3)


# What the file says of itself


@pytest.mark.parametrize(
    ("said", "own", "serial", "steps_per_g", "problem"),
    [
        ("256.0", None, "MOS2A1", 256.0, ""),
        ("256,0", None, "MOS2A1", 256.0, ""),
        ("341.0", None, "MOS2A1", 341.0, ""),
        (None, None, "MOS2A1", 256.0, "the file names no scale: 256 steps a g are assumed"),
        (None, None, "NEO1A1", 341.0, ""),
        (None, None, "CLE2A1", 341.0, ""),
        (None, 256.0, "NEO1A1", 256.0, ""),
        ("0", 2048.0, "", 2048.0, ""),
        ("-5", None, "NEO1", 341.0, ""),
        ("1e3", None, "NEO1", 341.0, ""),
        ("256.0", 341.0, "MOS2A1", 341.0, "info.txt says 256 steps a g, the device itself 341: the device's are used"),
    ],
)
def test_the_scale_comes_from_the_device_then_from_info_then_from_the_serial_number(
    said: str | None, own: float | None, serial: str, steps_per_g: float, problem: str
) -> None:
    info = {"serial number": serial} | ({} if said is None else {"acceleration scale": said})
    notes = [] if own is None else [(21, struct.pack("<HHI", 0, 55, parameter_float(own)))]
    setup = device.setup(info, notes)
    assert setup.steps_per_g == pytest.approx(steps_per_g, rel=1e-6)
    assert setup.problems == ((problem,) if problem else ())


@pytest.mark.parametrize(
    ("info", "said", "clock"),
    [
        ({"timezone": "-05:00:00"}, (), DeviceClock("local", -18_000, runs_on=True)),
        ({"timezone": "05:30:00"}, (), DeviceClock("local", 19_800, runs_on=True)),
        ({"timezone": "+02:00"}, (), DeviceClock("local", 7_200, runs_on=True)),
        ({"timezone": "somewhere"}, (), DeviceClock("local", runs_on=True)),
        ({}, ('{"MetadataType":"LocalTimeLog","UtcOffset":"02:00:00"}',), DeviceClock("local", 7_200, runs_on=True)),
        (
            {"timezone": "00:00:00"},
            (
                '{"MetadataType":"LocalTimeLog","UtcOffset":"00:00:00","UsedUtc":true}',
                '{"MetadataType":"SubjectTimeLog","UtcOffset":"-06:00:00"}',
            ),
            DeviceClock("utc", -21_600),
        ),
        ({"timezone": "01:00:00"}, ('{"MetadataType":"LocalTimeLog","UsedUtc":true}',), DeviceClock("utc", 3_600)),
        (
            {},
            ('{"MetadataType":["LocalTimeLog"],"UtcOffset":7}', "[1]", "{", "[" * 8000),
            DeviceClock("local", runs_on=True),
        ),
    ],
)
def test_the_clock_is_local_unless_the_file_says_utc(
    info: dict[str, str], said: Sequence[str], clock: DeviceClock
) -> None:
    assert device.setup(info, [(6, text.encode()) for text in said]).clock == clock


@pytest.mark.parametrize(
    ("info", "said", "placement"),
    [
        ({"limb": "Ankle", "side": "Left"}, "", Placement("ankle", "left")),
        ({"limb": "Wrist", "dominance": "Non-Dominant"}, "", Placement("wrist")),
        ({"limb": "Thigh", "side": "Right", "subject name": "hip left"}, "", Placement("thigh", "right")),
        ({}, '{"MetadataType":"Bio","SubjectName":"Hip","Limb":"Ankle","Side":"Right"}', Placement("ankle", "right")),
        ({}, "", Placement()),
    ],
)
def test_limb_and_side_are_the_placement_and_nothing_else_is(
    info: dict[str, str], said: str, placement: Placement
) -> None:
    assert device.setup(info, [(6, said.encode())]).placement == placement


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("637340333400000000", 1_598_436_540_000_000),
        ("0", None),
        ("", None),
        ("-1", None),
        ("3155378976000000000", None),
        ("٣", None),
    ],
)
def test_ticks_count_from_the_year_1_and_0_means_unset(text: str, us: int | None) -> None:
    assert device.ticks_us(text) == us


def test_a_file_that_lost_its_info_is_read_by_what_its_records_say(path: Path, records: list[Record]) -> None:
    path.write_bytes(zipped({"log.bin": joined(records)}))
    result = read(path)
    assert_keeps_all_but(result, ())
    assert result.decoded.rate_hz_nominal == 30
    assert result.decoded.clock == DeviceClock("local", 3600, runs_on=True)
    assert result.problems == ("info.txt is missing or says nothing: device, serial number and site are unknown",)


def test_the_rate_is_what_most_seconds_hold_where_the_file_says_nothing_or_something_else(
    path: Path, records: list[Record]
) -> None:
    bare = joined([record for record in records if record.kind != 21])
    path.write_bytes(gt3x(bare, INFO.replace(b"Sample Rate: 30", b"Sample Rate: none")))
    silent = read(path)
    path.write_bytes(gt3x(bare, INFO.replace(b"Sample Rate: 30", b"Sample Rate: 100")))
    wrong = read(path)
    for result in (silent, wrong):
        assert_keeps_all_but(result, ())
    assert silent.problems == ("the file names no rate; most of its seconds hold 30 samples",)
    assert wrong.problems[0] == "the file says 100 Hz, most of its seconds hold 30 samples"


def test_values_that_were_never_calibrated_are_refused(path: Path, records: list[Record]) -> None:
    path.write_bytes(gt3x(joined(records), calibration_json=b'{"isCalibrated": false, "calibrationMethod": 2}'))
    with pytest.raises(UnsupportedRecordingError, match=r"correction of its calibration\.json"):
        actigraph.read(path)
    path.write_bytes(gt3x(joined(records), calibration_json=b'{"isCalibrated": true, "calibrationMethod": 1}'))
    assert_keeps_all_but(read(path), ())


def test_samples_of_24_bits_are_refused_with_what_to_bring(path: Path) -> None:
    path.write_bytes(gt3x(Record(27, EVENING_S, bytes(9 * 32)).encoded()))
    with pytest.raises(UnsupportedRecordingError, match="not read yet") as caught:
        actigraph.read(path)
    assert "CentrePoint or ActiLife" in caught.value.hint


# Which files


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zips_with_a_log_or_a_stream_are_claimed_whatever_they_are_called(tmp_path: Path, method: int) -> None:
    path = tmp_path / "night.zip"
    for name in ("log.bin", "activity.bin"):
        path.write_bytes(zipped({"eeprom.bin": bytes(9000), name: bytes(900), "info.txt": INFO}, method))
        assert actigraph.claims(path.read_bytes()[:4096], path)


@pytest.mark.parametrize(
    "content",
    [zipped({"night.cwa": b"MD"}), zipped({"sub/log.bin": b"1"}), b"PK\x03\x04", b"MD\xfc\x03", b"", zipped({})],
)
def test_other_content_is_not_claimed(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert not actigraph.claims(content[:4096], path)


def test_a_long_recording_comes_in_blocks_of_the_house(path: Path) -> None:
    n = 3 * 3600 * 100
    time_us = EVENING_US + np.arange(n, dtype=np.int64) * 10_000
    write_gt3x(path, time_us, np.zeros((n, 3), np.float32), rate_hz=100)
    decoded = actigraph.read(path)
    for _ in range(2):
        sizes = [len(block) for block in decoded.blocks()]
        assert sum(sizes) == n
        assert max(sizes) == 60_000
        assert len(sizes) <= 20
