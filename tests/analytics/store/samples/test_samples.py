"""Raw samples: what was staged comes back, whatever the blocks were like."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.store import Store, check_samples, load_samples, recognise_samples, stage_samples
from analytics.store.samples import staged as staged_samples
from analytics.store.samples.staged import samples_path
from ingest.errors import DamagedRecordingError, SamplesLostError, StoreError
from ingest.recording import Samples
from tests.analytics.store.conftest import Child
from tests.analytics.store.making import START_US, block, recording, sha

ALL_TIME = (-(2**60), 2**60)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "nights.duckdb")


def staged(store: Store, blocks: Sequence[Samples]) -> Samples:
    new = recording(blocks=blocks)
    stage_samples(store, new)
    return load_samples(store, new.sha256, *ALL_TIME)


def in_g(start_us: int, n: int) -> Samples:
    plain = block(start_us, n)
    return Samples(plain.time_us, plain.xyz_g(), 1.0)


def test_integers_come_back_as_integers_with_their_scale(store: Store) -> None:
    given_block = block(START_US, 500, g_per_value=1 / 256)
    found = staged(store, [given_block])
    assert found.values.dtype == np.int16
    assert found.g_per_value == 1 / 256
    np.testing.assert_array_equal(found.time_us, given_block.time_us)
    np.testing.assert_array_equal(found.values, given_block.values)


def test_floats_come_back_to_the_last_bit(store: Store) -> None:
    values = np.array([[0.1, -0.0, 1e-30], [np.float32(1) / 3, 16.0, np.nan]], dtype=np.float32)
    found = staged(store, [Samples(np.array([1, 2], dtype=np.int64), values, 1.0)])
    assert found.values.tobytes() == values.tobytes()


def test_the_window_has_its_start_and_lacks_its_end(store: Store) -> None:
    new = recording(blocks=[block(1_000, 10, step_us=1)])
    stage_samples(store, new)
    assert load_samples(store, new.sha256, 1_002, 1_005).time_us.tolist() == [1_002, 1_003, 1_004]
    assert len(load_samples(store, new.sha256, 5_000, 6_000)) == 0
    assert load_samples(store, new.sha256, 5_000, 6_000).values.shape == (0, 3)


def test_what_is_read_in_pieces_is_what_was_staged_axis_by_axis(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staged_samples, "LOADED_SAMPLES", 64)
    blocks = [block(START_US, 300), block(START_US + 86_400_000_000, 77)]
    found = staged(store, blocks)
    np.testing.assert_array_equal(found.time_us, np.concatenate([one.time_us for one in blocks]))
    np.testing.assert_array_equal(found.values, np.concatenate([one.values for one in blocks]))
    assert found.values.flags.f_contiguous


def test_a_file_of_the_older_writer_is_read_and_not_written_again(store: Store) -> None:
    new = recording()
    path = stage_samples(store, new)
    expected, about = load_samples(store, new.sha256, *ALL_TIME), pl.read_parquet_metadata(path)
    named = ", ".join(f"{name}: '{value}'" for name, value in about.items() if name != "ARROW:schema")
    older = path.with_suffix(".older")
    duckdb.sql(f"""
        COPY (SELECT * FROM read_parquet('{path}')) TO '{older}'
        (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, KV_METADATA {{{named}}})
    """)
    older.replace(path)
    before = path.read_bytes()
    stage_samples(store, new)
    assert path.read_bytes() == before
    found = load_samples(store, new.sha256, *ALL_TIME)
    np.testing.assert_array_equal(found.values, expected.values)
    np.testing.assert_array_equal(found.time_us, expected.time_us)


def test_samples_of_another_length_or_time_are_not_recognised(store: Store) -> None:
    new = recording()
    stage_samples(store, new)
    recognise_samples(store, new.sha256, n_samples=2_000, first_us=START_US)
    for n_samples, first_us in ((1_999, START_US), (2_000, START_US + 1)):
        with pytest.raises(SamplesLostError, match="not those"):
            recognise_samples(store, new.sha256, n_samples=n_samples, first_us=first_us)
    recognise_samples(store, sha("no movement"), n_samples=0, first_us=0)


def test_damage_that_leaves_size_and_time_of_a_file_unchanged_is_found(store: Store) -> None:
    noise = np.random.default_rng(3).integers(-200, 200, (50_000, 3)).astype(np.int16)
    uneven_us = START_US + np.random.default_rng(4).integers(1, 20_000, 50_000).cumsum()
    new = recording(blocks=[Samples(uneven_us, noise, 1 / 256)])
    path = stage_samples(store, new)
    known, whole = path.stat(), bytearray(path.read_bytes())
    check_samples(store, new.sha256, n_samples=50_000, first_us=int(uneven_us[0]))
    whole[4 : len(whole) // 2] = bytes(len(whole) // 2 - 4)
    path.write_bytes(whole)
    os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))
    with pytest.raises(SamplesLostError, match="damaged"):
        check_samples(store, new.sha256, n_samples=50_000, first_us=int(uneven_us[0]))
    with pytest.raises(SamplesLostError, match="damaged"):
        load_samples(store, new.sha256, *ALL_TIME)


def test_a_clock_that_went_back_is_put_in_order_without_losing_a_sample(store: Store) -> None:
    late, early = block(START_US + 1_000_000_000, 50), block(START_US, 150)
    found = staged(store, [late, early])
    order = np.argsort(np.concatenate([late.time_us, early.time_us]), kind="stable")
    np.testing.assert_array_equal(found.values, np.concatenate([late.values, early.values])[order])
    assert (np.diff(found.time_us) >= 0).all()


def test_blocks_in_different_scales_come_back_in_g(store: Store) -> None:
    one, two = block(0, 20, g_per_value=0.001), block(10**9, 20, g_per_value=0.004)
    found = staged(store, [one, two, in_g(2 * 10**9, 20)])
    assert found.values.dtype == np.float32
    assert found.g_per_value == 1.0
    np.testing.assert_array_equal(found.values, np.concatenate([one.xyz_g(), two.xyz_g(), block(0, 20).xyz_g()]))


@st.composite
def block_lists(draw: st.DrawFn) -> list[Samples]:
    lengths = draw(st.lists(st.integers(1, 40), min_size=1, max_size=6))
    steps = st.integers(-(10**7), 10**8)
    dtype = draw(st.sampled_from([np.int16, np.float32]))
    blocks = []
    for n in lengths:
        times = np.cumsum(np.array(draw(st.lists(steps, min_size=n, max_size=n)), dtype=np.int64)) + START_US
        values = np.array(draw(st.lists(st.integers(-(2**15), 2**15 - 1), min_size=3 * n, max_size=3 * n)))
        blocks.append(Samples(times, values.reshape(n, 3).astype(dtype), 0.002))
    return blocks


@settings(max_examples=12)
@given(blocks=block_lists(), part_samples=st.integers(1, 60))
def test_whatever_the_blocks_every_sample_comes_back_in_order_of_time(
    blocks: list[Samples], part_samples: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staged_samples, "PART_SAMPLES", part_samples)
        found = staged(Store(tmp_path_factory.mktemp("any") / "nights.duckdb"), blocks)
    times = np.concatenate([b.time_us for b in blocks])
    order = np.argsort(times, kind="stable")
    np.testing.assert_array_equal(found.time_us, times[order])
    np.testing.assert_array_equal(found.values, np.concatenate([b.values for b in blocks])[order])


def test_the_file_can_be_opened_by_anything_that_reads_parquet(store: Store) -> None:
    path = stage_samples(store, recording(blocks=[block(START_US, 5)]))
    assert dict(pl.read_parquet_schema(path)) == {
        "time": pl.Datetime("us", "UTC"),
        "x": pl.Int16,
        "y": pl.Int16,
        "z": pl.Int16,
    }
    assert pl.read_parquet_metadata(path)["g_per_value"] == "0.0039"


def test_the_file_is_for_the_owner_only_and_nothing_lies_beside_it(store: Store) -> None:
    path = stage_samples(store, recording())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(store.recordings.iterdir()) == [path]


def test_an_eight_hour_night_at_100_hz_takes_less_than_six_megabytes(store: Store) -> None:
    rng = np.random.default_rng(1)
    n = 8 * 3600 * 100
    values = rng.normal((0, 0, 256), 1.0, (n, 3)).round().astype(np.int16)  # 4 mg of noise at 256 steps per g
    path = stage_samples(store, recording(blocks=[Samples(START_US + 10_000 * np.arange(n), values, 1 / 256)]))
    assert path.stat().st_size < 6_000_000


# --- once, and again ---------------------------------------------------------------------------------------------


def untouchable() -> Iterator[Samples]:
    raise AssertionError("the blocks were walked again")


def test_the_same_recording_is_not_written_again(store: Store) -> None:
    new = recording()
    before = stage_samples(store, new).stat()
    after = stage_samples(store, replace(new, blocks=untouchable)).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_corrected_zone_stages_the_shifted_samples(store: Store) -> None:
    stage_samples(store, recording(blocks=[block(START_US, 5)]))
    shifted = recording(blocks=[block(START_US - 3_600_000_000, 5)], shift_us=-3_600_000_000)
    stage_samples(store, shifted)
    assert load_samples(store, shifted.sha256, *ALL_TIME).time_us[0] == START_US - 3_600_000_000


@pytest.mark.parametrize("damage", [b"", b"PAR1 but nothing else PAR1", b"\0" * 5_000])
def test_damaged_samples_are_said_to_be_so_and_staged_again(store: Store, damage: bytes) -> None:
    new = recording()
    path = stage_samples(store, new)
    path.write_bytes(damage)
    with pytest.raises(SamplesLostError, match="damaged"):
        load_samples(store, new.sha256, *ALL_TIME)
    stage_samples(store, new)
    assert len(load_samples(store, new.sha256, *ALL_TIME)) == 2_000


def test_missing_samples_are_said_to_be_so(store: Store) -> None:
    with pytest.raises(SamplesLostError, match="missing") as caught:
        load_samples(store, sha("left"), *ALL_TIME)
    assert caught.value.hint == "import its file again"


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, sha("left")[:-1]])
def test_what_is_no_hash_names_no_file(store: Store, name: str) -> None:
    with pytest.raises(StoreError, match="not the SHA-256"):
        samples_path(store, name)


# --- failures ----------------------------------------------------------------------------------------------------


def test_a_recording_that_lost_its_samples_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="no samples"):
        stage_samples(store, replace(recording(), blocks=lambda: iter(())))
    assert list(store.recordings.iterdir()) == []


def test_a_recording_without_movement_has_no_samples_to_keep_or_to_lose(store: Store) -> None:
    still = recording(blocks=[])
    stage_samples(store, still)
    assert not store.recordings.exists() or list(store.recordings.iterdir()) == []
    check_samples(store, still.sha256, n_samples=0, first_us=START_US)


def test_a_recording_that_breaks_off_leaves_nothing(store: Store) -> None:
    def broken() -> Iterator[Samples]:
        yield block(START_US, 10)
        raise DamagedRecordingError("the file ends in the middle of a block")

    with pytest.raises(DamagedRecordingError):
        stage_samples(store, replace(recording(), blocks=broken))
    assert list(store.recordings.iterdir()) == []


KILLED = """
import os, sys
from dataclasses import replace
from pathlib import Path
from analytics.store import Store, stage_samples
from tests.analytics.store.making import START_US, block, recording

