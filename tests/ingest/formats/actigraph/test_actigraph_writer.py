"""The GT3X writer: what it wrote is what the reader reads, and what the maker's description asks for."""

from __future__ import annotations

import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.errors import UsageError
from ingest.formats.actigraph import reader as actigraph
from ingest.recording import BLOCK_SAMPLES, DeviceClock, Placement
from tests.drawing import examples
from tests.ingest.formats.actigraph.actigraph_encoding import offset_text, pack, quantised
from tests.ingest.formats.actigraph.actigraph_files import EVENING_S, EVENING_US, log_of, read, records_of
from tests.ingest.formats.actigraph.actigraph_writer import RATES_HZ, write_gt3x, write_gt3x_v1


@dataclass(frozen=True)
class Recorded:
    """What a made-up device recorded, and how it is set up."""

    time_us: NDArray[np.int64]
    xyz_g: NDArray[np.float64]
    rate_hz: int
    int16: bool
    deflated: bool
    idle_sleep: bool
    steps_per_g: float

    def write(self, path: Path) -> None:
        write_gt3x(
            path,
            self.time_us,
            self.xyz_g,
            rate_hz=self.rate_hz,
            int16=self.int16,
            deflated=self.deflated,
            idle_sleep=self.idle_sleep,
            steps_per_g=self.steps_per_g,
        )

    def values(self) -> NDArray[np.int16]:
        return quantised(self.xyz_g, steps_per_g=self.steps_per_g, range_g=8, packed=not self.int16)


def second_us(second: int, count: int, rate_hz: int) -> NDArray[np.int64]:
    """Where a device puts ``count`` samples of a second."""
    step_us = 1e6 / (count if count >= 0.95 * rate_hz else rate_hz)
    return np.asarray(second * 1_000_000 + np.floor(np.arange(count) * step_us + 0.5), dtype=np.int64)


