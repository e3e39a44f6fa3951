"""Who gets in while ``nightkick schedule`` runs: a foreign page in a browser, another user, a program without secret.

One schedule is attacked by all tests here. Files that try to send Prefect elsewhere lie where it was started.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from flows.unattended.prefect_server import Server
from tests.flows.making import tiny
from tests.flows.unattended.hostile import elsewhere, lay_files
from tests.flows.unattended.serving import Served, home_of, served

pytestmark = [pytest.mark.prefect, pytest.mark.timeout(600)]

SOCKETS = (
    "/api/events/in",
    "/api/events/out",
    "/api/logs/out",
    "/api/task_runs/subscriptions/scheduled",
    "/api/work_pools/none/workers/connect",
)
ASKED = [
    ("POST", "/api/deployments/filter"),
    ("POST", "/api//deployments/filter"),
    ("POST", "/api/flow_runs/filter"),
    ("GET", "/api/flow_runs/00000000-0000-0000-0000-000000000000"),
    ("DELETE", "/api/deployments/00000000-0000-0000-0000-000000000000"),
    ("POST", "/api/work_pools/"),
    ("POST", "/api/block_documents/filter"),
    ("GET", "/api/admin/settings"),
    ("GET", "/api/admin/version"),
    ("POST", "/api/admin/database/clear"),
    ("POST", "/api/ui/flow_runs/history"),
    ("GET", "/api/csrf-token?client=a"),
    ("GET", "/api/health"),
    ("GET", "/api/ready"),
    ("GET", "/api/docs"),
    ("GET", "/api/openapi.json"),
    ("GET", "/docs"),
    ("GET", "//docs"),
    ("GET", "/openapi.json"),
    ("GET", "/redoc"),
    ("PUT", "/"),
    ("OPTIONS", "/api/deployments/filter"),
]


@pytest.fixture(scope="module")
def schedule(tmp_path_factory: pytest.TempPathFactory, empty_records: Path) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("doors")
    work, home = folder / "work", folder / "home"
    (work / "in").mkdir(parents=True)
    home.mkdir()
    variables = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "XDG_CONFIG_HOME": str(home / "config")}
    with pytest.MonkeyPatch.context() as patch, elsewhere() as (address, heard):
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.chdir(work)
        tiny(Path("in/a.csv"))
        os.utime("in/a.csv", (1_800_000_000, 1_700_000_000))
        records = home_of("n.duckdb")
        records.mkdir(parents=True, mode=0o755)
        shutil.copyfile(empty_records, records / "prefect.db")
        (records / "prefect.db").chmod(0o644)  # as an earlier version left them
        (trap,) = lay_files(work, home, address)
        Path(".env").write_text(f"{Path('.env').read_text()}NIGHTKICK_SUBJECT=theirs\n")
        with served(home, "--inbox", "in", "--at", "09:00", "--tz", "UTC", "--db", "n.duckdb") as process:
            patch.undo()
            yield process
        assert heard == []
        assert not trap.exists()


def ask(schedule: Served, method: str, path: str, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
    """Status, headers and body; the Host is as given."""
    caller = http.client.HTTPConnection("127.0.0.1", int(schedule.address.rpartition(":")[2]), timeout=60)
    body = b"{}" if method in ("POST", "PUT") else b""
    caller.putrequest(method, path, skip_host=True)
    given = {"Host": schedule.address.removeprefix("http://"), "Content-Type": "application/json", **headers}
    for name, value in {**given, "Content-Length": str(len(body))}.items():
        caller.putheader(name, value)
    caller.endheaders(body)
    answer = caller.getresponse()
    found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    caller.close()
    return found


def wrong_secrets() -> list[dict[str, str]]:
    texts = ("", "Basic", "Basic !", "Basic bmlnaHRraWNrOg==", "Basic /////w==", "Bearer x", "Basic a b")
    return [{}, *({"Authorization": text} for text in texts)]


@pytest.mark.parametrize(("method", "path"), ASKED)
def test_without_the_secret_nothing_is_answered(schedule: Served, method: str, path: str) -> None:
    assert {ask(schedule, method, path, shown)[0] for shown in wrong_secrets()} == {401}


def test_what_is_open_without_the_secret_is_the_same_on_every_machine(schedule: Served) -> None:
    status, _, body = ask(schedule, "GET", "/ui-settings", {})
    assert status == 200
    said = json.loads(body)
    assert (said["auth"], said["api_url"]) == ("BASIC", schedule.api)
    for word in (b"n.duckdb", b"nightly", schedule.secret.encode()):
        assert word not in body + ask(schedule, "GET", "/", {})[2]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_a_page_from_elsewhere_is_refused_even_with_the_secret(schedule: Served, origin: str, method: str) -> None:
    preflight = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for shown in ({}, schedule.credentials):
        status, headers, _ = ask(schedule, method, "/api/deployments/filter", {**preflight, **shown})
        assert (status, headers.get("access-control-allow-origin")) == (403, None)


def test_another_name_for_this_machine_is_refused_even_with_the_secret(schedule: Served) -> None:
    port = schedule.address.rpartition(":")[2]
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", "127.0.0.1:1", f"localhost.evil:{port}", ""):
        for path in ("/api/admin/version", "/", "/ui-settings"):
            assert ask(schedule, "GET", path, {"Host": host, **schedule.credentials})[0] in (400, 403), (host, path)
    assert ask(schedule, "GET", "/api/admin/version", {"Host": f"localhost:{port}", **schedule.credentials})[0] == 200


def test_the_secret_opens(schedule: Served) -> None:
    status, headers, body = ask(schedule, "POST", "/api/deployments/filter", schedule.credentials)
    assert status == 200
    assert json.loads(body)[0]["name"].startswith("nightly-")
    assert headers["x-frame-options"] == "DENY"


def socket_says(schedule: Served, path: str, secret: str | None, origin: str | None, host: str | None) -> Any:
    """What a websocket says first, once it was shown a secret; what refused it, else."""
    bound = socket.create_connection(("127.0.0.1", int(schedule.address.rpartition(":")[2])), timeout=20)
    address = f"ws://{host or schedule.address.removeprefix('http://')}{path}"
    protocols, sender = [Subprotocol("prefect")], Origin(origin) if origin else None
    try:
        with connect(address, sock=bound, subprotocols=protocols, origin=sender, proxy=None) as talk:
            talk.send(json.dumps({"type": "auth", "token": secret} if secret is not None else {"type": "filter"}))
            return json.loads(talk.recv(timeout=20))["type"]
    except InvalidStatus as refused:
        return refused.response.status_code
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


@pytest.mark.parametrize("path", SOCKETS)
def test_a_websocket_wants_the_secret_and_no_page_from_elsewhere(schedule: Served, path: str) -> None:
    assert socket_says(schedule, path, None, None, None) == 1008
    assert socket_says(schedule, path, "nightkick:wrong", None, None) == 1008
    assert socket_says(schedule, path, schedule.secret, "http://evil.example", None) == 403
    assert socket_says(schedule, path, schedule.secret, None, "evil.example") == 403
    assert socket_says(schedule, path, schedule.secret, schedule.address, None) == "auth_success"


def test_a_run_works_and_leaves_the_secret_nowhere_but_in_its_file(schedule: Served) -> None:
    deployment = schedule.call("POST", "/deployments/filter", {})[0]
    run = schedule.call("POST", f"/deployments/{deployment['id']}/create_flow_run", {})["id"]
    lines: set[bytes] = set()

    def has_ended() -> bool:
        lines.update(Path(f"/proc/{pid}/cmdline").read_bytes() for pid in family(schedule.process.pid))
        return bool(schedule.call("GET", f"/flow_runs/{run}")["state"]["type"] in ("COMPLETED", "FAILED", "CRASHED"))

    schedule.wait_for(has_ended)
    assert schedule.call("GET", f"/flow_runs/{run}")["state"]["type"] == "COMPLETED"
    assert ": 1 imported, 0 known" in schedule.said()
    assert any(b"prefect.engine" in line for line in lines)
    assert any(b"flows.unattended.prefect_server" in line for line in lines)
    password = schedule.secret.partition(":")[2].encode()
    assert len(password) >= 32
    assert [line for line in lines if password in line] == []
    assert password.decode() not in schedule.said()
    found = [
        path for path in schedule.secret_file.parent.rglob("*") if path.is_file() and password in path.read_bytes()
    ]
    assert found == [schedule.secret_file]


def family(pid: int) -> set[int]:
    """The process and all that came from it and still are its children."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return {pid for pid in found if Path(f"/proc/{pid}/cmdline").exists()}


