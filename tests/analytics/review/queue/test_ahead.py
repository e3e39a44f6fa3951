"""The queue is worked out while the browser starts, and what cannot be is told by who asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.review.queue.ahead import FIRST, work_out_ahead
from analytics.review.queue.filters import NightsPage, QueueFilter
from analytics.review.queue.nights import counts_payload, nights_page
from analytics.store import Store
from analytics.store.database import derived
from tests.analytics.review.queue.crowd import crowd
from tests.paths import ROOT


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line each time tables are worked out of a database."""
    times, real = list[str](), derived._worked_out

    def counted(*given: object) -> object:
        times.append("worked out")
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(derived, "_worked_out", counted)
    return times


def test_the_first_look_finds_the_queue_worked_out(tmp_path: Path, worked_out: list[str]) -> None:
    store = crowd(tmp_path / "n.duckdb", 3, 2)
    work_out_ahead(store)
    assert worked_out == ["worked out"]
    assert len(nights_page(store, NightsPage())["nights"]) == 6
    assert counts_payload(store, QueueFilter())
    assert worked_out == ["worked out"]


def test_what_home_asks_first_is_what_is_worked_out() -> None:
    page = (ROOT / "analytics" / "review" / "static" / "queue_address.js").read_text(encoding="utf-8")
    assert f'const FIRST = [{", ".join(f"""["verdict", "{verdict}"]""" for verdict in FIRST)}];' in page


def test_nothing_is_worked_out_for_one_person_or_without_a_database(tmp_path: Path, worked_out: list[str]) -> None:
    work_out_ahead(crowd(tmp_path / "n.duckdb", 1, 2))
    work_out_ahead(Store(tmp_path / "none.duckdb"))
    (tmp_path / "damaged.duckdb").write_bytes(b"no database")
    work_out_ahead(Store(tmp_path / "damaged.duckdb"))
    assert worked_out == []