@st.composite
def recordings(draw: st.DrawFn) -> Recorded:
    """Runs of seconds with holes, repeats and steps back between them, some not full, some overfull."""
    rate_hz = draw(st.sampled_from(RATES_HZ))
    counts = st.sampled_from((rate_hz, rate_hz, rate_hz, rate_hz - 1, rate_hz + 1, rate_hz // 2, 1))
    second = EVENING_S + draw(st.integers(0, 86_400))
    parts = []
    for length in draw(st.lists(st.integers(1, 8), min_size=1, max_size=5)):
        for _ in range(length):
            parts.append(second_us(second, draw(counts), rate_hz))
            second += 1
        second += draw(st.integers(-9, 9))
    time_us = np.concatenate(parts)
    noise = np.random.default_rng(draw(st.integers(0, 2**32)))
    return Recorded(
        time_us=time_us,
        xyz_g=noise.normal(size=(len(time_us), 3)) * draw(st.sampled_from((0.01, 1.0, 9.0))),
        rate_hz=rate_hz,
        int16=draw(st.booleans()),
        deflated=draw(st.booleans()),
        idle_sleep=draw(st.booleans()),
        steps_per_g=draw(st.sampled_from((256.0, 341.0))),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gt3x")


def even(n: int, rate_hz: float = 100.0) -> NDArray[np.int64]:
    return np.asarray(EVENING_US + np.rint(np.arange(n) * 1e6 / rate_hz), dtype=np.int64)


def still(n: int) -> NDArray[np.float64]:
    return np.tile([0.0, 0.0, 1.0], (n, 1))


@given(recorded=recordings())
@settings(max_examples=examples(40))
def test_what_was_written_is_read_back_sample_by_sample(folder: Path, recorded: Recorded) -> None:
    path = folder / "round.gt3x"
    recorded.write(path)
    result = read(path)
    np.testing.assert_array_equal(result.values, recorded.values())
    np.testing.assert_array_equal(result.time_us, recorded.time_us)
    assert {block.g_per_value for block in result.decoded.blocks()} == {1 / recorded.steps_per_g}
    assert result.decoded.bad_blocks == 0
    assert result.decoded.rate_hz_nominal == recorded.rate_hz


@given(recorded=recordings())
@settings(max_examples=examples(20))
def test_holes_steps_and_sleep_are_told_as_often_as_they_happened(folder: Path, recorded: Recorded) -> None:
    path = folder / "told.gt3x"
    recorded.write(path)
    steps = np.diff([record.second for record in records_of(log_of(path)) if record.kind in (0, 26)][:-1])
    said = " ".join(actigraph.read(path).problems)
    holes = int(np.count_nonzero(steps > 1))
    times = "once" if holes == 1 else f"{holes} times"
    assert (f"slept {times}" in said) == (holes > 0 and recorded.idle_sleep)
    assert (f"in {holes} stretches" in said) == (holes > 0 and not recorded.idle_sleep)
    for kind, count in (("recorded twice", (steps == 0).sum()), ("steps back of the device clock", (steps < 0).sum())):
        assert (f"{kind}: {count}" in said) == (count > 0)


@given(n=st.integers(1, 400), rate_hz=st.sampled_from(RATES_HZ), deflated=st.booleans(), seed=st.integers(0, 99))
@settings(max_examples=examples(20))
def test_what_was_written_as_the_older_kind_is_read_back_too(
    folder: Path, n: int, rate_hz: int, *, deflated: bool, seed: int
) -> None:
    path = folder / "old.gt3x"
    xyz_g = np.random.default_rng(seed).normal(0, 2, (n, 3))
    write_gt3x_v1(path, EVENING_US + seed * 100_003, xyz_g, rate_hz=rate_hz, deflated=deflated)
    result = read(path)
    np.testing.assert_array_equal(result.values, quantised(xyz_g, steps_per_g=341, range_g=6))
    np.testing.assert_array_equal(result.time_us, even(n, rate_hz) + seed * 100_003)


@pytest.mark.parametrize("n", [BLOCK_SAMPLES - 1, BLOCK_SAMPLES, BLOCK_SAMPLES + 1, 2 * BLOCK_SAMPLES])
def test_the_older_kind_is_whole_at_the_borders_of_blocks(tmp_path: Path, n: int) -> None:
    path = tmp_path / "old.gt3x"
    xyz_g = np.random.default_rng(n).normal(0, 1, (n, 3))
    write_gt3x_v1(path, EVENING_US, xyz_g, rate_hz=80)
    result = read(path)
    np.testing.assert_array_equal(result.values, quantised(xyz_g, steps_per_g=341, range_g=6))
    np.testing.assert_array_equal(result.time_us, even(n, 80))
    assert [len(block) for block in result.decoded.blocks()] == [BLOCK_SAMPLES] * (n // BLOCK_SAMPLES) + (
        [n % BLOCK_SAMPLES] if n % BLOCK_SAMPLES else []
    )


def test_each_record_is_what_the_description_of_the_format_asks_for(tmp_path: Path) -> None:
    path = tmp_path / "a.gt3x"
    write_gt3x(path, even(6500), still(6500), rate_hz=100, utc_offset_s=-18_000)
    records = records_of(log_of(path))
    assert [record.kind for record in records[:3]] == [6, 6, 21]
    assert b'"UtcOffset":"-05:00:00"' in records[1].payload
    assert (records[-1].kind, records[-1].payload) == (0, b"\x5a")
    batteries = [record.second for record in records if record.kind == 2]
    assert batteries == [EVENING_S, EVENING_S + 60]
    seconds = [record for record in records[:-1] if record.kind == 0]
    assert [record.second for record in seconds] == list(range(EVENING_S, EVENING_S + 65))
    assert {len(record.payload) for record in seconds} == {450}
    assert seconds[0].payload[:9].hex() == "000000100" + "000000100"


def test_info_and_records_name_device_clock_and_place(tmp_path: Path) -> None:
    path = tmp_path / "a.gt3x"
    write_gt3x(path, even(200), still(200), rate_hz=100, serial="TAS1", limb="Ankle", side="Right", utc_offset_s=19_800)
    decoded = actigraph.read(path)
    assert decoded.device.serial == "TAS1"
    assert decoded.placement == Placement("ankle", "right")
    assert decoded.clock == DeviceClock("local", 19_800, runs_on=True)
    write_gt3x(path, even(200), still(200), rate_hz=100, utc_offset_s=-3600, on_utc=True)
    assert actigraph.read(path).clock == DeviceClock("utc", -3600)
    write_gt3x(path, even(200), still(200), rate_hz=100)
    assert actigraph.read(path).clock == DeviceClock("local", runs_on=True)


@pytest.mark.parametrize(("offset_s", "text"), [(0, "00:00:00"), (-18_000, "-05:00:00"), (20_745, "05:45:45")])
def test_offsets_are_written_as_the_maker_does(offset_s: int, text: str) -> None:
    assert offset_text(offset_s) == text


def test_a_spoilt_second_is_the_one_that_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.gt3x"
    write_gt3x(path, even(900), still(900), rate_hz=100, bad_seconds=(3,))
    result = read(path)
    assert result.decoded.bad_blocks == 1
    np.testing.assert_array_equal(result.time_us, np.delete(even(900), np.arange(300, 400)))


def test_a_sensor_that_runs_slow_comes_back_within_three_steps(tmp_path: Path) -> None:
    path = tmp_path / "a.gt3x"
    time_us = even(20_000, 98.6)
    write_gt3x(path, time_us, still(20_000), rate_hz=100)
    result = read(path)
    off_us = np.abs(result.time_us - time_us)
    assert off_us.max() <= 30_000
    # Only the last second is not full; in all others a sample is at most one step late.
    assert off_us[:-90].max() <= 10_200


@pytest.mark.parametrize(
    ("g", "int16", "steps"),
    [(7.99609375, False, 2047), (8.0, False, 2047), (-40.0, False, -2048), (40.0, True, 2047), (0.0019, True, 0)],
)
def test_values_are_cut_at_the_end_stop(g: float, steps: int, *, int16: bool) -> None:
    assert quantised(np.full((1, 3), g), steps_per_g=256, range_g=8, packed=not int16).tolist() == [[steps] * 3]


def test_packing_is_the_makers_own_example() -> None:
    values = np.array([[[8, 6, -323], [9, 7, -321], [8, 7, -321]]], np.int16)
    assert pack(values).tobytes().hex().upper() == "006008EBD007009EBF007008EBF0"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rate_hz": 25}, "25 Hz"),
        ({"time_us": even(200) + 500_000}, "would take then"),
        ({"time_us": even(200, 80)}, "would take then"),
        ({"time_us": even(200, 1000)}, "would take then"),
        ({"time_us": even(199)}, "199 times"),
        ({"time_us": np.empty(0, dtype=np.int64)}, "0 times"),
        ({"xyz_g": np.full((200, 3), np.nan)}, "finite"),
        ({"time_us": even(200) - EVENING_US - 1}, "1970 to 2106"),
        ({"path": Path("no such folder") / "a.gt3x"}, "cannot be written"),
    ],
)
def test_what_no_device_could_record_is_refused(tmp_path: Path, change: dict[str, object], says: str) -> None:
    whole: dict[str, object] = {"path": tmp_path / "a.gt3x", "time_us": even(200), "xyz_g": still(200), "rate_hz": 100}
    with pytest.raises(UsageError, match=says):
        write_gt3x(**(whole | change))  # type: ignore[arg-type]  # one wrong argument is the point


def test_the_same_samples_give_the_same_file(tmp_path: Path) -> None:
    for name in "ab":
        write_gt3x(tmp_path / name, even(300), still(300), rate_hz=100)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    with zipfile.ZipFile(tmp_path / "a") as archive:
        assert archive.testzip() is None


def test_8_hours_at_50_hz_are_written_in_less_than_a_second(tmp_path: Path) -> None:
    n = 8 * 3600 * 50
    time_us, xyz_g = even(n, 50), still(n)
    before_s = time.process_time()
    write_gt3x(tmp_path / "a.gt3x", time_us, xyz_g, rate_hz=50)
    assert time.process_time() - before_s < 1.0
