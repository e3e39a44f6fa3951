"""Random FIT files that a standard decoder reads: every layout, order and gap that the protocol allows.

A program is a sequence of definitions and data messages on a few local numbers, with any field order, base type,
array length, byte order, developer field and compressed header. What fitparse 1.2.0 cannot read at all (odd sizes,
fields of no bytes, developer fields without a description) is left to tests of its own.
"""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from ingest.formats.fit.clock import SYSTEM_TIME_S
from ingest.formats.fit.messages import (
    ACCELEROMETER,
    ACTIVITY,
    BEAT_INTERVALS,
    HRV,
    HSA_ACCELEROMETER,
    MONITORING,
    RECORD,
    SLEEP_LEVEL,
    TIMESTAMP,
)
from ingest.writers.fit_tables import STRING, UINT8, UINT32, fit_file, message
from tests.ingest.formats.fit.fit_files import T0

UNKNOWN_MESSAGE, UNKNOWN_TYPE, TEXT, BYTES = 999, 0x55, 0x07, 0x0D
#: Base types by code: layout, and the value that means "none".
TYPES: dict[int, tuple[str, int | None]] = {
    0x00: ("u1", 0xFF), 0x01: ("i1", 0x7F), 0x02: ("u1", 0xFF), 0x83: ("i2", 0x7FFF), 0x84: ("u2", 0xFFFF),
    0x85: ("i4", 0x7FFFFFFF), 0x86: ("u4", 0xFFFFFFFF), 0x88: ("f4", None), 0x89: ("f8", None), 0x0A: ("u1", 0),
    0x8B: ("u2", 0), 0x8C: ("u4", 0), 0x8E: ("i8", (1 << 63) - 1), 0x8F: ("u8", (1 << 64) - 1), 0x90: ("u8", 0),
    TEXT: ("u1", 0), BYTES: ("u1", 0xFF), UNKNOWN_TYPE: ("u1", 0xFF),
}  # fmt: skip
#: Fields by message, with the type they normally have and whether they are arrays.
FIELDS: dict[int, dict[int, tuple[int, bool]]] = {
    ACCELEROMETER: {0: (0x84, False), 1: (0x84, True)}
    | dict.fromkeys((2, 3, 4), (132, True))
    | dict.fromkeys((5, 6, 7), (136, True))
    | dict.fromkeys((8, 9, 10), (131, True)),
    HSA_ACCELEROMETER: {0: (0x84, False), 1: (0x84, False)} | dict.fromkeys((2, 3, 4), (131, True)),
    RECORD: {3: (0x02, False), 7: (0x84, False)},
    MONITORING: {26: (0x84, False), 27: (0x02, False)},
    HRV: {0: (0x84, True)},
    BEAT_INTERVALS: {0: (0x84, False), 1: (0x84, True)},
    SLEEP_LEVEL: {0: (0x00, False)},
    ACTIVITY: {5: (0x86, False), 1: (0x84, False)},
    UNKNOWN_MESSAGE: {0: (0x84, True)},
}


class Field(NamedTuple):
    number: int
    base: int
    n: int

    @property
    def size(self) -> int:
        return self.n * int(TYPES[self.base][0][1])


class Layout(NamedTuple):
    number: int
    fields: tuple[Field, ...]
    big_endian: bool
    developer: tuple[int, ...]  # of the two developer fields described below

    def definition(self, local: int) -> bytes:
        order = ">" if self.big_endian else "<"
        head = 0x40 | local | (0x20 if self.developer else 0)
        octets = struct.pack(f"{order}BBBHB", head, 0, self.big_endian, self.number, len(self.fields))
        octets += b"".join(bytes((field.number, field.size, field.base)) for field in self.fields)
        if self.developer:
            octets += bytes((len(self.developer),)) + b"".join(bytes((k, 2 * k + 1, 0)) for k in self.developer)
        return octets

    def data(self, rng: np.random.Generator, step: int) -> bytes:
        order = ">" if self.big_endian else "<"
        own = b"".join(_value(field, order, rng, step) for field in self.fields)
        return own + rng.bytes(sum(2 * k + 1 for k in self.developer))


