"""The histogram of intervals between movements, on the logarithmic axis that the field reads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from analytics.model import Event
from analytics.pictures.drawing import behind, box, label, picture, upright
from analytics.pictures.linked import LinkedPart
from analytics.pictures.markup import Html, el, joined
from analytics.pictures.scales import Linear, Logarithmic
from analytics.scoring.rulesets import DEFAULT_RULESET, Ruleset

CAPTION = "Time between movements, onset to onset (log scale). Filled: inside a series."
WIDTH, _HEIGHT = 372.0, 196.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, WIDTH - 6.0, 22.0, _HEIGHT - 34.0
#: Of the axis, seconds; intervals outside are told in words.
_SHORTEST_S, _LONGEST_S = 2.0, 200.0
_TICKS_S = (2, 10, 20, 40, 60, 90)
_N_BINS = 46
#: "Repetitive kicks every 20-40 seconds", the wording of everyday descriptions.
_USUAL_S = (20.0, 40.0)


def band_of(rules: Ruleset | None) -> tuple[float, float]:
    """Shortest and longest interval of a series, seconds; of the default rule set where the shown one is not known."""
    rules = rules or DEFAULT_RULESET
    return rules.imi_min_s, rules.imi_max_s


def histogram(night_name: str, events: Sequence[Event], *, band_s: tuple[float, float]) -> Html:
    """Draw the intervals of a night, with a table for screen readers behind the picture.

    Parameters
    ----------
    events : sequence of Event
        Under one rule set; their stored intervals are drawn.
    band_s : tuple of float
        Shortest and longest interval of a series in that rule set.
    """
    intervals = np.array([e.imi_s for e in events if e.imi_s is not None])
    linked = np.array([later.imi_s for later in _inside_series(events)], dtype=np.float64)
    edges = _edges()
    every, inside = (np.histogram(values, bins=edges)[0] for values in (intervals, linked))
    x = _axis()
    most = max(4, int(every.max(initial=0)))
    y = Linear(0, most, _BOTTOM, _TOP)
    columns = [
        _column(x(a), x(b), int(n), int(k), y) for a, b, n, k in zip(edges[:-1], edges[1:], every, inside, strict=True)
    ]
    drawn = picture(
        f"Intervals between movements, {night_name}",
        WIDTH,
        _HEIGHT,
        box(x(_USUAL_S[0]), _TOP, x(_USUAL_S[1]) - x(_USUAL_S[0]), _BOTTOM - _TOP, "usual"),
        label((x(_USUAL_S[0]) + x(_USUAL_S[1])) / 2, _TOP - 5, "20-40 s", anchor="middle"),
        _axes(x, y, most),
        columns,
        [upright(x(limit), _TOP - 2, _BOTTOM, "limit") for limit in band_s],
        _remark(intervals),
        says=_in_words(intervals, linked, band_s),
    )
    head = ("from s", "to s", "intervals", "inside series")
    rows = [
        (f"{a:.1f}", f"{b:.1f}", str(n), str(k))
        for a, b, n, k in zip(edges[:-1], edges[1:], every, inside, strict=True)
        if n
    ]
    return joined(drawn, behind(f"Intervals between movements, {night_name}", head, rows))


def parts(events: Sequence[Event]) -> list[LinkedPart]:
    """The columns of the histogram in which there are intervals, each from top to bottom, with their movements."""
    edges, x = _edges(), _axis()
    found: dict[int, list[int]] = {}
    for event in events:
        if event.imi_s is not None and _SHORTEST_S <= event.imi_s <= _LONGEST_S:
            column = min(_N_BINS, int(np.searchsorted(edges, event.imi_s, side="right"))) - 1
            found.setdefault(column, []).append(event.movement_no)
    return [
        LinkedPart(
            says=f"{edges[k]:.1f} to {edges[k + 1]:.1f} s after the last",
            left=x(edges[k]) / WIDTH,
            top=_TOP / _HEIGHT,
            width=(x(edges[k + 1]) - x(edges[k])) / WIDTH,
            height=(_BOTTOM - _TOP) / _HEIGHT,
            movements=movements,
        )
        for k, movements in sorted(found.items())
    ]


def _edges() -> np.ndarray:
    return np.geomspace(_SHORTEST_S, _LONGEST_S, _N_BINS + 1)


def _axis() -> Logarithmic:
    return Logarithmic(_SHORTEST_S, _LONGEST_S, _LEFT, _RIGHT)


def _inside_series(events: Sequence[Event]) -> list[Event]:
    """Events whose interval lies inside a series: the candidate before them is of the same one."""
    candidates = [e for e in events if e.is_clm]
    return [b for a, b in pairwise(candidates) if b.series_no is not None and a.series_no == b.series_no and b.imi_s]


def _column(left: float, right: float, n: int, k: int, y: Linear) -> Html:
    width = right - left - 0.6
    outer = box(left, y(n), width, y(0) - y(n), "open") if n > k else joined()
    return joined(outer, box(left, y(k), width, y(0) - y(k), "periodic-fill") if k else joined())


def _axes(x: Logarithmic, y: Linear, most: int) -> Html:
    every = max(1, round(most / 4))
    rows = [*range(0, most + 1, every)]
    return joined(
        [el("line", x1=_LEFT, x2=_RIGHT, y1=y(n), y2=y(n), class_="grid" if n else "axis") for n in rows],
        [label(_LEFT - 5, y(n) + 3.5, str(n), anchor="end") for n in rows],
        [upright(x(s), _BOTTOM, _BOTTOM + 3, "axis") for s in _TICKS_S],
        [label(x(s), _BOTTOM + 14, str(s), anchor="middle") for s in _TICKS_S],
        label(_RIGHT, _BOTTOM + 14, "s", anchor="end"),
    )


def _remark(intervals: np.ndarray) -> Html:
    if not len(intervals):
        return label((_LEFT + _RIGHT) / 2, (_TOP + _BOTTOM) / 2, "no intervals", anchor="middle")
    short, long = int((intervals < _SHORTEST_S).sum()), int((intervals > _LONGEST_S).sum())
    return label(_LEFT, _HEIGHT - 5, f"not drawn: {short} below {_SHORTEST_S:g} s, {long} above {_LONGEST_S:g} s")


def _in_words(intervals: np.ndarray, linked: np.ndarray, band_s: tuple[float, float]) -> str:
    low, high = band_s
    within = int(((intervals >= low) & (intervals <= high)).sum())
    return (
        f"{len(intervals)} intervals from onset to onset, {within} of them {low:g} to {high:g} s long, "
        f"{len(linked)} inside periodic series."
    )
