"""Ways to damage any file, whatever it holds: a step is drawn once and can be left out or taken alone later.

A step keeps places and values, not the bytes it was drawn for, so that it applies to whatever the steps before it
have made of the file. That is what makes a finding small: the steps are tried without each other.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

#: Headers and directories lie at the ends of files: so far from them, half of all damage happens.
_END_BYTES = 1024
_LONGEST_STRETCH = 4096
#: Repeated stretches may make a file so large, no larger: reading a longer one finds nothing else.
LARGEST_MUTANT = 2 << 20


@dataclass(frozen=True, slots=True)
class Step:
    """One change of some bytes, and what it does in a few words."""

    what: str
    apply: Callable[[bytes], bytes]


def byte_step(rng: Random, data: bytes) -> Step:
    """A change that needs no knowledge of the content."""
    return rng.choice(_BYTE_STEPS)(rng, data)


def graft(rng: Random, data: bytes, other: bytes) -> Step:
    """A piece of a file of the same kind, or all of it, behind or between the bytes."""
    at = rng.choice((len(data), place(rng, len(data))))
    start = rng.choice((0, place(rng, len(other))))
    piece = other[start : start + rng.choice((_length(rng), len(other)))]
    return Step(f"{len(piece)} bytes of another such file put in at {at}", lambda old: old[:at] + piece + old[at:])


def place(rng: Random, n: int) -> int:
    """A position below `n`, often near one of the ends; 0 of nothing."""
    if n == 0:
        return 0
    near = rng.randrange(min(n, _END_BYTES))
    return rng.choice((near, n - 1 - near, rng.randrange(n), rng.randrange(n)))


def _length(rng: Random) -> int:
    return min(_LONGEST_STRETCH, 1 << rng.randrange(13)) - rng.randrange(2) or 1


def _flip(rng: Random, data: bytes) -> Step:
    at, bit = place(rng, len(data)), rng.randrange(8)
    return Step(
        f"bit {bit} of byte {at} flipped", lambda old: _replaced(old, at, bytes(b ^ 1 << bit for b in old[at : at + 1]))
    )


def _set(rng: Random, data: bytes) -> Step:
    at, value = place(rng, len(data)), rng.choice((0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF, rng.randrange(256)))
    return Step(f"byte {at} set to {value:#04x}", lambda old: _replaced(old, at, bytes([value])))


def _cut_tail(rng: Random, data: bytes) -> Step:
    at = place(rng, len(data))
    return Step(f"cut off at byte {at}", lambda old: old[:at])


def _cut_head(rng: Random, data: bytes) -> Step:
    n = _length(rng)
    return Step(f"the first {n} bytes gone", lambda old: old[n:])


def _insert(rng: Random, data: bytes) -> Step:
    at, piece = place(rng, len(data)), _filling(rng, _length(rng))
    return Step(f"{len(piece)} bytes {_shown(piece)} put in at {at}", lambda old: old[:at] + piece + old[at:])


def _overwrite(rng: Random, data: bytes) -> Step:
    at, piece = place(rng, len(data)), _filling(rng, _length(rng))
    return Step(f"{len(piece)} bytes {_shown(piece)} written over {at}", lambda old: _replaced(old, at, piece))


def _delete(rng: Random, data: bytes) -> Step:
    at, n = place(rng, len(data)), _length(rng)
    return Step(f"{n} bytes gone at {at}", lambda old: old[:at] + old[at + n :])


def _repeat(rng: Random, data: bytes) -> Step:
    at, n, times = place(rng, len(data)), _length(rng), rng.choice((1, 1, 1, 2, 10, 1000))
    return Step(f"{n} bytes at {at} repeated {times} times", lambda old: _repeated(old, at, n, times))


def _swap(rng: Random, data: bytes) -> Step:
    n = _length(rng)
    first, second = sorted((place(rng, len(data)), place(rng, len(data))))
    second = max(second, first + n)
    return Step(f"{n} bytes at {first} and {second} swapped", lambda old: _swapped(old, first, second, n))


def _copy(rng: Random, data: bytes) -> Step:
    source, at, n = place(rng, len(data)), place(rng, len(data)), _length(rng)
    return Step(f"{n} bytes of {source} written over {at}", lambda old: _replaced(old, at, old[source : source + n]))


def _number(rng: Random, data: bytes) -> Step:
    """A size, a count or a time that lies: a whole number in either byte order."""
    width = rng.choice((1, 2, 2, 4, 4, 8))
    order = rng.choice(("little", "big"))
    at = _aligned(rng, place(rng, len(data)), width)
    top = 1 << 8 * width
    name, change = rng.choice(
        (
            ("0", lambda old: 0),
            ("1", lambda old: 1),
            ("the largest", lambda old: top - 1),
            ("the largest with a sign", lambda old: top // 2 - 1),
            ("the smallest with a sign", lambda old: top // 2),
            ("one more", lambda old: old + 1),
            ("one less", lambda old: old - 1),
            ("twice", lambda old: old * 2),
            ("half", lambda old: old // 2),
            ("the size of the file", lambda old: len(data)),
        )
    )

    def apply(old: bytes) -> bytes:
        there = old[at : at + width]
        if len(there) < width:
            return old
        if order == "little":
            return _replaced(old, at, (change(int.from_bytes(there, "little")) % top).to_bytes(width, "little"))
        return _replaced(old, at, (change(int.from_bytes(there, "big")) % top).to_bytes(width, "big"))

    return Step(f"number of {width} bytes ({order}) at {at} becomes {name}", apply)


def _float(rng: Random, data: bytes) -> Step:
    layout = rng.choice(("<f", "<d", ">f", ">d"))
    at = _aligned(rng, place(rng, len(data)), struct.calcsize(layout))
    value = rng.choice((0.0, -0.0, 1e-38, 3e38, -3e38, float("nan"), float("inf"), float("-inf")))
    return Step(f"float {layout} at {at} becomes {value}", lambda old: _replaced(old, at, struct.pack(layout, value)))


_BYTE_STEPS = (
    _flip,
    _flip,
    _set,
    _cut_tail,
    _cut_head,
    _insert,
    _overwrite,
    _delete,
    _repeat,
    _swap,
    _copy,
    _number,
    _number,
    _number,
    _float,
)


def _aligned(rng: Random, at: int, width: int) -> int:
    """Mostly a multiple of the width, as fields lie in most formats."""
    return at - at % width if rng.random() < 0.7 else at


def _filling(rng: Random, n: int) -> bytes:
    return rng.choice((bytes(n), b"\xff" * n, rng.randbytes(n), rng.randbytes(n)))


def _shown(piece: bytes) -> str:
    return piece.hex() if len(piece) <= 8 else f"{piece[:4].hex()}..."


def _replaced(old: bytes, at: int, piece: bytes) -> bytes:
    return old[:at] + piece[: len(old) - min(at, len(old))] + old[at + len(piece) :]


def _repeated(old: bytes, at: int, n: int, times: int) -> bytes:
    piece = old[at : at + n]
    room = max(0, LARGEST_MUTANT - len(old)) // max(1, len(piece))
    return old[: at + n] + piece * min(times, room) + old[at + n :]


def _swapped(old: bytes, first: int, second: int, n: int) -> bytes:
    middle = old[first + n : second]
    return old[:first] + old[second : second + n] + middle + old[first : first + n] + old[second + n :]
