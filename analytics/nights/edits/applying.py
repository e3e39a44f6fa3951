"""A night's movements and sleep with the edits of reviewers: in the order of making, each on what is left.

An edit that no longer fits changes nothing and is listed with the reason: after another analysis nothing may lie any
more where a movement was edited, or the movement that a reviewer added may have been found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analytics.model import Envelope, Leg, Movement
from analytics.nights.edits.asleep import edit_sleep, with_state
from analytics.nights.edits.kinds import BY_HAND, MEANINGS, OF_SLEEP, DoesNotFitError, Edit, Part
from analytics.sleep.estimate import SleepEstimate

#: A split leaves so much between its pieces: marks of one leg that are nearer together are one movement (WASM 2016).
SPLIT_GAP_US = 500_000
#: And each piece lasts at least so long, for no rule counts a shorter one.
SHORTEST_US = 500_000
_MS = 1_000


@dataclass(frozen=True, slots=True)
class Edited:
    """A night's movements and sleep after edits.

    Attributes
    ----------
    movements : tuple of Movement
        By onset. Those that were added or split off have new numbers.
    names : mapping of int to str
        Labels that reviewers gave, by `Movement.number`; what each means: `MEANINGS`.
    unfit : tuple of (int, str)
        Which edits, by their place among those given, changed nothing, and why.
    """

    movements: tuple[Movement, ...]
    sleep: SleepEstimate
    names: Mapping[int, str]
    unfit: tuple[tuple[int, str], ...]


def apply_edits(
    movements: Sequence[Movement], sleep: SleepEstimate, edits: Iterable[Edit], envelopes: Sequence[Envelope] = ()
) -> Edited:
    """What edits make of a night. Without any it is as it was.

    Parameters
    ----------
    movements : sequence of Movement
        As detected, or what is left of them.
    edits : iterable of Edit
        In the order in which they were made.
    envelopes : sequence of Envelope
        Of the night: they tell how large a movement was that a reviewer added.
    """
    work = _Work(movements, sleep, envelopes)
    unfit = []
    for place, edit in enumerate(edits):
        try:
            work.apply(edit)
        except DoesNotFitError as why:
            unfit.append((place, str(why)))
    ordered = tuple(sorted(work.movements.values(), key=lambda m: (m.onset_us, m.number)))
    names = {number: name for number, name in work.names.items() if number in work.movements}
    return Edited(ordered, work.sleep, names, tuple(unfit))


class _Work:
    """A night while it is edited. Each edit is applied whole, or not at all."""

    def __init__(self, movements: Sequence[Movement], sleep: SleepEstimate, envelopes: Sequence[Envelope]) -> None:
        self.movements = {m.number: m for m in movements}
        self.sleep = sleep
        self.names: dict[int, str] = {}
        self._last = max(self.movements, default=0)
        self._envelopes = envelopes

    def apply(self, edit: Edit) -> None:
        if edit.kind in OF_SLEEP:
            self.sleep = edit_sleep(self.sleep, edit)
            return
        meant = [self._found(parts) for parts in edit.movements]
        match edit.kind:
            case "add":
                self._add(edit)
            case "relabel":
                self._relabel(meant[0], edit.name or "")
            case "delete":
                self._replace(meant[0], [])
            case "move":
                self._replace(meant[0], _moved(meant[0], *_span(edit)))
            case "join":
                self._join(*meant)
            case "split":
                self._split(meant[0], _span(edit)[0])

    def _found(self, parts: Sequence[Part]) -> list[Movement]:
        """What overlaps the parts of a movement in time, as the same sensor saw it."""
        found = [m for m in self.movements.values() if any(_is_part(m, part) for part in parts)]
        if not found:
            raise DoesNotFitError("no movement lies there any more")
        return sorted(found, key=lambda m: (m.onset_us, m.number))

    def _replace(self, old: Sequence[Movement], new: Sequence[Movement]) -> None:
        """Put movements into the place of others; those without a number that is theirs get a new one."""
        name = next((self.names[m.number] for m in old if m.number in self.names), None)
        for movement in old:
            del self.movements[movement.number]
            self.names.pop(movement.number, None)
        for movement in new:
            number = movement.number
            if not number or number in self.movements:
                self._last += 1
                number = self._last
            self.movements[number] = replace(movement, number=number)
            if name is not None:
                self.names[number] = name

    def _add(self, edit: Edit) -> None:
        onset_us, offset_us = _span(edit)
        legs: tuple[Leg, ...] = ("left", "right") if edit.leg == "both" else (edit.leg or "unknown",)
        if any(
            m.onset_us < offset_us and m.offset_us > onset_us and ({m.leg, "unknown"} & {*legs} or m.leg == "unknown")
            for m in self.movements.values()
        ):
            raise DoesNotFitError("a movement of that leg lies there; move its edges")
        self._replace([], [self._by_hand(edit, leg, onset_us, offset_us) for leg in legs])

    def _by_hand(self, edit: Edit, leg: Leg, onset_us: int, offset_us: int) -> Movement:
        peak_g, nan = _peak_g(self._envelopes, leg, onset_us, offset_us), float("nan")
        return Movement(
            0, BY_HAND, edit.site or "unknown", leg, onset_us, offset_us,
            peak_g=peak_g, threshold_g=nan, core_s=nan, posture_change_deg=nan, n_bursts=1, shape="leg_movement",
        )  # fmt: skip

    def _relabel(self, meant: Sequence[Movement], name: str) -> None:
        if (meaning := MEANINGS.get(name)) is None:
            raise DoesNotFitError(f"{name!r} is no label of this nightkick")
        if meaning.is_awake:
            start_us, end_us = min(m.onset_us for m in meant), max(m.offset_us for m in meant)
            self.sleep = with_state(self.sleep, start_us, end_us, "wake") if self._in_bed(start_us) else self.sleep
        if not meaning.is_kept:
            self._replace(meant, [])
            return
        for movement in meant:
            self.names[movement.number] = name
            if meaning.shape is not None:
                self.movements[movement.number] = replace(movement, shape=meaning.shape)

    def _in_bed(self, at_us: int) -> bool:
        return any(bout.start_us <= at_us < bout.end_us for bout in self.sleep.bouts)

    def _join(self, first: Sequence[Movement], second: Sequence[Movement]) -> None:
        every = {m.number: m for m in (*first, *second)}
        if len(every) < len(first) + len(second):
            raise DoesNotFitError("they are one movement already")
        start_us, end_us = min(m.onset_us for m in every.values()), max(m.offset_us for m in every.values())
        self._replace(list(every.values()), _wide(list(every.values()), start_us, end_us))

    def _split(self, meant: Sequence[Movement], at_us: int) -> None:
        at_us = round(at_us / _MS) * _MS  # rules count in milliseconds
        before_us, after_us = at_us - SPLIT_GAP_US // 2, at_us + SPLIT_GAP_US // 2
        first = [m for m in meant if m.onset_us < before_us]
        second = [m for m in meant if m.offset_us > after_us]
        start_us = min((m.onset_us for m in first), default=at_us)
        end_us = max((m.offset_us for m in second), default=at_us)
        if before_us - start_us < SHORTEST_US or end_us - after_us < SHORTEST_US:
            raise DoesNotFitError(
                "the movement cannot be split there: half a second goes to the gap, and each piece needs half a second"
            )
        left = [replace(m, offset_us=min(m.offset_us, before_us)) for m in first]
        right = [replace(m, onset_us=max(m.onset_us, after_us)) for m in second]
        self._replace(meant, [*left, *right])


def _span(edit: Edit) -> tuple[int, int]:
    assert edit.from_us is not None
    return edit.from_us, edit.from_us if edit.to_us is None else edit.to_us


def _is_part(movement: Movement, part: Part) -> bool:
    overlaps = movement.onset_us < part.offset_us and movement.offset_us > part.onset_us
    return overlaps and movement.recording == part.recording


def _moved(parts: Sequence[Movement], onset_us: int, offset_us: int) -> list[Movement]:
    """The parts inside new edges: those that held an edge hold the new one, and what lies outside goes."""
    first_us, last_us = min(m.onset_us for m in parts), max(m.offset_us for m in parts)
    found = [
        replace(
            m,
            onset_us=onset_us if m.onset_us == first_us else max(m.onset_us, onset_us),
            offset_us=offset_us if m.offset_us == last_us else min(m.offset_us, offset_us),
        )
        for m in parts
    ]
    inside = [m for m in found if m.onset_us < m.offset_us]
    # Where each edge was another leg's and the new span lies apart from both, the first part takes all of it.
    return inside or [replace(parts[0], onset_us=onset_us, offset_us=offset_us)]


def _wide(parts: Sequence[Movement], start_us: int, end_us: int) -> list[Movement]:
    """One movement over the whole span on every sensor that took part: the strongest of each."""
    strongest: dict[tuple[str, str], Movement] = {}
    for m in parts:
        key = (m.recording, m.leg)
        if key not in strongest or m.peak_g > strongest[key].peak_g:
            strongest[key] = m
    return [replace(m, onset_us=start_us, offset_us=end_us) for m in strongest.values()]


def _peak_g(envelopes: Sequence[Envelope], leg: Leg, onset_us: int, offset_us: int) -> float:
    """The largest envelope of the leg in a span; NaN where nothing was searched."""
    values = []
    for envelope in envelopes:
        if leg not in (envelope.leg, "unknown") and envelope.leg != "unknown":
            continue
        step_us = envelope.step_s * 1e6
        first = int(max(0, (onset_us - envelope.start_us) // step_us))
        last = int(max(0, -(-(offset_us - envelope.start_us) // step_us)))
        piece = envelope.max_mg[first:last]
        values += piece[np.isfinite(piece)].tolist()
    return max(values, default=float("nan")) / 1e3
