"""The signs that send people to a clinician, each with what was measured or written down.

Nothing here diagnoses. What cannot be seen by a sensor is asked in the journal; what was not asked is not known, and
never "no". Each sign says how much speaks for it: `SignEvidence` of nights and of days, met or weaker. What they
amount to together is decided in `analytics.over_nights.answer`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

import numpy as np

from analytics.flag import FlagName
from analytics.journal.fields import ALONE
from analytics.nights.how_many import FEW_NIGHTS
from analytics.nights.patterns import NightFacts, Pattern, Patterns, PatternState
from analytics.phrases import counted, told_nights_words
from analytics.said import JournalEntry
from analytics.words import EVIDENCE, FLAGS

#: Nights in bed this long, and sleepy all the same.
ENOUGH_IN_BED_H = 7.0
#: Symptoms are noted from 0 to 10; the middle of the scale is more than a trifle.
SLEEPY_FROM = 5.0
#: Written down on so many days, a symptom is no single bad day; on so many nights, a flag no single bad night. Own.
SEVERAL_DAYS = SEVERAL_NIGHTS = 2
#: "Several a night, consistently": so many jerks on most of the newest nights, and from how many nights on that is
#: said. Own, after the source text.
SEVERAL_JERKS, RECENT_NIGHTS, ENOUGH_NIGHTS = 2, 14, 7
#: What `SignEvidence` of so many is called: a flag of a night takes more (`analytics.criteria`), and is ``jerks``.
SEVERAL = "several_jerks"

SignState = Literal["seen", "not seen", "not known"]
SignKey = Literal[
    "jerks", "kicks", "urge_to_move", "leg_pain", "daytime_sleepiness", "tingling", "other_limbs", "daytime_jerks"
]
#: What the sensor measures of a sign, by the flag over nights that tells it.
MEASURED: Mapping[str, FlagName] = {"kicks": "possible_plmd", "jerks": "frequent_hypnic_jerks", "rls": "possible_rls"}


@dataclass(frozen=True, slots=True)
class SignEvidence:
    """On how many nights or days a sign was there.

    Attributes
    ----------
    what : str
        ``kicks``, ``jerks`` or ``rls`` of flagged nights, `SEVERAL` of nights with so many jerks, the first question
        of a sign of days.
    is_met : bool
        Whether that is enough by itself; if not, it counts beside another.
    """

    what: str
    unit: Literal["nights", "days"]
    n: int
    of: int
    is_met: bool


def evidence_words(evidence: Sequence[SignEvidence], n_nights: int, n_jerks_told: int) -> str:
    """What was there, on how many nights or days, and of which; of which once, where it is the same of all.

    Parameters
    ----------
    evidence : sequence of SignEvidence
        At least one.
    n_nights, n_jerks_told : int
        All nights, and those on which jerks could be told.
    """
    there = [f"{EVIDENCE[one.what]} on {one.n}" for one in evidence]
    of = [_of_which(one, n_nights, n_jerks_told) for one in evidence]
    if len(set(of)) == 1:
        return f"{', and '.join(there)} of {of[0]}"
    return ", and ".join(f"{each} of {which}" for each, which in zip(there, of, strict=True))


def _of_which(one: SignEvidence, n_nights: int, n_jerks_told: int) -> str:
    if one.unit == "days":
        return counted(one.of, "day")
    told = n_jerks_told if one.what in ("jerks", SEVERAL) else one.of
    return told_nights_words(max(told, one.of), n_nights, newest=one.of)


@dataclass(frozen=True, slots=True)
class Sign:
    """One reason to see a clinician, and whether it was seen here.

    Attributes
    ----------
    says : str
        A sentence for people, with the numbers in it.
    evidence : tuple of SignEvidence
        What speaks for it; empty where nothing does.
    answered : mapping of str to int
        Of each question of the journal that asks for it, on how many days it was answered.
    """

    name: str
    state: SignState
    says: str
    key: SignKey
    evidence: tuple[SignEvidence, ...] = ()
    answered: Mapping[str, int] = field(default_factory=dict)


def clinician_signs(
    nights: Sequence[NightFacts], patterns: Patterns, journal: Sequence[JournalEntry]
) -> tuple[Sign, ...]:
    """The signs that send people to a clinician, each with what was measured or written down.

    Parameters
    ----------
    nights : sequence of NightFacts
        Of one person, by date.
    patterns : mapping of FlagName to Pattern
        What is said of the same nights.
    journal : sequence of JournalEntry
        The same person's; symptoms as numbers from 0 (none) to 10.
    """
    noted = _Noted(journal)
    return (
        _jerks(nights, patterns),
        _partner(nights, patterns, noted),
        _urge(nights, patterns, noted),
        noted.sign("leg_pain", "pain in the legs", "leg_pain"),
        _sleepy(nights, noted),
        noted.sign("tingling", "tingling, numbness or weakness", "tingling", "numbness", "weakness"),
        noted.sign("other_limbs", "jerks beyond one limb", "other_limbs"),
        noted.sign("daytime_jerks", "jerks in the daytime", "daytime_jerks"),
    )


class _Noted:
    """Symptoms by kind: on which days they were written down, and how strong."""

    def __init__(self, journal: Iterable[JournalEntry]) -> None:
        self._values: dict[str, dict[date, float]] = {}
        self.n_alone = 0
        for entry in journal:
            if entry.value is not None:
                self._values.setdefault(entry.kind, {})[entry.day] = entry.value
            elif entry.kind == "partner_saw_kicks" and entry.text == ALONE:
                self.n_alone += 1

    def days(self, *kinds: str, at_least: float = 1.0) -> tuple[int, int]:
        """Days with one of them, and days on which one was asked. A day with two of them is one day."""
        noted = [(day, value) for kind in kinds for day, value in self._values.get(kind, {}).items()]
        return len({day for day, value in noted if value >= at_least}), len({day for day, _ in noted})

    def answered(self, *kinds: str) -> dict[str, int]:
        return {kind: len(self._values.get(kind, ())) for kind in kinds}

    def sign(self, key: SignKey, name: str, *kinds: str) -> Sign:
        seen, days = self.days(*kinds)
        answered = self.answered(*kinds)
        if not days:
            says = f"no sensor can tell; note it in the journal as {' or '.join(kinds)}"
            return Sign(name, "not known", says, key, answered=answered)
        unasked = [kind for kind in kinds if kind not in self._values]
        open_ = f"; {' and '.join(unasked)} not" if unasked and not seen else ""
        says = f"written down on {seen} of {counted(days, 'day')}{open_}"
        return Sign(name, "seen" if seen else "not seen", says, key, _of_days(kinds[0], seen, days), answered)


def _of_days(question: str, seen: int, days: int) -> tuple[SignEvidence, ...]:
    return (SignEvidence(question, "days", seen, days, is_met=seen >= SEVERAL_DAYS),) if seen else ()


_SIGN_OF: Mapping[PatternState, SignState] = {
    "pattern": "seen",
    "no_pattern": "not seen",
    "cannot_tell_yet": "not known",
}


def _measured(key: SignKey, name: str, nights: Sequence[NightFacts], patterns: Patterns) -> Sign:
    """Not known where a pattern cannot be told yet."""
    found = patterns.get(MEASURED[key], Pattern())
    if not found.n_able:
        return Sign(name, "not known", "it could not be told on any night", key)
    few = ("; one night is few" if found.n_able == 1 else "; these are few nights") if found.n_able < FEW_NIGHTS else ""
    says = f"on {found.n_raised} of {told_nights_words(found.n_able, len(nights))}, {found.says}{few}"
    return Sign(name, _SIGN_OF[found.state], says, key, _of_nights(key, found))


def _of_nights(what: str, found: Pattern) -> tuple[SignEvidence, ...]:
    """A pattern is enough; some raised nights that may be one or not count beside another sign."""
    if found.state == "no_pattern" or (found.state != "pattern" and found.n_raised < SEVERAL_NIGHTS):
        return ()
    return (SignEvidence(what, "nights", found.n_raised, found.n_able, is_met=found.state == "pattern"),)


def _jerks(nights: Sequence[NightFacts], patterns: Patterns) -> Sign:
    """A flag takes more jerks a night than "several"; so many on most of the newest nights are a sign without it."""
    flagged = _flagged_for_jerks(nights, patterns)
    told = [night for night in nights if night.jerks_told]
    newest = told[-RECENT_NIGHTS:]
    several = sum(night.n_jerks >= SEVERAL_JERKS for night in newest)
    if flagged.state == "seen" or 2 * several <= len(newest) or several < SEVERAL_NIGHTS:
        return flagged
    is_met = len(newest) >= ENOUGH_NIGHTS
    of = told_nights_words(len(told), len(nights), newest=len(newest))
    return replace(
        flagged,
        state="seen" if is_met else "not known",
        says=f"{EVIDENCE[SEVERAL]} on {several} of {of}; {flagged.says}",
        evidence=(SignEvidence(SEVERAL, "nights", several, len(newest), is_met=is_met),),
    )


def _flagged_for_jerks(nights: Sequence[NightFacts], patterns: Patterns) -> Sign:
    """What the flag says, by its name where it could be told: it takes more jerks than `SEVERAL_JERKS`."""
    found = _measured("jerks", "several jerks a night, night after night", nights, patterns)
    is_told = patterns.get(MEASURED["jerks"], Pattern()).n_able > 0
    return replace(found, says=f"{FLAGS[MEASURED['jerks']]} {found.says}") if is_told else found


def _partner(nights: Sequence[NightFacts], patterns: Patterns, noted: _Noted) -> Sign:
    """Kicks that the sensor counts are seen; that it counts none does not answer for a partner who was not asked."""
    kind = "partner_saw_kicks"
    seen, days = noted.days(kind)
    measured = _measured("kicks", "regular kicks, measured or seen by a bed partner", nights, patterns)
    evidence = (*measured.evidence, *_of_days(kind, seen, days))
    measured = replace(measured, evidence=evidence, answered={kind: days + noted.n_alone})
    beside = f"{FLAGS['possible_plmd']} {measured.says}"
    if days:
        state: SignState = "seen" if seen or measured.state == "seen" else "not seen"
        return replace(measured, state=state, says=f"a partner saw kicks on {seen} of {counted(days, 'day')}; {beside}")
    if noted.n_alone:
        return replace(measured, says=f"no one lay beside; {beside}")
    unasked = f"; a bed partner was not asked: note in the journal whether one sees some, as {kind}, or there: {ALONE}"
    state = "seen" if measured.state == "seen" else "not known"
    return replace(measured, state=state, says=beside + unasked)


def _urge(nights: Sequence[NightFacts], patterns: Patterns, noted: _Noted) -> Sign:
    written = noted.sign("urge_to_move", "an urge to move the legs", "urge_to_move")
    found = patterns.get(MEASURED["rls"], Pattern())
    on = f"{found.n_raised} of {told_nights_words(found.n_able, len(nights))}"
    beside = f"; beside regular kicks awake on {on}" if found.n_able else ""
    return replace(written, says=written.says + beside, evidence=(*written.evidence, *_awake(found, written)))


def _awake(found: Pattern, written: Sign) -> tuple[SignEvidence, ...]:
    """Movements awake are flagged on nights with an urge alone: weaker than a pattern, they say what the urge says."""
    if found.state == "pattern" or (found.n_raised and not written.evidence):
        return (SignEvidence("rls", "nights", found.n_raised, found.n_able, is_met=found.state == "pattern"),)
    return ()


def _sleepy(nights: Sequence[NightFacts], noted: _Noted) -> Sign:
    """Sleepy on most days counts; in short nights it may come from these, and so is not enough."""
    kind: SignKey = "daytime_sleepiness"
    name = "sleepy by day despite enough time in bed"
    sleepy, days = noted.days(kind, at_least=SLEEPY_FROM)
    asked = noted.sign(kind, name, kind)
    if not days:
        return asked
    in_bed = [night.in_bed_h for night in nights if night.in_bed_h is not None]
    median_h = float(np.median(in_bed)) if in_bed else None
    is_often = 2 * sleepy >= days
    is_long = median_h is not None and median_h >= ENOUGH_IN_BED_H
    is_met = is_long and sleepy >= SEVERAL_DAYS
    evidence = (SignEvidence(kind, "days", sleepy, days, is_met=is_met),) if is_often else ()
    if median_h is None:
        says = f"sleepy on {sleepy} of {days} days; time in bed is not known"
        return replace(asked, state="not known", says=says, evidence=evidence)
    state: SignState = "seen" if is_often and is_long else "not seen"
    says = f"sleepy ({SLEEPY_FROM:g} or more) on {sleepy} of {days} days, {median_h:.1f} h in bed"
    return replace(asked, state=state, says=says, evidence=evidence)
