"""The Axivity writer: what it wrote is what the reader reads, and what the format's description asks for."""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypedDict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.errors import UsageError
from ingest.formats.axivity import reader as axivity
from ingest.recording import Decoded
from ingest.writers.axivity import RATES_HZ, write_cwa
from ingest.writers.axivity_encoding import quantised
from tests.drawing import examples

EVENING_US = 1_772_922_600_000_000  # 2026-03-07T22:30
#: Half of 1/32768 s, half a microsecond of rounding on each side, and one to spare.
STAMP_PRECISION_US = 18


class Layout(TypedDict, total=False):
    packed: bool
    six_axes: bool


LAYOUTS: tuple[Layout, ...] = ({}, {"packed": True}, {"six_axes": True})


@dataclass(frozen=True)
class Recorded:
    """What a made-up device recorded, and how it is set up."""

    time_us: NDArray[np.int64]
    xyz_g: NDArray[np.float64]
    rate_hz: float
    layout: Layout
    range_g: int
    restarts_at: tuple[int, ...]

    def write(self, path: Path) -> None:
        write_cwa(
            path,
            self.time_us,
            self.xyz_g,
            rate_hz=self.rate_hz,
            serial=4711,
            range_g=self.range_g,
            restarts_at=self.restarts_at,
            **self.layout,
        )

    def steps(self) -> NDArray[np.int16]:
        return quantised(self.xyz_g, range_g=self.range_g, **self.layout)


