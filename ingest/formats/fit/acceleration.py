"""Acceleration messages to samples in g: the only place that knows FIT's four ways of storing a sample.

========== ===================================== =======================================================
layout     message, fields                       to g
========== ===================================== =======================================================
calibrated 165: 5-7 calibrated_accel             as stored, or a thousandth: the profile says g, real
                                                 recordings hold mg; gravity decides
compressed 165: 8-10 compressed_calibrated_accel mg
raw        165: 2-4 accel                        counts, with the file's `three_d_sensor_calibration`
hsa        302: 2-4 accel (Health SDK)           1.024 counts a mg
========== ===================================== =======================================================

Values leave as float32 g for all of them, not as int16 with a factor: raw counts are 16-bit but get an offset
a sensor and a rotation, calibrated ones are floating point already, and one file may hold several layouts.

Sources: FIT profile 21 (fields, scales, invalid values); the rule for raw counts is the one of Garmin's
ThreeDSensorAdjustmentPlugin: ``R (raw - level_shift - offset) * factor / divisor``, the last calibration in
the file valid for all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.errors import UnknownUnitError
from ingest.formats.fit.clock import SYSTEM_TIME_S, stamp_s
from ingest.formats.fit.messages import ACCELEROMETER, CALIBRATION, Message, integer, series
from ingest.recording import BLOCK_SAMPLES

Layout = Literal["calibrated", "compressed", "raw", "hsa"]
Values = tuple[float | None, ...]

#: First of the three axis fields in ``accelerometer_data``; the further from the sensor the better.
_AXES: tuple[tuple[Layout, int], ...] = (("calibrated", 5), ("compressed", 8), ("raw", 2))
#: Offsets and milliseconds are uint16; 0xFFFF is invalid.
_LAST_OFFSET_MS = 0xFFFE
#: Beyond any 16-bit count and any mg: not a measurement.
_LARGEST_VALUE = 1e6
_ORIENTATION_SCALE = 65_535
_G_PER_MG = 0.001
_G_PER_HSA_COUNT = 1 / 1024
#: Median length of the acceleration vector of a sensor at rest or worn, with room for poor calibration.
GRAVITY_G = (0.5, 2.0)
#: Norms looked at to find the unit.
_NORMS = 1_000_000


class Burst(NamedTuple):
    """The samples of one message, before they become arrays."""

    layout: Layout
    on_system_time: bool
    base_ms: int
    offset_ms: Values
    x: Values
    y: Values
    z: Values


@dataclass(frozen=True, slots=True)
class Stored:
    """Valid samples of one layout and clock in file order.

    Attributes
    ----------
    time_ms : int64 array, shape (n,)
        Since FIT's epoch, or since switching on where ``on_system_time``.
    xyz : float32 array, shape (n, 3)
        In the unit of the layout.
    """

    layout: Layout
    on_system_time: bool
    time_ms: NDArray[np.int64]
    xyz: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How raw counts become g: ``matrix @ (counts - zero)``."""

    zero: NDArray[np.float64]
    matrix: NDArray[np.float64]


def burst_in(message: Message) -> Burst | None:
    """The samples of a message of acceleration; None where its fields make no sense together.

    Axes of unequal length are cut to the shortest. Invalid entries are fine: `Packer` drops them.
    """
    stamp, thousandths = stamp_s(message), message.fields.get(0)
    found = _axes(message)
    if stamp is None or found is None or not (thousandths is None or isinstance(thousandths, int)):
        return None
    layout, axes = found
    n_samples = min(map(len, axes))
    offset_ms = _offsets(message, n_samples)
    if offset_ms is None or not 0 <= (thousandths or 0) <= _LAST_OFFSET_MS:
        return None
    n_samples = min(n_samples, len(offset_ms))
    x, y, z = (axis[:n_samples] for axis in axes)
    base_ms = stamp * 1000 + (thousandths or 0)
    return Burst(layout, stamp < SYSTEM_TIME_S, base_ms, offset_ms[:n_samples], x, y, z)


class Packer:
    """Packs bursts as they come into blocks of about `BLOCK_SAMPLES`: few exist as Python numbers at a time."""

    def __init__(self) -> None:
        self._held: list[Burst] = []
        self._n_held = 0
        self._blocks: list[Stored] = []

    def add(self, burst: Burst) -> None:
        """Takes the next burst in file order."""
        self._held.append(burst)
        self._n_held += len(burst.x)
        if self._n_held >= BLOCK_SAMPLES:
            self._pack()

    def finish(self) -> tuple[Stored, ...]:
        """All blocks, none of them empty."""
        self._pack()
        return tuple(self._blocks)

    def _pack(self) -> None:
        self._blocks += _packed(self._held)
        self._held, self._n_held = [], 0


def calibration_in(messages: Iterable[Message]) -> Calibration | None:
    """The last usable calibration of an accelerometer (gyroscopes and compasses have theirs beside it)."""
    found = None
    for message in messages:
        if message.number == CALIBRATION and integer(message, 0) == 0:
            found = _calibration(message) or found
    return found


def in_g(blocks: Sequence[Stored], calibration: Calibration | None, path: Path) -> list[Stored]:
    """The blocks with their values in g.

    Raises
    ------
    UnknownUnitError
        Raw counts without a calibration, or values whose median length is that of gravity in no unit.
    """
    if any(block.layout == "raw" for block in blocks) and calibration is None:
        raise UnknownUnitError(
            "raw accelerometer counts without the calibration message that says what they mean",
            path=path,
            hint="let the logging app store calibrated values, or take the original file from the device",
        )
    unit_g = _calibrated_unit_g([b for b in blocks if b.layout == "calibrated"], path)
    converted = [_to_g(block, calibration, unit_g) for block in blocks]
    if not _is_gravity(median := median_norm(converted)):
        raise _unknown_unit(median, "g", path)
    return converted


