"""Connections that end when a client does not go on, so that half a request holds nothing for long.

uvicorn waits for ever for the rest of a request, and takes any number of connections. Any user of the machine could
have it run out of them. Here a request must come whole within `REQUEST_S`, however its bytes are spread, and when there
are too many connections, the one that has waited longest for its client makes room.
"""

from __future__ import annotations

import asyncio
import socket
from functools import cache, partial
from typing import cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from analytics.review.headers import HEADERS
from analytics.review.peers import Address, user_of

#: From the first to the last byte of a request. All of them come from this machine or its proxy.
REQUEST_S = 10.0
#: A browser opens six. Few enough for the smallest limit on open files in use, 256 (macOS).
MOST = 64
#: No more than these wait to be taken up, and are so at once.
BACKLOG = 64

_NO_REQUEST = b"".join(
    [
        b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n",
        *(f"{name}: {value}\r\n".encode() for name, value in HEADERS.items()),
        b"\r\n",
    ]
)


class Connection(H11Protocol):
    """One connection; the application finds in the state who is at its other end: ``user()``."""

    _since = 0.0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take one more up, and give up another if there are too many."""
        super().connection_made(transport)
        # asyncio does this for sockets that name their protocol. Ours says "a stream" and no more, and the body of an
        # answer would wait until its head is acknowledged, which takes 40 ms.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._since = self.loop.time()
        self._watch()
        near, far = transport.get_extra_info("sockname"), transport.get_extra_info("peername")
        self.app_state = {**self.app_state, "user": cache(partial(user_of, cast(Address, near), cast(Address, far)))}
        alive = [one for one in self.connections if isinstance(one, Connection) and not one.transport.is_closing()]
        if len(alive) > MOST:
            idle = [one for one in alive if one.waits and one is not self]
            self._give_up(min(idle, key=lambda one: one._since, default=self))

    @property
    def waits(self) -> bool:
        """Whether it is the client's turn: no request has come, or not all of it."""
        unanswered = self.cycle is not None and not self.cycle.response_complete
        return not unanswered or self.conn.their_state in (h11.IDLE, h11.SEND_BODY)

    def data_received(self, data: bytes) -> None:
        """Some more bytes, which do not win more time."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """The next request may begin."""
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Either end has closed it."""
        self._unwatch()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server ends: answer what was asked, but wait for no question."""
        super().shutdown()
        if self.waits:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(_NO_REQUEST)
        self.transport.close()

    def _watch(self) -> None:
        """Have the time run while, and only while, it is the client's turn."""
        if not self.waits or self.transport.is_closing():
            self._unwatch()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_S, self._give_up, self)

    def _unwatch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    @staticmethod
    def _give_up(connection: Connection) -> None:
        connection.transport.abort()
