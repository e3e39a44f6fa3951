"""The fields of the journal: name, type, bounds and words, of which this module is the only owner.

Sleep as the Consensus Sleep Diary asks for it (Carney 2012, PMC3250369), what might matter, and what was felt. The
template, import, export, ``nightkick journal describe`` and the page all go by this list. A name that is not in it is
a factor of the person's own, which has no bounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

#: What a field holds: a time of the clock, an amount, a whole number, a strength, or words.
FieldKind = Literal["clock", "amount", "count", "scale", "words"]
Part = Literal["sleep", "matters", "felt", "words"]

LIGHTS_OFF, GOT_UP, URGE, NOTE = "lights_off", "got_up", "urge_to_move", "note"
FELL_ASLEEP, LATENCY, AWAKENINGS, AWAKE = "fell_asleep_at", "minutes_to_fall_asleep", "n_awakenings", "minutes_awake"
#: What a person writes of a bed partner that was not there.
ALONE = "alone"
INTO_BED, WOKE = "into_bed_at", "woke_at"
#: Words beyond this are no note of a day. Own.
LONGEST_WORDS = 20_000
#: So alike, a name that is no field is a field's misspelt. Own: numb finds numbness, tea and weight find none.
_ALIKE = 0.75
#: What may be the name of a factor of the person's own.
OWN_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
#: What a row is about: no factors.
KEYS = ("date", "subject")

PARTS: Mapping[Part, str] = {
    "sleep": "Sleep",
    "matters": "What might matter",
    "felt": "How it was",
    "words": "In words",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that the journal asks.

    Attributes
    ----------
    says : str
        What it is called on the page.
    unit : str
        Of an amount or count, as a person may write it behind the number.
    low, high : float
        The least and the most that is believed. What is more is in another unit, or another column.
    in_a_word : bool
        Whether yes and no are taken: as 1, the least that counts, and 0.
    word : str
        A word that it takes in place of a number; empty for none.
    asked : str
        More on what is meant; empty where the name says it.
    """

    name: str
    part: Part
    kind: FieldKind
    says: str
    unit: str = ""
    low: float = 0
    high: float = 10
    in_a_word: bool = False
    word: str = ""
    asked: str = ""

    @property
    def bounds(self) -> str:
        """What it takes, in words."""
        if self.kind == "clock":
            return "clock time: 22:40, 10:40 pm, 2240"
        if self.kind == "words":
            return f"words, at most {LONGEST_WORDS} characters"
        if self.kind == "scale":
            words = ", or yes and no" * self.in_a_word + f", or {self.word}" * bool(self.word)
            return f"{self.low:g} to {self.high:g}{words}"
        whole = "whole number" if self.kind == "count" else "number"
        return f"{whole}{f' ({self.unit})' if self.unit else ''} from {self.low:g} to {self.high:g}"


def _clock(name: str, part: Part, says: str, asked: str = "") -> Field:
    return Field(name, part, "clock", says, asked=asked)


def _amount(name: str, part: Part, says: str, unit: str, high: float, low: float = 0) -> Field:
    return Field(name, part, "amount", says, unit, low, high)


def _felt(name: str, says: str, *, in_a_word: bool = True, word: str = "") -> Field:
    return Field(name, "felt", "scale", says, in_a_word=in_a_word, word=word, asked="0 none, 10 as bad as it can be")


