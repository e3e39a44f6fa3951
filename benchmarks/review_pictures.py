"""Screenshots of the review page, to be looked at: home, a night, a movement from near, in the dark, on a phone.

python -m benchmarks.review_pictures DATABASE SUBJECT NIGHT [-o FOLDER]
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser

from tests.review.browsing import browser_path, browsing, page_of, served

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
    page.goto(url)
    page.wait_for_selector(READY)
    page.wait_for_load_state("networkidle")
    for key in keys:
        page.keyboard.press(key)
    if keys:
        page.wait_for_selector(".plot.inspector[data-shown]")
    if scroll:
        page.locator(scroll).scroll_into_view_if_needed()
    page.screenshot(path=path, full_page=whole)
    page.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", type=Path)
    parser.add_argument("subject")
    parser.add_argument("night")
    parser.add_argument("-o", "--out", type=Path, default=Path("review-pictures"))
    given = parser.parse_args()
    executable = browser_path()
    if executable is None:
        parser.exit(1, "no Chromium here\n")
    given.out.mkdir(parents=True, exist_ok=True)
    night = f"/night/{given.night}?{urlencode({'subject': given.subject})}"
    with served(page_of(given.database.absolute())) as address, browsing(executable) as browser:
        shots(browser, address, night, given.out)


if __name__ == "__main__":
    main()
