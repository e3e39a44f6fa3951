"""What people said: the journal's entries, and reviewers' verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

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

    It is about one movement where ``onset_us`` is known, about a span where ``start_us`` and ``end_us`` are, and about
    the whole night otherwise.

    Attributes
    ----------
    verdict : Verdict
        ``confirm``, ``dismiss`` or ``unsure`` of a night or movement; ``exclude`` of a span; ``undo`` takes back what
        was said before about the same thing; ``note`` only adds words.
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
