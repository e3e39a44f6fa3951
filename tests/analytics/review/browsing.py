"""The page served to a real browser: Debian's Chromium, driven by Playwright, which may reach nothing but the page."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, sync_playwright
from playwright.sync_api import Page as Tab

from analytics.review import Page, create_app
from analytics.review.door import Door, cookie_name
from analytics.review.serving import server_of
from analytics.store import Store
from flows.settings.settings import Settings

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

#: What axe-core must find nothing against. Of what is in order it names no more than one part: to name all takes long.
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    "resultTypes": ["violations"],
}
#: The only one of its rules to which it matters whether the page is light or dark.
COLOURS = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}

#: What opens the pages that are served here, by their addresses.
_doors: dict[str, Door] = {}
#: Where pages were served until a test ended: what a tab that is still open asks ahead there is answered by no one.
_ended: set[str] = set()


def browser_path() -> str | None:
    """A browser of this machine, or None."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def page_of(database: Path, *, reviewer: str = "Ann", wait_s: float = 10.0) -> Page:
    """What the page works on, with default settings."""
    settings = Settings()
    return Page(
        store=Store(database, wait_s=wait_s),
        reviewer=reviewer,
        criteria=settings.analysis_criteria(),
        rulesets=settings.rulesets(),
        version="0",
    )


@contextmanager
def served(page: Page) -> Iterator[str]:
    """The address of the page, served by a thread for as long as the context lasts."""
    bound = socket.create_server(("127.0.0.1", 0))
    server = server_of(create_app(page))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    _doors[address] = page.door
    _ended.discard(address)
    try:
        yield address
    finally:
        _ended.add(address)
        server.should_exit = True
        thread.join()
        bound.close()


@contextmanager
def browsing(executable: str) -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


def is_ended(url: str) -> bool:
    """Whether a page was served there, and is no more."""
    return any(url.startswith(f"{address}/") for address in _ended)


def key_of(address: str) -> dict[str, str]:
    """The cookie of one more client that is let in."""
    door = _doors[address]
    cookie = door.let_in(door.secret)
    assert cookie is not None
    return {cookie_name(urlsplit(address).netloc): cookie}


def let_in(context: BrowserContext, url: str) -> None:
    """Have all tabs of a context let in where the page of ``url`` is served; nothing if they are."""
    address = url[: len(url) - len(urlsplit(url)._replace(scheme="", netloc="").geturl())]
    names = {cookie.get("name") for cookie in context.cookies()}
    if address in _doors and cookie_name(urlsplit(address).netloc) not in names:
        cookies = [{"name": name, "value": value, "url": address} for name, value in key_of(address).items()]
        context.add_cookies(cast(Any, cookies))


def opened(tab: Tab, url: str) -> Tab:
    """The tab, let in, once the page at an address is drawn."""
    let_in(tab.context, url)
    tab.goto(url)
    return ready(tab)


def ready(tab: Tab) -> Tab:
    """The tab, once its page is drawn."""
    tab.wait_for_selector("body[data-ready]")
    return tab


@contextmanager
def pressing(tab: Tab, what: Locator) -> Iterator[None]:
    """Hold a press for longer than the answers take that leaving a field asks for; let go at the end."""
    what.hover()
    tab.mouse.down()
    tab.wait_for_timeout(500)
    yield
    tab.mouse.up()


def faults(tab: Tab, rules: dict[str, list[str]] = AXE) -> str:
    """What axe-core finds against the page; nothing if it may be used with a keyboard and a screen reader."""
    found = Axe().run(tab, options=rules)
    return found.generate_report() if found.violations_count else ""


def too_wide(tab: Tab) -> list[str]:
    """What of the page must be scrolled sideways to be read: the page itself, or a part that scrolls by itself."""
    found: list[str] = tab.evaluate(
        """[document.documentElement, ...document.querySelectorAll("body *")]
            .filter((one) => one === document.documentElement || /auto|scroll/.test(getComputedStyle(one).overflowX))
            .filter((one) => one.scrollWidth > one.clientWidth && one.clientWidth > 0)
            .map((one) => `${one.tagName}.${one.className}: ${one.scrollWidth} > ${one.clientWidth}`)"""
    )
    return found
