"""Ctrl-C while the program starts and while it ends: one line and a number, where Python would print a traceback.

Nothing has begun before the command line is read and nothing is left to do when it has answered, so the process may
end on the spot. In between, Ctrl-C is a KeyboardInterrupt as everywhere, and `flows.cli.main` answers it.
Imported by the package itself, before all that takes time to load; it does nothing in other programs that use it.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from types import FrameType

from flows.terminal.exit_codes import INTERRUPTED_LINE, ExitCode

#: The installed script, and ``python -m flows`` while it looks for its module.
_PROGRAMS = ("nightkick", "-m")


def end_at_once(_number: int, _frame: FrameType | None) -> None:
    """Say it and end."""
    with contextlib.suppress(OSError):
        os.write(2, f"nightkick: {INTERRUPTED_LINE}\n".encode())
    os._exit(ExitCode.INTERRUPTED)


def leave(code: int) -> None:
    """End the process after Ctrl-C without waiting for threads: what they still compute is wanted no more.

    The store commits whole transactions or nothing, and the next import takes away the temporary folders.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def hear_at_once() -> None:
    """From now on Ctrl-C ends the process on the spot, if it is ours and nothing else was arranged."""
    is_ours = os.path.basename(sys.argv[0] if sys.argv else "") in _PROGRAMS  # noqa: PTH119 - pathlib takes 20 ms
    if is_ours and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        with contextlib.suppress(ValueError):  # not the main thread
            signal.signal(signal.SIGINT, end_at_once)


def answered() -> None:
    """The command has answered: Ctrl-C ends the process at once, and Python leaves without looking for circles.

    It would go through every object, those of all loaded modules too, though memory goes back with the process.
    """
    gc.freeze()
    hear_at_once()


def hear_as_usual() -> bool:
    """Ctrl-C is a KeyboardInterrupt again; returns whether it was not, so that the process is ours."""
    is_ours = signal.getsignal(signal.SIGINT) is end_at_once
    if is_ours:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return is_ours


def end_like_ctrl_c() -> None:
    """From now on SIGTERM ends the process as Ctrl-C does, so that it takes away what it put into the file system.

    Ctrl-C is heard also by a process that was started in the background, where it would be ignored.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
