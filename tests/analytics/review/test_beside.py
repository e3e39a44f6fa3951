"""What is read of nights together is of each what is read of it alone, however often and after whatever change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analytics.review import beside
from analytics.review.edits.answering import as_edited
from analytics.review.night import night_payload
from analytics.review.page import Page
from analytics.said import JournalEntry
from analytics.store import Store, WantedEdit, frames, query, snapshot, write_edit, write_journal
from tests.analytics.review.browsing import page_of
from tests.analytics.review.conftest import NIGHT
from tests.flows.stored import build

SUBJECT = "me"
pytestmark = pytest.mark.once


@pytest.fixture
def dates(database: Path) -> list[date]:
    found = query(Store(database), "SELECT night_date FROM nights ORDER BY 1")["night_date"].to_list()
    assert len(found) == 3
    return found


def shown(page: Page, night_date: date) -> Mapping[str, Any]:
    with snapshot(page.store):
        return night_payload(page, SUBJECT, night_date)


@pytest.mark.first_case
@pytest.mark.parametrize("together", [2, 1, 8])
def test_a_night_is_answered_alike_whichever_nights_were_read_with_it(
    database: Path, dates: list[date], together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "TOGETHER", 1)
    alone = {one: shown(page_of(database), one) for one in dates}
    monkeypatch.setattr(beside, "TOGETHER", together)
    page = page_of(database)
    for one in (*dates, *reversed(dates)):
        assert shown(page, one) == alone[one]


def test_what_is_written_of_a_night_is_seen_on_it_and_on_no_night_read_with_it(
    database: Path, dates: list[date]
) -> None:
    page, others = page_of(database), [one for one in dates if one != NIGHT]
    before = {one: shown(page, one) for one in dates}
    onset_us = before[NIGHT]["events"]["onset_us"][3]
    write_edit(page.store, WantedEdit(SUBJECT, NIGHT, "delete", "Ann", 1_000_000, (onset_us,)))
    write_journal(page.store, [JournalEntry(SUBJECT, NIGHT, "alcohol_units", 2.0)])
    after = {one: shown(page, one) for one in dates}
    assert [after[one] for one in others] == [before[one] for one in others]
    assert onset_us not in after[NIGHT]["edited"]["events"]["onset_us"]
    assert after[NIGHT]["edited"] == as_edited(page, SUBJECT, NIGHT)
    assert len(after[NIGHT]["journal"]) == len(before[NIGHT]["journal"]) + 1


def test_a_watch_is_asked_for_only_where_there_is_one_and_nothing_is_left_out(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = build(tmp_path / "without.duckdb")
    asked: list[str] = []

    def watched(store: Store, *ones: Any) -> Any:
        asked.extend(sql for sql, _ in ones)
        return frames(store, *ones)

    monkeypatch.setattr(beside, "frames", watched)
    for store, n_views in ((Store(database), 2), (without, 0)):
        (night, *_) = query(store, "SELECT subject, night_date FROM night ORDER BY 2 DESC").rows()
        with snapshot(store):
            shown_of = night_payload(page_of(store.path), *night)
        views = ("sleep_stages", "heart_rate", "temperature")
        assert sum(any(f"FROM {view}" in sql for view in views) for sql in asked) == n_views
        count = "SELECT count(*) FROM {} WHERE night_date = ?"
        stored = [query(store, count.format(view), night[1:]).item() for view in views[:2]]
        assert [len(shown_of["stages"]), len(shown_of["heart"])] == stored
        asked.clear()
