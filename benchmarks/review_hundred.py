"""Whether a hundred flagged nights can be reviewed in one go: by keys, by mouse, and all of it taken back.

    python -m benchmarks.review_hundred FOLDER [--people 40] [--nights 100] [--by-mouse 20]

Imports the sample nights into FOLDER and gives them to each of the people, twice: as they were, with their samples, and
three days before, without. Keys are pressed as a person presses them, one after another without a pause, and counted
singly (Shift and an arrow are two). A clear case is a movement looked at, a verdict and the step on; every fourth
night a movement is dismissed and the flag with it, every tenth one is doubted, every twentieth relabelled. Ctrl+Z then
takes all of it back on the last page, and what the database says of flags and nights must be what it was. Then the same
by mouse. It fails where that differs, where a clear case takes more than `MOST_KEYS`, or where a night was left out.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from playwright.sync_api import CDPSession
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page as Tab

from analytics.store import Store, query
from analytics.store.database.connection import transaction
from analytics.store.statements.without_frames import NIGHT_TABLES
from benchmarks.review_speed import repeat, said
from flows.commands.demo import sample_data
from flows.importing.declared import Wishes
from flows.importing.pipeline import import_run, open_context
from tests.analytics.review.browsing import browser_path, browsing, let_in, page_of, served

WAIT_S = 30.0
STATUS = "document.querySelector('#status').textContent"
#: What a clear case may take.
MOST_KEYS = 4
QUEUE = "/?state=raised&verdict=to_review"
STATES = ("SELECT * FROM night_flags ORDER BY ALL", "SELECT * FROM nights_reviewed ORDER BY ALL")
DONE = """
SELECT count(*) AS n FROM (
    SELECT subject, night_date FROM night_flags WHERE state = 'raised' GROUP BY ALL HAVING bool_and(review IS NOT NULL)
)
"""
#: Notes when a step on was asked for, by key or by click, and when the night after it was drawn; milliseconds.
NOTED = """
window.walked = { asked: null, took: [], at: 0 };
const asks = () => { window.walked.asked ??= performance.now(); };
addEventListener("keydown", (event) => event.shiftKey && event.key === "ArrowRight" && asks(), true);
addEventListener("click", (event) => event.target.closest?.(".next-to-review, .queue-start") && asks(), true);
addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
    const { walked } = window;
    if (!document.body.dataset.ready || walked.asked === null) return;
    walked.took.push(performance.now() - walked.asked);
    walked.asked = null;
}).observe(document.body, { attributes: true, attributeFilter: ["data-ready"] }));
"""


@dataclass
class Walk:
    """One go through nights: how many keys or clicks and how long each took, and which were clear."""

    keys: list[int] = field(default_factory=list)
    clear: list[int] = field(default_factory=list)
    took_ms: list[float] = field(default_factory=list)
    acts: int = 0


def people(store: Store, n: int) -> None:
    """Give the nights of ``me`` and their recordings to so many people, and take ``me`` away."""
    anew = {
        "subject": "printf('p%04d', k) AS subject",
        "sha256": "sha256(sha256 || k) AS sha256",
        "recording": "sha256(recording || k) AS recording",
        "recordings": "list_transform(recordings, lambda one: sha256(one || k)) AS recordings",
    }
    with transaction(store) as con:
        for table in (*NIGHT_TABLES, "recording", "recording_night"):
            columns = con.execute("SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [table]).fetchall()
            selected = ", ".join(anew.get(name, name) for (name,) in columns)
            con.execute(f"INSERT INTO {table} SELECT {selected} FROM {table}, range(1, {n + 1}) t(k)")
            con.execute(f"DELETE FROM {table} WHERE subject = 'me'")
    copies = query(store, f"SELECT sha256, sha256(sha256 || k) FROM import_attempt, range(1, {n + 1}) t(k)")
    for sha256, copy in copies.iter_rows():
        (store.recordings / f"{copy}.parquet").hardlink_to(store.recordings / f"{sha256}.parquet")


def made(folder: Path, n_people: int) -> Store:
    store = Store(folder.absolute() / f"hundred-{n_people}.duckdb")
    if not store.path.exists():
        import_run([sample_data()], open_context(Wishes(site="ankle", side="left", tz="UTC"), database=store.path))
        repeat(store, 4)
        people(store, n_people)
    return store


def states(store: Store) -> list[pl.DataFrame]:
    return [query(store, statement) for statement in STATES]


def until(tab: Tab, holds: str) -> None:
    """Wait until an expression holds on the page, whose policy forbids Playwright's own way to ask."""
    wait = f"""new Promise((resolve, reject) => {{
        const end = performance.now() + {1e3 * WAIT_S};
        const look = () => {{
            if ({holds}) resolve();
            else if (performance.now() > end) reject("{WAIT_S} s");
            else setTimeout(look, 4);
        }};
        look();
    }})"""
    try:
        tab.evaluate(wait)
    except PlaywrightError as error:
        status = tab.evaluate(STATUS)
        raise SystemExit(f"not within {error.message}: {holds}; the page says {status!r} at {tab.url}") from None


def step(tab: Tab, act: Callable[[], object]) -> None:
    """Go on to the next night, and wait until it is drawn."""
    walked = tab.evaluate("window.walked.took.length")
    act()
    until(tab, f"window.walked.took.length > {walked}")


def by_keys(place: int) -> tuple[list[str], int]:
    """The keys for a night, and how many acts they are."""
    if place % 20 == 19:
        return ["j", "5", "c"], 2
    if place % 10 == 9:
        return ["j", "j", "u"], 1
    if place % 4 == 3:
        return ["j", "d", "x"], 2
    return ["j", "c"], 1


