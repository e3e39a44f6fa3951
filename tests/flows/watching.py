"""Processes whose sockets are watched: Python tells of every connection, in all of their children too."""

from __future__ import annotations

import os
from pathlib import Path

from tests.paths import ROOT

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


def watched(folder: Path) -> dict[str, str]:
    """Environment variables under which a process writes into ``folder`` what it reached out to, and fails to."""
    (folder / "watch").mkdir(exist_ok=True)
    (folder / "watch" / "sitecustomize.py").write_text(WATCH)
    return {
        "PYTHONPATH": os.pathsep.join((str(folder / "watch"), str(ROOT))),
        "WATCHED": str(folder / "connections"),
    }


def reached_out(folder: Path) -> str:
    """What `watched` processes reached out to; empty where nothing was."""
    found = folder / "connections"
    return found.read_text() if found.exists() else ""
