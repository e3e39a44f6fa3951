"""Which files one task of the flow takes.

A file is a task of its own, so that its name and what became of it can be seen in Prefect. But a task costs Prefect
13 ms on an idle machine and 0.3 s on a very busy one, which is what importing a small file takes: of very many, small
ones share a task.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from flows.importing.outcomes import Outcome
from flows.importing.store_order import Turn
from flows.workers.workers import size_of

#: So many files have a task each, whatever their size.
FEW_FILES = 50
#: A batch is full at either.
BATCH_BYTES, BATCH_FILES = 2_000_000, 25


class Batch:
    """Files of one task. What is done of them is kept, so that a retry goes on where the task was when it failed."""

    def __init__(self, files: Sequence[Path], turn: Turn) -> None:
        self.files, self.turn = files, turn
        self.done: list[tuple[Outcome, ...]] = []

    def __str__(self) -> str:
        """The name of the task."""
        more = f" and {len(self.files) - 1} more" if len(self.files) > 1 else ""
        return f"{self.files[0].name}{more}"

    @property
    def is_finished(self) -> bool:
        """Whether something has become of each of its files."""
        return len(self.done) == len(self.files)

    def left(self) -> Sequence[Path]:
        """Files that are still to be done."""
        return self.files[len(self.done) :]


def batches(files: Sequence[Path]) -> Iterator[tuple[Path, ...]]:
    """Files in their order, so many together as a task is worth."""
    if len(files) <= FEW_FILES:
        yield from ((file,) for file in files)
        return
    held: list[Path] = []
    held_bytes = 0
    for file in files:
        held.append(file)
        held_bytes += size_of(file)
        if len(held) == BATCH_FILES or held_bytes >= BATCH_BYTES:
            yield tuple(held)
            held, held_bytes = [], 0
    if held:
        yield tuple(held)
