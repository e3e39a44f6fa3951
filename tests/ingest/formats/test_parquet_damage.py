"""Parquet files that lie about their sizes: refused before polars, which would end the process, believes them."""

from __future__ import annotations

import io
import time
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import DamagedRecordingError, UnsupportedRecordingError
from ingest.formats import parquet
from ingest.formats.parquet import pages
from ingest.formats.parquet.thrift import NUMBER, MalformedError, ThriftCursor
from ingest.tables.dialect import MOST_COLUMNS
from tests.fuzzing.memory import peak_bytes, reset_peak
from tests.ingest.table_files import clock_us, joined, resting_mg

N = 300
#: A zigzag number of 300 values and of 300 less than none, behind the mark of a 32-bit number in field 1.
_STATED, _NEGATIVE, _TOO_MANY = b"\x15\xd8\x04", b"\x15\xd7\x04", b"\x15\xda\x04"


def table_of(n: int = N) -> pl.DataFrame:
    times = pl.Series(clock_us(n)).cast(pl.Datetime("us", "UTC"))
    return pl.DataFrame({"time": times, **{axis: resting_mg(n)[:, i] / 1000 for i, axis in enumerate("xyz")}})


def stored(table: pl.DataFrame, group: int | None = None) -> bytes:
    file = io.BytesIO()
    table.write_parquet(file, compression="uncompressed", row_group_size=group)
    return file.getvalue()


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def with_directory(data: bytes, directory: bytes) -> bytes:
    pages_end = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    return data[:pages_end] + directory + len(directory).to_bytes(4, "little") + b"PAR1"


@pytest.mark.parametrize("lie", [_NEGATIVE, _TOO_MANY])
@pytest.mark.parametrize("page", range(4))
def test_a_page_that_states_an_impossible_number_of_values_is_damaged(tmp_path: Path, page: int, lie: bytes) -> None:
    whole = stored(table_of())
    assert whole.count(_STATED) == 4
    pieces = whole.split(_STATED)
    lying = _STATED.join(pieces[: page + 1]) + lie + _STATED.join(pieces[page + 1 :])
    path = written(tmp_path / "a.parquet", lying)
    with pytest.raises(DamagedRecordingError, match="values in a page, where 0 to 300 are possible") as caught:
        parquet.read(path)
    assert caught.value.path == path


def test_a_directory_that_states_a_list_without_end_is_damaged_at_once(tmp_path: Path) -> None:
    truths = b"\xf9\xf1\xff\xff\xff\xff\x07"  # 2^31 - 1 truth values
    begun = time.perf_counter()
    with pytest.raises(DamagedRecordingError, match="directory"):
        parquet.read(written(tmp_path / "a", with_directory(stored(table_of()), truths)))
    assert time.perf_counter() - begun < 2


def test_a_directory_longer_than_the_file_costs_no_memory(tmp_path: Path) -> None:
    whole = stored(table_of())
    with pytest.raises(DamagedRecordingError):
        parquet.read(written(tmp_path / "a", whole[:-8] + b"\xff\xff\xff\xff" + whole[-4:]))


@pytest.mark.parametrize(("room", "refused"), [(1.0, False), (0.99, True)])
def test_rows_out_of_proportion_to_the_file_are_a_bomb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: float, *, refused: bool
) -> None:
    n = 100_000
    path = tmp_path / "a.parquet"
    table_of(n).with_columns(x=pl.lit(0.0), y=pl.lit(0.0), z=pl.lit(1.0)).write_parquet(path)
    monkeypatch.setattr(pages, "_RATIO_MATTERS_FROM_BYTES", int(32 * n * room))
    monkeypatch.setattr(pages, "_LARGEST_RATIO", 0)
    if not refused:
        assert len(joined(parquet.read(path))) == n
        return
    with pytest.raises(DamagedRecordingError, match="it states 100000 rows"):
        parquet.read(path)


