"""Serving the page on this machine until somebody stops it."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from ingest.errors import UsageError

HOST = "127.0.0.1"


def serve(app: ASGIApp, port: int, listening: Callable[[str], None]) -> None:
    """Answer requests until the process is interrupted.

    Parameters
    ----------
    port : int
        0 for any that is free.
    listening : callable
        Called in a thread with the address of the page once a browser can reach it.

    Raises
    ------
    UsageError
        The port is in use, or may not be used.
    KeyboardInterrupt
        The user has stopped it.
    """
    with _listening(port) as bound:
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", server_header=False, ws="none")
        )
        address = f"http://{HOST}:{bound.getsockname()[1]}/"
        # The socket listens already: what a browser asks before the server has started waits in its queue.
        threading.Thread(target=listening, args=(address,), daemon=True).start()
        server.run(sockets=[bound])


def _listening(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((HOST, port))
        bound.listen()
    except (OSError, OverflowError) as error:
        bound.close()
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise UsageError(
                f"port {port} is in use", hint="is nightkick open already? --port 0 takes a free one"
            ) from None
        why = error.strerror if isinstance(error, OSError) else "not from 0 to 65535"
        raise UsageError(f"port {port} cannot be used: {why}", hint="--port 0 takes a free one") from None
    return bound
