"""A leg that kicks in runs, one that does not, and their nights."""

from __future__ import annotations

import pytest

from analytics.model import Night
from tests.analytics.signals import channel, night_of_kicks
from tests.analytics.whole_nights import PERIODIC_S, Signal, analysed


@pytest.fixture(scope="session")
def kicking() -> Signal:
    return night_of_kicks(PERIODIC_S)


@pytest.fixture(scope="session")
def calm() -> Signal:
    return night_of_kicks([])


@pytest.fixture(scope="session")
def periodic_night(kicking: Signal) -> Night:
    return analysed([channel(*kicking)])


@pytest.fixture(scope="session")
def calm_night(calm: Signal) -> Night:
    return analysed([channel(*calm)])
