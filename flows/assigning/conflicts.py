"""Which assignments cannot hold together, seen before any recording comes: both lines are named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from flows.assigning.lines import Line, Words, entry_of
from ingest.errors import UsageError


def checked(lines: Sequence[Line], devices: Mapping[str, Words]) -> tuple[Line, ...]:
    """Return the lines unless two of them are about the same device, or the same pattern, in the same nights.

    Raises
    ------
    UsageError
        Names both.
    """
    about: dict[tuple[str | None, str | None], list[Line]] = {}
    for line in lines:
        about.setdefault((line.serial, line.pattern), []).append(line)
    for (serial, pattern), group in about.items():
        named = " and ".join(
            f"{what} {name}" for what, name in (("the device", serial), ("the pattern", pattern)) if name is not None
        )
        _refuse_overlaps(sorted(group, key=lambda line: line.start), named, lines)
        if serial is not None and pattern is None and not group[0].is_dated:
            _refuse_two_forevers(group[0], serial, devices.get(serial, Words()))
    return tuple(lines)


def _refuse_overlaps(ordered: Sequence[Line], named: str, lines: Sequence[Line]) -> None:
    for before, line in pairwise(ordered):
        if line.start < before.end:
            first, second = sorted((before, line), key=lines.index)
            raise _overlap(first, second, named)


def _overlap(first: Line, second: Line, named: str) -> UsageError:
    lines = f"{second.origin} and {first.origin}"
    if first.written == second.written:
        return UsageError(f"{lines} say the same of {named}", hint="keep one of them")
    if first.words == second.words:
        return UsageError(f"{lines} are both about {named} in the same nights", hint="keep one, or part their dates")
    return UsageError(f"{lines} contradict each other about {named}", hint="part their dates with from and to")


def _refuse_two_forevers(line: Line, serial: str, device: Words) -> None:
    said = device.given()
    for name, word in line.words.given().items():
        if said.get(name, word) != word:
            raise UsageError(
                f"{line.origin} and {entry_of(serial)} contradict each other: {word} and {said[name]}",
                hint="give the line dates, or remove one of them",
            )
