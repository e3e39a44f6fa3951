"""What is behind the answer to "is it harmless?": why, what would change it, and what it does not say."""

from __future__ import annotations

from analytics.over_nights.telling import told
from analytics.pictures.markup import Html, el
from analytics.report.gathering import Report


def answer(report: Report) -> Html:
    """Its three columns; the sentence itself stands on the summary."""
    words = told(report.summary.answer)
    columns = [
        el("div", el("h3", title), el("ul", [el("li", line) for line in lines]))
        for title, lines in words.columns
        if lines
    ]
    return el(
        "section",
        el("div", columns, class_="answer-columns"),
        class_="answer",
    )
