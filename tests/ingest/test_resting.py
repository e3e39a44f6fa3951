"""Lying in one position is told from being worn by where gravity points, not by how much is moved."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.recording import Samples
from ingest.resting import is_one_position
from tests.ingest.making import cut, every

#: 1 Hz.
STEP_US = 1_000_000


def turned(degrees: np.ndarray[tuple[int], np.dtype[np.float64]], *, jolt_g: float = 0.0) -> Samples:
    """A sensor of which each sample is tilted by so much, jolted to and fro."""
    tilt, n = np.radians(degrees), len(degrees)
    xyz = np.stack([np.sin(tilt), jolt_g * (-1.0) ** np.arange(n), np.cos(tilt)], axis=1)
    return Samples(every(STEP_US, n), xyz.astype(np.float32), 1.0)


@pytest.mark.parametrize(
    ("share", "lies"),
    [(0.0, True), (0.09, True), (0.11, False), (0.5, False)],
)
def test_nearly_all_of_the_time_has_to_be_in_one_position(share: float, lies: bool) -> None:  # noqa: FBT001
    degrees = np.where(np.arange(10_000) < share * 10_000, 60.0, 0.0)
    assert is_one_position(cut(turned(degrees))) is lies


@pytest.mark.parametrize(("tilt", "lies"), [(8.0, True), (40.0, False)])
def test_a_mattress_tilts_and_a_leg_turns(tilt: float, lies: bool) -> None:  # noqa: FBT001
    degrees = np.where(np.arange(6000) // 600 % 2 == 0, 0.0, tilt)
    assert is_one_position(cut(turned(degrees))) is lies


def test_jolts_are_no_turns() -> None:
    assert is_one_position(cut(turned(np.zeros(6000), jolt_g=1.5))) is True


@pytest.mark.parametrize(("n", "lies"), [(1790, None), (1810, True)])
def test_below_half_an_hour_it_cannot_be_told(n: int, lies: bool | None) -> None:  # noqa: FBT001
    assert is_one_position(cut(turned(np.zeros(n)))) is lies


def test_nothing_and_no_numbers_say_nothing() -> None:
    assert is_one_position(cut(turned(np.zeros(0)))) is None
    assert is_one_position(cut(turned(np.full(4000, np.nan)))) is None
