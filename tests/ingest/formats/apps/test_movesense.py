"""The JSON that Movesense sensors hand out: of the maker's app, of its converter, and line by line."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest import Declared, read_recording
from ingest.errors import (
    DamagedRecordingError,
    EmptyFileError,
    GravityRemovedError,
    IngestError,
    NoClockError,
    UnknownUnitError,
    UnsupportedRecordingError,
)
from ingest.formats.apps import movesense
from ingest.recognising.sniff import reader_of
from ingest.recording import Decoded, DeviceClock
from ingest.units import STANDARD_GRAVITY_M_S2
from tests.ingest.table_files import joined, resting_mg

N, PER_PACKAGE, STEP_MS = 320, 8, 20
Package = dict[str, Any]


def packages(n: int = N, *, scale: float = STANDARD_GRAVITY_M_S2, more: tuple[str, ...] = ()) -> list[Package]:
    """Packages of eight samples at 50 Hz; ``more`` names arrays of other sensors in each."""
    rows = [dict(zip("xyz", row, strict=True)) for row in np.round(resting_mg(n) / 1000 * scale, 4).tolist()]
    found: list[Package] = []
    for start in range(0, n, PER_PACKAGE):
        package: Package = {"Timestamp": 7_123_456 + STEP_MS * start, "ArrayAcc": rows[start : start + PER_PACKAGE]}
        found.append(package | {name: [{"x": 1.5, "y": -2.25, "z": 1e-3}] * PER_PACKAGE for name in more})
    return found


def app(found: list[Package]) -> str:
    return json.dumps({"data": [{"acc": package} for package in found]})


def converter(found: list[Package]) -> str:
    return json.dumps({"Meas": {"Acc": found}}, indent=1)


def samples(found: list[Package]) -> str:
    return json.dumps({"Samples": [{"IMU9": package} for package in found]}, sort_keys=True)


def lines(found: list[Package], serial: str = "174630000192") -> str:
    said = ({"Body": package, "Uri": f"{serial}/Meas/Acc/52", "Method": "PUT"} for package in found)
    return "\n".join(map(json.dumps, said))


def read(path: Path, content: str | bytes) -> Decoded:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return reader_of(path).read(path)


def check(decoded: Decoded, kept: slice = slice(None)) -> None:
    found = joined(decoded)
    np.testing.assert_array_equal(found.time_us, (np.arange(N) * STEP_MS * 1000)[kept])
    np.testing.assert_allclose(found.xyz_g() * 1000, resting_mg(N)[kept], atol=0.02)


@pytest.mark.parametrize("write", [app, converter, samples, lines])
@pytest.mark.parametrize("more", [(), ("ArrayGyro",), ("ArrayGyro", "ArrayMagn")])
def test_the_acceleration_of_every_layout_is_read_and_no_other_sensors(
    tmp_path: Path, write: Callable[[list[Package]], str], more: tuple[str, ...]
) -> None:
    decoded = read(tmp_path / "night.json", write(packages(more=more)))
    assert (decoded.format, decoded.unit, decoded.clock) == ("movesense-json", "m/s2", DeviceClock("relative"))
    assert (decoded.device.maker, decoded.rate_hz_nominal, decoded.problems) == ("Movesense", 50, ())
    check(decoded)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_every_encoding_is_read_plain_or_packed(tmp_path: Path, encoding: str, *, packed: bool) -> None:
    content = app(packages()).encode(encoding)
    check(read(tmp_path / "night.json", gzip.compress(content) if packed else content))


def test_the_start_is_for_a_person_to_say(tmp_path: Path) -> None:
    path = tmp_path / "night.json"
    path.write_text(app(packages()), encoding="utf-8")
    with pytest.raises(NoClockError, match="--start"):
        read_recording(path)
    start = datetime(2026, 3, 7, 22, 30, tzinfo=UTC)
    recording = read_recording(path, lambda _: Declared(start=start))
    assert recording.quality.first_us == start.timestamp() * 1e6


def test_the_serial_number_is_that_of_the_address(tmp_path: Path) -> None:
    assert read(tmp_path / "a.json", lines(packages())).device.serial == "174630000192"


@pytest.mark.parametrize("share", [0.3, 0.51, 0.99])
def test_a_file_that_breaks_off_keeps_what_came_before_and_says_so(tmp_path: Path, share: float) -> None:
    content = app(packages())
    decoded = read(tmp_path / "a.json", content[: int(share * len(content))])
    n = len(joined(decoded))
    assert 0 <= share * N - n <= 2 * PER_PACKAGE
    check(decoded, slice(n))
    assert any("breaks off" in problem for problem in decoded.problems)


def test_a_package_that_is_damaged_costs_itself_alone(tmp_path: Path) -> None:
    found = packages()
    found[3]["ArrayAcc"][2]["y"] = None
    found[4]["ArrayAcc"][0]["x"] = "a"
    del found[7]["Timestamp"]
    content = app(found).replace('"z"', '"q"', 1)
    decoded = read(tmp_path / "a.json", content)
    assert decoded.bad_blocks == 4 * PER_PACKAGE
    assert decoded.lost_share == pytest.approx(4 * PER_PACKAGE / N)
    assert len(joined(decoded)) == N - 4 * PER_PACKAGE


def test_a_package_whose_brackets_are_damaged_is_counted(tmp_path: Path) -> None:
    content = app(packages()).replace("}]}}, {", "}]}, {", 1).replace("}]}}, {", "}, {", 1)
    decoded = read(tmp_path / "a.json", content)
    assert 0 < decoded.lost_share <= 2 * PER_PACKAGE / N
    assert len(joined(decoded)) >= N - 2 * PER_PACKAGE


def test_samples_whose_axes_stand_in_another_order_are_read_by_name(tmp_path: Path) -> None:
    found = packages()
    for package in found[10:20]:
        package["ArrayAcc"] = [dict(reversed(row.items())) for row in package["ArrayAcc"]]
    check(read(tmp_path / "a.json", app(found)))


def test_a_gap_between_packages_stays_a_gap(tmp_path: Path) -> None:
    found = packages()
    for package in found[20:]:
        package["Timestamp"] += 60_000
    steps = np.diff(joined(read(tmp_path / "a.json", app(found))).time_us)
    assert (steps.max(), (steps != STEP_MS * 1000).sum()) == (60_000_000 + STEP_MS * 1000, 1)


def test_acceleration_that_stands_there_twice_is_read_once(tmp_path: Path) -> None:
    both = [one for pair in zip(packages(), packages(more=("ArrayGyro",)), strict=True) for one in pair]
    decoded = read(tmp_path / "a.json", samples(both))
    check(decoded)
    assert any("twice" in problem for problem in decoded.problems)


def test_two_sensors_in_one_file_are_refused_by_their_numbers(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedRecordingError, match="of more than one sensor: 1111 and 2222"):
        read(tmp_path / "a.json", lines(packages(), "1111") + "\n" + lines(packages(), "2222"))


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        (json.dumps({"Meas": {"Acc": []}}), EmptyFileError, "without a single sample"),
        (
            json.dumps({"data": [{"gyro": {"Timestamp": 1, "ArrayGyro": [{"x": 1, "y": 1, "z": 1}]}}]}),
            EmptyFileError,
            "",
        ),
        (app(packages())[:200], EmptyFileError, "without a single sample"),
        (app(packages(scale=64.0)), UnknownUnitError, "said to be m/s2"),
        (app(packages(scale=0.01)), GravityRemovedError, "gravity"),
        (app(packages()).replace('"Timestamp"', '"Time"'), DamagedRecordingError, "are no samples"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(
    tmp_path: Path, content: str, error: type[IngestError], says: str
) -> None:
    path = tmp_path / "a.json"
    with pytest.raises(error) as caught:
        read(path, content)
    assert says in caught.value.line()
    assert caught.value.path == path
    assert caught.value.hint
    assert "\n" not in caught.value.line()


def test_values_in_g_are_told_by_gravity(tmp_path: Path) -> None:
    decoded = read(tmp_path / "a.json", app(packages(scale=1.0)))
    assert decoded.unit == "g"
    np.testing.assert_allclose(joined(decoded).xyz_g() * 1000, resting_mg(N), atol=0.2)


def test_other_json_stays_refused(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="a JSON document"):
        read(tmp_path / "a.json", json.dumps({"Timestamp": 1, "acc": [1, 2, 3]}))


@pytest.mark.parametrize("stretch", [64, 500, 4096])
def test_where_the_file_is_cut_into_pieces_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stretch: int
) -> None:
    monkeypatch.setattr(movesense, "_STRETCH_BYTES", stretch)
    check(read(tmp_path / "a.json", app(packages(more=("ArrayGyro",)))))


def test_memory_does_not_grow_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.tables.table.KEPT_SAMPLES", 0)
    monkeypatch.setattr("ingest.tables.survey._SAMPLE_OF_STRETCH", 20)
    monkeypatch.setattr(movesense, "_STRETCH_BYTES", 1 << 15)
    peaks = []
    for n in (8_000, 32_000):
        path = tmp_path / f"{n}.json"
        path.write_text(app(packages(n)), encoding="utf-8")
        tracemalloc.start()
        assert sum(map(len, movesense.read(path).blocks())) == n
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


@pytest.mark.parametrize("hostile", ["{" * 300_000, "[" * 300_000, '{"a":[' * 50_000, "[{" * 150_000, "{[{}" * 75_000])
def test_nested_brackets_take_no_time(tmp_path: Path, hostile: str) -> None:
    with pytest.raises(IngestError):
        read(tmp_path / "a.json", '{"ArrayAcc":' + hostile)