@pytest.mark.slow
def test_long_texts_in_the_place_of_times_cost_no_memory(tmp_path: Path) -> None:
    n = 20_000
    moment = pl.Series(clock_us(n)).cast(pl.Datetime("us"))
    long = pl.when(pl.int_range(n) % 500 < 200).then(pl.lit("x" * 100_000))
    written_apart = table_of(n).with_columns(
        date=long.otherwise(moment.dt.strftime("%Y-%m-%d")), time=moment.dt.strftime("%H:%M:%S%.3f")
    )
    path = tmp_path / "a.parquet"
    written_apart.write_parquet(path)
    before = reset_peak()
    assert len(joined(parquet.read(path))) == n * 3 // 5
    assert peak_bytes() - before < 100 << 20


def test_thousands_of_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table_of(9).with_columns(pl.lit(0).alias(f"c{i}") for i in range(MOST_COLUMNS)).write_parquet(path)
    with pytest.raises(UnsupportedRecordingError, match="columns"):
        parquet.read(path)


@pytest.mark.parametrize("group", [None, 64, 7])
def test_pages_of_many_groups_are_all_looked_at_and_pass(tmp_path: Path, group: int | None) -> None:
    path = written(tmp_path / "a", stored(table_of(), group))
    assert len(joined(parquet.read(path))) == N
    with path.open("rb") as file:
        chunks = pages._chunks(file, path.stat().st_size)
        seen = [page.n_data for chunk in chunks for page in pages._pages(file, chunk)]
    assert sum(seen) == 4 * N
    assert len(chunks) == 4 * -(-N // (group or N))


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_pages_that_another_program_wrote_pass(tmp_path: Path, version: str) -> None:
    path = tmp_path / "a.parquet"
    rows = (
        f"SELECT to_timestamp(1772922600 + i / 50) AS time, sin(i) / 50 AS x, 0.0 AS y, 1.0 AS z FROM range({N}) r(i)"
    )
    duckdb.sql(f"COPY ({rows}) TO '{path}' (FORMAT parquet, PARQUET_VERSION {version})")
    read = joined(parquet.read(path))
    np.testing.assert_allclose(read.xyz_g()[:, 0], np.sin(np.arange(N)) / 50, atol=1e-6)


def test_more_categories_than_rows_pass(tmp_path: Path) -> None:
    named = table_of(4).with_columns(side=pl.lit("left").cast(pl.Enum([f"place {i}" for i in range(99)] + ["left"])))
    path = tmp_path / "a.parquet"
    pl.concat([named] * 5).with_columns(time=pl.Series(clock_us(20)).cast(pl.Datetime("us", "UTC"))).write_parquet(path)
    assert len(joined(parquet.read(path))) == 20


# The structures of the directory


def test_only_what_is_wanted_is_kept_and_the_rest_is_stepped_over() -> None:
    data = bytes.fromhex("15 d7 04 18 02 61 62 11 19 25 02 04 1c 15 08 00 1b 01 58 06 01 61 17 0000000000000000 00")
    cursor = ThriftCursor(data)
    assert cursor.struct({1: NUMBER, 5: {1: NUMBER}}) == {1: -300, 5: {1: 4}}
    assert cursor.at == len(data)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x15", "end inside"),
        (b"\x15" + b"\xff" * 11, "64 bits"),
        (b"\x1c" * 100, "without end"),
        (b"\x19" + b"\x19" * 100, "without end"),
        (b"\x28\xff\xff\xff\xff\xff\x7f", "end inside"),
        (b"\x1f", "does not exist"),
        (b"\x18\x00\x00", "where another is laid down"),
    ],
)
def test_structures_that_are_none_are_malformed(data: bytes, what: str) -> None:
    with pytest.raises(MalformedError, match=what):
        ThriftCursor(data).struct({1: NUMBER} if what.startswith("where") else {})


@given(st.binary(max_size=200))
def test_whatever_the_bytes_are_a_structure_is_read_or_malformed(data: bytes) -> None:
    cursor = ThriftCursor(data)
    try:
        found = cursor.struct({1: NUMBER, 2: ({1: NUMBER},), 3: {1: NUMBER}})
    except MalformedError:
        return
    assert cursor.at <= len(data)
    assert isinstance(found.get(1, 0), int)
    assert all(isinstance(entry, dict) for entry in found.get(2, []))
