"""How quick the queue over many people is, measured in the browser.

    python -m benchmarks.review_queue FOLDER [--people 2000] [--nights 14]

Makes the people once, in FOLDER. Home is from the address to the page drawn; a filter and a sort from the click, and
night to night from the key, to the page drawn, with the pause that a look takes and without one.
"""

from __future__ import annotations

import argparse
import threading
from pathlib import Path

from analytics.review import work_out_ahead
from benchmarks.review_speed import PAGE, home_ms, said, times_ms
from tests.analytics.review.browsing import browser_path, browsing, let_in, page_of, served
from tests.analytics.review.queue.crowd import crowd


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
    page = page_of(database)
    with served(page) as at, browsing(executable) as browser:
        threading.Thread(target=work_out_ahead, args=(page.store,), daemon=True).start()  # as `nightkick review` does
        tab = browser.new_page(viewport={"width": 1360, "height": 900})
        let_in(tab.context, at)
        said("home, from address to drawn", [home_ms(tab, at) for _ in range(5)])
        said("a filter", times_ms(tab, 6, PAGE, click="#filter-flag-possible_plmd"))
        said("a sort", times_ms(tab, 6, PAGE, click="#sort-index"))
        said("night to night", times_ms(tab, 20, PAGE, key="Shift+ArrowRight", pause_s=1.0))
        said("night to night, no pause", times_ms(tab, 20, PAGE, key="Shift+ArrowRight"))


if __name__ == "__main__":
    main()