def walk_by_keys(tab: Tab, n: int) -> Walk:
    """The nights of the queue one after another; ends on the last, whose verdict was given."""
    walk = Walk()
    step(tab, lambda: tab.keyboard.press("Shift+ArrowRight"))
    for place in range(n):
        keys, acts = by_keys(place)
        began = time.perf_counter()
        for key in keys:
            tab.keyboard.press(key)
        if place < n - 1:
            step(tab, lambda: tab.keyboard.press("Shift+ArrowRight"))
        walk.took_ms.append(1e3 * (time.perf_counter() - began))
        walk.keys.append(len(keys) + 2)
        if acts == 1 and keys[-1] == "c":
            walk.clear.append(len(keys) + 2)
        walk.acts += acts
    return walk


def walk_by_mouse(tab: Tab, n: int) -> Walk:
    walk = Walk()
    step(tab, tab.locator(".queue-start").click)
    for place in range(n):
        began = time.perf_counter()
        name = "Dismiss" if place % 4 == 3 else "Confirm"
        tab.locator(".flag-row.in-focus").get_by_role("button", name=name).click()
        if place < n - 1:
            step(tab, tab.locator(".next-to-review").click)
        walk.took_ms.append(1e3 * (time.perf_counter() - began))
        walk.keys.append(2)
        walk.clear.append(2)
        walk.acts += 1
    return walk


def taken_back(tab: Tab, acts: int, act: Callable[[], object]) -> list[float]:
    """Undo so many acts on the page that is shown, wherever they were made; how long each took."""
    found = []
    for _ in range(acts):
        began = time.perf_counter()
        tab.evaluate(f"{STATUS} = ''")
        act()
        until(tab, f"{STATUS}.startsWith('Taken back')")
        found.append(1e3 * (time.perf_counter() - began))
    return found


def metrics(browser: CDPSession) -> dict[str, float]:
    """What the browser says of the tab, garbage collected."""
    browser.send("HeapProfiler.collectGarbage")
    found: list[dict[str, Any]] = browser.send("Performance.getMetrics")["metrics"]
    return {one["name"]: one["value"] for one in found}


def went(store: Store, at: str, tab: Tab, n: int, *, mouse: bool) -> list[str]:
    """Walk, take back, and say how it went; what was wrong."""
    name, wrong = ("mouse" if mouse else "keys"), []
    before, judged = states(store), query(store, DONE)["n"][0]
    cdp = tab.context.new_cdp_session(tab)
    cdp.send("Performance.enable")
    tab.goto(at + QUEUE)
    tab.wait_for_selector("body[data-ready]")
    start, cpu = metrics(cdp), time.process_time()
    walk = (walk_by_mouse if mouse else walk_by_keys)(tab, n)
    until(tab, "document.querySelector('.flag-row.in-focus .flag-said .reviewed')")
    busy, end = time.process_time() - cpu, metrics(cdp)
    done = query(store, DONE)["n"][0] - judged
    if done != n:
        wrong.append(f"{done} nights have a verdict, not {n}")
    per_night = statistics.median(walk.keys), max(walk.clear), max(walk.keys)
    print(
        f"by {name}: {per_night[0]:g} a night in the median, {per_night[1]} at most where clear, {per_night[2]} at all"
    )
    if max(walk.clear) > MOST_KEYS:
        wrong.append(f"a clear case takes {max(walk.clear)} by {name}")
    said("a night with its step on", walk.took_ms)
    said("night to night", tab.evaluate("window.walked.took"))
    tasks, script = (1e3 * (end[one] - start[one]) / n for one in ("TaskDuration", "ScriptDuration"))
    print(f"CPU a night: this process {1e3 * busy / n:.0f} ms, browser {tasks:.0f} ms, of it script {script:.0f} ms")
    undo = tab.locator(".part-log").get_by_role("button", name="Undo").first
    said(
        "one act taken back",
        taken_back(tab, walk.acts, undo.click if mouse else lambda: tab.keyboard.press("Control+z")),
    )
    after = metrics(cdp)
    heap = [f"{one['JSHeapUsedSize'] / 1e6:.1f}" for one in (start, end, after)]
    nodes = [f"{one['Nodes']:.0f}" for one in (start, end, after)]
    print(f"heap at the queue, after the nights, after undo: {' '.join(heap)} MB; nodes {' '.join(nodes)}")
    for what, then, now in zip(("night_flags", "nights_reviewed"), before, states(store), strict=True):
        if not then.equals(now):
            same = then.join(now, on=then.columns, how="semi", nulls_equal=True).height
            wrong.append(f"{what} is not what it was in {then.height - same} rows")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--nights", type=int, default=100)
    parser.add_argument("--by-mouse", type=int, default=20)
    given = parser.parse_args()
    executable = browser_path()
    if executable is None:
        parser.exit(1, "no Chromium here\n")
    given.folder.mkdir(parents=True, exist_ok=True)
    store = made(given.folder, given.people)
    wrong: list[str] = []
    with served(page_of(store.path)) as at, browsing(executable) as browser:
        for n, mouse in ((given.nights, False), (given.by_mouse, True)):
            tab = browser.new_page(viewport={"width": 1280, "height": 900})
            tab.add_init_script(NOTED)
            tab.on("pageerror", lambda error: wrong.append(str(error)))
            let_in(tab.context, at)
            wrong.extend(went(store, at, tab, n, mouse=mouse))
            tab.context.close()
    parser.exit(1 if wrong else 0, "".join(f"wrong: {line}\n" for line in wrong))


if __name__ == "__main__":
    main()
