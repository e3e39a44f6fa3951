"""Everything that nightkick does at the same time, each in a process of its own.

    python -m benchmarks.together [--minutes 10] [--seconds N] [--folder FOLDER]

Two importers bring in one small recording after another; a third moves one recording to and fro between two people; a
schedule imports what falls into its inbox; two readers ask in SQL without a pause; two reviewers write numbered
verdicts; others export the published copy, make reports, make backups, and analyse a person's nights again; a shell
keeps the first published copy open all the time. No process may see a lock error or a defect. At the end every verdict
that was acknowledged must be there once, every imported recording too, every check of `nightkick doctor` must hold, and
the last backup must restore.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stderr
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import duckdb

from analytics.said import Review
from analytics.store import Store, back_up, check, initialise, publish, query, restore, write_review
from flows.commands.reanalyse import reanalyse
from flows.commands.report import report
from flows.importing.declared import Wishes
from flows.importing.pipeline import import_run, open_context
from flows.settings.database import WAIT_S
from flows.terminal.options import Chosen
from flows.terminal.values import csv_text
from ingest.clock import microseconds
from ingest.errors import NightkickError, UsageError
from tests.flows.making import tiny

ROOT = Path(__file__).resolve().parents[1]
#: Whose night is there before the others start, for the verdicts; and whose recording changes its person.
JUDGED, MOVED = 99, 98
ROLES = (
    *("import", "import", "move", "serve", "ask", "ask"),
    *("judge", "judge", "export", "report", "back up", "analyse again"),
)
#: Most that a process may need to come to its end after time is up.
LAST_S = WAIT_S + 60
#: Between two runs of the schedule, seconds.
EVERY_S = 60
BACKUP = "backup.zip"


@dataclass(slots=True)
class Told:
    """What one process did: how long each of its acts took, and what went wrong."""

    role: str
    took_s: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def main() -> int:
    """Run everybody, or be one of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seconds", type=float, help="instead of minutes")
    parser.add_argument("--folder", type=Path, help="where to work")
    parser.add_argument("--role", nargs=3, metavar=("ROLE", "NUMBER", "DATABASE"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    seconds = chosen.seconds if chosen.seconds is not None else 60 * chosen.minutes
    if chosen.role:
        role, number, database = chosen.role
        print(json.dumps(asdict(acted(role, int(number), Path(database), seconds))))
        return 0
    with tempfile.TemporaryDirectory(dir=chosen.folder) as temporary:
        os.environ.update(HOME=temporary, XDG_CONFIG_HOME=temporary)  # not the settings of the user
        return together(Store(Path(temporary) / "n.duckdb", wait_s=WAIT_S), seconds)


def together(store: Store, seconds: float) -> int:
    """Start everybody, wait, and judge what they leave behind."""
    initialise(store)
    bring_in(store.path, JUDGED, 0)
    with duckdb.connect(str(publish(store)), read_only=True) as shell:
        roles = [role for role in ROLES if role != "serve" or seconds >= 4 * EVERY_S]  # it needs some runs
        processes = [started(role, number, store, seconds) for number, role in enumerate(roles)]
        said = [process.communicate(timeout=seconds + LAST_S)[0] for process in processes]
        assert shell.execute("SELECT count(*) FROM nights").fetchone() == (1,)
    told = [Told(**json.loads(text)) for text in said]
    for one in told:
        print(
            f"{one.role:13} {len(one.took_s):6} times, median {median(one.took_s):.3f} s, max {max(one.took_s):.3f} s"
        )
    errors = [error for one in told for error in one.errors]
    acknowledged = sum(len(one.took_s) for one in told if one.role == "judge")
    verdicts = query(store, "SELECT count(DISTINCT (reviewer, note)) FROM reviews").item()
    stored = query(store, "SELECT count(*) FROM recording").item()
    brought_in = 1 + sum(len(one.took_s) for one in told if one.role in ("import", "serve"))
    brought_in += any(one.role == "move" for one in told)
    wrong = [finding for finding in check(store) if not finding.ok]
    again = Store(store.path.parent / "restored" / "n.duckdb")
    restore(again, store.path.parent / BACKUP, force=False)
    wrong += [finding for finding in check(again) if not finding.ok and "samples" not in finding.what]
    print(f"{stored} recordings, {verdicts} verdicts")
    print(f"lock errors: {len(errors)}, lost verdicts: {acknowledged - verdicts}")
    print(*errors[:5], *wrong, sep="\n")
    print(f"recordings lost: {brought_in - stored}")
    lost = acknowledged != verdicts or stored != brought_in
    return 1 if errors or wrong or lost else 0


def started(role: str, number: int, store: Store, seconds: float) -> subprocess.Popen[str]:
    """One of them, in a process of its own."""
    who = ["--role", role, str(number), str(store.path)]
    command = [sys.executable, "-m", "benchmarks.together", "--seconds", str(seconds), *who]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def acted(role: str, number: int, database: Path, seconds: float) -> Told:
    """Do what the role does again and again, at least once."""
    told, store = Told(role), Store(database, wait_s=WAIT_S)
    if role == "serve":
        return served(told, database, seconds)
    acts: dict[str, Callable[[int], object]] = {
        "import": lambda turn: bring_in(database, number, turn),
        "ask": lambda turn: query(store, "SELECT n.*, e.label FROM nights n LEFT JOIN events e USING (night_date)"),
        "move": lambda turn: move(database, turn),
        "judge": lambda turn: judge(store, number, turn),
        "export": lambda turn: export(store, turn),
        "report": lambda turn: report_page(store, turn),
        "back up": lambda turn: back_up(store, database.parent / BACKUP, with_samples=False),
        "analyse again": lambda turn: analyse_again(database),
    }
    end_at = time.monotonic() + seconds
    while not told.took_s or time.monotonic() < end_at:
        began = time.monotonic()
        try:
            acts[role](len(told.took_s))
        except NightkickError as error:
            told.errors.append(error.line())
        except Exception as error:  # a defect, which is what this is for
            told.errors.append(f"{role}: defect: {type(error).__name__}: {error}")
        told.took_s.append(time.monotonic() - began)
    return told


def bring_in(database: Path, number: int, turn: int) -> None:
    """Import a recording that no other process has, and publish."""
    start = datetime(2026, 1, 1, 22, tzinfo=UTC) + timedelta(days=turn % 300)
    file = tiny(database.parent / f"in-{number}" / f"{turn}.cwa", start=start, seed=1000 * turn + number)
    context = open_context(Wishes(subject=f"person {number}", site="ankle", tz="UTC"), database=database)
    outcomes = import_run([file], context)
    assert [outcome.status for outcome in outcomes] == ["imported"], outcomes
    file.unlink()


def move(database: Path, turn: int) -> None:
    """Give the same recording to the other of two people, who have another recording in the same night."""
    file = tiny(database.parent / "moved" / "moved.cwa", start=datetime(2026, 1, 3, 22, tzinfo=UTC), seed=77)
    context = open_context(Wishes(subject=f"person {turn % 2}", site="ankle", tz="UTC"), database=database)
    outcomes = import_run([file], context)
    assert [outcome.status for outcome in outcomes] == ["imported"], outcomes


def judge(store: Store, number: int, turn: int) -> None:
    """Append a verdict on a night."""
    night_date, now_us = datetime(2026, 1, 1, tzinfo=UTC).date(), microseconds(datetime.now(UTC))
    write_review(store, Review(f"person {JUDGED}", night_date, "confirm", f"dr {number}", now_us, note=str(turn)))


def analyse_again(database: Path) -> None:
    """Analyse the nights again that get new recordings meanwhile; until the first one the person is not known."""
    try:
        with redirect_stderr(io.StringIO()):
            reanalyse(chosen=Chosen(subject="person 0"), is_all=True, db=database)
    except UsageError as error:
        if not error.what.startswith("nothing is stored of"):
            raise


def served(told: Told, database: Path, seconds: float) -> Told:
    """Serve an inbox every minute with the real program, and put a recording into it now and then."""
    inbox, talk = database.parent / "inbox", database.parent / "schedule.txt"
    inbox.mkdir()
    environment = {**os.environ, "NIGHTKICK_SUBJECT": "inbox", "PREFECT_HOME": str(database.parent / "prefect")}
    command = [
        *(
            sys.executable,
            "-m",
            "flows",
            "schedule",
            "--inbox",
            str(inbox),
            "--cron",
            "* * * * *",
            "--db",
            str(database),
        )
    ]
    with talk.open("w") as written:
        process = subprocess.Popen(command, stderr=written, cwd=ROOT, env=environment, start_new_session=True)
        end_at = time.monotonic() + seconds - 2 * EVERY_S
        while not told.took_s or time.monotonic() < end_at:
            began, turn = time.monotonic(), len(told.took_s)
            start = datetime(2026, 1, 1, 22, tzinfo=UTC) + timedelta(days=turn)
            tiny(inbox / f"{turn}.cwa", start=start, seed=5_000_000 + turn).chmod(0o600)
            told.took_s.append(time.monotonic() - began)
            time.sleep(EVERY_S / 4)
        time.sleep(2 * EVERY_S)
        process.send_signal(signal.SIGINT)
        code = process.wait(LAST_S)
    lines = talk.read_text(encoding="utf-8").splitlines()
    said = [line for line in lines if line.startswith("nightkick:")]
    told.errors += [line for line in said if "interrupted" not in line and "waiting for" not in line]
    told.errors += [] if code == 130 else [f"schedule ended with {code}"]
    return told


def export(store: Store, turn: int) -> None:
    """Write every night from the published copy, and read one table from the database itself."""
    copy = query(Store(store.published, wait_s=store.wait_s), "FROM nights ORDER BY ALL")
    (store.path.parent / f"export-{turn % 3}.csv").write_text(csv_text(copy.columns, copy.to_dicts()))
    query(store, "FROM imports")


def report_page(store: Store, turn: int) -> None:
    """Make the printable page of the night that is judged meanwhile."""
    out = store.path.parent / f"report-{turn % 3}.html"
    with redirect_stderr(io.StringIO()):  # where it says what it wrote
        report("2026-01-01", out=out, subject=f"person {JUDGED}", db=store.path)
    assert out.read_text(encoding="utf-8").rstrip().endswith("</html>")


if __name__ == "__main__":
    sys.exit(main())