def median_norm(blocks: Sequence[Stored]) -> float:
    """Median length of the acceleration vector over at least one block, from at most `_NORMS` samples."""
    step = sum(len(block.xyz) for block in blocks) // _NORMS + 1
    lengths = [np.linalg.norm(block.xyz[::step].astype(np.float64), axis=1) for block in blocks]
    return float(np.median(np.concatenate(lengths)))


def _axes(message: Message) -> tuple[Layout, tuple[Values, Values, Values]] | None:
    if message.number != ACCELEROMETER:
        axes = _three(message, 2)
        return ("hsa", axes) if axes else None
    for layout, first in _AXES:
        axes = _three(message, first)
        if axes and any(value is not None for value in axes[0]):
            return layout, axes
    return None


def _three(message: Message, first: int) -> tuple[Values, Values, Values] | None:
    x, y, z = series(message, first), series(message, first + 1), series(message, first + 2)
    return None if x is None or y is None or z is None else (x, y, z)


def _offsets(message: Message, n_samples: int) -> Values | None:
    """When the samples were taken after the message's own time; None where nothing tells."""
    if message.number == ACCELEROMETER:
        stored = series(message, 1)
        return stored if stored is not None or n_samples > 1 else (0,)
    interval_ms = integer(message, 1)
    if interval_ms is None or not 0 < interval_ms <= _LAST_OFFSET_MS:
        return None
    return tuple(k * interval_ms for k in range(n_samples))


def _packed(bursts: Sequence[Burst]) -> Iterator[Stored]:
    for (layout, on_system_time), run in groupby(bursts, key=lambda burst: (burst.layout, burst.on_system_time)):
        block = _stored(layout, list(run), on_system_time=on_system_time)
        if len(block.time_ms):
            yield block


def _stored(layout: Layout, run: Sequence[Burst], *, on_system_time: bool) -> Stored:
    offset_ms = _flat(burst.offset_ms for burst in run)
    axes = ((b.x for b in run), (b.y for b in run), (b.z for b in run))
    xyz = np.column_stack([_flat(axis) for axis in axes])
    base_ms = np.repeat(np.array([burst.base_ms for burst in run]), [len(burst.x) for burst in run])
    # Comparisons with NaN are False, so what is missing is not valid either.
    valid = (offset_ms >= 0) & (np.abs(xyz) <= _LARGEST_VALUE).all(axis=1)
    if layout != "hsa":
        valid &= offset_ms <= _LAST_OFFSET_MS
    time_ms = base_ms[valid] + offset_ms[valid].astype(np.int64)
    return Stored(layout, on_system_time, time_ms, xyz[valid].astype(np.float32))


def _flat(rows: Iterable[Values]) -> NDArray[np.float64]:
    """All values behind one another; None becomes NaN."""
    return np.array(list(chain.from_iterable(rows)), dtype=np.float64)


def _calibration(message: Message) -> Calibration | None:
    factor, divisor = integer(message, 1), integer(message, 2)
    if not factor or not divisor:
        return None
    shift = integer(message, 3) or 0
    offset = _vector(message, 4, default=(0, 0, 0))
    orientation = _vector(message, 5, default=tuple(_ORIENTATION_SCALE * i for i in (1, 0, 0, 0, 1, 0, 0, 0, 1)))
    if offset is None or orientation is None:
        return None
    return Calibration(shift + offset, orientation.reshape(3, 3) / _ORIENTATION_SCALE * (factor / divisor))


def _vector(message: Message, field: int, *, default: tuple[int, ...]) -> NDArray[np.float64] | None:
    """A field of as many numbers as its default has; None where it holds anything else."""
    values = series(message, field) if field in message.fields else default
    if values is None or len(values) != len(default) or any(v is None for v in values):
        return None
    return np.array(values, dtype=np.float64)


def _calibrated_unit_g(blocks: Sequence[Stored], path: Path) -> float:
    if not blocks:
        return 1.0
    median = median_norm(blocks)
    for unit_g in (1.0, _G_PER_MG):
        if _is_gravity(median * unit_g):
            return unit_g
    raise _unknown_unit(median, "g or mg", path)


def _is_gravity(norm_g: float) -> bool:
    lowest, highest = GRAVITY_G
    return lowest <= norm_g <= highest


def _unknown_unit(median: float, units: str, path: Path) -> UnknownUnitError:
    return UnknownUnitError(
        f"the median length of the acceleration is {median:.4g}, which is not gravity in {units}",
        path=path,
        hint="nothing was guessed; check what the logging app writes",
    )


def _to_g(block: Stored, calibration: Calibration | None, calibrated_unit_g: float) -> Stored:
    if block.layout == "raw" and calibration is not None:
        counts = block.xyz.astype(np.float64)
        return replace(block, xyz=((counts - calibration.zero) @ calibration.matrix.T).astype(np.float32))
    unit_g = {"calibrated": calibrated_unit_g, "compressed": _G_PER_MG, "hsa": _G_PER_HSA_COUNT}[block.layout]
    return replace(block, xyz=(block.xyz * np.float64(unit_g)).astype(np.float32))
