"""The process in which one statement of a person runs: started by `flows.commands.sql`, and by nothing else.

It reads what to do from its input, whose end tells that the process that started it is gone. Nothing is printed before
the answer is whole. Only what an answer needs is imported: the start of this process is part of every question.
"""

from __future__ import annotations

import io
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from analytics.store.database.connection import Store
from analytics.store.statements.asked import Answer, ask, ask_frame
from analytics.store.statements.limits import ANSWERED, BEGAN, leave_no_core, limited_memory
from flows.settings.database import store_for
from flows.terminal.exit_codes import ExitCode, answer
from flows.terminal.talk import emit, emit_table, say
from flows.terminal.values import csv_text, json_document
from ingest.errors import QueryRefusedError

#: Of DESCRIBE: what says nothing about a view.
_FIRST_TO_GO = ("extra", "default", "key", "null")


def main(tell: int) -> int:
    """Answer the one request on the input; return the exit code.

    Parameters
    ----------
    tell : int
        Handle of the pipe that is told how far this is.
    """
    leave_no_core()
    _only_python_complains()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    request = _request()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        _answer(request, lambda how_far: os.write(tell, how_far))
        sys.stdout.flush()
        return ExitCode.DONE
    except BrokenPipeError:  # as in `flows.cli`
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return ExitCode.DONE
    except Exception as error:
        return answer(error)
    finally:
        sys.stderr.flush()


def _answer(request: dict[str, Any], tell: Callable[[bytes], object]) -> None:
    store = store_for(request["database"])
    if request["parquet"] is not None:
        _write(store, request["statement"], Path(request["parquet"]), tell)
        return
    with limited_memory(_give_up):
        answered = ask(store, request["statement"], began=lambda: tell(BEGAN))
    tell(ANSWERED)
    _print(answered, request["shape"])


def _write(store: Store, statement: str, parquet: Path, tell: Callable[[bytes], object]) -> None:
    with limited_memory(_give_up):
        frame = ask_frame(store, statement, began=lambda: tell(BEGAN))
    tell(ANSWERED)
    from analytics.files.outputs import PARQUET, write_whole

    write_whole(parquet, frame.write_parquet, kind=PARQUET)
    say(f"wrote {frame.height} rows to {parquet}")


def _print(answered: Answer, shape: str) -> None:
    rows = (dict(zip(answered.columns, row, strict=True)) for row in answered.rows)
    if shape == "json":
        emit(json_document(columns=answered.columns, rows=rows))
    elif shape == "csv":
        emit(csv_text(answered.columns, rows))
    elif answered.columns:
        emit_table(answered.columns, rows, first_to_go=_FIRST_TO_GO)


def _request() -> dict[str, Any]:
    line = b""
    while not line.endswith(b"\n"):
        chunk = os.read(0, 1 << 16)
        if not chunk:
            _end()
        line += chunk
    request: dict[str, Any] = json.loads(line)
    return request


def _end_with_parent() -> None:
    """Nothing else is ever sent: the input ends when the process that started this one is gone, however it went."""
    os.read(0, 1)
    _end()


def _end() -> NoReturn:
    os._exit(ExitCode.INTERRUPTED)


def _give_up(refusal: QueryRefusedError) -> None:
    """End this process at once: the statement may not stop by itself, and it can have changed nothing."""
    code = answer(refusal)
    sys.stderr.flush()
    os._exit(code)


def _only_python_complains() -> None:
    """Keep what libraries print when they crash off the person's screen: `flows.commands.sql` says it in one line."""
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, encoding="utf-8", errors="backslashreplace")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
