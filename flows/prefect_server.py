"""A Prefect server of one's own for as long as a schedule is served, on the loopback interface only.

Prefect's short-lived server (`flows.nightly.start_server`) schedules nothing, so this is the full one, as a child
process. It is told of its parent's end by a pipe, however that ended: a server left behind by a killed parent would go
on creating runs. It lives in a session of its own, because Ctrl-C goes to every process of a terminal and the
last states have to be told to somebody.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ingest.errors import NightkickError

#: Prefect's usual port; another one is taken where somebody has it already.
PORT = 4200
START_S, STOP_S = 180.0, 2.0


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers. ``process`` is None for one that somebody else runs."""

    address: str
    process: subprocess.Popen[bytes] | None

    @property
    def has_ended(self) -> bool:
        """Whether it is certain that it will not answer any more."""
        return self.process is not None and self.process.poll() is not None


@contextmanager
def prefect_server() -> Iterator[Server]:
    """The server that ``PREFECT_API_URL`` names, or one of our own, which that variable names inside.

    Raises
    ------
    NightkickError
        Ours does not start.
    """
    configured = os.environ.get("PREFECT_API_URL")
    if configured:
        yield Server(configured, None)
        return
    with _listening() as listener:
        handle, port = listener.fileno(), listener.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(handle)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=[handle],
            start_new_session=True,
        )
    try:
        os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
        server = Server(f"http://127.0.0.1:{port}", process)
        _wait_for(server)
        yield server
    finally:
        del os.environ["PREFECT_API_URL"]
        _stop(process)


def _listening() -> socket.socket:
    """Bound here and handed on, so that nobody can take the port in between."""
    try:
        return socket.create_server(("127.0.0.1", PORT))
    except OSError:
        return socket.create_server(("127.0.0.1", 0))


def _wait_for(server: Server) -> None:
    give_up_at = time.monotonic() + START_S
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < give_up_at and not server.has_ended:
        with contextlib.suppress(OSError), opener.open(f"{server.address}/api/health", timeout=2):
            return
        time.sleep(0.2)
    raise NightkickError("Prefect's server does not start", hint="see nightkick doctor")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _serve(handle: int) -> None:
    """The child: serve until the pipe on standard input is closed."""
    import uvicorn

    app = "prefect.server.api.server:create_app"
    config = uvicorn.Config(app, factory=True, log_level="critical", lifespan="on", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)

    def end_with_parent() -> None:
        sys.stdin.buffer.read()
        server.should_exit = True
        time.sleep(STOP_S)
        os._exit(0)  # a request that never ends must not keep it

    threading.Thread(target=end_with_parent, daemon=True).start()
    server.run([socket.socket(fileno=handle)])


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
