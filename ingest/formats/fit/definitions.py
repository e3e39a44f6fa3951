"""What a FIT definition message says: the layout of the data messages that refer to it.

Parses definitions and knows FIT's base types (Flexible and Interoperable Data Transfer
protocol, "FIT Base Type"). Nothing here judges a definition: whatever its fields claim to be, their sizes say where
the next message begins.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

#: Base types as numpy has them, and the value that means "none" (None for floats, where it is NaN). Text and bytes
#: are no numbers and stand not here, nor does any code that the protocol does not know.
_NUMERIC: dict[int, tuple[str, int | None]] = {
    0x00: ("u1", 0xFF),
    0x01: ("i1", 0x7F),
    0x02: ("u1", 0xFF),
    0x83: ("i2", 0x7FFF),
    0x84: ("u2", 0xFFFF),
    0x85: ("i4", 0x7FFF_FFFF),
    0x86: ("u4", 0xFFFF_FFFF),
    0x88: ("f4", None),
    0x89: ("f8", None),
    0x0A: ("u1", 0),
    0x8B: ("u2", 0),
    0x8C: ("u4", 0),
    0x8E: ("i8", 0x7FFF_FFFF_FFFF_FFFF),
    0x8F: ("u8", 0xFFFF_FFFF_FFFF_FFFF),
    0x90: ("u8", 0),
}
TEXT = 0x07
BYTES = 0x0D

_DEFINITION_BIT, _DEVELOPER_BIT = 0x40, 0x20
_FIELD_BYTES = 3


class Field(NamedTuple):
    """One field of a message: its number, its bytes, where they begin behind the header byte, its base type."""

    number: int
    size: int
    at: int
    base: int


class Definition(NamedTuple):
    """The layout of a kind of message.

    ``size`` counts the bytes of a data message behind its header byte; ``own_size`` those without the developer
    fields, which always come last.
    """

    number: int
    big_endian: bool
    fields: tuple[Field, ...]
    own_size: int
    size: int

    def field(self, number: int) -> Field | None:
        """The field of that number; the last one where a definition repeats it."""
        return next((field for field in reversed(self.fields) if field.number == number), None)


class Numbers(NamedTuple):
    """How the values of a field are laid out: numpy type with its byte order, how many, and which one means none."""

    dtype: str
    n: int
    invalid: int | None


def definition_at(data: bytes, at: int, end: int) -> tuple[Definition, int] | None:
    """Decode a definition message, and find where it ends; None where that lies beyond ``end``.

    Parameters
    ----------
    data : bytes
        The file.
    at, end : int
        The byte of the header, and the first byte behind the part.
    """
    if at + 6 > end:
        return None
    architecture, octets, n_fields = data[at + 2], data[at + 3 : at + 5], data[at + 5]
    stop = at + 6 + n_fields * _FIELD_BYTES
    fields, own_size = _fields(data[at + 6 : stop])
    size = own_size
    if data[at] & _DEVELOPER_BIT:
        n_developer = data[stop] if stop < end else 0
        size += sum(data[stop + 2 : stop + 1 + n_developer * _FIELD_BYTES : _FIELD_BYTES])
        stop += 1 + n_developer * _FIELD_BYTES
    if stop > end:
        return None
    big_endian = architecture != 0
    number = int.from_bytes(octets, "big" if big_endian else "little")
    return Definition(number, big_endian, fields, own_size, size), stop


def definition_message(definition: Definition, local: int) -> bytes:
    """A definition of the same layout for fitparse 1.2.0: without developer fields and without what stops it.

    It gives up at fields of 0 bytes and at sizes that are no multiple of their type's; the former are left out, the
    latter become plain bytes.
    """
    fields = [field for field in definition.fields if field.size]
    order = ">" if definition.big_endian else "<"
    head = struct.pack(
        f"{order}BBBHB", _DEFINITION_BIT | local, 0, definition.big_endian, definition.number, len(fields)
    )
    return head + b"".join(bytes((field.number, field.size, _plain_base(field))) for field in fields)


def numbers_in(field: Field, *, big_endian: bool) -> Numbers | None:
    """How to read a field as numbers; None where it is text, bytes, of an unknown type, or of a size that fits none."""
    if field.base not in _NUMERIC:
        return None
    kind, invalid = _NUMERIC[field.base]
    width = int(kind[1])
    if not field.size or field.size % width:
        return None
    return Numbers((">" if big_endian else "<") + kind, field.size // width, invalid)


def _fields(octets: bytes) -> tuple[tuple[Field, ...], int]:
    fields, at = [], 0
    for k in range(0, len(octets) - 2, _FIELD_BYTES):
        number, size, base = octets[k : k + _FIELD_BYTES]
        fields.append(Field(number, size, at, base))
        at += size
    return tuple(fields), at


def _plain_base(field: Field) -> int:
    known = field.base == TEXT or numbers_in(field, big_endian=False) is not None
    return field.base if known else BYTES
