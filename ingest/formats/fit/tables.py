"""Fields of many equal messages at once: how bytes of a FIT file become numpy arrays.

The messages of one definition are a `MessageTable`. Each of its fields is a column, which is gathered from the file in
one step when it is first used. Nothing is converted: values keep the type that the file has them in, and the value that
means "none" stays among them until `FieldColumn.known` tells it apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.formats.fit.definitions import Definition, numbers_in
from ingest.formats.fit.walk import Walked

#: Stands in `MessageTable.whole` for a number that is absent, invalid or negative.
NONE = -1


@dataclass(frozen=True, slots=True)
class FieldColumn:
    """One field of all messages of a table.

    Attributes
    ----------
    values : array, shape (n, k)
        As the file has them, k to a message.
    invalid : int or None
        The value that means "none"; None for floating point, where NaN does.
    """

    values: NDArray[Any]
    invalid: int | None

    def known(self) -> NDArray[np.bool_]:
        """Which values are there, shape (n, k)."""
        if self.invalid is None:
            return np.asarray(~np.isnan(self.values))
        return np.asarray(self.values != self.invalid)


@dataclass(frozen=True, slots=True)
class MessageTable:
    """The messages of one definition in one part.

    Attributes
    ----------
    data : bytes
        The file.
    definition : Definition
        Their common layout.
    index : int64 array, shape (n,)
        Which messages of the part they are.
    at : int64 array, shape (n,)
        Where in the file their headers are.
    """

    data: bytes
    definition: Definition
    index: NDArray[np.int64]
    at: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.index)

    def between(self, first: int, last: int) -> MessageTable:
        """Only the messages from number ``first`` of the part up to but not including ``last``."""
        rows = slice(*np.searchsorted(self.index, (first, last)).tolist())
        return replace(self, index=self.index[rows], at=self.at[rows])

    def only(self, rows: NDArray[np.bool_]) -> MessageTable:
        """Only these messages."""
        return self if rows.all() else replace(self, index=self.index[rows], at=self.at[rows])

    def column(self, number: int) -> FieldColumn | None:
        """A field as numbers; None where the messages do not have it, or not as numbers."""
        field = self.definition.field(number)
        layout = field and numbers_in(field, big_endian=self.definition.big_endian)
        if field is None or layout is None:
            return None
        # A window of the field's size at every byte of the file, of which those of the messages are taken.
        windows = np.ndarray((len(self.data) - field.size + 1,), f"V{field.size}", self.data, strides=(1,))
        values = windows[self.at + (1 + field.at)].view(layout.dtype).reshape(-1, layout.n)
        return FieldColumn(values, layout.invalid)

    def is_whole(self, number: int) -> bool:
        """Whether a field is one whole number, or absent."""
        field = self.definition.field(number)
        layout = field and numbers_in(field, big_endian=False)
        return field is None or (layout is not None and layout.n == 1 and layout.dtype[1] in "iu")

    def whole(self, number: int) -> NDArray[np.int64]:
        """A field of one whole number, shape (n,); `NONE` where it is anything else, invalid, or negative."""
        column = self.column(number)
        if column is None or not self.is_whole(number):
            return np.full(len(self), NONE, dtype=np.int64)
        # What does not fit 63 bits becomes negative.
        values = column.values[:, 0].astype(np.int64)
        return np.where(column.known()[:, 0] & (values >= 0), values, NONE)


def tables(data: bytes, walked: Walked, numbers: Collection[int] | None = None) -> Iterator[MessageTable]:
    """The messages with one of these numbers, one table for each of their definitions.

    Parameters
    ----------
    data : bytes
        The file.
    walked : Walked
        The messages of one of its parts.
    numbers : collection of int or None
        Global numbers of messages; None: all.
    """
    order = np.argsort(walked.layout, kind="stable")  # 16-bit numbers: a radix sort
    edges = np.searchsorted(walked.layout[order], np.arange(len(walked.definitions) + 1)).tolist()
    for definition, rows in zip(walked.definitions, pairwise(edges), strict=True):
        index = order[slice(*rows)]
        if len(index) and (numbers is None or definition.number in numbers):
            yield MessageTable(data, definition, index, walked.at[index])