#: Two developer fields, of one and of three bytes.
DEVELOPER = message(207, (3, UINT8, 0)) + b"".join(
    message(206, (0, UINT8, 0), (1, UINT8, k), (2, UINT8, 2), (3, STRING, b"own")) for k in (0, 1)
)


def _value(field: Field, order: str, rng: np.random.Generator, step: int) -> bytes:
    kind, invalid = TYPES[field.base]
    if field.number == TIMESTAMP:
        starts = [T0 + step, T0 + step // 2, SYSTEM_TIME_S - 1, SYSTEM_TIME_S, 77 + step, 0xFFFFFFFF]
        drawn: Any = np.full(field.n, rng.choice(starts, p=[0.5, 0.3, 0.05, 0.05, 0.05, 0.05]))
    elif field.base == TEXT:
        drawn = rng.integers(65, 90, field.n)
    elif kind[0] == "f":
        drawn = np.where(rng.random(field.n) < 0.1, np.nan, rng.choice([0, 1.5, 20, 2e6], field.n))
    else:
        drawn = rng.choice([1, 3, 40, 100, 126], field.n)
        drawn = np.where(rng.random(field.n) < 0.1, invalid, drawn.astype(object))
    tail = rng.integers(0, field.n + 1) if rng.random() < 0.2 and invalid is not None else field.n
    drawn = np.array([value if k < tail else invalid for k, value in enumerate(drawn)], dtype=object)
    return bytes(drawn.astype(order + kind).tobytes())


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    number = draw(st.sampled_from(sorted(FIELDS)) | st.sampled_from([ACCELEROMETER, HSA_ACCELEROMETER]))
    k = draw(st.integers(1, 5))
    chosen = draw(
        st.permutations(sorted(FIELDS[number])).flatmap(lambda p: st.integers(1, len(p)).map(lambda n: p[:n]))
    )
    if draw(st.integers(0, 5)):  # mostly all of them
        chosen = sorted(FIELDS[number])
    fields = [_field(draw, number, field, k) for field in chosen]
    if not draw(st.integers(0, 9)):
        fields.append(draw(st.sampled_from(fields)))
    if draw(st.integers(0, 5)):
        fields.insert(draw(st.integers(0, len(fields))), Field(TIMESTAMP, 0x86, 1))
    developer = draw(st.lists(st.sampled_from([0, 1]), max_size=2)) if not draw(st.integers(0, 3)) else []
    return Layout(number, tuple(fields), draw(st.booleans()), tuple(developer))


def _field(draw: st.DrawFn, number: int, field: int, k: int) -> Field:
    base, is_array = FIELDS[number][field]
    if not draw(st.integers(0, 14)):
        base = draw(st.sampled_from(sorted(TYPES)))
    n = k if is_array else 1
    if not draw(st.integers(0, 14)):
        n = draw(st.integers(1, 6))
    return Field(field, base, n)


@st.composite
def programs(draw: st.DrawFn) -> bytes:
    """A whole valid file."""
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    kinds = draw(st.lists(layouts(), min_size=1, max_size=4))
    body = [DEVELOPER, message(23, (TIMESTAMP, UINT32, T0))]
    held: dict[int, Layout] = {}
    for step in range(draw(st.integers(1, 12))):
        local = draw(st.integers(0, 3) | st.integers(0, 15))
        if local not in held or not draw(st.integers(0, 4)):
            held[local] = draw(st.sampled_from(kinds))
            body.append(held[local].definition(local))
        for _ in range(draw(st.sampled_from([1, 1, 2, 3, 40]))):
            is_compressed = local < 4 and not draw(st.integers(0, 7))
            header = 0x80 | local << 5 | int(rng.integers(32)) if is_compressed else local
            body.append(bytes((header,)) + held[local].data(rng, step))
    return fit_file(b"".join(body))
