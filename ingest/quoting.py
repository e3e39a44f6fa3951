"""What a file says, as a message quotes it: names of columns, values, ids. All quoting of a file is done here.

A damaged header may hold a name of any length and any number of names; a message stays one that a person reads.
"""

from __future__ import annotations

from collections.abc import Iterable

from ingest.errors import visible

#: Own. Of one text: the longest names of columns that apps write have some 45 letters.
_LONGEST_SHOWN = 50
#: Own. Of texts in a row.
_MOST_SHOWN = 8


def shortened(text: str) -> str:
    """A text without quotation marks, as for ids and lists of names."""
    shown = visible(text[: _LONGEST_SHOWN + 1])  # what is spelt out grows: the start will do
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}..."


def quoted(text: str) -> str:
    """A text in quotation marks, with what cannot be seen in it spelt out."""
    whole = repr(text[: _LONGEST_SHOWN + 1])
    return whole if len(whole) <= _LONGEST_SHOWN + len("''") else f"{whole[: _LONGEST_SHOWN + 1]}...{whole[0]}"


def listed(texts: Iterable[str], most: int = _MOST_SHOWN, *, word: str = ", ", plain: bool = False) -> str:
    """The first of several texts, in quotation marks or ``plain``, with ``word`` between them."""
    shown = [text for _, text in zip(range(most), texts, strict=False)]
    return word.join(map(shortened if plain else quoted, shown))
