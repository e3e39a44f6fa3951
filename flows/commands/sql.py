"""``nightkick sql``: one statement that reads, in a process of its own.

A statement can end the process that runs it: by a crash in DuckDB, an endless call, memory without bounds. So
`flows.workers.sql_child` runs it and prints the answer, and this process only starts it, looks at the clock, and turns
each of its ends into a line and a number. It loads neither DuckDB nor polars, so that both together start as fast as
one.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from analytics.store.statements.limits import BEGAN, LONGEST_S, too_long
from flows.terminal.exit_codes import ExitCode
from flows.terminal.options import FOR_PEOPLE, Database, JsonOrCsv, at_most_one
from ingest.errors import QueryRefusedError

if TYPE_CHECKING:
    from flows.terminal.values import Shape

#: Run by a Python of the same kind. `-P` and the folder at the end: nothing is imported from where the person stands.
#: To look for cycles while modules load, and to take the process apart at its end, would take as long as the answer.
_START = """
import gc, os, sys
gc.disable()
sys.path.append(sys.argv[1])
from flows.workers.sql_child import main
os._exit(main(int(sys.argv[2])))
"""


def sql(query: str, /, *, db: Database = None, form: JsonOrCsv = FOR_PEOPLE, parquet: Path | None = None) -> ExitCode:
    """Ask the database: one statement that reads. It cannot write, attach, or touch files.

    Parameters
    ----------
    query
        SQL, such as "select night_date, plms_index, flags from nights order by night_date".
    parquet
        Write the rows to this file instead.
    """
    at_most_one({"--json": form.as_json, "--csv": form.as_csv, "--parquet": parquet is not None})
    return run_statement(query, database=db, shape=form.shape(), parquet=parquet)


def run_statement(
    statement: str, *, database: Path | None, shape: Shape, parquet: Path | None, longest_s: float | None = None
) -> ExitCode:
    """Run a statement in a process of its own and print its rows, or write them to ``parquet``.

    Parameters
    ----------
    database : Path or None
        None: that of the settings.
    shape : Shape
        How rows are printed.
    parquet : Path or None
        The file for the rows; None prints them.
    longest_s : float or None
        Seconds that the statement may take; None: `LONGEST_S`.

    Raises
    ------
    QueryRefusedError
        The statement took too long, or ended the process that ran it.
    """
    request = {
        "statement": statement,
        "database": None if database is None else str(database),
        "shape": shape,
        "parquet": None if parquet is None else str(parquet),
    }
    sys.stdout.flush()
    told, tell = os.pipe()
    try:
        process = _started(tell)
        os.close(tell)
        with process:
            try:
                return _outcome(process, request, told, longest_s)
            finally:
                _end(process)
    finally:
        os.close(told)


def _started(tell: int) -> subprocess.Popen[bytes]:
    root = Path(__file__).resolve().parents[2]
    development = ["-X", "dev"] if sys.flags.dev_mode else []
    return subprocess.Popen(
        [sys.executable, "-P", *development, "-c", _START, str(root), str(tell)],
        env=dict(os.environ),  # readline, once loaded, tells a width to children alone, in a pipe too
        stdin=subprocess.PIPE,  # held open: its end tells that this process is gone
        pass_fds=[tell],
        start_new_session=True,  # Ctrl-C comes here alone, and all that it starts can be ended together
    )


def _outcome(process: subprocess.Popen[bytes], request: object, told: int, longest_s: float | None) -> ExitCode:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it ended already; how, the next lines tell
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
    if os.read(told, 1) == BEGAN:
        longest_s = LONGEST_S if longest_s is None else longest_s
        if not select.select([told], [], [], longest_s)[0]:
            raise too_long(longest_s)
    code = process.wait()
    if code < 0:
        raise _crashed(-code)
    return ExitCode(code)


def _crashed(number: int) -> QueryRefusedError:
    if number == signal.SIGKILL:  # not by us: by the system, most likely
        return QueryRefusedError("the process that ran it was killed", hint="is there memory enough? ask for less")
    name = signal.Signals(number).name if number in {*signal.Signals} else f"signal {number}"
    return QueryRefusedError(
        f"the process that ran it crashed ({name}); the database is unharmed", hint="ask in another way"
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Whatever it is doing, it can have changed nothing."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
