from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import IngestError, NoClockError, UnknownUnitError, UnsupportedRecordingError
from ingest.formats.unisens import claims
from ingest.formats.unisens.document import MOST_BYTES
from ingest.reading import Declared, read_recording
from ingest.recognising import sniff
from ingest.recording import BLOCK_SAMPLES, DeviceClock, Placement
from tests.drawing import examples
from tests.ingest.formats.unisens_files import (
    EVENING_US,
    NOTES,
    OTHERS,
    SIGNAL,
    STEP_G,
    TYPES,
    Measurement,
    element,
    read,
    signal_entry,
    still,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("unisens")


def test_a_folder_is_read_by_its_document(tmp_path: Path) -> None:
    numbers = still(1000)
    result = read(Measurement().write(tmp_path, numbers))
    np.testing.assert_array_equal(result.xyz_g, numbers * STEP_G)
    np.testing.assert_array_equal(result.time_us, EVENING_US + np.arange(1000) * 15_625)
    decoded = result.decoded
    assert decoded.format == "unisens"
    assert (decoded.device.maker, decoded.device.model, decoded.device.serial) == ("movisens", "Move4", "04711")
    assert decoded.placement == Placement("ankle", "right")
    assert decoded.clock == DeviceClock("local")
    assert (decoded.rate_hz_nominal, decoded.unit, decoded.full_scale_g) == (64.0, "g", 16.0)
    assert decoded.companions == (tmp_path / "acc.bin",)


def test_it_is_said_that_the_format_has_no_clock_of_its_own(tmp_path: Path) -> None:
    problems = read(Measurement().write(tmp_path, still(100))).decoded.problems
    assert problems == (
        "the measurement has no clock but its start: times rest on the rate, and lost samples cannot be seen",
    )


def test_integers_of_16_bits_are_kept_as_they_are(tmp_path: Path) -> None:
    (block,) = read(Measurement().write(tmp_path, still(10))).decoded.blocks()
    assert block.values.dtype == np.int16
    assert block.g_per_value == STEP_G


@st.composite
def written(draw: st.DrawFn) -> tuple[Measurement, np.ndarray, str, np.ndarray, float]:
    """A measurement, its numbers and byte order, and the g and rate that it should give."""
    kind = draw(st.sampled_from(sorted(TYPES)))
    dtype = np.dtype(TYPES[kind])
    n = draw(st.integers(1, 400))
    noise = np.random.default_rng(draw(st.integers(0, 2**32))).integers(-9, 10, (n, 3))
    steps = noise + np.array([0, 60, 0])
    baseline = draw(st.sampled_from(((10, 40) if dtype.itemsize == 1 else (10, 2058)) + (0,) * (dtype.kind != "u")))
    unit, per_g = draw(st.sampled_from((("g", 1.0), ("m/s2", 9.80665), ("m/s^2", 9.80665), ("mg", 1000.0))))
    rate_hz = draw(st.sampled_from((12.5, 25.0, 50.0, 64.0, 85.7, 100.0)))
    order = draw(st.sampled_from(("<", ">")))
    permutation = draw(st.permutations(range(3)))
    names = draw(st.sampled_from((("accX", "accY", "accZ"), ("x", "y", "z"), ("Acc_X", "Acc_Y", "Acc_Z"))))
    attributes = {
        **SIGNAL,
        "dataType": draw(st.sampled_from((kind, kind.upper()))),
        "baseline": str(baseline),
        "lsbValue": repr(per_g / 60),
        "unit": unit,
        "sampleRate": repr(rate_hz),
        "contentClass": draw(st.sampled_from(("acc", "ACC"))),
    }
    entry = signal_entry(attributes, tuple(names[i] for i in permutation), {"<": "LITTLE", ">": "BIG"}[order])
    numbers = (steps[:, permutation] + baseline).astype(dtype)
    return Measurement((*OTHERS, entry)), numbers, order, steps / 60, rate_hz


@given(made=written())
@settings(max_examples=examples(80))
def test_what_was_written_is_read_back_in_every_type_order_unit_and_rate(
    folder: Path, made: tuple[Measurement, np.ndarray, str, np.ndarray, float]
) -> None:
    measurement, numbers, order, xyz_g, rate_hz = made
    result = read(measurement.write(folder, numbers, order=order))
    np.testing.assert_allclose(result.xyz_g, xyz_g, atol=2e-6)
    exact = EVENING_US + np.arange(len(numbers)) * 1e6 / rate_hz
    assert np.abs(result.time_us - exact).max() <= 1
    assert result.problems == ()


def test_blocks_can_be_walked_again_and_meet_without_a_seam(tmp_path: Path) -> None:
    n = 2 * BLOCK_SAMPLES + 1
    decoded = read(Measurement().write(tmp_path, still(n))).decoded
    for _ in range(2):
        blocks = list(decoded.blocks())
        assert [len(block) for block in blocks] == [BLOCK_SAMPLES, BLOCK_SAMPLES, 1]
        assert set(np.diff(np.concatenate([block.time_us for block in blocks]))) == {15_625}


# What the document looks like


@pytest.mark.parametrize(
    "measurement",
    [
        Measurement(prolog=""),
        Measurement(prolog='\ufeff<?xml version="1.0"?>'),
        Measurement(prolog="<?xml version='1.0'?>\n<!-- <gpx> a comment -->\n<?style x?>\n"),
        Measurement(root="u:unisens"),
    ],
)
def test_prolog_comments_and_prefixes_do_not_matter(tmp_path: Path, measurement: Measurement) -> None:
    path = measurement.write(tmp_path, still(200))
    assert getattr(sniff.reader_of(path), "__name__", "") == "ingest.formats.unisens"
    assert len(read(path).time_us) == 200


@pytest.mark.parametrize(
    ("content", "yes"),
    [
        (b"<unisens>", True),
        (b"<unisens version='2.0'", True),
        (b"<unisensor>", False),
        (b"<gpx><unisens>", False),
        (b"<!DOCTYPE unisens><unisens>", True),
        (b"<!DOCTYPE html><unisens>", False),
        (b"<!-- <unisens> -->", False),
        (b"unisens", False),
        (b"", False),
        (b"<!--" * 1024, False),
        (b"<!---->" * 585 + b"<", False),
    ],
)
def test_the_first_element_decides_whose_document_it_is(content: bytes, *, yes: bool) -> None:
    assert claims(content, Path("any")) is yes


def test_an_xml_document_of_another_kind_is_still_refused(tmp_path: Path) -> None:
    path = tmp_path / "unisens.xml"
    path.write_text('<?xml version="1.0"?><measurement/>')
    with pytest.raises(IngestError, match="an XML document"):
        sniff.reader_of(path)


def test_attributes_of_a_signal_are_not_taken_for_those_of_the_measurement(tmp_path: Path) -> None:
    own = element("customAttributes", {}, element("customAttribute", {"key": "sensorLocation", "value": "left_wrist"}))
    entry = signal_entry().replace("<binFileFormat", own + "<binFileFormat")
    assert read(Measurement((entry,)).write(tmp_path, still(10))).decoded.placement == Placement("ankle", "right")


@pytest.mark.parametrize("location", ["chest", "left_upper_arm", ""])
def test_a_place_that_is_no_leg_stays_unknown(tmp_path: Path, location: str) -> None:
    path = Measurement(notes={**NOTES, "sensorLocation": location}).write(tmp_path, still(10))
    assert read(path).decoded.placement.site == "unknown"


@pytest.mark.parametrize(
    ("start", "clock", "first_us"),
    [
        ("2026-03-07T22:30:00", DeviceClock("local"), EVENING_US - 123_000),
        ("2026-03-07T22:30:00.1234567", DeviceClock("local"), EVENING_US + 456),
        ("2026-03-07T22:30:00.123Z", DeviceClock("utc"), EVENING_US),
        ("2026-03-07T22:30:00.123+02:00", DeviceClock("local", 7200), EVENING_US),
        ("2026-03-07", DeviceClock("relative"), 0),
        ("yesterday evening", DeviceClock("relative"), 0),
        (None, DeviceClock("relative"), 0),
    ],
)
def test_the_start_is_local_unless_it_says_otherwise(
    tmp_path: Path, start: str | None, clock: DeviceClock, first_us: int
) -> None:
    result = read(Measurement(start=start).write(tmp_path, still(10)))
    assert result.decoded.clock == clock
    assert result.time_us[0] == first_us
    assert bool(result.problems) == (clock.base == "relative")


def test_without_a_start_the_user_is_asked_for_one(tmp_path: Path) -> None:
    path = Measurement(start=None).write(tmp_path, still(200))
    with pytest.raises(NoClockError, match="--start"):
        read_recording(path)


def test_the_samples_are_part_of_the_recordings_identity(tmp_path: Path) -> None:
    path = Measurement().write(tmp_path, still(2000))
    zone = Declared(zone="Europe/Berlin")
    before = read_recording(path, lambda _: zone)
    assert before.quality.n_samples == 2000
    Measurement().write(tmp_path, still(2000, seed=1))
    assert read_recording(path, lambda _: zone).sha256 != before.sha256


# Which signal


def test_a_second_acceleration_is_told_and_left_aside(tmp_path: Path) -> None:
    second = signal_entry({**SIGNAL, "id": "acc2.bin"})
    result = read(Measurement((signal_entry(), second)).write(tmp_path, still(10)))
    assert result.problems == ("of 2 signals of acceleration only the first was read, not acc2.bin",)


def test_acceleration_in_a_table_is_passed_over_for_a_binary_one(tmp_path: Path) -> None:
    table = signal_entry({**SIGNAL, "id": "acc.csv", "dataType": "double"}, order="", form="csvFileFormat")
    assert read(Measurement((table, signal_entry())).write(tmp_path, still(10))).problems == ()
    with pytest.raises(UnsupportedRecordingError, match="a csv file"):
        read(Measurement((table,)).write(tmp_path, still(10)))


def test_a_signal_without_a_content_class_is_known_by_its_name(tmp_path: Path) -> None:
    bare = {key: value for key, value in SIGNAL.items() if key != "contentClass"}
    assert len(read(Measurement((signal_entry(bare),)).write(tmp_path, still(10))).time_us) == 10
    with pytest.raises(UnsupportedRecordingError, match="without acceleration"):
        read(Measurement((signal_entry({**bare, "id": "ecg.bin"}),)).write(tmp_path, still(10)))


def test_a_measurement_without_acceleration_says_what_it_holds(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedRecordingError, match=r"it holds press\.bin"):
        read(Measurement(OTHERS).write(tmp_path, still(10)))


def test_channels_beside_the_axes_are_left_out(tmp_path: Path) -> None:
    entry = signal_entry(channels=("temp", "accZ", "accY", "accX"))
    numbers = np.column_stack([np.full(50, 7, np.int16), still(50)[:, ::-1]])
    np.testing.assert_array_equal(read(Measurement((entry,)).write(tmp_path, numbers)).xyz_g, still(50) * STEP_G)


def test_three_channels_with_names_of_their_own_are_taken_in_their_order(tmp_path: Path) -> None:
    entry = signal_entry(channels=("longitudinal", "lateral", "sagittal"))
    np.testing.assert_array_equal(read(Measurement((entry,)).write(tmp_path, still(9))).xyz_g, still(9) * STEP_G)


@pytest.mark.parametrize(
    "channels",
    [(), ("accX",), ("accX", "accY"), ("a", "b", "c", "d"), ("accX", "x", "y", "z"), ("accX", "accX", "accY")],
)
def test_channels_that_are_not_three_axes_are_refused(tmp_path: Path, channels: tuple[str, ...]) -> None:
    with pytest.raises(UnsupportedRecordingError, match="has not the channels"):
        read(Measurement((signal_entry(channels=channels),)).write(tmp_path, still(12)))


# Numbers


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"sampleRate": "0"}, NoClockError),
        ({"sampleRate": "-64"}, NoClockError),
        ({"sampleRate": "nan"}, NoClockError),
        ({"sampleRate": "inf"}, NoClockError),
        ({"sampleRate": "10001"}, NoClockError),
        ({"sampleRate": "fast"}, NoClockError),
        ({"sampleRate": "4.99"}, UnsupportedRecordingError),
        ({"lsbValue": "0"}, UnknownUnitError),
        ({"lsbValue": "-1"}, UnknownUnitError),
        ({"lsbValue": "inf"}, UnknownUnitError),
        ({"lsbValue": "nan"}, UnknownUnitError),
        ({"lsbValue": "1e300"}, UnknownUnitError),
        ({"baseline": "inf"}, UnknownUnitError),
        ({"lsbValue": "0.1"}, UnknownUnitError),
        ({"lsbValue": "1e-9"}, UnsupportedRecordingError),
        ({"dataType": "int12"}, IngestError),
        ({"dataType": ""}, IngestError),
    ],
)
def test_impossible_attributes_are_refused_by_name(
    tmp_path: Path, change: dict[str, str], error: type[IngestError]
) -> None:
    path = Measurement((signal_entry({**SIGNAL, **change}),)).write(tmp_path, still(100))
    with pytest.raises(error) as caught:
        read(path)
    assert caught.value.path in (path, tmp_path / "acc.bin")
    assert caught.value.hint


