"""Every way the program ends: one line on stderr and a number."""

from __future__ import annotations

import sys
from enum import IntEnum


class ExitCode(IntEnum):
    """Scripts rely on the numbers."""

    DONE = 0
    SOME_FAILED = 1
    USAGE = 2
    DATABASE = 3
    INTERRUPTED = 130


#: What is said of Ctrl-C.
INTERRUPTED_LINE = "interrupted; what was stored stays stored"


def failed(line: str, code: ExitCode) -> ExitCode:
    """Say what failed, whatever line breaks and control characters it came with, and give the code back."""
    from ingest.errors import visible

    print(f"nightkick: {visible(' '.join(line.split()))}", file=sys.stderr)
    return code


def answer(error: Exception) -> ExitCode:
    """Answer an exception that ended a command: an expected one with its line, a defect with its name.

    Developers get a defect's traceback from ``python -X dev -m flows``.
    """
    # Late, because it loads numpy and most commands end well.
    from ingest.errors import NightkickError, QueryRefusedError, StoreError, UsageError

    if not isinstance(error, NightkickError):
        if sys.flags.dev_mode:
            raise error
        return failed(f"defect: {type(error).__name__}: {error} (please report it)", ExitCode.SOME_FAILED)
    if isinstance(error, (UsageError, QueryRefusedError)):  # nothing is wrong with the database
        return failed(error.line(), ExitCode.USAGE)
    return failed(error.line(), ExitCode.DATABASE if isinstance(error, StoreError) else ExitCode.SOME_FAILED)
