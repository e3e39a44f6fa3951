"""Messages of acceleration to samples with a time: which field holds them, which of them are there, and when.

========== ===================================== =======================================================
layout     message, fields                       unit
========== ===================================== =======================================================
calibrated 165: 5-7 calibrated_accel             g says the profile, mg say real recordings
compressed 165: 8-10 compressed_calibrated_accel mg
raw        165: 2-4 accel                        counts, to be calibrated
hsa        302: 2-4 accel (Health SDK)           1.024 counts a mg
========== ===================================== =======================================================

A message holds up to some hundred samples; all messages of one definition are taken at once, in blocks. What is
missing is left out: the tail of a message that is not full, a sample without its offset or without one axis, a
message without time. Nothing is converted here but time: `ingest.formats.fit.acceleration` makes g of the
values once the unit of the whole file is known.

Source: FIT profile 21 (fields, invalid values).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.formats.fit.clock import LAST_STAMP_S, Correlations, dated_ms
from ingest.formats.fit.definitions import Definition, numbers_in
from ingest.formats.fit.messages import ACCELEROMETER, HSA_ACCELEROMETER
from ingest.formats.fit.tables import FieldColumn, MessageTable
from ingest.formats.fit.timestamps import Stamps
from ingest.recording import BLOCK_SAMPLES

Layout = Literal["calibrated", "compressed", "raw", "hsa"]

#: First of the three axis fields, by message; the further from the sensor the better.
_AXES: dict[int, tuple[tuple[Layout, int], ...]] = {
    ACCELEROMETER: (("calibrated", 5), ("compressed", 8), ("raw", 2)),
    HSA_ACCELEROMETER: (("hsa", 2),),
}
_MILLISECONDS, _OFFSETS, _INTERVAL = 0, 1, 1
#: Offsets and milliseconds are uint16; 0xFFFF is invalid.
_LAST_OFFSET_MS = 0xFFFE
#: Beyond any 16-bit count and any mg: not a measurement.
_LARGEST_VALUE = 1e6
_INT16_BYTES = 2
_N_AXES = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """Samples that stand in one layout, in file order.

    Attributes
    ----------
    time_ms : int64 array, shape (m,)
        UTC, since FIT's epoch.
    axes : array, shape (3, m)
        Integers or float32, in the unit of the layout.
    index : int64 array, shape (n,)
        Which messages of the part they are from.
    n_each : int64 array, shape (n,)
        How many are from each.
    """

    layout: Layout
    time_ms: NDArray[np.int64]
    axes: NDArray[Any]
    index: NDArray[np.int64]
    n_each: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PartSamples:
    """What one part holds: blocks of one piece or, where layouts alternate, of several whose samples interleave.

    ``n_undated`` samples count time from switching on and nothing dates it; ``n_senseless`` messages hold none.
    """

    blocks: tuple[tuple[Piece, ...], ...]
    n_undated: int
    n_senseless: int


class _Grid(NamedTuple):
    """What the messages of a table say, each array of shape (n, k) or (n,); nothing left out yet."""

    base_ms: NDArray[np.int64]
    offset_ms: NDArray[np.int64]
    axes: tuple[NDArray[Any], ...]
    valid: NDArray[np.bool_]


def samples_in(tables: Sequence[MessageTable], stamps: Stamps, correlations: Correlations) -> PartSamples:
    """The samples of one part, in blocks of about `BLOCK_SAMPLES`.

    Parameters
    ----------
    tables : sequence of MessageTable
        Those of acceleration, of one part.
    stamps : Stamps
        Of the same part.
    correlations : Correlations
        Date the samples that count from switching on.
    """
    blocks, n_undated, n_used = list[tuple[Piece, ...]](), 0, 0
    for first, last in pairwise(_edges(tables)):
        pieces = []
        for layout, axes, rows in chain.from_iterable(_by_layout(table.between(first, last)) for table in tables):
            grid = _grid(rows, axes, stamps)
            if grid is not None and grid.valid.any():
                piece = _piece(rows.index, layout, grid, correlations)
                n_undated += int(grid.valid.sum()) - len(piece.time_ms)
                n_used += int(grid.valid.any(axis=1).sum())
                pieces.append(piece)
        if any(len(piece.time_ms) for piece in pieces):
            blocks.append(tuple(piece for piece in pieces if len(piece.time_ms)))
    return PartSamples(tuple(blocks), n_undated, sum(map(len, tables)) - n_used)


def _edges(tables: Sequence[MessageTable]) -> list[int]:
    """Numbers of messages at which blocks begin and end, by what fits into each message."""
    if not tables:
        return []
    index = np.concatenate([table.index for table in tables])
    n_fitting = np.repeat([_n_fitting(table.definition) for table in tables], [len(table) for table in tables])
    order = np.argsort(index, kind="stable")
    before = np.cumsum(n_fitting[order]) - n_fitting[order]
    (starts,) = np.nonzero(np.diff(before // BLOCK_SAMPLES, prepend=-1))
    return [*index[order][starts].tolist(), int(index[order][-1]) + 1]


def _n_fitting(definition: Definition) -> int:
    fields = [definition.field(x) for _, x in _AXES[definition.number]]
    layouts = [numbers_in(field, big_endian=False) for field in fields if field]
    return max((layout.n for layout in layouts if layout), default=0)


def _by_layout(table: MessageTable) -> Iterator[tuple[Layout, list[FieldColumn], MessageTable]]:
    """Each layout, its three axes, and the messages that it has a value for and no better one has."""
    for layout, x in _AXES[table.definition.number]:
        axes = _axes(table, x)
        if len(axes) == _N_AXES and len(table):
            holds = np.asarray(axes[0].known().any(axis=1))
            rows = table.only(holds)
            yield layout, axes if rows is table else _axes(rows, x), rows
            table = table.only(~holds)


def _axes(table: MessageTable, x: int) -> list[FieldColumn]:
    """As many of the three axes as the messages have."""
    return [column for field in range(x, x + _N_AXES) if (column := table.column(field))]


def _grid(table: MessageTable, axes: Sequence[FieldColumn], stamps: Stamps) -> _Grid | None:
    """Times, values and which of them are there; None where the fields of the messages make no sense together.

    Axes of unequal length are cut to the shortest.
    """
    n_axis = min(column.values.shape[1] for column in axes)
    thousandths, offset = table.whole(_MILLISECONDS), _offsets(table, n_axis)
    if offset is None or not table.is_whole(_MILLISECONDS):
        return None
    offset_ms, has_offset = offset
    k = min(offset_ms.shape[1], n_axis)
    stamp_s = stamps.of(table)
    has_time = (stamp_s >= 0) & (stamp_s <= LAST_STAMP_S) & (thousandths <= _LAST_OFFSET_MS)
    valid = has_offset[:, :k] & has_time[:, np.newaxis]
    with np.errstate(invalid="ignore", over="ignore"):  # floats that are no numbers, or only as 64 bits
        for column in axes:
            valid &= _measured(column)[:, :k]
        values = tuple(_compact(column.values[:, :k]) for column in axes)
    return _Grid(stamp_s * 1000 + np.maximum(thousandths, 0), offset_ms[:, :k], values, valid)


def _offsets(table: MessageTable, n_axis: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]] | None:
    """When the samples were taken after their message's own time, and where that is known; None where nothing tells."""
    if table.definition.number == HSA_ACCELEROMETER:
        interval_ms = table.whole(_INTERVAL)[:, np.newaxis]
        known = (interval_ms > 0) & (interval_ms <= _LAST_OFFSET_MS)
        return interval_ms * np.arange(n_axis), np.broadcast_to(known, (len(table), n_axis))
    column = table.column(_OFFSETS)
    if column is None:
        return None if n_axis > 1 else (np.zeros((len(table), 1), np.int64), np.ones((len(table), 1), np.bool_))
    if column.values.dtype.kind not in "iu":
        return None
    offset_ms = column.values.astype(np.int64)
    return offset_ms, column.known() & (offset_ms >= 0) & (offset_ms <= _LAST_OFFSET_MS)


def _measured(column: FieldColumn) -> NDArray[np.bool_]:
    if column.values.dtype.itemsize <= _INT16_BYTES:
        return column.known()
    return column.known() & (np.abs(column.values.astype(np.float64)) <= _LARGEST_VALUE)


def _compact(values: NDArray[Any]) -> NDArray[Any]:
    return values if values.dtype.itemsize <= _INT16_BYTES else values.astype(np.float32)


def _piece(index: NDArray[np.int64], layout: Layout, grid: _Grid, correlations: Correlations) -> Piece:
    """The samples that are there and have a date."""
    base_ms, dated = dated_ms(grid.base_ms, correlations)
    time_ms = base_ms[:, np.newaxis] + grid.offset_ms
    valid = grid.valid & dated[:, np.newaxis]
    if valid.all():  # the usual case, and several times faster without picking
        n_each = np.full(len(index), valid.shape[1])
        return Piece(layout, time_ms.ravel(), np.stack([axis.ravel() for axis in grid.axes]), index, n_each)
    return Piece(layout, time_ms[valid], np.stack([axis[valid] for axis in grid.axes]), index, valid.sum(axis=1))
