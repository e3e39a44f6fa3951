"""What keeps the page private: who may talk to it.

The only module that decides it. The server listens on this machine alone, unless the settings name a proxy, yet any
user of the machine can reach it, and any web site open in the same browser can send it requests. So a request must come
by a known way (`analytics.review.ways`: a name that a foreign site points here is refused), every request must show the
cookie of a browser that was let in (`analytics.review.door`), none may come from a page of elsewhere, and one that
writes must be JSON with the token that only a page of this server knows. What an answer forbids the browser stands in
`analytics.review.headers`.
"""

from __future__ import annotations

import secrets
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from analytics.review.door import Door, User, unknown
from analytics.review.doorstep import closed, opened, refused
from analytics.review.headers import HEADERS, ONLY_HTTPS
from analytics.review.ways import Proxy, Way, way_of

#: Where a browser brings the secret.
OPEN = "/open"
TOKEN_HEADER = "x-nightkick-token"
#: A request that says one of these twice could mean either.
_ONCE = ("origin", "sec-fetch-site", "sec-fetch-mode", "content-type", TOKEN_HEADER)
#: The secret's form is much shorter.
_LONGEST_FORM = 1024
_NO_WAY = "this page answers only to 127.0.0.1"
_NO_WAY_OF_TWO = "this page answers only on its own machine and, by https, through its proxy"


class Protected:
    """An application behind the checks of this module.

    Parameters
    ----------
    token : str
        What a writing request must show.
    door : Door
        Which browsers of this machine are let in.
    proxy : Proxy or None
        What leads here from other machines; None: nothing.
    """

    def __init__(self, app: ASGIApp, token: str, door: Door, proxy: Proxy | None = None) -> None:
        self._app = app
        self._token = token
        self._door = door
        self._proxy = proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            return  # nothing here speaks another protocol
        way = way_of(scope, self._door, self._proxy)
        headers_of_way = HEADERS
        if way is not None and way.secure:
            scope["scheme"], headers_of_way = "https", HEADERS | ONLY_HTTPS

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in headers_of_way.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            answer = await self._instead(Request(scope, receive), way) or self._app
            await answer(scope, receive, send_protected)
        except ClientDisconnect:
            return  # the answer would reach nothing

    async def _instead(self, request: Request, way: Way | None) -> Response | None:
        """What is answered instead of the application; None for what may reach it."""
        headers, path = request.headers, request.scope["path"]
        if way is None:
            no_proxy = self._proxy is None
            return closed(path, _NO_WAY) if no_proxy else closed(path, _NO_WAY_OF_TWO, is_elsewhere=None)
        if any(len(headers.getlist(name)) > 1 for name in _ONCE):
            return refused("this request says two things at once")
        if path == OPEN and request.method == "POST":
            return await _let_in(request, way)
        if headers.get("origin") not in (None, way.origin):
            return refused("a page from elsewhere may not ask here")
        if not way.door.knows(_cookies(headers, way.cookie), _user(request)):
            return closed(path, is_elsewhere=way.secure)
        if path == OPEN:
            return opened()
        why = self._why_refused(request.method, headers)
        return refused(why) if why else None

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


async def _let_in(request: Request, way: Way) -> Response:
    """Exchange the secret for a cookie."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_FORM:
            return refused("that is too long")
    said = parse_qs(body.decode("latin-1")).get("secret", [""])
    if request.headers.get("origin") in (None, way.origin, *([] if way.secure else ["null"])):
        cookie = way.door.let_in(said[0], _user(request))
        if cookie is not None:
            return opened(way.cookie, cookie, secure=way.secure)
    return closed(OPEN, is_elsewhere=way.secure)


def _cookies(headers: Headers, name: str) -> list[str]:
    """All cookies of our name: a page at another port can add one, which must not hide ours."""
    pairs = [pair.strip().partition("=") for line in headers.getlist("cookie") for pair in line.split(";")]
    return [value for key, _, value in pairs if key == name]


def _user(request: Request) -> User:
    """Who asks, as `analytics.review.connections` tells."""
    user: User = request.scope.get("state", {}).get("user", unknown)
    return user
