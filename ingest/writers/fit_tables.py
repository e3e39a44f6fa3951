"""FIT messages from numpy tables.

A definition says which fields a kind of message has; its data messages follow as rows of one packed table.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.formats.fit.crc import fit_crc
from ingest.formats.fit.envelope import MAGIC


class BaseType(NamedTuple):
    """A FIT base type: its code in definitions, its numpy layout, and the value that means "none"."""

    code: int
    dtype: str
    invalid: int


ENUM = BaseType(0x00, "u1", 0xFF)
UINT8 = BaseType(0x02, "u1", 0xFF)
UINT16 = BaseType(0x84, "<u2", 0xFFFF)
SINT16 = BaseType(0x83, "<i2", 0x7FFF)
SINT32 = BaseType(0x85, "<i4", 0x7FFFFFFF)
UINT32 = BaseType(0x86, "<u4", 0xFFFFFFFF)
UINT32Z = BaseType(0x8C, "<u4", 0)
STRING = BaseType(0x07, "S16", 0)
#: Kept as bits: the invalid float is a NaN that no arithmetic makes.
FLOAT32_BITS = BaseType(0x88, "<u4", 0xFFFFFFFF)


class WrittenColumn(NamedTuple):
    """One field of a table of messages: values of shape (n,), or (n, k) for an array of k."""

    field: int
    base: BaseType
    values: NDArray[np.generic]


def fit_file(body: bytes) -> bytes:
    """A complete file around definition and data messages: header with checksum, body, checksum."""
    head = struct.pack("<BBHI4s", 14, 0x20, 2100, len(body), MAGIC)
    start = head + struct.pack("<H", fit_crc(head)) + body
    return start + struct.pack("<H", fit_crc(start))


def message(number: int, *fields: tuple[int, BaseType, object]) -> bytes:
    """One message; each field is its number, type and value."""
    return messages(number, [WrittenColumn(field, base, np.array([value])) for field, base, value in fields])


def messages(number: int, columns: Sequence[WrittenColumn]) -> bytes:
    """A definition and one data message a row, all under local number 0: each kind stands in one stretch."""
    layout: list[tuple[str, str, tuple[int, ...]]] = [("local", "u1", ())]
    layout += [(str(column.field), column.base.dtype, column.values.shape[1:]) for column in columns]
    table = np.zeros(len(columns[0].values), dtype=layout)
    definition = [struct.pack("<BBBHB", 0x40, 0, 0, number, len(columns))]
    for column in columns:
        table[str(column.field)] = column.values
        definition.append(bytes((column.field, table.dtype[str(column.field)].itemsize, column.base.code)))
    return b"".join(definition) + table.tobytes()
