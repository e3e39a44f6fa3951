"""Clients that do not go on: half a request holds nothing for long, and many of them keep the page from no browser."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from analytics.review.connections import BACKLOG, MOST, REQUEST_S, Connection
from tests.analytics.review.browsing import page_of, served
from tests.analytics.review.program import Review, closed_after, reviewing
from tests.flows.stored import build

pytestmark = pytest.mark.once

#: Until a connection must be closed; two cores may have much else to do.
LONGEST_S = REQUEST_S + 8


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Review]:
    with reviewing(build(tmp_path_factory.mktemp("slow") / "x.duckdb").path) as running:
        yield running


def _head(review: Review, path: str, *lines: str) -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{review.port}", *lines, "", ""]).encode()


def _halves(review: Review) -> dict[str, bytes]:
    cookie = "; ".join(f"{name}={value}" for name, value in review.cookie().items())
    inside = f"Cookie: {cookie}"
    json = "Content-Type: application/json"
    whole = f"GET /api/nights HTTP/1.1\r\nHost: 127.0.0.1:{review.port}\r\n{inside}\r\n\r\n".encode()
    return {
        "nothing": b"",
        "half a line": b"GET / HT",
        "half a header": b"GET / HTTP/1.1\r\nHost: 127",
        "no body": _head(review, "/open", "Content-Length: 50"),
        "half a body": _head(review, "/open", "Content-Length: 50") + b"secret=",
        "half a chunk": _head(review, "/open", "Transfer-Encoding: chunked") + b"9\r\nsec",
        "half a body to a page that is closed": _head(review, "/api/reviews", json, "Content-Length: 50") + b"{",
        "half a review": _head(review, "/api/reviews", json, inside, "Content-Length: 50") + b"{",
        "half a second request": whole + b"GE",
    }


@pytest.mark.slow
def test_half_a_request_is_given_up(review: Review) -> None:
    with ExitStack() as stack:
        lines = {}
        for name, half in _halves(review).items():
            lines[name] = stack.enter_context(socket.create_connection(("127.0.0.1", review.port)))
            lines[name].sendall(half)
        start = time.monotonic()
        for name, line in lines.items():
            closed_after(line, max(0.1, LONGEST_S - (time.monotonic() - start)))
            assert time.monotonic() - start < LONGEST_S, name


@pytest.mark.slow
@pytest.mark.parametrize("name", ["half a header", "half a body", "half a second request"])
def test_bytes_that_trickle_win_no_time(review: Review, name: str) -> None:
    with socket.create_connection(("127.0.0.1", review.port)) as line:
        line.sendall(_halves(review)[name])
        give_up_at = time.monotonic() + LONGEST_S
        while time.monotonic() < give_up_at:
            try:
                line.sendall(b"1")
            except OSError:  # a broken pipe or a reset, as the system sees it
                return
            time.sleep(0.25)
    pytest.fail(f"still open after {LONGEST_S} s")


def test_a_crowd_of_half_requests_does_not_keep_the_page_from_answering(review: Review) -> None:
    cookie = review.cookie()
    with ExitStack() as stack:
        for _ in range(5 * MOST):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", review.port), timeout=5))
            line.sendall(b"GET / HTTP/1.1\r\nHost: 127")
        start = time.monotonic()
        assert httpx.get(f"{review.address}/api/nights", cookies=cookie, timeout=10).status_code == 200
        assert time.monotonic() - start < 5
        handles = len(list(Path(f"/proc/{review.process.pid}/fd").iterdir()))
        assert handles < MOST + BACKLOG + 60


@pytest.mark.slow
def test_a_crowd_that_comes_again_and_again_does_not_keep_the_page_from_answering(review: Review) -> None:
    cookie, stop = review.cookie(), threading.Event()

    def crowd() -> None:
        lines: list[socket.socket] = []
        while not stop.is_set():
            line = socket.create_connection(("127.0.0.1", review.port), timeout=5)
            lines.append(line)
            line.sendall(b"POST /open HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n")
            if len(lines) > 200:
                lines.pop(0).close()
            time.sleep(0.002)
        for line in lines:
            line.close()

    thread = threading.Thread(target=crowd)
    thread.start()
    try:
        time.sleep(1)
        for _ in range(20):
            assert httpx.get(f"{review.address}/api/nights", cookies=cookie, timeout=10).status_code == 200
    finally:
        stop.set()
        thread.join()


def test_half_requests_do_not_delay_the_end_and_leave_no_words(tmp_path: Path) -> None:
    with reviewing(build(tmp_path / "x.duckdb").path) as running, ExitStack() as stack:
        for half in _halves(running).values():
            line = stack.enter_context(socket.create_connection(("127.0.0.1", running.port)))
            line.sendall(half)
        time.sleep(0.5)
        start = time.monotonic()
        assert running.stop() == ""
        assert time.monotonic() - start < 5


def test_the_body_of_an_answer_does_not_wait_until_its_head_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That takes 40 ms, of every answer. asyncio mends it where a socket names its protocol."""
    at_once: list[int] = []
    made = Connection.connection_made

    def watched(self: Connection, transport: asyncio.Transport) -> None:
        made(self, transport)
        at_once.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(Connection, "connection_made", watched)
    with served(page_of(build(tmp_path / "x.duckdb").path)) as address:
        httpx.get(address)
    assert at_once
    assert all(at_once)
