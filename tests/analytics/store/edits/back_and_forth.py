"""All acts on a night taken back one by one, and done again: each step is the state that was there before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from analytics.store import Acted, Store, redo, take_back
from ingest.errors import UsageError


def back_and_forth(store: Store, who: Acted, states: Sequence[Any], seen: Callable[[Store], Any]) -> None:
    """Walk back through the states that acts led to, and forth again; nothing is left to do at either end.

    Parameters
    ----------
    states : sequence
        What ``seen`` gave before the first act and after each.
    """
    for state in states[-2::-1]:
        take_back(store, who)
        assert seen(store) == state
    with pytest.raises(UsageError, match="nothing"):
        take_back(store, who)
    for state in states[1:]:
        redo(store, who)
        assert seen(store) == state
    with pytest.raises(UsageError, match="nothing"):
        redo(store, who)
