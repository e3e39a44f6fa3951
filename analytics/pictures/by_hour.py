"""How many movements there were in each hour of the clock on the bedside table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from analytics.model import Event, Night
from analytics.pictures.drawing import behind, box, label, picture
from analytics.pictures.linked import LinkedPart
from analytics.pictures.markup import Html, el, joined
from analytics.pictures.scales import Linear, hours, local

CAPTION = "Movements per clock hour."
WIDTH, _HEIGHT = 330.0, 196.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, WIDTH - 34.0, 22.0, _HEIGHT - 6.0


@dataclass(frozen=True, slots=True)
class _Hour:
    """Counts of one clock hour; ``name`` like "23-24"."""

    name: str
    asleep: int
    awake: int
    others: int

    @property
    def total(self) -> int:
        return self.asleep + self.awake + self.others


def bars(night: Night, events: Sequence[Event], zone: tzinfo) -> Html:
    """Draw a night's hours, with a table for screen readers behind the picture.

    Parameters
    ----------
    events : sequence of Event
        Of the night, under the rule set that is shown.
    zone : tzinfo
        Of the bedroom.
    """
    counted = [_hour(a, events, b, zone) for a, b in _hours(night, zone)]
    row = _row(len(counted))
    x = Linear(0, max(4, max((hour.total for hour in counted), default=0)), _LEFT, _RIGHT)
    drawn = picture(
        f"Movements per clock hour, night of {night.night_date}",
        WIDTH,
        _HEIGHT,
        _legend(),
        [_bar(hour, x, _TOP + i * row, row) for i, hour in enumerate(counted)],
        el("line", x1=_LEFT, x2=_LEFT, y1=_TOP - 2, y2=_TOP + row * len(counted), class_="axis"),
        says="; ".join(f"{h.name} h: {h.asleep + h.awake} periodic of {h.total}" for h in counted),
    )
    head = ("clock hour", "periodic asleep", "periodic not asleep", "others", "all")
    rows = [(h.name, str(h.asleep), str(h.awake), str(h.others), str(h.total)) for h in counted]
    return joined(drawn, behind(f"Movements per clock hour, night of {night.night_date}", head, rows))


def parts(night: Night, events: Sequence[Event], zone: tzinfo) -> list[LinkedPart]:
    """The bars of hours with movements, each as wide as the picture, with their movements.

    Parameters
    ----------
    events : sequence of Event
        Of the night, under the rule set that is shown.
    zone : tzinfo
        Of the bedroom.
    """
    edges = _hours(night, zone)
    row = _row(len(edges))
    inside = [[e.movement_no for e in events if a <= e.onset_us < b] for a, b in edges]
    return [
        LinkedPart(f"{_name(a, b, zone)} h", 0.0, (_TOP + i * row) / _HEIGHT, 1.0, row / _HEIGHT, movements)
        for i, ((a, b), movements) in enumerate(zip(edges, inside, strict=True))
        if movements
    ]


def _hours(night: Night, zone: tzinfo) -> tuple[tuple[int, int], ...]:
    return hours(night.recorded_from_us, max(night.recorded_to_us, 1), zone)


def _row(n_hours: int) -> float:
    return min(22.0, (_BOTTOM - _TOP) / max(1, n_hours))


def _name(start_us: int, end_us: int, zone: tzinfo) -> str:
    return f"{local(start_us, zone).hour:02}-{local(end_us, zone).hour or 24:02}"


def _hour(start_us: int, events: Sequence[Event], end_us: int, zone: tzinfo) -> _Hour:
    inside = [e for e in events if start_us <= e.onset_us < end_us]
    periodic = [e.sleep_state == "sleep" for e in inside if e.label == "periodic"]
    asleep = sum(periodic)
    return _Hour(_name(start_us, end_us, zone), asleep, len(periodic) - asleep, len(inside) - len(periodic))


def _bar(hour: _Hour, x: Linear, top: float, row: float) -> Html:
    """Periodic asleep filled, periodic awake striped, all others open."""
    first, second, end = x(hour.asleep), x(hour.asleep + hour.awake), x(hour.total)
    height = max(2.0, row - 3)
    small = "tick" if row >= 10 else "tick small"
    return joined(
        label(_LEFT - 5, top + height / 2 + 3.5, hour.name, small, "end"),
        box(_LEFT, top, first - _LEFT, height, "periodic-fill") if hour.asleep else joined(),
        box(first, top, second - first, height, "framed", "awake") if hour.awake else joined(),
        box(second, top, end - second, height, "open") if hour.others else joined(),
        label(end + 4, top + height / 2 + 3.5, str(hour.total), small),
    )


def _legend() -> Html:
    return joined(
        box(_LEFT, 4, 9, 9, "periodic-fill"),
        label(_LEFT + 13, 12, "periodic asleep"),
        box(_LEFT + 104, 4, 9, 9, "framed", "awake"),
        label(_LEFT + 117, 12, "not asleep"),
        box(_LEFT + 186, 4, 9, 9, "open"),
        label(_LEFT + 199, 12, "all others"),
    )
