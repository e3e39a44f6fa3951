"""Talk and tables for people: talk goes to stderr, data to stdout, colour and frames only where a terminal is.

Asks whether a person is looking.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from flows.terminal.fitted import fitted_table
from flows.terminal.values import Row
from flows.terminal.width import cut, folded, width
from ingest.errors import visible


class Advance(Protocol):
    """Tell how far a long job is."""

    def __call__(self, done: int, total: int, last: str = "") -> None:
        """``done`` of ``total`` pieces are finished, the newest of them is called ``last``."""


def say(line: str) -> None:
    """One line of talk, with control characters made visible."""
    print(visible(line), file=sys.stderr)


def say_on_terminal(line: str) -> None:
    """One line of talk that no file, pipe or journal is to keep."""
    if sys.stderr.isatty():
        say(line)


def complain(line: str) -> None:
    """One line about something that failed, in the form of every error of this program."""
    say(f"nightkick: {line}")


def emit(text: str) -> None:
    """Data: as they are in a pipe or a file, with control characters spelt out on a terminal.

    Flushed, so that data and talk keep their order in one pipe.
    """
    sys.stdout.write("\n".join(map(visible, text.split("\n"))) if sys.stdout.isatty() else text)
    sys.stdout.flush()


def emit_lines(lines: Iterable[str]) -> None:
    """Prose: each line folded at words to the width of the screen, as it is in a pipe."""
    limit = width()
    emit("".join(f"{part}\n" for line in lines for part in folded(visible(line), limit)))


def emit_table(
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    to_right: Collection[str] = (),
    first_to_go: Sequence[str] = (),
    to_stay: Collection[str] = (),
    has_csv: bool = True,
) -> None:
    """Print a table that fits the screen; in a pipe with all its columns.

    Parameters
    ----------
    columns, rows, to_right, first_to_go, to_stay, has_csv
        As for `flows.terminal.fitted.fitted_table`.
    """
    table = fitted_table(
        columns,
        rows,
        limit=width(),
        to_right=to_right,
        first_to_go=first_to_go,
        to_stay=to_stay,
        has_csv=has_csv,
    )
    emit(table)


@contextmanager
def progress(what: str) -> Iterator[Advance]:
    """A bar on stderr while the block runs; nothing at all where no terminal is."""
    if not sys.stderr.isatty():
        yield lambda done, total, last="": None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns: tuple[Any, ...] = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    columns += (TextColumn("{task.fields[rate]}"), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        job, began = bar.add_task(what, total=None, rate=""), time.monotonic()

        def advance(done: int, total: int, last: str = "") -> None:
            rate = f"{60 * done / max(time.monotonic() - began, 1e-3):.1f}/min"
            shown = f"{what}, after {cut(visible(last), 24)}" if last else what
            bar.update(job, completed=done, total=total, description=shown, rate=rate)

        yield advance
