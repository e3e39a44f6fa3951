"""The page while its database is missing, comes, is taken away and comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from tests.analytics.review.browsing import opened, page_of, ready, served
from tests.analytics.review.queue.crowd import crowd

#: Nothing here depends on the version of DuckDB beyond what other tests run on both.
pytestmark = pytest.mark.once


def test_a_page_without_a_database_says_what_to_do_and_shows_the_nights_once_there_are_some(
    tab: Tab, tmp_path: Path
) -> None:
    database = tmp_path / "x.duckdb"
    with served(page_of(database)) as at:
        opened(tab, at)
        expect(tab.locator("main")).to_contain_text("nightkick import")
        assert not database.exists()
        crowd(tmp_path / "made.duckdb", ["Abeni", "Jo"], 2)
        (tmp_path / "made.duckdb").rename(database)
        expect(tab.locator("h1")).to_have_text("To review", timeout=30_000)


def test_a_database_that_is_taken_away_leaves_the_rows_and_is_tried_again(browser: Browser, tmp_path: Path) -> None:
    tab = browser.new_context().new_page()  # whose failed requests are meant
    database, aside = tmp_path / "x.duckdb", tmp_path / "aside.duckdb"
    crowd(database, ["Abeni", "Jo"], 2)
    with served(page_of(database)) as at:
        opened(tab, f"{at}/?view=nights")
        database.rename(aside)
        tab.locator("#sort-index").click()
        expect(tab.locator(".queue-trouble")).to_contain_text("there is no database here yet", timeout=30_000)
        expect(tab.locator(".queue-table tbody tr")).to_have_count(4)
        aside.rename(database)
        expect(tab.locator(".queue-trouble")).to_be_empty(timeout=30_000)
        expect(ready(tab).locator(".queue-table tbody tr")).to_have_count(4)
    tab.context.close()
