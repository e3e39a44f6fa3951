"""The FIT reader's rules about time, units and devices, each on a file made for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ingest import Declared, read_recording
from ingest.errors import (
    NoClockError,
    UnknownUnitError,
)
from ingest.formats.fit import reader as fit
from ingest.formats.fit.clock import SYSTEM_TIME_S
from ingest.formats.fit.messages import (
    ACCELEROMETER,
    ACTIVITY,
    CORRELATION,
    DEVICE_INFO,
    HSA_ACCELEROMETER,
    TIMESTAMP,
)
from ingest.recording import BLOCK_SAMPLES, DeviceClock, Placement, StageSpan
from ingest.writers.fit_tables import (
    ENUM,
    SINT16,
    STRING,
    UINT8,
    UINT16,
    UINT32,
    WrittenColumn,
    fit_file,
    message,
    messages,
)
from tests.ingest.formats.fit.fit_files import REST, T0, burst, calibration, decode, joined, level, split, unix


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "night.fit"


def test_a_sample_is_taken_at_stamp_plus_milliseconds_plus_offset(path: Path) -> None:
    times, _ = joined(decode(path, burst(REST, ms=250, offsets=(0, 19, 2750))))
    assert times == [unix(T0 + 0.25), unix(T0 + 0.269), unix(T0 + 3)]


def test_invalid_milliseconds_mean_zero(path: Path) -> None:
    assert joined(decode(path, burst(REST[:1], ms=0xFFFF)))[0] == [unix(T0)]


def test_an_entry_without_offset_or_without_one_axis_is_left_out(path: Path) -> None:
    values = [(0, 0, 1), (0, 0x7FFF, 1000), (0, 0, 1000), (1, 2, 1000)]
    decoded = decode(path, burst(values, first_field=8, offsets=(0xFFFF, 40, 80, 120)))
    times, xyz_g = joined(decoded)
    assert times == [unix(T0 + 0.08), unix(T0 + 0.12)]
    assert xyz_g[1] == pytest.approx([0.001, 0.002, 1.0])


def test_the_last_system_time_and_the_first_utc_time_are_told_apart(path: Path) -> None:
    correlation = message(CORRELATION, (TIMESTAMP, UINT32, T0), (1, UINT32, SYSTEM_TIME_S - 1))
    decoded = decode(path, burst(REST[:1], stamp=SYSTEM_TIME_S - 1), burst(REST[:1], stamp=SYSTEM_TIME_S), correlation)
    assert joined(decoded)[0] == [unix(T0), unix(SYSTEM_TIME_S)]


def test_system_time_follows_the_latest_correlation_before_it(path: Path) -> None:
    def correlation(utc: int, system: int) -> bytes:
        return message(
            CORRELATION, (TIMESTAMP, UINT32, utc), (0, UINT16, 16_384), (1, UINT32, system), (5, UINT16, 500)
        )

    samples = [burst(REST[:1], stamp=stamp) for stamp in (90, 150, 250)]
    decoded = decode(path, *samples, correlation(T0 + 200, 200), correlation(T0 + 103, 100))
    assert joined(decoded)[0] == [unix(T0 + 93), unix(T0 + 153), unix(T0 + 250)]


def test_a_part_that_nothing_dates_is_left_out_and_said(path: Path) -> None:
    path.write_bytes(fit_file(burst(REST)) + fit_file(burst(REST, stamp=100)))
    decoded = fit.read(path)
    assert len(joined(decoded)[0]) == 3
    assert any("nothing dates it: 3" in problem for problem in decoded.problems)


def test_chained_files_each_have_their_own_counter(path: Path) -> None:
    def part(utc: int) -> bytes:
        return fit_file(burst(REST, stamp=50) + message(CORRELATION, (TIMESTAMP, UINT32, utc), (1, UINT32, 50)))

    path.write_bytes(part(T0) + part(T0 + 500))
    decoded = fit.read(path)
    assert joined(decoded)[0][::3] == [unix(T0), unix(T0 + 500)]
    assert decoded.restarts == 1


@pytest.mark.parametrize(
    ("local", "offset_s"),
    [(T0 + 3600, 3600), (T0 - 25_205, -25_200), (T0 + 20_700, 20_700), (T0 + 50_400, 50_400), (T0 - 43_200, -43_200)],
)
def test_the_wall_clock_gives_the_offset_to_the_quarter_hour(path: Path, local: int, offset_s: int) -> None:
    decoded = decode(path, burst(REST), message(ACTIVITY, (TIMESTAMP, UINT32, T0), (5, UINT32, local)))
    assert (decoded.clock.base, decoded.clock.utc_offset_s) == ("utc", offset_s)


@pytest.mark.parametrize("local", [0, 5, T0 + 51_300, T0 - 44_100, 0xFFFF_FFFF])
def test_a_wall_clock_in_no_zone_of_the_world_is_ignored(path: Path, local: int) -> None:
    decoded = decode(path, burst(REST), message(ACTIVITY, (TIMESTAMP, UINT32, T0), (5, UINT32, local)))
    assert decoded.clock.utc_offset_s is None


def test_the_correlation_message_knows_the_wall_clock_better_than_the_activity(path: Path) -> None:
    activity = message(ACTIVITY, (TIMESTAMP, UINT32, T0), (5, UINT32, T0 + 3600))
    correlation = message(CORRELATION, (TIMESTAMP, UINT32, T0), (3, UINT32, T0 + 7200))
    assert decode(path, burst(REST), activity, correlation).clock.utc_offset_s == 7200


@pytest.mark.parametrize(("norm", "in_g"), [(0.5, 0.5), (1, 1), (2, 2), (500, 0.5), (1000, 1), (2000, 2)])
def test_gravity_tells_g_from_mg(path: Path, norm: float, in_g: float) -> None:
    _, xyz_g = joined(decode(path, burst([(0, norm, 0)] * 5)))
    assert xyz_g[0] == pytest.approx([0, in_g, 0])


@pytest.mark.parametrize("norm", [0, 0.49, 2.01, 9.81, 499, 2010])
def test_values_that_are_gravity_in_no_unit_are_refused(path: Path, norm: float) -> None:
    with pytest.raises(UnknownUnitError, match="not gravity"):
        decode(path, burst([(0, norm, 0)] * 5))


def test_the_last_calibration_of_an_accelerometer_holds_for_the_whole_file(path: Path) -> None:
    samples = burst([(1100, 1040, 1080)], first_field=2)
    others = (calibration(kind=1, divisor=1), calibration(kind=2, divisor=1))
    decoded = decode(path, calibration(divisor=7), samples, calibration(offsets=(0, 40, 0)), *others)
    # R = [[0, 1, 0], [-1, 0, 0], [0, 0, 1]] on (1.00, 0.00, 0.80)
    assert joined(decoded)[1][0] == pytest.approx([0, -1, 0.8])
    assert decoded.unit == "counts"


@pytest.mark.parametrize("divisor", [0, 0xFFFF_FFFF])
def test_raw_counts_without_a_usable_calibration_are_refused(path: Path, divisor: int) -> None:
    with pytest.raises(UnknownUnitError, match="without the calibration"):
        decode(path, burst([(1100, 1040, 1080)], first_field=2), calibration(divisor=divisor))


def test_a_calibration_that_does_not_give_gravity_is_not_believed(path: Path) -> None:
    with pytest.raises(UnknownUnitError, match="not gravity in g"):
        decode(path, burst([(1100, 1000, 1000)], first_field=2), calibration(divisor=10))


def test_the_value_that_is_furthest_from_the_sensor_is_taken(path: Path) -> None:
    three = [WrittenColumn(f, SINT16, np.array([[v]])) for f, v in ((2, 9), (3, 9), (4, 9), (8, 0), (9, 0), (10, 1000))]
    head = [WrittenColumn(TIMESTAMP, UINT32, np.array([T0])), WrittenColumn(1, UINT16, np.array([[0]]))]
    assert joined(decode(path, messages(ACCELEROMETER, [*head, *three])))[1][0] == pytest.approx([0, 0, 1])


def test_files_of_several_layouts_come_in_file_order(path: Path) -> None:
    decoded = decode(path, burst(REST), burst([(0, 0, 1000)], stamp=T0 + 1, first_field=8), burst(REST, stamp=T0 + 2))
    times, xyz_g = joined(decoded)
    assert times == sorted(times)
    assert len(times) == 7
    np.testing.assert_allclose(xyz_g[:, 2], 1, rtol=1e-6)


def test_health_sdk_samples_are_spaced_by_their_interval(path: Path) -> None:
    axes = [WrittenColumn(2 + axis, SINT16, np.array([[0, 0, 0]])) for axis in range(2)]
    decoded = decode(
        path,
        messages(
            HSA_ACCELEROMETER,
            [
                WrittenColumn(TIMESTAMP, UINT32, np.array([T0])),
                WrittenColumn(1, UINT16, np.array([40])),
                *axes,
                WrittenColumn(4, SINT16, np.array([[1024, 512, 1536]])),
            ],
        ),
    )
    times, xyz_g = joined(decoded)
    assert times == [unix(T0), unix(T0 + 0.04), unix(T0 + 0.08)]
    assert xyz_g[:, 2].tolist() == [1.0, 0.5, 1.5]


def test_a_watch_does_not_know_where_it_is_worn(path: Path) -> None:
    head = message(0, (1, UINT16, 1), (2, UINT16, 4315))
    decoded = decode(path, head, burst(REST), message(DEVICE_INFO, (0, UINT8, 0)))
    assert (decoded.device.maker, decoded.device.model, decoded.device.serial) == ("Garmin", "product 4315", "")
    assert decoded.placement == Placement("unknown", "unknown")


@pytest.mark.parametrize(
    ("place", "placement"),
    [
        (2, Placement("ankle", "left")),
        (7, Placement("ankle", "right")),
        (10, Placement("thigh", "right")),
        (26, Placement("wrist", "left")),
        (37, Placement("hip", "unknown")),
        (0, Placement("unknown", "left")),
        (34, Placement("unknown", "unknown")),
        (200, Placement("unknown", "unknown")),
    ],
)
def test_a_sensor_that_states_its_place_is_believed(path: Path, place: int, placement: Placement) -> None:
    strap = message(DEVICE_INFO, (0, UINT8, 1), (18, ENUM, 19))
    own = message(DEVICE_INFO, (0, UINT8, 0), (18, ENUM, place))
    assert decode(path, strap, own, burst(REST)).placement == placement


def test_the_name_of_the_product_is_its_model(path: Path) -> None:
    assert decode(path, message(0, (8, STRING, b"Logger")), burst(REST)).device.model == "Logger"


def test_a_claim_rests_on_the_content_alone() -> None:
    assert fit.claims(fit_file(b"")[:12], Path("night.csv"))
    assert not fit.claims(fit_file(b"")[:11], Path("night.fit"))
    assert not fit.claims(b"", Path("night.fit"))


def test_blocks_can_be_walked_again_and_are_of_moderate_size(path: Path) -> None:
    n_messages = BLOCK_SAMPLES // 25 * 2 + 1
    definition, data = split(burst([(0, 0, 1)] * 25))
    decoded = decode(path, definition, data * n_messages)
    sizes = [len(block) for block in decoded.blocks()]
    assert sizes == [BLOCK_SAMPLES, BLOCK_SAMPLES, 25]
    assert sizes == [len(block) for block in decoded.blocks()]


def test_files_read_at_once_do_not_mix(tmp_path: Path) -> None:
    paths = [tmp_path / f"{k}.fit" for k in range(8)]
    for k, path in enumerate(paths):
        path.write_bytes(fit_file(b"".join(burst(REST, stamp=T0 + 1000 * k + i) for i in range(40))))
    with ThreadPoolExecutor(4) as pool:
        firsts = [joined(decoded)[0][0] for decoded in pool.map(fit.read, paths)]
    assert firsts == [unix(T0 + 1000 * k) for k in range(8)]


def test_stages_are_plain_spans(path: Path) -> None:
    assert decode(path, burst(REST), level(T0, 1), level(T0 + 60, 0)).stages == (
        StageSpan(unix(T0), unix(T0 + 60), "wake"),
    )


def test_samples_that_count_from_switching_on_wait_for_their_start(path: Path) -> None:
    decoded = decode(path, burst(REST, stamp=5000), burst(REST, stamp=5001), level(T0, 2))
    times, _ = joined(decoded)
    assert (decoded.clock, times[0], times[3], decoded.stages) == (DeviceClock("relative"), 0, 1_000_000, ())
    with pytest.raises(NoClockError, match="--start"):
        read_recording(path)
    recording = read_recording(path, lambda _: Declared(start=datetime(2026, 3, 1, 22, 10, tzinfo=UTC)))
    assert recording.quality.first_us == 1_772_403_000_000_000
