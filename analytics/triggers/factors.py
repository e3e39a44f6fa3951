"""Factors of the journal: what each column says of a day, as one question with two sides.

Decides how a column is split. The outcome has no part in it, so that no split is chosen for what it shows. A day on
which nothing was noted is on neither side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median

from analytics.journal.cells import IN_A_WORD
from analytics.journal.fields import FIELDS
from analytics.journal.marked import CHANGE
from analytics.journal.order import DAY_TURNS_MIN, since_turn_min
from analytics.said import JournalEntry

#: A side with fewer nights has no answer (journal.md of the design; own).
LEAST_NIGHTS = 5
#: What the journal says of sleep itself and of symptoms goes with a night, and is nothing that a person does. How long
#: one slept the night before is a factor. Names of before journals had a list of fields are among them.
NO_FACTORS = frozenset({
    *(field.name for field in FIELDS if field.part != "matters" and field.name != "hours_slept_before"),
    "notes", CHANGE, "quality", "into_bed", "final_waking", "jerks_felt", "pain", "by_day", "sleepy_by_day",
})  # fmt: skip
#: Endings of names that are units, and how people write them.
_UNITS = {"mg": "mg", "ml": "ml", "min": "min", "h": "h", "g": "g", "c": "°C", "units": "units", "cups": "cups"}
#: Of these there is more or less of a thing: 1 unit of alcohol. Others are its height: a room of 20 °C.
_AMOUNTS_OF = frozenset(_UNITS.values()) - {"°C"}


@dataclass(frozen=True, slots=True)
class Factor:
    """One column of the journal with its two sides.

    Attributes
    ----------
    name : str
        As the journal has it.
    words : str
        What the side with it is, for "nights after {words}".
    days : mapping of date to bool
        Days on which it was noted, and on which side each is.
    """

    name: str
    words: str
    days: Mapping[date, bool]

    @property
    def varies(self) -> bool:
        """Whether both sides have days."""
        return len(set(self.days.values())) > 1


def factors_of(entries: Iterable[JournalEntry]) -> tuple[Factor, ...]:
    """Every factor of one person's journal, by name; free words are none.

    Parameters
    ----------
    entries : iterable of JournalEntry
        Of one person.
    """
    noted: dict[str, dict[date, JournalEntry]] = {}
    for entry in entries:
        if entry.kind not in NO_FACTORS and (entry.value is not None or entry.text):
            noted.setdefault(entry.kind, {})[entry.day] = entry
    found = (_factor(kind, days) for kind, days in sorted(noted.items()))
    return tuple(factor for factor in found if factor is not None)


def _factor(kind: str, noted: Mapping[date, JournalEntry]) -> Factor | None:
    said = {day: IN_A_WORD.get((entry.text or "").strip().casefold(), entry.value) for day, entry in noted.items()}
    amounts = {day: value for day, value in said.items() if value is not None}
    if amounts:
        return _of_amounts(kind, amounts)
    clocks = {day: minutes for day, entry in noted.items() if (minutes := _minutes(entry.text)) is not None}
    if not clocks:
        return None
    middle = median(clocks.values())
    late = {day: minutes > middle for day, minutes in clocks.items()}
    clock_min = int(middle + DAY_TURNS_MIN) % 1440
    name = _plain(kind.removesuffix("_at"))
    return Factor(kind, f"{name} later than {clock_min // 60:02}:{clock_min % 60:02}", late)


def _of_amounts(kind: str, amounts: Mapping[date, float]) -> Factor:
    """None against some, where both are common; else more against less than the person's own middle."""
    name, unit = _name_and_unit(kind)
    some = {day: value > 0 for day, value in amounts.items()}
    n_some = sum(some.values())
    if len(set(amounts.values())) == 1:
        return Factor(kind, name, some)
    if min(n_some, len(some) - n_some) >= LEAST_NIGHTS or len(set(amounts.values())) <= 2:
        return Factor(kind, name, some) if 0 < n_some < len(some) else _by_middle(kind, name, unit, amounts)
    return _by_middle(kind, name, unit, amounts)


def _by_middle(kind: str, name: str, unit: str, amounts: Mapping[date, float]) -> Factor:
    middle = median(amounts.values())
    above = {day: value > middle for day, value in amounts.items()}
    if not any(above.values()) and min(amounts.values()) < middle:
        least = min(value for value in amounts.values() if value >= middle)
        amount = f"{_amount(least, unit)} or more"
        words = f"{amount} of {name}" if unit.strip() in _AMOUNTS_OF else f"{name} of {amount}"
        return Factor(kind, words, {day: value >= least for day, value in amounts.items()})
    return Factor(kind, f"{name} above {_amount(middle, unit)}" if any(above.values()) else name, above)


def _amount(value: float, unit: str) -> str:
    """A number with its unit: 1 unit, 2 units, 80 mg."""
    return f"{value:g}{unit.removesuffix('s') if value == 1 else unit}"


def _name_and_unit(kind: str) -> tuple[str, str]:
    name, _, ending = kind.rpartition("_")
    return (_plain(name), f" {_UNITS[ending]}") if name and ending in _UNITS else (_plain(kind), "")


def _plain(kind: str) -> str:
    return kind.replace("_", " ")


def _minutes(text: str | None) -> int | None:
    return since_turn_min((text or "").replace(".", ":"))
