"""The answer in sentences: one that answers, and three columns behind it. Plain and warm, and never a diagnosis.

Command line, review page and report print these; the words for names are those of `analytics.words`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from analytics.journal.fields import ALONE, BY_NAME, GOT_UP, LIGHTS_OFF
from analytics.nights.patterns import Pattern
from analytics.over_nights.answer import ANSWERED_DAYS, RULE_VERSION, PersonAnswer
from analytics.over_nights.signs import (
    ENOUGH_IN_BED_H,
    MEASURED,
    SEVERAL,
    SEVERAL_DAYS,
    SEVERAL_JERKS,
    SignEvidence,
    evidence_words,
)
from analytics.phrases import MOST_ASKED, counted, interval_words, judged_words, more_nights_words, told_nights_words
from analytics.words import (
    ANSWER_CAVEATS,
    ANSWER_COLUMNS,
    ANSWERS,
    AS_DETECTED,
    AS_REVIEWED,
    BASE_RATE_IN_SHORT,
    EVIDENCE,
    QUESTIONS,
)

#: Named in the one sentence; all others stand below it.
_NAMED = 2
#: Beside the nights that an answer takes.
FLAG_BY_ITSELF = "A flag by itself may take fewer or more."
#: The threshold that `BASE_RATE_IN_SHORT` is about, PLMS per hour of sleep.
_ADULT = 15.0


@dataclass(frozen=True, slots=True)
class Told:
    """An answer in words.

    Attributes
    ----------
    columns : tuple
        Three, each with its title and its sentences.
    """

    says: str
    columns: tuple[tuple[str, tuple[str, ...]], ...]
    caveat: str


def told(answer: PersonAnswer) -> Told:
    """Put an answer into words."""
    columns = {
        "nothing_against_harmless": (_calm, _would_disturb, _unseen),
        "see_a_clinician": (_reasons, _would_settle, _not_meant),
        "cannot_tell_yet": (_lacking, _to_do, _so_far),
    }[answer.name]
    titles = ANSWER_COLUMNS[answer.name]
    return Told(
        says=headline(answer),
        columns=tuple((title, tuple(column(answer))) for title, column in zip(titles, columns, strict=True)),
        caveat=ANSWER_CAVEATS[answer.name],
    )


def headline(answer: PersonAnswer) -> str:
    """The one sentence."""
    said = ANSWERS[answer.name].capitalize()
    if answer.name == "nothing_against_harmless":
        return f"{said}."
    return (
        f"{said}: {_on(answer, *answer.evidence[:_NAMED]) if answer.name == 'see_a_clinician' else _missing(answer)}."
    )


def as_plain(subject: str, answer: PersonAnswer) -> dict[str, Any]:
    """The answer and its words as programs and the page read them."""
    words = told(answer)
    reasons, would_change, cannot_see = (list(lines) for _, lines in words.columns)
    return {
        "subject": subject,
        "answer": answer.name,
        "says": words.says,
        "reasons": reasons,
        "would_change": would_change,
        "cannot_see": cannot_see,
        "titles": [title for title, _ in words.columns],
        "caveat": words.caveat,
        "about": about(answer),
        "missing": {
            "nights": answer.missing.nights,
            "answers": [
                {"question": name, "says": QUESTIONS[name], "more_days": days}
                for name, days in answer.missing.answers.items()
            ],
        },
        "evidence": [asdict(one) for one in answer.evidence],
        "n_nights": answer.n_nights,
        "n_judged": answer.n_judged,
        "n_in_doubt": answer.n_in_doubt,
        "n_not_assessable": answer.n_not_assessable,
        "n_dismissed": answer.n_dismissed,
        "first_night": None if answer.first is None else answer.first.isoformat(),
        "last_night": None if answer.last is None else answer.last.isoformat(),
        "rule_version": RULE_VERSION,
    }


def about(answer: PersonAnswer) -> str:
    """What an answer stands on, in a line."""
    if answer.first is None:
        return "no nights, the journal alone"
    span = f"{answer.first}" if answer.first == answer.last else f"{answer.first} to {answer.last}"
    legs = ", one leg" if _one_leg(answer) else ""
    return f"{judged_words(answer.n_judged, answer.n_nights)}, {span}{legs}, nights {AS_REVIEWED}"


def _on(answer: PersonAnswer, *evidence: SignEvidence) -> str:
    return evidence_words(evidence, answer.n_nights, answer.n_jerks_told)


def _missing(answer: PersonAnswer) -> str:
    nights, n_answers = answer.missing.nights, len(answer.missing.answers)
    parts = [more_nights_words(nights)] * (nights > 0) + [f"{counted(n_answers, 'answer')}"] * (n_answers > 0)
    if parts:
        return f"{' and '.join(parts)} {'is' if nights + n_answers == 1 else 'are'} missing"
    if answer.evidence:
        return f"{_on(answer, answer.evidence[0])}, {_between(answer.evidence[0])}"
    return "the nights lie so near the threshold that more may not decide"


def _between(one: SignEvidence) -> str:
    """Why something is no sign yet, and not none."""
    if one.what == "daytime_sleepiness":
        return "which short nights may explain"
    return "which alone is no sign" if one.unit == "days" else "neither few nor most"


def _calm(answer: PersonAnswer) -> Iterator[str]:
    n, of = answer.n_jerk_nights, answer.n_jerks_told
    jerks = f"Jerks while falling asleep came on {n} of {_told_of(answer, of)}"
    yield f"{jerks}, and not {SEVERAL_JERKS} or more on most of them."
    yield from _index(answer)
    yield f"{answer.n_questions} questions about signs, each answered on {ANSWERED_DAYS} days or more: none came up."


def _index(answer: PersonAnswer) -> Iterator[str]:
    found = answer.patterns.get("possible_plmd", Pattern())
    if found.mean_index is None or found.threshold is None:
        return
    span = interval_words(found.mean_index_low, found.mean_index_high).replace("(", "(95 %: ", 1)
    raised = f"more than {found.threshold:g} on {found.n_raised or 'none'} of {_told_of(answer, found.n_able)}"
    yield f"Regular kicks: {found.mean_index:.1f} per hour of sleep on average{span}, {raised}."


def _would_disturb(answer: PersonAnswer) -> Iterator[str]:
    threshold = answer.patterns.get("possible_plmd", Pattern()).threshold
    yield (
        f"One of these on {SEVERAL_DAYS} days or more: pain, tingling, numbness or weakness, an urge to move the legs, "
        "jerks by day or beyond one limb, a partner who sees kicks. Being sleepy on most days."
    )
    yield f"{EVIDENCE[SEVERAL]} on most nights."
    if threshold is not None:
        yield f"More than {threshold:g} regular kicks per hour of sleep, on average over the nights."


def _unseen(answer: PersonAnswer) -> Iterator[str]:
    yield from _limits(answer)
    yield "What does not move the leg, and breathing: neither was measured."


def _limits(answer: PersonAnswer) -> Iterator[str]:
    if _one_leg(answer):
        yield "The other leg: one was measured, so there may be more kicks than these."
    if answer.n_not_assessable:
        yield f"{counted(answer.n_not_assessable, 'night')} of which the recording is too poor to be judged."
    if answer.n_in_doubt:
        yield f"{_in_doubt(answer)}."
    if answer.n_dismissed:
        yield f"{counted(answer.n_dismissed, 'flag')} {AS_DETECTED} that a reviewer dismissed: not counted."


def _in_doubt(answer: PersonAnswer) -> str:
    """On how many nights one of the two could not be told, and which."""
    assessable = answer.n_nights - answer.n_not_assessable
    n_jerks, n_kicks = assessable - answer.n_jerks_told, assessable - answer.n_kicks_told
    n_both = n_jerks + n_kicks - answer.n_in_doubt
    about = {"jerks": n_jerks - n_both, "kicks": n_kicks - n_both, "both": n_both}
    (first, n), *others = ((what, n) for what, n in about.items() if n)
    what = "jerks and kicks" if first == "both" else first
    return ", ".join((f"{counted(n, 'night')} in doubt about {what}", *(f"{n} about {what}" for what, n in others)))


def _reasons(answer: PersonAnswer) -> Iterator[str]:
    for one in answer.evidence:
        index = next(_index(answer), None) if one.what == "kicks" else None
        says = _capital(_on(answer, one)) if index is None else index.removesuffix(".")
        beside = "" if one.is_met else ": little by itself, and more beside the others"
        yield f"{says}{beside}."
    found = answer.patterns.get("possible_plmd", Pattern())
    if found.n_raised and not any(one.what == "kicks" for one in answer.evidence):
        yield from (f"{line.removesuffix('.')}: no sign by itself so far." for line in _index(answer))


def _would_settle(answer: PersonAnswer) -> Iterator[str]:
    if any(one.unit == "nights" for one in answer.evidence):
        so_far = f" ({answer.n_dismissed} so far)" if answer.n_dismissed else ""
        yield f"A look at the flagged nights: what is dismissed as wrong{so_far} no longer counts."
        yield "More nights, if they are calmer than these."
    if any(one.unit == "days" for one in answer.evidence):
        yield "Answers in the journal that were not right: mend them there. They count as they were written."
    if any(one.what in ("kicks", "rls", "partner_saw_kicks") for one in answer.evidence):
        yield "A measurement of breathing: pauses can bring kicks that look the same, and were not measured."


def _not_meant(answer: PersonAnswer) -> Iterator[str]:
    yield "That something is wrong. What was seen has many causes, and most are mild; a clinician can tell them apart."
    found = answer.patterns.get("possible_plmd", Pattern())
    if found.threshold == _ADULT and any(one.what == "kicks" for one in answer.evidence):
        yield BASE_RATE_IN_SHORT
    yield from _limits(answer)


def _lacking(answer: PersonAnswer) -> Iterator[str]:
    if answer.missing.nights:
        had = judged_words(answer.n_judged, answer.n_nights) if answer.n_nights else "none recorded"
        n = answer.missing.nights
        more = f"{'' if n > MOST_ASKED else 'about '}{more_nights_words(n)}"
        needed = f"{'is' if n == 1 else 'are'} needed for the answer as a whole"
        yield f"Nights: {had}; {more} that can be judged {needed}. {FLAG_BY_ITSELF}"
    elif answer.undecided and not answer.evidence:
        yield "Nothing that more nights are sure to bring: those so far lie at the threshold."
    if answer.missing.answers:
        asked = _listed(QUESTIONS[name] for name in answer.missing.answers)
        yield f"Answers: too few days with an answer about {asked}."
    for one in answer.evidence:
        yield f"{_capital(_on(answer, one))}: {_open(one)}."


def _open(one: SignEvidence) -> str:
    if one.what == "daytime_sleepiness":
        return f"it counts where it stays after nights of {ENOUGH_IN_BED_H:g} hours or more in bed"
    if one.unit == "days":
        return f"one day alone is no sign; on {SEVERAL_DAYS} days or more it is worth telling a clinician"
    return "whether that is most nights cannot be told"


def _to_do(answer: PersonAnswer) -> Iterator[str]:
    if answer.missing.nights:
        if answer.missing.nights <= MOST_ASKED:
            yield f"Wear the sensor on about {counted(answer.missing.nights, 'more night')}, on the same leg."
        else:
            more = more_nights_words(answer.missing.nights)
            yield f"An answer takes {more}, so wear the sensor when it suits you, and not every night."
    if answer.missing.answers:
        most = max(answer.missing.answers.values())
        asked = ", ".join(BY_NAME[name].says for name in answer.missing.answers)
        yield f"Write in the journal on {counted(most, 'day')}, 0 (none) to 10: {asked}."
        if "partner_saw_kicks" in answer.missing.answers:
            yield f'With no one beside you, write "{ALONE}" under {BY_NAME["partner_saw_kicks"].says}.'
    if answer.n_in_doubt or any(one.what == "daytime_sleepiness" for one in answer.evidence):
        times = f"{BY_NAME[LIGHTS_OFF].says} and {BY_NAME[GOT_UP].says}"
        yield f"Write down {times}: it settles hours in doubt, and tells the time in bed."
    if any(one.unit == "days" for one in answer.evidence):
        yield "Go on with the journal. An answer over newer days alone: nightkick answer --since."
    if any(one.unit == "nights" for one in answer.evidence):
        yield "Look at the flagged nights, and dismiss what is wrong."


def _so_far(answer: PersonAnswer) -> Iterator[str]:
    if answer.n_jerks_told:
        yield f"Jerks while falling asleep on {answer.n_jerk_nights} of {_told_of(answer, answer.n_jerks_told)}."
    index = tuple(_index(answer))
    yield from index
    told = {one.what for one in answer.evidence}  # above, with what is open of it
    raised = {
        what: f"{EVIDENCE[what]} on {found.n_raised} of {_told_of(answer, found.n_able)}"
        for what, flag in MEASURED.items()
        if what not in told and (found := answer.patterns.get(flag)) and found.n_raised
    }
    # The index tells on how many nights there were kicks.
    if beside := [says for what, says in raised.items() if what != "kicks" or not index]:
        yield f"{_capital(' and '.join(beside))}."
    if not answer.evidence:
        so_far = "What was found on single nights is no sign yet" if raised else "No sign came up so far"
        yield f'{so_far}; that is not the same as a "no".'
    yield from _limits(answer)


def _told_of(answer: PersonAnswer, n: int) -> str:
    return told_nights_words(n, answer.n_nights)


def _one_leg(answer: PersonAnswer) -> bool:
    return bool(answer.legs) and not answer.legs & {"both"}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _listed(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
