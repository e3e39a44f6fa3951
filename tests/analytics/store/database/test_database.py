"""Making, finding, waiting for and refusing a database."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import tempfile
import threading
import time
from pathlib import Path

import duckdb
import pytest

from analytics.store import (
    Store,
    default_ruleset,
    find_recording,
    initialise,
    query,
    record_attempts,
    set_default_ruleset,
)
from analytics.store.database.connection import atomic, in_memory, reading, transaction, writing
from analytics.store.database.failures import as_store_error
from analytics.store.database.migrate import bring_up_to_date
from analytics.store.database.steps import Migration, is_current, known_migrations
from ingest.errors import DatabaseBusyError, DatabaseNewerError, DatabaseUnreadableError, StoreError
from ingest.workspace import PREFIX, abandoned, workspace
from tests.analytics.store.conftest import Child
from tests.analytics.store.making import attempt, contents, execute, sha

HOLD = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "True")
print("held", flush=True)
sys.stdin.readline()
con.close()
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# --- making ------------------------------------------------------------------------------------------------------


def test_a_new_database_and_its_folders_are_for_the_owner_only(tmp_path: Path) -> None:
    store = Store(tmp_path / "data" / "nightkick" / "nights.duckdb")
    initialise(store)
    assert mode(store.path) == 0o600
    assert [mode(folder) for folder in store.path.parents[:2]] == [0o700, 0o700]


def test_making_it_leaves_nothing_else_in_the_folder(store: Store) -> None:
    assert list(store.path.parent.iterdir()) == [store.path]


def test_no_statement_draws_a_bar_on_stdout_however_long_it_takes(store: Store) -> None:
    for connection in (in_memory(), reading(store), writing(store)):
        with connection as con:
            assert con.execute("SELECT current_setting('enable_progress_bar')").fetchall() == [(False,)]


def test_initialising_again_changes_nothing(store: Store) -> None:
    before = contents(store.path)
    initialise(store)
    assert contents(store.path) == before


def test_two_threads_may_make_the_same_database(tmp_path: Path) -> None:
    store = Store(tmp_path / "nights.duckdb")
    threads = [threading.Thread(target=initialise, args=(store,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(contents(store.path)["schema_migration"]) == len(known_migrations())


def test_every_step_is_recorded_with_its_checksum(store: Store) -> None:
    rows = query(store, "SELECT version, name, sha256 FROM schema_migration ORDER BY version").rows()
    assert rows == [(step.version, step.name, step.sha256) for step in known_migrations()]


def test_the_steps_are_numbered_without_a_hole() -> None:
    assert [step.version for step in known_migrations()] == list(range(1, len(known_migrations()) + 1))


def test_a_later_step_is_applied_to_an_older_database(store: Store) -> None:
    more = (*known_migrations(), Migration(99, "0099_more.sql", "CREATE TABLE more (a INTEGER);"))
    bring_up_to_date(store, more)
    with reading(store, any_schema=True) as con:
        assert is_current(con, store.path, more)


def test_a_step_that_fails_leaves_nothing_of_itself(store: Store) -> None:
    before = contents(store.path)
    broken = Migration(99, "0099_broken.sql", "CREATE TABLE half (a INTEGER); INSERT INTO half VALUES ('x');")
    with pytest.raises(StoreError):
        bring_up_to_date(store, (*known_migrations(), broken))
    assert contents(store.path) == before


def test_a_step_that_was_edited_after_it_was_applied_is_refused(store: Store) -> None:
    execute(store, "UPDATE schema_migration SET sha256 = 'other' WHERE version = 1")
    with pytest.raises(DatabaseUnreadableError, match="step 1 was applied in another form"):
        initialise(store)


def test_changed_views_are_put_in_place_again(store: Store) -> None:
    execute(store, "DROP VIEW nights; UPDATE setting SET value = 'older' WHERE name = 'views_sha256'")
    initialise(store)
    assert query(store, "FROM nights").is_empty()


# --- refusing ----------------------------------------------------------------------------------------------------


def test_a_database_of_a_newer_program_is_refused(store: Store) -> None:
    execute(store, "INSERT INTO schema_migration VALUES (9999, '9999_future.sql', 'x', now())")
    with pytest.raises(DatabaseNewerError, match="newer nightkick") as caught:
        initialise(store)
    assert caught.value.hint == "update nightkick"


def test_a_duckdb_file_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    store = Store(tmp_path / "other.duckdb")
    execute(store, "CREATE TABLE shopping (item VARCHAR)")
    with pytest.raises(DatabaseUnreadableError, match="another program"):
        initialise(store)
    assert list(contents(store.path)) == ["shopping"]


@pytest.mark.parametrize("content", [b"", b"no database, but text\n" * 400, b"\0" * 20_000])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    store = Store(tmp_path / "nights.duckdb")
    store.path.write_bytes(content)
    with pytest.raises(DatabaseUnreadableError, match="not a database"):
        initialise(store)
    assert store.path.read_bytes() == content


def test_an_sqlite_file_is_refused_without_fetching_an_extension(tmp_path: Path) -> None:
    store = Store(tmp_path / "nights.duckdb")
    with contextlib.closing(sqlite3.connect(store.path)) as con:
        con.execute("CREATE TABLE a (b)")
        con.commit()
    with pytest.raises(DatabaseUnreadableError, match="not a database"):
        initialise(store)


def test_a_database_cut_short_is_refused(store: Store) -> None:
    store.path.write_bytes(store.path.read_bytes()[:9_000])
    with pytest.raises(DatabaseUnreadableError, match="not a database, or a damaged one"):
        initialise(store)


def test_a_file_of_a_newer_duckdb_is_told_from_a_damaged_one() -> None:
    said = duckdb.IOException(
        "IO Error: Trying to read a database file with version number 69, but we can only read versions between 64 and"
        " 68.\nThe database file was created with a newer version of DuckDB.\n"
    )
    error = as_store_error(said, Path("nights.duckdb"))
    assert isinstance(error, DatabaseUnreadableError)
    assert "newer DuckDB" in error.what


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreadableError, match="a folder, not a database"):
        initialise(Store(tmp_path))


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(DatabaseUnreadableError, match="not a"):
        initialise(Store(tmp_path / "data" / "nights.duckdb"))


def test_a_name_that_is_not_unicode_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreadableError, match="UTF-8"):
        initialise(Store(tmp_path / os.fsdecode(b"n\xff.duckdb")))


def test_reading_before_anything_was_made_says_so(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreadableError, match="no database here yet"):
        find_recording(Store(tmp_path / "nights.duckdb"), sha("left"))


AS_NOBODY = """
import os, sys
from pathlib import Path
from analytics.store import Store, initialise, set_default_ruleset
from ingest.errors import DatabaseUnreadableError

# Everything that is imported on the way must be in place before the rights are gone.
warm = Store(Path(sys.argv[1]) / "warm.duckdb")
initialise(warm)
if os.getuid() == 0:
    os.seteuid(65534)
existing, new = (Store(Path(sys.argv[2]) / name) for name in ("nights.duckdb", "new.duckdb"))
initialise(existing)
for act in (lambda: set_default_ruleset(existing, "aasm"), lambda: initialise(new)):
    try:
        act()
    except DatabaseUnreadableError as error:
        print(error.what)
"""


def test_a_folder_without_permission_can_be_read_and_says_so_when_written(tmp_path: Path, child: Child) -> None:
    folder = Path(tempfile.mkdtemp())  # pytest's own folders cannot be entered by another user
    store = Store(folder / "nights.duckdb")
    initialise(store)
    before = contents(store.path)
    store.path.chmod(0o444)
    folder.chmod(0o555)
    try:
        said, complaints = child(AS_NOBODY, tmp_path, folder).communicate(timeout=60)
        assert said.splitlines() == ["no permission", "no permission"], complaints
        assert contents(store.path) == before
    finally:
        folder.chmod(0o700)
        store.path.unlink()
        folder.rmdir()


# --- waiting -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("read_only", [True, False])
def test_a_database_held_by_another_process_is_waited_for_and_then_its_holder_named(
    store: Store, child: Child, *, read_only: bool
) -> None:
    holder = child(HOLD, store.path, read_only)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    began = time.monotonic()
    with pytest.raises(DatabaseBusyError, match=rf"in use by python.* \(process {holder.pid}\) for 0.4 s"):
        set_default_ruleset(Store(store.path, wait_s=0.4), "aasm")
    assert 0.4 <= time.monotonic() - began < 3
    if read_only:
        assert default_ruleset(store) == "wasm2016"


def test_a_database_that_is_released_in_time_is_not_busy(store: Store, child: Child) -> None:
    holder = child(HOLD, store.path, False)  # noqa: FBT003 (an argument of the child)
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == "held\n"
    release = threading.Timer(0.3, lambda: holder.communicate("\n"))
    release.start()
    set_default_ruleset(store, "aasm")
    release.join()
    assert default_ruleset(store) == "aasm"


def test_a_second_connection_of_the_same_thread_is_busy_instead_of_waiting_for_ever(store: Store) -> None:
    with transaction(store), pytest.raises(DatabaseBusyError, match="this program itself"):
        default_ruleset(Store(store.path, wait_s=0.1))


def test_a_path_written_in_another_way_is_the_same_database(store: Store) -> None:
    other = Store(store.path.parent / "x" / ".." / store.path.name, wait_s=0.1)
    with transaction(store), pytest.raises(DatabaseBusyError, match="this program itself"):
        default_ruleset(other)


def test_many_threads_reading_and_writing_lose_nothing(store: Store) -> None:
    def write_and_read(n: int) -> None:
        for _ in range(5):
            record_attempts(store, [attempt(f"file {n}")])
            query(store, "FROM imports")

    threads = [threading.Thread(target=write_and_read, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert query(store, "SELECT count(*) FROM imports").item() == 20


# --- transactions ------------------------------------------------------------------------------------------------


def test_an_error_inside_a_transaction_leaves_nothing_of_it(store: Store) -> None:
    before = contents(store.path)

    def defect() -> None:
        with transaction(store) as con:
            con.execute("INSERT INTO setting VALUES ('a', 'b')")
            raise KeyError("a defect of the caller")

    with pytest.raises(KeyError):
        defect()
    assert contents(store.path) == before


def test_an_error_that_the_caller_swallowed_does_not_commit_as_if_nothing_had_happened(store: Store) -> None:
    def swallow() -> None:
        with transaction(store) as con:
            con.execute("INSERT INTO setting VALUES ('a', 'b')")
            with contextlib.suppress(duckdb.Error):
                con.execute("INSERT INTO setting VALUES ('a', 'c')")

    with pytest.raises(StoreError, match="aborted"):
        swallow()
    assert query(store, "SELECT count(*) FROM setting WHERE name = 'a'").item() == 0


class _Interrupting:
    """Rows that Ctrl-C reaches while DuckDB asks for them."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        raise KeyboardInterrupt


