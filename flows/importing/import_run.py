"""What all parts of one import share."""

from __future__ import annotations

from dataclasses import dataclass, field

from analytics.store import Store
from flows.assigning.assignments import Assignments
from flows.importing.declared import Wishes
from flows.importing.store_order import Turn, Turns
from flows.settings.settings import Settings
from flows.workers.workers import HereWorkers, Workers


@dataclass(frozen=True, slots=True)
class Context:
    """What is wished and assigned, who works, and when the input at hand may be stored.

    By itself: this process works, and waits for no other.
    """

    store: Store
    settings: Settings
    wishes: Wishes
    workers: Workers = field(default_factory=HereWorkers)
    turn: Turn = field(default_factory=lambda: Turns().take())
    assignments: Assignments = field(default_factory=Assignments)
