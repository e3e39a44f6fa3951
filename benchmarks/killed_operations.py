"""The operations that `benchmarks.killed` kills: what each starts from, how it is started, what must hold of it."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from analytics.said import JournalEntry, Review
from analytics.simulate import write_nights
from analytics.store import (
    Store,
    back_up,
    frames,
    publish,
    restore,
    reviews_of,
    write_journal,
    write_review,
)
from analytics.store.database.steps import known_migrations
from flows.importing.declared import Wishes
from flows.importing.pipeline import import_run, open_context
from tests.analytics.store.aging import aged
from tests.flows.killing import rows
from tests.flows.making import tiny

DATABASE, BACKUP, ACKNOWLEDGED = "n.duckdb", "backup.zip", "acknowledged.txt"
PEOPLE = ("anna", "bert", "carl")

WRITE_VERDICTS = f"""
import sys
from datetime import date
from pathlib import Path
from analytics.said import Review
from analytics.store import Store, write_review
said = open("{ACKNOWLEDGED}", "a")
for number in range(40):
    write_review(Store(Path("{DATABASE}").absolute()),
                 Review("anna", date(2026, 1, 5), "confirm", "dr", 1_800_000_000_000_000 + number, note=str(number)))
    said.write(f"{{number}}\\n")
    said.flush()
"""
PUBLISH = f"""
from pathlib import Path
from analytics.store import Store, publish
for _ in range(5):
    publish(Store(Path("{DATABASE}").absolute()))
