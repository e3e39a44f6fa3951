"""Serving the page until it is stopped: on this machine, and where the settings name one on a second address."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack

import uvicorn
from starlette.types import ASGIApp

from analytics.review.connections import BACKLOG, Connection
from analytics.review.ways import LOOPBACK
from ingest.errors import UsageError

#: All addresses of this machine, the loopback one among them.
_ALL = "0.0.0.0"


def serve(app: ASGIApp, port: int, listening: Callable[[str], None], listen: str = LOOPBACK) -> None:
    """Answer requests until the process is interrupted.

    Parameters
    ----------
    port : int
        0 for any that is free.
    listening : callable
        Called in a thread with the address of the page once a browser can reach it.
    listen : str
        An IPv4 address to listen on besides the loopback one, where a proxy elsewhere reaches it.

    Raises
    ------
    UsageError
        The port is in use or may not be used, or the address is none of this machine.
    KeyboardInterrupt
        The user has stopped it.
    """
    with ExitStack() as open_sockets:
        first = open_sockets.enter_context(_listening(_ALL if listen == _ALL else LOOPBACK, port))
        taken = first.getsockname()[1]
        others = () if listen in (LOOPBACK, _ALL) else (open_sockets.enter_context(_listening(listen, taken)),)
        address = f"http://{LOOPBACK}:{taken}/"
        # In a thread, for a browser may be waited for. Not before the server has started: from then on it ends well.
        announce = threading.Thread(target=listening, args=(address,), daemon=True)
        server_of(app, announce.start).run(sockets=[first, *others])


class _Server(uvicorn.Server):
    """uvicorn's, which says when it has started."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._says_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to answer."""
        await super().startup(sockets=sockets)
        self._says_started()


def server_of(app: ASGIApp, started: Callable[[], None] = lambda: None) -> uvicorn.Server:
    """A server that says nothing of what strangers send it, and waits for none of them."""
    config = uvicorn.Config(
        app,
        http=Connection,
        backlog=BACKLOG,
        log_level="error",
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,  # `analytics.review.ways` asks for the true ends of a connection
        ws="none",
    )
    return _Server(config, started)


def _listening(host: str, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        bound.close()
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise UsageError(
                f"port {port} is in use", hint="is nightkick open already? --port 0 takes a free one"
            ) from None
        if isinstance(error, OSError) and error.errno == errno.EADDRNOTAVAIL:
            raise UsageError(
                f"listen = {host!r} is no address of this machine", hint="see [review] in the settings"
            ) from None
        why = error.strerror if isinstance(error, OSError) else "not from 0 to 65535"
        raise UsageError(f"port {port} cannot be used: {why}", hint="--port 0 takes a free one") from None
    return bound
