"""What a reviewer may change of a night, and the one place that says what a label means for scoring.

Whether movements are periodic follows from the intervals between them, and asleep or awake from the sleep: a reviewer
cannot make one movement periodic. So a label says what a movement *is*, and the rule sets decide what follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from analytics.model import Leg, Shape
from ingest.recording import Site

EditKind = Literal["relabel", "add", "move", "delete", "join", "split", "sleep_onset", "wake", "in_bed", "bout"]
#: Edits of the sleep, not of a movement.
OF_SLEEP: frozenset[EditKind] = frozenset({"sleep_onset", "wake", "in_bed", "bout"})
#: Recording of what no sensor saw: a movement that a reviewer added.
BY_HAND = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one sensor saw of a movement that is edited, as it was then: an analysis made later is searched for it."""

    recording: str
    onset_us: int
    offset_us: int


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one movement or of the sleep.

    Attributes
    ----------
    movements : tuple of tuple of Part
        The movement that is meant, by its parts; two of them to join; none to add one, and for the sleep.
    from_us, to_us : int or None
        New onset and offset, start and end of a bout; ``from_us`` alone: where to split, or the instant of sleep onset,
        waking or going to bed.
    name : str or None
        New label (of `MEANINGS`), or the state of a bout (sleep, wake).
    leg, site : Leg, Site or None
        Of a movement to add.
    """

    kind: EditKind
    movements: tuple[tuple[Part, ...], ...] = ()
    from_us: int | None = None
    to_us: int | None = None
    name: str | None = None
    leg: Leg | None = None
    site: Site | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a label means for scoring.

    Attributes
    ----------
    shape : Shape or None
        What the rules are told that it looks like; None: they are not told of it.
    is_kept : bool
        Whether it stays a movement at all.
    is_shown : bool
        Whether it is called by this label whatever the rules make of it; otherwise the rules name it.
    is_awake : bool
        Whether the person was awake while it lasted.
    """

    shape: Shape | None
    is_kept: bool = True
    is_shown: bool = True
    is_awake: bool = False


_BY_RULES = Meaning("leg_movement", is_shown=False)
#: A large movement is a leg movement and no candidate, however short: it ends a run, as a change of posture does.
MEANINGS: Mapping[str, Meaning] = {
    "periodic": _BY_RULES,
    "isolated": _BY_RULES,
    "short_interval": _BY_RULES,
    "wake": Meaning("leg_movement", is_shown=False, is_awake=True),
    "hypnic_jerk": Meaning(None),
    "rhythmic": Meaning("rhythmic"),
    "posture_change": Meaning("posture_change"),
    "large_movement": Meaning("posture_change"),
    "not_a_leg_movement": Meaning(None, is_kept=False),
}


class DoesNotFitError(Exception):
    """An edit and the night contradict each other; the message says how, in words for people."""