"""


UPGRADE = f"""
from pathlib import Path
from analytics.store import Store, initialise
initialise(Store(Path("{DATABASE}").absolute()))
"""


def nothing_more(here: Path, left: str) -> None:
    """Rows and checks say all there is to say."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that writes.

    Attributes
    ----------
    command : callable
        What Python is started with, in a folder.
    prepare : callable
        Turns a copy of the common folder into what this operation starts from.
    holds : callable
        Raises where something must not be so: told the folder, and whether the rows are as "before", as "after",
        "between", or the operation "finished".
    is_one_step : bool
        It is done wholly or not at all.
    grows : tuple of str
        Tables that get new rows with every run.
    finished_by : callable or None
        What Python is started with where the rows are as after, if the operation itself would be refused then.
    is_checked : bool
        Whether `nightkick doctor` finds nothing before and after: an older database lacks what was not kept then.
    """

    name: str
    command: Callable[[Path], list[str]]
    prepare: Callable[[Path], None] = lambda here: None
    holds: Callable[[Path, str], None] = nothing_more
    is_one_step: bool = False
    grows: tuple[str, ...] = ()
    is_checked: bool = True
    environment: Mapping[str, str] = field(default_factory=dict)
    database: str = DATABASE
    finished_by: Callable[[Path], list[str]] | None = None


def make_template(operation: Operation, folder: Path) -> None:
    """The folder from which every run of an operation starts."""
    base = folder.parents[1] / "base"
    if not base.exists():
        _make_base(base)
    shutil.copytree(base, folder)
    operation.prepare(folder)


def _make_base(folder: Path) -> None:
    """Three people with a night each, one of them with movements, reviews and a journal; and two nights to come."""
    store = Store(folder / DATABASE)
    write_nights(folder / "sim", nights=1, profile="plmd", rate_hz=12.5, file_format="cwa", seed=1, legs="left")
    (simulated,) = (folder / "sim").glob("*.cwa")
    _import(store, simulated, "anna")
    for number, subject in enumerate(PEOPLE):
        _import(store, tiny(folder / "done" / f"{subject}.cwa", start=_evening(5), seed=number), subject)
        write_review(store, Review(subject, date(2026, 1, 5), "unsure", "dr", 1_700_000_000_000_000, note="of before"))
        write_journal(store, [JournalEntry(subject, date(2026, 1, 5), "caffeine", 2.0, None)])
    for day in (6, 7, 8):
        tiny(folder / "new" / f"{day}.cwa", start=_evening(day), seed=day)
    publish(store)
    back_up(store, folder / BACKUP, with_samples=True)


def _import(store: Store, path: Path, subject: str) -> None:
    context = open_context(Wishes(subject=subject, site="ankle", tz="UTC"), database=store.path)
    assert [outcome.status for outcome in import_run([path], context)] == ["imported"]


def _evening(day: int) -> datetime:
    return datetime(2026, 1, day, 22, tzinfo=UTC)


def _flows(*arguments: str) -> Callable[[Path], list[str]]:
    return lambda here: ["-m", "flows", *arguments, "--db", str(here / DATABASE)]


def _code(text: str) -> Callable[[Path], list[str]]:
    return lambda here: ["-c", text]


def _every_verdict(here: Path, left: str) -> None:
    """What was acknowledged is stored, each once."""
    acknowledged = (here / ACKNOWLEDGED).read_text().split() if (here / ACKNOWLEDGED).exists() else []
    (found,) = frames(Store(here / DATABASE), ("SELECT note FROM review_entry WHERE reviewer = 'dr'", ()))
    stored = found["note"].to_list()
    assert all(number in stored for number in acknowledged), "an acknowledged verdict is lost"
    assert stored.count("of before") == len(PEOPLE)


def _backup_is_whole(here: Path, left: str) -> None:
    """The older backup or the new one, never half of one, and it comes back."""
    with zipfile.ZipFile(here / BACKUP) as archive:
        assert archive.testzip() is None
    again = Store(here.parent / "restored" / DATABASE)
    shutil.rmtree(again.path.parent, ignore_errors=True)
    again.path.parent.mkdir()
    restore(again, here / BACKUP, force=False)
    assert rows(again.path) == rows(here / DATABASE)


def _more_reviews(here: Path) -> None:
    """What only the present database has, and a restore must keep beside."""
    store = Store(here / DATABASE)
    write_review(store, Review("anna", date(2026, 1, 5), "confirm", "dr", 1_700_000_000_000_001, note="since then"))
    publish(store)


def _both_are_kept(here: Path, left: str) -> None:
    """The replaced database is there with the review that the backup does not have, unless nothing was replaced."""
    databases = [path for path in here.glob("*.duckdb") if ".published" not in path.name]
    notes = [{review.note for review in reviews_of(Store(path), "anna")} for path in databases]
    assert any("since then" in of for of in notes), "the review that only the replaced database had is lost"


def _published_is_whole(here: Path, left: str) -> None:
    store = Store(here / DATABASE)
    assert rows(store.published) == rows(store.path)


def _no_longer_there(here: Path, left: str) -> None:
    """Of who was forgotten nothing is left once it is done; the others have everything at any time."""
    store = Store(here / DATABASE)
    for subject in PEOPLE[1:]:
        assert len(reviews_of(store, subject)) == 1
    if left == "finished":
        for path in here.rglob("*.duckdb"):
            assert b"anna" not in path.read_bytes(), path


def _older(step: int) -> Callable[[Path], None]:
    """The same database as it was when the last step was ``step``."""

    def prepare(here: Path) -> None:
        current = here / DATABASE
        current.rename(here / "current")
        aged(here / "current", current, step)
        (here / "current").unlink()

    return prepare


OPERATIONS = (
    Operation("import", _flows("import", "new", "--subject", "anna", "--site", "ankle", "--tz", "UTC")),
    Operation(
        "import --flow", _flows("import", "new", "--flow", "--subject", "anna", "--site", "ankle", "--tz", "UTC")
    ),
    Operation("reanalyse", _flows("reanalyse"), environment={"NIGHTKICK_CRITERIA__FLAGS__PLMS_INDEX_ADULT": "7"}),
    Operation("verdicts", _code(WRITE_VERDICTS), holds=_every_verdict, grows=("review_entry",)),
    Operation("backup", _flows("backup", BACKUP, "--with-recordings"), holds=_backup_is_whole),
    Operation(
        "restore",
        _flows("restore", BACKUP, "--force"),
        prepare=_more_reviews,
        holds=_both_are_kept,
        is_one_step=True,
    ),
    Operation("publish", _code(PUBLISH), holds=_published_is_whole),
    Operation(
        "forget",
        _flows("forget", "--subject", "anna", "--yes"),
        holds=_no_longer_there,
        is_one_step=True,
        finished_by=_flows("doctor", "--repair"),
    ),
    *(
        Operation(
            f"step {step.version}",
            _code(UPGRADE),
            prepare=_older(step.version - 1),
            is_one_step=True,
            is_checked=False,
        )
        for step in known_migrations()[1:]
    ),
)
