"""The answer to "is it harmless?" on top of a report: over its nights, and what the journal says of the same days."""

from __future__ import annotations

from analytics.over_nights.answer import RULE_VERSION, answer_of
from analytics.over_nights.signs import clinician_signs
from analytics.over_nights.telling import about, told
from analytics.pictures.markup import Html, el
from analytics.report.gathering import Report
from analytics.words import IS_IT_HARMLESS


def answer(report: Report) -> Html:
    """The sentence as a heading, and its three columns."""
    signs = clinician_signs(report.facts, report.patterns, report.journal)
    found = answer_of(report.facts, report.patterns, signs)
    words = told(found)
    columns = [
        el("div", el("h3", title), el("ul", [el("li", line) for line in lines]))
        for title, lines in words.columns
        if lines
    ]
    return el(
        "section",
        el("p", f"{IS_IT_HARMLESS} {about(found)}. Rule {RULE_VERSION}.", class_="muted"),
        el("h2", words.says, class_=f"says {found.name}"),
        el("div", columns, class_="answer-columns"),
        el("p", words.caveat, class_="remark"),
        class_="answer",
    )
