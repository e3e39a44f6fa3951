"""Where every message of a part begins: one walk over its headers, without looking into a single value.

FIT has no index. Each message starts with a byte that names one of sixteen local layouts, each layout was defined
by an earlier message, and only its size says where the next message begins. So the headers must be followed one by
one; but a night consists of the same few messages in the same order over and over, and wherever a cycle shows,
`ingest.formats.fit.repeated_messages` compares the rest of it at once. A night of 57,600 messages takes under a
millisecond, the worst file 0.1 µs a message.

The walk understands sizes and nothing else. Fields of odd sizes, unknown types and developer fields that no one
described cannot stop it, so they cannot cost what lies behind them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.formats.fit.budget import MessageBudget
from ingest.formats.fit.definitions import Definition, definition_at
from ingest.formats.fit.envelope import Part
from ingest.formats.fit.repeated_messages import repeated

_DEFINITION, _COMPRESSED = 0x40, 0x80
_LOCALS = 16
#: Headers followed one by one before a cycle is looked for.
_STRETCH = 256


@dataclass(frozen=True, slots=True)
class Walked:
    """The data messages of one part in file order.

    Attributes
    ----------
    definitions : tuple of Definition
        Each layout once.
    at : int64 array, shape (n,)
        Byte of the file where each message's header is.
    layout : int16 array, shape (n,)
        Index of its definition.
    header : uint8 array, shape (n,)
        The header byte; from 0x80 on it holds the low bits of a time stamp ("compressed timestamp header").
    stopped : str
        Where and why the walk ended early; empty where it did not.
    """

    definitions: tuple[Definition, ...]
    at: NDArray[np.int64]
    layout: NDArray[np.int16]
    header: NDArray[np.uint8]
    stopped: str

    def __len__(self) -> int:
        return len(self.at)

    def tally(self) -> Counter[int]:
        """How many messages there are by global number."""
        counts = np.bincount(self.layout, minlength=len(self.definitions)).tolist()
        tally: Counter[int] = Counter()
        for definition, n in zip(self.definitions, counts, strict=True):
            tally[definition.number] += n
        return +tally


def walk(data: bytes, part: Part, budget: MessageBudget) -> Walked:
    """Follow the headers of one part until its end or until something that has no known size.

    Parameters
    ----------
    data : bytes
        The file.
    part : Part
        Where in it the part lies.
    budget : MessageBudget
        What is found counts against it.
    """
    way = _Way(data, part, budget)
    reason = ""
    while way.at < part.end and not reason:
        way.follow()
        if way.at < part.end:
            reason = way.define()
    if way.at > part.end:
        way.drop_last()
        reason = "the last message is cut off"
    n_read, n_bytes = way.at - part.start, part.end - part.start
    return way.walked(f"after {n_read:,} of {n_bytes:,} bytes: {reason}" if reason else "")


class _Way:
    """The state of a walk: where it is, which layouts hold, and what it has seen."""

    def __init__(self, data: bytes, part: Part, budget: MessageBudget) -> None:
        self.data, self.end, self.budget = data, part.end, budget
        self.at = part.start
        #: Bytes of a data message by its header; 0 where that is no data message of a known layout.
        self.step = [0] * 256
        self.found: list[NDArray[np.int64]] = []
        self.n = 0
        self.layouts: dict[Definition, int] = {}
        self.changes: list[list[tuple[int, int]]] = [[] for _ in range(_LOCALS)]

    def follow(self) -> None:
        """Passes data messages up to something else."""
        data, step, end = self.data, self.step, self.end
        while self.at < end and step[data[self.at]] and self.budget.n_messages > 0:
            at, stretch = self.at, list[int]()
            for _ in range(min(_STRETCH, self.budget.n_messages)):
                if at >= end or not (size := step[data[at]]):
                    break
                stretch.append(at)
                at += size
            self._keep(np.array(stretch, dtype=np.int64), at)
            if len(stretch) == _STRETCH and at < end:
                more = repeated(data, stretch, at, end, self.budget.n_messages)
                if len(more):
                    self._keep(more, int(more[-1]) + step[data[more[-1]]])

    def define(self) -> str:
        """Takes the definition here; says why not where there is none or the budget is spent."""
        header = self.data[self.at]
        if self.step[header]:
            return f"more than {self.budget.most_messages:,} messages"
        if header & _COMPRESSED:
            return f"invalid local message type {header >> 5 & 3}"
        if not header & _DEFINITION:
            return f"invalid local message type {header & 0xF}"
        found = definition_at(self.data, self.at, self.end)
        if found is None:
            return "the last definition is cut off"
        definition, self.at = found
        return self._hold(header & 0xF, definition)

    def drop_last(self) -> None:
        """Goes back before the last message, which ends behind the end."""
        self.at = int(self.found[-1][-1])
        self.found[-1] = self.found[-1][:-1]
        self.n -= 1

    def walked(self, stopped: str) -> Walked:
        at = np.concatenate([np.empty(0, np.int64), *self.found])
        header = np.frombuffer(self.data, dtype=np.uint8)[at]
        return Walked(tuple(self.layouts), at, self._layout_of(header), header, stopped)

    def _keep(self, at: NDArray[np.int64], then: int) -> None:
        self.found.append(at)
        self.n += len(at)
        self.budget.n_messages -= len(at)
        self.at = then

    def _hold(self, local: int, definition: Definition) -> str:
        self.budget.n_field_definitions -= 1 + len(definition.fields)
        if self.budget.n_field_definitions < 0:
            return "too many definitions"
        if definition not in self.layouts:
            self.budget.n_layouts -= 1
            if self.budget.n_layouts < 0:
                return "too many different definitions"
        self.changes[local].append((self.n, self.layouts.setdefault(definition, len(self.layouts))))
        for header in _headers_of(local):
            self.step[header] = 1 + definition.size
        return ""

    def _layout_of(self, header: NDArray[np.uint8]) -> NDArray[np.int16]:
        """Which definition held for each message when it came."""
        local = np.where(header & _COMPRESSED, header >> 5 & 3, header & 0xF)
        layout = np.zeros(len(header), dtype=np.int16)
        for number, changes in enumerate(self.changes):
            if changes:
                since, index = np.array(changes).T
                (mine,) = np.nonzero(local == number)
                layout[mine] = index[np.searchsorted(since, mine, side="right") - 1]
        return layout


def _headers_of(local: int) -> list[int]:
    """Every header byte of a data message of that local number; bits 4 and 5 of a plain one mean nothing."""
    plain = [local | unused for unused in (0x00, 0x10, 0x20, 0x30)]
    return plain + ([_COMPRESSED | local << 5 | offset for offset in range(32)] if local < 4 else [])