def blocks():
    yield block(START_US, 2_000_000)
    yield block(START_US * 2, 10)
    os.kill(os.getpid(), 9)

stage_samples(Store(Path(sys.argv[1])), replace(recording(), blocks=blocks))
"""


def test_what_a_killed_process_left_is_removed_by_the_next(store: Store, child: Child) -> None:
    assert child(KILLED, store.path).wait(timeout=60) == -9
    assert len(list(store.recordings.iterdir())) == 1
    path = stage_samples(store, recording())
    assert list(store.recordings.iterdir()) == [path]


def test_two_may_stage_the_same_recording_at_once(store: Store, child: Child) -> None:
    code = """
import sys
from pathlib import Path
from analytics.store import Store, stage_samples
from tests.analytics.store.making import recording
print(stage_samples(Store(Path(sys.argv[1])), recording()))
"""
    both = [child(code, store.path) for _ in range(2)]
    said = [process.communicate(timeout=60)[0].strip() for process in both]
    assert said == [str(samples_path(store, sha("left")))] * 2
    assert len(load_samples(store, sha("left"), *ALL_TIME)) == 2_000


LONG = """
import resource, sys
from dataclasses import replace
from pathlib import Path
from analytics.store import Store, stage_samples
from tests.analytics.store.making import START_US, block, recording

def blocks(n):
    return lambda: (block(START_US + i * 600_000_000, 60_000, step_us=10_000) for i in range(n))

for n in (10, 250):
    stage_samples(Store(Path(sys.argv[1]) / str(n) / "n.duckdb"), replace(recording(), blocks=blocks(n)))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_length_of_the_recording(tmp_path: Path, child: Child) -> None:
    short_mb, long_mb = map(int, child(LONG, tmp_path).communicate(timeout=120)[0].split())
    assert long_mb - short_mb < 300  # 15 million samples are 210 MB of numbers alone, and were held thrice
