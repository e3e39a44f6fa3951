"""What people said: the journal's entries, and reviewers' verdicts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from analytics.flag import FlagName
from analytics.nights.edits.kinds import Edit

Verdict = Literal["confirm", "dismiss", "unsure", "exclude", "undo", "note"]
#: What else stands among the reviews: an edit, and acts that were taken back and done again.
Said = Literal[Verdict, "edit", "take_back", "redo"]


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

    Those of one act were made at once, and are taken back at once.

    It is about one movement where ``onset_us`` is known, about a span where ``start_us`` and ``end_us`` are, about one
    flag where ``flag`` is, and about the whole night otherwise: then it counts for every flag that is raised when it is
    written.

    Attributes
    ----------
    verdict : Said
        ``confirm``, ``dismiss`` or ``unsure`` of a night, flag or movement; ``exclude`` of a span; ``undo`` takes back
        what was said before about the same thing; ``note`` only adds words; ``edit`` changes a movement or the sleep;
        ``take_back`` and ``redo`` are about the act ``of_act``.
    onset_us : int or None
        Onset of the event that is meant: what finds it again when a new analysis numbers anew.
    recording : str or None
        sha256 of the recording that shows it best.
    movement_no : int or None
        Its number when it was judged.
    act_no : int or None
        Of the act that it is part of; None for what was written before acts were counted.
    is_taken_back : bool
        As the view ``taken_back_acts`` says.
    """

    subject: str
    night_date: date
    verdict: Said
    reviewer: str
    reviewed_at_us: int
    note: str | None = None
    onset_us: int | None = None
    recording: str | None = None
    movement_no: int | None = None
    start_us: int | None = None
    end_us: int | None = None
    flag: FlagName | None = None
    edit: Edit | None = None
    of_act: int | None = None
    act_no: int | None = field(default=None, compare=False)
    is_taken_back: bool = field(default=False, compare=False)

    @property
    def is_of_part(self) -> bool:
        """Whether it is about a movement, a span or the sleep of the night, and not about all of it or a flag."""
        parts = (self.onset_us, self.movement_no, self.start_us, self.edit)
        return any(part is not None for part in parts)

    @property
    def is_of_night(self) -> bool:
        """Whether it is a word about the whole night, and not about a flag, movement or span of it."""
        if self.verdict in ("edit", "take_back", "redo"):
            return False
        return (self.flag, self.onset_us, self.movement_no, self.start_us) == (None, None, None, None)
