"""Who may talk to our Prefect server: programs of this machine that know the secret, at the server's own address.

Prefect checks the secret for its REST interface, but leaves its health checks and its description open, ends with a
defect for letters that are not ASCII, and takes any Host and any Origin. A page from elsewhere that gets a browser to
believe in another name for 127.0.0.1 is recognised by those two. So this stands before the whole of it.

Open without the secret are the files of Prefect's pages, which are the same on every machine, and what they ask first
(``/ui-settings``: where the server is, and that it wants a password). They hold nothing of a person.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

NAMES = ("127.0.0.1", "localhost")
#: First parts of paths that tell of runs, or describe what can be asked.
CLOSED = frozenset({"api", "docs", "redoc", "openapi.json", "metrics"})
#: No page from elsewhere may show ours in a frame, or load a part of it.
HEADERS = (
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


def origins(port: int) -> tuple[str, ...]:
    """Origins of the pages that our server serves itself."""
    return tuple(f"http://{name}:{port}" for name in NAMES)


def guarded(app: App, secret: str, port: int) -> App:
    """Put the app behind the checks.

    Parameters
    ----------
    secret : str
        What a program must name, as ``user:password`` of HTTP Basic authentication.
    port : int
        The port at which the server listens.
    """

    async def check(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
        elif refusal := _refusal(scope, secret, port):
            await _refuse(scope, refusal, send)
        else:
            await app(scope, receive, _with_headers(send))

    return check


def _refusal(scope: Scope, secret: str, port: int) -> int | None:
    """The status to refuse a request with, if it is to be refused."""
    own = [origin.encode() for origin in origins(port)]
    hosts, senders = _of(scope, b"host"), _of(scope, b"origin")
    if len(hosts) != 1 or b"http://" + hosts[0].lower() not in own:
        return 403
    if any(sender.lower() not in own for sender in senders):
        return 403
    if scope["type"] == "websocket":
        return None  # its first message carries the secret, which Prefect checks before anything else
    return None if _is_open(scope) or _knows(scope, secret) else 401


def _of(scope: Scope, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key.lower() == name]


def _is_open(scope: Scope) -> bool:
    first = next((part for part in scope["path"].split("/") if part), "")
    return scope["method"] in ("GET", "HEAD") and first.lower() not in CLOSED


def _knows(scope: Scope, secret: str) -> bool:
    shown = _of(scope, b"authorization")
    if len(shown) != 1:
        return False
    scheme, _, credentials = shown[0].partition(b" ")
    try:
        told = base64.b64decode(credentials.strip(), validate=True)
    except binascii.Error:
        return False
    return scheme.lower() == b"basic" and hmac.compare_digest(told, secret.encode())


async def _refuse(scope: Scope, status: int, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    body = b'{"exception_message":"Unauthorized"}' if status == 401 else b'{"exception_message":"Forbidden"}'
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _with_headers(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *HEADERS]
        await send(message)

    return sending
