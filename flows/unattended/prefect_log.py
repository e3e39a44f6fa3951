"""What a run shows of its files in Prefect, beside its page: lines in its log, and the states of its tasks.

A line a file, once: a file that is tried again and fails in the same way is not told of again. The lines go to Prefect
alone, since `flows.terminal.talk` says them on stderr. Paths are those below the inbox; of a file elsewhere its name. A
server that may not know names gets counts (`flows.unattended.withholding`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect.client.schemas.objects import State
from prefect.exceptions import FailedRun
from prefect.logging.handlers import APILogHandler
from prefect.states import Cancelled, Completed, Failed

from flows.importing.outcomes import Outcome
from flows.importing.telling import summary
from flows.unattended.prefect_artifact import NAMED, below, line_of
from ingest.errors import visible

LEVELS = {"refused": logging.WARNING, "failed": logging.ERROR}


def _logger() -> logging.Logger:
    """A logger of our own: those of Prefect write to stderr too, and are silent in a schedule."""
    logger = logging.getLogger("nightkick.run")
    if not logger.handlers:
        logger.addHandler(APILogHandler())
        logger.setLevel(logging.INFO)
        logger.propagate = False
        for name in ("prefect.flow_runs", "prefect.task_runs", "prefect.engine"):
            logging.getLogger(name).addFilter(_is_no_echo)
    return logger


def _is_no_echo(record: logging.LogRecord) -> bool:
    """Whether a line of Prefect's engine is not about the end of a run: its words stand in a line of ours.

    Of a run that ended as failed, without an exception, a worker's process tells with a traceback of Prefect alone.
    """
    is_ending = str(record.msg).startswith("Finished in state")
    return not is_ending and not (record.exc_info and isinstance(record.exc_info[1], FailedRun))


class RunLog:
    """The log of one run; how far it came is counted here too.

    Parameters
    ----------
    inbox : Path or None
        Absolute; None where there is none, so that files are called by their names.
    may_tell : bool
        Whether the server may know names and reasons.
    """

    def __init__(self, inbox: Path | None, *, may_tell: bool) -> None:
        self.inbox, self.may_tell = inbox, may_tell
        self.n_files = self.n_done = 0
        self._told: set[str] = set()
        self._guard = threading.Lock()
        self._logger = _logger()

    def expect(self, n_files: int) -> None:
        """So many files are to be looked at. Those that are tried once more are no others."""
        self.n_files = max(self.n_files, n_files)

    def hear(self, outcomes: Sequence[Outcome]) -> None:
        """Tell of files that are done, in the task or the flow that this is called from."""
        with self._guard:
            self.n_done = min(self.n_done + 1, self.n_files)
        self.tell_rest(outcomes)

    def tell_rest(self, outcomes: Sequence[Outcome]) -> None:
        """Tell of those that no task had."""
        for outcome in outcomes if self.may_tell else ():
            self._once(level_of(outcome), line_of(outcome, self.inbox))

    def say(self, level: int, line: str) -> None:
        """Tell of the run itself; nothing to a server that may not know its words."""
        if self.may_tell:
            self._once(level, below(line, self.inbox))

    def counts(self, words: str) -> None:
        """What every server may know."""
        self._once(logging.INFO, words)

    def how_far(self) -> str:
        """How many of how many files were done."""
        return f"{self.n_done} of {self.n_files} files done" if self.n_files else "no file was looked at"

    def _once(self, level: int, line: str) -> None:
        with self._guard:
            is_new = line not in self._told
            self._told.add(line)
        if is_new:
            self._logger.log(level, "%s", visible(line))


def level_of(outcome: Outcome) -> int:
    """How a line about it is marked: refused is a warning, failed an error, and what was used in part a warning."""
    return LEVELS.get(outcome.status, logging.INFO if outcome.lost is None else logging.WARNING)


def task_state(outcomes: Sequence[Outcome], log: RunLog) -> State[Any]:
    """How a task ended, seen from its files: one that failed, one that was refused, or all well.

    Prefect paints a state by its type, whatever its name. Refused is of the type of what was called off: grey, beside
    the green of what is stored and the red of what failed.
    """
    statuses = {outcome.status for outcome in outcomes}
    worst = next((status for status in ("failed", "refused") if status in statuses), None)
    told = [outcome for outcome in outcomes if worst is None or outcome.status == worst]
    lines = [line_of(outcome, log.inbox) for outcome in told[:NAMED]]
    more = [f"and {len(told) - NAMED} more"] if len(told) > NAMED else []
    message = visible("; ".join([*lines, *more])) if log.may_tell else summary(outcomes)
    if worst == "failed":
        return Failed(message=message)
    return Cancelled(message=message, name="Refused") if worst else Completed(message=message)
