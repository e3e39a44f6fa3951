"""``nightkick schedule`` in a process of its own, with what its Prefect server tells."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flows.settings.settings import load
from flows.unattended.schedule_plan import plan_for
from tests.paths import ROOT

LIMIT_S = 200


def environment(**more: str) -> dict[str, str]:
    """For a process of its own that may start a Prefect server, which tests otherwise may not."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return {**inherited, "PYTHONPATH": str(ROOT), **more}


def home_of(database: str) -> Path:
    """Where the schedule of a database keeps Prefect's records."""
    named = Path(database).absolute()
    return plan_for(load(), inbox=Path("in"), at=None, cron=None, tz="UTC", database=named).prefect_home


class Served:
    """``nightkick schedule`` in a process of its own, and the API of its server."""

    def __init__(self, process: subprocess.Popen[str], said: Path) -> None:
        self.process = process
        self._said = said
        self.address = self.wait_for(lambda: re.search(r"runs: (http://127\.[\d.]+:\d+).*\n", self.said()))[1]
        self.api = f"{self.address}/api"
        named = re.search(r"the password is in (.+)\)", self.said())
        self.secret_file = Path(named[1] if named else "named nowhere")
        self.secret = self.secret_file.read_text(encoding="ascii").strip() if named else ""

    @property
    def credentials(self) -> dict[str, str]:
        return {"Authorization": f"Basic {base64.b64encode(self.secret.encode()).decode()}"}

    def said(self) -> str:
        return self._said.read_text(encoding="utf-8")

    def wait_for(self, what: Callable[[], Any]) -> Any:
        give_up_at = time.monotonic() + LIMIT_S
        while time.monotonic() < give_up_at:
            if found := what():
                return found
            assert self.process.poll() is None, self.said()
            time.sleep(0.2)
        raise AssertionError(self.said())

    def call(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **self.credentials}
        request = urllib.request.Request(self.api + path, data, headers, method=method)
        for wait_s in (1, 5, None):
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.loads(answer.read() or b"null")
            except urllib.error.HTTPError as error:
                if error.code != 503 or wait_s is None:  # a busy moment, which Prefect waits out too
                    raise
                time.sleep(wait_s)
        raise AssertionError("unreachable")


@contextmanager
def served(home: Path, *arguments: object, **more: str) -> Iterator[Served]:
    said = home / "said.txt"
    with said.open("w", encoding="utf-8") as talk:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "flows", "schedule", *map(str, arguments)],
            env=environment(**more),
            stdout=subprocess.DEVNULL,
            stderr=talk,
            text=True,
            start_new_session=True,
        )
    try:
        yield Served(process, said)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
