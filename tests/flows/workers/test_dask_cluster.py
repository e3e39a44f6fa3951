"""On a Dask cluster of separate worker processes: the same database, and a killed worker loses nothing."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from flows.importing.declared import Wishes
from flows.importing.pipeline import import_run, open_context
from ingest.errors import UsageError
from tests.flows.conftest import Run
from tests.flows.making import BEDTIME, tiny
from tests.flows.unattended.serving import environment
from tests.flows.workers.clusters import Cluster, local_cluster
from tests.flows.workers.test_workers import imported, recordings, rows, samples, told

pytest.importorskip("distributed", reason="Dask is not installed; it is the extra nightkick[dask]")
# Dask's own, when a client or a killed worker goes.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


#: Imports as a flow, with a Prefect server that the cluster's workers reach.
FLOW = """
import sys
from pathlib import Path
from flows.unattended.prefect_environment import prepare_prefect, run_flow
from flows.unattended.prefect_server import prefect_server
from flows.importing.declared import Wishes

prepare_prefect()
with prefect_server():
    outcomes = run_flow([Path("in")], Wishes(site="ankle", tz="UTC"), database=Path(sys.argv[1]))
print(*(outcome.status for outcome in outcomes))
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with local_cluster(tmp_path_factory.mktemp("cluster"), n_workers=3) as found:
        yield found


@pytest.fixture
def by_cluster(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("NIGHTKICK_EXECUTOR", "dask")
    monkeypatch.setenv("NIGHTKICK_DASK_SCHEDULER", cluster.address)
    return cluster


@pytest.mark.slow
def test_a_cluster_leaves_the_database_of_one_process(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = recordings(Path("in"))
    alone = told(imported(folder, tmp_path / "alone" / "n.duckdb"))
    monkeypatch.setenv("NIGHTKICK_EXECUTOR", "dask")
    monkeypatch.setenv("NIGHTKICK_DASK_SCHEDULER", cluster.address)
    assert told(imported(folder, tmp_path / "together" / "n.duckdb")) == alone
    assert rows(tmp_path / "together" / "n.duckdb") == rows(tmp_path / "alone" / "n.duckdb")
    assert samples(tmp_path / "together") == samples(tmp_path / "alone")


@pytest.mark.slow
@pytest.mark.prefect
def test_the_flow_on_a_cluster_leaves_the_database_of_one_process(
    cluster: Cluster, home: Path, tmp_path: Path, with_records: Callable[[Path], None]
) -> None:
    with_records(home / "nightkick" / "prefect")
    alone = told(imported(recordings(Path("in")), tmp_path / "alone" / "n.duckdb"))
    ours = {"NIGHTKICK_EXECUTOR": "dask", "NIGHTKICK_DASK_SCHEDULER": cluster.address}
    done = subprocess.run(
        [sys.executable, "-c", FLOW, str(tmp_path / "together" / "n.duckdb")],
        env=environment(**ours, XDG_STATE_HOME=str(home)),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [status for _, status, *_ in alone]
    assert rows(tmp_path / "together" / "n.duckdb") == rows(tmp_path / "alone" / "n.duckdb")


@pytest.mark.slow
def test_stored_nights_are_analysed_again_by_a_cluster(by_cluster: Cluster, run: Run, tmp_path: Path) -> None:
    db = tmp_path / "db" / "n.duckdb"
    imported(recordings(Path("in")), db)
    before = rows(db)
    assert run("reanalyse", "--all", "--db", db).code == 0
    assert rows(db) == before


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_of_an_import_loses_nothing(by_cluster: Cluster, tmp_path: Path) -> None:
    for day in range(8):
        tiny(Path(f"in/{day}.cwa"), seed=day, start=BEDTIME + timedelta(days=day), minutes=120, rate_hz=50.0)
    context = open_context(Wishes(tz="UTC", site="ankle"), database=tmp_path / "db" / "n.duckdb")
    killer = threading.Event()

    def kill_in_the_middle(done: int, _total: int) -> None:
        if done == 2 and not killer.is_set():
            killer.set()
            by_cluster.kill_one()

    outcomes = import_run([Path("in")], context, report=kill_in_the_middle)
    assert killer.is_set()
    assert [outcome.status for outcome in outcomes] == ["imported"] * 8


def test_a_worker_that_does_not_see_the_folder_is_named(
    by_cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.workers.dask_cluster.__version__", "9.9.9")
    context = open_context(Wishes(), database=tmp_path / "db" / "n.duckdb")
    with pytest.raises(UsageError, match="runs nightkick"):
        import_run([tiny(Path("a.csv"))], context)


def test_a_scheduler_that_does_not_answer_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.workers.dask_cluster.ANSWER_S", 1)
    monkeypatch.setenv("NIGHTKICK_EXECUTOR", "dask")
    monkeypatch.setenv("NIGHTKICK_DASK_SCHEDULER", "tcp://127.0.0.1:9")
    said = run("import", tiny(Path("a.csv")), "--db", tmp_path / "n.duckdb")
    assert said.code == 2
    assert "no Dask scheduler answers" in said.err
