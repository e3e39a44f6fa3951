"""The page's own scripts and styles, under an address that changes with what they hold, so that a browser keeps them.

There is no health data in them. Under ``/static`` itself they are there too, and not kept.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_FOLDER = Path(__file__).parent / "static"
#: A year, after which a browser asks again; only the browser itself may keep it, no proxy.
_KEPT = "private, max-age=31536000, immutable"


class _Lasting(StaticFiles):
    """Files that never change under their address."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be kept; what is not there is not kept."""
        answer = await super().get_response(path, scope)
        if answer.status_code == 200:
            answer.headers["cache-control"] = _KEPT
        return answer


@cache
def static_address() -> str:
    """Where the files lie: a name made of all of them, for each loads others."""
    found = hashlib.sha256()
    for file in sorted(_FOLDER.iterdir()):
        if file.is_file():
            content = file.read_bytes()
            found.update(f"{file.name} {len(content)} ".encode() + content)
    return f"/static/{found.hexdigest()[:16]}"


@cache
def modules() -> tuple[str, ...]:
    """The scripts that the page's own loads, so that all are asked for at once, and not one after another names it."""
    return tuple(sorted(file.name for file in _FOLDER.glob("*.js")))


def static_routes() -> list[Mount]:
    """Both addresses of the files."""
    return [
        Mount(static_address(), _Lasting(directory=_FOLDER)),
        Mount("/static", StaticFiles(directory=_FOLDER)),
    ]
