"""A database that is changed on a copy: the new one whole or the old one whole, and nothing that others wrote lost."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import duckdb
import pytest

from analytics.store import Store, initialise, query, record_attempts
from analytics.store.database.connection import alone
from analytics.store.database.publish import log_of
from analytics.store.database.rewriting import rewrite
from ingest.errors import DatabaseBusyError, DatabaseUnreadableError
from tests.analytics.store.conftest import Child
from tests.analytics.store.making import attempt, contents, execute

MARK = "INSERT INTO setting VALUES ('mark', 'new')"
IS_MARKED = "SELECT count(*) FROM setting WHERE name = 'mark'"


def mark(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(MARK)


def is_marked(con: duckdb.DuckDBPyConnection) -> bool:
    return con.execute(IS_MARKED).fetchall() == [(1,)]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_everything_is_as_before_but_for_the_change(filled: Store) -> None:
    before = contents(filled.path)
    assert rewrite(filled, mark)
    after = contents(filled.path)
    after["setting"].remove(("mark", "new"))
    assert after == before
    assert stat.S_IMODE(filled.path.stat().st_mode) == 0o600
    assert names(filled.path.parent) == {"nights.duckdb"}


def test_a_copy_keeps_all_that_a_database_consists_of(tmp_path: Path) -> None:
    store = Store(tmp_path / "any.duckdb")
    with duckdb.connect(str(store.path)) as con:
        con.execute("""
            CREATE SEQUENCE numbers START 5; SELECT nextval('numbers');
            CREATE TABLE t (a INTEGER PRIMARY KEY, b VARCHAR NOT NULL DEFAULT 'x', c INTEGER CHECK (c > 0),
                d INTEGER UNIQUE, e FLOAT[] DEFAULT [], f INTEGER DEFAULT nextval('numbers'));
            COMMENT ON TABLE t IS 'of a table'; COMMENT ON COLUMN t.b IS 'of a column';
            CREATE VIEW v AS FROM t; CREATE VIEW a_view_of_a_view AS SELECT b FROM v; COMMENT ON VIEW v IS 'of a view';
            COMMENT ON COLUMN v.b IS 'of a column of a view';
            CREATE MACRO twice(x) AS 2 * x; CREATE MACRO those(x) AS TABLE SELECT * FROM t WHERE a = x;
            CREATE SCHEMA s; CREATE TYPE s.mood AS ENUM ('good', 'bad'); CREATE TABLE s.u (m s.mood);
            INSERT INTO t (a, c, d) VALUES (1, 1, 1); INSERT INTO s.u VALUES ('bad');
        """)
    before = described(store)
    rewrite(store, lambda con: None)
    assert described(store) == before


def described(store: Store) -> list[list[tuple[object, ...]]]:
    questions = (
        "SELECT table_name, comment, sql FROM duckdb_tables()",
        "SELECT table_name, column_name, comment, column_default, is_nullable, data_type FROM duckdb_columns()"
        " WHERE NOT internal",
        "SELECT view_name, comment, sql FROM duckdb_views() WHERE NOT internal",
        "SELECT table_name, constraint_type, constraint_text FROM duckdb_constraints()",
        "SELECT sequence_name, last_value FROM duckdb_sequences()",
        "SELECT function_name, macro_definition FROM duckdb_functions() WHERE NOT internal",
        "FROM a_view_of_a_view",
        "SELECT twice(f) FROM those(1)",
        "FROM s.u",
    )
    with duckdb.connect(str(store.path), read_only=True) as con:
        found = [con.execute(f"FROM ({question}) ORDER BY ALL").fetchall() for question in questions]
    assert all(found)
    return found


def test_what_a_killed_writer_left_in_the_log_is_in_the_new_database(store: Store, child: Child) -> None:
    code = "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute(sys.argv[2]); os.kill(os.getpid(), 9)"
    assert child(code, store.path, "INSERT INTO setting VALUES ('kept', 'yes')").wait(timeout=60) == -9
    assert log_of(store.path).exists()
    rewrite(store, mark)
    assert query(store, "SELECT value FROM setting WHERE name IN ('kept', 'mark') ORDER BY 1").rows() == [
        ("new",), ("yes",)
    ]  # fmt: skip
    assert names(store.path.parent) == {"nights.duckdb"}


def test_a_change_that_fails_changes_nothing(filled: Store) -> None:
    before = contents(filled.path)

    def broken(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("DELETE FROM review_entry; DELETE FROM night")
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        rewrite(filled, broken)
    assert contents(filled.path) == before
    assert names(filled.path.parent) == {"nights.duckdb"}


def test_nothing_is_copied_where_it_was_done_already(store: Store) -> None:
    assert rewrite(store, mark, unless=is_marked)
    inode = store.path.stat().st_ino
    assert not rewrite(store, mark, unless=is_marked)
    assert store.path.stat().st_ino == inode


def test_a_link_goes_on_leading_to_the_database(store: Store, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "linked.duckdb"
    link.symlink_to(store.path)
    rewrite(Store(link), mark)
    assert link.is_symlink()
    assert query(store, IS_MARKED).item() == 1
    assert names(link.parent) == {"linked.duckdb"}


def test_a_database_stays_with_its_owner(store: Store) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(store.path, 65534, 65534)
    rewrite(store, mark)
    assert (store.path.stat().st_uid, store.path.stat().st_gid) == (65534, 65534)


def test_a_thread_at_work_on_the_database_is_waited_for(store: Store) -> None:
    with alone(store), pytest.raises(DatabaseBusyError):
        rewrite(Store(store.path, wait_s=0.1), mark)


@pytest.mark.slow
def test_what_others_write_meanwhile_is_not_lost(store: Store, child: Child) -> None:
    """Processes that open the old file just before it is replaced would write into one without a name."""
    code = """
import sys
from pathlib import Path
from analytics.store import Store, record_attempts
from tests.analytics.store.making import attempt
print("ready", flush=True)
sys.stdin.readline()
for n in range(20):
    record_attempts(Store(Path(sys.argv[1]), wait_s=60), [attempt(f"{sys.argv[2]} {n}")])
"""
    writers = [child(code, store.path, name) for name in "ab"]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    times = 0
    while any(writer.poll() is None for writer in writers):
        rewrite(Store(store.path, wait_s=60), lambda con: None)
        times += 1
        time.sleep(0.02)  # a lock on a file goes to whoever asks first, and this one would ask at once
    assert [writer.returncode for writer in writers] == [0, 0]
    assert query(store, "SELECT count(DISTINCT path) FROM imports").item() == 40
    assert times >= 5


def test_a_full_disk_leaves_the_old_database(filled: Store, child: Child) -> None:
    record_attempts(filled, [attempt(f"file {n}" * 50) for n in range(3_000)])
    initialise(filled)
    execute(filled, "CHECKPOINT")
    before = contents(filled.path)
    code = """
import resource, sys
from pathlib import Path
from analytics.store import Store
from analytics.store.database.rewriting import rewrite
from ingest.errors import DatabaseUnreadableError
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    rewrite(Store(Path(sys.argv[1])), lambda con: None)
except DatabaseUnreadableError as error:
    print(error.what)
"""
    said, complaints = child(code, filled.path, filled.path.stat().st_size // 2).communicate(timeout=60)
    assert said == "no space left on the disk\n", complaints
    assert contents(filled.path) == before
    assert names(filled.path.parent) == {"nights.duckdb"}


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreadableError):
        rewrite(Store(tmp_path / "none" / "nights.duckdb"), mark)
