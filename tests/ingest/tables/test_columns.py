"""Column names as devices and apps write them: the right sensor is found, or none."""

from __future__ import annotations

import pytest

from ingest.errors import NoClockError, UnknownUnitError, UnsupportedRecordingError
from ingest.tables.columns import (
    clock_base,
    find_axes,
    find_time,
    find_time_by_position,
    offset_in_names,
)
from ingest.tables.sensors import check_one_of_each
from ingest.tables.timestamps import ElapsedTime, TextTime, UnixTime
from ingest.units import M_S2, MG, Unit
from ingest.units import G as IN_G

SENSOR_LOG = [
    "loggingTime(txt)",
    "accelerometerTimestamp_sinceReboot(s)",
    "accelerometerAccelerationX(G)",
    "accelerometerAccelerationY(G)",
    "accelerometerAccelerationZ(G)",
    "gyroRotationX(rad/s)",
    "gyroRotationY(rad/s)",
    "gyroRotationZ(rad/s)",
    "motionUserAccelerationX(G)",
    "motionUserAccelerationY(G)",
    "motionUserAccelerationZ(G)",
    "motionGravityX(G)",
    "motionGravityY(G)",
    "motionGravityZ(G)",
]


@pytest.mark.parametrize(
    ("names", "positions", "unit"),
    [
        (["time", "x", "y", "z"], (1, 2, 3), None),
        (["time", "seconds_elapsed", "z", "y", "x"], (4, 3, 2), None),
        (["Timestamp", "X", "Y", "Z"], (1, 2, 3), None),
        (["t", "acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z"], (1, 2, 3), None),
        (["t", "gyr x", "gyr y", "gyr z", "accel x", "accel y", "accel z"], (4, 5, 6), None),
        (["epoc (ms)", "timestamp (-0700)", "elapsed (s)", "x-axis (g)", "y-axis (g)", "z-axis (g)"], (3, 4, 5), IN_G),
        (["Phone timestamp", "sensor timestamp [ns]", "X [mg]", "Y [mg]", "Z [mg]"], (2, 3, 4), MG),
        (
            ["Time (s)", "Acceleration x (m/s^2)", "Acceleration y (m/s^2)", "Acceleration z (m/s^2)"],
            (1, 2, 3),
            M_S2,
        ),
        (["Time", "Ax (g)", "Ay (g)", "Az (g)", "Gx (dps)", "Gy (dps)", "Gz (dps)"], (1, 2, 3), IN_G),
        (["time", "accX", "accY", "accZ", "temp"], (1, 2, 3), None),
        (["time", "ACCX", "ACCY", "ACCZ"], (1, 2, 3), None),
        (["time", "x_mg", "y_mg", "z_mg"], (1, 2, 3), MG),
        (["time ms", "Accel_X_CAL m/(s^2)", "Accel_Y_CAL m/(s^2)", "Accel_Z_CAL m/(s^2)"], (1, 2, 3), M_S2),
        (["t", "x (g)", "y (g)", "z (g)", "x (deg/s)", "y (deg/s)", "z (deg/s)"], (1, 2, 3), IN_G),
        (["Zeit", "Beschleunigung x (m/s²)", "Beschleunigung y (m/s²)", "Beschleunigung z (m/s²)"], (1, 2, 3), M_S2),
        (["time", *(f"accelerationIncludingGravity.{axis}" for axis in "xyz")], (1, 2, 3), None),
        (SENSOR_LOG, (2, 3, 4), IN_G),
        (["time", "x (raw)", "y (raw)", "z (raw)"], (1, 2, 3), None),
    ],
)
def test_the_accelerometer_is_found(names: list[str], positions: tuple[int, int, int], unit: Unit | None) -> None:
    axes = find_axes(names)
    assert (axes.positions, axes.unit) == (positions, unit)


@pytest.mark.parametrize(
    "names",
    [
        ["time", "left_acc_x", "left_acc_y", "left_acc_z", "right_acc_x", "right_acc_y", "right_acc_z"],
        ["time", "x", "y", "z", "x", "y", "z"],
        ["time", "chest_x", "chest_y", "chest_z", "thigh_x", "thigh_y", "thigh_z"],
    ],
)
def test_two_accelerometers_are_refused_by_name(names: list[str]) -> None:
    with pytest.raises(UnsupportedRecordingError, match="more than one accelerometer") as caught:
        find_axes(names)
    assert repr(names[1]) in caught.value.what
    assert repr(names[4]) in caught.value.what


@pytest.mark.parametrize(
    "names",
    [
        ["time", "Linear Acceleration x (m/s^2)", "Linear Acceleration y (m/s^2)", "Linear Acceleration z (m/s^2)"],
        ["time", *(f"{kind}.{axis}" for kind in ("userAcceleration", "gravity") for axis in "xyz")],
        ["time", "acc without gravity x", "acc without gravity y", "acc without gravity z"],
    ],
)
def test_names_that_say_that_gravity_is_gone_are_refused(names: list[str]) -> None:
    with pytest.raises(UnsupportedRecordingError, match="gravity was removed"):
        find_axes(names)


@pytest.mark.parametrize(
    "names",
    [
        ["time", "x", "y"],
        ["date", "bed", "wake", "coffee"],
        ["time", "gyro_x", "gyro_y", "gyro_z"],
        ["time", "gravity_x", "gravity_y", "gravity_z"],
        ["time", "mean_x", "mean_y", "mean_z"],
    ],
)
def test_a_table_without_an_accelerometer_is_refused_and_its_columns_named(names: list[str]) -> None:
    with pytest.raises(UnsupportedRecordingError, match="no three columns of acceleration") as caught:
        find_axes(names)
    assert repr(names[-1]) in caught.value.what


