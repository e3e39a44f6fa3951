"""Damage at random to the bytes of a file, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

#: What is done, where, to how many bytes, and which bits are flipped.
Mutant = list[tuple[str, int, int, int]]


def mutants(place: st.SearchStrategy[int], length: st.SearchStrategy[int]) -> st.SearchStrategy[Mutant]:
    """A few bytes flipped, stretches cut out, blanked or doubled, the end cut off."""
    kind = st.sampled_from(("flip", "flip", "cut", "blank", "double", "end"))
    return st.lists(st.tuples(kind, place, length, st.integers(1, 255)), min_size=1, max_size=6)


def mutated(data: bytes, mutant: Mutant) -> bytes:
    for kind, place, length, bits in mutant:
        head, middle, tail = data[:place], data[place : place + length], data[place + length :]
        if kind == "flip" and middle:
            data = head + bytes([middle[0] ^ bits]) + middle[1:] + tail
        elif kind == "cut":
            data = head + tail
        elif kind == "blank":
            data = head + bytes(len(middle)) + tail
        elif kind == "double":
            data = head + middle + middle + tail
        elif kind == "end":
            data = head
    return data
