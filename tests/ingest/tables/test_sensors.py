"""Long tables of several sensors: taken apart by side, refused by naming the column, and never read as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ingest import read_recording
from ingest.archives.reading import Unpacked, is_archive, unpacked
from ingest.errors import UnsupportedRecordingError
from ingest.tables.sensors import only_side
from tests.ingest.remedies import BERLIN, STAMPS, N, lying, moments, parquet

MOMENTS = moments()
SECONDS = [stamp[:19] + "Z" for stamp in MOMENTS]
Row = tuple[str, str, Sequence[float]]
Order = Callable[[list[list[Row]]], list[Row]]


def in_turns(of_sensors: list[list[Row]]) -> list[Row]:
    """At each instant a row of every sensor."""
    return [row for at_once in zip(*of_sensors, strict=True) for row in at_once]


def in_blocks(of_sensors: list[list[Row]]) -> list[Row]:
    """First the whole of one sensor, then that of the next."""
    return [row for of_one in of_sensors for row in of_one]


def in_packets(of_sensors: list[list[Row]]) -> list[Row]:
    """A stretch of one sensor, the same stretch of the next, and so on."""
    return [row for at in range(0, N, 20) for of_one in of_sensors for row in of_one[at : at + 20]]


def long_table(path: Path, column: str, sensors: Sequence[str], order: Order = in_turns) -> Path:
    stamps = moments()
    of_sensors = [
        [(stamp, sensor, row) for stamp, row in zip(stamps, (lying() + 0.01 * i).tolist(), strict=True)]
        for i, sensor in enumerate(sensors)
    ]
    lines = (f"{stamp},{sensor},{','.join(f'{v:.4f}' for v in row)}\n" for stamp, sensor, row in order(of_sensors))
    path.write_text(f"time,{column},x,y,z\n" + "".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("order", [in_turns, in_blocks, in_packets])
@pytest.mark.parametrize(
    ("column", "sensors"),
    [
        ("side", ("left", "right")),
        ("site", ("ankle_l", "ankle_r")),
        ("Sensor", ("Knöchel links", "Knöchel rechts")),
        ("Seite", ("li", "re")),
        ("jambe", ("gauche", "droite")),
        ("sensor", ("leftankle", "rightankle")),
        ("Position", ("Left", "Right")),
        ("attached to", ("left shin", "right shin")),
    ],
)
def test_both_legs_are_taken_apart_whatever_the_column_is_called(
    tmp_path: Path, column: str, sensors: tuple[str, str], order: Order
) -> None:
    path = long_table(tmp_path / "night.csv", column, sensors, order)
    assert is_archive(path)
    found = []
    for item in unpacked(path, tmp_path):
        assert isinstance(item, Unpacked)
        recording = read_recording(item.file, lambda _: BERLIN)
        assert recording.quality.n_samples == N
        assert recording.warnings == ()
        found.append((recording.placement.side, round(recording.quality.mean_g[0], 2)))
    assert found == [("left", 0.10), ("right", 0.11)]


@pytest.mark.parametrize(
    ("column", "sensors", "order"),
    [
        ("serial", ("04711", "04712"), in_turns),
        ("Seriennummer", ("04711", "04712"), in_packets),
        ("sensor", ("left", "right", "chest"), in_turns),
        ("sensor", ("ankle_l", "ankle_r", "wrist_l"), in_blocks),
        ("location", ("left ankle", "right ankle", "left wrist", "right wrist"), in_turns),
        ("worn by", ("anna", "ben"), in_packets),
        ("enhet", ("04711", "04712"), in_turns),
        ("enhet", ("1", "2"), in_packets),
        ("sensor_index", ("0", "1"), in_turns),
        ("enhet", ("0", "1"), in_turns),
        ("enhet", ("1", "2"), in_turns),
        ("enhet", ("1", "2", "3"), in_turns),
        ("tag", ("1", "2"), in_turns),
        ("tag", ("1", "2"), in_blocks),
        ("tag", ("A", "B"), in_packets),
    ],
)
def test_other_sensors_are_refused_by_naming_the_column(
    tmp_path: Path, column: str, sensors: tuple[str, ...], order: Order
) -> None:
    path = long_table(tmp_path / "night.csv", column, sensors, order)
    assert not is_archive(path)
    with pytest.raises(UnsupportedRecordingError, match=f"the column '{column}' holds more than one sensor") as caught:
        read_recording(path)
    assert caught.value.hint == "write a file for each of them"


@pytest.mark.parametrize("column", ["sensor", "serial", "rad"])
def test_two_hundred_sensors_are_as_well(tmp_path: Path, column: str) -> None:
    stamps, values = moments(), lying()
    rows = [(stamp, f"S{i % 200:03d}", row) for i, (stamp, row) in enumerate(zip(stamps, values.tolist(), strict=True))]
    path = tmp_path / "night.csv"
    lines = (f"{stamp},{sensor},{','.join(f'{v:.4f}' for v in row)}\n" for stamp, sensor, row in rows)
    path.write_text(f"time,{column},x,y,z\n" + "".join(lines), encoding="utf-8")
    with pytest.raises(UnsupportedRecordingError, match=r"'S000', 'S001' and 198 more"):
        read_recording(path)


@pytest.mark.parametrize(
    ("column", "value", "stamps"),
    [
        ("activity", lambda i: ("asleep", "awake")[i // 90 % 2], MOMENTS),
        ("activity", lambda i: ("asleep", "awake")[i // 90 % 2], SECONDS),
        ("light", lambda i: 3 + i * 7 % 11 % 2, MOMENTS),
        ("battery", lambda i: 3.5 + i * 7 % 11 % 2 / 10, SECONDS),
        ("in second", lambda i: i % 25, SECONDS),
        ("toggle", lambda i: i % 2, MOMENTS),
        ("note", lambda i: "left bed" if i == 300 else "", MOMENTS),
        ("button", lambda i: int(i in {100, 101, 400}), MOMENTS),
        ("flag", lambda i: i * 7 % 3 % 2, [MOMENTS[i // 2 * 2] for i in range(N)]),
        ("of packet", lambda i: i % 2, [MOMENTS[i // 2 * 2] for i in range(N)]),
        ("of packet", lambda i: 1 + i % 5, [MOMENTS[i // 5 * 5] for i in range(N)]),
        ("Tag", lambda i: 1 + i // 300, MOMENTS),
        ("Tag Nr", lambda i: 1 + i // 300, MOMENTS),
        ("Tag", lambda i: ("So", "Mo")[i // 300], MOMENTS),
        ("Tag", lambda i: ("15.01.2026", "16.01.2026")[i // 300], MOMENTS),
    ],
)
def test_what_else_a_column_says_leaves_one_recording(
    tmp_path: Path, column: str, value: Callable[[int], object], stamps: list[str]
) -> None:
    path = tmp_path / "night.csv"
    rows = enumerate(zip(stamps, lying().tolist(), strict=True))
    lines = (f"{stamp},{x:.4f},{y:.4f},{z:.4f},{value(i)}\n" for i, (stamp, (x, y, z)) in rows)
    path.write_text(f"time,x,y,z,{column}\n" + "".join(lines), encoding="utf-8")
    assert not is_archive(path)
    assert read_recording(path).quality.n_samples == N


@pytest.mark.parametrize("rows_a_time", [2, 3, 5])
def test_rows_that_are_numbered_within_a_packet_are_of_one_sensor_even_where_it_turns(
    tmp_path: Path, rows_a_time: int
) -> None:
    stamps, angle = moments(), np.linspace(0, np.pi, N)
    turning = lying() - (0.1, -0.3, 0.95) + np.stack([np.sin(angle), 0 * angle, np.cos(angle)], axis=1)
    path = tmp_path / "night.csv"
    lines = (
        f"{stamps[i // rows_a_time * rows_a_time]},{i % rows_a_time},{x:.4f},{y:.4f},{z:.4f}\n"
        for i, (x, y, z) in enumerate(turning.tolist())
    )
    path.write_text("time,row,x,y,z\n" + "".join(lines), encoding="utf-8")
    assert read_recording(path).quality.n_samples == N


@pytest.mark.parametrize("order", ["{day},{clock}", "{clock},{day}"])
@pytest.mark.parametrize("name", ["Tag", "day"])
def test_a_day_beside_a_time_of_day_is_its_date(tmp_path: Path, name: str, order: str) -> None:
    path = tmp_path / "night.csv"
    rows = zip(moments(), lying().tolist(), strict=True)
    lines = (
        f"{order.format(day=stamp[:10], clock=stamp[11:23])},{x:.4f},{y:.4f},{z:.4f}\n" for stamp, (x, y, z) in rows
    )
    path.write_text(f"{order.format(day=name, clock='time')},x,y,z\n" + "".join(lines), encoding="utf-8")
    assert read_recording(path, lambda _: BERLIN).quality.n_samples == N


def test_a_parquet_table_of_several_is_refused_too(tmp_path: Path) -> None:
    path = parquet(time=STAMPS, gerät=pl.Series(["04711", "04712"] * (N // 2)))(tmp_path / "night")
    with pytest.raises(UnsupportedRecordingError, match="'gerät' holds more than one sensor"):
        read_recording(path)


@pytest.mark.parametrize(
    ("value", "side"),
    [
        ("leg_r", "right"),
        ("beinlinks", "left"),
        ("rechtes Handgelenk", "right"),
        ("left and right", None),
        ("upright", None),
        ("linksys", None),
        ("LA", None),
    ],
)
def test_the_side_in_a_sensors_name(value: str, side: str | None) -> None:
    assert only_side(value) == side
