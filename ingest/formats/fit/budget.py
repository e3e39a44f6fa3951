"""How much one FIT file may ask for.

FIT has no compression, but a message can be one byte, a definition can change with every message, and parts can be
chained by the thousand. What real files hold is far below these bounds; what is above them is left out and said.
"""

from __future__ import annotations

from dataclasses import dataclass

#: A night has 60,000 messages of 100 bytes. What is made of one may take a hundred bytes here, so small ones are
#: counted against the size of the file once there are many.
MAX_MESSAGES, ALWAYS_MESSAGES, BYTES_PER_MESSAGE = 5_000_000, 500_000, 16
#: Definitions and their fields; each takes a microsecond.
MAX_FIELD_DEFINITIONS = 1_000_000
#: Definitions that differ: each is decoded by itself. Their numbers must fit 16 bits.
MAX_LAYOUTS = 5_000
#: Messages for fitparse. A night has some dozens; each takes it 40 µs and more.
MAX_DELEGATED = 50_000


@dataclass(slots=True)
class MessageBudget:
    """What the parts of a file that come next may still ask for."""

    most_messages: int
    n_messages: int
    n_field_definitions: int
    n_layouts: int
    n_delegated: int


def budget_for(n_bytes: int) -> MessageBudget:
    """The budget of a file of that size."""
    n_messages = min(MAX_MESSAGES, max(ALWAYS_MESSAGES, n_bytes // BYTES_PER_MESSAGE))
    return MessageBudget(n_messages, n_messages, MAX_FIELD_DEFINITIONS, MAX_LAYOUTS, MAX_DELEGATED)
