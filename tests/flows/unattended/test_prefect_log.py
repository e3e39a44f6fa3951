"""What a run shows of its files in Prefect: a line a file, once, with the right level, and a state for its task."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from flows.importing.outcomes import Outcome
from flows.unattended.prefect_log import RunLog, task_state

INBOX = Path("/data/anna/nights")
GOOD = Outcome(INBOX / "leg/good.cwa", "imported", 0)
EMPTY = Outcome(INBOX / "empty.cwa", "refused", 0, error=f"{INBOX}/empty.cwa: the file is empty (copy it again)")
BROKEN = Outcome(INBOX / "broken.cwa", "failed", 0, error=f"{INBOX}/broken.cwa: damaged, unlike {INBOX}/leg/good.cwa")
FOREIGN = Outcome(Path("/mnt/ben/secret/link.cwa"), "failed", 0, error="/mnt/ben/secret/link.cwa: cannot be read")


class Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((record.levelname, record.getMessage()))


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """Hears what Prefect's handler would have sent."""
    handler = Heard()
    RunLog(None, may_tell=True)  # which sets the logger up
    monkeypatch.setattr(logging.getLogger("nightkick.run"), "handlers", [handler])
    return handler


def test_a_file_is_a_line_with_its_reason_and_the_level_of_what_became_of_it(heard: Heard) -> None:
    log = RunLog(INBOX, may_tell=True)
    log.hear([GOOD, EMPTY, BROKEN])
    assert heard.lines == [
        ("INFO", "leg/good.cwa: imported: no night with movement beside it yet"),
        ("WARNING", "empty.cwa: refused: the file is empty (copy it again)"),
        ("ERROR", "broken.cwa: failed: damaged, unlike leg/good.cwa"),
    ]


def test_no_line_comes_twice(heard: Heard) -> None:
    log = RunLog(INBOX, may_tell=True)
    log.hear([EMPTY])
    log.hear([EMPTY])
    log.tell_rest([EMPTY, GOOD])
    assert [line.partition(":")[0] for _, line in heard.lines] == ["empty.cwa", "leg/good.cwa"]


def test_of_a_file_outside_the_inbox_the_name_alone_is_told(heard: Heard) -> None:
    RunLog(INBOX, may_tell=True).hear([FOREIGN])
    assert heard.lines == [("ERROR", "link.cwa: failed: cannot be read")]


def test_a_server_that_may_not_know_names_gets_counts(heard: Heard) -> None:
    log = RunLog(INBOX, may_tell=False)
    log.hear([GOOD, EMPTY, BROKEN])
    log.say(logging.ERROR, "the archive of anna is full")
    log.counts("1 imported, 0 known, 1 refused, 1 failed")
    assert heard.lines == [("INFO", "1 imported, 0 known, 1 refused, 1 failed")]
    assert task_state([EMPTY], log).message == "0 imported, 0 known, 1 refused, 0 failed"


def test_the_log_goes_to_prefect_alone_so_that_stderr_does_not_say_it_twice(capfd: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("nightkick.run")
    RunLog(INBOX, may_tell=True)
    RunLog(INBOX, may_tell=True)
    ours = [name for handler in logger.handlers if (name := type(handler).__name__) != "LogCaptureHandler"]  # pytest's
    assert (ours, logger.propagate) == (["APILogHandler"], False)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("outcomes", "name", "message"),
    [
        ([GOOD], "Completed", "leg/good.cwa: imported: no night with movement beside it yet"),
        ([GOOD, EMPTY], "Refused", "empty.cwa: refused: the file is empty (copy it again)"),
        ([EMPTY, BROKEN, GOOD], "Failed", "broken.cwa: failed: damaged, unlike leg/good.cwa"),
    ],
)
def test_the_state_of_a_task_is_that_of_its_worst_file(outcomes: list[Outcome], name: str, message: str) -> None:
    state = task_state(outcomes, RunLog(INBOX, may_tell=True))
    assert (state.name, state.message) == (name, message)


def test_prefect_paints_what_is_stored_what_was_refused_and_what_failed_in_three_colours() -> None:
    """It paints by the type of a state, whatever its name."""
    log = RunLog(INBOX, may_tell=True)
    types = [task_state([outcome], log).type.value for outcome in (GOOD, EMPTY, BROKEN)]
    assert types == ["COMPLETED", "CANCELLED", "FAILED"]


def test_of_many_refused_files_of_a_task_three_are_named() -> None:
    many = [Outcome(INBOX / f"{n}.cwa", "refused", 0, error=f"{INBOX}/{n}.cwa: empty") for n in range(5)]
    state = task_state(many, RunLog(INBOX, may_tell=True))
    assert state.message == "0.cwa: refused: empty; 1.cwa: refused: empty; 2.cwa: refused: empty; and 2 more"


@pytest.mark.usefixtures("heard")
def test_how_far_a_run_came_counts_a_file_that_is_tried_again_once() -> None:
    log = RunLog(INBOX, may_tell=True)
    assert log.how_far() == "no file was looked at"
    log.expect(3)
    log.hear([GOOD])
    log.hear([EMPTY])
    log.expect(1)
    assert log.how_far() == "2 of 3 files done"
