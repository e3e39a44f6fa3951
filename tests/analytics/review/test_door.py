"""The page is for the user who started it: the real program, strangers who try, and the way that leads in."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from analytics.review.door import Door
from analytics.review.protection import TOKEN_HEADER
from tests.analytics.review.program import Review, as_stranger, raw, reviewing
from tests.flows.stored import EVENING, SUBJECT, build
from tests.paths import ROOT

pytestmark = pytest.mark.once

PATHS = [
    "/",
    "/night/2026-03-02?subject=me",
    "/api/nights",
    "/api/night?" + urlencode({"subject": SUBJECT, "night": EVENING.isoformat()}),
    "/api/ticks?since=2020-01-01&until=2030-01-01",
    "/api/nothing",
    "/export/nights.csv",
    "/export/movements.csv",
    "/static/app.js",
    "/static/",
    "/static/../app.py",
    "/static/%2e%2e/app.py",
    "//",
    "//api/nights",
    "/%61pi/nights",
    "/api/nights/",
    "/open",
    "/open/",
    "/open?secret=x",
    "/./open",
    "/nothing",
    "/docs",
    "/openapi.json",
    "/favicon.ico",
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("door") / "x.duckdb").path


@pytest.fixture(scope="module")
def review(database: Path) -> Iterator[Review]:
    with reviewing(database) as running:
        yield running


def _raw_text(port: int, asked: bytes) -> str:
    return raw(port, asked).decode()


def _is_refused(answer: httpx.Response) -> None:
    assert answer.status_code == 403
    assert answer.headers["content-security-policy"].startswith("default-src '")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    for private in (json.dumps(SUBJECT)[1:-1], SUBJECT, "token", "reviewer", "version"):
        assert private not in answer.text


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_shown_without_the_secret(review: Review, path: str) -> None:
    _is_refused(httpx.get(review.address + path))
    _is_refused(httpx.get(review.address + path, cookies={f"nightkick-{review.port}": "guessed"}))
    assert httpx.head(review.address + path).status_code == 403
    _is_refused(httpx.request("OPTIONS", review.address + path))
    answer = raw(review.port, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{review.port}\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 403")


def test_without_the_secret_data_are_refused_as_json_and_pages_as_one_page_that_says_how(review: Review) -> None:
    assert "nightkick review" in httpx.get(f"{review.address}/api/nights").json()["error"]
    pages = {httpx.get(review.address + path).text for path in ("/", "/night/2026-03-02?subject=me", "/nothing")}
    (page,) = pages
    assert "nightkick review" in page
    assert "the file that the terminal names" in page


@pytest.mark.parametrize(
    "request_line",
    [
        "GET http://127.0.0.1/api/nights HTTP/1.1",
        "GET http://elsewhere.example/ HTTP/1.1",
        "GET /api/nights HTTP/1.0",
        "OPTIONS * HTTP/1.1",
        "CONNECT 127.0.0.1:80 HTTP/1.1",
        "TRACE / HTTP/1.1",
        "PROPFIND / HTTP/1.1",
        "get / HTTP/1.1",
    ],
)
def test_odd_ways_of_asking_are_no_way_in(review: Review, request_line: str) -> None:
    answer = raw(review.port, f"{request_line}\r\nHost: 127.0.0.1:{review.port}\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 403")
    assert SUBJECT.encode() not in answer


@pytest.mark.slow
def test_what_is_no_http_gets_the_same_prohibitions_and_is_not_said_in_the_terminal(database: Path) -> None:
    with reviewing(database) as running:
        for junk in (b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/1.1\r\nBroken\r\n\r\n", b"\r\n" * 9 + b"\x00"):
            answer = raw(running.port, junk + b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 400"), junk
            assert b"x-frame-options: DENY" in answer
        raw(running.port, b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n")
        two = b"POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n"
        raw(running.port, two)
        raw(running.port, two.replace(b"Host: x", f"Host: 127.0.0.1:{running.port}".encode()))
        assert running.stop() == ""


def test_the_secret_opens_once_and_the_file_holds_the_next_one(review: Review) -> None:
    first = review.secret()
    answer = review.let_in(first)
    assert answer.status_code == 200
    kept = answer.headers["set-cookie"]
    assert kept.startswith(f"nightkick-{review.port}=")
    assert {"HttpOnly", "Path=/", "SameSite=strict"} == set(kept.split("; ")[1:])
    assert first not in kept + answer.text
    _is_refused(review.let_in(first))
    assert review.secret() != first
    _is_refused(review.let_in("guessed"))
    _is_refused(review.let_in(""))
    assert review.let_in().status_code == 200


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "http://127.0.0.1:1", "file://", "https://127.0.0.1"])
def test_a_page_from_elsewhere_cannot_bring_the_secret(review: Review, origin: str) -> None:
    _is_refused(review.let_in(origin=origin))


def test_the_secret_in_an_address_opens_nothing(review: Review) -> None:
    secret = review.secret()
    for path in (f"/open?secret={secret}", f"/?secret={secret}", f"/{secret}"):
        _is_refused(httpx.get(review.address + path))
        _is_refused(httpx.post(review.address + path))
    _is_refused(httpx.get(review.address, cookies={f"nightkick-{review.port}": secret}))
    assert review.secret() == secret


def test_with_the_cookie_everything_is_there(review: Review) -> None:
    cookie = review.cookie()
    for path in ("/", "/night/2026-03-02?subject=me", "/api/nights", "/export/nights.csv", "/static/app.js", "/open"):
        assert httpx.get(review.address + path, cookies=cookie).status_code == 200
    nights = httpx.get(f"{review.address}/api/nights", cookies=cookie).json()["nights"]
    assert nights[0]["subject"] == SUBJECT
    assert httpx.get(f"{review.address}/nothing", cookies=cookie).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        [("host", "elsewhere.example")],
        [("host", "localhost:{port}")],
        [("host", "[::1]:{port}")],
        [("host", "127.0.0.1.nip.io")],
        [("host", "127.1:{port}")],
        [("host", "127.0.0.1:{port}"), ("origin", "http://elsewhere.example")],
        [("host", "127.0.0.1:{port}"), ("origin", "null")],
        [("host", "127.0.0.1:{port}"), ("origin", "http://127.0.0.1:{port}"), ("origin", "http://elsewhere.example")],
        [("host", "127.0.0.1:{port}"), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")],
        [("host", "127.0.0.1:{port}"), ("sec-fetch-site", "same-site"), ("sec-fetch-mode", "cors")],
        [("host", "127.0.0.1:1")],
    ],
)
def test_the_cookie_does_not_help_a_page_from_elsewhere(review: Review, headers: list[tuple[str, str]]) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in review.cookie().items())
    shown = [(name, value.format(port=review.port)) for name, value in headers]
    _is_refused(httpx.get(f"{review.address}/api/nights", headers=[*shown, ("cookie", cookie)]))


def test_a_cookie_that_another_page_of_this_machine_adds_does_not_hide_ours(review: Review) -> None:
    ((name, value),) = review.cookie().items()
    for lines in ([f"{name}=x; {name}={value}"], [f"{name}={value}; {name}=x"], [f"{name}=x", f"{name}={value}"]):
        headers = [("cookie", line) for line in lines]
        assert httpx.get(f"{review.address}/api/nights", headers=headers).status_code == 200


def test_the_token_to_write_is_shown_only_inside_and_is_still_needed(review: Review) -> None:
    cookie, said = review.cookie(), {"subject": SUBJECT, "night": EVENING.isoformat(), "verdict": "confirm"}
    token = httpx.get(review.address, cookies=cookie).text.partition('name="nightkick-token" content="')[2][:43]
    address = f"{review.address}/api/reviews"
    _is_refused(httpx.post(address, json=said, headers={TOKEN_HEADER: token}))
    assert httpx.post(address, json=said, cookies=cookie).status_code == 403
    assert httpx.post(address, json=said, cookies=cookie, headers={TOKEN_HEADER: token}).status_code == 200


def test_only_the_user_who_started_it_can_read_the_file(review: Review) -> None:
    assert stat.S_IMODE(review.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(review.file.parent.stat().st_mode) == 0o700
    assert review.file.stat().st_uid == os.getuid()
    review.cookie()
    assert stat.S_IMODE(review.file.stat().st_mode) == 0o600
    assert {found.name for found in review.file.parent.iterdir()} == {"open.html", "running"}
    assert {stat.S_IMODE(found.stat().st_mode) for found in review.file.parent.iterdir()} == {0o600}


def test_another_user_of_the_machine_gets_neither_the_file_nor_the_page(review: Review) -> None:
    get = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n%s\r\n"
    assert "PermissionError" in as_stranger(lambda: review.file.read_text())
    assert "PermissionError" in as_stranger(lambda: list(map(str, review.file.parent.iterdir())))
    for path in (b"/", b"/api/nights", b"/export/nights.csv"):
        asked = get % (path, review.port, b"")
        answer = as_stranger(partial(_raw_text, review.port, asked))
        assert answer.startswith("HTTP/1.1 403")
        assert "token" not in answer


def test_a_cookie_that_was_copied_does_not_let_in_another_user(review: Review) -> None:
    ((name, value),) = review.cookie().items()
    asked = f"GET /api/nights HTTP/1.1\r\nHost: 127.0.0.1:{review.port}\r\nCookie: {name}={value}\r\n\r\n".encode()
    assert raw(review.port, asked, wait_s=2).startswith(b"HTTP/1.1 200")
    assert as_stranger(partial(_raw_text, review.port, asked)).startswith("HTTP/1.1 403")


def test_the_secret_is_in_no_argument_and_in_no_pipe_and_its_file_goes_with_ctrl_c(
    database: Path, tmp_path: Path
) -> None:
    with reviewing(database, folder=tmp_path) as running:
        secret = running.secret()
        while not running.browser.exists() or running.file.as_uri() not in running.browser.read_text():
            assert running.process.poll() is None
        arguments = running.browser.read_text()
        own = Path(f"/proc/{running.process.pid}/cmdline").read_text() if sys.platform == "linux" else ""
        assert arguments.splitlines()[0] == running.file.as_uri()
        assert running.file.exists()
        after = running.stop(signal.SIGINT)
        assert not running.file.parent.exists()
    for shown in (arguments, own, *running.lines, after):
        assert secret not in shown
    assert after == ""


def test_a_terminal_is_told_the_address_with_the_secret(database: Path) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "flows", "review", "--no-open", "--port", "0", "--db", str(database)]
    with subprocess.Popen(command, stderr=theirs, cwd=ROOT) as process:
        os.close(theirs)
        said = ""
        while said.count("\n") < 3:
            said += os.read(ours, 4096).decode()
        address = next(word for word in said.split() if "/open#" in word)
        base, _, secret = address.partition("/open#")
        form = {"content-type": "application/x-www-form-urlencoded"}
        assert httpx.post(f"{base}/open", content=f"secret={secret}", headers=form).status_code == 200
        assert httpx.post(f"{base}/open", content=f"secret={secret}", headers=form).status_code == 403
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    os.close(ours)


@pytest.mark.first_case
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_file_goes_with_the_program(database: Path, number: signal.Signals) -> None:
    with reviewing(database) as running:
        assert running.file.exists()
        assert running.stop(number) == ""
        assert not running.file.parent.exists()


@pytest.mark.slow
def test_a_cookie_and_a_file_of_before_open_nothing_after_a_new_start(database: Path) -> None:
    with reviewing(database) as running:
        port, cookie, secret = running.port, running.cookie(), running.secret()
        running.stop()
    with reviewing(database, port=port) as again:
        _is_refused(httpx.get(again.address, cookies=cookie))
        _is_refused(again.let_in(secret))


@pytest.mark.slow
def test_a_program_that_takes_the_port_later_gets_nothing_of_use(database: Path) -> None:
    with reviewing(database) as running:
        port, cookie = running.port, running.cookie()
        with pytest.raises(OSError, match="in use"), socket.create_server(("127.0.0.1", port)):
            pass  # not while the program runs
        running.stop()
    caught = b""
    here = ("127.0.0.1", port)
    with socket.create_server(here) as squatter, socket.create_connection(here) as browser:  # with a tab of before
        line = "; ".join(f"{name}={value}" for name, value in cookie.items())
        browser.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {line}\r\n\r\n".encode())
        taken, _ = squatter.accept()
        with taken:
            caught = taken.recv(4096)
    with reviewing(database, port=port) as again:
        assert raw(port, caught).startswith(b"HTTP/1.1 403")
        assert again.let_in().status_code == 200


def test_a_secret_that_was_used_lets_in_no_second_browser() -> None:
    door = Door()
    first = door.secret
    cookie = door.let_in(first, lambda: 1000)
    assert cookie is not None
    assert door.let_in(first) is None
    assert door.let_in("\u00e9\ud7ff") is None
    assert door.knows([cookie], lambda: 1000)
    assert door.knows(["x", cookie])
    assert not door.knows([cookie], lambda: 1001)
    assert not door.knows([])
    assert not door.knows(["", "\u00e9", first])
