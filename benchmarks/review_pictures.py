"""Screenshots of the review page, to be looked at: home, a night, a movement from near, in the dark, on a phone.

    python -m benchmarks.review_pictures [DATABASE SUBJECT NIGHT] [-o FOLDER]

Without a database, of a fortnight that is simulated for it: kicks, jerks and calm nights, one broken off by a gap, one
short, some of them reviewed. These stand in the README.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser

from analytics.said import Review, Verdict
from analytics.simulate.write import simulate_night, write_recording
from analytics.store import write_review
from flows.importing.declared import Wishes
from flows.importing.pipeline import import_run, open_context
from ingest.clock import microseconds
from tests.analytics.review.browsing import browser_path, browsing, let_in, page_of, served

#: Who sleeps, night after night.
FORTNIGHT = ("plmd", "healthy", "plmd", "jerks", "healthy", "plmd", "rls", "plmd", "short", "jerks", "plmd", "healthy",
             "plmd", "plmd")  # fmt: skip
GAP_ON = 12
SEED = 7
FIRST = date(2026, 3, 2)
READY = "body[data-ready]"
DESK = {"width": 1360, "height": 900}
PHONE = {"width": 390, "height": 844}


def shots(browser: Browser, address: str, night: str, folder: Path) -> None:
    """All pictures; ``night`` is the path of one night."""
    desk: dict[str, Any] = {"viewport": DESK}
    _shot(browser, address + "/", folder / "home.png", desk)
    _shot(browser, address + night, folder / "night.png", desk)
    _shot(browser, address + night, folder / "night_whole.png", desk, whole=True)
    _shot(browser, address + night, folder / "near.png", desk, keys="jjjjjzz", scroll=".inspect")
    _shot(browser, address + night, folder / "zoomed.png", desk, keys="jjj+++++e")
    _shot(browser, address + night, folder / "help.png", desk, keys="?")
    _shot(browser, address + night, folder / "night_dark.png", {**desk, "color_scheme": "dark"}, whole=True)
    _shot(browser, address + "/", folder / "home_dark.png", {**desk, "color_scheme": "dark"})
    _shot(browser, address + "/", folder / "home_phone.png", {"viewport": PHONE}, whole=True)
    _shot(browser, address + night, folder / "night_phone.png", {"viewport": PHONE}, whole=True)


#: What comes into view is drawn a frame later; rows of a list that scrolled by itself, two.
_DRAWN = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn, 200))))"


def _shot(
    browser: Browser,
    url: str,
    path: Path,
    options: dict[str, Any],
    *,
    keys: str = "",
    scroll: str | None = None,
    whole: bool = False,
) -> None:
    page = browser.new_page(**options)
    let_in(page.context, url)
    page.goto(url)
    page.wait_for_selector(READY)
    page.wait_for_load_state("networkidle")
    for key in keys:
        page.keyboard.press(key)
    if keys:
        page.wait_for_selector(".plot.inspector[data-shown]")
    if scroll:
        page.locator(scroll).scroll_into_view_if_needed()
    page.evaluate(_DRAWN)
    page.screenshot(path=path, full_page=whole)
    page.close()


def fortnight(folder: Path) -> tuple[Path, str, str]:
    """A database of simulated nights; whose, and which of them to show."""
    for day, name in enumerate(FORTNIGHT):
        evening, profile = FIRST + timedelta(days=day), "healthy" if name == "short" else name
        night = simulate_night(profile, evening=evening, rate_hz=50, sensor="ax3", seed=SEED + day, hours=8.5)
        at_h = (night.time_us - night.start_us) / 3.6e9
        kept = (at_h < (3.0 if name == "short" else 8.5)) & ~((day == GAP_ON) & (at_h > 4) & (at_h < 4.6))
        night = replace(night, time_us=night.time_us[kept], xyz_g=night.xyz_g[kept])
        write_recording(folder / f"{day:02}.cwa", night, rate_hz=50, file_format="cwa")
    database = folder / "nights.duckdb"
    context = open_context(Wishes(site="ankle", side="left", tz="Europe/Berlin"), database=database)
    import_run([folder], context)
    verdicts: dict[int, Verdict] = {0: "confirm", 2: "dismiss", 5: "confirm"}
    for day, verdict in verdicts.items():
        said_us = microseconds(datetime(2026, 4, 1, 9, tzinfo=UTC))
        write_review(context.store, Review("me", FIRST + timedelta(days=day), verdict, "Ann", said_us))
    return database, "me", "2026-03-14"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", type=Path, nargs="?")
    parser.add_argument("subject", nargs="?", default="me")
    parser.add_argument("night", nargs="?")
    parser.add_argument("-o", "--out", type=Path, default=Path("review-pictures"))
    given = parser.parse_args()
    executable = browser_path()
    if executable is None:
        parser.exit(1, "no Chromium here\n")
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        of_all = (given.database, given.subject, given.night) if given.night else fortnight(Path(made))
        database, subject, night_date = of_all
        night = f"/night/{night_date}?{urlencode({'subject': subject})}"
        with served(page_of(database.absolute())) as address, browsing(executable) as browser:
            shots(browser, address, night, given.out)


if __name__ == "__main__":
    main()
