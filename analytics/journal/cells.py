"""How what people write in a field of the journal is read: the one reader of cells, for the page and for files.

Times as people write them (22:40, 10:40 pm, 2240, 22h40, 22.40), numbers with a comma or a point, days in the forms
that mean one day only. What can mean two things is refused rather than guessed: 7 as a time, 1,500 as a number,
03/04/2026 as a day. `cell_of` writes what `read` reads back unchanged.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date

from analytics.journal.fields import BY_NAME, LONGEST_WORDS, Field

#: A field's content: a number, or text, or neither where nothing was said.
Content = tuple[float | None, str | None]

_NOTHING: Content = (None, None)
#: What is taken for a number, in a word.
#: Also as European spreadsheets hold them: German, French, Spanish, Italian, Dutch, the Nordic languages.
IN_A_WORD = dict.fromkeys(("yes", "y", "ja", "j", "oui", "sí", "si", "sì"), 1.0) | dict.fromkeys(
    ("no", "n", "nein", "non", "nee", "nej", "nei"), 0.0
)
_CLOCK = re.compile(
    r"(?P<h>\d{1,2}) ?(?:[:.h] ?(?P<m>\d{2})(?::00(?:\.0+)?)?)? ?h? ?(?P<half>[ap]\.? ?m\.?)?(?: ?uhr)?",
    re.ASCII,
)
_DIGITS = re.compile(r"(?P<h>\d{1,2})(?P<m>\d{2}) ?(?P<half>[ap]\.? ?m\.?)?(?: ?(?:h|uhr))?", re.ASCII)
#: A bare hour is a time only where something says so.
_SAYS_HOUR = re.compile(r"[aph]|uhr")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
#: Text of a factor of the person's own that would be read as a number, marked as spreadsheets do.
_NUMBER_LIKE = re.compile(rf"'*(?:{_NUMBER.pattern})", re.ASCII)
_MARKED = re.compile(rf"''*(?:{_NUMBER.pattern})", re.ASCII)
_YEAR_FIRST = re.compile(
    r"(?P<y>\d{4})(?P<by>[-/.])(?P<m>\d{1,2})(?P=by)(?P<d>\d{1,2})(?:[T ]00:00(?::00)?)?", re.ASCII
)
_DAY_FIRST = re.compile(r"(?P<d>\d{1,2})\. ?(?P<m>\d{1,2})\. ?(?P<y>\d{4}|\d{2})", re.ASCII)
#: No journal of a sensor on the leg is older. Own.
_FIRST_YEAR = 1970


class UnreadableError(ValueError):
    """What stands in a cell cannot be read; ``what`` and ``hint`` for people."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"{what} ({hint})")
        self.what = what
        self.hint = hint


def read(kind: str, cell: str | None) -> Content:
    """Read what a person wrote about one thing.

    Raises
    ------
    UnreadableError
    """
    said = _cleaned(cell)
    if not said:
        return _NOTHING
    field = BY_NAME.get(kind)
    if field is None:
        return _own(said)
    if field.kind == "words":
        return None, said
    if field.kind == "clock":
        return None, clock_of(said)
    if field.word and said.casefold() == field.word:
        return None, field.word
    return _amount(field, said), None


def cell_of(kind: str, value: float | None, text: str | None) -> str:
    """Write what `read` reads back as the same."""
    if value is not None:
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return as_words(kind, text or "")


def as_words(kind: str, text: str) -> str:
    """Text as a cell that is read as text, also where it looks like a number and nothing else says what it is."""
    return f"'{text}" if kind not in BY_NAME and _NUMBER_LIKE.fullmatch(text) else text


