"""People of whom the right answer to "is it harmless?" was written down before there was a rule.

A night is a letter of `NIGHTS`, a journal a text of digits a question: one digit a day, ``.`` for a day without an
answer. `ANSWERED` says no to every question for a week. The answers are what a careful person who knows sleep would
say of these nights and words, not what some rule makes of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Truth = Literal["nothing_against_harmless", "see_a_clinician", "cannot_tell_yet"]

HARMLESS: Truth = "nothing_against_harmless"
CLINICIAN: Truth = "see_a_clinician"
OPEN: Truth = "cannot_tell_yet"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of night. What no flag says is not raised; ``dismissed``: a reviewer dismissed what was raised."""

    index: float = 3.0
    n_jerks: int = 0
    raised: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    dismissed: bool = False
    assessable: bool = True


KICKS, JERKS, RLS = "possible_plmd", "frequent_hypnic_jerks", "possible_rls"
NIGHTS: Mapping[str, Kind] = {
    "q": Kind(),  # quiet
    "j": Kind(n_jerks=1),
    "2": Kind(n_jerks=2),
    "J": Kind(n_jerks=4, raised=(JERKS,)),
    "d": Kind(n_jerks=4, raised=(JERKS,), dismissed=True),
    "k": Kind(index=28.0, raised=(KICKS,)),
    "p": Kind(index=28.0, raised=(KICKS,), dismissed=True),
    "r": Kind(raised=(RLS,)),
    "?": Kind(index=12.0, untold=(KICKS, JERKS, RLS)),  # which hours were sleep is in doubt
    "x": Kind(assessable=False),
    "i": Kind(index=0.5),  # a child's quiet night
    "c": Kind(index=12.0, raised=(KICKS,)),  # a child's: above 5, below 15
    "e": Kind(index=2.5, untold=(KICKS,)),  # a child's, which one night does not resolve
}

QUESTIONS = (
    *("urge_to_move", "leg_pain", "tingling", "numbness", "weakness"),
    *("daytime_sleepiness", "daytime_jerks", "other_limbs", "partner_saw_kicks"),
)
ANSWERED: Mapping[str, str] = dict.fromkeys(QUESTIONS, "0000000")


def said(**more: str) -> Mapping[str, str]:
    """No to all questions, but for these."""
    return {**ANSWERED, **more}


def unsaid(*names: str) -> Mapping[str, str]:
    """No to all questions but these, which no one asked."""
    return {name: days for name, days in ANSWERED.items() if name not in names}


@dataclass(frozen=True, slots=True)
class Made:
    """A constructed person.

    Attributes
    ----------
    named : set of str
        Signs that the answer must name: measured ones by ``kicks`` and ``jerks``, others by their first question.
    nights_missing : int or None
        None: not asked of this person.
    answers_missing : set of str or None
        Questions; None: not asked of this person.
    """

    truth: Truth
    nights: str
    journal: Mapping[str, str] = field(default_factory=lambda: ANSWERED)
    named: frozenset[str] = frozenset()
    nights_missing: int | None = None
    answers_missing: frozenset[str] | None = None
    in_bed_h: float = 8.0
    legs: str = "both"
    threshold: float = 15.0


def names(*keys: str) -> frozenset[str]:
    """Just that."""
    return frozenset(keys)


