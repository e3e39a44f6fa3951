"""How quick the queue over many people is, measured in the browser.

    python -m benchmarks.review_queue FOLDER [--people 2000] [--nights 14]

Makes the people once, in FOLDER. Home is from the address to the page drawn; a filter and a sort from the click, and
night to night from the key, to the page drawn.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from playwright.sync_api import Page as Tab

from benchmarks.review_speed import said
from tests.analytics.review.browsing import browser_path, browsing, let_in, page_of, served
from tests.analytics.review.queue.crowd import crowd

#: From an act to the page drawn anew; milliseconds.
MEASURE = """
([selector, key]) => new Promise((resolve) => {
    const from = performance.now();
    const before = document.body.dataset.ready;
    if (selector) document.querySelector(selector).click();
    else document.body.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey: true, bubbles: true }));
    const look = () => {
        const now = document.body.dataset.ready;
        if (now && now !== before) resolve(performance.now() - from);
        else setTimeout(look, 1);
    };
    look();
})
"""


def times_ms(tab: Tab, n: int, *, selector: str = "", key: str = "", pause_s: float = 0.0) -> list[float]:
    """``n`` acts, each with a pause after it."""
    found = []
    for _ in range(n):
        found.append(float(tab.evaluate(MEASURE, [selector, key])))
        time.sleep(pause_s)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--nights", type=int, default=14)
    given = parser.parse_args()
    executable = browser_path()
    if executable is None:
        parser.exit(1, "no Chromium here\n")
    database = given.folder.absolute() / "crowd.duckdb"
    if not database.exists():
        crowd(database, given.people, given.nights)
    with served(page_of(database)) as at, browsing(executable) as browser:
        tab = browser.new_page(viewport={"width": 1360, "height": 900})
        let_in(tab.context, at)
        home = []
        for _ in range(5):
            tab.goto(at)
            tab.wait_for_selector("body[data-ready]")
            home.append(float(tab.evaluate("performance.now()")))
        said("home, from address to drawn", home)
        said("a filter", times_ms(tab, 6, selector="#filter-flag-possible_plmd"))
        said("a sort", times_ms(tab, 6, selector="#sort-index"))
        said("night to night", times_ms(tab, 6, key="ArrowRight", pause_s=2.0))


if __name__ == "__main__":
    main()
