"""What a file's name and folders say of who wore it: patterns like ``{subject}/night_*_{side}.csv``.

A pattern is compared with the end of a path, part by part, whatever the case of the letters. ``*`` and ``?`` stand for
letters of one part, ``**`` for any number of folders, ``anna/`` for everything below a folder of that name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import get_args

from ingest.errors import UsageError
from ingest.recording import Side, Site

#: What may stand in braces, and what it may be. A person's name may hold anything but the bar between folders.
PLACES: Mapping[str, str] = {
    "subject": r"[^/]+?",
    "serial": r"[^/]+?",
    "site": "|".join(name for name in get_args(Site) if name != "unknown"),
    "side": "|".join(name for name in get_args(Side) if name != "unknown"),
}
#: Read in lower case; a name and a serial are kept as they are written.
_WORDS = ("site", "side")
_TOKEN = re.compile(r"\{(?P<place>[^{}]*)\}|(?P<some>\*)|(?P<one>\?)|(?P<text>[^{}*?]+)|(?P<odd>[{}])")


def places_in(pattern: str) -> tuple[str, ...]:
    """What a pattern takes from a path, in order.

    Raises
    ------
    UsageError
        It is no pattern.
    """
    return tuple(_compiled(pattern).groupindex)


def matched(pattern: str, path: Path) -> Mapping[str, str] | None:
    """What the path says in the places of the pattern; None where it does not match."""
    found = _compiled(pattern).search(path.as_posix())
    if found is None:
        return None
    return {place: said.lower() if place in _WORDS else said for place, said in found.groupdict().items()}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    text = pattern.strip().replace("\\", "/").removeprefix("./")
    parts = (f"{text}**" if text.endswith("/") else text).split("/")
    if not text or not all(parts):
        raise UsageError(f"no pattern: {pattern!r}", hint="like {subject}_{side}.cwa or anna/night_*.csv")
    deep = [place for place, part in enumerate(parts) if part == "**"]
    if deep and any("{" in part for part in parts[: deep[-1]]):
        raise UsageError(
            f"which folder is meant by {pattern!r} cannot be told: braces stand before ** or at a bare folder",
            hint="name each folder down to the file, like {subject}/*",
        )
    seen: set[str] = set()
    inner = "".join(_part(part, pattern, seen, is_last=at == len(parts) - 1) for at, part in enumerate(parts))
    return re.compile(rf"(?:^|/){inner}\Z", re.IGNORECASE | re.DOTALL)


def _part(part: str, pattern: str, seen: set[str], *, is_last: bool) -> str:
    if part == "**":
        return r"(?:[^/]+/)*[^/]+" if is_last else r"(?:[^/]+/)*"
    return "".join(_token(token, pattern, seen) for token in _TOKEN.finditer(part)) + ("" if is_last else "/")


def _token(token: re.Match[str], pattern: str, seen: set[str]) -> str:
    if token["some"]:
        return r"[^/]*"
    if token["one"]:
        return r"[^/]"
    if token["text"]:
        return re.escape(token["text"])
    place = token["place"]
    if place not in PLACES:
        raise UsageError(f"{token[0]} in {pattern!r} is no place", hint=f"known: {{{'}, {'.join(PLACES)}}}")
    if place in seen:
        raise UsageError(f"{token[0]} stands twice in {pattern!r}", hint="name it once")
    seen.add(place)
    return f"(?P<{place}>{PLACES[place]})"
