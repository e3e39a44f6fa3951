"""All nights of a report on one evening-to-morning clock, a row each: the densest picture of a person's nights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analytics.journal.marked import MarkedChange
from analytics.over_nights.changed import by_first_night
from analytics.phrases import flag_marks
from analytics.pictures.drawing import WIDTH, behind, box, label, marks, picture, upright
from analytics.pictures.markup import Html, el, joined
from analytics.pictures.scales import HOUR_US, Linear, clock
from analytics.report.in_brief import bars
from analytics.report.night import ReportNight
from analytics.report.timeline import LANES
from analytics.words import SHORT_FLAGS, VERDICTS

_LEFT, _RIGHT = 76.0, 520.0
_ROW, _TOP = 15.0, 18.0
#: Rows of one picture: more would not fit on a page.
_MOST_ROWS = 40
#: What changed is cut after so many letters: the journal has all of it.
_LONGEST = 100


#: Nights by date, with the words of what changed between the night before and this one; mostly none.
_Rows = Sequence[tuple[ReportNight, str]]


def overview(nights: Sequence[ReportNight], changes: Sequence[MarkedChange] = (), *, coarse: bool = False) -> Html:
    """Pictures of all nights, as many as pages need, each with the table that stands behind it.

    Parameters
    ----------
    changes : sequence of MarkedChange
        By date: a row of words above the first night with each.
    coarse : bool
        Whether marks that stand on one another on paper are drawn as one: a year would be megabytes otherwise.
    """
    first_h, last_h = _span_h(nights)
    return joined(
        [
            el("figure", _picture(part, first_h, last_h, coarse=coarse), _table(part), class_="picture")
            for part in _parts(nights, changes)
        ]
    )


def _parts(nights: Sequence[ReportNight], changes: Sequence[MarkedChange]) -> Iterator[_Rows]:
    """Nights with their changes, as many as fit on a page each time."""
    changed = by_first_night(changes, [one.night.night_date for one in nights])
    part: list[tuple[ReportNight, str]] = []
    used = 0
    for one in nights:
        words = "; ".join(f"{change.words}, from {change.day}" for change in changed.get(one.night.night_date, ()))
        takes = 2 if words else 1
        if used + takes > _MOST_ROWS:
            yield part
            part, used = [], 0
        part.append((one, words))
        used += takes
    yield part


def _name(nights: _Rows) -> str:
    return f"Nights from {nights[0][0].night.night_date} to {nights[-1][0].night.night_date}"


def _table(nights: _Rows) -> Html:
    head = ("night", "recorded", "PLMS per hour asleep", "flags, review", "changed")
    return behind(_name(nights), head, [(*_cells(night), words) for night, words in nights])


def _cells(one: ReportNight) -> tuple[str, ...]:
    night = one.night
    recorded = f"{clock(night.recorded_from_us, one.zone)} to {clock(night.recorded_to_us, one.zone)}"
    return f"{night.night_date}", recorded, _index(one), _state(one) or "no flag"


def _picture(nights: _Rows, first_h: int, last_h: int, *, coarse: bool) -> Html:
    x = Linear(first_h, last_h, _LEFT, _RIGHT)
    step = 1 if last_h - first_h <= 16 else 2
    whole = range(first_h, last_h + 1, step)
    rows, top = [], _TOP
    for night, words in nights:
        if words:
            rows.append(_changed(words, top))
            top += _ROW
        rows.append(_row(night, x, top, coarse=coarse))
        top += _ROW
    return picture(
        _name(nights),
        WIDTH,
        top + 4,
        [upright(x(h), _TOP - 4, top, "grid") for h in whole],
        [label(x(h), 10, f"{(12 + h) % 24:02}", anchor="middle") for h in whole],
        label(_RIGHT + 46, 10, "PLMS/h", anchor="end"),
        label(_RIGHT + 54, 10, "flags, review"),
        rows,
        says=f"Movements and sleep of {len(nights)} nights, a row each.",
    )


def _changed(words: str, top: float) -> Html:
    """What the journal says was changed, over the whole width between the nights before and after."""
    shown = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
    return joined(
        el("line", x1=0, x2=WIDTH, y1=top + _ROW - 1, y2=top + _ROW - 1, class_="limit"),
        label(_LEFT, top + 10, f"◆ {shown}", "strong halo"),
    )


def _row(one: ReportNight, x: Linear, top: float, *, coarse: bool) -> Html:
    night = one.night
    first, last = (x(_hours_since_noon(t, one)) for t in (night.recorded_from_us, night.recorded_to_us))
    return joined(
        label(_LEFT - 8, top + 10, f"{night.night_date:%a %d %b}", anchor="end"),
        box(first, top + 1, last - first, _ROW - 3, "ground"),
        [
            box(x(_hours_since_noon(b.start_us, one)), top + 1, _width(b.start_us, b.end_us, x), _ROW - 3, "asleep")
            for b in night.bouts
            if b.state == "sleep"
        ],
        list(_bars(one, x, top) if coarse else _marks(one, x, top)),
        label(_RIGHT + 46, top + 10, _index(one), "tick strong", "end"),
        label(_RIGHT + 54, top + 10, _state(one)),
    )


def _marks(one: ReportNight, x: Linear, top: float) -> Iterator[Html]:
    """Periodic movements as tall as the row, all others half of it."""
    for i, lane in enumerate(LANES):
        places = [x(_hours_since_noon(e.onset_us, one)) for e in one.events if lane.holds(e)]
        upper = top + 2 if i < 2 else top + _ROW / 2
        yield marks(((place, upper, top + _ROW - 3) for place in places), f"mark thin {lane.css}")


def _bars(one: ReportNight, x: Linear, top: float) -> Iterator[Html]:
    """As `_marks`: periodic ones as tall strokes, all others as half ones of one look."""
    noon_us = one.noon_us
    periodic = {label for lane in LANES[:2] for label in lane.labels}
    drawn = {label for lane in LANES for label in lane.labels}
    for labels, middle, css in ((periodic, 7.0, "row periodic"), (drawn - periodic, 9.75, "half-row single")):
        places = [x((e.onset_us - noon_us) / HOUR_US) for e in one.events if e.label in labels]
        if d := bars(places, top + middle):
            yield el("path", d=d, class_=f"bars {css}")


def _width(start_us: int, end_us: int, x: Linear) -> float:
    return (end_us - start_us) / HOUR_US * (x.right - x.left) / (x.last - x.first)


def _hours_since_noon(time_us: int, one: ReportNight) -> float:
    """On the clock of the evening: where clocks are changed at night, the morning is an hour off in this picture."""
    return (time_us - one.noon_us) / HOUR_US


def _span_h(nights: Sequence[ReportNight]) -> tuple[int, int]:
    first = min(_hours_since_noon(one.night.recorded_from_us, one) for one in nights)
    last = max(_hours_since_noon(one.night.recorded_to_us, one) for one in nights)
    return int(first // 1), int(-(-last // 1))


def _index(one: ReportNight) -> str:
    index = one.measures.plms_index
    return "-" if index is None else f"{index:.1f}"


def _state(one: ReportNight) -> str:
    standing = [flag.name for flag in one.standing_flags]
    marks = flag_marks(
        SHORT_FLAGS,
        flags=[flag.name for flag in one.flags if flag.raised or flag.name in standing],
        as_reviewed=standing,
        untold=[flag.name for flag in one.flags if flag.state == "cannot_tell" and flag.name not in standing],
        assessable=one.night.assessable,
        unasked=[flag.name for flag in one.flags if flag.lacks_answer],
    )
    found = "+".join(marks)
    said = VERDICTS.get(one.holds.night or "", "")
    return ", ".join(filter(None, (found, said)))
