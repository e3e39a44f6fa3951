"""What keeps the page private: who may talk to it.

The only module that decides it. The server listens on this machine alone, yet any user of the machine can reach it, and
any web site open in the same browser can send it requests. So the Host must be this machine (a name that a foreign
site points here is refused), every request must show the cookie of a browser that was let in (`analytics.review.door`),
none may come from a page of elsewhere, and one that writes must be JSON with the token that only a page of this
server knows. What an answer forbids the browser stands in `analytics.review.headers`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from analytics.review.door import Door, User, cookie_name, unknown
from analytics.review.doorstep import closed, opened, refused
from analytics.review.headers import HEADERS

#: Under which name this machine may be asked for, through a tunnel also at another port. No other name: a browser keeps
#: cookies apart by it, and another user may listen where `localhost` leads first (::1).
_HERE = re.compile(r"127\.0\.0\.1(:[0-9]{1,5})?")
#: Where a browser brings the secret.
OPEN = "/open"
TOKEN_HEADER = "x-nightkick-token"
#: A request that says one of these twice could mean either.
_ONCE = ("origin", "sec-fetch-site", "sec-fetch-mode", "content-type", TOKEN_HEADER)
#: The secret's form is much shorter.
_LONGEST_FORM = 1024


class Protected:
    """An application behind the checks of this module; ``token`` is what a writing request must show."""

    def __init__(self, app: ASGIApp, token: str, door: Door) -> None:
        self._app = app
        self._token = token
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            return  # nothing here speaks another protocol

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            answer = await self._instead(Request(scope, receive)) or self._app
            await answer(scope, receive, send_protected)
        except ClientDisconnect:
            return  # the answer would reach nothing

    async def _instead(self, request: Request) -> Response | None:
        """What is answered instead of the application; None for what may reach it."""
        headers, path = request.headers, request.scope["path"]
        if not is_here(headers.getlist("host")):
            return closed(path, "this page answers only to 127.0.0.1")
        if any(len(headers.getlist(name)) > 1 for name in _ONCE):
            return refused("this request says two things at once")
        if path == OPEN and request.method == "POST":
            return await self._let_in(request)
        if headers.get("origin") not in _own(headers["host"]):
            return refused("a page from elsewhere may not ask here")
        if not self._door.knows(_cookies(headers), _user(request)):
            return closed(path)
        if path == OPEN:
            return opened()
        why = self._why_refused(request.method, headers)
        return refused(why) if why else None

    async def _let_in(self, request: Request) -> Response:
        """Exchange the secret for a cookie. It comes from a file, whose origin a browser calls null."""
        headers = request.headers
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LONGEST_FORM:
                return refused("that is too long")
        said = parse_qs(body.decode("latin-1")).get("secret", [""])
        if headers.get("origin") in (*_own(headers["host"]), "null"):
            cookie = self._door.let_in(said[0], _user(request))
            if cookie is not None:
                return opened(cookie_name(headers["host"]), cookie)
        return closed(OPEN)

    def _why_refused(self, method: str, headers: Headers) -> str | None:
        site, mode = headers.get("sec-fetch-site", "same-origin"), headers.get("sec-fetch-mode")
        if method in ("GET", "HEAD"):  # a link may lead here from anywhere; it shows nothing to where it stood
            elsewhere = site not in ("same-origin", "none") and mode != "navigate"
            return "a page from elsewhere may not ask here" if elsewhere else None
        if site != "same-origin":
            return "a page from elsewhere may not write here"
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return "what is written here must be application/json"
        if not secrets.compare_digest(headers.get(TOKEN_HEADER, "").encode(), self._token.encode()):
            return "this page is older than the server: load it again"
        return None


def is_here(hosts: Iterable[str]) -> bool:
    """Whether a request's only Host header names this machine, whatever the port."""
    named = list(hosts)
    return len(named) == 1 and _HERE.fullmatch(named[0]) is not None


def _own(host: str) -> tuple[str | None, str]:
    return None, f"http://{host}"


def _cookies(headers: Headers) -> list[str]:
    """All cookies of our name: a page at another port can add one, which must not hide ours."""
    name = cookie_name(headers["host"])
    pairs = [pair.strip().partition("=") for line in headers.getlist("cookie") for pair in line.split(";")]
    return [value for key, _, value in pairs if key == name]


def _user(request: Request) -> User:
    """Who asks, as `analytics.review.connections` tells."""
    user: User = request.scope.get("state", {}).get("user", unknown)
    return user