def clock_of(said: str) -> str:
    """A time of the clock as HH:MM.

    Raises
    ------
    UnreadableError
    """
    plain = " ".join(said.casefold().split())
    match = _CLOCK.fullmatch(plain) or _DIGITS.fullmatch(plain)
    if match is None:
        raise UnreadableError(f"{_shown(said)} is no clock time", "write it like 23:10")
    hour, minute, half = int(match["h"]), int(match["m"] or 0), (match["half"] or "")[:1]
    if match["m"] is None and not _SAYS_HOUR.search(plain):
        raise UnreadableError(f"{_shown(said)} is no clock time", "write 07:00 or 19:00 for the hour alone")
    if minute > 59 or hour > 23 or (half and not 1 <= hour <= 12):
        raise UnreadableError(f"{_shown(said)} is no clock time", "there is no such time; write it like 23:10")
    if half:
        hour = hour % 12 + 12 * (half == "p")
    return f"{hour:02}:{minute:02}"


def written_day(plain: str) -> date | None:
    """The day of 2026-03-02, 2026/03/02 or 02.03.2026, of whatever year; None where it is none of these."""
    if (match := _YEAR_FIRST.fullmatch(plain) or _DAY_FIRST.fullmatch(plain)) is None:
        return None
    try:
        return date(int(match["y"]) + (2000 if len(match["y"]) == 2 else 0), int(match["m"]), int(match["d"]))
    except ValueError:
        return None


def day_of(said: str | None, latest: date | None = None) -> date:
    """The day that a person wrote: 2026-03-02, 2026/03/02 or 02.03.2026.

    Parameters
    ----------
    latest : date, optional
        What comes after it lies in the future.

    Raises
    ------
    UnreadableError
    """
    plain = (said or "").strip()
    hint = "03/04/2026 means two days; write it like 2026-03-02" if "/" in plain else "write it like 2026-03-02"
    if (day := written_day(plain)) is None:
        raise UnreadableError(f"{_shown(said)} is no date", hint)
    if day.year < _FIRST_YEAR:
        raise UnreadableError(f"{day} is long ago", hint)
    if latest is not None and day > latest:
        raise UnreadableError(f"{day} is in the future", "the day that was meant may be another one")
    return day


def _cleaned(cell: str | None) -> str:
    said = (cell or "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(unicodedata.category(one) in ("Cc", "Cs") and one not in "\n\t" for one in said):
        raise UnreadableError("it holds control characters", "write it again by hand")
    if len(said) > LONGEST_WORDS:
        raise UnreadableError(f"it has {len(said)} characters", f"at most {LONGEST_WORDS} are kept")
    return said


def _own(said: str) -> Content:
    if _MARKED.fullmatch(said):
        return None, said[1:]
    return (_number(said), None) if _NUMBER.fullmatch(said) else (None, said)


def _number(said: str) -> float:
    if _THOUSANDS.fullmatch(said):
        raise UnreadableError(
            f"{_shown(said)} means two numbers", f"write {said.replace(',', '')} or {said.replace(',', '.')}"
        )
    value = float(said.replace(",", "."))
    if not math.isfinite(value):
        raise UnreadableError(f"{_shown(said)} is no number", "it is too large")
    return value


def _amount(field: Field, said: str) -> float:
    value = IN_A_WORD.get(said.casefold()) if field.in_a_word else None
    bare = said.removesuffix(field.unit).rstrip() if field.unit else said
    if value is None and _NUMBER.fullmatch(bare):
        value = _number(bare)
    is_whole = value is None or value.is_integer()
    if value is None or not field.low <= value <= field.high or (field.kind == "count" and not is_whole):
        hint = "or write yes or no" if field.in_a_word else "or leave it blank"
        raise UnreadableError(f"{_shown(said)} is no {_wanted(field)}", hint)
    return value


def _wanted(field: Field) -> str:
    if field.kind == "scale":
        return f"number from {field.low:g}{'' if field.low else ' (none)'} to {field.high:g}"
    what = "whole number" if field.kind == "count" else "number"
    unit = {"": "", "min": " of minutes", "h": " of hours"}.get(field.unit, f" of {field.unit}")
    return f"{what}{unit} from {field.low:g} to {field.high:g}"


def _shown(said: str | None) -> str:
    """As it stands, short enough for a line."""
    return repr(said if said is None or len(said) <= 40 else f"{said[:40]}…")
