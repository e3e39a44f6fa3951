"""The picture of one night: sleep, movements in lanes, and how much the leg moved, on one axis of local time.

Every kind of movement has a lane of its own, so that nothing hangs on colour. Where both legs were recorded, marks of
the left one stand in the upper half of a lane, of the right one in the lower half, of both in all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np

from analytics.model import BlankKind, Envelope, Event, Night
from analytics.nights.doubt import onset_span_us
from analytics.nights.review_effect import Standing
from analytics.pictures import likely_sleep
from analytics.pictures.drawing import WIDTH, behind, box, boxes, label, marks, picture, upright
from analytics.pictures.markup import Html, el, joined
from analytics.pictures.night_rows import BLANK_FILLS, BLANK_OVER, BLANK_OVER_ALL, PAPER_GAP, ROWS, RowName
from analytics.pictures.scales import Linear, Logarithmic, clock, ticks
from analytics.signal.wear import union
from analytics.words import GROUPS, LABELS, NIGHT_ROWS, ONSET_SPAN, SLEEP_STATES

PICTURE_LEFT, PICTURE_RIGHT = 114.0, WIDTH - 6.0
LANE = next(row.paper for row in ROWS if row.name == "movements")
PICTURE_TOP = 16.0
#: Of the axis of the envelope, mg.
LOWEST_MG, HIGHEST_MG = 1.0, 3000.0
MG_TICKS = ((1, "1 mg"), (10, "10"), (100, "100"), (1000, "1 g"))
#: Narrower than this, a blank or excluded span is widened so that it can be seen.
_LEAST_WIDTH = 0.8


@dataclass(frozen=True, slots=True)
class Lane:
    """Movements of one kind. ``css`` is the look of their marks."""

    name: str
    css: str
    labels: tuple[str, ...]
    awake: bool | None = None

    def holds(self, event: Event) -> bool:
        """Whether a movement belongs here: by its stored label and, where it matters, by its state."""
        return event.label in self.labels and (self.awake is None or self.awake == (event.sleep_state != "sleep"))


_GROUPS = {group.name: group for group in GROUPS}
#: The page draws a row a group; here what happened asleep and awake has rows of its own (`analytics.words.GROUPS`).
LANES = (
    Lane(f"{LABELS['periodic']}, {SLEEP_STATES['sleep']}", "periodic", ("periodic",), awake=False),
    Lane(f"{LABELS['periodic']}, not {SLEEP_STATES['sleep']}", "periodic-awake", ("periodic",), awake=True),
    Lane(LABELS["hypnic_jerk"], "jerk", ("hypnic_jerk",)),
    Lane(_GROUPS["single"].says, "single", _GROUPS["single"].labels),
    Lane(LABELS["wake"], "other", ("wake",)),
    Lane(f"{LABELS['posture_change']}, other", "other", ("rhythmic", "posture_change", "large_movement")),
)


def timeline(night: Night, events: Sequence[Event], holds: Standing, zone: tzinfo) -> Html:
    """Draw a night, with a table for screen readers behind the picture.

    Parameters
    ----------
    events : sequence of Event
        Of the night as detected, under the rule set that is shown.
    holds : Standing
        Dismissed movements are crossed out, excluded spans are marked.
    zone : tzinfo
        Of the bedroom.
    """
    x = Linear(night.recorded_from_us, night.recorded_to_us, PICTURE_LEFT, PICTURE_RIGHT)
    runs = likely_sleep.runs_of(night.possible) if night.possible else ()
    rows = rows_of(night)
    bottom = max(below for _, below in rows.values())
    drawn = picture(
        f"Night of {night.night_date}",
        WIDTH,
        bottom + 16,
        _axis(night, x, zone, bottom),
        _sleep_band(night, x, rows["sleep"]),
        _likely(runs, x, rows["p_sleep"]) if runs else (),
        _envelopes(night, x, rows["envelope"]),
        blanks_drawn(night, x, rows),  # below the marks: pauses that were made one must hide no movement
        _lanes(events, holds, x, rows["movements"][0], halves=night.legs == "both"),
        excluded_drawn(holds, x, bottom),
        onset_drawn(night, x, bottom),
        says=in_words(night, events, zone) + (f" {likely_sleep.in_words(runs, zone)}" if runs else ""),
    )
    likely = behind(*likely_sleep.by_hour(runs, night.recorded_from_us, night.recorded_to_us, zone)) if runs else None
    return joined(drawn, behind(*_series_table(night, events, zone)), likely)


def rows_of(night: Night) -> dict[RowName, tuple[float, float]]:
    """Top and bottom of each row that the report has."""
    found: dict[RowName, tuple[float, float]] = {}
    top = PICTURE_TOP
    for row in ROWS:
        height = row.paper * (len(LANES) if row.name == "movements" else 1)
        if height and (row.name != "p_sleep" or night.possible):
            found[row.name] = (top, top + height)
            top += height + PAPER_GAP
    return found


def _axis(night: Night, x: Linear, zone: tzinfo, bottom: float) -> Html:
    moments = ticks(night.recorded_from_us, night.recorded_to_us, zone)
    lines = [upright(x(t), PICTURE_TOP, bottom, "grid") for t in moments]
    names = [label(x(t), bottom + 12, clock(t, zone), anchor="middle") for t in moments if x(t) < PICTURE_RIGHT - 12]
    return joined(lines, names)


def row_name(name: RowName, row: tuple[float, float]) -> Html:
    """The words beside a row."""
    return label(PICTURE_LEFT - 6, (row[0] + row[1]) / 2 + 4, " ".join(NIGHT_ROWS[name]), anchor="end")


def _sleep_band(night: Night, x: Linear, row: tuple[float, float]) -> Html:
    top, height = row[0], row[1] - row[0]
    drawn = [row_name("sleep", row), box(x.left, top, x.right - x.left, height, "ground")]
    for bout in night.bouts:
        left, right = x(bout.start_us), x(bout.end_us)
        if bout.state == "sleep":
            drawn.append(box(left, top, right - left, height, "asleep"))
    if not night.bouts:
        drawn.append(label((x.left + x.right) / 2, top + 11, SLEEP_STATES["unknown"], anchor="middle"))
    return joined(drawn)


def _likely(runs: Sequence[likely_sleep.Run], x: Linear, row: tuple[float, float]) -> Html:
    """The strip of the probability of sleep: a shade each step, doubt dotted, what is not known hatched."""
    top, height = row[0], row[1] - row[0]
    drawn = [row_name("p_sleep", row)]
    for step, look in likely_sleep.LOOKS.items():
        places = [(x(run.start_us), x(run.end_us)) for run in runs if run.step == step]
        drawn.append(boxes(places, top, height, "fill-hatch" if step == "unknown" else look))
    doubt = [(x(start_us), x(end_us)) for start_us, end_us in likely_sleep.doubtful(runs)]
    drawn.append(boxes(doubt, top, height, "fill-doubt"))
    drawn.append(box(x.left, top, x.right - x.left, height, "likely-frame"))
    return joined(drawn)


def onset_drawn(night: Night, x: Linear, bottom: float) -> Html:
    """Falling asleep, with the span it lies in with 95 % confidence."""
    span_us = onset_span_us(night)
    if night.sleep_onset_us is None or span_us is None:
        return joined()
    at, (first, last) = x(night.sleep_onset_us), map(x, span_us)
    whisker = f"M{first:.2f} 8V14M{first:.2f} 11H{last:.2f}M{last:.2f} 8V14"
    return joined(
        el("path", d=whisker, class_="onset"),
        upright(at, 6, bottom, "onset-line"),
        label(last + 4, 13, ONSET_SPAN),
    )


def _lanes(events: Sequence[Event], holds: Standing, x: Linear, top: float, *, halves: bool) -> Html:
    drawn = []
    for i, lane in enumerate(LANES):
        upper = top + i * LANE
        found = [e for e in events if lane.holds(e)]
        left = [e for e in found if e.movement_no not in holds.dismissed]
        drawn.append(label(PICTURE_LEFT - 6, upper + 10, lane.name, anchor="end"))
        drawn.append(
            el("line", x1=PICTURE_LEFT, x2=PICTURE_RIGHT, y1=upper + LANE - 1, y2=upper + LANE - 1, class_="grid")
        )
        drawn.append(marks((_mark(e, x, upper, halves=halves) for e in left), f"mark {lane.css}"))
        drawn.append(_crosses([x(e.onset_us) for e in found if e.movement_no in holds.dismissed], upper + 6))
    if not events:
        drawn.append(
            label((PICTURE_LEFT + PICTURE_RIGHT) / 2, top + 2 * LANE + 10, "no movements were found", anchor="middle")
        )
    return joined(drawn)


def _mark(event: Event, x: Linear, top: float, *, halves: bool) -> tuple[float, float, float]:
    middle, bottom = top + LANE / 2 - 0.5, top + LANE - 2
    if halves and event.leg == "left":
        return x(event.onset_us), top + 1, middle
    if halves and event.leg == "right":
        return x(event.onset_us), middle, bottom
    return x(event.onset_us), top + 1, bottom


def _crosses(places: Sequence[float], y: float) -> Html:
    """Dismissed movements."""
    drawn = "".join(f"M{x - 2:.2f} {y - 2:.2f}l4 4m0 -4l-4 4" for x in places)
    return el("path", d=drawn, class_="dismissed") if drawn else joined()


def _envelopes(night: Night, x: Linear, row: tuple[float, float]) -> Html:
    top, bottom = row
    y = Logarithmic(LOWEST_MG, HIGHEST_MG, bottom, top)
    names = [
        label(PICTURE_LEFT - 6, y(mg) + (0 if mg == LOWEST_MG else 3.5), text, anchor="end") for mg, text in MG_TICKS
    ]
    lines = [el("line", x1=PICTURE_LEFT, x2=PICTURE_RIGHT, y1=y(mg), y2=y(mg), class_="grid") for mg, _ in MG_TICKS]
    drawn = [el("path", d=path, class_="envelope") for e in night.envelopes if (path := _outline(e, x, y))]
    parts = [*lines, *names, *drawn]
    if not night.envelopes:
        parts.append(
            label(
                (PICTURE_LEFT + PICTURE_RIGHT) / 2,
                top + 34,
                "not kept; nightkick reanalyse --all makes it",
                anchor="middle",
            )
        )
    if night.blind_below_mg is not None:
        level = y(night.blind_below_mg)
        parts.append(el("line", x1=PICTURE_LEFT, x2=PICTURE_RIGHT, y1=level, y2=level, class_="limit"))
    return joined(parts)


def _outline(envelope: Envelope, x: Linear, y: Logarithmic) -> str:
    """The envelope as an area: the largest value of each half unit of paper, nothing where nothing was searched."""
    seconds = np.flatnonzero(np.isfinite(envelope.max_mg))
    if not len(seconds):
        return ""
    at_us = envelope.start_us + (seconds + 0.5) * envelope.step_s * 1e6
    place = np.floor((x.left + (x.right - x.left) * (at_us - x.first) / max(x.last - x.first, 1e-9)) * 2).astype(int)
    first = np.flatnonzero(np.diff(place, prepend=place[0] - 2))
    highest = np.maximum.reduceat(envelope.max_mg[seconds], first)
    columns = place[first] / 2
    pieces = np.split(np.arange(len(columns)), np.flatnonzero(np.diff(columns) > 0.75) + 1)
    base = y(LOWEST_MG)
    return "".join(_area(columns[piece], highest[piece], y, base) for piece in pieces)


def _area(columns: np.ndarray, highest: np.ndarray, y: Logarithmic, base: float) -> str:
    top = "".join(f"L{at:.1f} {y(float(mg)):.1f}h.5" for at, mg in zip(columns, highest, strict=True))
    return f"M{columns[0]:.1f} {base:.1f}{top}V{base:.1f}Z"


def blanks_drawn(night: Night, x: Linear, rows: dict[RowName, tuple[float, float]]) -> Html:
    """What was not recorded, searched or worn, or perhaps not worn."""
    whole = (PICTURE_TOP, max(below for _, below in rows.values()))
    drawn = [
        box(left, whole[0], width, whole[1] - whole[0], css, fill)
        for left, width in _places(night, x, *BLANK_OVER_ALL)
        for css, fill in (("paper", None), (None, "hatch"))
    ]
    for fill in dict.fromkeys(BLANK_FILLS.values()):
        kinds = [kind for kind, how in BLANK_FILLS.items() if how == fill and kind not in BLANK_OVER_ALL]
        drawn += [
            box(left, top, width, bottom - top, f"over-{fill}", fill)
            for left, width in _places(night, x, *kinds)
            for top, bottom in (rows[name] for name in BLANK_OVER)
        ]
    return joined(drawn)


def _places(night: Night, x: Linear, *kinds: BlankKind) -> list[tuple[float, float]]:
    """Left edge and width of blanks; those that could not be told apart on paper are one."""
    spans = np.array([(b.start_us, b.end_us) for b in night.blanks if b.kind in kinds], dtype=np.int64).reshape(-1, 2)
    apart_us = round(_LEAST_WIDTH * (x.last - x.first) / (x.right - x.left))
    places = [(x(start_us), x(end_us)) for start_us, end_us in union(spans, apart_us).tolist()]
    return [(left, max(_LEAST_WIDTH, right - left)) for left, right in places]


def excluded_drawn(holds: Standing, x: Linear, bottom: float) -> Html:
    """Stretches that a reviewer excluded."""
    drawn = []
    for start_us, end_us in holds.excluded_us.tolist():
        left, right = x(start_us), x(end_us)
        drawn.append(box(left, PICTURE_TOP, max(_LEAST_WIDTH, right - left), bottom - PICTURE_TOP, "excluded", "out"))
    return joined(drawn)


def in_words(night: Night, events: Sequence[Event], zone: tzinfo) -> str:
    """What the picture shows, for those who do not see it."""
    counted = ", ".join(f"{sum(lane.holds(e) for e in events)} {lane.name}" for lane in LANES)
    return (
        f"Movements from {clock(night.recorded_from_us, zone)} to {clock(night.recorded_to_us, zone)}: {counted}. "
        f"{len(night.blanks)} stretches without usable data."
    )


def _series_table(
    night: Night, events: Sequence[Event], zone: tzinfo
) -> tuple[str, Sequence[str], Sequence[Sequence[str]]]:
    """Runs of periodic movements, which are what the eye sees in the picture."""
    runs: dict[int, list[Event]] = {}
    for event in events:
        if event.series_no is not None:
            runs.setdefault(event.series_no, []).append(event)
    rows = [
        (str(number), clock(run[0].onset_us, zone), clock(run[-1].offset_us, zone), str(len(run)))
        for number, run in runs.items()
    ]
    return f"Periodic series in the night of {night.night_date}", ("series", "from", "to", "movements"), rows
