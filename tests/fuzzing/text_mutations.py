"""Ways to damage text: by lines, fields, words and numbers, and as programs of other countries would write it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from random import Random

from tests.fuzzing.mutations import LARGEST_MUTANT, Step, place

_WORD = re.compile(rb"[^\s,;:|\"]+")
_NUMBER = re.compile(rb"[+-]?\d+(?:[.,]\d+)?")
_DIGITS = re.compile(rb"\d{1,18}")
_DIGIT = re.compile(rb"\d")
#: The first lines of a table say what the others mean.
_HEAD_LINES = 12
_NUMBERS = (
    *b"0 -0 1 -1 000123 0.5 1,5 1e5 1_000 0x1F nan NaN inf -Infinity 1e308 -1e308 1e400 1e-320".split(),
    *b"32767 32768 2147483648 9223372036854775807 9223372036854775808 18446744073709551616".split(),
    *b"1710281700 1710281700000000 2024-03-12T22:15:00Z 9999-12-31 0001-01-01T00:00:00".split(),
    *b"24:00:00 23:59:60 99:99:99:999 #N/A None".split(),
    *(b"", b"9" * 40, b"9" * 400, b"0." + b"3" * 400, "\u22121".encode(), "\u0663".encode()),
)
_PIECES = (
    *b"\" ' , ; | : \0 \xff \xef\xbb\xbf \xc3 \xe2\x80\xa8 %s%n {} \\ # - + e E9 . T Z +99:99 g mg m/s^2 NaN".split(
        b" "
    ),
    *(b" ", b"\t", b"\r", b"\n", b"\r\n", b"\n\n\n", b"\x85", b"\x1a", b"\x1b[2J"),
)
_ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32", "utf-7", "cp037")
_LONG = (1_000, 70_000, 300_000)


def is_text(data: bytes) -> bool:
    """Whether the start of some bytes is mostly lines of ASCII."""
    head = data[:2048]
    printable = sum(32 <= byte < 127 or byte in b"\r\n\t" for byte in head)
    return b"\n" in head and printable >= 0.95 * len(head)


def text_step(rng: Random, data: bytes) -> Step:
    """A change that a spreadsheet, an editor or a careless script could have made, or nobody at all."""
    return rng.choice(_TEXT_STEPS)(rng, data)


def _line(rng: Random, data: bytes) -> int:
    n = data.count(b"\n") + 1
    return rng.randrange(min(n, _HEAD_LINES)) if rng.random() < 0.5 else rng.randrange(n)


def _on_lines(change: Callable[[list[bytes]], object], old: bytes) -> bytes:
    lines = old.split(b"\n")
    change(lines)
    return b"\n".join(lines)


def _double_line(rng: Random, data: bytes) -> Step:
    number, times = _line(rng, data), rng.choice((1, 1, 2, 50, 5000))

    def change(lines: list[bytes]) -> None:
        line = lines[number : number + 1]
        room = LARGEST_MUTANT // max(1, sum(map(len, line)))
        lines[number:number] = line * min(times, room)

    return Step(f"line {number} repeated {times} times", partial(_on_lines, change))


def _drop_lines(rng: Random, data: bytes) -> Step:
    number, n = _line(rng, data), rng.choice((1, 1, 2, 10))
    return Step(
        f"{n} lines gone at {number}", partial(_on_lines, lambda lines: lines.__delitem__(slice(number, number + n)))
    )


def _swap_lines(rng: Random, data: bytes) -> Step:
    first, second = _line(rng, data), _line(rng, data)

    def change(lines: list[bytes]) -> None:
        if max(first, second) < len(lines):
            lines[first], lines[second] = lines[second], lines[first]

    return Step(f"lines {first} and {second} swapped", partial(_on_lines, change))


def _reversed_lines(rng: Random, data: bytes) -> Step:
    start = rng.randrange(_HEAD_LINES)

    def change(lines: list[bytes]) -> None:
        lines[start:] = lines[start:][::-1]

    return Step(f"lines from {start} on in reverse", partial(_on_lines, change))


def _word_on_line(
    rng: Random, data: bytes, pattern: re.Pattern[bytes], what: str, change: Callable[[bytes], bytes]
) -> Step:
    """Change a word of some line."""
    number, nth = _line(rng, data), rng.randrange(8)

    def apply(lines: list[bytes]) -> None:
        if number >= len(lines) or not (found := list(pattern.finditer(lines[number]))):
            return
        word, line = found[nth % len(found)], lines[number]
        lines[number] = line[: word.start()] + change(word[0]) + line[word.end() :]

    return Step(f"{what}, the {nth}th of line {number}", partial(_on_lines, apply))


def _change_number(rng: Random, data: bytes) -> Step:
    piece = rng.choice(_NUMBERS)
    return _word_on_line(rng, data, _NUMBER, f"number becomes {_shown(piece)}", lambda old: piece)


def _count_on(rng: Random, data: bytes) -> Step:
    """A whole number somewhat off: another day, another second, another sign, another unit."""
    factor, more = rng.choice((1, 1, -1, 10, 1000)), rng.choice((0, 1, -1, 60, 86_400, 86_400_000, 10**12))
    change = lambda old: str(int(old) * factor + more).encode()  # noqa: E731 - named, it would say the same twice
    return _word_on_line(rng, data, _DIGITS, f"number times {factor} plus {more}", change)


def _change_word(rng: Random, data: bytes) -> Step:
    at = place(rng, len(data))
    found = _WORD.search(data, at) or _WORD.search(data)
    piece = found[0] if found else b""
    return _word_on_line(rng, data, _WORD, f"word becomes {_shown(piece)}", lambda old: piece)


def _change_digit(rng: Random, data: bytes) -> Step:
    piece = rng.choice((b"0", b"9", b"5", b"", b"11", b"-", b"x"))
    return _word_on_line(rng, data, _DIGIT, f"digit becomes {_shown(piece)}", lambda old: piece)


def _put_in(rng: Random, data: bytes) -> Step:
    at, piece = place(rng, len(data)), rng.choice(_PIECES)
    return Step(f"{_shown(piece)} put in at {at}", lambda old: old[:at] + piece + old[at:])


def _everywhere(rng: Random, data: bytes) -> Step:
    present = [piece for piece in (b",", b";", b"\t", b"\r\n", b"\n", b".", b":", b"-", b" ", b"T") if piece in data]
    before, after = (
        rng.choice(present or [b","]),
        rng.choice((b",", b";", b"\t", b"\r\n", b"\r", b"\n", b".", b" ", b"", b'"')),
    )
    return Step(f"{_shown(before)} becomes {_shown(after)} everywhere", lambda old: old.replace(before, after))


def _reencode(rng: Random, data: bytes) -> Step:
    encoding = rng.choice(_ENCODINGS)
    return Step(f"as {encoding}", lambda old: old.decode("latin-1").encode(encoding, "replace"))


def _long_line(rng: Random, data: bytes) -> Step:
    at, n, piece = (
        place(rng, len(data)),
        rng.choice(_LONG),
        rng.choice((b"1", b" ", b",", b'"', b"x", b"1,", b"\0", b"-")),
    )
    return Step(f"{_shown(piece)} {n} times at {at}", lambda old: old[:at] + piece * n + old[at:])


def _column(rng: Random, data: bytes) -> Step:
    """All fields of a column, or every second or third of them: gone, the same, or of another column."""
    separator = max((b",", b";", b"\t", b" ", b":"), key=data.count)
    nth, other = rng.randrange(6), rng.randrange(6)
    piece = rng.choice((None, None, *_NUMBERS, b"2024-03-12 22:15:00"))
    after, every = rng.choice((0, 0, 1, data.count(b"\n") // 2)), rng.choice((1, 1, 2, 3))

    def change(lines: list[bytes]) -> None:
        for number in range(after, len(lines), every):
            fields = lines[number].split(separator)
            if max(nth, other) < len(fields):
                fields[nth : nth + 1] = [fields[other]] if piece is None else [piece]
                lines[number] = separator.join(fields)

    shown = f"column {other}" if piece is None else _shown(piece)
    return Step(f"column {nth} becomes {shown} on line {after} and every {every} after it", partial(_on_lines, change))


def _quote(rng: Random, data: bytes) -> Step:
    separator = max((b",", b";", b"\t"), key=data.count)
    after = rng.choice((0, 1, 20))

    def change(lines: list[bytes]) -> None:
        quoted = [b'"' + line.replace(separator, b'"' + separator + b'"') + b'"' for line in lines[after:]]
        lines[after:] = quoted

    return Step(f"every field in quotes from line {after} on", partial(_on_lines, change))


_TEXT_STEPS = (
    _double_line,
    _drop_lines,
    _swap_lines,
    _reversed_lines,
    _change_number,
    _change_number,
    _count_on,
    _count_on,
    _change_word,
    _change_word,
    _change_digit,
    _change_digit,
    _put_in,
    _put_in,
    _everywhere,
    _reencode,
    _long_line,
    _column,
    _column,
    _quote,
)


def _shown(piece: bytes) -> str:
    return repr(piece)[1:] if len(piece) <= 24 else f"{len(piece)} bytes {piece[:8]!r}"
