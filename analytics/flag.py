"""Flags of a night: their criteria, and whether each is raised, is not, or cannot be told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from textwrap import shorten
from typing import Literal

#: The criterion of possible_plmd that compares the index with a threshold.
INDEX_CRITERION = "PLMS per hour of sleep"
#: The one that frequent hypnic jerks are about.
JERKS_CRITERION = "brief jerks near falling asleep"
#: The one that compares with it the index by the rules that ICSD-3-TR means.
AASM_CRITERION = "the same by AASM rules"
#: The one of possible_rls that only the person can answer (ICSD-3-TR).
URGE_CRITERION = "urge to move the legs, worse at rest and in the evening, relieved by moving"
#: The most letters of `Flag.short_reason`: what fits behind a date and a name in a wide terminal. Own.
SHORT_REASON = 120
FlagName = Literal["possible_plmd", "frequent_hypnic_jerks", "possible_rls"]
CriterionState = Literal["met", "not met", "not measurable"]
FlagState = Literal["raised", "not_raised", "cannot_tell"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the reasoning behind a flag.

    ``value`` and ``threshold`` are numbers with their unit named in ``name``, or words.
    """

    name: str
    state: CriterionState
    value: float | str | None
    threshold: float | str | None
    says: str

    @property
    def shown(self) -> str:
        """The value as people read it; empty where there is none."""
        return "" if self.value is None else f"{self.value:.3g}" if isinstance(self.value, float) else str(self.value)

    @property
    def told(self) -> str:
        """As `shown`, without the number of what is called not measurable: it decided nothing."""
        is_number = isinstance(self.value, float | int)
        return "" if is_number and self.state == "not measurable" else self.shown


@dataclass(frozen=True, slots=True)
class Flag:
    """Whether a night shows a pattern, and why.

    ``raised`` is True only if every criterion that a sensor can measure is met. Nights keep the reasoning of
    flags that were not raised too.
    """

    name: FlagName
    raised: bool
    criteria: tuple[Criterion, ...]
    reason: str

    @property
    def unmet(self) -> Criterion | None:
        """The criterion that speaks for a flag that is not raised: the first that is not met. None for a raised one."""
        return None if self.raised else next((c for c in self.criteria if c.state != "met"), None)

    @property
    def short_reason(self) -> str:
        """The reason for a line of a table: the whole where it fits, else the criterion that decides."""
        if len(self.reason) <= SHORT_REASON:
            return self.reason
        measured = [c for c in self.criteria if isinstance(c.value, float | int)]
        about = [c for c in measured if c.name in (INDEX_CRITERION, JERKS_CRITERION)]
        decides = self.unmet or next(iter([*about, *measured]), None)
        if decides is None:
            return _cut(self.reason)
        # Where it could not be measured, what speaks against it stands behind its limit.
        limit, _, against = decides.says.partition("; ")
        why = against if decides.state == "not measurable" and against else limit
        return _cut(f"{' '.join(filter(None, (decides.name, decides.shown)))}: {why}")

    @property
    def lacks_answer(self) -> bool:
        """Whether it cannot be told because the person was not asked: no finding, and nothing that a sensor missed."""
        return self.state == "cannot_tell" and self.unmet is not None and self.unmet.name == URGE_CRITERION

    @property
    def state(self) -> FlagState:
        """Whether the flag is raised, is not raised, or cannot be told: what every reader of flags sees."""
        if self.raised:
            return "raised"
        return "cannot_tell" if self.unmet and self.unmet.state == "not measurable" else "not_raised"


def _cut(text: str) -> str:
    whole = " ".join(text.split())  # as `shorten` does, which takes much longer even where nothing is to be cut
    return whole if len(whole) <= SHORT_REASON else shorten(whole, SHORT_REASON, placeholder=" ...")


def stored_flag(name: FlagName, criteria: str, reason: str, *, raised: bool) -> Flag:
    """What the database keeps of a flag, as the flag it came from.

    Parameters
    ----------
    criteria : str
        JSON.
    """
    return Flag(name, raised, tuple(Criterion(**one) for one in json.loads(criteria)), reason)


@dataclass(frozen=True, slots=True)
class FlagReview:
    """How a flag stands after review, as the view ``night_flags`` says.

    Attributes
    ----------
    verdict : str or None
        ``confirm``, ``dismiss`` or ``unsure``; None where it was not judged.
    state : FlagState
        As reviewed: what was dismissed is not raised.
    edited : Flag or None
        Judged again, before any verdict on it, where movements, spans or the sleep were reviewed; None elsewhere.
    """

    verdict: str | None
    state: FlagState
    edited: Flag | None = None
