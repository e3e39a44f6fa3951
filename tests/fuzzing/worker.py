"""The process that reads mutants, one a line of its input, within limits of time and memory.

It lives for many mutants, because its start costs a second. What ends it, ends nothing else.
"""

from __future__ import annotations

import faulthandler
import os
import resource
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from tests.fuzzing.archive_verdict import verdict_of_input
from tests.fuzzing.memory import peak_bytes, reset_peak
from tests.fuzzing.mutants import Name, mutant_of
from tests.fuzzing.nights import Files
from tests.fuzzing.outcomes import Outcome, decoded_name
from tests.paths import ROOT

LIMIT_S = 10.0
#: Reading may take so many times the size of a file, and so much for any.
MEMORY_TIMES = 20
MEMORY_FLOOR_BYTES = 100 << 20
#: Beyond the memory limit, what is asked for in one piece is refused by the system.
_ADDRESS_SPACE_BYTES = 8 << 30
_OURS = f"{ROOT / 'ingest'}{os.sep}"
_DETAIL_CHARACTERS = 6000


class HangError(BaseException):
    """The time is up. Not an `Exception`, so that no reader takes it for its own."""


def main() -> None:
    """Read names of mutants from the input and write an outcome for each."""
    faulthandler.enable()
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE_BYTES, _ADDRESS_SPACE_BYTES))
    print("ready", file=replies, flush=True)
    with TemporaryDirectory(prefix="fuzzing-") as folder:
        for line in sys.stdin:
            print(outcome_of(decoded_name(line), Path(folder)).encoded(), file=replies, flush=True)


def outcome_of(name: Name, folder: Path) -> Outcome:
    """Make a mutant below `folder`, read it, and say what came of it."""
    path, size = write(mutant_of(name).files, folder)
    before, begun = reset_peak(), time.perf_counter()
    error: BaseException | None = None
    said = ""
    try:
        with _time_limit(), _strict() as left_behind:
            said = verdict_of_input(path)
        error = next(iter(left_behind), None)
    except KeyboardInterrupt:
        raise
    except BaseException as raised:  # a panic inside polars is none of `Exception`
        error = raised
    seconds, peak = time.perf_counter() - begun, peak_bytes() - before
    if error is not None:
        return Outcome(name, _word(error), seconds, peak, size, _where(error), _detail(error))
    if peak > max(MEMORY_FLOOR_BYTES, MEMORY_TIMES * size):
        return Outcome(name, "memory", seconds, peak, size, said, f"{peak >> 20} MB for a file of {size} bytes")
    return Outcome(name, said, seconds, peak, size)


def write(files: Files, folder: Path) -> tuple[Path, int]:
    """Lay out a recording anew in a folder; the path to read, and the size of all its files."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder / next(iter(files)), sum(map(len, files.values()))


@contextmanager
def _strict() -> Iterator[list[BaseException]]:
    """Warnings as errors; what is raised where nobody can catch it, as by a file that was left open, is collected."""
    left_behind: list[BaseException] = []
    hook = sys.unraisablehook
    sys.unraisablehook = lambda raised: left_behind.append(raised.exc_value or RuntimeError(str(raised.err_msg)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield left_behind
    finally:
        sys.unraisablehook = hook


@contextmanager
def _time_limit() -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise HangError(f"more than {LIMIT_S:g} s")

    handler = signal.signal(signal.SIGALRM, stop)
    timer = signal.setitimer(signal.ITIMER_REAL, LIMIT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, *timer)


def _word(error: BaseException) -> str:
    if isinstance(error, HangError):
        return "hang"
    return "memory" if isinstance(error, MemoryError) else type(error).__name__


def _where(error: BaseException) -> str:
    """The innermost place in our own code."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _OURS in frame.filename] or frames
    return f"{ours[-1].filename.rpartition(_OURS)[2]}:{ours[-1].name}" if ours else ""


def _detail(error: BaseException) -> str:
    text = "".join(traceback.format_exception(error))
    return text if len(text) <= _DETAIL_CHARACTERS else f"{text[:2000]}\n...\n{text[2000 - _DETAIL_CHARACTERS :]}"


if __name__ == "__main__":
    main()
