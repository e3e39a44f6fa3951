"""Whoever does the work, the database is the same; and a worker that dies takes nothing with it."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from analytics.store import Store, query
from flows.importing.declared import Wishes
from flows.importing.outcomes import Outcome
from flows.importing.pipeline import import_run, open_context
from flows.settings.settings import load
from flows.workers.processes import ProcessWorkers
from flows.workers.workers import HereWorkers, is_much_to_read, side_by_side, workers_for
from ingest.errors import StoreError, UnknownFormatError, UsageError, WorkerLostError
from tests.analytics.store.making import contents
from tests.flows.conftest import Run
from tests.flows.making import BEDTIME, tiny

DAY = timedelta(days=1)


def die_unless_there(path: Path) -> str:
    """Dies the first time, in whatever process it is."""
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(path: Path) -> None:
    raise UnknownFormatError("not one of ours", path=path, hint="none")


@pytest.fixture
def processes() -> Iterator[ProcessWorkers]:
    with ProcessWorkers(2, threads_each=1) as workers:
        yield workers


def recordings(folder: Path) -> Path:
    """Two legs of one night, a copy of one, another night, a recording across noon, and what is none."""
    tiny(folder / "a-left.cwa", seed=1)
    tiny(folder / "b-right.csv", seed=2, start=BEDTIME + timedelta(minutes=1))
    shutil.copy(folder / "a-left.cwa", folder / "c-copy.cwa")
    tiny(folder / "d-across-noon.csv", seed=3, start=BEDTIME.replace(hour=11, minute=58) + DAY, minutes=5)
    tiny(folder / "e-next.cwa", seed=4, start=BEDTIME + DAY)
    (folder / "f-empty.cwa").touch()
    (folder / "g.zip").write_bytes(b"PK no archive")
    shutil.make_archive(str(folder / "h"), "zip", folder, "a-left.cwa")
    return folder


def imported(folder: Path, db: Path) -> tuple[Outcome, ...]:
    return import_run([folder], open_context(Wishes(tz="UTC", site="ankle"), database=db))


def rows(db: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, but for the times at which the program itself ran."""
    found = contents(db)
    found["import_attempt"] = query(
        Store(db), "SELECT * EXCLUDE (started_at, finished_at) FROM import_attempt ORDER BY ALL"
    ).rows()
    return {table: rows for table, rows in found.items() if table != "schema_migration"}


