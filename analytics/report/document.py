"""The frame of a printable document: self-contained, without script and without a request."""

from __future__ import annotations

from analytics.pictures.markup import Html, el, joined
from analytics.report.style import SHEET

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def document(title: str, body: Html, *, css: str | None = None) -> str:
    """One HTML document.

    Parameters
    ----------
    css : str or None
        Class of its body.
    """
    head = joined(
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        el("title", title),
        el("style", Html(SHEET)),
    )
    return "<!DOCTYPE html>\n" + el("html", el("head", head), el("body", body, class_=css), lang="en") + "\n"
