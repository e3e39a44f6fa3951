"""A night of a long report: the same picture, drawn as finely as half a millimetre of paper shows, and its numbers.

A report of more than `MOST_LARGE` nights is leafed through, not read page by page: each night keeps its flags with
their reasons, its picture, its numbers and its reviews, and no night is left out. Intervals and clock hours of single
nights are not drawn, criteria stand in the appendix. ``nightkick report --large`` makes the pages of a short report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from analytics.model import Envelope
from analytics.pictures import likely_sleep
from analytics.pictures.drawing import WIDTH, boxes, label, picture
from analytics.pictures.markup import Html, el, joined, number
from analytics.pictures.scales import HOUR_US, Linear, Logarithmic, clock, local, ticks
from analytics.report.measures import measure_rows, sleep_rows
from analytics.report.night import ReportNight
from analytics.report.timeline import (
    HIGHEST_MG,
    LANE,
    LANES,
    LOWEST_MG,
    MG_TICKS,
    PICTURE_LEFT,
    PICTURE_RIGHT,
    PICTURE_TOP,
    blanks_drawn,
    excluded_drawn,
    in_words,
    onset_drawn,
    row_name,
    rows_of,
)
from analytics.words import AS_REVIEWED

#: More nights than this are drawn in brief: a month, as the summary on one sheet.
MOST_LARGE = 31
#: Width of a column of the envelope, and of a mark, in units of the picture: half and a quarter of a millimetre.
_COLUMN, _MARK = 2, 1


def brief_frames(nights: Iterable[ReportNight]) -> Html:
    """Names of rows, lines and scales, which are the same in every picture: drawn once, referred to by each."""
    kinds = {one.night.possible is not None: one for one in nights}
    return el("svg", el("defs", [_frame(one) for one in kinds.values()]), width=0, height=0, aria_hidden="true",
              class_="defs")  # fmt: skip


def brief_picture(one: ReportNight) -> Html:
    """Draw a night; what its picture shows is said in a sentence too."""
    night = one.night
    x = Linear(night.recorded_from_us, night.recorded_to_us, PICTURE_LEFT, PICTURE_RIGHT)
    rows = rows_of(night)
    bottom = max(below for _, below in rows.values())
    runs = likely_sleep.runs_of(night.possible) if night.possible else ()
    y = Logarithmic(LOWEST_MG, HIGHEST_MG, rows["envelope"][1], rows["envelope"][0])
    asleep = [(round(x(b.start_us)), round(x(b.end_us))) for b in night.bouts if b.state == "sleep"]
    return picture(
        f"Night of {night.night_date}",
        WIDTH,
        bottom + 16,
        el("use", href=f"#{_key(one)}"),
        _axis(one, x, bottom),
        boxes(asleep, rows["sleep"][0], rows["sleep"][1] - rows["sleep"][0], "asleep"),
        _likely(runs, x, rows["p_sleep"]) if runs else (),
        [el("path", d=d, class_="envelope") for each in night.envelopes if (d := _outline(each, x, y))],
        blanks_drawn(night, x, rows),
        list(_lanes(one, x, rows["movements"][0])),
        excluded_drawn(one.holds, x, bottom),
        onset_drawn(night, x, bottom),
        says=in_words(night, one.events, one.zone),
    )


def brief_numbers(one: ReportNight) -> Html:
    """All measures of the night and of its sleep, in a paragraph each."""
    return joined(
        el("p", "; ".join(_said(*row) for row in measure_rows(one)), ".", class_="facts"),
        el("p", "; ".join(_said(*row) for row in sleep_rows(one)), ".", class_="facts"),
    )


def bars(places: Sequence[float], middle: float) -> str:
    """Many marks at one height as one path of level strokes; neighbours are one stroke.

    Parameters
    ----------
    places : sequence of float
        Where each mark stands, in units of the picture, in any order.
    middle : float
        Middle of the marks; how tall they are says the width of the stroke.
    """
    if not len(places):
        return ""
    columns = np.unique(np.floor(np.asarray(places) / _MARK).astype(np.int64)) * _MARK
    first = np.flatnonzero(np.diff(columns, prepend=columns[0] - 2 * _MARK) > _MARK)
    starts, ends = columns[first], columns[np.append(first[1:], len(columns)) - 1] + _MARK
    drawn = [f"M{starts[0]} {number(middle)}h{ends[0] - starts[0]}"]
    gaps, widths = (starts[1:] - ends[:-1]).tolist(), (ends - starts)[1:].tolist()
    return "".join((*drawn, *(f"m{gap} 0h{width}" for gap, width in zip(gaps, widths, strict=True))))


def _said(name: str, value: str, after: str | None = None) -> str:
    return f"{name} {value}" + (f" ({AS_REVIEWED} {after})" if after is not None and after != value else "")


def _key(one: ReportNight) -> str:
    return "rows-with-likely-sleep" if one.night.possible is not None else "rows"


def _frame(one: ReportNight) -> Html:
    rows = rows_of(one.night)
    y = Logarithmic(LOWEST_MG, HIGHEST_MG, rows["envelope"][1], rows["envelope"][0])
    wide = PICTURE_RIGHT - PICTURE_LEFT
    lanes = [rows["movements"][0] + i * LANE for i in range(len(LANES))]
    level = "".join(f"M{number(PICTURE_LEFT)} {number(at)}h{number(wide)}"
                    for at in (*(top + LANE - 1 for top in lanes), *(y(mg) for mg, _ in MG_TICKS)))  # fmt: skip
    strips = [(name, row) for name, row in rows.items() if name not in ("movements", "envelope")]
    return el(
        "g",
        [row_name(name, row) for name, row in strips],
        boxes([(PICTURE_LEFT, PICTURE_RIGHT)], rows["sleep"][0], rows["sleep"][1] - rows["sleep"][0], "ground"),
        [label(PICTURE_LEFT - 6, top + 10, lane.name, anchor="end") for lane, top in zip(LANES, lanes, strict=True)],
        [label(PICTURE_LEFT - 6, y(mg) + (0 if mg == LOWEST_MG else 3.5), says, anchor="end") for mg, says in MG_TICKS],
        el("path", d=level, class_="grid"),
        id=_key(one),
    )


def _axis(one: ReportNight, x: Linear, bottom: float) -> Html:
    moments = ticks(one.night.recorded_from_us, one.night.recorded_to_us, one.zone)
    lines = "".join(f"M{x(t):.0f} {number(PICTURE_TOP)}V{number(bottom)}" for t in moments)
    hours = x.last - x.first >= 4 * HOUR_US
    names = [
        el("tspan", f"{local(t, one.zone).hour}" if hours else clock(t, one.zone), x=round(x(t)))
        for t in moments
        if x(t) < PICTURE_RIGHT - 12
    ]
    return joined(
        el("path", d=lines, class_="grid") if lines else joined(),
        el("text", names, y=bottom + 12, class_="tick", text_anchor="middle"),
    )


def _likely(runs: Sequence[likely_sleep.Run], x: Linear, row: tuple[float, float]) -> Html:
    """As in a large picture, to a quarter of a millimetre."""
    top, height = row[0], row[1] - row[0]
    drawn = []
    for step, look in likely_sleep.LOOKS.items():
        places = [(round(x(run.start_us)), round(x(run.end_us))) for run in runs if run.step == step]
        drawn.append(boxes(places, top, height, "fill-hatch" if step == "unknown" else look))
    doubt = [(round(x(start_us)), round(x(end_us))) for start_us, end_us in likely_sleep.doubtful(runs)]
    return joined(drawn, boxes(doubt, top, height, "fill-doubt"))


def _lanes(one: ReportNight, x: Linear, top: float) -> Iterator[Html]:
    """A mark for each movement; those that would stand on one another are one mark, as on paper."""
    halves, dismissed = one.night.legs == "both", one.holds.dismissed
    for i, lane in enumerate(LANES):
        found = [e for e in one.events if lane.holds(e)]
        left = [e for e in found if e.movement_no not in dismissed]
        for legs, middle, size in (
            (("left",), 3.5, "half"),
            (("right",), 8.5, "half"),
            (("both", "unknown"), 6.0, "whole"),
        ):
            mine = [e for e in left if e.leg in legs] if halves else left if size == "whole" else []
            if d := bars([x(e.onset_us) for e in mine], top + i * LANE + middle):
                yield el("path", d=d, class_=f"bars {size} {lane.css}")
        gone = [x(e.onset_us) for e in found if e.movement_no in dismissed]
        if gone:
            at = top + i * LANE + 6
            crosses = "".join(f"M{place - 2:.0f} {at - 2:.0f}l4 4m0-4l-4 4" for place in gone)
            yield el("path", d=crosses, class_="dismissed")
    if not one.events:
        yield label((x.left + x.right) / 2, top + 2 * LANE + 10, "no movements were found", anchor="middle")


def _outline(envelope: Envelope, x: Linear, y: Logarithmic) -> str:
    """The envelope as an area, the largest value of each column; nothing where nothing was searched."""
    seconds = np.flatnonzero(np.isfinite(envelope.max_mg))
    if not len(seconds):
        return ""
    at_us = envelope.start_us + (seconds + 0.5) * envelope.step_s * 1e6
    share = np.clip((at_us - x.first) / max(x.last - x.first, 1e-9), 0, 1)
    place = np.floor((x.left + (x.right - x.left) * share) / _COLUMN).astype(np.int64)
    first = np.flatnonzero(np.diff(place, prepend=place[0] - 2))
    highest = np.maximum.reduceat(envelope.max_mg[seconds], first)
    scaled = np.log(np.clip(highest, LOWEST_MG, HIGHEST_MG) / LOWEST_MG) / np.log(HIGHEST_MG / LOWEST_MG)
    tall = np.rint(scaled * (y.left - y.right)).astype(np.int64)
    columns = place[first]
    pieces = np.split(np.arange(len(columns)), np.flatnonzero(np.diff(columns) > 1) + 1)
    return "".join(_area(columns[piece] * _COLUMN, tall[piece], y.left) for piece in pieces)


def _area(columns: np.ndarray, tall: np.ndarray, base: float) -> str:
    """From column to column, so that its edge leans; a movement of seconds is a peak of one column."""
    up = (-np.diff(tall)).tolist()
    steps = "".join(f" {_COLUMN}{rise if rise < 0 else f' {rise}'}" for rise in up)
    edge = f"l{steps[1:]}" if steps else ""
    return f"M{columns[0]} {number(base)}v{-tall[0]}{edge}h{_COLUMN}V{number(base)}z"
