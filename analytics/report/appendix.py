"""The criteria of flags that were not raised: a table a flag at the end of the report, a line a night."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_lowercase
from typing import get_args

from analytics.flag import Flag, FlagName
from analytics.pictures.drawing import table
from analytics.pictures.markup import Html, el, joined
from analytics.report.gathering import Report
from analytics.report.night import ReportNight
from analytics.words import CRITERION_MARKS, CRITERION_STATES, FLAG_STATES, FLAGS, NOT_ASKED_SHORT

_Line = tuple[ReportNight, Flag]


def stands_with_its_night(flag: Flag) -> bool:
    """Whether the criteria of a flag belong to its night: it was raised, or could not be told for want of a measure."""
    return flag.state != "not_raised" and not flag.lacks_answer


def appendix(report: Report, *, every: bool = False) -> Html:
    """All criteria that stand with no night, or ``every`` one; nothing where there are none."""
    found: dict[FlagName, list[_Line]] = {name: [] for name in get_args(FlagName)}
    for one in report.nights:
        for flag in one.flags:
            if (every or not stands_with_its_night(flag)) and flag.criteria:
                found[flag.name].append((one, flag))
    tables = [_of_flag(name, lines) for name, lines in found.items() if lines]
    if not tables:
        return joined()
    marks = ", ".join(f"{mark} {CRITERION_STATES[state]}" for state, mark in CRITERION_MARKS.items())
    return el(
        "section",
        el("h2", "Appendix: criteria" if every else f"Appendix: criteria of what was {FLAG_STATES['not_raised']}"),
        el("p", f"A letter a criterion, a line a night, its value beside the mark: {marks}.", class_="remark"),
        tables,
        class_="appendix",
    )


def _of_flag(name: FlagName, lines: Sequence[_Line]) -> Html:
    names = list(dict.fromkeys(criterion.name for _, flag in lines for criterion in flag.criteria))
    letters = dict(zip(names, _letters(len(names)), strict=True))
    key = [el("li", el("b", letters[one]), f" {one}: {_says(one, lines)}") for one in names]
    rows = [
        (f"{one.night.night_date}", _state(flag), *(_cell(flag, criterion) for criterion in names))
        for one, flag in lines
    ]
    return joined(
        el("h3", FLAGS[name]),
        el("ul", key, class_="key"),
        table(("night", "flag", *letters.values()), rows, css="appendix"),
    )


def _letters(n: int) -> list[str]:
    return [ascii_lowercase[i] if i < len(ascii_lowercase) else str(i + 1) for i in range(n)]


def _says(name: str, lines: Sequence[_Line]) -> str:
    """Threshold or remark; where nights differ, all that are said."""
    said = (criterion.says for _, flag in lines for criterion in flag.criteria if criterion.name == name)
    return "; on other nights: ".join(dict.fromkeys(said))


def _state(flag: Flag) -> str:
    return NOT_ASKED_SHORT.rpartition(": ")[2] if flag.lacks_answer else FLAG_STATES[flag.state]


def _cell(flag: Flag, name: str) -> str:
    found = next((criterion for criterion in flag.criteria if criterion.name == name), None)
    return "" if found is None else f"{CRITERION_MARKS[found.state]} {found.shown}".rstrip()
