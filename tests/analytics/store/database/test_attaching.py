"""Reading again without starting DuckDB again: what is kept meanwhile, and what is not."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from analytics.store import Store, default_ruleset, initialise
from analytics.store.database import attaching, connection
from analytics.store.database.attaching import MOST_KEPT, end_all
from analytics.store.database.connection import reading
from ingest.errors import StoreError
from tests.analytics.store.making import execute

NAME = "SELECT value FROM setting WHERE name = 'default_ruleset'"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    end_all()


def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What DuckDB is started on from now on."""
    starts: list[str] = []
    real = duckdb.connect

    def connect(database: str, **named: object) -> duckdb.DuckDBPyConnection:
        starts.append(database)
        return real(database, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(duckdb, "connect", connect)
    return starts


def open_files() -> set[str]:
    found = set()
    for handle in Path("/proc/self/fd").iterdir():
        try:
            found.add(str(handle.readlink()))
        except OSError:  # the handle of the listing itself
            continue
    return found


def test_a_database_that_is_read_again_needs_no_second_start(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    starts = started(monkeypatch)
    assert default_ruleset(store) == default_ruleset(store)
    assert starts == [":memory:"]


def test_between_two_reads_no_file_of_the_database_is_open(store: Store) -> None:
    with reading(store):
        assert str(store.path) in open_files()
    assert not [name for name in open_files() if name.startswith(str(store.path))]


def test_the_next_read_sees_what_was_written_and_what_was_replaced_meanwhile(store: Store, tmp_path: Path) -> None:
    default_ruleset(store)
    execute(store, "UPDATE setting SET value = 'written' WHERE name = 'default_ruleset'")
    assert default_ruleset(store) == "written"
    other = Store(tmp_path / "other.duckdb")
    initialise(other)
    execute(other, "UPDATE setting SET value = 'replaced' WHERE name = 'default_ruleset'")
    other.path.replace(store.path)
    assert default_ruleset(store) == "replaced"


def test_what_is_kept_reaches_this_database_alone_and_takes_no_setting(store: Store, tmp_path: Path) -> None:
    other, text = Store(tmp_path / "other.duckdb"), tmp_path / "text.csv"
    initialise(other)
    text.write_text("a\n1\n")
    refused = (
        f"ATTACH '{other.path}' AS other (READ_ONLY)",
        f"FROM read_csv('{text}')",
        f"COPY setting TO '{tmp_path / 'out.csv'}'",
        "SET threads = 1",
        "SET enable_external_access = true",
        "DELETE FROM setting",
    )
    for _ in range(2):  # started anew, and kept
        for statement in refused:
            with pytest.raises(StoreError), reading(store) as con:
                con.execute(statement)
        default_ruleset(store)


def test_after_an_error_nothing_is_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    starts = started(monkeypatch)
    with pytest.raises(ZeroDivisionError), reading(store):
        raise ZeroDivisionError
    default_ruleset(store)
    assert starts == [":memory:", ":memory:"]
    assert str(store.path) not in open_files()


def test_a_result_that_was_left_open_does_not_keep_the_database_open(store: Store) -> None:
    with reading(store) as con:
        con.execute("SELECT i FROM range(1000000) r(i), setting").fetchone()
    assert str(store.path) not in open_files()
    assert default_ruleset(store)


def test_what_did_not_fit_into_memory_leaves_no_folder(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection._READS_ONE, "threads", "1")
    monkeypatch.setitem(connection._READS_ONE, "memory_limit", "40MB")
    with reading(store) as con:
        con.execute("CREATE TEMP TABLE many AS SELECT hash(i)::VARCHAR AS h FROM range(500000) r(i) ORDER BY h")
        assert (store.path.parent / f"{store.path.name}.tmp").is_dir()
    assert list(store.path.parent.iterdir()) == [store.path]


def test_only_a_few_are_kept(tmp_path: Path) -> None:
    for number in range(MOST_KEPT + 1):
        made = Store(tmp_path / f"{number}.duckdb")
        initialise(made)
        default_ruleset(made)
    assert [Path(name).stem for name in attaching._kept] == ["1", "2"]


def test_a_fork_of_the_process_starts_its_own(store: Store) -> None:
    default_ruleset(store)
    child = os.fork()
    if child == 0:
        os._exit(len(attaching._kept))
    assert os.waitpid(child, 0)[1] == 0
    assert len(attaching._kept) == 1
