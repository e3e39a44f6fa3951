"""Thrift's compact protocol, as far as the directories of Parquet files need it.

Specification: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md. Only what is asked
for is kept, so that a directory of megabytes becomes a few numbers; the rest is stepped over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Fields of a structure that are wanted, by number: what is wanted of a structure, the same in a tuple for a list of
#: such structures, `NUMBER` for a whole number. A field of another type makes the bytes malformed.
Wanted = Mapping[int, "Wanted | tuple[Wanted] | None"]
NUMBER = None

_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_LONGEST_VARINT = 10
#: Parquet's own structures are six deep.
_DEEPEST = 16


class MalformedError(ValueError):
    """Bytes that are no such structure, or that end inside it."""


class ThriftCursor:
    """A place in some bytes, moved along by reading.

    Raises
    ------
    MalformedError
        From every method, where the bytes cannot be read that way.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def struct(self, wanted: Wanted, depth: int = 0) -> dict[int, Any]:
        """The wanted fields that are there: numbers as int, structures as such dicts, lists as lists of them."""
        if depth > _DEEPEST:
            raise MalformedError("structures inside one another without end")
        found: dict[int, Any] = {}
        field = 0
        while (head := self._byte()) & 0xF:
            field = field + (head >> 4) if head >> 4 else self._signed()
            kind = head & 0xF
            if field in wanted:
                found[field] = self._value(kind, wanted[field], depth)
            elif kind not in (_TRUE, _FALSE):  # of a field, the type is the value
                self._skip(kind, depth)
        return found

    def _value(self, kind: int, wanted: Wanted | tuple[Wanted] | None, depth: int) -> Any:
        if wanted is NUMBER and kind in (_I16, _I32, _I64):
            return self._signed()
        if isinstance(wanted, tuple) and kind == _LIST:
            n, inner = self._list_head()
            return [self._value(inner, wanted[0], depth) for _ in range(n)]
        if isinstance(wanted, Mapping) and kind == _STRUCT:
            return self.struct(wanted, depth + 1)
        raise MalformedError(f"type {kind} where another is laid down")

    def _skip(self, kind: int, depth: int) -> None:
        if kind in (_I16, _I32, _I64):
            self._signed()
        elif kind == _BINARY:
            self._move(self._varint())
        elif kind == _STRUCT:
            self.struct({}, depth + 1)
        elif kind in (_LIST, _SET):
            n, inner = self._list_head()
            self._skip_all((inner,), n, depth + 1)
        elif kind == _MAP:
            n = self._varint()
            both = self._byte() if n else 0
            self._skip_all((both >> 4, both & 0xF), n, depth + 1)
        elif kind in (_TRUE, _FALSE, _BYTE, _DOUBLE):
            self._move(8 if kind == _DOUBLE else 1)
        else:
            raise MalformedError(f"type {kind}, which does not exist")

    def _skip_all(self, kinds: tuple[int, ...], n: int, depth: int) -> None:
        if depth > _DEEPEST:
            raise MalformedError("lists inside one another without end")
        for _ in range(n):
            for kind in kinds:
                self._skip(kind, depth)

    def _list_head(self) -> tuple[int, int]:
        head = self._byte()
        return (head >> 4 if head >> 4 < 0xF else self._varint()), head & 0xF

    def _signed(self) -> int:
        zigzag = self._varint()
        return zigzag >> 1 ^ -(zigzag & 1)

    def _varint(self) -> int:
        value = 0
        for place in range(_LONGEST_VARINT):
            byte = self._byte()
            value |= (byte & 0x7F) << 7 * place
            if byte < 0x80:
                return value
        raise MalformedError("a number of more than 64 bits")

    def _byte(self) -> int:
        self._move(1)
        return self._data[self.at - 1]

    def _move(self, n_bytes: int) -> None:
        self.at += n_bytes
        if self.at > len(self._data):
            raise MalformedError("the bytes end inside a structure")
