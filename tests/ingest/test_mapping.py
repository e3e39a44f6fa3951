"""Tables with column names of somebody's own, as CSV and as Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import TableMapping, read_recording
from ingest.errors import NoClockError, UnknownUnitError, UnsupportedRecordingError, UsageError
from ingest.recognising.mapped import read_mapped
from ingest.recording import Decoded, DeviceClock
from ingest.tables.timestamps import UnixUnit
from ingest.writers.axivity import write_cwa
from tests.ingest.table_files import EVENING_US, clock_us, document, iso, joined, resting_mg, write

N = 300
LAB = TableMapping("lab", ("t",), ("ax", "ay", "az"), unit="mg", time_unit="ms")
SUFFIXES = ["csv", "parquet"]


def table(times: Sequence[object], names: Sequence[str] = ("t", "ax", "ay", "az"), scale: float = 1) -> pl.DataFrame:
    values = [times, *(resting_mg(N)[:, i] * scale for i in range(3))]
    return pl.DataFrame(dict(zip(names, values, strict=True)))


def stored(folder: Path, suffix: str, frame: pl.DataFrame) -> Path:
    path = folder / f"a.{suffix}"
    if suffix == "csv":
        frame.write_csv(path)
    else:
        frame.write_parquet(path)
    return path


def read(path: Path, *mappings: TableMapping) -> Decoded:
    decoded = read_mapped(path, mappings)
    assert decoded is not None
    return decoded


def check(decoded: Decoded, base: str = "utc", start_us: int = EVENING_US) -> None:
    assert decoded.clock.base == base
    assert (decoded.bad_blocks, decoded.problems, decoded.rate_hz_nominal) == (0, (), 50)
    np.testing.assert_array_equal(joined(decoded).time_us, clock_us(N) - EVENING_US + start_us)
    np.testing.assert_allclose(joined(decoded).xyz_g() * 1000, resting_mg(N), atol=0.01)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_table_is_read_as_its_mapping_says(tmp_path: Path, suffix: str) -> None:
    decoded = read(stored(tmp_path, suffix, table((clock_us(N) // 1000).tolist())), LAB)
    assert (decoded.format, decoded.unit) == (f"{'csv' if suffix == 'csv' else 'parquet'}-mapped", "mg")
    check(decoded)


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(
    time_unit=st.sampled_from(get_args(UnixUnit)),
    since_1970=st.booleans(),
    order=st.permutations(["t", "ax", "ay", "az", "note"]),
)
def test_counts_in_every_unit_and_columns_in_every_order(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, time_unit: UnixUnit, order: list[str], *, since_1970: bool
) -> None:
    per_us = {"s": 1e-6, "ms": 1e-3, "us": 1, "ns": 1000}[time_unit]
    times_us = clock_us(N) if since_1970 else clock_us(N) - EVENING_US + 40_000
    frame = table((times_us * per_us).tolist()).with_columns(note=pl.lit("still")).select(order)
    path = stored(tmp_path_factory.mktemp("t"), suffix, frame)
    decoded = read(path, replace(LAB, time_unit=time_unit))
    check(decoded, "utc" if since_1970 else "relative", EVENING_US if since_1970 else 0)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_a_mapping_leaves_open_is_found_out(tmp_path: Path, suffix: str) -> None:
    decoded = read(stored(tmp_path, suffix, table(iso(clock_us(N)))), replace(LAB, unit=None, time_unit=None))
    assert decoded.unit == "mg"
    check(decoded)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_date_and_time_of_day_may_be_in_two_columns(tmp_path: Path, suffix: str) -> None:
    stamps = iso(clock_us(N), "")
    frame = table([stamp[:10] for stamp in stamps], ("d", "ax", "ay", "az"))
    frame = frame.with_columns(c=pl.Series([stamp[11:] for stamp in stamps]))
    check(read(stored(tmp_path, suffix, frame), replace(LAB, time=("d", "c"), time_unit=None)), "local")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("day_first", [True, False])
def test_dates_that_could_be_two_are_as_the_mapping_says(tmp_path: Path, suffix: str, *, day_first: bool) -> None:
    start_us = EVENING_US - 10 * 86_400_000_000  # 2 March
    stamps = iso(clock_us(N) - EVENING_US + start_us, "")
    days = [f"{s[8:10]}/{s[5:7]}" if day_first else f"{s[5:7]}/{s[8:10]}" for s in stamps]
    frame = table([f"{day}/{s[:4]} {s[11:]}" for day, s in zip(days, stamps, strict=True)])
    path = stored(tmp_path, suffix, frame)
    open_mapping = replace(LAB, time_unit=None)
    check(read(path, replace(open_mapping, day_first=day_first)), "local", start_us)
    with pytest.raises(NoClockError, match="day/month or month/day"):
        read(path, open_mapping)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_raw_counts_and_the_zone_of_the_clock_are_taken_from_the_mapping(tmp_path: Path, suffix: str) -> None:
    frame = table(iso(clock_us(N), ""), scale=2)
    mapping = replace(LAB, time_unit=None, unit=None, counts_per_g=2000, zone="Asia/Tokyo")
    path = stored(tmp_path, suffix, frame)
    decoded = read(path, mapping)
    assert (decoded.unit, decoded.clock) == ("counts", DeviceClock("local", zone="Asia/Tokyo"))
    recording = read_recording(path, tables=[mapping])
    assert recording.quality.first_us == EVENING_US - 9 * 3_600_000_000


def test_typed_times_of_parquet_need_no_word_on_their_unit(tmp_path: Path) -> None:
    typed = pl.Series(clock_us(N)).cast(pl.Datetime("us", "Europe/Berlin"))
    decoded = read(stored(tmp_path, "parquet", table(typed.to_list()).with_columns(t=typed)), LAB)
    assert decoded.clock == DeviceClock("utc", zone="Europe/Berlin")
    check(decoded)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_mapping_chooses_between_two_accelerometers(tmp_path: Path, suffix: str) -> None:
    names = ("t", "left_acc_x", "left_acc_y", "left_acc_z")
    frame = table((clock_us(N) // 1000).tolist(), names).with_columns(
        right_acc_x=pl.lit(0), right_acc_y=pl.lit(0), right_acc_z=pl.lit(5000)
    )
    path = stored(tmp_path, suffix, frame)
    check(read(path, replace(LAB, axes=names[1:])))
    with pytest.raises(UnsupportedRecordingError, match="more than one accelerometer") as caught:
        read_recording(path)
    assert "[table.NAME]" in caught.value.hint


def test_a_mapping_is_for_tables_with_all_its_columns_and_for_no_others(tmp_path: Path) -> None:
    plain = write(tmp_path / "plain.csv", document(N))
    assert read_mapped(plain, [LAB]) is None
    assert read_recording(plain, tables=[LAB]).format == "csv-generic"
    part = stored(tmp_path, "csv", table((clock_us(N) // 1000).tolist(), ("t", "ax", "ay", "q")))
    assert read_mapped(part, [LAB]) is None
    twice = write(tmp_path / "twice.csv", "t,ax,ay,az,ax\n" + "1,2,3,4,5\n" * 20)
    assert read_mapped(twice, [LAB]) is None
    xyz_g = np.tile(np.array([0, 0, 1], np.float32), (N, 1))
    write_cwa(tmp_path / "a.cwa", clock_us(N), xyz_g, rate_hz=50, serial=1)
    for other in (tmp_path / "a.cwa", write(tmp_path / "b.parquet", b"PAR1 cut off"), write(tmp_path / "n", b"\x00")):
        assert read_mapped(other, [LAB]) is None


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_two_mappings_for_one_table_are_an_error(tmp_path: Path, suffix: str) -> None:
    path = stored(tmp_path, suffix, table((clock_us(N) // 1000).tolist()))
    with pytest.raises(UsageError, match="lab and home") as caught:
        read_recording(path, tables=[LAB, replace(LAB, name="home")])
    assert caught.value.path == path
    check(read(path, LAB, replace(LAB, name="home", time=("time",))))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("times", "time_unit", "says"),
    [
        (["yesterday"] * N, None, "'t' should hold dates with a time, but hold 'yesterday'"),
        (list(range(N)), None, "'t' should hold dates with a time, but hold '0'"),
        (iso(clock_us(N)), "ms", "'t' should hold numbers in ms, but hold '2024-03-12T"),
        ((clock_us(N) // 1000 / 1000).tolist(), "ms", "should hold numbers in ms"),
    ],
)
def test_times_that_are_not_as_the_mapping_says_are_refused(
    tmp_path: Path, suffix: str, times: list[object], time_unit: UnixUnit | None, says: str
) -> None:
    path = stored(tmp_path, suffix, table(times))
    with pytest.raises(NoClockError, match=says) as caught:
        read(path, replace(LAB, time_unit=time_unit))
    assert "[table.lab]" in caught.value.hint


def test_a_unit_that_gravity_contradicts_is_refused(tmp_path: Path) -> None:
    path = stored(tmp_path, "csv", table((clock_us(N) // 1000).tolist()))
    with pytest.raises(UnknownUnitError) as caught:
        read(path, replace(LAB, unit="g"))
    assert caught.value.hint == "set unit or counts_per_g under [table.lab] in nightkick.toml"


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("mapped", [True, False])
def test_a_table_of_several_people_is_refused(tmp_path: Path, suffix: str, *, mapped: bool) -> None:
    names = ("t", "ax", "ay", "az") if mapped else ("time", "x", "y", "z")
    people = ["anna"] * (N // 2) + ["ben"] * (N // 2)
    path = stored(tmp_path, suffix, table((clock_us(N) // 1000).tolist(), names).with_columns(id=pl.Series(people)))
    with pytest.raises(UnsupportedRecordingError, match=r"'id' holds more than one wearer \('anna', 'ben'"):
        read_recording(path, tables=[LAB])


def test_a_column_of_another_kind_is_refused_by_name(tmp_path: Path) -> None:
    frame = table((clock_us(N) // 1000).tolist()).with_columns(ay=pl.lit(value=True))
    with pytest.raises(UnsupportedRecordingError, match="'ay' holds neither numbers nor text"):
        read(stored(tmp_path, "parquet", frame), LAB)
