"""What the FIT writer writes is a valid file, and our reader gives it back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from fitparse import FitFile
from fitparse.records import Crc
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.errors import UsageError
from ingest.formats.fit import reader as fit
from ingest.formats.fit.crc import fit_crc
from ingest.recording import Decoded, SleepStage, StageSpan
from ingest.writers.fit import Layout, Stamps, write_fit

START_US = 1_795_300_200_000_000
SECOND_US = 1_000_000
LAYOUTS: tuple[Layout, ...] = get_args(Layout)
STAGES: tuple[SleepStage, ...] = get_args(SleepStage)


def still(n_samples: int, *, rate_hz: float = 25) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """A sensor that lies still, on a grid that every layout holds exactly: 1/8 g is 125 mg is 256 counts."""
    rng = np.random.default_rng(n_samples)
    time_us = START_US + np.rint(np.arange(n_samples) * 1000 / rate_hz).astype(np.int64) * 1000
    return time_us, (rng.integers(-1, 2, (n_samples, 3)) / 8 + np.array([0, 0, 1])).astype(np.float32)


def joined(decoded: Decoded) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    blocks = list(decoded.blocks())
    return np.concatenate([b.time_us for b in blocks]), np.concatenate([b.xyz_g() for b in blocks])


def as_read(xyz_g: NDArray[np.float32], layout: Layout) -> NDArray[np.float32]:
    """What rounding to the layout leaves of values."""
    if layout == "calibrated":
        return xyz_g
    per_g = 1000 if layout == "compressed" else 2048
    return (np.rint(xyz_g.astype(np.float64) * per_g) / per_g).astype(np.float32)


@settings(max_examples=40)
@given(
    steps_ms=st.lists(st.sampled_from([0, 1, 39, 40, 41, 60, 61, 999, 70_000, -5_000]), min_size=0, max_size=120),
    layout=st.sampled_from(LAYOUTS),
    stamps=st.sampled_from(get_args(Stamps)),
    utc_offset_s=st.integers(-48, 56).map(lambda quarters: quarters * 900),
    missing=st.sets(st.integers(0, 120), max_size=5),
)
def test_times_values_and_offset_come_back(
    tmp_path_factory: pytest.TempPathFactory,
    steps_ms: list[int],
    layout: Layout,
    stamps: Stamps,
    utc_offset_s: int,
    missing: set[int],
) -> None:
    path = tmp_path_factory.mktemp("fit") / "night.fit"
    time_us = START_US + np.cumsum([0, *steps_ms]).astype(np.int64) * 1000
    xyz_g = still(len(time_us))[1]
    holes = [index for index in missing if index < len(time_us) - 1]
    written = xyz_g.copy()
    written[holes, 1] = np.nan
    write_fit(path, time_us, written, rate_hz=25, serial=7, utc_offset_s=utc_offset_s, layout=layout, stamps=stamps)
    decoded = fit.read(path)
    found_us, found_g = joined(decoded)
    np.testing.assert_array_equal(found_us, np.delete(time_us, holes))
    np.testing.assert_array_equal(found_g, as_read(np.delete(xyz_g, holes, axis=0), layout))
    assert decoded.clock.utc_offset_s == utc_offset_s
    assert decoded.problems == () or decoded.bad_blocks


@given(lengths_min=st.lists(st.tuples(st.sampled_from(STAGES), st.integers(1, 200), st.integers(0, 2)), max_size=8))
def test_sleep_stages_come_back(
    tmp_path_factory: pytest.TempPathFactory, lengths_min: list[tuple[SleepStage, int, int]]
) -> None:
    at_us, spans = START_US, list[StageSpan]()
    for stage, minutes, pause_min in lengths_min:
        end_us = at_us + minutes * 60 * SECOND_US
        spans.append(StageSpan(at_us, end_us, stage))
        at_us = end_us + pause_min * 60 * SECOND_US
    path = tmp_path_factory.mktemp("fit") / "night.fit"
    write_fit(path, *still(25), rate_hz=25, serial=7, stages=spans)
    assert minutes_of(fit.read(path).stages) == minutes_of(spans)


def minutes_of(spans: tuple[StageSpan, ...] | list[StageSpan]) -> dict[int, SleepStage]:
    """The stage of every minute; one that nothing could measure is one without a stage."""
    return {
        minute: span.stage
        for span in spans
        if span.stage != "unmeasurable"
        for minute in range(span.start_us // (60 * SECOND_US), span.end_us // (60 * SECOND_US))
    }


@pytest.mark.parametrize("layout", LAYOUTS)
def test_plain_fitparse_finds_a_valid_file(tmp_path: Path, layout: Layout) -> None:
    path = tmp_path / "night.fit"
    time_us, xyz_g = still(60)
    beats = (time_us[::25], np.array([55, 56, 57], dtype=np.uint8))
    spans = [StageSpan(START_US, START_US + 60 * SECOND_US, "rem")]
    write_fit(path, time_us, xyz_g, rate_hz=25, serial=77, stages=spans, heart_rate=beats, layout=layout)
    with FitFile(str(path), check_crc=True) as oracle:
        messages = list(oracle.get_messages())
    kinds = [message.name for message in messages]
    assert kinds[:2] == ["file_id", "device_info"]
    assert kinds.count("accelerometer_data") == 3
    assert kinds.count("three_d_sensor_calibration") == (layout == "raw")
    assert kinds.count("unknown_275") == 1
    assert [m.get_raw_value(1) for m in messages if m.name == "event"] == [0, 1]
    assert [m.get_value("heart_rate") for m in messages if m.name == "record"] == [55, 56, 57]
    assert messages[0].get_value("serial_number") == 77
    first = next(message for message in messages if message.name == "accelerometer_data")
    assert first.get_value("timestamp") == dt.datetime(2026, 11, 21, 22, 30)  # noqa: DTZ001 - fitparse's are naive
    assert first.get_value("sample_time_offset") == tuple(range(0, 1000, 40))
    last = [message for message in messages if message.name == "accelerometer_data"][-1]
    assert last.get_value("sample_time_offset")[10:] == (None,) * 15


def test_values_beyond_the_range_stop_at_its_end(tmp_path: Path) -> None:
    time_us, xyz_g = still(25)
    xyz_g[3] = [100, -100, 0]
    write_fit(tmp_path / "raw.fit", time_us, xyz_g, rate_hz=25, serial=7, layout="raw")
    write_fit(tmp_path / "mg.fit", time_us, xyz_g, rate_hz=25, serial=7, layout="compressed")
    assert joined(fit.read(tmp_path / "raw.fit"))[1][3] == pytest.approx([32766 / 2048, -16, 0])
    assert joined(fit.read(tmp_path / "mg.fit"))[1][3] == pytest.approx([32.766, -32.767, 0])


@pytest.mark.parametrize(
    ("time_us", "rate_hz", "serial", "words"),
    [
        ([], 25, 7, "make no recording"),
        ([0], 25, 7, "from July 1998"),
        ([START_US], 0, 7, "0 Hz"),
        ([START_US], float("nan"), 7, "nan Hz"),
        ([START_US], 25, 0, "serial number 0"),
        ([START_US], 25, 1 << 32, "serial number 4294967296"),
    ],
)
def test_what_fit_cannot_hold_is_refused(
    tmp_path: Path, time_us: list[int], rate_hz: float, serial: int, words: str
) -> None:
    times = np.array(time_us, dtype=np.int64)
    with pytest.raises(UsageError, match=words):
        write_fit(tmp_path / "no.fit", times, np.zeros((len(times), 3), np.float32), rate_hz=rate_hz, serial=serial)


def test_overlapping_stages_are_refused(tmp_path: Path) -> None:
    spans = [StageSpan(START_US, START_US + 10 * SECOND_US, "rem"), StageSpan(START_US, START_US + 1, "deep")]
    with pytest.raises(UsageError, match="must not overlap"):
        write_fit(tmp_path / "no.fit", *still(25), rate_hz=25, serial=7, stages=spans)


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        write_fit(tmp_path / "absent" / "night.fit", *still(25), rate_hz=25, serial=7)


@given(st.binary(max_size=600))
def test_the_checksum_is_the_one_of_fitparse(data: bytes) -> None:
    assert fit_crc(data) == Crc.calculate(data)


def test_the_checksum_has_the_known_check_value() -> None:
    assert fit_crc(b"123456789") == 0xBB3D  # CRC-16/ARC


@pytest.mark.parametrize("n_bytes", [(8 << 20) - 1, 8 << 20, (8 << 20) + 1, (16 << 20) + 3])
def test_the_checksum_does_not_depend_on_where_it_is_pieced_together(n_bytes: int) -> None:
    """A file behind which its own checksum stands has the checksum 0."""
    data = np.random.default_rng(n_bytes).bytes(n_bytes)
    assert fit_crc(data + fit_crc(data).to_bytes(2, "little")) == 0
    assert fit_crc(data) != 0
