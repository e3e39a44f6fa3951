"""Who slept: age, sex and medication, where they bear on leg movements.

Decides by which age group's threshold a night is judged: the person's own on that evening, and where that is not known
the one of the settings. What is said here is about a person and not about a database: it stands under a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from typing import Literal, cast, get_args

from analytics.criteria import AgeGroup, Criteria
from analytics.journal.cells import written_day
from analytics.medication import MEDICINES, kind_of
from ingest.errors import UsageError

Sex = Literal["female", "male", "other"]
#: Who said it: the settings, whose word is read anew each time, or a command, whose word stays.
SaidBy = Literal["settings", "command"]
#: Age of majority; ICSD-3-TR tells children from adults and names no age.
ADULT_YEARS = 18
#: Whose nights are where no one is named: a name that tells nothing to other people.
ONESELF = "me"
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of one person; None: not said.

    Attributes
    ----------
    born : str or None
        A year, or a date YYYY-MM-DD. Of a year only: a child until it is sure that the person is none.
    age_group : str or None
        Where no birth is told.
    medication : tuple of str
        Names of `analytics.medication.MEDICINES`.
    """

    born: str | None = None
    age_group: AgeGroup | None = None
    sex: Sex | None = None
    medication: tuple[str, ...] = ()
    said_by: SaidBy = "command"

    def age_group_on(self, evening: date) -> AgeGroup | None:
        """The age group in the night that begins on an evening; None where neither birth nor group was told."""
        if self.born is None:
            return self.age_group
        return "adult" if evening >= _first_adult_day(self.born) else "child"


def person_of(
    *,
    born: str | None = None,
    age_group: str | None = None,
    sex: str | None = None,
    medication: Iterable[str] = (),
    said_by: SaidBy = "command",
) -> Person:
    """Check what was said of a person.

    Raises
    ------
    UsageError
        A value makes no sense. It does not repeat it: what is said of a person is masked.
    """
    if born is not None:
        if age_group is not None:
            raise UsageError("born and age_group are both said", hint="say one of them")
        born = _as_kept(born)
        _refuse_future(born)
    for name, said, known in (("age_group", age_group, get_args(AgeGroup)), ("sex", sex, get_args(Sex))):
        if said is not None and said not in known:
            raise UsageError(f"{name} is none of {', '.join(known)}", hint="correct it")
    kinds = tuple(dict.fromkeys(medication))
    if unknown := next((kind for kind in kinds if kind not in MEDICINES), None):
        raise UsageError("a kind of medication is not known", hint=_meant(unknown))
    return Person(born, cast("AgeGroup | None", age_group), cast("Sex | None", sex), kinds, said_by)


def in_force(subject: str, kept: Person | None, settled: Mapping[str, Person] | None) -> Person | None:
    """Whose word on a person counts: that of the settings, then that of a command.

    Parameters
    ----------
    kept : Person or None
        As the database has it; what it once took from the settings is no longer true where they do not say it now.
    settled : mapping of str to Person, or None
        As the settings have it; None: they are not at hand, and the database counts.
    """
    if settled is None:
        return kept
    return settled.get(subject) or (kept if kept is not None and kept.said_by == "command" else None)


def judged_by(criteria: Criteria, person: Person | None, evening: date) -> Criteria:
    """The thresholds by which a night of a person is judged: the given ones, with the age group she had then."""
    group = None if person is None else person.age_group_on(evening)
    return criteria if group is None else criteria.of_age(group)


def _meant(unknown: str) -> str:
    """What to write instead; a name that is merely a little like a kind is no reason to suggest that kind."""
    if (kind := kind_of(unknown)) is not None:
        return f"it is {MEDICINES[kind].called}: write {kind}"
    close = get_close_matches(unknown, MEDICINES, n=1, cutoff=0.75)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(MEDICINES)}"


def _refuse_future(born: str) -> None:
    today = datetime.now().astimezone().date().isoformat()
    if born > today[: len(born)]:
        raise UsageError("born is in the future", hint="like 2012 or 2012-05-17")


def _as_kept(born: str) -> str:
    """A year, or a date as YYYY-MM-DD however it was written; 18 years later there must be a year too."""
    year = int(born) if _YEAR.fullmatch(born) else None
    day = written_day(born) if year is None else date(max(year, 1), 1, 1)
    if day is None or not date.min.year <= day.year <= date.max.year - ADULT_YEARS - 1 or year == 0:
        raise UsageError("born is no year and no date", hint="like 2012 or 2012-05-17")
    return born if year is not None else day.isoformat()


def _first_adult_day(born: str) -> date:
    if _YEAR.fullmatch(born):
        return date(int(born) + ADULT_YEARS + 1, 1, 1)
    on = date.fromisoformat(born)
    leap = (on.month, on.day) == (2, 29)
    return date(on.year + ADULT_YEARS, 3, 1) if leap else on.replace(year=on.year + ADULT_YEARS)
