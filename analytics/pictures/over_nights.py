"""Jerks above regular kicks, a place a night on one axis of dates: how a person's nights go, in black and white."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from analytics.pictures.drawing import WIDTH, behind, box, label, picture, upright
from analytics.pictures.markup import Html, el, joined
from analytics.pictures.scales import Linear

_LEFT, _RIGHT = 66.0, WIDTH - 8.0
_PANEL, _BETWEEN, _ROW = 50.0, 12.0, 11.0
#: Fewer nights than this stand as narrow as so many.
_LEAST_SLOTS = 14
#: Days between two named dates; the first that names no more than `_MOST_NAMED` is taken.
_STEPS, _MOST_NAMED = (1, 2, 3, 4, 7, 14, 28, 56, 112), 11
#: Rows for what changed, and the room a letter takes. What is longer is cut.
_MOST_ROWS, _LETTER, _LONGEST = 3, 5.2, 34
#: Nights narrower than this have thin marks.
_WIDE = 4.0
#: Least upper ends of the axes.
_LEAST_JERKS, _LEAST_INDEX = 4, 10


@dataclass(frozen=True, slots=True)
class Point:
    """One night.

    Attributes
    ----------
    n_jerks, index : int or None, float or None
        None: not known; drawn hatched, never as none.
    is_sure : bool
        False: the index stands, and whether it is above its threshold cannot be told.
    """

    day: date
    n_jerks: int | None
    index: float | None
    index_low: float | None
    index_high: float | None
    is_sure: bool = True


def over_nights(
    points: Sequence[Point], changes: Sequence[tuple[date, str]], *, threshold: float | None = None
) -> Html:
    """Draw nights, with a table for screen readers behind the picture.

    Parameters
    ----------
    points : sequence of Point
        By date; at least one.
    changes : sequence of (date, str)
        From which day on something was done otherwise, and what; outside the nights they are left out.
    threshold : float or None
        Of the index, drawn as a dashed line.
    """
    first, last = points[0].day, points[-1].day
    slots = max(_LEAST_SLOTS, (last - first).days + 1)
    x = Linear(0, slots, _LEFT, _RIGHT)
    inside = [(day, words) for day, words in changes if first <= day <= last]
    labels, rows = _changes(inside, first, x)
    top = 4.0 + _ROW * max(rows, 1)
    base, low = top + _PANEL, top + 2 * _PANEL + _BETWEEN
    most_jerks = _even(max((p.n_jerks or 0 for p in points), default=0), _LEAST_JERKS)
    highest = max((p.index_high or p.index or 0 for p in points), default=0)
    most_index = _even(max(highest, 2 * (threshold or 0)), _LEAST_INDEX)
    jerks, index = Linear(0, most_jerks, base, top), Linear(0, most_index, low, low - _PANEL)
    name = f"Jerks and regular kicks from {first} to {last}"
    drawn = picture(
        name,
        WIDTH,
        low + 16,
        _axis("jerks", "a night", jerks, (0, most_jerks // 2, most_jerks)),
        _axis("PLMS/h", "with 95 %", index, (0, most_index // 2 if threshold is None else threshold, most_index)),
        _limit(threshold, index),
        [_night(point, (point.day - first).days, x, jerks, index) for point in points],
        [upright(x((day - first).days), 2, low, "limit") for day, _ in inside],
        labels,
        _dates(first, last, x, low + 12),
        says=f"{len(points)} nights, a place each; the table behind has their numbers.",
    )
    head = ("evening of", "jerks", "PLMS per hour of sleep", "95 %")
    return joined(drawn, behind(name, head, [_row(point) for point in points]))


def _row(point: Point) -> tuple[str, ...]:
    span = (
        "" if point.index_low is None or point.index_high is None else f"{point.index_low:.1f}-{point.index_high:.1f}"
    )
    jerks = "not known" if point.n_jerks is None else str(point.n_jerks)
    index = "not known" if point.index is None else f"{point.index:.1f}{'' if point.is_sure else ', in doubt'}"
    return f"{point.day}", jerks, index, span


def _even(value: float, least: int) -> int:
    """The upper end of an axis: even, so that its half is a number too."""
    wanted = max(value, least)
    step = 2 if wanted <= 20 else 10 if wanted <= 100 else 50
    return ceil(wanted / step) * step


def _axis(name: str, unit: str, y: Linear, ticks: Sequence[float]) -> Html:
    upper, middle = y(y.last), (y(y.first) + y(y.last)) / 2
    return joined(
        label(0, middle, name, "strong"),
        label(0, middle + 10, unit),
        [el("line", x1=_LEFT, x2=_RIGHT, y1=y(tick), y2=y(tick), class_="grid") for tick in ticks[1:]],
        [label(_LEFT - 5, max(upper + 6, y(tick) + 3), f"{tick:g}", anchor="end") for tick in ticks],
        el("line", x1=_LEFT, x2=_RIGHT, y1=y(0), y2=y(0), class_="axis"),
    )


def _limit(threshold: float | None, y: Linear) -> Html:
    if threshold is None:
        return joined()
    return el("line", x1=_LEFT, x2=_RIGHT, y1=y(threshold), y2=y(threshold), class_="limit")


def _night(point: Point, slot: int, x: Linear, jerks: Linear, index: Linear) -> Html:
    left, width = x(slot), x(slot + 1) - x(slot)
    middle, bar = left + width / 2, min(width * 0.6, 12.0)
    drawn = []
    if point.n_jerks is None:
        drawn.append(_unknown(left, width, jerks))
    else:
        upper = min(jerks(point.n_jerks), jerks(0) - 1.2)
        drawn.append(box(middle - bar / 2, upper, bar, jerks(0) - upper, "solid"))
    if point.index is None:
        drawn.append(_unknown(left, width, index))
        return joined(drawn)
    if point.index_low is not None and point.index_high is not None:
        drawn.append(
            upright(
                middle, index(point.index_high), index(point.index_low), "whisker" if width > _WIDE else "whisker thin"
            )
        )
    radius = max(0.9, min(2.6, width * 0.3))
    drawn.append(
        el("circle", cx=middle, cy=index(point.index), r=radius, class_="dot" if point.is_sure else "open-dot")
    )
    return joined(drawn)


def _unknown(left: float, width: float, y: Linear) -> Html:
    return box(left, y(y.last), width, y(0) - y(y.last), None, "unknown")


def _changes(changes: Sequence[tuple[date, str]], first: date, x: Linear) -> tuple[list[Html], int]:
    """Words beside the line of each change, in as many rows as keep them apart, and how many rows these are."""
    ends = [0.0] * _MOST_ROWS
    drawn, used = [], 0
    for day, said in changes:
        words = said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"
        at, length = x((day - first).days), _LETTER * len(words)
        start = min(at + 3, _RIGHT - length)
        row = next((i for i, end in enumerate(ends) if end <= start), None)
        if row is None:
            continue  # its line stands, and the table of the journal has its words
        ends[row] = start + length + 6
        used = max(used, row + 1)
        drawn.append(label(start, 10 + _ROW * row, words, "strong halo"))
    return drawn, used


def _dates(first: date, last: date, x: Linear, y: float) -> list[Html]:
    n = (last - first).days + 1
    step = next((step for step in _STEPS if n / step <= _MOST_NAMED), _STEPS[-1])
    days = [first + timedelta(days=i) for i in range(0, n, step)]
    return [label(x((day - first).days + 0.5), y, f"{day.day} {day:%b}", anchor="middle") for day in days]
