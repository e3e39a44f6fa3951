"""What all pictures share: their frame, patterns, axes, and the table that stands behind each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analytics.pictures.markup import Html, el, joined, number

#: Width of a full-width picture in its own units; printed on A4 one unit is a quarter of a millimetre.
WIDTH = 720.0


def picture(name: str, width: float, height: float, *parts: Html | Sequence[Html], says: str) -> Html:
    """An SVG with a title, and a sentence for those who do not see it.

    Parameters
    ----------
    name : str
        What it is; also makes its ids, so it must be unique on the page.
    """
    key = "".join(c if c.isalnum() else "-" for c in name)
    return el(
        "svg",
        el("title", name, id=f"t-{key}"),
        el("desc", says, id=f"d-{key}"),
        joined(*parts),
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_labelledby=f"t-{key} d-{key}",
    )


def patterns() -> Html:
    """Fillings that stay apart in black and white; defined once a page."""

    def lines(key: str, angle: float, gap: float, css: str) -> Html:
        stroke = el("line", x1=0, y1=0, x2=0, y2=gap, class_=css)
        return el(
            "pattern",
            stroke,
            id=key,
            width=gap,
            height=gap,
            patternUnits="userSpaceOnUse",
            patternTransform=f"rotate({number(angle)})",
        )

    def dots(key: str, gap: float, radius: float) -> Html:
        mark = el("circle", cx=gap / 2, cy=gap / 2, r=radius, class_="dot")
        return el("pattern", mark, id=key, width=gap, height=gap, patternUnits="userSpaceOnUse")

    drawn = (
        lines("hatch", 45, 5, "hatch"),
        lines("unknown", 45, 4, "unknown-line"),
        lines("awake", -45, 3.5, "awake-line"),
        lines("out", 0, 3, "out-line"),
        dots("dots", 6, 0.8),
        dots("doubt", 3, 0.6),
    )
    return el("svg", el("defs", drawn), width=0, height=0, aria_hidden="true", class_="defs")


def label(x: float, y: float, content: str, css: str = "tick", anchor: str | None = None) -> Html:
    """Text in a picture.

    Parameters
    ----------
    x, y : float
        Units of the picture; ``y`` is the baseline.
    css : str
        Class of its look.
    anchor : str or None
        Which part of the text lies at ``x``: "start" (as None), "middle" or "end".
    """
    return el("text", content, x=x, y=y, class_=css, text_anchor=anchor)


def box(x: float, y: float, width: float, height: float, css: str | None = None, fill: str | None = None) -> Html:
    """A rectangle.

    Parameters
    ----------
    x, y : float
        Its upper left corner, in units of the picture.
    width, height : float
        Below 0 they are taken as 0.
    css : str or None
        Class of its look.
    fill : str or None
        Key of one of `patterns`.
    """
    return el(
        "rect",
        x=x,
        y=y,
        width=max(0.0, width),
        height=max(0.0, height),
        class_=css,
        fill=None if fill is None else f"url(#{fill})",
    )


def boxes(places: Iterable[tuple[float, float]], top: float, height: float, css: str) -> Html:
    """Many rectangles of one height as one path.

    Parameters
    ----------
    places : iterable of (float, float)
        Left and right edge of each.
    top, height : float
        Of all, in units of the picture.
    css : str
        Class of their look; ``fill-`` and a key of `patterns` for one of these.
    """
    drawn = "".join(f"M{number(a)} {number(top)}H{number(b)}v{number(height)}H{number(a)}z" for a, b in places if b > a)
    return el("path", d=drawn, class_=css) if drawn else joined()


def swatches(entries: Iterable[tuple[str, str]]) -> Html:
    """A legend: class of the look of each swatch, and its words."""
    return joined([el("span", el("span", class_=f"swatch {look}"), says, class_="entry") for look, says in entries])


def upright(x: float, top: float, bottom: float, css: str) -> Html:
    """A vertical line.

    Parameters
    ----------
    x, top, bottom : float
        Units of the picture, ``y`` pointing down.
    css : str
        Class of its look.
    """
    return el("line", x1=x, x2=x, y1=top, y2=bottom, class_=css)


def marks(places: Iterable[tuple[float, float, float]], css: str) -> Html:
    """Many vertical lines ``(x, top, bottom)`` as one path."""
    drawn = "".join(f"M{number(x)} {number(top)}V{number(bottom)}" for x, top, bottom in places)
    return el("path", d=drawn, class_=css) if drawn else joined()


def table(head: Sequence[str], rows: Iterable[Sequence[str | Html]], *, css: str, caption: str | None = None) -> Html:
    """A table; the first cell of each row names it.

    Parameters
    ----------
    head : sequence of str
        A name for each column, that of the row names too.
    rows : iterable of sequences of str or Html
        Text is escaped; finished markup stays as it is.
    css : str
        Class of its look.
    """
    body = [el("tr", [el("th", row[0], scope="row"), *(el("td", cell) for cell in row[1:])]) for row in map(list, rows)]
    return el(
        "table",
        el("caption", caption) if caption else None,
        el("thead", el("tr", [el("th", cell, scope="col") for cell in head])),
        el("tbody", body),
        class_=css,
    )


def behind(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Html:
    """The content of a picture as a table that only screen readers show.

    Parameters
    ----------
    head, rows : sequence of str, iterable of sequences of str
        As `table` takes them.
    """
    return el("div", table(head, rows, css="plain", caption=caption), class_="unseen")