@pytest.mark.parametrize("rate", ["5", "10000"])
def test_the_slowest_and_the_fastest_rate_are_read(tmp_path: Path, rate: str) -> None:
    path = Measurement((signal_entry({**SIGNAL, "sampleRate": rate}),)).write(tmp_path, still(10))
    assert read(path).decoded.rate_hz_nominal == float(rate)


def test_a_unit_that_is_not_named_is_told_by_gravity(tmp_path: Path) -> None:
    bare = {key: value for key, value in SIGNAL.items() if key != "unit"}
    result = read(Measurement((signal_entry(bare),)).write(tmp_path, still(100)))
    assert result.decoded.unit == "g"
    assert result.problems == ("the document names no unit that is known: gravity fits g",)


def test_a_byte_order_that_is_not_named_is_assumed_and_told(tmp_path: Path) -> None:
    result = read(Measurement((signal_entry(order=""),)).write(tmp_path, still(100)))
    assert [problem for problem in result.problems if "which byte" in problem]


@pytest.mark.parametrize(
    ("attributes", "full_scale_g"),
    [
        ({}, 16.0),
        ({"adcResolution": "12"}, 1.0),
        ({"adcResolution": "17"}, None),
        ({"adcZero": "5"}, None),
        ({"adcZero": "5", "baseline": "5"}, 16.0),
    ],
)
def test_the_end_stop_is_known_where_the_converter_is_described(
    tmp_path: Path, attributes: dict[str, str], full_scale_g: float | None
) -> None:
    path = Measurement((signal_entry({**SIGNAL, **attributes}),)).write(tmp_path, still(100))
    assert read(path).decoded.full_scale_g == full_scale_g


@pytest.mark.parametrize(
    ("duration", "told"), [("1.0", False), ("3.0", False), ("3.1", True), ("x", False), ("", False)]
)
def test_a_measurement_shorter_than_its_document_says_is_told(tmp_path: Path, duration: str, *, told: bool) -> None:
    result = read(Measurement(duration=duration).write(tmp_path, still(64)))
    assert any("lasted" in problem for problem in result.problems) is told


def test_a_document_larger_than_any_is_refused_unread(tmp_path: Path) -> None:
    path = Measurement().write(tmp_path, still(10))
    path.write_text(path.read_text() + " " * MOST_BYTES)
    with pytest.raises(IngestError, match="a document of"):
        read(path)
