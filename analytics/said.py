"""What people said: the journal's entries, and reviewers' verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from analytics.flag import FlagName

Verdict = Literal["confirm", "dismiss", "unsure", "exclude", "undo", "note"]


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One thing noted about one day; ``value`` in the unit that ``kind`` names, or ``text``, or neither.

    An entry with neither takes back what was noted before.
    """

    subject: str
    day: date
    kind: str
    value: float | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """What one reviewer said at one moment. Reviews are only ever added; the latest about the same thing counts.

    It is about one movement where ``onset_us`` is known, about a span where ``start_us`` and ``end_us`` are, about one
    flag where ``flag`` is, and about the whole night otherwise: then it counts for every flag that is raised when it is
    written.

    Attributes
    ----------
    verdict : Verdict
        ``confirm``, ``dismiss`` or ``unsure`` of a night, flag or movement; ``exclude`` of a span; ``undo`` takes back
        what was said before about the same thing; ``note`` only adds words.
    onset_us : int or None
        Onset of the event that is meant: what finds it again when a new analysis numbers anew.
    recording : str or None
        sha256 of the recording that shows it best.
    movement_no : int or None
        Its number when it was judged.
    """

    subject: str
    night_date: date
    verdict: Verdict
    reviewer: str
    reviewed_at_us: int
    note: str | None = None
    onset_us: int | None = None
    recording: str | None = None
    movement_no: int | None = None
    start_us: int | None = None
    end_us: int | None = None
    flag: FlagName | None = None

    @property
    def is_of_night(self) -> bool:
        """Whether it is about the whole night, and not about a flag, movement or span of it."""
        return (self.flag, self.onset_us, self.movement_no, self.start_us) == (None, None, None, None)
