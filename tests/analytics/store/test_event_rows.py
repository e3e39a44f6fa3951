"""Events as they lie in the database: without what their lead movement says, and read as what they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from analytics.store import Store, initialise, load_night, query, save
from tests.analytics.store.aging import MANY, aged, of_step
from tests.analytics.store.making import EVENING, attempt, night, stored

#: The step before events left anything out.
WHOLE = 26
EVENTS = "FROM event ORDER BY ruleset, movement_no"


@pytest.fixture
def joined(store: Store) -> Store:
    """A night in which the first two of four movements are one event, stronger in the second."""
    new = stored()
    plain = night("anna", EVENING, [new.sha256])
    first, second, *others = plain.movements
    (scored, *rest) = plain.scores
    _, lead, *alone = scored.events
    whole = replace(
        lead, parts=(1, 2), leg="both", onset_us=first.onset_us, offset_us=second.offset_us + 7, imi_s=None,
        p_near_onset=0.007, confidence=0.999, p_sleep=0.001,
    )  # fmt: skip
    events = tuple(replace(one, movement_no=no) for no, one in enumerate((whole, *alone), start=1))
    judged = replace(scored, events=events)
    save(store, new, [replace(plain, movements=(first, second, *others), scores=(judged, *rest))], attempt())
    return store


def test_only_what_differs_from_the_lead_is_kept_of_an_event(joined: Store) -> None:
    rows = query(joined, "SELECT lead, parts, onset_at IS NULL, offset_at IS NULL, imi_ms FROM event_row ORDER BY 1")
    assert rows.rows() == [
        (2, [1, 2], False, False, None),
        (3, None, True, True, 25_000),
        (4, None, True, True, 25_000),
    ]


def test_an_event_is_read_as_it_was_stored(joined: Store) -> None:
    found = load_night(joined, ("anna", EVENING))
    assert found is not None
    first, *alone = next(score.events for score in found.scores if score.events)
    assert (first.parts, first.lead, first.onset_us) == ((1, 2), 2, found.movements[0].onset_us)
    assert first.offset_us == found.movements[1].offset_us + 7
    assert (first.p_near_onset, first.confidence, first.p_sleep) == (0.007, 0.999, 0.001)
    assert [(e.parts, e.onset_us, e.imi_s, e.p_sleep) for e in alone] == [
        ((m.number,), m.onset_us, 25.0, None) for m in found.movements[2:]
    ]
    assert query(joined, "SELECT movement_no, is_strongest FROM event_parts ORDER BY ALL").rows() == [
        (1, False),
        (1, True),
        (2, True),
        (3, True),
    ]


def test_a_database_with_whole_events_comes_to_the_same_rows(joined: Store, tmp_path: Path) -> None:
    older = Store(aged(joined.path, tmp_path / "older" / "nights.duckdb", WHOLE))
    with duckdb.connect(str(older.path), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        before = con.execute(EVENTS).fetchall()
    initialise(older)
    assert query(older, "FROM event_row ORDER BY ALL").equals(query(joined, "FROM event_row ORDER BY ALL"))
    for view in ("events", "event_parts", "event", "scores"):
        assert query(older, f"FROM {view} ORDER BY ALL").equals(query(joined, f"FROM {view} ORDER BY ALL")), view
    with duckdb.connect(str(older.path), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        columns = "* REPLACE (epoch_us(onset_at) AS onset_at)"
        assert len(con.execute(f"SELECT {columns} FROM event").fetchall()) == len(before) == 3
        assert [row[:9] for row in con.execute(EVENTS).fetchall()] == [row[:9] for row in before]


def test_an_event_whose_lead_is_missing_keeps_its_instants(joined: Store, tmp_path: Path) -> None:
    older = Store(aged(joined.path, tmp_path / "older" / "nights.duckdb", WHOLE))
    with duckdb.connect(str(older.path)) as con:
        con.execute("DELETE FROM movement WHERE number = 3")
    initialise(older)
    assert query(older, "SELECT onset_at FROM events ORDER BY 1").equals(
        query(joined, "SELECT onset_at FROM events ORDER BY 1")
    )


@pytest.mark.slow
def test_the_room_of_the_table_before_is_given_back(tmp_path: Path) -> None:
    store = Store(of_step(tmp_path / "nights.duckdb", WHOLE, rows=MANY))
    initialise(store)
    with duckdb.connect(str(store.path), read_only=True) as con:
        assert con.execute("SELECT free_blocks FROM pragma_database_size()").fetchall() == [(0,)]
