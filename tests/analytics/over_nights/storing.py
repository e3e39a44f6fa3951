"""Constructed people as rows of a database, as analyses, reviewers and the journal leave them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from analytics.flag import INDEX_CRITERION
from analytics.store import Store, initialise
from analytics.store.database.connection import ArrowStream, transaction
from analytics.store.database.tables import Columns
from tests.analytics.over_nights.people import JERKS, KICKS, NIGHTS, RLS, Made

FIRST = date(2026, 3, 2)
#: Of what may be empty or unknown on every night.
NIGHT: Columns = {"index": pl.Float64, "raised": pl.List(pl.String), "untold": pl.List(pl.String)}
JOURNAL: Columns = {"subject": pl.String, "day": pl.Date, "kind": pl.String, "value": pl.Float64, "text": pl.String}
NIGHT_COLUMNS = """
    subject, night_date, 'Europe/Berlin' AS zone, [] AS recordings, 'ankle' AS site, legs,
    night_date + INTERVAL 20 HOUR AS recorded_from, night_date + INTERVAL 30 HOUR AS recorded_to, 10 AS recorded_h,
    0 AS longest_gap_s, 'diary' AS sleep_source, in_bed_h * 0.9 AS tst_h, 0.9 AS sleep_efficiency, 'B' AS tier,
    assessable, n_jerks AS n_hypnic_jerks, 'c' AS criteria_hash, '1' AS version
"""


def store_people(path: Path, people: Mapping[str, Made]) -> Store:
    """A new database with these people."""
    store = Store(path)
    initialise(store)
    nights = [row for name, made in people.items() for row in _nights(name, made)]
    journal = [row for name, made in people.items() for row in _journal(name, made)]
    with transaction(store) as con:
        con.register("made", ArrowStream(pl.DataFrame(nights, schema_overrides=NIGHT, infer_schema_length=None)))
        con.register("noted", ArrowStream(pl.DataFrame(journal, schema=JOURNAL)))
        con.execute(f"INSERT INTO night BY NAME SELECT {NIGHT_COLUMNS} FROM made")
        con.execute("""
            INSERT INTO score BY NAME
            SELECT subject, night_date, 'wasm2016' AS ruleset, 'h' AS ruleset_hash, index AS plms_index FROM made
        """)
        con.execute(f"""
            INSERT INTO flag BY NAME SELECT subject, night_date, 'wasm2016' AS ruleset, name,
                list_contains(raised, name) AS raised, criteria, 'why' AS reason, CASE
                    WHEN list_contains(raised, name) THEN 'raised' WHEN list_contains(untold, name) OR NOT assessable
                    THEN 'cannot_tell' ELSE 'not_raised' END AS state
            FROM made CROSS JOIN (SELECT unnest(['{KICKS}', '{JERKS}', '{RLS}']) AS name)
        """)
        con.execute("""
            INSERT INTO review_entry BY NAME SELECT subject, night_date, 'dismiss' AS verdict, 'dr' AS reviewer,
                now() AS reviewed_at, unnest(raised) AS flag FROM made WHERE dismissed
        """)
        con.execute("INSERT INTO journal_entry BY NAME FROM noted")
    return store


def _nights(name: str, made: Made) -> Iterator[dict[str, Any]]:
    criterion = {"name": INDEX_CRITERION, "state": "met", "value": None, "threshold": made.threshold, "says": ""}
    criteria = json.dumps([criterion])
    for k, letter in enumerate(made.nights):
        kind = NIGHTS[letter]
        yield {
            "subject": name,
            "night_date": FIRST + timedelta(days=k),
            "legs": made.legs,
            "in_bed_h": made.in_bed_h,
            "index": kind.index if kind.assessable else None,
            "n_jerks": kind.n_jerks,
            "assessable": kind.assessable,
            "raised": list(kind.raised),
            "untold": list(kind.untold),
            "dismissed": kind.dismissed,
            "criteria": criteria,
        }


def _journal(name: str, made: Made) -> Iterator[dict[str, Any]]:
    """A digit a day; a word is the answer of each of three days."""
    for kind, days in made.journal.items():
        is_word = days.isalpha()
        for k, said in enumerate([days] * 3 if is_word else days):
            if said != ".":
                value = None if is_word else float(said)
                text = said if is_word else None
                day = FIRST + timedelta(days=k)
                yield {"subject": name, "day": day, "kind": kind, "value": value, "text": text}