@pytest.mark.parametrize("units", [("g", "mg", "g"), ("furlong", "furlong", "furlong")])
def test_units_that_are_none_or_disagree_are_refused(units: tuple[str, str, str]) -> None:
    with pytest.raises(UnknownUnitError, match="no single unit"):
        find_axes(["time", *(f"{axis} ({unit})" for axis, unit in zip("xyz", units, strict=True))])


def test_utc_is_preferred_to_a_wall_clock_and_otherwise_the_left_to_the_right() -> None:
    wall, utc = ["2024-03-12 22:15:00"], ["1710281700123"]
    found = find_time(["local time", "epoch (ms)", "timestamp"], [wall, utc, utc])
    assert (found.positions, found.notation) == ((1,), UnixTime("ms"))
    assert find_time(["timestamp", "local time"], [wall, wall]).positions == (0,)


def test_a_clock_since_boot_or_since_another_epoch_is_passed_over() -> None:
    names = ["sensor timestamp [ns]", "time since boot (s)", "Phone timestamp"]
    found = find_time(names, [["599616000000000000"], ["1710281700"], ["2024-03-12T22:15:00.100"]])
    assert found.positions == (2,)


def test_date_and_time_of_day_in_two_columns_are_one_time() -> None:
    found = find_time(["Date", "Time", "x"], [["2024-03-12"], ["22:15:00.10"], ["1"]])
    assert (found.positions, found.notation) == ((0, 1), TextTime("%Y-%m-%d %H:%M:%S", padded=True, zone="none"))
    assert find_time_by_position([["2024-03-12"], ["22:15:00.10"]]).positions == (0, 1)


def test_an_index_without_a_name_may_be_the_time() -> None:
    assert find_time(["", "x", "y", "z"], [["2024-03-12 22:15:00"], ["0"], ["0"], ["1"]]).positions == (0,)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("time", "22:15:00.5", "times of day without a date"),
        ("time", "Tuesday", "is no date and time: 'Tuesday'"),
        ("n", "17", "no column holds times"),
    ],
)
def test_a_table_without_a_clock_is_refused_with_what_it_has_instead(name: str, value: str, says: str) -> None:
    with pytest.raises(NoClockError, match=says) as caught:
        find_time([name, "x", "y", "z"], [[value], ["0"], ["0"], ["1"]])
    assert "2024-03-12T22:15:00.000Z" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "values", "counted"),
    [
        ("Time (s)", ["0.00", "0.02", "0.04"], ElapsedTime("s")),
        ("Timestamp (ms)", ["7123456", "7123476", "7123496"], ElapsedTime("ms")),
        ("sensor timestamp [ns]", ["-20000000", "0", "20000000"], ElapsedTime("ns")),
        ("elapsed (s)", ["0", "0", "0.0002"], ElapsedTime("s")),
        ("elapsed (s)", ["0", "0", "0.0001999"], None),
        ("Time (s)", ["3"], None),
        ("Time (s)", ["0", "?", "!"], None),
        ("time", ["0.00", "0.02", "0.04"], None),
        ("seconds_elapsed", ["0.00", "0.02", "0.04"], None),
    ],
)
def test_a_count_is_a_relative_clock_if_its_name_states_a_unit_that_can_be(
    name: str, values: list[str], counted: ElapsedTime | None
) -> None:
    names, samples = [name, "x", "y", "z"], [values, ["0"], ["0"], ["1"]]
    if counted is None:
        with pytest.raises(NoClockError) as caught:
            find_time(names, samples)
        assert caught.value.hint
        return
    found = find_time(names, samples)
    assert (found.notation, clock_base(found.notation)) == (counted, "relative")


@pytest.mark.parametrize(
    ("name", "values", "refused"),
    [
        ("subject", ["a"] * 3 + ["b"] * 3, True),
        ("Subject ID", ["1"] * 3 + ["2"] * 3, True),
        ("participant no.", ["1"] * 3 + ["2"] * 3, True),
        ("id", ["1", "2", "3", "4", "5", "6"], False),
        ("id", [str(i // 4) for i in range(80)], True),
        ("packet", [str(i // 4) for i in range(80)], False),
        ("id", [str(i // 4) for i in range(84)], False),
        ("code", ["1"] * 3 + ["2"] * 3, False),
        ("subject", ["a"] * 6, False),
        ("motionUserX", ["1"] * 3 + ["2"] * 3, False),
    ],
)
def test_a_table_of_several_people_is_refused(name: str, values: list[str], *, refused: bool) -> None:
    if refused:
        with pytest.raises(UnsupportedRecordingError, match="more than one wearer"):
            check_one_of_each([name], [values])
    else:
        check_one_of_each([name], [values])


@pytest.mark.parametrize("values", [["1"] * 3 + ["2"] * 3, ["1", "2"] * 3])
def test_a_table_of_several_sensors_is_refused(values: list[str]) -> None:
    with pytest.raises(UnsupportedRecordingError, match="'device id' holds more than one sensor"):
        check_one_of_each(["device id"], [values])


def test_metawear_states_its_offset_in_a_name() -> None:
    assert offset_in_names(["epoc (ms)", "timestamp (-0700)", "x-axis (g)"]) == -25_200
    assert offset_in_names(["timestamp (+05:30)"]) == 19_800
    assert offset_in_names(["time (s)", "x (g)"]) is None


@pytest.mark.parametrize(
    "names",
    [["time", "x" * 5000, "b", "c"], ["time", *(f"acc{'y' * 400}{i}_{axis}" for i in range(300) for axis in "xyz")]],
)
def test_an_error_stays_short_however_long_and_many_names_are(names: list[str]) -> None:
    with pytest.raises(UnsupportedRecordingError) as caught:
        find_axes(names)
    assert len(caught.value.what + caught.value.hint) < 1000