def test_records_are_for_their_owner_only(schedule: Served) -> None:
    home = schedule.secret_file.parent
    modes = {path: path.stat().st_mode & 0o777 for path in (home, *home.rglob("*"))}
    assert {path: oct(mode) for path, mode in modes.items() if mode & 0o077} == {}
    assert modes[schedule.secret_file] == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may try as another user")
def test_another_user_reads_neither_the_secret_nor_the_runs(schedule: Served) -> None:
    script = """
import sys, urllib.request, urllib.error
for path in sys.argv[2:]:
    try:
        print(len(open(path, "rb").read()))
    except OSError as error:
        print(type(error).__name__)
try:
    urllib.request.urlopen(sys.argv[1] + "/admin/settings")
except urllib.error.HTTPError as error:
    print(error.code)
"""
    family_files = [f"/proc/{pid}/environ" for pid in family(schedule.process.pid)]
    files = [str(schedule.secret_file), str(schedule.secret_file.parent / "prefect.db"), *family_files]
    python = shutil.which("python3", path="/usr/bin:/bin")
    if python is None:
        pytest.skip("no Python that another user may run")
    done = subprocess.run(
        [python, "-c", script, schedule.api, *files],
        user=65534,
        group=65534,
        extra_groups=[],
        cwd="/",
        env={},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == ["PermissionError"] * len(files) + ["401"], done.stderr


class Page(BaseHTTPRequestHandler):
    """A page from elsewhere."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>elsewhere</title>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def foreign_page() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


ATTACK = """
async ([api, headers]) => {
    const tried = []
    for (const options of [{}, {headers}, {mode: 'no-cors'}]) {
        for (const path of ['/deployments/filter', '/admin/settings', '/health']) {
            const method = path.endsWith('filter') ? 'POST' : 'GET'
            try {
                const answer = await fetch(api + path, {method, body: method === 'POST' ? '{}' : undefined, ...options})
                tried.push(answer.type === 'opaque' ? 'blind' : `${answer.status}: ${await answer.text()}`)
            } catch (error) { tried.push('refused') }
        }
    }
    tried.push(await new Promise(resolve => {
        const socket = new WebSocket(api.replace('http', 'ws') + '/events/out', ['prefect'])
        socket.onopen = () => resolve('open')
        socket.onerror = () => resolve('refused')
    }))
    return tried
}
"""


def test_in_a_browser_a_foreign_page_gets_nothing_and_the_person_sees_the_schedule(
    schedule: Served, foreign_page: str, browser: Browser
) -> None:
    tab = browser.new_page()
    try:
        tab.goto(foreign_page)
        tried = tab.evaluate(ATTACK, [schedule.api, schedule.credentials])
        assert set(tried) <= {"refused", "blind"}, tried
        assert tried[-1] == "refused"

        tab.goto(f"{schedule.address}/deployments")
        box = tab.locator("input[type=password]")
        box.wait_for()
        box.fill(schedule.secret)
        box.press("Enter")
        tab.get_by_text("nightly-").first.wait_for()
    finally:
        tab.close()


def test_the_password_is_shown_on_a_terminal_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "password"
    file.write_text("nightkick:abc\n")
    server = Server("http://127.0.0.1:1", None, file)
    server.show_secret()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    server.show_secret()
    assert "nightkick:abc" in capsys.readouterr().err
