"""The real ``nightkick review``, run as a person runs it, and what a stranger on the machine can try on it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.paths import ROOT


@dataclass
class Review:
    """A running program: where it is, its opening file, all that it has said, and the arguments of its browser."""

    process: subprocess.Popen[str]
    address: str = ""
    file: Path = Path()
    lines: list[str] = field(default_factory=list)
    browser: Path = Path()

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    def secret(self) -> str:
        found = re.search(r'name="secret" value="([\w-]+)"', self.file.read_text())
        assert found
        return found[1]

    def let_in(self, secret: str | None = None, **headers: str) -> httpx.Response:
        """What a browser does with the opening file."""
        content = urlencode({"secret": self.secret() if secret is None else secret})
        form = {"origin": "null", "sec-fetch-site": "cross-site", "content-type": "application/x-www-form-urlencoded"}
        return httpx.post(f"{self.address}/open", content=content, headers={**form, **headers}, timeout=30)

    def cookie(self) -> dict[str, str]:
        return dict(self.let_in().cookies)

    def stop(self, number: signal.Signals = signal.SIGINT) -> str:
        """End it; what it said since, but for waits between its own threads, which a busy machine makes."""
        self.process.send_signal(number)
        assert self.process.wait(timeout=30) == 0
        assert self.process.stderr is not None
        return "".join(line for line in self.process.stderr if "in use by this program itself" not in line)


@contextmanager
def reviewing(
    database: Path, *arguments: str, port: int = 0, folder: Path | None = None, before: int = 0
) -> Iterator[Review]:
    """The program until the block ends; with ``folder``, one in which a browser notes its arguments.

    ``before``: so many lines come before the one that names the address.
    """
    command = [sys.executable, "-m", "flows", "review", "--port", str(port), "--db", str(database), *arguments]
    environment, noted = dict(os.environ), Path()
    if folder is None:
        command.append("--no-open")
    else:
        noted, browser = folder / "arguments", folder / "browser"
        browser.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {noted}\ncat /proc/$$/cmdline >> {noted}\n')
        browser.chmod(0o755)
        environment["BROWSER"] = str(browser)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:
        try:
            assert process.stderr is not None
            lines = [process.stderr.readline() for _ in range(before + 2)]
            where, file = (
                re.search(r"http://127\.0\.0\.1:\d+", lines[before]),
                re.search(r"/\S+\.html", lines[before + 1]),
            )
            assert where, lines
            assert file, lines
            yield Review(process, where[0], Path(file[0]), lines, noted)
        finally:
            if process.poll() is None:
                process.kill()


def as_stranger(work: Callable[[], Any]) -> Any:
    """What another user of this machine gets from some work; skips where we may not act as one."""
    if os.getuid() != 0:
        pytest.skip("only root can act as another user")
    with tempfile.TemporaryFile() as told:
        child = os.fork()
        if child == 0:
            try:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
                told.write(json.dumps(work()).encode())
            except BaseException as error:
                told.write(json.dumps(f"{type(error).__name__}: {error}").encode())
            finally:
                told.flush()
                os._exit(0)
        os.waitpid(child, 0)
        told.seek(0)
        return json.loads(told.read())


def raw(port: int, request: bytes, *, wait_s: float = 5.0, host: str = "127.0.0.1") -> bytes:
    """All that is answered to some bytes, until the server closes or falls silent."""
    with socket.create_connection((host, port), timeout=wait_s) as line:
        line.sendall(request)
        answer = b""
        try:
            while more := line.recv(65536):
                answer += more
        except (TimeoutError, ConnectionResetError):
            pass
    return answer


def closed_after(line: socket.socket, longest_s: float) -> float:
    """How long a connection stays open when nothing more is sent; fails after ``longest_s``."""
    start = time.monotonic()
    line.settimeout(longest_s)
    try:
        while line.recv(65536):
            pass
    except ConnectionResetError:
        pass
    except TimeoutError:
        raise AssertionError(f"still open after {longest_s} s") from None
    return time.monotonic() - start
