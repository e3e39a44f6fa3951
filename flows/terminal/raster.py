"""A night as text: one line a clock hour, one character a minute. Draws what is stored and classifies nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from analytics.words import BLANKS, LABELS, SLEEP_STATES
from flows.terminal.values import Row

#: What a minute shows, the first that happened in it. Periodic movements are counted instead: 1 to 9.
LETTERS = {
    "hypnic_jerk": "J",
    "rhythmic": "R",
    "large_movement": "L",
    "posture_change": "T",
    "isolated": "i",
    "short_interval": "s",
    "wake": "w",
}
GROUND = {"sleep": ".", "wake": "-", "unknown": "?"}
_NAMED = [f"{letter} {LABELS[name]}" for name, letter in LETTERS.items()]
LEGEND = (
    f"1-9 {LABELS['periodic']} leg movements in that minute, {', '.join(_NAMED)}; "
    f"{', '.join(f'{sign} {SLEEP_STATES[state]}' for state, sign in GROUND.items())}, blank: {BLANKS['gap']}"
)
_HOUR = timedelta(hours=1)


def raster(
    start: datetime, end: datetime, bouts: Sequence[Row], events: Sequence[Row], zone: tzinfo
) -> tuple[str, ...]:
    """Draw a night.

    Parameters
    ----------
    start, end : datetime
        What was recorded.
    bouts : sequence of rows
        ``start_at``, ``end_at``, ``state``.
    events : sequence of rows
        ``onset_at``, ``label``.
    zone : tzinfo
        In which the clock on the left runs. Where it is changed, an hour is missing or there twice.

    Returns
    -------
    tuple of str
        Lines of "HH" and up to 60 characters.
    """
    ground = _ground(start, end, bouts)
    labels = _labels_by_minute(events)
    hour = start.astimezone(zone).replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    lines = []
    while hour < end:
        minutes = range(_minute(hour), _minute(hour) + 60)
        cells = "".join(_cell(labels.get(minute, ()), ground.get(minute, " ")) for minute in minutes)
        lines.append(f"{hour.astimezone(zone):%H} {cells}".rstrip())
        hour += _HOUR
    return tuple(lines)


def _ground(start: datetime, end: datetime, bouts: Iterable[Row]) -> dict[int, str]:
    """State of every recorded minute."""
    ground = dict.fromkeys(_minutes(start, end), GROUND["unknown"])
    for bout in bouts:
        inside = _minutes(max(bout["start_at"], start), min(bout["end_at"], end))
        ground.update(dict.fromkeys(inside, GROUND[bout["state"]]))
    return ground


def _labels_by_minute(events: Iterable[Row]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for event in events:
        found.setdefault(_minute(event["onset_at"]), []).append(event["label"])
    return found


def _cell(labels: Sequence[str], ground: str) -> str:
    counted = Counter(labels)
    if counted["hypnic_jerk"] == 0 and counted["periodic"]:
        return str(min(counted["periodic"], 9))
    return next((letter for label, letter in LETTERS.items() if counted[label]), ground)


def _minutes(start: datetime, end: datetime) -> range:
    """The minutes that a stretch touches; a minute that two stretches touch shows the later one."""
    return range(_minute(start), -(-int(end.timestamp()) // 60))


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60
