"""How long a statement of a person may run and how much memory it may take, and what happens to one that is deaf.

DuckDB looks at an interruption between two vectors of rows and counts only the memory it hands out itself. A single
call such as ``levenshtein`` of two long texts runs for hours without looking, ``repeat('x', 2000000000)`` is counted
by nobody, and neither is what an answer takes once it has left DuckDB. So a thread watches clock and memory,
interrupts, and tells the caller when that has not helped: only the end of the process does then.
"""

from __future__ import annotations

import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import duckdb

from ingest.errors import QueryRefusedError

#: Longest a statement may run, seconds.
LONGEST_S = 60.0
#: Memory that it may add to what the process had taken at most before, bytes.
MOST_BYTES = 2 << 30
#: Time that an interrupted statement has to end by itself, seconds; with twice the memory it has none.
GRACE_S = 10.0
#: How often the watch looks, seconds. Memory grows by about 1 GB a second.
LOOK_S = 0.05

_RSS_UNIT = 1 if sys.platform == "darwin" else 1024

#: Told about a statement that cannot be interrupted. Does not return if the caller knows a way to end it.
Deaf = Callable[[QueryRefusedError], object]


@dataclass(slots=True)
class Watch:
    """Why a statement was interrupted; nothing as long as it was not."""

    refusals: list[QueryRefusedError] = field(default_factory=list)


def too_long(longest_s: float) -> QueryRefusedError:
    """The answer to a statement that ran for too long."""
    return QueryRefusedError(f"took longer than {longest_s:g} s", hint="ask for less")


def too_large() -> QueryRefusedError:
    """The answer to a statement that needs too much memory."""
    return QueryRefusedError("needs more memory than a query may take", hint="ask for less")


@contextmanager
def watched(con: duckdb.DuckDBPyConnection, longest_s: float, on_deaf: Deaf) -> Iterator[Watch]:
    """Interrupt what runs inside on this connection when it exceeds a limit; ``on_deaf`` where that does not help."""
    done, watch = threading.Event(), Watch()
    thread = threading.Thread(target=_watch, args=(con, done, watch, longest_s, on_deaf), daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        done.set()
        thread.join()


def _watch(
    con: duckdb.DuckDBPyConnection, done: threading.Event, watch: Watch, longest_s: float, on_deaf: Deaf
) -> None:
    before, end_at = _peak_bytes(), time.monotonic() + longest_s
    while not done.wait(LOOK_S):
        taken, over_s = _peak_bytes() - before, time.monotonic() - end_at
        if not watch.refusals and (taken > MOST_BYTES or over_s > 0):
            watch.refusals.append(too_large() if taken > MOST_BYTES else too_long(longest_s))
            end_at = min(end_at, time.monotonic())
            con.interrupt()
        elif watch.refusals and (taken > 2 * MOST_BYTES or over_s > GRACE_S):
            on_deaf(watch.refusals[0])
            return


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT
