"""Bringing a database up to date that an older nightkick made and people filled: every value stays."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from analytics.levels import from_written, levelled, written
from analytics.store import Store, check, initialise, load_night, query, set_default_ruleset
from analytics.store.database.migrate import bring_up_to_date, rounds, statements
from analytics.store.database.steps import Migration, known_migrations
from ingest.errors import DatabaseOlderError
from tests.analytics.store.aging import MANY, aged, everything, of_step, tables
from tests.analytics.store.making import EVENING, bring_in, execute, stored

LATEST = len(known_migrations())
OLDER = range(1, LATEST)
#: Those that `make test` begins with. Steps before the last are frozen by their checksums: what can break is the newest
#: one, on a database with every other, and how the steps are put together, on few of the older.
SOME = {1, 8, 18, LATEST - 1, LATEST}


def versions(first: int, last: int) -> list[Any]:
    """Versions from ``first`` to ``last``; those not in `SOME` are for `make test-slow`."""
    return [v if v in SOME else pytest.param(v, marks=pytest.mark.slow) for v in range(first, last + 1)]


#: What a step changes in rows that are there, on purpose.
OURS = ("schema_migration", "setting")

Rows = Mapping[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("fresh") / "nights.duckdb"
    initialise(Store(path))
    return path


@pytest.fixture(scope="module")
def updated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """A filled database of a step that was brought up to date, made once a step: it is only read."""

    @cache
    def made(version: int) -> Path:
        path = of_step(tmp_path_factory.mktemp("updated") / "nights.duckdb", version)
        initialise(Store(path))
        return path

    return made


@pytest.mark.parametrize("version", versions(1, LATEST))
def test_every_step_is_there_with_its_own_tables(tmp_path: Path, version: int) -> None:
    """The databases that the other tests begin with have rows in every table, and no column is NULL in all of them."""
    found = everything(of_step(tmp_path / "nights.duckdb", version))
    assert "recording" in found
    for name, rows in found.items():
        assert rows, name
        assert all(any(row[column] is not None for row in rows) for column in rows[0]), name


@pytest.mark.parametrize("rows", [None, pytest.param(MANY, marks=pytest.mark.slow)], ids=["few rows", "many rows"])
@pytest.mark.parametrize("version", versions(1, LATEST - 1))
def test_a_filled_database_of_every_step_is_brought_up_to_date_and_no_value_changes(
    tmp_path: Path, version: int, rows: Mapping[str, int] | None
) -> None:
    store = Store(of_step(tmp_path / "nights.duckdb", version, rows=rows))
    before = everything(store.path)
    initialise(store)
    after = everything(store.path)
    assert [row["version"] for row in after["schema_migration"]] == [step.version for step in known_migrations()]
    assert after["schema_migration"][:version] == before["schema_migration"]
    assert {"name": "default_ruleset", "value": "aasm"} in after["setting"]
    for name in before.keys() - {*OURS, "envelope", "event", "event_row"}:
        columns = before[name][0].keys()
        assert [{column: row[column] for column in columns} for row in after[name]] == before[name], name
    if old := before.get("event"):
        assert whole_events(store.path, old[0]) == old
    assert whole_envelopes(after) == whole_envelopes(before)
    assert [path.name for path in tmp_path.iterdir()] == ["nights.duckdb"]


def whole_events(path: Path, columns: Iterable[str]) -> list[dict[str, Any]]:
    """Events with these columns, from the table of older versions or the view that took its place in step 27."""
    with duckdb.connect(str(path), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        rows = con.execute(f"SELECT {', '.join(columns)} FROM event ORDER BY movement_no").fetchall()
    return [dict(zip(columns, row, strict=True)) for row in rows]


def whole_envelopes(rows: Rows) -> dict[tuple[Any, ...], list[Any]]:
    """The steps of each envelope at their levels, whatever rows they lie in (step 7 makes more of one)."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for row in sorted(rows.get("envelope", []), key=lambda row: (row["recording"], row["start_at"])):
        key = tuple(row[name] for name in ("subject", "night_date", "recording", "site", "leg", "step_s"))
        # Numbers until step 25, levels since.
        mg = from_written(row["levels"]) if "levels" in row else levelled(np.array(row["max_mg"], float))
        found.setdefault(key, []).extend(written(mg))
    return found


@pytest.mark.slow
def test_a_row_an_envelope_becomes_rows_of_ten_minutes(tmp_path: Path) -> None:
    store = Store(of_step(tmp_path / "nights.duckdb", 6))
    initialise(store)
    assert query(store, "SELECT DISTINCT len(levels) AS n FROM envelope ORDER BY 1")["n"].to_list() == [50, 51, 52, 600]


@pytest.mark.slow
def test_thousands_of_recordings_of_step_3_are_brought_up_to_date(tmp_path: Path) -> None:
    """Above 2,048 rows DuckDB 1.5 fails in any transaction at all."""
    test_a_filled_database_of_every_step_is_brought_up_to_date_and_no_value_changes(tmp_path, 3, MANY)


@pytest.mark.first_case
@pytest.mark.parametrize("version", OLDER)
def test_it_is_then_the_same_as_a_new_one(updated: Callable[[int], Path], fresh: Path, version: int) -> None:
    """Tables, columns, defaults, keys, comments and views."""
    assert definitions(updated(version)) == definitions(fresh)


def definitions(path: Path) -> list[list[tuple[Any, ...]]]:
    questions = (
        "SELECT table_name, comment, sql FROM duckdb_tables() ORDER BY ALL",
        "SELECT table_name, column_name, column_index, comment, column_default, is_nullable, data_type"
        " FROM duckdb_columns() WHERE NOT internal ORDER BY ALL",
        "SELECT view_name, comment, sql FROM duckdb_views() WHERE NOT internal ORDER BY ALL",
        "SELECT table_name, constraint_type, constraint_text FROM duckdb_constraints() ORDER BY ALL",
    )
    with duckdb.connect(str(path), read_only=True) as con:
        return [con.execute(question).fetchall() for question in questions]


@pytest.mark.first_case
@pytest.mark.parametrize("version", OLDER)
def test_new_columns_of_old_rows_hold_what_the_step_says(
    tmp_path: Path, updated: Callable[[int], Path], version: int
) -> None:
    """As where they are added in place, one by one, which DuckDB can do to a few rows."""
    in_place = of_step(tmp_path / "in place.duckdb", version)
    with duckdb.connect(str(in_place)) as con:
        for part in chain.from_iterable(statements(step.sql) for step in known_migrations()[version:]):
            con.execute(part)
    expected, found = everything(in_place), everything(updated(version))
    assert {name: found[name] for name in found if name not in OURS} == {
        name: expected[name] for name in expected if name not in OURS
    }


@pytest.mark.first_case
@pytest.mark.parametrize("version", range(2, LATEST))
def test_an_older_database_of_nights_shows_them_again_and_takes_verdicts(
    tmp_path: Path, filled: Store, version: int
) -> None:
    store = Store(aged(filled.path, tmp_path / "older.duckdb", version))
    initialise(store)
    assert query(store, "SELECT n_lm, n_plms, tier FROM nights").rows() == [(4, 4, "A")]
    assert load_night(store, ("anna", EVENING)) is not None
    bring_in(store, stored("right"), "right")
    assert query(store, "SELECT legs FROM nights").item() == "both"
    findings = [finding for finding in check(store) if "sample" not in finding.what]
    assert all(finding.ok for finding in findings), findings


def test_what_people_added_with_their_own_tools_stays(tmp_path: Path) -> None:
    store = Store(of_step(tmp_path / "nights.duckdb", 3))
    execute(store, "CREATE TABLE mine (a INTEGER PRIMARY KEY, b VARCHAR DEFAULT 'x'); INSERT INTO mine VALUES (1, 'y')")
    execute(store, "CREATE VIEW my_nights AS SELECT subject FROM night; ALTER TABLE night ADD COLUMN mood INTEGER")
    execute(store, "UPDATE night SET mood = 5; COMMENT ON TABLE mine IS 'my own'")
    initialise(store)
    with duckdb.connect(str(store.path), read_only=True) as con:
        assert con.execute("FROM mine").fetchall() == [(1, "y")]
        assert con.execute("SELECT count(*) FROM my_nights").fetchall() == [(4,)]
        assert con.execute("SELECT DISTINCT mood FROM night").fetchall() == [(5,)]
        assert "mine" in tables(con)


@pytest.mark.slow
def test_a_database_without_any_table_becomes_one_of_ours(tmp_path: Path, fresh: Path) -> None:
    store = Store(tmp_path / "nights.duckdb")
    duckdb.connect(str(store.path)).close()
    initialise(store)
    assert definitions(store.path) == definitions(fresh)


# --- how steps are taken apart -----------------------------------------------------------------------------------


def test_all_of_a_step_is_done_and_only_once() -> None:
    for first in range(LATEST):
        missing = known_migrations()[first:]
        found = rounds(missing)
        assert [step for one in found for step in one.steps] == list(missing)
        done = "".join(one.while_empty + one.when_filled for one in found)
        assert sorted(statements(done)) == sorted(chain.from_iterable(statements(step.sql) for step in missing))


