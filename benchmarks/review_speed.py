"""How quick the review page is on 1,000 nights, measured in the browser.

    python -m benchmarks.review_speed FOLDER [--nights 1000]

Imports the sample nights into FOLDER and repeats them in the database, three days apart, back in time. Night to night
is from the key to the page drawn, movements traced; movement to movement from the key to its trace. An edit is from the
request to the answer, in the server: a movement deleted, and that taken back.
"""

from __future__ import annotations

import argparse
import statistics
import time
from datetime import date
from functools import partial
from pathlib import Path

from playwright.sync_api import Page as Tab

from analytics.review.edits.answering import as_edited, edited_payload, turned_payload
from analytics.review.page import Page
from analytics.store import Store, query
from analytics.store.database.connection import transaction
from analytics.store.statements.without_frames import NIGHT_TABLES
from flows.commands.demo import sample_data
from flows.importing.declared import Wishes
from flows.importing.pipeline import import_run, open_context
from tests.analytics.review.browsing import browser_path, browsing, let_in, page_of, served

NIGHT = "/night/2026-03-02?subject=me"
DAYS_APART = 3

#: From an act to the moment at which a mark of the page changes; milliseconds. It is told of the change by the browser:
#: a page that is asked again and again is slower, and the answer up to 4 ms late.
MEASURE = """
({ key, shift, click, of, mark }) => new Promise((resolve) => {
    const shown = () => document.querySelector(of)?.dataset[mark];
    const before = shown();
    const changes = new MutationObserver(() => {
        const now = shown();
        if (!now || now === before) return;
        changes.disconnect();
        resolve(performance.now() - from);
    });
    changes.observe(document.documentElement, { attributes: true, childList: true, subtree: true });
    const from = performance.now();
    if (click) document.querySelector(click).click();
    else document.body.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey: shift, bubbles: true }));
})
"""
#: Where the page says that it has been drawn, and the inspector that its trace has.
PAGE, TRACE = ("body", "ready"), (".plot.inspector", "shown")


def repeat(store: Store, n_nights: int) -> None:
    """Copy the nights that are there, each copy `DAYS_APART` days before the last."""
    present = query(store, "SELECT count(*) AS n FROM night")["n"][0]
    copies = max(0, n_nights - present) // DAYS_APART + 1
    with transaction(store) as con:
        for table in NIGHT_TABLES:
            columns = con.execute(
                "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ?", [table]
            ).fetchall()
            back = f"(k * {DAYS_APART})"
            shifted = {
                "DATE": f"{{0}} - {back}::INTEGER AS {{0}}",
                "TIMESTAMP WITH TIME ZONE": f"{{0}} - to_days({back}::INTEGER) AS {{0}}",
            }
            selected = ", ".join(shifted.get(dtype, "{0}").format(name) for name, dtype in columns)
            con.execute(f"INSERT INTO {table} SELECT {selected} FROM {table}, range(1, {copies + 1}) t(k)")


def times_ms(
    tab: Tab, n: int, what: tuple[str, str], *, key: str = "", click: str = "", pause_s: float = 0.0
) -> list[float]:
    """``n`` acts, a key (`Shift+` before it) or a click each, with the pause that a person makes after it."""
    shift, _, name = key.rpartition("+")
    asked = {"key": name, "shift": bool(shift), "click": click, "of": what[0], "mark": what[1]}
    found = []
    for _ in range(n):
        found.append(float(tab.evaluate(MEASURE, asked)))
        time.sleep(pause_s)
    return found


def edit_ms(page: Page, n: int) -> list[float]:
    """``n`` edits of the night, each taken back after it, so that the database stays as it is but for their record."""
    about = {"subject": "me", "night": NIGHT.partition("?")[0].rpartition("/")[2]}
    onsets = as_edited(page, "me", date.fromisoformat(about["night"]))["events"]["onset_us"]
    found = []
    for place in range(n):
        wanted = {**about, "kind": "delete", "onsets": [onsets[place % len(onsets)]]}
        for act in (partial(edited_payload, page, wanted), partial(turned_payload, page, about, "undo")):
            began = time.perf_counter()
            act()
            found.append(1e3 * (time.perf_counter() - began))
    return found


def home_ms(tab: Tab, at: str) -> float:
    """From the address of home until it is drawn; rows below and older weeks come in pauses after it.

    From an empty tab, for to take down what another page had drawn is no part of it.
    """
    tab.goto("about:blank")
    tab.goto(at)
    tab.wait_for_selector("body[data-ready]")
    return float(tab.evaluate("performance.now()"))


def said(name: str, found: list[float]) -> None:
    ordered = sorted(found)
    print(f"{name:32} median {statistics.median(ordered):6.0f} ms   worst {ordered[-1]:6.0f} ms   of {len(ordered)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--nights", type=int, default=1000)
    given = parser.parse_args()
    executable = browser_path()
    if executable is None:
        parser.exit(1, "no Chromium here\n")
    store = Store(given.folder.absolute() / "speed.duckdb")
    if not store.path.exists():
        context = open_context(Wishes(site="ankle", side="left", tz="UTC"), database=store.path)
        import_run([sample_data()], context)
        repeat(store, given.nights)
    said("edit to the night recomputed", edit_ms(page_of(store.path), 10))
    with served(page_of(store.path)) as at, browsing(executable) as browser:
        tab = browser.new_page(viewport={"width": 1360, "height": 900})
        let_in(tab.context, at)
        home_ms(tab, at)  # the browser keeps the scripts from here on
        changed = []
        for _ in range(3):
            with transaction(store):
                pass  # noted as a change, after which nothing that was kept holds
            changed.append(home_ms(tab, at))
        said("home after a change", changed)
        said("home, from address to drawn", [home_ms(tab, at) for _ in range(5)])
        tab.goto(at + NIGHT)
        tab.wait_for_selector("body[data-ready]")
        said("movement to movement", times_ms(tab, 30, TRACE, key="j", pause_s=0.4))
        said("movement to movement, no pause", times_ms(tab, 30, TRACE, key="j"))
        said("night to night", times_ms(tab, 20, PAGE, key="ArrowLeft", pause_s=1.0))
        said("night to night, no pause", times_ms(tab, 20, PAGE, key="ArrowLeft"))


if __name__ == "__main__":
    main()
