"""What one run tells: files that could not be used, runs that were missed, and no silence in a run that brings a night.

And a run over a range of evenings, which does again what was done.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from analytics.store import NO_DATA, Store, query
from flows import __version__
from flows.importing.declared import Wishes
from flows.importing.pipeline import open_context
from flows.settings.default_folders import schedule_folder
from flows.unattended import inbox, inbox_run
from flows.unattended.inbox_run import Visit, visit
from flows.unattended.missed_runs import Missed
from flows.unattended.news import MOST_KEPT, Item, keep_news, kept_news
from ingest.errors import UnreadableFileError, UsageError
from tests.flows.making import tiny

FOLDER = Path("inbox")
STORE = Store(Path("n.duckdb"))
LATE = Missed(datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 1, 8, tzinfo=UTC))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """No waiting, and an empty inbox; who is told keeps every message."""
    monkeypatch.setattr(inbox, "LOOK_AGAIN_S", 0.0)
    monkeypatch.setattr(inbox, "SETTLED_S", 0.0)
    monkeypatch.setattr(inbox_run, "RETRY_PAUSES_S", (0.0,))
    FOLDER.mkdir()
    listens("open('told', 'a').write(sys.stdin.read() + chr(0))")


def listens(script: str) -> None:
    hook = [sys.executable, "-c", f"import sys; {script}"]
    Path("nightkick.toml").write_text(f"[notify]\ncommand = {json.dumps(hook)}\n", encoding="utf-8")


def come_by(**wishes: Any) -> Visit:
    return visit(FOLDER.absolute(), open_context(Wishes(), database="n.duckdb"), **wishes)


def told() -> list[dict[str, Any]]:
    """Every message so far, forgotten when it is asked for."""
    path = Path("told")
    messages = path.read_text(encoding="utf-8").split("\0")[:-1] if path.exists() else []
    path.unlink(missing_ok=True)
    return [json.loads(text) for text in messages]


def test_a_file_that_is_refused_is_told_once_with_its_reason() -> None:
    (FOLDER / "empty.cwa").touch()
    come_by()
    (message,) = told()
    ((path, reason),) = [(row["path"], row["reason"]) for row in message["refused"]]
    assert (Path(path).name, "the file is empty" in reason) == ("empty.cwa", True)
    come_by()
    (FOLDER / "empty.cwa").unlink()
    (FOLDER / "empty.cwa").touch()  # another file, refused as before
    come_by()
    assert told() == []


def test_a_file_that_cannot_be_read_is_told_once_however_often_it_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    (FOLDER / "a.cwa").write_bytes(b"MD" + b"\0" * 2000)
    monkeypatch.setattr("flows.importing.pipeline._content_hash", _unreadable)
    come_by()
    (message,) = told()
    assert [Path(row["path"]).name for row in message["failed"]] == ["a.cwa"]
    come_by()
    assert told() == []


def _unreadable(path: Path, _context: object) -> str:
    raise UnreadableFileError("the share hiccups", path=path, hint="try again")


def test_a_schedule_that_did_not_run_is_told_and_said() -> None:
    found = come_by(late=LATE)
    (message,) = told()
    assert message["missed"] == [{"due": LATE.due_at.astimezone().isoformat(), "reason": LATE.reason}]
    assert LATE.reason in found.summary()


def test_what_could_not_be_told_is_told_with_the_next_run_and_not_after_it() -> None:
    listens("sys.exit('not today')")
    (FOLDER / "empty.cwa").touch()
    found = come_by(late=LATE)
    assert any("could not be told" in problem for problem in found.problems)
    kept = schedule_folder(Store(Path("n.duckdb").absolute()).path) / "untold.json"
    assert kept.stat().st_mode & 0o077 == 0
    listens("open('told', 'a').write(sys.stdin.read() + chr(0))")
    come_by()
    (message,) = told()
    assert (len(message["missed"]), len(message["refused"])) == (1, 1)
    assert not kept.exists()
    come_by()
    assert told() == []


def test_only_the_newest_of_what_cannot_be_told_are_kept_and_a_damaged_list_is_none() -> None:
    store = Store(Path("n.duckdb").absolute())
    items = [Item("refused", f"{i}", "no") for i in range(MOST_KEPT + 1)]
    assert keep_news(store, items) is None
    assert [kept_news(store)[0].what, len(kept_news(store))] == ["1", MOST_KEPT]
    (schedule_folder(store.path) / "untold.json").write_text("[[1]]", encoding="utf-8")
    assert kept_news(store) == ()


def test_a_run_that_brings_a_night_does_not_say_that_nothing_has_come() -> None:
    tiny(FOLDER / "a.csv")  # a night of months ago
    found = come_by()
    assert [o.status for o in found.outcomes] == ["imported"]
    assert NO_DATA not in {notice.about for notice in found.notices}
    assert "has come since" not in found.summary()
    assert [notice.about for notice in come_by().notices] == [NO_DATA]
    assert [row["last_night"] for message in told() for row in message["no_data"]] == ["2026-03-02"]


@pytest.mark.slow
def test_a_range_of_evenings_is_done_again() -> None:
    tiny(FOLDER / "a.csv")
    (FOLDER / "empty.cwa").touch()
    come_by()
    with duckdb.connect("n.duckdb") as con:
        con.execute("UPDATE night SET version = 'before'")
    versions = "SELECT version FROM night"
    elsewhere = come_by(since=date(2026, 3, 3), until=date(2026, 3, 4))
    assert (elsewhere.n_again, query(STORE, versions).item()) == (0, "before")
    again = come_by(since=date(2026, 3, 2), until=date(2026, 3, 2))
    assert "1 analysed again" in again.summary()
    assert sorted(o.status for o in again.outcomes) == ["known", "refused"]
    assert query(STORE, versions).item() == __version__
    assert come_by(until=date(2026, 3, 2)).n_again == 1


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(UsageError, match="2026-03-03 lies after until 2026-03-02"):
        come_by(since=date(2026, 3, 3), until=date(2026, 3, 2))
