"""The answer to "is it harmless?": decided here alone, from nights as reviewed, patterns over them, and the journal.

Three answers, and none of them is "you are healthy". A sign that is met wins over everything else. Without one, only a
person with enough nights of which enough could be judged, with an answer to every question and no trace of a sign is
told that nothing speaks against harmless jerks; everyone else, what is missing. It reads nothing but what it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from analytics.flag import FlagName
from analytics.nights.patterns import NightFacts, Pattern, Patterns
from analytics.over_nights.signs import ENOUGH_NIGHTS, RECENT_NIGHTS, SEVERAL, Sign, SignEvidence

AnswerName = Literal["nothing_against_harmless", "see_a_clinician", "cannot_tell_yet"]
#: Goes up whenever the same nights and words may get another answer.
RULE_VERSION = 2
#: A "no" on so many days answers a question: a symptom comes and goes. Own.
ANSWERED_DAYS = 3
#: Patterns that must be known to be none.
_DECISIVE: tuple[FlagName, ...] = ("possible_plmd", "frequent_hypnic_jerks")


@dataclass(frozen=True, slots=True)
class Missing:
    """What a person can still do.

    Attributes
    ----------
    nights : int
        To record, about; 0 where more are not needed, or may not decide.
    answers : mapping of str to int
        Questions of the journal, and on how many more days to answer each.
    """

    nights: int = 0
    answers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """What is answered, and all that its sentences are built from.

    Attributes
    ----------
    evidence : tuple of SignEvidence
        What speaks for a sign, strongest first.
    undecided : tuple of FlagName
        Patterns of which nights cannot tell yet whether they are there.
    n_judged, n_in_doubt, n_not_assessable : int
        Nights of which jerks and kicks could be told, of which one could not, and those that were not good enough.
    n_jerk_nights, n_jerks_told, n_kicks_told : int
        Nights with a jerk, and assessable nights of which jerks could be told, and kicks.
    n_questions : int
        Of the journal.
    n_dismissed : int
        Flags that reviewers dismissed.
    """

    name: AnswerName
    evidence: tuple[SignEvidence, ...]
    missing: Missing
    undecided: tuple[FlagName, ...]
    patterns: Patterns
    n_nights: int
    n_judged: int
    n_in_doubt: int
    n_not_assessable: int
    n_jerk_nights: int
    n_jerks_told: int
    n_kicks_told: int
    n_questions: int
    legs: frozenset[str]
    n_dismissed: int
    first: date | None
    last: date | None

    @property
    def met(self) -> tuple[SignEvidence, ...]:
        """SignEvidence that is enough by itself."""
        return tuple(one for one in self.evidence if one.is_met)


def answer_of(nights: Sequence[NightFacts], patterns: Patterns, signs: Sequence[Sign]) -> PersonAnswer:
    """Answer for one person.

    Parameters
    ----------
    nights : sequence of NightFacts
        By date.
    patterns : mapping of FlagName to Pattern
        What is said of the same nights.
    signs : sequence of Sign
        `analytics.over_nights.signs.clinician_signs` of the same nights and the person's journal.
    """
    evidence = _strongest_first(one for sign in signs for one in sign.evidence)
    undecided = tuple(flag for flag in _DECISIVE if patterns.get(flag, Pattern()).state != "no_pattern")
    missing = Missing(_nights_missing(nights, patterns), _answers_missing(signs))
    return PersonAnswer(
        name=_name(evidence, is_open=bool(missing.nights or missing.answers or undecided or _in_doubt(nights))),
        evidence=evidence,
        missing=missing,
        undecided=undecided,
        patterns=patterns,
        n_nights=len(nights),
        n_judged=sum(night.judged for night in nights),
        n_in_doubt=sum(night.in_doubt for night in nights),
        n_not_assessable=sum(not night.assessable for night in nights),
        n_jerk_nights=sum(night.n_jerks > 0 for night in nights if night.jerks_told),
        n_jerks_told=sum(night.jerks_told for night in nights),
        n_kicks_told=sum(night.kicks_told for night in nights),
        n_questions=sum(len(sign.answered) for sign in signs),
        legs=frozenset(night.legs for night in nights if night.assessable),
        n_dismissed=sum(pattern.n_dismissed for pattern in patterns.values()),
        first=nights[0].night_date if nights else None,
        last=nights[-1].night_date if nights else None,
    )


def _name(evidence: Sequence[SignEvidence], *, is_open: bool) -> AnswerName:
    """A symptom that came once is enough beside another; flagged nights alone are as doubtful as they are.

    Jerks that are no sign by themselves back none: they are harmless in most people, and go with no symptom more often.
    """
    is_met = any(one.is_met for one in evidence)
    backing = [one for one in evidence if one.what not in ("jerks", SEVERAL)]
    is_backed = len(backing) > 1 and any(one.unit == "days" for one in backing)
    if is_met or is_backed:
        return "see_a_clinician"
    return "cannot_tell_yet" if evidence or is_open else "nothing_against_harmless"


def _strongest_first(evidence: Iterable[SignEvidence]) -> tuple[SignEvidence, ...]:
    """What is met before what is not, then by share; of few nights or days, a share says less."""
    return tuple(sorted(evidence, key=lambda one: (not one.is_met, -one.n / (one.of + 2))))


def _in_doubt(nights: Sequence[NightFacts]) -> bool:
    return not _enough([night.judged for night in nights if night.assessable])


def _enough(judged: Sequence[bool]) -> bool:
    """Whether enough nights were judged, and of the newest more than were not."""
    newest = judged[-RECENT_NIGHTS:]
    return sum(judged) >= ENOUGH_NIGHTS and 2 * sum(newest) > len(newest)


def _nights_missing(nights: Sequence[NightFacts], patterns: Patterns) -> int:
    """How many more, if all of them can be judged: for there to be enough, and for the patterns to be decided."""
    judged = [night.judged for night in nights if night.assessable]
    # So many more always are enough: they are all of the newest nights.
    enough = next(more for more in range(RECENT_NIGHTS + 1) if _enough([*judged, *[True] * more]))
    decided = [
        found.more_nights or 0
        for flag in _DECISIVE
        if (found := patterns.get(flag, Pattern())).state == "cannot_tell_yet"
    ]
    return max(enough, *decided, 0)


def _answers_missing(signs: Sequence[Sign]) -> Mapping[str, int]:
    """Of a sign that is met no answer is missing: whether it was there on more days changes nothing."""
    return {
        question: ANSWERED_DAYS - days
        for sign in signs
        if not any(one.is_met for one in sign.evidence)
        for question, days in sign.answered.items()
        if days < ANSWERED_DAYS
    }
