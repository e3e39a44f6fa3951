"""The two pages that a browser sees outside: how to open the page, and the one that leads in.

They hold no data, no name and no version, and load nothing: what they need stands in them, allowed by its hash.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from string import Template

from starlette.responses import HTMLResponse, JSONResponse, Response

_TEMPLATES = Path(__file__).parent / "templates"
_CLOSED = Template((_TEMPLATES / "closed.html").read_text(encoding="utf-8"))
_OPENED = (_TEMPLATES / "opened.html").read_text(encoding="utf-8")
#: Of the page that is closed, what is shown where.
_WHERE = {False: "only-here", True: "only-elsewhere", None: "anywhere"}
_ASIDE = "this browser was not let in since nightkick was started: open the page with nightkick review"


def closed(path: str, why: str = _ASIDE, *, is_elsewhere: bool | None = False) -> Response:
    """A page that says how to open the page; a request for data gets ``why`` as JSON instead.

    Parameters
    ----------
    is_elsewhere : bool or None
        Whether the browser is another machine's, which cannot open a file of this one; None: not known, so the page
        says both.
    """
    if path.startswith("/api"):
        return refused(why)
    page = _CLOSED.substitute(where=_WHERE[is_elsewhere])
    return HTMLResponse(page, status_code=403, headers=_outside(page))


def refused(why: str) -> Response:
    """A refusal in a sentence. The connection ends with it, so that none of what follows on it is read."""
    return JSONResponse({"error": why}, status_code=403, headers={"connection": "close"})


def opened(name: str = "", cookie: str = "", *, secure: bool = False) -> Response:
    """A page that leads in and leaves a cookie.

    No redirect: the browser came from a file, and sends no strict cookie where an answer to a foreign page sends it.
    Where a page of ours leads is no foreign page's doing. The next page takes the place of this one in the history.

    Parameters
    ----------
    name, cookie : str
        The cookie's name and value; without a value, none is left.
    secure : bool
        Whether the browser may show it by https alone.
    """
    answer = HTMLResponse(_OPENED, headers=_outside(_OPENED))
    if cookie:
        answer.set_cookie(name, cookie, path="/", httponly=True, samesite="strict", secure=secure)
    return answer


def _outside(page: str) -> dict[str, str]:
    allowed = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'"}
    for part in ("style", "script"):
        inside = re.search(f"<{part}>(.*?)</{part}>", page, re.DOTALL)
        if inside:
            allowed[f"{part}-src"] = (
                f"'sha256-{base64.b64encode(hashlib.sha256(inside[1].encode()).digest()).decode()}'"
            )
            allowed["connect-src"] = "'self'"
    policy = "; ".join(f"{what} {whence}" for what, whence in allowed.items())
    return {"content-security-policy": policy, "connection": "close"}
