"""How wide lines may be, and prose folded to it at words, under its own indent.

``COLUMNS`` counts first, then the terminal. A pipe or a file has no width: programs read lines there, and nothing is
folded or left out.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator

#: No narrower: dates would not fit beside anything.
_NARROWEST = 20
#: What stands before the words of a line: a name and the gap to its column, a bullet, or blanks alone.
_BEFORE = re.compile(r"\s*\S+(?: \S+)*? {2,}(?=\S)|\s*- |\s*")


def width() -> int | None:
    """Columns that a line may have; None where nothing limits it."""
    told = os.environ.get("COLUMNS", "")
    if told.isascii() and told.isdigit() and int(told) > 0:
        return max(int(told), _NARROWEST)
    if not sys.stdout.isatty():
        return None
    try:
        return max(os.get_terminal_size(sys.stdout.fileno()).columns, _NARROWEST)
    except (OSError, ValueError):
        return None


def cells(text: str) -> int:
    """Columns that a text takes on a screen."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def folded(line: str, limit: int | None) -> list[str]:
    """A line as several, none wider than ``limit`` unless a single word is; further ones stand under the words."""
    if limit is None or cells(line) <= limit:
        return [line]
    found = _BEFORE.match(line)
    before = found[0] if found and cells(found[0]) <= limit // 2 else re.match(r"\s*", line)[0]  # type: ignore[index]
    hang = " " * cells(before)
    lines = list(_filled(line[len(before) :], limit - cells(before)))
    return [before + lines[0], *(hang + one for one in lines[1:])]


def folded_cell(text: str, limit: int) -> list[str]:
    """A table's cell as lines, none wider than ``limit``: a longer word is cut, after a ``_`` if it has one."""
    lines: list[str] = []
    for line in _filled(text, limit):
        rest = line
        while cells(rest) > limit:
            head = _head(rest, limit)
            piece = head[: head.rfind("_") + 1] or head
            lines.append(piece)
            rest = rest[len(piece) :]
        lines.append(rest)
    return lines


def cut(text: str, limit: int) -> str:
    """A text that takes at most ``limit`` columns, with an ellipsis where something was left out."""
    return text if cells(text) <= limit else _head(text, limit - 1) + "…"


def _filled(text: str, limit: int) -> Iterator[str]:
    line = ""
    for word in re.findall(r" *[^ ]+", text):
        if line and cells(line) + cells(word) > limit:
            yield line
            line = word.lstrip()
        else:
            line += word
    yield line


def _head(text: str, limit: int) -> str:
    """As many characters as fit, and at least one."""
    size, n = 0, 0
    for character in text:
        size += cells(character)
        if size > limit:
            break
        n += 1
    return text[: max(n, 1)]
