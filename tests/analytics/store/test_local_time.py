"""The wearer's clock beside UTC in every view: right over both changes of the clock, and the same for every client."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from analytics.said import Review
from analytics.store import Attempt, Store, publish, query, record_attempts, save, write_review
from analytics.store.database import steps
from analytics.store.database.steps import views
from ingest.clock import microseconds, noon_to_noon, zone_info
from tests.analytics.store.database.test_duckdb_versions import with_older_duckdb
from tests.analytics.store.making import attempt, execute, night, stored

#: Columns whose names do not end in _at, and what they are called in local time.
ODD_NAMES = {"recorded_from": "recorded_from_local", "recorded_to": "recorded_to_local"}
#: Instants without a wearer, or that no person reads.
NOT_LOCAL = {
    ("event", "onset_at"): "for the program itself; people read the view events",
    ("event", "offset_at"): "for the program itself; people read the view events",
    ("answers", "answered_at"): "a person may have nights in many zones, or none",
    ("published", "made_at"): "a copy is of many people, in many zones",
    ("published", "changed_at"): "a copy is of many people, in many zones",
}
#: Evenings before both changes of the clock in Europe, of none, and of two zones more; offsets to the minute.
NIGHTS = {
    "spring": (date(2026, 3, 28), "Europe/Berlin"),
    "autumn": (date(2026, 10, 24), "Europe/Berlin"),
    "winter": (date(2026, 1, 10), "Europe/Berlin"),
    "york": (date(2026, 10, 31), "America/New_York"),
    "offset": (date(2026, 6, 1), "+05:45"),
    "west": (date(2026, 6, 1), "-03:30"),
}
CLIENT = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
con.execute(f"SET TimeZone = '{sys.argv[2]}'")
for view in sys.argv[3].split():
    names = [n for (n,) in con.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = ? AND column_name LIKE '%_local'", [view]
    ).fetchall()]
    print(view, con.execute(f"SELECT {', '.join(names)} FROM {view} ORDER BY ALL").fetchall())
"""
VIEWS = "events nights series imports recordings reviews sleep_bouts event_parts samples"


