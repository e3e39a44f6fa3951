"""What keeps the page private: who may talk to it, and what a page of it may load.

The only place that decides it. The server listens on this machine alone, yet any web site open in the same browser
can send it requests. So the Host must be this machine (a name that a foreign site points here is refused), a
request that writes must be JSON with the token that only a page of this server knows, and no page may load or send
anything elsewhere, be framed, or be kept in a cache.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: The names under which this machine may be asked for.
HOSTS = frozenset({"127.0.0.1", "localhost"})
TOKEN_HEADER = "x-nightkick-token"

HEADERS = {
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}


class Protected:
    """An application behind the checks of this module; ``token`` is what a writing request must show."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            return  # nothing here speaks another protocol

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        why = self._why_refused(scope["method"], Headers(scope=scope))
        answer = JSONResponse({"error": why}, status_code=403) if why else self._app
        await answer(scope, receive, send_protected)

    def _why_refused(self, method: str, headers: Headers) -> str | None:
        if not is_here(headers.getlist("host")):
            return "this page answers only to 127.0.0.1"
        if method in ("GET", "HEAD"):
            return None
        origin = headers.get("origin")
        if headers.get("sec-fetch-site", "same-origin") != "same-origin" or origin not in _own(headers["host"]):
            return "a page from elsewhere may not write here"
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return "what is written here must be application/json"
        if not secrets.compare_digest(headers.get(TOKEN_HEADER, "").encode(), self._token.encode()):
            return "this page is older than the server: load it again"
        return None


def is_here(hosts: Iterable[str]) -> bool:
    """Whether a request's only Host header names this machine, whatever the port."""
    names = [host.lower().partition(":")[0] for host in hosts]
    return len(names) == 1 and names[0] in HOSTS


def _own(host: str) -> tuple[str | None, str]:
    return None, f"http://{host}"
