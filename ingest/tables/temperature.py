"""Which column of a table is the sensor's temperature, and in which unit.

Found by its name, as the axes are. One column may be left, after those of the room or the battery; two are as good as
none, because half a night at the wrong one looks like a night in bed. The unit is what the name states; where it states
none the values tell: a sensor that is worn or lies in a room shows 10 to 45 degrees C, which is 50 to 113 F.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import polars as pl

from ingest.quoting import listed, quoted
from ingest.tables.column_words import OTHER_TEMPERATURES, STATISTICS, TEMPERATURE_WORDS, TIME_WORDS
from ingest.tables.timestamps import finite_numbers

#: In what case and with what decoration a unit may stand: ``°C``, ``deg. C``, ``(C)``, ``_f``, ``Celsius``.
_UNIT = re.compile(r"(?:°|º|deg(?:rees?)?)?[\s._]*(c|f|k|celsius|fahrenheit|kelvin)")
_WORD = re.compile(r"[^A-Za-zÀ-ÿ0-9°º]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
#: The highest median that is taken for degrees C, and for F, where no unit is named.
_WARMEST_C, _WARMEST_F = 45.0, 113.0
_ZERO_C_IN_K = 273.15


@dataclass(frozen=True, slots=True)
class TemperatureColumn:
    """Where the column is, and how a value becomes degrees C: ``(value - zero) * degrees``."""

    position: int
    zero: float = 0.0
    degrees: float = 1.0

    def celsius(self, column: pl.Expr) -> pl.Expr:
        """The column in degrees C."""
        return (column - self.zero) * self.degrees


_SCALES = {"c": (0.0, 1.0), "f": (32.0, 5 / 9), "k": (_ZERO_C_IN_K, 1.0)}


def find_temperature(
    names: Sequence[str], samples: Sequence[Sequence[str]], *, taken: Sequence[int] = ()
) -> tuple[TemperatureColumn | None, tuple[str, ...]]:
    """The column of the sensor's temperature, and what has to be said where none of several can be used.

    Parameters
    ----------
    samples : sequence of sequence of str
        For every column, values from all over the file.
    taken : sequence of int
        Columns that are time or axes.
    """
    found = [i for i, name in enumerate(names) if i not in taken and _is_temperature(name)]
    with_numbers = [i for i in found if finite_numbers(samples[i])]
    if not with_numbers:
        return None, ()
    if len(with_numbers) > 1:
        shown = listed((names[i] for i in with_numbers), 4, word=" and ")
        return None, (f"no temperature was read, because several columns may be it: {shown}",)
    position = with_numbers[0]
    usual = median(finite_numbers(samples[position]))
    unit = _unit(names[position]) or _plausible_unit(usual)
    if unit is None:
        name = quoted(names[position])
        return None, (f"no temperature was read: {name} names no unit, and around {usual:g} it is neither C nor F",)
    return TemperatureColumn(position, *_SCALES[unit]), ()


def _is_temperature(name: str) -> bool:
    words = set(_words(name))
    others = OTHER_TEMPERATURES | STATISTICS | TIME_WORDS - {"t"}
    return bool(words & TEMPERATURE_WORDS) and not words & others


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.split(_CAMEL.sub(" ", name)) if word]


def _unit(name: str) -> str | None:
    """The first letter of the unit that stands at the end of a name, in brackets or as its last words."""
    found = re.findall(r"[(\[{]([^)\]}]*)[)\]}]", name)
    words = _words(name)
    candidates = [*(text.strip().lower() for text in found), *words[-1:], " ".join(words[-2:])]
    matches = [match for text in candidates if (match := _UNIT.fullmatch(text))]
    return matches[0].group(1)[0] if matches else None


def _plausible_unit(usual: float) -> str | None:
    if usual <= _WARMEST_C:
        return "c"
    return "f" if usual <= _WARMEST_F else None