@pytest.fixture(scope="module")
def travelled(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Store:
    """A person a night of `NIGHTS`, with an event every hour from 20:00 UTC on."""
    store = Store(tmp_path_factory.mktemp("zones") / "nights.duckdb")
    store.path.write_bytes(empty_database.read_bytes())
    for subject, (evening, zone) in NIGHTS.items():
        start_us, _ = noon_to_noon(evening, zone)
        new = replace(stored(subject, subject=subject, zone=zone), night_dates=(evening,), first_us=start_us)
        plain = night(subject, evening, [new.sha256], zone=zone)
        save(store, new, [plain], attempt(subject))
        base = datetime(evening.year, evening.month, evening.day, 20, tzinfo=UTC)
        execute(
            store,
            "UPDATE event_row SET onset_at = ?::TIMESTAMPTZ + to_hours(movement_no * 2) WHERE subject = ?",
            [base, subject],
        )
    return store


def test_every_instant_of_a_view_has_its_local_twin(store: Store) -> None:
    columns = query(
        store,
        "SELECT table_name, column_name, data_type FROM information_schema.columns"
        " WHERE table_name IN (SELECT view_name FROM duckdb_views() WHERE NOT internal)",
    ).rows()
    types = {(view, name): kind for view, name, kind in columns}
    instants = [key for key, kind in types.items() if kind == "TIMESTAMP WITH TIME ZONE"]
    assert len(instants) > 20
    twins = {(v, n): (v, ODD_NAMES.get(n, n.removesuffix("_at") + "_local")) for v, n in instants}
    assert {key: types.get(twin) for key, twin in twins.items() if types.get(twin) != "TIMESTAMP"} == dict.fromkeys(
        NOT_LOCAL
    )


@pytest.mark.parametrize("subject", NIGHTS)
def test_local_time_is_that_of_the_bedroom_over_changes_of_the_clock(travelled: Store, subject: str) -> None:
    zone = zone_info(NIGHTS[subject][1])
    found = query(travelled, f"SELECT onset_at, onset_local FROM events WHERE subject = '{subject}' ORDER BY 1").rows()
    assert len(found) == 4
    assert [local for _, local in found] == [at.astimezone(zone).replace(tzinfo=None) for at, _ in found]


def test_a_repeated_hour_comes_twice_and_a_skipped_one_never(travelled: Store) -> None:
    def hours(subject: str) -> list[int]:
        execute(travelled, "UPDATE event_row SET onset_at = ?::TIMESTAMPTZ + to_hours(movement_no) WHERE subject = ?",
                [datetime(*NIGHTS[subject][0].timetuple()[:3], 22, 30, tzinfo=UTC), subject])  # fmt: skip
        rows = query(travelled, f"SELECT hour(onset_local) FROM events WHERE subject = '{subject}' ORDER BY onset_at")
        return rows.to_series().to_list()

    assert hours("autumn") == [1, 2, 2, 3]
    assert hours("spring") == [0, 1, 3, 4]


@pytest.mark.parametrize("client", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_no_zone_of_a_client_changes_it(travelled: Store, client: str) -> None:
    with duckdb.connect(str(travelled.path), read_only=True) as con:
        con.execute(f"SET TimeZone = '{client}'")
        seen = con.execute("SELECT subject, onset_local FROM events ORDER BY ALL").fetchall()
    assert seen == query(travelled, "SELECT subject, onset_local FROM events ORDER BY ALL").rows()


def test_it_is_the_same_in_duckdb_1_5_and_in_this_one(travelled: Store) -> None:
    copy = publish(travelled)
    older = with_older_duckdb(CLIENT, copy, "America/New_York", VIEWS)
    done = subprocess.run([sys.executable, "-c", CLIENT, str(copy), "Asia/Kolkata", VIEWS], capture_output=True,
                          text=True, check=True, timeout=60)  # fmt: skip
    assert older == done.stdout


def test_a_zone_that_duckdb_does_not_know_has_no_local_time_and_spoils_no_other(filled: Store) -> None:
    new = stored("other", subject="bob")
    save(filled, new, [night("bob", date(2026, 3, 10), [new.sha256])], attempt("other"))
    execute(filled, "UPDATE night SET zone = 'Mars/Base' WHERE subject = 'bob'")
    found = query(filled, "SELECT subject, count(onset_local) AS n FROM events GROUP BY ALL ORDER BY 1").rows()
    assert found == [("anna", 4), ("bob", 0)]


def test_local_times_stand_beside_what_no_night_is_stored_of(filled: Store) -> None:
    write_review(filled, Review("anna", date(2026, 3, 10), "confirm", "dr", 1_800_000_000_000_000))
    reviewed = datetime.fromtimestamp(1_800_000_000, UTC)
    (seen,) = query(filled, "SELECT reviewed_local FROM reviews").to_series().to_list()
    assert seen == reviewed.astimezone(zone_info("Europe/Berlin")).replace(tzinfo=None)
    record_attempts(filled, [Attempt(Path("x.cwa"), None, "refused", "no", microseconds(reviewed), 0, "1")])
    refused = query(filled, "SELECT started_local FROM imports WHERE status = 'refused'")
    assert refused.to_series().to_list() == [None]


def test_a_view_works_where_its_database_is_attached(travelled: Store) -> None:
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{publish(travelled)}' AS mine (READ_ONLY)")
        seen = con.execute("SELECT min(onset_local) - min(onset_at AT TIME ZONE 'UTC') FROM mine.events"
                           " WHERE subject = 'offset'").fetchall()  # fmt: skip
    assert seen == [(timedelta(hours=5, minutes=45),)]


def test_the_mark_in_the_text_of_views_is_written_out() -> None:
    assert "LOCAL(" in (Path(steps.__file__).parent / "views.sql").read_text(encoding="utf-8")
    assert not re.search(r"\bLOCAL\([^i]", views())
