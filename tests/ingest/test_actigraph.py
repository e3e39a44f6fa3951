"""The GT3X reader: real files, bits, times, and what a file says of device, clock and placement."""

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
from ingest.formats.actigraph import device, samples
from ingest.formats.actigraph import reader as actigraph
from ingest.recording import DeviceClock, Placement
from tests.ingest.actigraph_encoding import parameter_float
from tests.ingest.actigraph_files import (
    EVENING_S,
    EVENING_US,
    INFO,
    RATE,
    Record,
    assert_keeps_all_but,
    changed,
    clock_us,
    gt3x,
    intact_records,
    joined,
    numbers_of,
    read,
    with_samples,
    zipped,
)
from tests.ingest.actigraph_writer import write_gt3x

#: As for other formats, see the data's own description.
CONVENTIONS_US = 25_000
REAL_FILES = ("actfast_actigraph.gt3x", "ggir_actigraph_testfile.gt3x", "nhanes_v1_sample.gt3x")


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    return intact_records(tmp_path_factory.mktemp("intact") / "a.gt3x")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.gt3x"


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
    assert plain.clock == DeviceClock("local", utc_offset_s=-5 * 3600)
    assert asleep.clock == DeviceClock("local", utc_offset_s=2 * 3600)
    assert old.clock == DeviceClock("local")
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
    assert device.parameter_float(parameter_float(sign * value)) == pytest.approx(sign * value, rel=2**-22)


@pytest.mark.parametrize(("code", "value"), [(0x0940_0000, 256.0), (0x0C40_0000, 2048.0), (0x036D_3A07, 6.827)])
def test_the_makers_own_examples_of_parameters_decode(code: int, value: float) -> None:
    assert device.parameter_float(code) == pytest.approx(value, rel=1e-3)


# Times


@pytest.mark.parametrize("count", [29, 31, 33, 60])
def test_a_second_with_a_few_more_or_fewer_samples_is_filled_evenly(
    path: Path, records: list[Record], count: int
) -> None:
    path.write_bytes(gt3x(joined(with_count(records, 5, count))))
    result = read(path)
    inside = result.time_us[(result.time_us >= EVENING_US + 5_000_000) & (result.time_us < EVENING_US + 6_000_000)]
    np.testing.assert_array_equal(inside - EVENING_US - 5_000_000, np.rint(np.arange(count) * 1e6 / count))
    assert result.problems == ("seconds with more or fewer than 30 samples: 1 of 12",)


@pytest.mark.parametrize("count", [1, 10, 27])
def test_a_second_cut_short_keeps_its_step_and_the_rest_stays_empty(
    path: Path, records: list[Record], count: int
) -> None:
    path.write_bytes(gt3x(joined(with_count(records, 11, count))))
    result = read(path)
    np.testing.assert_array_equal(result.time_us, clock_us()[: 11 * RATE + count])
    np.testing.assert_array_equal(numbers_of(result.values), np.arange(11 * RATE + count))