def test_ctrl_c_while_rows_are_handed_over_is_ctrl_c_and_no_error_of_the_database(store: Store) -> None:
    with pytest.raises(KeyboardInterrupt), writing(store) as con:
        con.register("incoming", _Interrupting()).execute("SELECT * FROM incoming")


def test_a_connection_can_be_used_again_after_a_transaction_failed() -> None:
    with contextlib.closing(duckdb.connect()) as con:
        con.execute("CREATE TABLE t (a INTEGER PRIMARY KEY)")
        with pytest.raises(duckdb.ConstraintException), atomic(con):
            con.execute("INSERT INTO t VALUES (1), (1)")
        with atomic(con):
            con.execute("INSERT INTO t VALUES (2)")
        assert con.execute("FROM t").fetchall() == [(2,)]


# --- workspaces --------------------------------------------------------------------------------------------------


def test_a_workspace_is_for_its_owner_only_and_gone_afterwards(tmp_path: Path) -> None:
    with workspace(tmp_path) as folder:
        assert mode(folder) == 0o700
        (folder / "part").write_text("x")
    assert list(tmp_path.iterdir()) == []


def test_a_workspace_in_use_is_not_abandoned(tmp_path: Path) -> None:
    with workspace(tmp_path), workspace(tmp_path):
        assert abandoned(tmp_path) == ()


def test_the_next_workspace_removes_what_a_dead_process_left(tmp_path: Path, child: Child) -> None:
    code = """
import os, sys
from pathlib import Path
from ingest.workspace import workspace
with workspace(Path(sys.argv[1])) as folder:
    (folder / "part").write_text("x" * 1000)
    os.kill(os.getpid(), 9)
"""
    assert child(code, tmp_path).wait(timeout=60) == -9
    assert len(abandoned(tmp_path)) == 1
    with workspace(tmp_path) as mine:
        assert list(tmp_path.glob(f"{PREFIX}*")) == [mine]


def test_a_link_under_the_name_of_a_workspace_is_none_and_keeps_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "night.cwa").write_text("x")
    (tmp_path / f"{PREFIX}planted").symlink_to(tmp_path / "precious")
    assert abandoned(tmp_path) == ()
    with workspace(tmp_path):
        pass
    assert (tmp_path / "precious" / "night.cwa").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can play another user")
def test_a_folder_of_another_user_under_the_name_of_a_workspace_is_left_alone(tmp_path: Path) -> None:
    planted = tmp_path / f"{PREFIX}planted"
    planted.mkdir()
    os.chown(planted, 65534, 65534)
    assert abandoned(tmp_path) == ()
    with workspace(tmp_path):
        pass
    assert planted.exists()
