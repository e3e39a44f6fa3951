"""The way in with a real browser: from the file to a clean address, and what is left behind on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from playwright.sync_api import Page as Tab

from tests.analytics.review.browsing import ready
from tests.analytics.review.program import Review, reviewing

pytestmark = pytest.mark.once

NIGHT = "/night/2026-03-02?subject=me"


@pytest.fixture
def fresh(browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile that was let in nowhere."""
    with browser.new_context() as context:
        yield context


def _opened(tab: Tab, running: Review) -> Tab:
    """As a person does it: the file, and nothing else."""
    tab.goto(running.file.as_uri(), wait_until="commit")
    return ready(tab)


def _history(tab: Tab) -> list[str]:
    entries = tab.context.new_cdp_session(tab).send("Page.getNavigationHistory")["entries"]
    return [entry[name] for entry in entries for name in ("url", "userTypedURL")]


def test_the_file_leads_to_a_clean_address_that_goes_on_working(database: Path, fresh: BrowserContext) -> None:
    tab, asked = fresh.new_page(), list[str]()
    tab.on("request", lambda request: asked.extend([request.url, request.headers.get("referer", "")]))
    with reviewing(database) as running:
        secret = running.secret()
        _opened(tab, running)
        assert tab.url == f"{running.address}/"
        (cookie,) = fresh.cookies()
        assert cookie.get("httpOnly")
        assert cookie.get("sameSite") == "Strict"
        assert cookie.get("name") == f"nightkick-{running.port}"
        told = [
            *_history(tab),
            *asked,
            tab.evaluate("document.referrer + document.cookie + JSON.stringify(history.state)"),
        ]
        for shown in told:
            assert secret not in shown
            assert cookie.get("value", "") not in shown
        assert not any("/open" in address or "file:" in address for address in _history(tab))
        tab.reload()
        ready(tab).locator(".nights a").last.click()
        ready(tab).keyboard.press("c")
        expect(tab.locator(".part-state")).to_contain_text("confirmed")
        tab.go_back()
        ready(tab)
        with fresh.expect_page() as other:
            tab.locator(".nights a").last.click(modifiers=["ControlOrMeta"])
        expect(ready(other.value).locator(".part-state")).to_contain_text("confirmed")
        with tab.expect_download() as download:
            tab.get_by_role("link", name="nights", exact=True).click()
        assert len(download.value.path().read_text().splitlines()) == 4
        assert running.stop() == ""


@pytest.mark.slow
def test_the_address_of_the_terminal_leads_in_too_and_is_wiped(database: Path, fresh: BrowserContext) -> None:
    with reviewing(database) as running:
        tab, secret = fresh.new_page(), running.secret()
        tab.goto(f"{running.address}/open#{secret}")
        ready(tab)
        assert tab.url == f"{running.address}/"
        assert not any(secret in address for address in _history(tab))
        again, secret = fresh.new_page(), running.secret()
        again.goto(f"{running.address}/open#{secret}")
        ready(again)
        assert again.url == f"{running.address}/"


@pytest.mark.slow
def test_a_bookmark_of_before_says_how_to_open_it_and_works_afterwards(database: Path, fresh: BrowserContext) -> None:
    tab = fresh.new_page()
    with reviewing(database) as running:
        port = running.port
        _opened(tab, running)
        running.stop()
    with reviewing(database, port=port) as again:
        tab.goto(again.address + NIGHT)
        expect(tab.get_by_role("heading")).to_have_text("Open the review page again")
        expect(tab.locator("main")).to_contain_text("nightkick review")
        assert "me" not in tab.title().split()
        _opened(tab, again)
        tab.goto(again.address + NIGHT)
        expect(ready(tab).locator("h1")).to_have_text("Monday, 2 March 2026")


@pytest.mark.slow
def test_a_page_left_open_says_after_a_new_start_how_to_go_on(database: Path, fresh: BrowserContext) -> None:
    tab = fresh.new_page()
    with reviewing(database) as running:
        port = running.port
        _opened(tab, running)
        running.stop()
    with reviewing(database, port=port):
        tab.locator(".nights a").last.click()
        expect(ready(tab).locator("main")).to_contain_text("open the page with nightkick review")


@pytest.mark.slow
def test_two_programs_side_by_side_work_in_one_browser(database: Path, empty: Path, fresh: BrowserContext) -> None:
    with ExitStack() as stack:
        one, two = (stack.enter_context(reviewing(path)) for path in (database, empty))
        first, second = _opened(fresh.new_page(), one), _opened(fresh.new_page(), two)
        for tab, count in ((first, 3), (second, 0)):
            tab.reload()
            expect(ready(tab).locator(".nights li")).to_have_count(count)


@pytest.mark.slow
def test_a_page_at_another_port_of_this_machine_can_read_nothing(
    database: Path, empty: Path, fresh: BrowserContext
) -> None:
    with ExitStack() as stack:
        ours, theirs = (stack.enter_context(reviewing(path)) for path in (database, empty))
        _opened(fresh.new_page(), ours)
        stranger = _opened(fresh.new_page(), theirs)
        stranger.route("**/foreign.html", lambda route: route.fulfill(body="<p>no policy", content_type="text/html"))
        stranger.goto(f"{theirs.address}/foreign.html")
        read = stranger.evaluate(
            """async (at) => {
                const ask = (mode, path) => fetch(at + path, { mode, credentials: "include" })
                    .then(async (answer) => answer.type + (await answer.text()), () => "refused");
                const load = (name, path) => new Promise((resolve) => {
                    const part = document.createElement(name);
                    part.onload = () => resolve(`${name} loaded ${part.contentDocument?.body.innerText ?? ""}`);
                    part.onerror = () => resolve("refused");
                    part.src = at + path;
                    document.body.append(part);
                });
                return [await ask("cors", "/api/nights"), await ask("no-cors", "/api/nights"),
                    await load("script", "/static/app.js"), await load("img", "/static/icon.svg")];
            }""",
            ours.address,
        )
        assert read == ["refused"] * 4
