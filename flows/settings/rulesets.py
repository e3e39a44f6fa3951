"""Which rule set a name means."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.scoring.event_lists import (
    listed,
)
from analytics.scoring.rulesets import RULESETS, Ruleset
from ingest.errors import UsageError


def ruleset_named(name: str, known: Mapping[str, Ruleset] = RULESETS) -> Ruleset:
    """The rule set that is called so.

    Raises
    ------
    UsageError
        If none is; names those that are there.
    """
    if name not in known:
        raise UsageError(f"no rule set is called {name}", hint=f"there are {listed(known)}")
    return known[name]
