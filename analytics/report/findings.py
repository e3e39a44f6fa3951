"""What holds over the nights of a report, in words: on top of it, before any single night."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from analytics.flag import Flag, FlagName
from analytics.nights.doubt import NEGATIVE_OF, footing_of, negatives_words
from analytics.nights.how_many import FEW_NIGHTS, TREND_NIGHTS
from analytics.nights.patterns import Pattern, note_on, spread
from analytics.nights.trend import trend
from analytics.phrases import signed
from analytics.pictures.markup import Html, el, joined
from analytics.report.gathering import Report
from analytics.report.summed_up import Summary
from analytics.words import AS_REVIEWED, FLAGS


def findings(report: Report) -> Html:
    """Findings; the signs that send people to a clinician stand on the summary."""
    return joined(
        el("h2", "Over these nights"), el("div", [el("p", line) for line in _lines(report)], class_="verdict")
    )


def _lines(report: Report) -> Iterator[Html | str]:
    facts = report.summary.facts
    able = sum(night.assessable for night in facts)
    for flag in get_args(FlagName):
        said = report.summary.patterns.get(flag, Pattern())
        yield joined(el("strong", f"{FLAGS[flag]} {said.on_nights(able)}: {said.says}"), _index(said))
    negative = [one.night for one in report.nights if any(_is_negative(flag) for flag in one.flags)]
    if len(report.nights) > 1 and negative:
        yield negatives_words([footing_of(night) for night in negative], len(report.nights))
    if (note := note_on(able)) is not None:
        yield f"{note[0].upper()}{note[1:]}."
    yield from index_lines(report.summary)


def index_lines(summary: Summary) -> Iterator[str]:
    """How the index varies from night to night, and whether it changes: as reviewed where reviews change it."""
    facts, reviewed = summary.facts, f", {AS_REVIEWED}" if summary.is_mended else ""
    able = sum(night.assessable for night in facts)
    varies, changes = spread(facts), trend(facts)
    if varies is not None and varies.n_nights > 1:
        yield (
            f"PLMS per hour of sleep{reviewed}: median {varies.median:.1f}, from {varies.low:.1f} to {varies.high:.1f} "
            f"over {varies.n_nights} nights."
        )
    if changes is not None:
        how = "changes" if changes.is_clear else "no clear change"
        yield (
            f"Trend over the newest {changes.n_nights} nights: {how}, {signed(changes.per_week)} per hour and week "
            f"(95 % interval {signed(changes.low)} to {signed(changes.high)})."
        )
    elif able >= FEW_NIGHTS:
        yield f"A trend needs {TREND_NIGHTS} assessable nights."


def _is_negative(flag: Flag) -> bool:
    return flag.name == NEGATIVE_OF and flag.state == "not_raised"


def _index(said: Pattern) -> str:
    return f"; {said.index_says}" if said.index_says else ""
