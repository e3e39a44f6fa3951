"""Who is let in: a secret that opens the page once, and what a browser shows from then on.

The machine has other users, and a port is open to all of them. So nothing is shown for the asking: the browser must
bring a secret that only the user who started the server can read, from a file of mode 0600. A secret is good for one
opening and is then replaced, in the file too, so that the file goes on working and a link that leaked does not.
What the browser keeps is another value, good for as long as this process lives.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from string import Template

_OPENING = Template((Path(__file__).parent / "templates" / "open.html").read_text(encoding="utf-8"))
#: The address that opens the page once, as text.
TYPED = Template("${address}open#${secret}\n")
_OWNER_FILE = 0o600


def _new() -> str:
    return secrets.token_urlsafe(32)


User = Callable[[], int | None]


def unknown() -> None:
    """A user whom the system does not tell."""


class Door:
    """The secret that opens the page next, and the cookies of the browsers that are in."""

    def __init__(self, new_secret: Callable[[], str] = _new) -> None:
        self._new_secret = new_secret
        self._secret = new_secret()
        self._inside: dict[str, int | None] = {}
        self._file: Path | None = None
        self._address = ""
        self._form = _OPENING

    @property
    def secret(self) -> str:
        """The secret that opens the page next."""
        return self._secret

    def lay_out(self, file: Path, address: str, form: Template = _OPENING) -> None:
        """Keep a file that opens the page at an address; its folder must be the user's own.

        Parameters
        ----------
        form : Template
            What stands in the file, with ``address`` and ``secret``; by default a page that a browser opens, or `TYPED`
            for a person who types it elsewhere.

        Raises
        ------
        OSError
        """
        self._file, self._address, self._form = file, address, form
        self._write()

    def let_in(self, secret: str, user: User = unknown) -> str | None:
        """The cookie of a browser that knows the secret, which is then used up; None for any other.

        Parameters
        ----------
        user : callable
            Tells whose process the browser is; asked only if it matters. The cookie will be refused to another
            user: a browser shows it to every page of this machine, whatever its port, so it may be copied.
        """
        if not secrets.compare_digest(secret.encode(), self._secret.encode()):
            return None
        self._secret = self._new_secret()
        with contextlib.suppress(OSError):  # a full disk shuts out no browser; what is left of the file opens nothing
            self._write()
        cookie = _new()
        self._inside[cookie] = user()
        return cookie

    def knows(self, cookies: Iterable[str], user: User = unknown) -> bool:
        """Whether one of these was given out by this process, and not to another user."""
        owners = [
            owner
            for shown in cookies
            for cookie, owner in self._inside.items()
            if secrets.compare_digest(shown.encode(), cookie.encode())
        ]
        return bool(owners) and (None in owners or user() in (None, *owners))

    def _write(self) -> None:
        if self._file is None:
            return
        new = self._file.with_suffix(".new")
        with contextlib.suppress(FileNotFoundError):
            new.unlink()
        opening = self._form.substitute(address=escape(self._address), secret=escape(self._secret))
        new.touch(_OWNER_FILE, exist_ok=False)
        new.write_text(opening, encoding="utf-8")
        new.replace(self._file)


def cookie_name(host: str) -> str:
    """The cookie's name for a Host. A browser shares cookies among all ports of a host, so the port is in the name."""
    return f"nightkick-{host.partition(':')[2] or '80'}"
