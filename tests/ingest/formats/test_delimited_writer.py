"""What the CSV writer writes is what devices write, and is read back as it was."""

from __future__ import annotations

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.errors import UsageError
from ingest.formats import delimited as delimited
from ingest.writers.delimited import write_csv

#: 2024-03-12T22:15:00Z
EVENING_US = 1_710_281_700_000_000


def still(n: int, *, rate_hz: int = 50) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """A sensor at rest, z up, with some noise."""
    noise = np.random.default_rng(7).normal(0, 0.01, (n, 3))
    times = EVENING_US + np.arange(n, dtype=np.int64) * (1_000_000 // rate_hz)
    return times, (noise + np.array([0.0, 0.0, 1.0])).astype(np.float32)


def test_a_file_looks_as_devices_write_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    xyz = np.array([[0, -0.5, 1], [0.00004, 0.12345, -1.98766]], dtype=np.float32)
    write_csv(path, np.array([EVENING_US, EVENING_US + 19_600]), xyz)
    assert path.read_bytes() == (
        b"time,x (g),y (g),z (g)\n"
        b"2024-03-12T22:15:00.000Z,0.0000,-0.5000,1.0000\n"
        b"2024-03-12T22:15:00.020Z,0.0000,0.1235,-1.9877\n"
    )


def test_a_wall_clock_without_a_header_is_axivitys_layout(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    times, xyz = still(200, rate_hz=100)
    write_csv(path, times, xyz, header=False, clock="local", decimals=6)
    assert path.read_text().startswith("2024-03-12 22:15:00.000,")
    decoded = delimited.read(path)
    assert (decoded.format, decoded.clock.base, decoded.unit) == ("axivity-csv", "local", "g")


@given(
    st.sampled_from([20, 25, 50, 100]),
    st.integers(3, 40),
    st.sampled_from(["utc", "local"]),
    st.booleans(),
    st.booleans(),
    st.integers(3, 4),
)
def test_the_reader_gets_back_what_was_written(
    rate_hz: int,
    n: int,
    clock: str,
    header: bool,  # noqa: FBT001 - drawn
    gz: bool,  # noqa: FBT001 - drawn
    decimals: int,
) -> None:
    times, xyz = still(n, rate_hz=rate_hz)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "night"
        write_csv(path, times, xyz, header=header, clock="utc" if clock == "utc" else "local", gz=gz, decimals=decimals)
        assert delimited.claims(path.read_bytes()[:4096], path)
        decoded = delimited.read(path)
        blocks = list(decoded.blocks())
    assert (decoded.clock.base, decoded.unit, decoded.rate_hz_nominal, decoded.problems) == (clock, "g", rate_hz, ())
    np.testing.assert_array_equal(np.concatenate([block.time_us for block in blocks]), times)
    read = np.concatenate([block.xyz_g() for block in blocks])
    assert np.abs(read - xyz).max() <= 0.51 * 10.0**-decimals


def test_the_bytes_depend_on_the_samples_alone(tmp_path: Path) -> None:
    times, xyz = still(1000)
    for name in ("a.csv.gz", "b.csv.gz"):
        write_csv(tmp_path / name, times, xyz)
    packed = (tmp_path / "a.csv.gz").read_bytes()
    assert packed == (tmp_path / "b.csv.gz").read_bytes()
    write_csv(tmp_path / "c.csv", times, xyz)
    assert gzip.decompress(packed) == (tmp_path / "c.csv").read_bytes()


def test_times_are_rounded_to_the_nearest_millisecond_also_over_midnight(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    midnight_us = 1_710_288_000_000_000
    write_csv(path, np.array([midnight_us - 501, midnight_us - 500]), np.zeros((2, 3), dtype=np.float32))
    stamps = [line.split(",")[0] for line in path.read_text().splitlines()[1:]]
    assert stamps == ["2024-03-12T23:59:59.999Z", "2024-03-13T00:00:00.000Z"]


def test_no_samples_make_a_header(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_csv(path, np.empty(0, dtype=np.int64), np.empty((0, 3), dtype=np.float32))
    assert path.read_text() == "time,x (g),y (g),z (g)\n"


@pytest.mark.parametrize(
    ("shape", "value", "decimals", "says"),
    [((2, 3), 0.0, 4, "do not go with"), ((1, 3), np.nan, 4, "no numbers"), ((1, 3), 0.0, 10, "10 decimals")],
)
def test_what_cannot_be_samples_is_refused(
    tmp_path: Path, shape: tuple[int, int], value: float, decimals: int, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        write_csv(tmp_path / "a.csv", np.zeros(1, np.int64), np.full(shape, value, np.float32), decimals=decimals)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a\.csv: cannot be written"):
        write_csv(tmp_path / "missing" / "a.csv", *still(3))
