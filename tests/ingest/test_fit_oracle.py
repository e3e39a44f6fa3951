"""Whatever the tables make of a file must be what fitparse makes of it, message by message."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from fitparse.utils import FitParseError
from hypothesis import given, settings

from ingest.formats.fit.acceleration import Calibration, block_in_g
from ingest.formats.fit.clock import FIT_EPOCH_S, correlations_in, dated_ms
from ingest.formats.fit.envelope import open_envelope
from ingest.formats.fit.messages import DELEGATED, Message
from ingest.formats.fit.reader import PartRead, read_part
from ingest.formats.fit.walk import Budget
from tests.conftest import SHARED
from tests.ingest import fit_oracle
from tests.ingest.fit_programs import programs

FIT = SHARED / "fit"
#: 100,000 and 200,000 messages without samples take fitparse 10 s.
SLOW = {"tiny_msgs_200k.fit", "zero_field_def_200k.fit"}
ALL = [str(p.relative_to(FIT)) for p in sorted(FIT.glob("**/*.fit")) if p.name not in SLOW] or ["absent"]
COUNTS = Calibration(np.zeros(3), np.eye(3))


def parts_of(file: bytes) -> list[PartRead]:
    budget = Budget()
    return [read_part(file, part, budget) for part in open_envelope(file).parts]


def assert_equal_samples(part: PartRead, found: list[Message]) -> None:
    expected = np.array(fit_oracle.samples(found), dtype=np.float64).reshape(-1, 4)
    time_ms, dated = dated_ms(expected[:, 0].astype(np.int64), correlations_in(found))
    blocks = [block_in_g(block, COUNTS, 1.0) for block in part.samples.blocks]
    times = np.concatenate([np.empty(0, np.int64), *(block.time_us // 1000 - FIT_EPOCH_S * 1000 for block in blocks)])
    values = np.concatenate([np.empty((0, 3), np.float32), *(block.xyz_g() for block in blocks)])
    np.testing.assert_array_equal(times, time_ms[dated])
    np.testing.assert_array_equal(values, expected[dated, 1:].astype(np.float32))
    assert part.samples.n_undated == (~dated).sum()


def assert_equal(part: PartRead, found: list[Message]) -> None:
    assert part.tally == Counter(message.number for message in found)
    assert [plain(note) for note in part.notes] == [plain(m) for m in found if m.number in DELEGATED]
    assert_equal_samples(part, found)
    heart = fit_oracle.heart_rates(found)
    assert list(zip((part.heart.time_ms // 1000).tolist(), part.heart.values.tolist(), strict=True)) == heart
    beats = fit_oracle.beats(found)
    assert list(zip(part.beats.time_ms.tolist(), part.beats.values.tolist(), strict=True)) == beats


def plain(message: Message) -> Message:
    """Without what is not there: fitparse's None, and what the oracle has in its place."""
    there = {k: v for k, v in message.fields.items() if v is not None and v not in (b"", "") and v == v}
    return Message(message.number, there)


@settings(max_examples=150)
@given(programs())
def test_any_file_that_fitparse_reads_is_read_alike(file: bytes) -> None:
    (part,) = parts_of(file)
    assert part.stopped == ""
    assert part.n_lost_notes == 0
    assert_equal(part, fit_oracle.messages(file))


@pytest.mark.parametrize("name", ALL)
def test_every_file_of_the_collection_is_read_alike(fit_dir: Path, name: str) -> None:
    """Each part by itself, as far as fitparse comes; damaged files are longer to us than to it."""
    file = (fit_dir / name).read_bytes()
    try:
        found = fit_oracle.messages(file)
    except (FitParseError, TypeError, RecursionError, AttributeError):
        pytest.skip("fitparse does not read it")
    parts = parts_of(file)
    if len(parts) == 1:
        assert_equal(parts[0], found)
    assert sum((part.tally for part in parts), Counter()) == Counter(message.number for message in found)
