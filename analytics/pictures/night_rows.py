"""The rows of a night's picture from top to bottom, their heights, their legend, and how blanks are drawn.

Decides them for the report and for the page, which gets them as JSON (`for_page`, `legend`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from analytics.model import BlankKind, Event, Night
from analytics.pictures.likely_sleep import IN_DOUBT, LOOKS, STEPS, Step, runs_of
from analytics.words import BLANKS, LABELS, LIKELY_SLEEP, NIGHT_ROWS, ONSET_SPAN, SLEEP_STATES

RowName = Literal["stages", "sleep", "p_sleep", "movements", "envelope", "heart", "temperature"]
Fill = Literal["hatch", "dots"]


class Row(NamedTuple):
    """One row, or one each leg or sensor; where nothing is known for it, it is left out.

    Attributes
    ----------
    screen : float
        Height on the page, pixels.
    paper : float
        Height in the report, units of `analytics.pictures.drawing.WIDTH`; 0 where the report has no such row. Of
        movements that of each kind.
    """

    name: RowName
    screen: float
    paper: float


ROWS = (
    Row("stages", 76, 0),
    Row("sleep", 18, 14),
    Row("p_sleep", 18, 12),
    Row("movements", 44, 13),
    Row("envelope", 96, 64),
    Row("heart", 54, 0),
    Row("temperature", 44, 0),
)
#: Between two rows.
SCREEN_GAP, PAPER_GAP = 12.0, 8.0

#: Hatched is what was not judged, dotted what is doubtful: `analytics.pictures.drawing.patterns`.
BLANK_FILLS: Mapping[BlankKind, Fill] = {
    "gap": "hatch",
    "unscorable": "hatch",
    "unworn": "hatch",
    "perhaps_unworn": "dots",
}
#: What lies over all rows; anything else lies over `BLANK_OVER` alone. Pauses that were made one must hide no movement,
#: and the strip of p_sleep says itself where nothing is known.
BLANK_OVER_ALL: tuple[BlankKind, ...] = ("gap",)
BLANK_OVER: tuple[RowName, ...] = ("sleep", "envelope")
_SWATCHES: Mapping[Fill, str] = {"hatch": "hatched", "dots": "dotted"}


def kinds_of(fill: Fill, night: Night) -> tuple[BlankKind, ...]:
    """Kinds of a night's blanks that are filled so."""
    there = {blank.kind for blank in night.blanks}
    return tuple(kind for kind, how in BLANK_FILLS.items() if how == fill and kind in there)


def legend(night: Night) -> list[tuple[str, str]]:
    """What is drawn in a night's rows beside movements: class of the swatch, and words."""
    states = {bout.state for bout in night.bouts}
    found = [(look, SLEEP_STATES[state]) for look, state in (("asleep", "sleep"), ("awake", "wake"))]
    hatched = [BLANKS[kind] for kind in kinds_of("hatch", night)]
    if "unknown" in states or not night.bouts:
        hatched.insert(0, SLEEP_STATES["unknown"])
    if hatched:
        found.append((_SWATCHES["hatch"], ", ".join(hatched)))
    if dotted := [BLANKS[kind] for kind in kinds_of("dots", night)]:
        found.append((_SWATCHES["dots"], ", ".join(dotted)))
    if night.sleep_onset_us is not None:
        found.append(("onset", ONSET_SPAN))
    return found


def awake_legend(events: Iterable[Event]) -> list[tuple[str, str]]:
    """The same of movements that are periodic and not asleep, which look awake; empty where there are none."""
    if any(event.label == "periodic" and event.sleep_state != "sleep" for event in events):
        return [("periodic-awake", f"{LABELS['periodic']}, not {SLEEP_STATES['sleep']}")]
    return []


def likely_legend(night: Night) -> list[tuple[str, str]]:
    """The same of the strip of the probability of sleep: a shade for each step that occurs."""
    there: set[Step] = {run.step for run in runs_of(night.possible)} if night.possible else set()
    return [(LOOKS[step], LIKELY_SLEEP[step]) for step in STEPS if step in there]


def for_page() -> dict[str, Any]:
    """What the page needs to draw the same rows."""
    return {
        "rows": [{"name": row.name, "height": row.screen, "says": NIGHT_ROWS[row.name]} for row in ROWS],
        "between": SCREEN_GAP,
        "blank_fills": BLANK_FILLS,
        "blank_over_all": BLANK_OVER_ALL,
        "blank_over": BLANK_OVER,
        "likely": [
            {"step": step, "look": LOOKS[step], "in_doubt": step in IN_DOUBT, "says": LIKELY_SLEEP[step]}
            for step in STEPS
        ],
    }
