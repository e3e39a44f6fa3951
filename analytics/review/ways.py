"""By which way a request comes: from this machine, or through the one TLS proxy that the settings name.

Each way has its own door, so what opens one opens nothing on the other. The proxy is known by three things at once: the
address that its connections come from, the name that it passes on as Host, and its word that the browser came by https.
Without a proxy in the settings there is one way, and the page listens on 127.0.0.1 alone.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import Scope

from analytics.review.door import TYPED, Door, cookie_name

#: Where the page always listens.
LOOPBACK = "127.0.0.1"
#: Under which name this machine may be asked for, through a tunnel also at another port. No other name: a browser keeps
#: cookies apart by it, and another user may listen where `localhost` leads first (::1).
_HERE = re.compile(r"127\.0\.0\.1(:[0-9]{1,5})?")
#: What only a proxy says.
PROTO_HEADER = "x-forwarded-proto"
#: A browser takes a cookie of this prefix by https alone, for this host alone.
_SECURE_COOKIE = "__Host-nightkick"
#: No letter that looks like another one, for a secret that is typed on a phone: 20 of 31 are 99 bits.
_TYPEABLE = "23456789abcdefghjkmnpqrstuvwxyz"


def typed_secret() -> str:
    """A secret that can be typed: five groups of four."""
    return "-".join("".join(secrets.choice(_TYPEABLE) for _ in range(4)) for _ in range(5))


@dataclass(frozen=True, slots=True)
class Proxy:
    """A TLS proxy that leads here from other machines.

    Attributes
    ----------
    name : str
        What a browser asks it for, with the port if that is not 443.
    address : str or None
        Where its connections come from; None: from this machine.
    door : Door
        Which browsers are let in through it.
    """

    name: str
    address: str | None = None
    door: Door = field(default_factory=lambda: Door(typed_secret))

    @property
    def url(self) -> str:
        """The page as a browser elsewhere opens it."""
        return f"https://{self.name}/"

    def lay_out(self, file: Path) -> None:
        """Keep a file with the address that opens the page next, to be typed; its folder must be the user's own.

        Raises
        ------
        OSError
        """
        self.door.lay_out(file, self.url, TYPED)


@dataclass(frozen=True, slots=True)
class Way:
    """What holds for a request that came by it.

    Attributes
    ----------
    origin : str
        That of our own pages.
    cookie : str
        The name of the cookie.
    secure : bool
        Whether a browser reaches it by https. If not, the secret may come from a file, whose origin it calls null.
    """

    door: Door
    origin: str
    cookie: str
    secure: bool


def way_of(scope: Scope, home: Door, proxy: Proxy | None) -> Way | None:
    """The way of a request; None for one that comes by none.

    Parameters
    ----------
    scope : Scope
        With the true ends of the connection, not those that a header claims.
    home : Door
        The door for this machine.
    proxy : Proxy or None
        None: nothing leads here from another machine.
    """
    headers = Headers(scope=scope)
    hosts = headers.getlist("host")
    if proxy is None:
        return _here(home, hosts[0]) if is_here(hosts) else None
    far, near = ((scope.get(end) or ("",))[0] for end in ("client", "server"))
    if hosts == [proxy.name]:
        from_proxy = far in (LOOPBACK, near) if proxy.address is None else far == proxy.address
        through = bool(far) and from_proxy and headers.getlist(PROTO_HEADER) == ["https"]
        return Way(proxy.door, f"https://{proxy.name}", _SECURE_COOKIE, secure=True) if through else None
    # A proxy that hides the name that it was asked for would make strangers look like this machine.
    is_direct = far == LOOPBACK and PROTO_HEADER not in headers
    return _here(home, hosts[0]) if is_direct and is_here(hosts) else None


def is_here(hosts: Iterable[str]) -> bool:
    """Whether a request's only Host header names this machine, whatever the port."""
    named = list(hosts)
    return len(named) == 1 and _HERE.fullmatch(named[0]) is not None


def _here(door: Door, host: str) -> Way:
    return Way(door, f"http://{host}", cookie_name(host), secure=False)
