"""Nothing leaves this machine: every command runs with Python's sockets watched, in all of its processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.making import tiny

ROOT = Path(__file__).resolve().parents[2]

WATCH = """
import os, sys

NEAR = ("127.0.0.1", "::1", "localhost")


def watch(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple) and arguments[1][0] not in NEAR:
        far(event, arguments[1])
    if event == "socket.sendto" and isinstance(arguments[1], tuple) and arguments[1][0] not in NEAR:
        far(event, arguments[1])
    if event in ("socket.getaddrinfo", "socket.gethostbyname") and arguments[0] not in (None, "", "0.0.0.0", *NEAR):
        far(event, arguments)


def far(event, address):
    with open(os.environ["WATCHED"], "a") as file:
        print(event, address, sys.argv, file=file)
    raise OSError(101, "Network is unreachable")


sys.addaudithook(watch)
"""


def watched(tmp_path: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    (tmp_path / "watch").mkdir(exist_ok=True)
    (tmp_path / "watch" / "sitecustomize.py").write_text(WATCH)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment = {
        **inherited,
        "PYTHONPATH": os.pathsep.join((str(tmp_path / "watch"), str(ROOT))),
        "WATCHED": str(tmp_path / "connections"),
    }
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)


def reached_out(tmp_path: Path) -> str:
    found = tmp_path / "connections"
    return found.read_text() if found.exists() else ""


def test_the_watch_sees_what_it_is_for(tmp_path: Path) -> None:
    probe = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    assert "unreachable" in watched(tmp_path, "-c", probe).stderr
    assert "192.0.2.1" in reached_out(tmp_path)


def test_no_command_reaches_out(tmp_path: Path) -> None:
    tiny(Path("a.csv"))
    script = """
import sys
from flows.cli import main
for line in sys.argv[1:]:
    print(line, main(line.split('|')), flush=True)
"""
    lines = [
        "import|a.csv|--tz|UTC",
        "nights",
        "show|2026-03-02",
        "sql|FROM nights",
        "sql|FROM 'https://example.org/a.parquet'",
        "reanalyse",
        "patterns",
        "inspect|a.csv",
        "backup|b.zip",
        "restore|b.zip|--force",
        "doctor|--repair",
        "config|show",
    ]
    done = watched(tmp_path, "-c", script, *lines)
    codes = [line.rsplit(" ", 1)[1] for line in done.stdout.splitlines() if line.rsplit(" ", 1)[0] in lines]
    assert codes == ["0", "0", "0", "0", "2", *"0" * 7], done.stderr
    assert reached_out(tmp_path) == ""


@pytest.mark.prefect
def test_neither_does_the_flow_with_its_server(tmp_path: Path) -> None:
    tiny(Path("a.csv"))
    done = watched(tmp_path, "-m", "flows", "import", "--flow", "a.csv", "--tz", "UTC")
    assert done.returncode == 0, done.stderr
    assert reached_out(tmp_path) == ""
