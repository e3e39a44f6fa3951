"""How long a statement of a person may run and how much memory it may take.

DuckDB looks at an interruption between two vectors of rows and counts only the memory it hands out itself. A single
call such as ``levenshtein`` of two long texts runs for hours without looking, ``repeat('x', 2000000000)`` is not
counted, and neither is what an answer takes once it has left DuckDB. Only the end of the process ends all of these.
So a statement runs in a process of its own: the one that started it looks at the clock, and in it a thread looks at
its memory.
"""

from __future__ import annotations

import contextlib
import resource
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import QueryRefusedError

#: Longest a statement may run, seconds.
LONGEST_S = 60.0
#: Memory that it may add to what the process had taken before, bytes.
MOST_BYTES = 2 << 30
#: How often the watch looks, seconds. Memory grows by about 1 GB a second.
LOOK_S = 0.05

#: What the process of a statement tells the one that started it: the database is open and the clock may run; the
#: answer is there, and it stops.
BEGAN, ANSWERED = b"b", b"a"

_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def too_long(longest_s: float) -> QueryRefusedError:
    """The answer to a statement that ran for too long."""
    return QueryRefusedError(f"took longer than {longest_s:g} s", hint="ask for less")


def too_large() -> QueryRefusedError:
    """The answer to a statement that needs too much memory."""
    return QueryRefusedError("needs more memory than a query may take", hint="ask for less")


def leave_no_core() -> None:
    """A crash of this process writes no picture of its memory to a disk: health data are in it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextmanager
def limited_memory(end: Callable[[QueryRefusedError], object], most_bytes: int | None = None) -> Iterator[None]:
    """Call ``end``, from another thread, when this process takes ``most_bytes`` more inside than it did before.

    What takes twice as much before the watch looks again is denied it by the system, where that counts addresses.
    """
    most_bytes = MOST_BYTES if most_bytes is None else most_bytes
    done = threading.Event()
    watch = threading.Thread(target=_watch, args=(done, _peak_bytes() + most_bytes, end), daemon=True)
    watch.start()
    try:
        with _limited_addresses(2 * most_bytes):
            yield
    finally:
        done.set()
        watch.join()


@contextmanager
def _limited_addresses(more_bytes: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    with contextlib.suppress(OSError, ValueError):  # no such file or limit on this system
        now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        lower = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
        resource.setrlimit(resource.RLIMIT_AS, (min([now + more_bytes, *lower]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _watch(done: threading.Event, limit_bytes: int, end: Callable[[QueryRefusedError], object]) -> None:
    while not done.wait(LOOK_S):
        if _peak_bytes() > limit_bytes:
            end(too_large())
            return


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT
