"""The nights of a summary as numbers: a line each for a month, a calendar of weeks for more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from statistics import median

from analytics.phrases import clause_of, counted, flag_marks
from analytics.pictures.markup import Html, el, joined
from analytics.report.summed_up import SummaryNight
from analytics.words import (
    AS_DETECTED,
    AS_REVIEWED,
    FLAG_MARKS,
    FLAGGED,
    FLAGS,
    JUDGED_ON_BOTH,
    MEASURE_COLUMNS,
    NOT_ASSESSABLE,
    SHORT_FLAGS,
)

#: So many nights stand a line each: they fill half a page in two columns.
MOST_LINES = 31
_HEAD = ("evening of", "asleep h", "to sleep min", "jerks", MEASURE_COLUMNS["plms_index"], "95 %", "flags")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DOUBT = "?"
_MENDED, _STALE = "*", "!"


def night_lines(nights: Sequence[SummaryNight]) -> Html:
    """All nights, and what their marks say."""
    judged = sum(night.facts.judged for night in nights)
    title = f"Nights ({judged} of {len(nights)} {JUDGED_ON_BOTH})"
    if len(nights) <= MOST_LINES:
        half = -(-len(nights) // 2)
        parts = [part for part in (nights[:half], nights[half:]) if part]
        body: Html = el("div", [_lines(part) for part in parts], class_="halves")
    else:
        body = _calendar(nights)
    return joined(el("h3", title), body, el("p", " ".join(_key(nights)), class_="remark"))


def _key(nights: Sequence[SummaryNight]) -> Iterable[str]:
    if len(nights) > MOST_LINES:
        yield f"{MEASURE_COLUMNS['plms_index']} · jerks. Bold: {FLAGGED}; R: {FLAGS['possible_rls']}."
        yield f"–: {NOT_ASSESSABLE}. Empty: no night."
    elif any(night.flags for night in nights):
        yield f"Flags {FLAG_MARKS.partition(';')[0]}."
    if any(night.facts.in_doubt for night in nights):
        yield f"{_DOUBT}: recorded well, and cannot be told."
    if any(night.is_mended for night in nights):
        yield f"{_MENDED}: {AS_REVIEWED}."
    if any(night.is_stale for night in nights):
        yield f"{_STALE}: reviewed, and thresholds have changed since; {AS_DETECTED}."


def _lines(nights: Sequence[SummaryNight]) -> Html:
    head = el("tr", [el("th", cell, scope="col") for cell in _HEAD])
    return el("table", el("thead", head), el("tbody", [_line(night) for night in nights]), class_="lines")


def _line(night: SummaryNight) -> Html:
    name = el("th", f"{night.day:%a} {night.day.day} {night.day:%b}", scope="row")
    if night.why_not is not None:
        why = el(
            "td",
            NOT_ASSESSABLE + (f": {why}" if (why := clause_of(night.why_not)) else ""),
            colspan=len(_HEAD) - 1,
            class_="not-told",
        )
        return el("tr", name, why)
    shown = flag_marks(SHORT_FLAGS, flags=night.flags, as_reviewed=night.flags_as_reviewed, untold=(), assessable=True)
    span = (
        "" if night.index_low is None or night.index_high is None else f"{night.index_low:.1f}–{night.index_high:.1f}"
    )
    cells = (
        _number(night.tst_h, ".1f"),
        _number(night.to_sleep_min, ".0f"),
        el("b", _jerks(night)),
        el("b", _index(night)),
        span,
        ", ".join(shown),
    )
    return el("tr", name, [el("td", cell) for cell in cells])


def _number(value: float | None, spec: str) -> str:
    return "–" if value is None else f"{value:{spec}}"


def _jerks(night: SummaryNight) -> str:
    return f"{night.n_jerks}{'' if night.facts.jerks_told else _DOUBT}"


def _index(night: SummaryNight) -> str:
    doubt = _DOUBT if night.facts.kicks == "cannot_tell" and night.index is not None else ""
    mended = _MENDED * night.is_mended + _STALE * night.is_stale
    return f"{_number(night.index, '.1f')}{doubt}{mended}"


def _calendar(nights: Sequence[SummaryNight]) -> Html:
    """A row a week, a column a day of the week; at its end how many were judged, and their medians."""
    head = el("tr", [el("th", cell, scope="col") for cell in ("week of", *_DAYS, "judged", "median PLMS/h", "jerks")])
    weeks = [(monday, list(week)) for monday, week in groupby(nights, key=lambda night: _monday(night.day))]
    body = [_week(monday, week) for monday, week in weeks]
    return el("table", el("thead", head), el("tbody", body), class_="calendar")


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _week(monday: date, nights: Sequence[SummaryNight]) -> Html:
    by_day = {night.day.weekday(): night for night in nights}
    known = [night.index for night in nights if night.index is not None]
    told = [night.n_jerks for night in nights if night.facts.jerks_told]
    return el(
        "tr",
        el("th", f"{monday.day} {monday:%b %Y}", scope="row"),
        [_day(by_day.get(k)) for k in range(len(_DAYS))],
        el("td", f"{sum(night.facts.judged for night in nights)} of {len(nights)}"),
        el("td", _number(median(known) if known else None, ".1f")),
        el("td", f"{sum(told)} in {counted(len(told), 'night')}" if told else "–"),
    )


def _day(night: SummaryNight | None) -> Html:
    if night is None:
        return el("td")
    if night.why_not is not None:
        return el("td", "–", title=night.why_not)
    flags = night.flags_as_reviewed
    return el(
        "td",
        el("b" if "possible_plmd" in flags else "span", _index(night)),
        " · ",
        el("b" if "frequent_hypnic_jerks" in flags else "span", _jerks(night)),
        el("b", " R") if "possible_rls" in flags else None,
    )
