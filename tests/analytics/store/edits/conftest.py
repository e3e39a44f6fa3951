"""A night that can be edited: analysed by known rules, in a database that keeps them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.criteria import Criteria
from analytics.model import Night
from analytics.scoring.rulesets import RULESETS
from analytics.store import Store, remember_rules, save_nights
from tests.analytics.signals import channel, night_of_kicks
from tests.analytics.store.making import EVENING, sha
from tests.analytics.whole_nights import PERIODIC_S, analysed


@pytest.fixture(scope="module")
def night() -> Night:
    found = analysed([channel(*night_of_kicks(PERIODIC_S))], rulesets=tuple(RULESETS))
    of = sha("left")
    movements = tuple(replace(m, recording=of) for m in found.movements)
    return replace(found, subject="anna", night_date=EVENING, recordings=(of,), movements=movements)


@pytest.fixture
def kept(filled: Store, night: Night) -> Store:
    """A database with that night, and the rules it was analysed with."""
    remember_rules(filled, Criteria(), RULESETS.values())
    save_nights(filled, [night])
    return filled