@st.composite
def recordings(draw: st.DrawFn) -> Recorded:
    """Stretches of even time at a rate off the nominal one, with gaps, steps back and restarts between them."""
    rate_hz = draw(st.sampled_from((12.5, 25.0, 50.0, 100.0, 200.0)))
    step_us = 1e6 / rate_hz / (1 + draw(st.floats(-0.025, 0.025)))
    lengths = draw(st.lists(st.integers(1, 300), min_size=1, max_size=5))
    pauses = st.floats(-40, 40).filter(lambda pause_s: abs(pause_s * rate_hz - 1) > 0.6)
    pauses_s = draw(st.lists(pauses, min_size=len(lengths), max_size=len(lengths)))
    start_us = EVENING_US + draw(st.integers(0, 86_400_000_000))
    parts: list[NDArray[np.int64]] = []
    restarts_at: list[int] = []
    for length, pause_s in zip(lengths, pauses_s, strict=True):
        if draw(st.booleans()):
            restarts_at.append(sum(len(part) for part in parts))
        parts.append(start_us + np.rint(np.arange(length) * step_us).astype(np.int64))
        start_us = int(parts[-1][-1] + pause_s * 1e6)
    time_us = np.concatenate(parts)
    noise = np.random.default_rng(draw(st.integers(0, 2**32)))
    spread_g = draw(st.sampled_from((0.01, 1.0, 9.0)))
    return Recorded(
        time_us=time_us,
        xyz_g=noise.normal(size=(len(time_us), 3)) * spread_g,
        rate_hz=rate_hz,
        layout=draw(st.sampled_from(LAYOUTS)),
        range_g=draw(st.sampled_from((2, 4, 8, 16))),
        restarts_at=tuple(restarts_at),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cwa")


def samples(decoded: Decoded) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
    blocks = list(decoded.blocks())
    values = np.concatenate([block.values for block in blocks])
    return np.concatenate([block.time_us for block in blocks]), values.astype(np.int16, casting="safe")


def even(n: int, rate_hz: float = 100.0) -> NDArray[np.int64]:
    return np.asarray(EVENING_US + np.rint(np.arange(n) * 1e6 / rate_hz), dtype=np.int64)


def still(n: int) -> NDArray[np.float64]:
    return np.tile([0.0, 0.0, 1.0], (n, 1))


@given(recorded=recordings())
@settings(max_examples=examples(120))
def test_what_was_written_is_read_back_value_by_value(folder: Path, recorded: Recorded) -> None:
    path = folder / "round.cwa"
    recorded.write(path)
    decoded = axivity.read(path)
    time_us, values = samples(decoded)
    np.testing.assert_array_equal(values, recorded.steps())
    assert len(time_us) == len(recorded.time_us)
    assert np.abs(time_us - recorded.time_us).max() <= STAMP_PRECISION_US
    assert decoded.bad_blocks == 0
    assert decoded.rate_hz_nominal == recorded.rate_hz
    assert decoded.full_scale_g == recorded.range_g


@given(recorded=recordings())
@settings(max_examples=examples(40))
def test_values_in_g_are_within_half_a_step_of_what_was_measured(folder: Path, recorded: Recorded) -> None:
    path = folder / "half.cwa"
    recorded.write(path)
    blocks = list(axivity.read(path).blocks())
    step_g = blocks[0].g_per_value
    assert step_g == (recorded.range_g / 32_768 if recorded.layout.get("six_axes") else 1 / 256)
    xyz_g = np.concatenate([block.xyz_g() for block in blocks])
    inside = np.abs(recorded.xyz_g).max(axis=1) < min(recorded.range_g - step_g, 15.9)
    off_g = np.abs(xyz_g - recorded.xyz_g)[inside]
    # A packed sample beyond 2 g keeps 10 bits; its steps are up to 8 times as large, and it is rounded twice.
    coarse = 8 if recorded.layout.get("packed") else 1
    large = np.abs(recorded.xyz_g).max(axis=1)[inside] > 1.99
    assert (off_g[~large] <= step_g / 2 + 1e-6).all()
    assert (off_g[large] <= step_g * coarse / 2 + step_g * (coarse > 1) + 1e-6).all()


def test_a_night_drifting_by_two_percent_keeps_its_clock(tmp_path: Path) -> None:
    time_us = even(60_000, rate_hz=98.0)
    write_cwa(tmp_path / "a.cwa", time_us, still(60_000), rate_hz=100, serial=1)
    read_us, _ = samples(axivity.read(tmp_path / "a.cwa"))
    assert np.abs(read_us - time_us).max() <= STAMP_PRECISION_US


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_sector_is_what_the_description_of_the_format_asks_for(tmp_path: Path, layout: Layout) -> None:
    path = tmp_path / "a.cwa"
    time_us = even(1000, rate_hz=98.5)
    write_cwa(path, time_us, still(1000), rate_hz=100, serial=1, session=9, **layout)
    data = path.read_bytes()
    assert (len(data) - 1024) % 512 == 0
    capacity = 120 if layout.get("packed") else 40 if layout.get("six_axes") else 80
    for number, begin in enumerate(range(1024, len(data), 512)):
        sector = data[begin : begin + 512]
        assert sum(struct.unpack("<256H", sector)) % 65_536 == 0
        magic, length, fraction, session, sequence, stamp = struct.unpack_from("<2sHHIII", sector)
        offset, count = struct.unpack_from("<hH", sector, 26)
        assert (magic, length, session, sequence) == (b"AX", 508, 9, number)
        assert count == min(capacity, 1000 - number * capacity)
        # What readers do that know the nominal rate only: off by its error over one sector at most.
        index = offset + ((fraction & 0x7FFF) * 2 * 100 >> 16)
        first_us = scalar_stamp_us(stamp) + (fraction & 0x7FFF) / 32_768 * 1e6 - index * 10_000
        assert abs(first_us - time_us[number * capacity]) < 0.016 * capacity * 10_000


def scalar_stamp_us(stamp: int) -> float:
    year, month, day = 2000 + (stamp >> 26), stamp >> 22 & 15, stamp >> 17 & 31
    when = datetime(year, month, day, stamp >> 12 & 31, stamp >> 6 & 63, stamp & 63, tzinfo=UTC)
    return (when - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)


def test_the_header_names_device_session_rate_and_logging_times(tmp_path: Path) -> None:
    path = tmp_path / "a.cwa"
    time_us = even(200, rate_hz=50)
    write_cwa(
        path, time_us, still(200), rate_hz=50, serial=6_011_834, session=77, six_axes=True, annotation="_p=left+ankle"
    )
    data = path.read_bytes()
    assert struct.unpack_from("<2sHBHIH", data) == (b"MD", 1020, 0x64, 6_011_834 & 0xFFFF, 77, 6_011_834 >> 16)
    start, end = struct.unpack_from("<II", data, 13)
    assert scalar_stamp_us(start) <= time_us[0] < scalar_stamp_us(start) + 1e6
    assert scalar_stamp_us(end) <= time_us[-1] < scalar_stamp_us(end) + 1e6
    assert 3200 / (1 << 15 - (data[36] & 15)) == 50
    assert 16 >> (data[36] >> 6) == 8
    assert data[64:512].rstrip() == b"_p=left+ankle"
    decoded = axivity.read(path)
    assert (decoded.device.model, decoded.device.serial) == ("AX6", "6011834")
    assert (decoded.placement.side, decoded.placement.site) == ("left", "ankle")


def test_restarts_begin_the_sequence_anew_and_are_counted_by_the_reader(tmp_path: Path) -> None:
    path = tmp_path / "a.cwa"
    write_cwa(path, even(900), still(900), rate_hz=100, serial=1, restarts_at=(300, 600))
    sequence = [struct.unpack_from("<I", path.read_bytes(), 1024 + 512 * k + 10)[0] for k in range(12)]
    assert sequence == [0, 1, 2, 3] * 3
    assert axivity.read(path).restarts == 2


def test_a_spoilt_sector_is_the_one_that_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.cwa"
    write_cwa(path, even(800), still(800), rate_hz=100, serial=1, bad_sectors=(3,))
    decoded = axivity.read(path)
    time_us, _ = samples(decoded)
    assert decoded.bad_blocks == 1
    assert np.abs(time_us - np.delete(even(800), np.arange(240, 320))).max() <= STAMP_PRECISION_US


@pytest.mark.parametrize(
    ("g", "steps"), [(7.99609375, 2047), (8.0, 2047), (40.0, 2047), (-8.0, -2048), (-40.0, -2048), (0.0019, 0)]
)
def test_values_are_cut_at_the_end_stop(g: float, steps: int) -> None:
    assert quantised(np.full((1, 3), g)).tolist() == [[steps] * 3]


@pytest.mark.parametrize(("steps", "kept"), [(511, 511), (512, 512), (513, 512), (1023, 1024), (1025, 1024)])
def test_packing_coarsens_all_axes_of_a_sample_beyond_2_g(steps: int, kept: int) -> None:
    xyz_g = np.array([[steps / 256, 3 / 256, -1 / 256]])
    packed = quantised(xyz_g, packed=True)[0]
    assert packed[0] == kept
    assert packed[1] == (3 if steps <= 511 else 4)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rate_hz": 60.0}, "60 Hz"),
        ({"rate_hz": 50.0}, "too far from 50 Hz"),
        ({"range_g": 3}, "range of 3 g"),
        ({"packed": True, "six_axes": True}, "packed"),
        ({"serial": -1}, "device number"),
        ({"serial": 0xFFFF_0000}, "device number"),
        ({"session": 1 << 32}, "session"),
        ({"annotation": "x" * 449}, "449 bytes"),
        ({"restarts_at": (200,)}, "outside the 200 samples"),
        ({"time_us": even(199)}, "199 times"),
        ({"time_us": np.empty(0, dtype=np.int64)}, "0 times"),
        ({"xyz_g": np.full((200, 3), np.nan)}, "finite"),
        ({"time_us": even(200) - EVENING_US}, "2000 to 2063"),
        ({"path": Path("no such folder") / "a.cwa"}, "cannot be written"),
    ],
)
def test_what_no_device_could_record_is_refused(tmp_path: Path, change: dict[str, object], says: str) -> None:
    whole: dict[str, object] = {
        "path": tmp_path / "a.cwa",
        "time_us": even(200),
        "xyz_g": still(200),
        "rate_hz": 100.0,
        "serial": 1,
    }
    with pytest.raises(UsageError, match=says):
        write_cwa(**(whole | change))  # type: ignore[arg-type]  # one wrong argument is the point


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_every_documented_rate_is_written_and_read(tmp_path: Path, rate_hz: float) -> None:
    write_cwa(tmp_path / "a.cwa", even(300, rate_hz), still(300), rate_hz=rate_hz, serial=1)
    decoded = axivity.read(tmp_path / "a.cwa")
    time_us, _ = samples(decoded)
    assert decoded.rate_hz_nominal == rate_hz
    assert np.abs(time_us - even(300, rate_hz)).max() <= STAMP_PRECISION_US


def test_8_hours_at_50_hz_are_written_in_less_than_a_second(tmp_path: Path) -> None:
    n = 8 * 3600 * 50
    time_us, xyz_g = even(n, 49.4), still(n)
    before_s = time.process_time()
    write_cwa(tmp_path / "a.cwa", time_us, xyz_g, rate_hz=50, serial=1)
    assert time.process_time() - before_s < 1.0
