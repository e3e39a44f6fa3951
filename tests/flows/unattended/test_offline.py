"""Nothing leaves this machine: every command runs with Python's sockets watched, in all of its processes.

The flow with its server is watched in `tests.flows.unattended.test_nightly`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.making import tiny
from tests.flows.watching import reached_out, watched


def run_watched(tmp_path: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, arguments)]
    environment = {**os.environ, **watched(tmp_path)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)


def test_the_watch_sees_what_it_is_for(tmp_path: Path) -> None:
    probe = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    assert "unreachable" in run_watched(tmp_path, "-c", probe).stderr
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
        "reanalyse|--all",
        "patterns",
        "inspect|a.csv",
        "backup|b.zip",
        "restore|b.zip|--force",
        "doctor|--repair",
        "config|show",
    ]
    done = run_watched(tmp_path, "-c", script, *lines)
    codes = [line.rsplit(" ", 1)[1] for line in done.stdout.splitlines() if line.rsplit(" ", 1)[0] in lines]
    assert codes == ["0", "0", "0", "0", "2", *"0" * 7], done.stderr
    assert reached_out(tmp_path) == ""


def test_without_a_loopback_interface_no_one_waits_for_the_server(tmp_path: Path) -> None:
    alone = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not make a network namespace of its own")
    tiny(Path("a.csv"))
    command = [*alone, sys.executable, "-m", "flows", "import", "a.csv", "--tz", "UTC", "--flow"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert "cannot reach each other at 127.0.0.1" in done.stderr
    assert "ip link set lo up" in done.stderr
