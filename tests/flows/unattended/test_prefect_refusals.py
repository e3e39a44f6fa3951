"""A Prefect server that refuses us, is not there or is none: one line without secrets, and no traceback."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from flows.terminal.exit_codes import ExitCode, answer
from flows.unattended.prefect_refusals import in_one_line
from ingest.errors import UsageError
from tests.flows.unattended.serving import environment

ADDRESS = "http://me:sesame@prefect.example.org:4200/sesame/api?sesame"
REQUEST = httpx.Request("POST", ADDRESS)


def status(code: int) -> httpx.HTTPStatusError:
    return httpx.HTTPStatusError(f"{code} {ADDRESS} sesame", request=REQUEST, response=httpx.Response(code))


def from_(error: Exception, *causes: BaseException) -> Exception:
    """The error as it arrives: raised from others, and in a group within another error."""
    found: BaseException = error
    for cause in causes:
        found.__cause__ = cause
        found = cause
    outer = RuntimeError(f"Runner failed to start: client {ADDRESS}")
    outer.__cause__ = ExceptionGroup("unhandled errors in a TaskGroup", [error])
    return outer


def refused() -> Exception:
    return from_(httpx.ConnectError("sesame"), OSError("all attempts failed"), ConnectionRefusedError(111, "refused"))


@pytest.mark.parametrize(
    ("error", "says", "hint"),
    [
        (from_(status(401)), "refuses us (401)", "PREFECT_API_AUTH_STRING"),
        (from_(status(403)), "refuses us (403)", "PREFECT_API_KEY"),
        (status(404), "no Prefect server is at", "/api"),
        (status(503), "cannot be used: it answers 503", "start it"),
        (refused(), "cannot be used: refused", "start it"),
        (from_(httpx.ConnectError(""), socket.gaierror(-2, "sesame")), "its name is not known", "prefect.api_url"),
        (from_(httpx.ReadTimeout("sesame")), "does not answer in time", "start it"),
        (from_(httpx.ReadError("sesame"), ConnectionResetError(104, "reset")), "cannot be used: reset", "start it"),
        (from_(httpx.RemoteProtocolError("sesame")), "its answer is none of Prefect's", "/api"),
        (httpx.UnsupportedProtocol("sesame"), "that is no web address", "/api"),
        (from_(httpx.ConnectError(""), ssl.SSLError(1, "sesame")), "TLS fails", "https://"),
    ],
)
def test_whatever_ails_the_server_is_one_line_without_its_secrets(error: Exception, says: str, hint: str) -> None:
    known = in_one_line(error, ADDRESS)
    assert isinstance(known, UsageError)
    assert says in known.what
    assert hint in (known.hint or "")
    assert "http://prefect.example.org:4200" in known.what
    assert "sesame" not in known.line()
    assert answer(known) == ExitCode.USAGE


def test_an_error_of_ours_goes_before_and_a_defect_stays_one() -> None:
    ours = UsageError("no cron expression", hint="like that")
    assert in_one_line(from_(status(503), ours), ADDRESS) is ours
    assert in_one_line(from_(ValueError("a defect")), ADDRESS) is None


@contextmanager
def answering(answer_to: bytes) -> Iterator[str]:
    """The address of a server that always answers this."""
    bound = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        while True:
            try:
                caller, _ = bound.accept()
            except OSError:
                return
            with caller:
                caller.settimeout(5)
                caller.recv(65536)
                caller.sendall(answer_to)

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield f"127.0.0.1:{bound.getsockname()[1]}"
    finally:
        bound.close()


def http(code: str, body: bytes = b"{}") -> bytes:
    head = f"HTTP/1.1 {code}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body


@pytest.mark.prefect
@pytest.mark.first_case
@pytest.mark.parametrize(
    ("answered", "scheme", "says"),
    [
        (http("401 Unauthorized", b'{"exception_message": "Unauthorized"}'), "http", "refuses us (401)"),
        (http("404 Not Found", b"<html>"), "http", "no Prefect server is at"),
        (http("200 OK", b"<html>"), "http", "its answer is none of Prefect's"),
        (b"220 mail.example.org\r\n\r\n", "http", "its answer is none of Prefect's"),
        (http("200 OK"), "https", "TLS fails"),
    ],
)
def test_a_schedule_at_a_server_that_cannot_be_used_ends_with_one_line(
    home: Path, answered: bytes, scheme: str, says: str
) -> None:
    with answering(answered) as place:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "flows", "schedule", "--inbox", "in", "--tz", "UTC", "--db", "n.duckdb"],
            env=environment(PREFECT_API_URL=f"{scheme}://me:sesame@{place}/api"),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == ExitCode.USAGE, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert says in done.stderr.splitlines()[-1]
    assert f"{scheme}://{place}" in done.stderr.splitlines()[-1]
    assert "sesame" not in done.stderr