#: In the order of template, export and page. The upper bounds are our own: far beyond what people report.
FIELDS: tuple[Field, ...] = (
    _clock(INTO_BED, "sleep", "into bed"),
    _clock(LIGHTS_OFF, "sleep", "lights off", "tried to sleep"),
    _amount(LATENCY, "sleep", "asleep after", "min", 600),
    _clock(FELL_ASLEEP, "sleep", "fell asleep", "where a time is known rather than minutes"),
    Field(AWAKENINGS, "sleep", "count", "times awake", high=60, asked="the last waking not counted"),
    Field(
        AWAKE, "sleep", "amount", "awake in all", "min", 0, 600, asked="after falling asleep, before the last waking"
    ),
    _clock(WOKE, "sleep", "woke for good"),
    _clock(GOT_UP, "sleep", "got up"),
    Field("sleep_quality", "sleep", "scale", "slept", low=1, high=5, asked="1 badly, 5 very well"),
    _amount("hours_slept_before", "sleep", "slept the night before", "h", 24),
    _amount("caffeine_mg", "matters", "caffeine", "mg", 2000),
    _amount("caffeine_cups", "matters", "coffee, tea, cola", "cups", 30),
    _clock("last_caffeine_at", "matters", "last caffeine"),
    _amount("alcohol_units", "matters", "alcohol", "glasses", 50),
    _clock("last_alcohol_at", "matters", "last alcohol"),
    _amount("nicotine_units", "matters", "nicotine", "cigarettes", 100),
    _amount("exercise_min", "matters", "exercise", "min", 1440),
    Field("exercise_intensity", "matters", "scale", "exercise, how hard", asked="0 none, 10 as hard as can be"),
    _clock("exercise_until", "matters", "exercise until"),
    Field("stress", "matters", "scale", "stress", asked="0 none, 10 as bad as it can be"),
    _clock("work_until", "matters", "work until"),
    _clock("screens_until", "matters", "screens until"),
    _clock("last_meal_at", "matters", "last meal"),
    _amount("water_l", "matters", "water", "l", 15),
    _amount("nap_min", "matters", "naps", "min", 1440),
    _amount("room_c", "matters", "bedroom", "°C", 45, -10),
    _amount("magnesium_mg", "matters", "magnesium", "mg", 3000),
    _amount("potassium_mg", "matters", "potassium", "mg", 10_000),
    _amount("calcium_mg", "matters", "calcium", "mg", 5000),
    _amount("iron_mg", "matters", "iron", "mg", 1000),
    Field("supplements", "matters", "words", "other supplements"),
    Field("medicines", "matters", "words", "medicines", asked="for mood, allergies or nerves above all: they matter"),
    _felt("jerk_felt", "jerk felt"),
    _clock("jerk_felt_at", "felt", "jerk felt at"),
    _felt("woken_by_jerk", "woken by it"),
    _felt(URGE, "urge to move"),
    _felt("relieved_by_moving", "relieved by moving"),
    _felt("leg_pain", "pain in the legs"),
    _felt("soreness", "soreness"),
    _felt("tingling", "tingling"),
    _felt("numbness", "numbness"),
    _felt("weakness", "weakness"),
    _felt("other_limbs", "other limbs"),
    _felt("daytime_jerks", "jerks by day"),
    _felt("daytime_sleepiness", "sleepy by day", in_a_word=False),
    _felt("partner_saw_kicks", "partner saw kicks", word=ALONE),
    Field(NOTE, "words", "words", "note"),
)
BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}
#: The heading of an empty journal.
TEMPLATE = ("date", *BY_NAME)


def says_of(kind: str) -> str:
    """What a kind is called on a page; one of the person's own by its name."""
    return BY_NAME[kind].says if kind in BY_NAME else kind.replace("_", " ")


def place_of(kind: str) -> tuple[int, str]:
    """Where a kind stands among others: the known ones in their order, then those of the person's own by name."""
    return (list(BY_NAME).index(kind) if kind in BY_NAME else len(BY_NAME)), kind


def misspelt(names: Iterable[str]) -> dict[str, str]:
    """Names that are no field and look like one, each with that field: their answers would count as a factor alone."""
    found = {name: _meant(name) for name in names if name not in TEMPLATE}
    return {name: field for name, field in found.items() if field is not None}


def _meant(name: str) -> str | None:
    """The field whose name has all words of this one, such as leg_pain of pain, or is nearly the same."""
    words = set(name.split("_"))
    whole = next((field for field in BY_NAME if words <= set(field.split("_"))), None)
    return whole or next(iter(get_close_matches(name, BY_NAME, n=1, cutoff=_ALIKE)), None)