PEOPLE: Mapping[str, Made] = {
    # Clear harmless ones.
    "quiet": Made(HARMLESS, "q" * 14),
    "a jerk now and then": Made(HARMLESS, "qjqjqqjqqjqqqj"),
    "six weeks, three nights lost": Made(HARMLESS, "qjqqxqq" * 3 + "qjqqqqq" * 3),
    "just seven nights": Made(HARMLESS, "qqqjqqq"),
    "jerks that became rare": Made(HARMLESS, "2" * 10 + "qqqqjqqqqqqqqqjqqq"),
    "one leg": Made(HARMLESS, "q" * 14, legs="left"),
    "sleeps alone": Made(HARMLESS, "q" * 14, said(partner_saw_kicks="alone")),
    "a quiet child": Made(HARMLESS, "i" * 14, threshold=5.0),
    "kicks that a reviewer dismissed": Made(HARMLESS, "p" * 8 + "q" * 6),
    "jerks that a reviewer dismissed": Made(HARMLESS, "d" * 8 + "q" * 6),
    # Each sign alone.
    "urge": Made(CLINICIAN, "q" * 14, said(urge_to_move="4035060"), names("urge_to_move")),
    "pain": Made(CLINICIAN, "q" * 14, said(leg_pain="0020305"), names("leg_pain")),
    "tingling": Made(CLINICIAN, "q" * 14, said(tingling="1101000"), names("tingling")),
    "weakness": Made(CLINICIAN, "q" * 14, said(weakness="0003300"), names("tingling")),
    "other limbs": Made(CLINICIAN, "q" * 14, said(other_limbs="0220000"), names("other_limbs")),
    "jerks by day": Made(CLINICIAN, "q" * 14, said(daytime_jerks="3000300"), names("daytime_jerks")),
    "a partner sees what the sensor does not": Made(
        CLINICIAN, "q" * 14, said(partner_saw_kicks="5050500"), names("partner_saw_kicks")
    ),
    "sleepy after eight hours": Made(
        CLINICIAN, "q" * 14, said(daytime_sleepiness="6706770"), names("daytime_sleepiness")
    ),
    "kicks on most nights": Made(CLINICIAN, "kkqkkkkkkqkkkk", named=names("kicks")),
    "flagged jerks on most nights": Made(CLINICIAN, "JJJJqJJJJJJqJJ", named=names("jerks")),
    "two jerks on most nights, never flagged": Made(CLINICIAN, "2q22q2222q22q2", named=names("several_jerks")),
    "jerks that no one has reviewed": Made(CLINICIAN, "J" * 8 + "q" * 6, named=names("several_jerks")),
    "a child above five": Made(CLINICIAN, "c" * 10, threshold=5.0, named=names("kicks")),
    # Pairs, mixed, and words that contradict each other.
    "kicks and sleepy": Made(
        CLINICIAN, "kkkkqkkkkkkkqk", said(daytime_sleepiness="6666000"), names("kicks", "daytime_sleepiness")
    ),
    "urge and awake kicks": Made(CLINICIAN, "rrqrrqrrqq", said(urge_to_move="5506500"), names("urge_to_move")),
    "urge and pain": Made(
        CLINICIAN, "q" * 7, said(urge_to_move="5550500", leg_pain="3300000"), names("urge_to_move", "leg_pain")
    ),
    "weak kicks and pain once": Made(CLINICIAN, "kqqkqqkqqk", said(leg_pain="0000300"), names("kicks", "leg_pain")),
    "pain once and tingling once": Made(
        CLINICIAN, "q" * 14, said(leg_pain="0000300", tingling="0200000"), names("leg_pain", "tingling")
    ),
    "says no and yes of the same": Made(CLINICIAN, "q" * 14, said(urge_to_move="0808080"), names("urge_to_move")),
    "urge, and nights in doubt": Made(CLINICIAN, "?" * 10, said(urge_to_move="4400440"), names("urge_to_move")),
    "urge after two nights": Made(CLINICIAN, "qq", {"urge_to_move": "333"}, names("urge_to_move")),
    "urge and no nights": Made(CLINICIAN, "", {"urge_to_move": "33033"}, names("urge_to_move")),
    "some dismissed, most not": Made(CLINICIAN, "kkpkkkkkkqkkkkkk", named=names("kicks")),
    # What cannot be told yet.
    "six nights": Made(OPEN, "qqqqqq", nights_missing=1, answers_missing=names()),
    "three nights, no word": Made(OPEN, "qqq", {}, nights_missing=4, answers_missing=names(*QUESTIONS)),
    "never asked of pain": Made(
        OPEN, "q" * 14, unsaid("leg_pain"), nights_missing=0, answers_missing=names("leg_pain")
    ),
    "asked of tingling alone": Made(
        OPEN, "q" * 14, unsaid("numbness", "weakness"), nights_missing=0, answers_missing=names("numbness", "weakness")
    ),
    "asked on two days": Made(
        OPEN, "q" * 14, dict.fromkeys(QUESTIONS, "00"), nights_missing=0, answers_missing=names(*QUESTIONS)
    ),
    # Of the newest fourteen nights more must be judged than in doubt: what was mended lately counts.
    "nights in doubt": Made(OPEN, "?" * 14, nights_missing=8, answers_missing=names()),
    "half of the nights in doubt": Made(OPEN, "q?" * 7, nights_missing=2, answers_missing=names()),
    "nights that cannot be assessed": Made(OPEN, "xxqxxqxxqxxqxx", nights_missing=3, answers_missing=names()),
    "a child whose nights do not resolve it": Made(OPEN, "e" * 10, threshold=5.0),
    "pain on one day": Made(OPEN, "q" * 14, said(leg_pain="0000300")),
    "an urge once, against ten times no": Made(OPEN, "q" * 14, said(urge_to_move="00000800000")),
    "kicks on half of the nights": Made(OPEN, "kqkqkqkqkq"),
    "sleepy after short nights": Made(OPEN, "q" * 14, said(daytime_sleepiness="6706770"), in_bed_h=5.5),
    "three nights with jerks": Made(OPEN, "JJJ", nights_missing=4),
    "two flagged nights of three": Made(OPEN, "kkq"),
}
