"""Text for a bug report without what is a person's: names, files, dates, numbers and quotes go, the message stays.

Two sieves. What is known to be private goes first, also where it is an ordinary word. Then of all words only those
stay that this program itself uses in its messages, so that what no list knows (a column of a file, a word of a note,
another program's answer) goes too. Digits never stay.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

MASKED, NUMBER = "_", "#"
#: These say nothing of a person, though folders and names are made of them too.
GLUE = frozenset({"a", "an", "at", "by", "for", "from", "in", "is", "it", "no", "not", "of", "on", "the", "to", "with"})
PACKAGES = ("ingest", "analytics", "flows")

_WORD = re.compile(r"\w+")
_OTHER_SIGNS = re.compile(r"[^\x20-\x7e]")


class Mask:
    """Masks texts; made once for all that one report holds.

    Parameters
    ----------
    names : iterable of str
        Names, serials, paths: none of them stays, nor a word of one, for a message may quote a part.
    notes : iterable of str
        Longer texts, which do not stay as a whole; their words may be those of a message.
    """

    def __init__(self, names: Iterable[str], notes: Iterable[str]) -> None:
        parts = {text.casefold() for text in names}
        texts = parts | {text.casefold() for text in notes}
        self._whole = sorted((text for text in texts if text.strip()), key=len, reverse=True)
        self._words = frozenset(word for text in parts for word in _WORD.findall(text))

    def __call__(self, text: str) -> str:
        """The text without them, in one line of ASCII."""
        left = text.casefold()
        for private in self._whole:
            left = re.sub(rf"(?<!\w){re.escape(private)}(?!\w)", MASKED, left)
        return _OTHER_SIGNS.sub("?", _WORD.sub(self._word, " ".join(left.split())))

    def _word(self, found: re.Match[str]) -> str:
        word = found[0]
        if word.isdigit():
            return NUMBER
        return word if word in GLUE or (word in own_words() and word not in self._words) else MASKED


@cache
def own_words() -> frozenset[str]:
    """The words of the program's own texts, in small letters: those without a digit or an underscore inside."""
    home = Path(__file__).resolve().parents[2]
    sources = (path for package in PACKAGES for path in (home / package).rglob("*.py"))
    return frozenset(word for path in sources for word in _words_of(path.read_text("utf-8")))


def _words_of(source: str) -> Iterable[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (word for word in _WORD.findall(node.value.casefold()) if word.isascii() and word.isalpha())
