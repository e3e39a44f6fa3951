"""What the sensors of a night saw, and how long their samples are held for it."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Channel
from analytics.nights import observed
from analytics.signal.motion import FilteredSegment, Segment, searched
from tests.analytics.signals import add_kick, channel, still


def test_acceleration_is_let_go_of_before_floors_and_tilts_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[weakref.ref[NDArray[np.float32]]] = []
    still_held: list[bool] = []

    def one() -> Iterator[Channel]:
        at_s, xyz = still(300, rate_hz=50.0, seed=3)
        add_kick(at_s, xyz, 100.0)
        made = channel(at_s, xyz)
        assert isinstance(made.xyz_g, np.ndarray)
        held.append(weakref.ref(made.xyz_g))
        yield made
        del made

    def watching(found: Sequence[FilteredSegment], criteria: Criteria) -> tuple[Segment, ...]:
        still_held.append(held[0]() is not None)
        return searched(found, criteria)

    monkeypatch.setattr(observed, "searched", watching)
    seen = observed.observe(one(), Criteria())
    assert seen is not None
    assert len(seen.movements) == 1
    assert still_held == [False]