def test_nothing_but_a_comment_follows_the_last_statement_of_a_step() -> None:
    for step in known_migrations():
        assert step.sql.removeprefix("".join(statements(step.sql))).strip() == ""


def test_a_semicolon_in_words_ends_no_statement() -> None:
    text = "-- a; b\nCOMMENT ON TABLE t IS 'ä; b';\nSELECT 1; "
    assert statements(text) == ["-- a; b\nCOMMENT ON TABLE t IS 'ä; b';", "\nSELECT 1;"]


def test_columns_after_changed_rows_take_another_round() -> None:
    fills = Migration(8, "0008_fills.sql", "UPDATE t SET a = 1;")
    adds = Migration(9, "0009_adds.sql", "ALTER TABLE t ADD COLUMN b INTEGER; UPDATE t SET b = a;")
    assert [[step.version for step in one.steps] for one in rounds([fills, adds])] == [[8], [9]]
    assert [[step.version for step in one.steps] for one in rounds([adds, fills])] == [[9, 8]]
    with pytest.raises(ValueError, match="step 10 adds a column after it changed rows"):
        rounds([Migration(10, "0010_both.sql", fills.sql + adds.sql)])


def test_two_rounds_leave_the_same_as_two_programs_would(tmp_path: Path) -> None:
    store = Store(of_step(tmp_path / "nights.duckdb", LATEST))
    more = (
        *known_migrations(),
        Migration(
            98, "0098_fills.sql", "ALTER TABLE night ADD COLUMN one INTEGER DEFAULT 1; UPDATE night SET one = 2;"
        ),
        Migration(99, "0099_adds.sql", "ALTER TABLE night ADD COLUMN two INTEGER DEFAULT 3;"),
    )
    bring_up_to_date(store, more)
    with duckdb.connect(str(store.path), read_only=True) as con:
        assert con.execute("SELECT DISTINCT one, two FROM night").fetchall() == [(2, 3)]


# --- who comes too early ------------------------------------------------------------------------------------------


def test_whoever_reads_or_writes_an_older_database_is_told_what_to_do(tmp_path: Path) -> None:
    store = Store(of_step(tmp_path / "nights.duckdb", 3))
    before = everything(store.path)
    for act in (lambda: query(store, "FROM nights"), lambda: set_default_ruleset(store, "aasm")):
        with pytest.raises(DatabaseOlderError) as caught:
            act()
        assert caught.value.line() == (
            f"{store.path}: made by an older nightkick (step 3 of {LATEST})"
            " (nightkick doctor --repair brings it up to date)"
        )
    assert everything(store.path) == before


def test_views_of_another_version_are_said_too(store: Store) -> None:
    execute(store, "UPDATE setting SET value = 'older' WHERE name = 'views_sha256'")
    with pytest.raises(DatabaseOlderError, match="its views are of another nightkick"):
        query(store, "FROM nights")


def test_a_published_copy_is_never_brought_up_to_date_itself(tmp_path: Path) -> None:
    path = of_step(tmp_path / "nights.published.duckdb", 3)
    before = path.read_bytes()
    with pytest.raises(DatabaseOlderError, match=r"it is a copy: .* --db nights\.duckdb makes it anew"):
        initialise(Store(path))
    assert path.read_bytes() == before


@pytest.mark.slow
def test_older_nights_get_the_state_of_their_flags_and_their_series_in_sleep(tmp_path: Path, fresh: Path) -> None:
    """As `Flag.state` and the scoring would say it, from the rows that are there."""
    store = Store(Path(shutil.copy(fresh, tmp_path / "current.duckdb")))
    bring_in(store, stored())
    untold = '[{"state": "met"}, {"state": "not measurable"}, {"state": "not met"}]'
    execute(store, f"UPDATE flag SET criteria = '{untold}' WHERE name = 'possible_rls'")
    old = Store(aged(store.path, tmp_path / "old" / "nights.duckdb", 7))
    initialise(old)
    states = "SELECT DISTINCT name, raised, state FROM flag ORDER BY ALL"
    assert query(old, states).rows() == [
        ("possible_plmd", False, "not_raised"),
        ("possible_plmd", True, "raised"),
        ("possible_rls", False, "cannot_tell"),
    ]
    series = "SELECT ruleset, n_series_in_sleep FROM score ORDER BY ALL"
    assert query(old, series).rows() == query(store, series).rows()
    assert query(old, "FROM sensor_clocks").is_empty()
