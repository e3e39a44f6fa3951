"""What the loggers of telephones, watches and small sensors export: SensorLog, Polar, Bangle.js, Shimmer and others."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest import Declared, read_recording
from ingest.errors import EmptyFileError, IngestError, NoClockError, UnknownUnitError, UnsupportedRecordingError
from ingest.recognising.sniff import reader_of
from ingest.recording import Decoded, Device, DeviceClock
from tests.ingest.formats.apps.logger_files import POLAR_START_NS, bangle, polar, sensorlog, shimmer, text
from tests.ingest.table_files import EVENING_US, clock_us, in_g, iso, joined, resting_mg, small_stretches, write

N = 300
HOUR_US = 3_600_000_000


def read(path: Path, content: str | bytes) -> Decoded:
    """Decode by whatever reader claims it."""
    write(path, content)
    return reader_of(path).read(path)


def check(decoded: Decoded, *, time_us: NDArray[np.int64] | None = None) -> None:
    """Compare all samples; times to the microsecond."""
    samples = joined(decoded)
    np.testing.assert_array_equal(samples.time_us, clock_us(N) if time_us is None else time_us)
    np.testing.assert_allclose(samples.xyz_g() * 1000, resting_mg(N), atol=0.01)
    assert (decoded.bad_blocks, decoded.problems) == (0, ())


# ---------------------------------------------------------------------------------------- SensorLog


@pytest.mark.parametrize(("raw", "motion"), [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_sensorlog_is_acceleration_with_gravity_whichever_sensors_were_on(
    tmp_path: Path, separator: str, *, raw: bool, motion: bool
) -> None:
    content = text(sensorlog(clock_us(N), resting_mg(N), raw=raw, motion=motion), separator, comma=separator == ";")
    decoded = read(tmp_path / "a.csv", content)
    assert (decoded.format, decoded.device, decoded.unit) == ("sensorlog-csv", Device("Apple"), "g")
    assert (decoded.clock, decoded.rate_hz_nominal) == (DeviceClock("utc", 3600), 50)
    check(decoded)


def test_sensorlog_whose_accelerometer_was_off_has_empty_columns_and_is_read_from_device_motion(tmp_path: Path) -> None:
    rows = sensorlog(clock_us(N), resting_mg(N))
    for row in rows[1:]:
        row[3:7] = ["null"] * 4
    check(read(tmp_path / "a.csv", text(rows)))


def test_sensorlog_without_gravity_is_refused(tmp_path: Path) -> None:
    rows = [row[:7] for row in sensorlog(clock_us(N), resting_mg(N), raw=False)]
    with pytest.raises(UnsupportedRecordingError, match="gravity was removed"):
        read(tmp_path / "a.csv", text(rows))


def test_sensorlog_with_nothing_in_its_columns_is_refused(tmp_path: Path) -> None:
    rows = sensorlog(clock_us(N), resting_mg(N), motion=False)
    for row in rows[1:]:
        row[3:7] = ["null", "null", "null", "null"]
        row[1] = row[2] = row[-1] = "1"
    with pytest.raises(UnsupportedRecordingError, match="columns of acceleration are empty"):
        read(tmp_path / "a.csv", text(rows))


def test_sensorlog_is_spaced_by_the_sensor_and_dated_by_the_logger(tmp_path: Path) -> None:
    late_us = np.tile([0, 4_000, 9_000], N // 3)
    counter_us = 5_000_000 + clock_us(N) - EVENING_US
    decoded = read(tmp_path / "a.csv", text(sensorlog(clock_us(N) + late_us, resting_mg(N), counter_us=counter_us)))
    check(decoded, time_us=clock_us(N) + 4_000)


def test_sensorlog_that_logs_faster_than_the_sensor_measures_repeats_nothing(tmp_path: Path) -> None:
    once = np.repeat(np.arange(N), 2)
    rows = sensorlog(clock_us(2 * N, rate_hz=100), resting_mg(N)[once], counter_us=clock_us(N)[once] - EVENING_US)
    decoded = read(tmp_path / "a.csv", text(rows))
    assert decoded.problems == ("300 lines repeat the sample before them and were left out",)
    np.testing.assert_array_equal(np.diff(joined(decoded).time_us), 20_000)


@pytest.mark.parametrize("value", ["", "null", "7.5"])
def test_sensorlog_without_a_counter_that_counts_is_timed_by_the_logger(tmp_path: Path, value: str) -> None:
    rows = sensorlog(clock_us(N), resting_mg(N))
    for row in rows[1:]:
        row[3] = value
    check(read(tmp_path / "a.csv", text(rows)))


def test_sensorlog_with_a_broken_logging_time_has_no_clock(tmp_path: Path) -> None:
    rows = sensorlog(clock_us(N), resting_mg(N))
    with pytest.raises(NoClockError, match="loggingTime"):
        read(tmp_path / "a.csv", text([rows[0], *(["now", *row[1:]] for row in rows[1:])]))


# ---------------------------------------------------------------------------------------- Polar


@pytest.mark.parametrize("extra", [False, True])
@pytest.mark.parametrize("trailing", ["", "; "])
def test_polar_is_the_telephones_wall_clock_and_the_sensors_spacing(
    tmp_path: Path, trailing: str, *, extra: bool
) -> None:
    rows = polar(clock_us(N), resting_mg(N))
    if extra:
        rows = [[*row[:2], "timestamp [ms]" if row is rows[0] else "12.5", *row[2:]] for row in rows]
    decoded = read(tmp_path / "a.txt", text([[*row[:-1], row[-1] + trailing] for row in rows], ";", "\r\n"))
    assert (decoded.format, decoded.device, decoded.unit) == ("polar-csv", Device("Polar"), "mg")
    assert (decoded.clock, decoded.rate_hz_nominal) == (DeviceClock("local"), 50)
    check(decoded)


@given(
    rate_hz=st.sampled_from([25, 26, 50, 52, 100, 200]),
    lengths=st.lists(st.integers(60, 200), min_size=1, max_size=3),
    pauses_s=st.lists(st.integers(1, 5_000), min_size=3, max_size=3),
    packed=st.booleans(),
)
def test_what_a_polar_logger_wrote_is_read_back_through_detachments(
    rate_hz: int, lengths: list[int], pauses_s: list[int], *, packed: bool
) -> None:
    time_us, counter_ns, end_us = [], [], EVENING_US
    for length, pause_s in zip(lengths, pauses_s, strict=False):
        steps_ns = np.arange(length) * 1_000_000_000 // rate_hz
        time_us.append(end_us + steps_ns // 1000)
        counter_ns.append(POLAR_START_NS + steps_ns)
        end_us = int(time_us[-1][-1]) + pause_s * 1_000_000
    stamps, mg = np.concatenate(time_us), resting_mg(sum(lengths))
    content = text(polar(stamps, mg, counter_ns=np.concatenate(counter_ns)), ";").encode()
    with TemporaryDirectory() as folder:
        decoded = read(Path(folder) / "a", gzip.compress(content, 1) if packed else content)
        samples = joined(decoded)
    # The telephone's stamps end at the millisecond.
    assert np.abs(samples.time_us - stamps).max() < 1_000
    np.testing.assert_array_equal(np.rint(samples.xyz_g() * 1000), mg)
    assert decoded.restarts == len(lengths) - 1
    assert len(decoded.problems) == min(1, decoded.restarts)


def test_polar_is_read_alike_wherever_it_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamps = np.concatenate((clock_us(150), clock_us(150) + HOUR_US))
    counters = np.tile(POLAR_START_NS + (clock_us(150) - EVENING_US) * 1000, 2)
    content = text(polar(stamps, resting_mg(N), counter_ns=counters), ";")
    small_stretches(monkeypatch, 700)
    decoded = read(tmp_path / "a.txt", content)
    np.testing.assert_array_equal(joined(decoded).time_us, stamps)
    assert decoded.restarts == 1


def test_a_polar_night_through_the_end_of_summer_time_has_no_hour_twice(tmp_path: Path) -> None:
    back_us = np.where(np.arange(N) < 100, 0, -HOUR_US)
    counters = POLAR_START_NS + (clock_us(N) - EVENING_US) * 1000
    decoded = read(tmp_path / "a.txt", text(polar(clock_us(N) + back_us, resting_mg(N), counter_ns=counters), ";"))
    np.testing.assert_array_equal(joined(decoded).time_us, clock_us(N))
    assert decoded.restarts == 0
    assert "set by -1 h" in decoded.problems[0]


def test_a_copy_of_the_layout_that_only_counts_has_a_relative_clock(tmp_path: Path) -> None:
    rows = polar(clock_us(N), resting_mg(N))
    counted = [[str(i * 20), *row[1:]] for i, row in enumerate(rows[1:])]
    decoded = read(tmp_path / "a.txt", text([rows[0], *counted], ";"))
    assert decoded.clock == DeviceClock("relative")
    check(decoded, time_us=clock_us(N) - EVENING_US)


@pytest.mark.parametrize("unit", ["dps", "G"])
def test_polars_other_sensors_are_refused_even_where_gauss_look_like_g(tmp_path: Path, unit: str) -> None:
    rows = polar(clock_us(N), resting_mg(N))
    rows[0] = [name.replace("mg", unit) for name in rows[0]]
    with pytest.raises(UnsupportedRecordingError, match="not the accelerometer's file") as caught:
        read(tmp_path / "a.txt", text(rows, ";"))
    assert "ACC.txt" in caught.value.hint


# ---------------------------------------------------------------------------------------- Bangle.js


@pytest.mark.parametrize("total", [False, True])
def test_bangle_counts_8192_to_the_g_from_an_unknown_start(tmp_path: Path, *, total: bool) -> None:
    elapsed_us, counts = np.arange(N) * 80_000, resting_mg(N) * 8
    decoded = read(tmp_path / "a.csv", text(bangle(elapsed_us + 240_000, counts, total=total)))
    assert (decoded.format, decoded.device) == ("bangle-csv", Device("Espruino", "Bangle.js"))
    assert (decoded.clock, decoded.unit, decoded.rate_hz_nominal) == (DeviceClock("relative"), "counts", 12.5)
    (block,) = decoded.blocks()
    assert (block.values.dtype.name, block.g_per_value) == ("int16", 1 / 8192)
    np.testing.assert_array_equal(block.values, counts)
    np.testing.assert_array_equal(block.time_us, elapsed_us)


def test_bangle_with_raw_data_off_is_in_g(tmp_path: Path) -> None:
    rows = bangle(np.arange(N) * 80_000, resting_mg(N), total=True)
    lines = [[row[0], *(f"{int(value) / 1000}" for value in row[1:])] for row in rows[1:]]
    decoded = read(tmp_path / "a.csv", text([rows[0], *lines]))
    assert (decoded.format, decoded.unit) == ("bangle-csv", "g")
    check(decoded, time_us=np.arange(N) * 80_000)


@pytest.mark.parametrize(("counts", "is_bangle"), [(6_964, True), (6_962, False), (9_666, True), (9_667, False)])
def test_the_same_header_is_bangles_only_with_its_gravity(tmp_path: Path, counts: int, *, is_bangle: bool) -> None:
    content = "\n".join(["Time (ms),X,Y,Z", *(f"{i * 80},0,0,{counts}" for i in range(N))])
    if is_bangle:
        assert read(tmp_path / "a.csv", content).format == "bangle-csv"
    else:
        with pytest.raises(UnknownUnitError):
            read(tmp_path / "a.csv", content)


def test_a_relative_recording_asks_for_its_start_and_takes_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", text(bangle(np.arange(N) * 80_000, resting_mg(N) * 8, total=True)))
    with pytest.raises(NoClockError) as caught:
        read_recording(path)
    assert "--start" in caught.value.hint
    start = datetime(2024, 3, 12, 23, 15)  # noqa: DTZ001 - as the wearer's clocks showed it
    recording = read_recording(path, lambda _device: Declared(zone="Europe/Berlin", start=start))
    assert recording.quality.first_us == EVENING_US


# ---------------------------------------------------------------------------------------- Shimmer


def _unix_ms() -> list[str]:
    return [f"{us / 1000:.6f}" for us in clock_us(N).tolist()]


@pytest.mark.parametrize(("separator", "comma"), [(",", False), ("\t", False), (";", True)])
def test_shimmer_is_read_with_its_row_of_units(tmp_path: Path, separator: str, *, comma: bool) -> None:
    rows = shimmer(_unix_ms(), "ms", resting_mg(N), stamp="Timestamp_Unix", kinds=("Accel_WR",))
    content = f'"sep={separator}"\r\n' + text(rows, separator, "\r\n", comma=comma)
    decoded = read(tmp_path / "a.csv", content)
    assert (decoded.format, decoded.device) == ("shimmer-csv", Device("Shimmer", "", "40AC"))
    assert (decoded.clock, decoded.unit) == (DeviceClock("utc"), "m/s2")
    check(decoded)


def test_of_two_accelerometers_shimmers_low_noise_one_is_taken_and_that_is_said(tmp_path: Path) -> None:
    rows = shimmer(_unix_ms(), "ms", resting_mg(N), stamp="Timestamp_Unix", kinds=("Accel_LN", "Accel_WR"))
    decoded = read(tmp_path / "a.csv", text(rows, "\t"))
    np.testing.assert_allclose(joined(decoded).xyz_g() * 1000, resting_mg(N), atol=0.01)
    assert decoded.problems == ("it has two accelerometers: the low-noise one was taken",)


def test_shimmers_temperature_is_that_of_its_pressure_sensor(tmp_path: Path) -> None:
    rows = shimmer(_unix_ms(), "ms", resting_mg(N), stamp="Timestamp_Unix", kinds=("Accel_WR",))
    beside = ["Shimmer_40AC_Temperature_BMP280_CAL", "Degrees Celsius", *["29.5"] * N]
    decoded = read(tmp_path / "a.csv", text([[place, *row] for place, row in zip(beside, rows, strict=True)]))
    check(decoded)
    assert all(block.celsius is not None and (block.celsius == 29.5).all() for block in decoded.blocks())


def test_shimmers_synchronised_time_goes_before(tmp_path: Path) -> None:
    rows = shimmer(_unix_ms(), "ms", resting_mg(N), stamp="TimestampSync_Unix", kinds=("Accel_LN",))
    early = [f"{us / 1000 - 7000:.3f}" for us in clock_us(N).tolist()]
    first = ["Shimmer_40AC_Timestamp_Unix_CAL", "ms", *early]
    check(read(tmp_path / "a.csv", text([[place, *row] for place, row in zip(first, rows, strict=True)])))


def test_shimmers_formatted_time_is_a_wall_clock_and_its_bare_one_counts(tmp_path: Path) -> None:
    walls = [stamp.replace("-", "/").replace("T", " ") for stamp in iso(clock_us(N), "")]
    unit = "yyyy/mm/dd hh:mm:ss.000"
    kinds = ("Accel_LN",)
    rows = shimmer(walls, unit, resting_mg(N), stamp="Timestamp_FormattedUnix", kinds=kinds)
    wall = read(tmp_path / "a.csv", text(rows, "\t"))
    assert wall.clock == DeviceClock("local")
    check(wall)
    counts = [f"{5000 + 20 * i}.0" for i in range(N)]
    bare = read(tmp_path / "b.csv", text(shimmer(counts, "ms", resting_mg(N), stamp="Timestamp", kinds=kinds)))
    assert bare.clock == DeviceClock("relative")
    check(bare, time_us=clock_us(N) - EVENING_US)


def test_two_shimmers_in_a_table_and_uncalibrated_values_are_refused(tmp_path: Path) -> None:
    rows = shimmer(_unix_ms(), "ms", resting_mg(N), stamp="Timestamp_Unix", kinds=("Accel_LN", "Accel_WR"))
    two = [[name.replace("40AC_Accel_WR", "5F42_Accel_LN") for name in rows[0]], *rows[1:]]
    with pytest.raises(UnsupportedRecordingError, match="Shimmer_40AC and Shimmer_5F42"):
        read(tmp_path / "a.csv", text(two))
    raw = [[name.replace("_CAL", "_RAW") for name in rows[0]], *rows[1:]]
    with pytest.raises(UnsupportedRecordingError, match="not calibrated"):
        read(tmp_path / "b.csv", text(raw))


# ---------------------------------------------------------------------------------------- read as any table


@pytest.mark.parametrize(
    ("header", "offset_s"),
    [
        ("epoc (ms),timestamp (-0700)", -25_200),
        ("epoch (ms),time (-07:00)", -25_200),
        ("epoch (ms),time (01:00)", 3_600),
        ("epoc (ms),timestamp (GMT+05:30)", 19_800),
        ("epoc (ms),timestamp (GMT)", 0),
        ("epoch (ms),timestamp", None),
    ],
)
def test_metawear_states_the_wearers_offset_in_its_header(tmp_path: Path, header: str, offset_s: int | None) -> None:
    rows = zip(clock_us(N).tolist(), in_g(N), strict=True)
    lines = (f"{us // 1000},2024-03-12T15.15.00.000,{(us - EVENING_US) / 1e6:.3f},{values}" for us, values in rows)
    names = f"{header},elapsed (s),x-axis (g),y-axis (g),z-axis (g)"
    decoded = read(tmp_path / "meta.csv", "\n".join([names, *lines]))
    assert (decoded.format, decoded.clock) == ("csv-generic", DeviceClock("utc", offset_s))
    check(decoded)


def test_movesense_counts_milliseconds_and_ends_its_lines_with_a_comma(tmp_path: Path) -> None:
    m_s2 = (resting_mg(N) * 0.00980665).tolist()
    lines = (f"{7_123_456 + 20 * i},{x:.6f},{y:.6f},{z:.6f}, " for i, (x, y, z) in enumerate(m_s2))
    decoded = read(tmp_path / "a.csv", "\n".join(["Timestamp (ms),X: (m/s^2),Y: (m/s^2),Z: (m/s^2)", *lines]))
    assert (decoded.format, decoded.unit, decoded.clock) == ("csv-generic", "m/s2", DeviceClock("relative"))
    check(decoded, time_us=clock_us(N) - EVENING_US)


def test_a_block_of_facts_above_the_header_is_passed_over(tmp_path: Path) -> None:
    facts = ["Header,", "Sensor,Verisense", "Serial,19092501", "Rate (Hz),50", "Range,8g", ""]
    m_s2 = (resting_mg(N) * 0.00980665).tolist()
    lines = (f"{us // 1000},{x:.5f},{y:.5f},{z:.5f}" for us, (x, y, z) in zip(clock_us(N).tolist(), m_s2, strict=True))
    names = "Timestamp (ms),Accel_X (m/s2),Accel_Y (m/s2),Accel_Z (m/s2)"
    check(read(tmp_path / "a.csv", "\n".join([*facts, names, *lines])))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize("packed", [False, True])
def test_every_kind_is_read_in_every_encoding_with_a_mark(tmp_path: Path, encoding: str, *, packed: bool) -> None:
    mark = "\ufeff" if encoding.startswith("utf-16-") else ""
    for content in (text(sensorlog(clock_us(N), resting_mg(N))), text(polar(clock_us(N), resting_mg(N)), ";")):
        data = (mark + content).encode(encoding)
        check(read(tmp_path / "a", gzip.compress(data) if packed else data))


# ---------------------------------------------------------------------------------------- damage


def _files() -> list[tuple[str, str]]:
    stamps, mg = clock_us(N), resting_mg(N)
    kinds = ("Accel_LN", "Accel_WR")
    return [
        ("sensorlog", text(sensorlog(stamps, mg))),
        ("polar", text(polar(stamps, mg), ";")),
        ("bangle", text(bangle(stamps - EVENING_US, mg * 8, total=True))),
        ("shimmer", '"sep=\t"\n' + text(shimmer(_unix_ms(), "ms", mg, stamp="Timestamp_Unix", kinds=kinds), "\t")),
    ]


@pytest.mark.parametrize(("name", "content"), _files(), ids=[name for name, _ in _files()])
def test_a_logger_file_cut_anywhere_gives_its_whole_lines_or_an_error_of_ours(
    tmp_path: Path, name: str, content: str
) -> None:
    header_ends = content.index("2024" if name in ("sensorlog", "polar") else "\n") + 1
    for end in (*range(1, header_ends, 7), *range(header_ends, header_ends + 400, 13), len(content) - 3):
        try:
            decoded = read(tmp_path / "a.csv", content[:end])
        except IngestError:
            continue
        assert len(joined(decoded)) <= N
    assert len(joined(decoded)) >= N - 1


@pytest.mark.parametrize(("name", "content"), _files(), ids=[name for name, _ in _files()])
def test_a_logger_file_without_a_sample_is_refused_by_somebody(tmp_path: Path, name: str, content: str) -> None:
    lines = content.split("\n")
    n_header = {"shimmer": 3}.get(name, 1)
    with pytest.raises(IngestError):
        read(tmp_path / "a.csv", "\n".join(lines[:n_header]) + "\n")
    if name != "shimmer":
        with pytest.raises(EmptyFileError):
            read(tmp_path / "a.csv", "\n".join(lines[:n_header]) + "\n")


@pytest.mark.parametrize("damage", [lambda f: "?", lambda f: "", lambda f: f + ";1", lambda f: "1e99", lambda f: "-"])
def test_damaged_fields_cost_their_own_line(tmp_path: Path, damage: Callable[[str], str]) -> None:
    for make in (sensorlog, polar):
        for place in (0, 1, 3, 4):
            rows = make(clock_us(N), resting_mg(N))
            if len(rows[0]) > 5 and place == 1:
                continue  # the number of the line, which nobody reads
            rows[100][place] = damage(rows[100][place])
            decoded = read(tmp_path / "a.csv", text(rows, ";"))
            assert (len(joined(decoded)), decoded.bad_blocks) == (N - 1, 1)
            assert "the first is line 101" in decoded.problems[0]
