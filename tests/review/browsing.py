"""The page served to a real browser: Debian's Chromium, driven by Playwright, which may reach nothing but the page."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Page as Tab

from analytics.review import Page, create_app
from analytics.store import Store
from flows.settings import Settings

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
    config = uvicorn.Config(create_app(page), log_level="warning", access_log=False, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
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


def opened(tab: Tab, url: str) -> Tab:
    """The tab, once the page at an address is drawn."""
    tab.goto(url)
    return ready(tab)


def ready(tab: Tab) -> Tab:
    """The tab, once its page is drawn."""
    tab.wait_for_selector("body[data-ready]")
    return tab
