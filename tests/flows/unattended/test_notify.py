"""Whom an unattended run tells, and what happens when nobody listens."""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from pydantic import ValidationError

from analytics.store import ASSUMED_ZONE, NO_DATA, Notice, Store, initialise, mark_told, untold
from flows.settings.unattended import NotifySettings
from flows.unattended.notify import message, tell_of
from tests.analytics.store.making import EVENING, bring_in, stored
from tests.flows.conftest import Run

FLAGGED = Notice("anna", date(2026, 3, 10), "possible_plmd", "38 periodic movements an hour")
SILENT = Notice("ben", date(2026, 3, 1), NO_DATA, "no night of ben has come since 2026-03-01")
ASSUMED = Notice("cem", date(2026, 3, 2), ASSUMED_ZONE, "1 recording of cem assumed", "UTC")


class Listener:
    """A server on the loopback interface that answers as it is told and keeps what it got."""

    def __init__(self, code: int, location: str | None = None) -> None:
        got: list[bytes] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                got.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(code)
                if location:
                    self.send_header("Location", location)
                self.end_headers()

            do_GET = do_POST  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.got = got
        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    server = Listener(204)
    yield server
    server.close()


def command(script: str) -> NotifySettings:
    return NotifySettings(command=(sys.executable, "-c", script))


def test_the_message_names_flagged_nights_with_reasons_assumed_zones_and_people_without_data() -> None:
    assert json.loads(message([FLAGGED, ASSUMED, SILENT])) == {
        "schema": 1,
        "flagged": [
            {
                "subject": "anna",
                "night_date": "2026-03-10",
                "flag": "possible_plmd",
                "reason": "38 periodic movements an hour",
            }
        ],
        "assumed_zones": [
            {"subject": "cem", "zone": "UTC", "last_night": "2026-03-02", "reason": "1 recording of cem assumed"}
        ],
        "no_data": [
            {"subject": "ben", "last_night": "2026-03-01", "reason": "no night of ben has come since 2026-03-01"}
        ],
    }


def test_a_command_gets_the_message_on_its_standard_input() -> None:
    assert tell_of([FLAGGED], command("import sys; open('got', 'w').write(sys.stdin.read())")) == []
    assert Path("got").read_text(encoding="utf-8") == message([FLAGGED])


def test_a_web_address_gets_the_message(listener: Listener) -> None:
    assert tell_of([FLAGGED], NotifySettings(url=listener.url)) == []
    assert listener.got == [message([FLAGGED]).encode()]


def test_nobody_is_called_without_a_setting() -> None:
    assert tell_of([FLAGGED], NotifySettings()) == []


@pytest.mark.parametrize("script", ["import sys; sys.exit('not today')", "import os; os.kill(os.getpid(), 9)"])
def test_a_command_that_fails_is_one_line(script: str) -> None:
    (failure,) = tell_of([FLAGGED], command(script))
    assert "could not be told: ended with code" in failure.line()


def test_a_command_that_does_not_exist_is_one_line() -> None:
    (failure,) = tell_of([FLAGGED], NotifySettings(command=("no-such-command",)))
    assert "no-such-command could not be told" in failure.line()


def test_a_command_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.unattended.notify.LIMIT_S", 0.2)
    (failure,) = tell_of([FLAGGED], command("import time; time.sleep(60)"))
    assert "did not end within 0.2 s" in failure.line()


def test_an_address_where_nobody_listens_is_one_line(listener: Listener) -> None:
    listener.server.server_close()
    (failure,) = tell_of([FLAGGED], NotifySettings(url=listener.url))
    assert re.search("could not be told: Connection (refused|reset)", failure.line())


@pytest.mark.parametrize(
    "rest",
    ["/sesame", "/sesame?token=sesame", "/sesame path", "/sesame\x7f", "/?sesame=\u00e4", ":sesame/x"],
)
def test_an_address_is_a_secret_of_which_scheme_and_host_are_said(listener: Listener, rest: str) -> None:
    listener.server.server_close()
    base = listener.url.removesuffix("/hook")
    for address in (base + rest, base.replace("http://", "http://sesame:sesame@") + rest):
        try:
            notify = NotifySettings(url=address)
        except ValidationError:  # a port that is none
            notify = NotifySettings.model_construct(url=address, command=None, no_data_nights=3)
        (failure,) = tell_of([FLAGGED], notify)
        assert "could not be told" in failure.line()
        assert "sesame" not in failure.line() + str(failure)


def test_what_a_stranger_answers_is_one_line_without_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:

        def answer() -> None:
            caller, _ = bound.accept()
            with caller:
                caller.recv(65536)
                caller.sendall(b"sesame opens http://127.0.0.1/sesame\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        notify = NotifySettings(url=f"http://127.0.0.1:{bound.getsockname()[1]}/sesame")
        (failure,) = tell_of([FLAGGED], notify)
    assert "could not be told: BadStatusLine" in failure.line()
    assert "sesame" not in failure.line()


def test_a_command_does_not_get_the_secret_of_our_prefect_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "nightkick:sesame")
    assert tell_of([FLAGGED], command("import os; open('got', 'w').write(str(dict(os.environ)))")) == []
    assert "sesame" not in Path("got").read_text(encoding="utf-8")


def test_a_redirect_is_not_followed(listener: Listener) -> None:
    elsewhere = Listener(302, listener.url)
    try:
        (failure,) = tell_of([FLAGGED], NotifySettings(url=elsewhere.url))
    finally:
        elsewhere.close()
    assert "302" in failure.line()
    assert listener.got == []


def test_a_proxy_of_the_environment_is_not_used(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert tell_of([FLAGGED], NotifySettings(url=listener.url)) == []


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "file:///etc/passwd", "127.0.0.1:80", "http://"])
def test_only_web_addresses_are_taken(url: str) -> None:
    with pytest.raises(ValidationError):
        NotifySettings(url=url)


def test_each_flag_and_each_silence_is_told_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "n.duckdb")
    initialise(store)
    bring_in(store, stored())
    first = untold(store, since=date(2026, 4, 1))
    assert {(n.night_date, n.about) for n in first} >= {(EVENING, "possible_plmd"), (EVENING, NO_DATA)}
    mark_told(store, first)
    assert untold(store, since=date(2026, 4, 1)) == ()


def test_a_night_that_came_in_time_is_no_silence(tmp_path: Path) -> None:
    store = Store(tmp_path / "n.duckdb")
    initialise(store)
    bring_in(store, stored())
    assert NO_DATA not in {n.about for n in untold(store, since=EVENING)}
    assert NO_DATA in {n.about for n in untold(store, since=date(2026, 3, 11))}
    assert NO_DATA not in {n.about for n in untold(store, since=None)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[schedule]\nat = "nine"', "HH:MM"),
        ('[schedule]\nat = "9:00"\ncron = "0 9 * * *"', "exclude"),
        ('[schedule]\ninbocks = "x"', "did you mean inbox?"),
        ("[notify]\ncommand = []", "notify.command"),
        ("[inbox]\narchiv = 1", "did you mean archive?"),
    ],
)
def test_settings_that_make_no_sense_are_named(run: Run, text: str, says: str) -> None:
    Path("nightkick.toml").write_text(text, encoding="utf-8")
    said = run("config", "validate")
    assert (said.code, says in said.err) == (2, True), said.err
