"""HTML and SVG elements in which text cannot become markup.

Writes the angle brackets of the report. A child that is not `Html` is text and is escaped,
always: names of subjects and devices, notes and journals may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

_EMPTY = frozenset({"meta", "line", "rect", "path", "circle", "br"})


class Html(str):
    """Finished markup."""

    __slots__ = ()


Child = str | int | Iterable["Html | str"] | None


def el(name: str, /, *children: Child, **attributes: str | float | None) -> Html:
    """One element.

    Parameters
    ----------
    *children
        `Html` as it is, lists of it one after another, None as nothing, anything else as text.
    **attributes
        ``class_`` and ``for_`` without their underscore, any other underscore as a hyphen; None is left out. Numbers
        are written with at most two decimals.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_attribute(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _EMPTY and not children:
        return Html(f"<{name}{written}/>")
    return Html(f"<{name}{written}>{joined(*children)}</{name}>")


def joined(*children: Child) -> Html:
    """Children one after another."""
    return Html("".join(map(_child, children)))


def number(value: float) -> str:
    """A coordinate with at most two decimals and no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def visible(text: str) -> str:
    """Text with control and direction marks spelt out; line breaks and tabs stay."""
    if text.isprintable():  # nearly all text; paths have thousands of letters
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


def _child(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, str | int):
        return escape(visible(str(child)), quote=False)
    return "".join(map(_child, child))


def _attribute(value: str | float) -> str:
    return visible(value) if isinstance(value, str) else number(value)