def samples(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*recordings/*")}


def told(outcomes: tuple[Outcome, ...]) -> list[tuple[object, ...]]:
    return [(o.path, o.status, o.sha256, o.nights, o.warnings, o.error) for o in outcomes]


@pytest.mark.first_case
@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_any_number_of_workers_leaves_the_database_of_one(
    executor: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = recordings(Path("in"))
    alone = told(imported(folder, tmp_path / "alone" / "n.duckdb"))
    monkeypatch.setenv("NIGHTKICK_EXECUTOR", executor)
    monkeypatch.setenv("NIGHTKICK_WORKERS", "2")
    together = told(imported(folder, tmp_path / "together" / "n.duckdb"))
    assert [status for _, status, *_ in alone].count("imported") == 4
    assert together == alone
    assert rows(tmp_path / "together" / "n.duckdb") == rows(tmp_path / "alone" / "n.duckdb")
    assert samples(tmp_path / "together") == samples(tmp_path / "alone")


def test_a_killed_process_costs_only_one_more_try(processes: ProcessWorkers, tmp_path: Path) -> None:
    assert processes.run(die_unless_there, tmp_path / "seen") == "done"
    assert processes.run(os.getpid) != os.getpid()


def test_work_that_kills_every_process_is_given_up_and_the_next_is_done(processes: ProcessWorkers) -> None:
    with pytest.raises(WorkerLostError, match="died"):
        processes.run(die)
    assert processes.run(max, 1, 2) == 2


def test_an_error_of_the_work_arrives_as_it_is(processes: ProcessWorkers) -> None:
    with pytest.raises(UnknownFormatError) as caught:
        processes.run(refuse, Path("a.cwa"))
    assert caught.value.line() == "a.cwa: not one of ours (none)"


@pytest.mark.parametrize("said", [None, "7"])
def test_a_process_learns_how_many_threads_it_may_use_before_it_imports_anything(
    said: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POLARS_MAX_THREADS", raising=False)
    if said:
        monkeypatch.setenv("POLARS_MAX_THREADS", said)
    with ProcessWorkers(1, threads_each=3) as workers:
        assert workers.run(pl.thread_pool_size) == int(said or 3)
    assert os.environ.get("POLARS_MAX_THREADS") == said


def test_stopped_processes_die_at_once_and_take_no_more_work(processes: ProcessWorkers) -> None:
    errors: list[Exception] = []

    def sleep() -> None:
        try:
            processes.run(time.sleep, 100)
        except StoreError as error:
            errors.append(error)

    waiting = threading.Thread(target=sleep)
    waiting.start()
    processes.run(os.getpid)  # by now the other one sleeps, or is about to
    processes.stop()
    waiting.join(30)
    assert "has ended" in str(errors[0])
    with pytest.raises(StoreError, match="has ended"):
        processes.run(os.getpid)


def test_threads_do_no_more_than_so_many_at_once_and_nothing_after_the_end() -> None:
    workers = HereWorkers(2)
    inside: list[int] = []
    most: list[int] = []

    def work(_: int) -> None:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.01)
        inside.pop()

    list(side_by_side(lambda n: workers.run(work, n), range(20), lanes=6, stop=workers.stop))
    assert max(most) == 2
    workers.stop()
    with pytest.raises(StoreError, match="has ended"):
        workers.run(work, 1)


def test_results_come_in_order_and_an_error_ends_what_is_underway() -> None:
    stopped = threading.Event()

    def work(n: int) -> int:
        if n == 3:
            raise ValueError("three")
        if n > 3:
            stopped.wait(30)
        return n

    coming = side_by_side(work, range(100), lanes=4, stop=stopped.set)
    assert [next(coming) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(coming)
    assert stopped.is_set()


@pytest.mark.parametrize(
    ("sizes", "count"),
    [([], 1), ([9_000_000], 1), ([9_000_000, 1000], 1), ([4_000_000] * 2, 2), ([499_999] * 90, 1), ([500_000] * 9, 2)],
)
def test_without_a_wish_processes_are_for_work_enough_for_two(
    sizes: list[int], count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NIGHTKICK_WORKERS", "2")
    files = [tmp_path / f"{number}.cwa" for number, _ in enumerate(sizes)]
    for file, size in zip(files, sizes, strict=True):
        with file.open("wb") as stream:
            stream.truncate(size)
    is_much = is_much_to_read([*files, tmp_path / "missing"])
    with workers_for(Store(tmp_path / "n.duckdb"), load(), is_much=is_much) as workers:
        assert workers.count == count


def test_a_cluster_without_an_address_is_refused_before_anything_is_imported(run: Run, tmp_path: Path) -> None:
    Path("nightkick.toml").write_text('executor = "dask"\n')
    said = run("import", tiny(Path("a.csv")), "--db", tmp_path / "n.duckdb")
    assert (said.code, said.out) == (2, "")
    assert "dask_scheduler" in said.err
    assert query(Store(tmp_path / "n.duckdb"), "SELECT count(*) FROM recording").item() == 0


@pytest.mark.parametrize("text", ['executor = "ray"', "workers = 0", 'dask_scheduler = "localhost:8786"'])
def test_settings_that_make_no_sense_are_refused(text: str) -> None:
    Path("nightkick.toml").write_text(text + "\n")
    with pytest.raises(UsageError, match=text.split(" ", 1)[0]):
        load()
