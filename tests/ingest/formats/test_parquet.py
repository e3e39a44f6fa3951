"""Parquet tables with typed times, numbers or text for a clock, whole and damaged."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import (
    DamagedRecordingError,
    EmptyFileError,
    IngestError,
    NoClockError,
    UnknownUnitError,
    UnsupportedRecordingError,
)
from ingest.formats import parquet
from ingest.tables import table
from ingest.tables.survey import Rows
from tests.ingest.table_files import EVENING_US, clock_us, iso, joined, resting_mg


def frame(n: int, time: pl.Series | None = None, scale: float = 0.001) -> pl.DataFrame:
    times = pl.Series(clock_us(n)).cast(pl.Datetime("us", "UTC")) if time is None else time
    return pl.DataFrame({"time": times, **{axis: resting_mg(n)[:, i] * scale for i, axis in enumerate("xyz")}})


def stored(path: Path, table: pl.DataFrame) -> Path:
    table.write_parquet(path)
    assert parquet.claims(path.read_bytes()[:4096], path)
    return path


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize(
    ("zone", "base", "known"), [("UTC", "utc", None), ("Europe/Berlin", "utc", "Europe/Berlin"), (None, "local", None)]
)
def test_typed_times_are_utc_with_a_zone_and_local_without(
    tmp_path: Path, unit: Literal["ms", "us", "ns"], zone: str | None, base: str, known: str | None
) -> None:
    times = pl.Series(clock_us(300)).cast(pl.Datetime("us", zone)).cast(pl.Datetime(unit, zone))
    decoded = parquet.read(stored(tmp_path / "a.parquet", frame(300, times)))
    assert (decoded.format, decoded.clock.base, decoded.clock.zone) == ("parquet", base, known)
    assert (decoded.unit, decoded.rate_hz_nominal, decoded.problems) == ("g", 50, ())
    np.testing.assert_array_equal(joined(decoded).time_us, clock_us(300))
    np.testing.assert_allclose(joined(decoded).xyz_g() * 1000, resting_mg(300), atol=1e-4)


@pytest.mark.parametrize("us_per_unit", [1_000_000, 1_000, 1])
def test_numbers_are_times_by_their_magnitude(tmp_path: Path, us_per_unit: int) -> None:
    decoded = parquet.read(stored(tmp_path / "a", frame(300, pl.Series(clock_us(300) / us_per_unit))))
    assert decoded.clock.base == "utc"
    np.testing.assert_array_equal(joined(decoded).time_us, clock_us(300))


def test_nanoseconds_in_integers_are_exact(tmp_path: Path) -> None:
    decoded = parquet.read(stored(tmp_path / "a", frame(300, pl.Series(clock_us(300) * 1000))))
    np.testing.assert_array_equal(joined(decoded).time_us, clock_us(300))


def test_text_is_a_time_by_the_rules_for_text(tmp_path: Path) -> None:
    decoded = parquet.read(stored(tmp_path / "a", frame(300, pl.Series(iso(clock_us(300) + 3_600_000_000, "+01:00")))))
    assert (decoded.clock.base, decoded.clock.utc_offset_s) == ("utc", 3600)
    np.testing.assert_array_equal(joined(decoded).time_us, clock_us(300))


@pytest.mark.parametrize(("scale", "unit"), [(1, "mg"), (0.001, "g"), (0.00980665, "m/s2")])
def test_gravity_decides_the_unit(tmp_path: Path, scale: float, unit: str) -> None:
    assert parquet.read(stored(tmp_path / "a", frame(300, scale=scale))).unit == unit


def test_integers_stay_integers(tmp_path: Path) -> None:
    (block,) = parquet.read(stored(tmp_path / "a", frame(300, scale=1))).blocks()
    assert block.values.dtype == np.int16
    np.testing.assert_array_equal(block.values, resting_mg(300))


def test_rows_with_missing_values_are_left_out_and_counted(tmp_path: Path) -> None:
    whole = frame(1200)
    holes = whole.with_row_index().with_columns(
        pl.when(pl.col("index").is_in([700, 900])).then(None).otherwise(pl.col("x")).alias("x"),
        pl.when(pl.col("index") == 800).then(float("nan")).otherwise(pl.col("y")).alias("y"),
        pl.when(pl.col("index") == 1000).then(None).otherwise(pl.col("time")).alias("time"),
    )
    decoded = parquet.read(stored(tmp_path / "a", holes.drop("index")))
    assert decoded.bad_blocks == 4
    assert decoded.problems == ("4 of 1200 rows are no samples and were left out, the first is row 701",)
    assert len(joined(decoded)) == 1196


def test_a_long_table_is_read_in_slices_and_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = stored(tmp_path / "a", frame(5000))
    kept = joined(parquet.read(path))
    monkeypatch.setattr(parquet.reader, "_SLICE_ROWS", 700)
    monkeypatch.setattr(table, "KEPT_SAMPLES", 1000)
    decoded = parquet.read(path)
    for _ in range(2):
        np.testing.assert_array_equal(joined(decoded).time_us, kept.time_us)
        np.testing.assert_array_equal(joined(decoded).values, kept.values)


@pytest.mark.parametrize(
    ("page_rows", "file_bytes", "n_rows"),
    [
        (0, 1 << 30, 500_000),
        (500_001, 1 << 30, 500_001),
        (4_000_001, 1 << 30, 4_000_000),
        (600_000, 600_000 * 8 - 1, 599_999),
        (600_000, 1_000, 500_000),
    ],
)
def test_a_slice_is_as_long_as_the_longest_page_that_memory_allows(
    page_rows: int, file_bytes: int, n_rows: int
) -> None:
    assert parquet.reader._slice_rows(page_rows, file_bytes) == n_rows


def test_a_page_as_long_as_the_table_is_unpacked_once_a_walk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    frame(20_000).write_parquet(path, data_page_size=1 << 30, compression="uncompressed")
    monkeypatch.setattr(parquet.reader, "_SLICE_ROWS", 1000)
    slice_of, starts = parquet.reader._slice, []

    def counted(scan: pl.LazyFrame, layout: parquet.reader._Layout, start: int, n_rows: int) -> Rows:
        starts.append(start)
        return slice_of(scan, layout, start, n_rows)

    monkeypatch.setattr(parquet.reader, "_slice", counted)
    assert len(joined(parquet.read(path))) == 20_000
    assert set(starts) == {0}


def test_a_column_of_times_may_have_any_name(tmp_path: Path) -> None:
    decoded = parquet.read(stored(tmp_path / "a", frame(300).rename({"time": "moment"})))
    assert decoded.clock.base == "utc"


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        (frame(300).drop("z"), UnsupportedRecordingError),
        (frame(300).drop("time"), NoClockError),
        (frame(300).with_columns(time=pl.int_range(300) / 50), NoClockError),
        (frame(300, scale=0.04), UnknownUnitError),
        (frame(300, scale=1e-5), UnsupportedRecordingError),
        (frame(300).clear(), EmptyFileError),
        (frame(300).with_columns(x=pl.lit(None, dtype=pl.Float64)), DamagedRecordingError),
        (frame(300).with_columns(x=pl.lit("abc")), DamagedRecordingError),
        (frame(300).with_columns(x=pl.lit([1.0, 2.0])), UnsupportedRecordingError),
        (frame(300).with_columns(time=pl.lit(datetime(2024, 3, 12, tzinfo=UTC).date())), NoClockError),
    ],
)
def test_tables_that_are_no_recording_are_refused(tmp_path: Path, broken: pl.DataFrame, error: type[Exception]) -> None:
    path = stored(tmp_path / "a.parquet", broken)
    with pytest.raises(error) as caught:
        parquet.read(path)
    assert isinstance(caught.value, IngestError)
    assert caught.value.path == path


def test_a_name_with_wildcards_is_a_name(tmp_path: Path) -> None:
    assert len(joined(parquet.read(stored(tmp_path / "night[1]*.parquet", frame(30))))) == 30


@given(st.integers(4, 4000), st.binary(min_size=1, max_size=8))
def test_a_damaged_file_raises_only_our_errors(place: int, noise: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = stored(Path(folder) / "a", frame(200))
        whole = path.read_bytes()
        place = place % (len(whole) - len(noise))
        path.write_bytes(whole[:place] + noise + whole[place + len(noise) :])
        try:
            n_samples = len(joined(parquet.read(path)))
        except IngestError:
            n_samples = 0
    assert n_samples <= 200


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_half_copied_file_is_damaged(tmp_path: Path, share: float) -> None:
    path = stored(tmp_path / "a", frame(2000))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DamagedRecordingError):
        parquet.read(path)


def test_the_first_samples_time_is_the_files(tmp_path: Path) -> None:
    assert joined(parquet.read(stored(tmp_path / "a", frame(30)))).time_us[0] == EVENING_US
