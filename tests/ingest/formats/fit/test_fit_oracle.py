"""Whatever the tables make of a file must be what fitparse makes of it, message by message."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from ingest.formats.fit.acceleration import SensorCalibration, block_in_g
from ingest.formats.fit.budget import budget_for
from ingest.formats.fit.clock import FIT_EPOCH_S, correlations_in, dated_ms
from ingest.formats.fit.envelope import open_envelope
from ingest.formats.fit.messages import DELEGATED, Message
from ingest.formats.fit.reader import PartRead, read_part
from tests.drawing import examples
from tests.ingest.formats.fit import fit_oracle
from tests.ingest.formats.fit.fit_programs import programs
from tests.paths import SHARED

FIT = SHARED / "fit"
#: 100,000 and 200,000 messages without samples take fitparse 10 s.
SLOW = {"tiny_msgs_200k.fit", "zero_field_def_200k.fit"}
#: A bit that gives the offsets no type at all: fitparse takes their bytes for offsets.
OTHERWISE = {"edge/bitflip_definition.fit"}
ALL = [str(p.relative_to(FIT)) for p in sorted(FIT.glob("**/*.fit")) if p.name not in SLOW] or ["absent"]
COUNTS = SensorCalibration(np.zeros(3), np.eye(3))


def parts_of(file: bytes) -> list[PartRead]:
    budget = budget_for(len(file))
    return [read_part(file, part, budget) for part in open_envelope(file).parts]


def samples_of(parts: list[PartRead]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Times since FIT's epoch and values of all parts; counts stay counts."""
    blocks = [block_in_g(block, COUNTS, 1.0) for part in parts for block in part.samples.blocks]
    times = [block.time_us // 1000 - FIT_EPOCH_S * 1000 for block in blocks]
    values = [block.xyz_g() for block in blocks]
    return np.concatenate([np.empty(0, np.int64), *times]), np.concatenate([np.empty((0, 3), np.float32), *values])


def dated_samples(found: list[Message]) -> tuple[NDArray[np.int64], NDArray[np.float32], int]:
    """What the oracle makes of the same, and how many of its samples nothing dates."""
    expected = np.array(fit_oracle.samples(found), dtype=np.float64).reshape(-1, 4)
    time_ms, dated = dated_ms(expected[:, 0].astype(np.int64), correlations_in(found))
    return time_ms[dated], expected[dated, 1:].astype(np.float32), int((~dated).sum())


def assert_equal(part: PartRead, found: list[Message]) -> None:
    assert part.tally == Counter(message.number for message in found)
    assert [plain(note) for note in part.notes] == [plain(m) for m in found if m.number in DELEGATED]
    *expected, n_undated = dated_samples(found)
    for ours, theirs in zip(samples_of([part]), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert part.samples.n_undated == n_undated
    heart = fit_oracle.heart_rates(found)
    assert list(zip((part.heart.time_ms // 1000).tolist(), part.heart.values.tolist(), strict=True)) == heart
    beats = fit_oracle.beats(found)
    assert list(zip(part.beats.time_ms.tolist(), part.beats.values.tolist(), strict=True)) == beats


def plain(message: Message) -> Message:
    """Without what is not there: fitparse's None, and what the oracle has in its place."""
    there = {k: v for k, v in message.fields.items() if v is not None and v not in (b"", "") and v == v}
    return Message(message.number, there)


@settings(max_examples=examples(32))
@given(programs())
def test_any_file_that_fitparse_reads_is_read_alike(file: bytes) -> None:
    (part,) = parts_of(file)
    assert part.stopped == ""
    assert part.n_lost_notes == 0
    found, to_the_end = fit_oracle.messages(file)
    assert to_the_end
    assert_equal(part, found)


@pytest.mark.parametrize("name", ALL)
def test_every_file_of_the_collection_is_read_alike_as_far_as_fitparse_comes(fit_dir: Path, name: str) -> None:
    file = (fit_dir / name).read_bytes()
    found, to_the_end = fit_oracle.messages(file)
    parts = parts_of(file)
    if to_the_end and len(parts) == 1:
        assert_equal(parts[0], found)
    assert sum((part.tally for part in parts), Counter[int]()) >= Counter(message.number for message in found)
    if name not in OTHERWISE:
        times, values, _ = dated_samples(found)
        our_times, our_values = samples_of(parts)
        np.testing.assert_array_equal(our_times[: len(times)], times)
        np.testing.assert_array_equal(our_values[: len(values)], values)
