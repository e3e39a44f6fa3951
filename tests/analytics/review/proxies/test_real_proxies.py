"""The page behind Caddy and nginx, each with the lines of docs/phone.md; skipped where it is not installed."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from analytics.journal.planned import MOST_BYTES
from analytics.review.journal_files import LARGEST_UPLOAD
from analytics.review.protection import TOKEN_HEADER
from analytics.store import Store, journal_of
from tests.analytics.review.browsing import QUIET, browser_path, ready
from tests.analytics.review.program import Review, reviewing
from tests.analytics.review.proxies.running import KINDS, NAME, free_port, lines_of, proxying, skip_without
from tests.flows.stored import EVENING, SUBJECT, build

pytestmark = pytest.mark.once


@dataclass
class Behind:
    """A running page, the port of the proxy before it, and its database."""

    page: Review
    port: int
    database: Path

    @property
    def name(self) -> str:
        """As a browser asks for it."""
        return f"{NAME}:{self.port}"

    def to_type(self) -> str:
        """The address for the phone that stands in the file now."""
        return self.page.file.with_name("elsewhere.txt").read_text().strip()

    def ask(self, path: str, *, scheme: str = "https", **headers: str) -> httpx.Response:
        """What a client gets that asks for a path and sends what it likes."""
        with self._client(**headers) as client:
            return client.get(f"{scheme}://127.0.0.1:{self.port}{path}")

    @contextmanager
    def inside(self) -> Iterator[httpx.Client]:
        """A client that brought the secret."""
        with self._client(origin=f"https://{self.name}") as client:
            secret = self.to_type().partition("#")[2]
            answer = client.post(f"https://127.0.0.1:{self.port}/open", data={"secret": secret})
            name, *rest = answer.headers["set-cookie"].split("; ")
            assert {"Secure", "HttpOnly", "SameSite=strict", "Path=/"} == set(rest)
            client.cookies.clear()
            client.headers["cookie"] = name
            yield client

    def _client(self, **headers: str) -> httpx.Client:
        named = {"host": self.name} | {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.Client(transport=_Named(NAME), headers=named, timeout=60)


class _Named(httpx.HTTPTransport):
    """Asks 127.0.0.1 under a name, whose certificate no authority of this machine has signed."""

    def __init__(self, name: str) -> None:
        super().__init__(verify=False)
        self._name = name

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = self._name
        return super().handle_request(request)


@contextmanager
def _running(kind: str, folder: Path) -> Iterator[Behind]:
    skip_without(kind)
    database, port = build(folder / "x.duckdb").path, free_port()
    with pytest.MonkeyPatch.context() as patch, ExitStack() as until_the_end:
        patch.setenv("NIGHTKICK_REVIEW__PROXY", f"{NAME}:{port}")
        page = until_the_end.enter_context(reviewing(database))
        until_the_end.enter_context(proxying(kind, folder, port, page.port))
        assert page.process.stderr is not None
        assert "elsewhere.txt" in page.process.stderr.readline()
        yield Behind(page, port, database)


@pytest.fixture(scope="module", params=KINDS)
def behind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    """The real program behind a real proxy of this machine."""
    with _running(request.param, tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture
def phone(browser: Browser) -> Iterator[Tab]:
    """A browser as narrow as a phone, which finds the name at the proxy and takes its certificate."""
    leads = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"
    own = browser.browser_type.launch(executable_path=browser_path(), args=[*QUIET, leads])
    context = own.new_context(viewport={"width": 390, "height": 844}, ignore_https_errors=True, has_touch=True)
    yield context.new_page()
    own.close()


@pytest.mark.skipif(browser_path() is None, reason="no Chromium on this machine")
def test_on_a_phone_the_typed_address_opens_the_page_and_the_journal_is_stored(behind: Behind, phone: Tab) -> None:
    phone.goto(f"https://{behind.name}/")
    expect(phone.get_by_text("On a phone:")).to_be_visible()
    expect(phone.get_by_text("open the file that the terminal names")).to_be_hidden()
    address = behind.to_type()
    phone.goto(address)
    ready(phone)
    assert phone.evaluate("location.href") == f"https://{behind.name}/"
    (cookie,) = phone.context.cookies()
    assert (cookie.get("secure"), cookie.get("httpOnly"), cookie.get("sameSite")) == (True, True, "Strict")
    phone.goto(f"https://{behind.name}/journal/{EVENING}")
    ready(phone)
    form = phone.locator(".journal-day").first
    form.get_by_label("lights off", exact=True).fill("10:40 pm")
    form.get_by_label("note", exact=True).fill("from the sofa")
    phone.get_by_role("button", name="Save").first.click()
    expect(phone.locator(".journal-says")).to_contain_text("Saved.")
    stored = {one.kind: one.text for one in journal_of(Store(behind.database), SUBJECT, EVENING)}
    assert (stored["lights_off"], stored["note"]) == ("22:40", "from the sofa")
    assert behind.to_type() != address
    phone.context.clear_cookies()
    phone.goto(address)
    expect(phone.get_by_text("On a phone:")).to_be_visible()


@pytest.mark.skipif(browser_path() is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_that_is_open_says_that_nightkick_was_stopped(kind: str, phone: Tab, tmp_path: Path) -> None:
    with _running(kind, tmp_path) as behind:
        phone.goto(behind.to_type())
        ready(phone)
        phone.goto(f"https://{behind.name}/journal/{EVENING}")
        ready(phone)
        behind.page.stop()
        phone.locator(".journal-day").first.get_by_label("note", exact=True).fill("late")
        phone.get_by_role("button", name="Save").first.click()
        expect(phone.locator(".journal-says")).to_contain_text("nightkick does not answer: it was stopped")
        assert behind.ask("/").status_code == 502


def test_nothing_that_a_client_says_of_itself_opens_the_page(behind: Behind) -> None:
    claims: list[dict[str, str]] = [
        {},
        {"x_forwarded_proto": "http"},
        {"x_forwarded_for": "127.0.0.1", "x_forwarded_host": "127.0.0.1", "forwarded": "for=127.0.0.1;proto=https"},
        {"connection": "x-forwarded-proto"},
        {"cookie": "__Host-nightkick=guessed"},
    ]
    for said in claims:
        answer = behind.ask("/api/people", **said)
        assert answer.status_code == 403, said
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert SUBJECT not in answer.text
    asked = f"https://127.0.0.1:{behind.port}/api/people"
    with behind.inside() as inside:
        assert inside.get(asked).json()["only"] == SUBJECT
        assert (
            inside.get(asked, headers={"x-forwarded-proto": "http"}).json()["only"] == SUBJECT
        )  # the proxy replaces it
        for host in ("127.0.0.1", f"127.0.0.1:{behind.page.port}", "elsewhere.example", NAME, f"x.{behind.name}"):
            answer = inside.get(asked, headers={"host": host})
            assert "how_many" not in answer.text, host  # our 403, or what the proxy answers to a name it does not know
        assert b"how_many" not in _plain(behind, inside.headers["cookie"])


def _plain(behind: Behind, cookie: str) -> bytes:
    headers = {"cookie": cookie, "x-forwarded-proto": "https"}
    try:
        return behind.ask("/api/people", scheme="http", **headers).content
    except httpx.RemoteProtocolError as error:
        return str(error).encode()


@pytest.mark.slow
def test_a_journal_file_as_large_as_the_page_takes_comes_through(behind: Behind) -> None:
    at = f"https://127.0.0.1:{behind.port}"
    row = b"date,note\n2026-03-04,late\n"
    with behind.inside() as inside:
        token = re.search(r'nightkick-token" content="([^"]+)', inside.get(f"{at}/").text)
        assert token
        inside.headers.update({TOKEN_HEADER: token[1], "sec-fetch-site": "same-origin"})
        for data in (row, row + b"\n" * (MOST_BYTES - len(row))):
            said = {"name": "x.csv", "base64": b64encode(data).decode(), "subject": SUBJECT, "confirmed": None}
            answer = inside.post(f"{at}/api/journal-file", json=said)
            assert answer.json()["n_changing"] == 1, answer.text


def test_the_lines_for_nginx_let_through_what_the_page_takes() -> None:
    size = re.search(r"client_max_body_size (\d+)m;", lines_of("server {"))
    assert size
    assert int(size[1]) << 20 >= LARGEST_UPLOAD > (int(size[1]) - 1) << 20
