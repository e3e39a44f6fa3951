"""When each sample of a GT3X recording was taken: seconds, holes, sleep of the device, restarts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.ingest.formats.actigraph.actigraph_files import (
    EVENING_S,
    EVENING_US,
    RATE,
    Record,
    assert_keeps_all_but,
    changed,
    clock_us,
    gt3x,
    intact_records,
    joined,
    numbers_of,
    read,
    with_samples,
)


@pytest.mark.parametrize("count", [29, 31, 33, 60])
def test_a_second_with_a_few_more_or_fewer_samples_is_filled_evenly(
    path: Path, records: list[Record], count: int
) -> None:
    path.write_bytes(gt3x(joined(with_count(records, 5, count))))
    result = read(path)
    inside = result.time_us[(result.time_us >= EVENING_US + 5_000_000) & (result.time_us < EVENING_US + 6_000_000)]
    np.testing.assert_array_equal(inside - EVENING_US - 5_000_000, np.rint(np.arange(count) * 1e6 / count))
    assert result.problems == ("seconds with more or fewer than 30 samples: 1 of 12",)


@pytest.mark.parametrize("count", [1, 10, 27])
def test_a_second_cut_short_keeps_its_step_and_the_rest_stays_empty(
    path: Path, records: list[Record], count: int
) -> None:
    path.write_bytes(gt3x(joined(with_count(records, 11, count))))
    result = read(path)
    np.testing.assert_array_equal(result.time_us, clock_us()[: 11 * RATE + count])
    np.testing.assert_array_equal(numbers_of(result.values), np.arange(11 * RATE + count))


def with_count(records: list[Record], second: int, count: int) -> list[Record]:
    """One second with another number of samples."""
    place = with_samples(records)[second]
    payload = (records[place].payload * 2)[: (count * 9 + 1) // 2]
    return changed(records, place, payload=payload)


def test_seconds_of_unequal_size_and_kind_stay_in_order(path: Path, records: list[Record], tmp_path: Path) -> None:
    wide = intact_records(tmp_path / "wide.gt3x", int16=True)
    mixed = [wide[place] if place % 3 else record for place, record in enumerate(records)]
    path.write_bytes(gt3x(joined(with_count(mixed, 7, 31) if mixed[with_samples(mixed)[7]].kind == 0 else mixed)))
    result = read(path)
    kept = result.time_us < EVENING_US + 7_000_000
    np.testing.assert_array_equal(numbers_of(result.values[kept]), np.arange(7 * RATE))
    assert (np.diff(result.time_us) > 0).all()
    assert len(list(result.decoded.blocks())) == 1


def test_holes_are_told_apart_by_whether_the_device_said_that_it_slept(path: Path, records: list[Record]) -> None:
    places = with_samples(records)
    asleep, awake = (Record(3, EVENING_S + second, mark) for second, mark in ((3, b"\x08"), (6, b"\x09")))
    log = [*records[: places[3]], asleep, awake, *records[places[6] : places[8]], *records[places[10] :]]
    path.write_bytes(gt3x(joined(log)))
    result = read(path)
    assert_keeps_all_but(result, (3, 4, 5, 8, 9))
    assert result.problems == (
        "the device slept once, 0.1 min in all: switch idle sleep mode off for nights",
        "seconds missing without a mark of sleep: 2, in 1 stretches",
    )


def test_a_device_that_sleeps_until_the_end_is_told(path: Path, records: list[Record]) -> None:
    places = with_samples(records)
    path.write_bytes(gt3x(joined([*records[: places[6]], Record(3, EVENING_S + 6, b"\x08")])))
    assert read(path).problems == (
        "the device fell asleep after its last sample and did not wake up before the log ends",
    )


def test_repeated_and_earlier_seconds_are_kept_in_file_order_and_told(path: Path, records: list[Record]) -> None:
    places = with_samples(records)
    log = [*records[: places[5] + 1], records[places[5]], *records[places[3] :]]
    path.write_bytes(gt3x(joined(log)))
    result = read(path)
    order = np.concatenate([np.arange(30) + 30 * second for second in (0, 1, 2, 3, 4, 5, 5, *range(3, 12))])
    np.testing.assert_array_equal(numbers_of(result.values), order)
    np.testing.assert_array_equal(result.time_us, clock_us()[order])
    assert result.problems == ("seconds recorded twice: 1", "steps back of the device clock: 1")


def test_a_device_that_slept_and_woke_without_a_further_sample_is_not_asleep(path: Path, records: list[Record]) -> None:
    marks = [Record(3, EVENING_S + 12, mark) for mark in (b"\x08", b"\x09")]
    path.write_bytes(gt3x(joined([*records, *marks])))
    assert read(path).problems == ()


def test_damage_explains_only_the_hole_that_it_made(path: Path, records: list[Record]) -> None:
    places = with_samples(records)
    log = changed(records, places[3], sum_off=1)
    path.write_bytes(gt3x(joined([*log[: places[5]], *log[places[7] :]])))
    result = read(path)
    assert_keeps_all_but(result, (3, 5, 6))
    assert result.problems[1:] == ("seconds missing without a mark of sleep: 2, in 1 stretches",)


def test_an_unexpected_reset_is_a_restart(path: Path, records: list[Record]) -> None:
    place = with_samples(records)[4]
    # An event without a payload, whose checksum is a 1.
    empty = next(event for second in range(256) if (event := Record(3, EVENING_S + second, b"")).encoded()[-1] == 1)
    reset = Record(3, EVENING_S + 4, b"\x01")
    path.write_bytes(gt3x(joined([*records[:place], reset, empty, *records[place:]])))
    result = read(path)
    assert result.decoded.restarts == 1
    assert result.problems == ("unexpected restarts of the device: 1",)


def test_the_mark_of_a_cable_is_no_sample(path: Path, records: list[Record]) -> None:
    assert len(records[-1].payload) == 1
    path.write_bytes(gt3x(joined(records)))
    result = read(path)
    assert_keeps_all_but(result, ())
    assert result.problems == ()


def test_a_record_inside_another_one_is_none(path: Path, records: list[Record]) -> None:
    inner = joined([Record(0, EVENING_S + 99, bytes(135)), Record(2, EVENING_S + 99, b"12")])
    place = with_samples(records)[4]
    outer = Record(25, EVENING_S + 4, b"12" + inner + b"34")
    path.write_bytes(gt3x(joined([*records[:place], outer, *records[place:]])))
    result = read(path)
    assert_keeps_all_but(result, ())
    assert result.problems == ()


def test_other_records_between_the_samples_change_nothing(path: Path, records: list[Record]) -> None:
    others = [
        Record(kind, EVENING_S, bytes(range(kind + 1))) for kind in range(1, 31) if kind not in (3, 6, 21, 26, 27)
    ]
    log = [part for record in records for part in (*others, record)]
    path.write_bytes(gt3x(joined(log)))
    result = read(path)
    assert_keeps_all_but(result, ())
    assert result.problems == ()