def with_count(records: list[Record], second: int, count: int) -> list[Record]:
    """One second with another number of samples."""
    place = with_samples(records)[second]
    payload = (records[place].payload * 2)[: (count * 9 + 1) // 2]
    return changed(records, place, payload=payload)


def test_seconds_of_unequal_size_and_kind_stay_in_order(path: Path, records: list[Record], tmp_path: Path) -> None:
    wide = intact_records(tmp_path / "wide.gt3x", int16=True)
    mixed = [wide[place] if place % 3 else record for place, record in enumerate(records)]
    path.write_bytes(gt3x(joined(with_count(mixed, 7, 31) if mixed[with_samples(mixed)[7]].kind == 0 else mixed)))
    result = read(path)
    kept = result.time_us < EVENING_US + 7_000_000
    np.testing.assert_array_equal(numbers_of(result.values[kept]), np.arange(7 * RATE))
    assert (np.diff(result.time_us) > 0).all()
    assert len(list(result.decoded.blocks())) == 1


def test_holes_are_told_apart_by_whether_the_device_said_that_it_slept(path: Path, records: list[Record]) -> None:
    places = with_samples(records)
    asleep, awake = (Record(3, EVENING_S + second, mark) for second, mark in ((3, b"\x08"), (6, b"\x09")))
    log = [*records[: places[3]], asleep, awake, *records[places[6] : places[8]], *records[places[10] :]]
    path.write_bytes(gt3x(joined(log)))
    result = read(path)
    assert_keeps_all_but(result, (3, 4, 5, 8, 9))
    assert result.problems == (
        "the device slept once, 0.1 min in all: switch idle sleep mode off for nights",
        "seconds missing without a mark of sleep: 2, in 1 stretches",
    )


def test_a_device_that_sleeps_until_the_end_is_told(path: Path, records: list[Record]) -> None:
    places = with_samples(records)
    path.write_bytes(gt3x(joined([*records[: places[6]], Record(3, EVENING_S + 6, b"\x08")])))
    assert read(path).problems == (
        "the device fell asleep after its last sample and did not wake up before the log ends",
    )


def test_repeated_and_earlier_seconds_are_kept_in_file_order_and_told(path: Path, records: list[Record]) -> None:
    places = with_samples(records)
    log = [*records[: places[5] + 1], records[places[5]], *records[places[3] :]]
    path.write_bytes(gt3x(joined(log)))
    result = read(path)
    order = np.concatenate([np.arange(30) + 30 * second for second in (0, 1, 2, 3, 4, 5, 5, *range(3, 12))])
    np.testing.assert_array_equal(numbers_of(result.values), order)
    np.testing.assert_array_equal(result.time_us, clock_us()[order])
    assert result.problems == ("seconds recorded twice: 1", "steps back of the device clock: 1")


def test_a_device_that_slept_and_woke_without_a_further_sample_is_not_asleep(path: Path, records: list[Record]) -> None:
    marks = [Record(3, EVENING_S + 12, mark) for mark in (b"\x08", b"\x09")]
    path.write_bytes(gt3x(joined([*records, *marks])))
    assert read(path).problems == ()


def test_damage_explains_only_the_hole_that_it_made(path: Path, records: list[Record]) -> None:
    places = with_samples(records)
    log = changed(records, places[3], sum_off=1)
    path.write_bytes(gt3x(joined([*log[: places[5]], *log[places[7] :]])))
    result = read(path)
    assert_keeps_all_but(result, (3, 5, 6))
    assert result.problems[1:] == ("seconds missing without a mark of sleep: 2, in 1 stretches",)


def test_an_unexpected_reset_is_a_restart(path: Path, records: list[Record]) -> None:
    place = with_samples(records)[4]
    # An event without a payload, whose checksum is a 1.
    empty = next(event for second in range(256) if (event := Record(3, EVENING_S + second, b"")).encoded()[-1] == 1)
    reset = Record(3, EVENING_S + 4, b"\x01")
    path.write_bytes(gt3x(joined([*records[:place], reset, empty, *records[place:]])))
    result = read(path)
    assert result.decoded.restarts == 1
    assert result.problems == ("unexpected restarts of the device: 1",)


def test_the_mark_of_a_cable_is_no_sample(path: Path, records: list[Record]) -> None:
    assert len(records[-1].payload) == 1
    path.write_bytes(gt3x(joined(records)))
    result = read(path)
    assert_keeps_all_but(result, ())
    assert result.problems == ()


def test_a_record_inside_another_one_is_none(path: Path, records: list[Record]) -> None:
    inner = joined([Record(0, EVENING_S + 99, bytes(135)), Record(2, EVENING_S + 99, b"12")])
    place = with_samples(records)[4]
    outer = Record(25, EVENING_S + 4, b"12" + inner + b"34")
    path.write_bytes(gt3x(joined([*records[:place], outer, *records[place:]])))
    result = read(path)
    assert_keeps_all_but(result, ())
    assert result.problems == ()


def test_other_records_between_the_samples_change_nothing(path: Path, records: list[Record]) -> None:
    others = [
        Record(kind, EVENING_S, bytes(range(kind + 1))) for kind in range(1, 31) if kind not in (3, 6, 21, 26, 27)
    ]
    log = [part for record in records for part in (*others, record)]
    path.write_bytes(gt3x(joined(log)))
    result = read(path)
    assert_keeps_all_but(result, ())
    assert result.problems == ()


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
        ({"timezone": "-05:00:00"}, (), DeviceClock("local", -18_000)),
        ({"timezone": "05:30:00"}, (), DeviceClock("local", 19_800)),
        ({"timezone": "+02:00"}, (), DeviceClock("local", 7_200)),
        ({"timezone": "somewhere"}, (), DeviceClock("local")),
        ({}, ('{"MetadataType":"LocalTimeLog","UtcOffset":"02:00:00"}',), DeviceClock("local", 7_200)),
        (
            {"timezone": "00:00:00"},
            (
                '{"MetadataType":"LocalTimeLog","UtcOffset":"00:00:00","UsedUtc":true}',
                '{"MetadataType":"SubjectTimeLog","UtcOffset":"-06:00:00"}',
            ),
            DeviceClock("utc", -21_600),
        ),
        ({"timezone": "01:00:00"}, ('{"MetadataType":"LocalTimeLog","UsedUtc":true}',), DeviceClock("utc", 3_600)),
        ({}, ('{"MetadataType":["LocalTimeLog"],"UtcOffset":7}', "[1]", "{", "[" * 8000), DeviceClock("local")),
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
    assert result.decoded.clock == DeviceClock("local", 3600)
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
