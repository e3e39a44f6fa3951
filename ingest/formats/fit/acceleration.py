"""Values of acceleration to g.

Which unit a file is in is decided once for all of it, by gravity. Values leave as float32 g for all layouts, not
as int16 with a factor: raw counts are 16-bit but get an offset a sensor and a rotation, calibrated ones are floating
point already, and one file may hold several layouts.

Sources: FIT profile 21 (scales); the rule for raw counts is the one of Garmin's ThreeDSensorAdjustmentPlugin:
``R (raw - level_shift - offset) * factor / divisor``, the last calibration in the file valid for all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.errors import UnknownUnitError
from ingest.formats.fit.clock import unix_us
from ingest.formats.fit.messages import CALIBRATION, Message, integer, series
from ingest.formats.fit.samples import Layout, Piece
from ingest.recording import Samples

#: The unit each layout has in the file.
UNITS: dict[Layout, str] = {"calibrated": "g", "compressed": "mg", "raw": "counts", "hsa": "mg"}
_ORIENTATION_SCALE = 65_535
_G_PER_MG = 0.001
_G_PER_HSA_COUNT = 1 / 1024
#: Median length of the acceleration vector of a sensor at rest or worn, with room for poor calibration.
GRAVITY_G = (0.5, 2.0)
#: Norms looked at to find the unit.
_NORMS = 100_000


@dataclass(frozen=True, slots=True)
class SensorCalibration:
    """How raw counts become g: ``matrix @ (counts - zero)``."""

    zero: NDArray[np.float64]
    matrix: NDArray[np.float64]


def calibration_in(messages: Iterable[Message]) -> SensorCalibration | None:
    """The last usable calibration of an accelerometer (gyroscopes and compasses have theirs beside it)."""
    found = None
    for message in messages:
        if message.number == CALIBRATION and integer(message, 0) == 0:
            found = _calibration(message) or found
    return found


def in_g(blocks: Sequence[Sequence[Piece]], calibration: SensorCalibration | None, path: Path) -> tuple[Samples, ...]:
    """Convert blocks to g, the pieces of each interleaved as the file has them.

    Parameters
    ----------
    blocks : sequence of sequence of Piece
        As `samples_in` makes them; the samples of a block's pieces interleave.
    calibration : SensorCalibration or None
        For raw counts; None where the file has none.
    path : Path
        Named by the error.

    Raises
    ------
    UnknownUnitError
        Raw counts without a calibration, or values whose median length is that of gravity in no unit.
    """
    pieces = list(chain.from_iterable(blocks))
    if any(piece.layout == "raw" for piece in pieces) and calibration is None:
        raise UnknownUnitError(
            "raw accelerometer counts without the calibration message that says what they mean",
            path=path,
            hint="let the logging app store calibrated values, or take the original file from the device",
        )
    unit_g = _calibrated_unit_g([piece.axes for piece in pieces if piece.layout == "calibrated"], path)
    converted = [block_in_g(block, calibration, unit_g) for block in blocks]
    if not _is_gravity(median := _median_norm([samples.values.T for samples in converted])):
        raise _unknown_unit(median, "g", path)
    return tuple(converted)


def block_in_g(block: Sequence[Piece], calibration: SensorCalibration | None, calibrated_unit_g: float) -> Samples:
    """Convert one block to g.

    Parameters
    ----------
    block : sequence of Piece
        Pieces whose samples interleave.
    calibration : SensorCalibration or None
        For raw counts; may be None where there are none.
    calibrated_unit_g : float
        The unit of calibrated values, in g.
    """
    xyz_g = [_xyz_g(piece, calibration, calibrated_unit_g) for piece in block]
    if len(block) == 1:
        return Samples(unix_us(block[0].time_ms), xyz_g[0], 1.0)
    message = np.concatenate([np.repeat(piece.index, piece.n_each) for piece in block])
    order = np.argsort(message, kind="stable")
    time_ms = np.concatenate([piece.time_ms for piece in block])
    return Samples(unix_us(time_ms[order]), np.concatenate(xyz_g)[order], 1.0)


def _xyz_g(piece: Piece, calibration: SensorCalibration | None, calibrated_unit_g: float) -> NDArray[np.float32]:
    xyz_g = np.empty((len(piece.time_ms), 3), dtype=np.float32)
    if piece.layout == "raw" and calibration is not None:
        _calibrate(piece.axes, calibration, xyz_g)
        return xyz_g
    unit_g = {"calibrated": calibrated_unit_g, "compressed": _G_PER_MG, "hsa": _G_PER_HSA_COUNT}[piece.layout]
    for axis, values in enumerate(piece.axes):
        xyz_g[:, axis] = values * np.float64(unit_g)
    return xyz_g


def _calibrate(axes: NDArray[Any], calibration: SensorCalibration, xyz_g: NDArray[np.float32]) -> None:
    """Writes counts as g; without a matrix product where the orientation mixes no axes, as it mostly does not."""
    matrix, zero = calibration.matrix, calibration.zero
    if np.count_nonzero(matrix) == np.count_nonzero(matrix.diagonal()):
        for axis, counts in enumerate(axes):
            xyz_g[:, axis] = (counts - zero[axis]) * matrix[axis, axis]
    else:
        xyz_g[:] = (axes - zero[:, np.newaxis]).T @ matrix.T


def _median_norm(blocks: Sequence[NDArray[Any]]) -> float:
    """Median length of the acceleration vector over at least one block of shape (3, n), from about `_NORMS` samples."""
    step = sum(block.shape[1] for block in blocks) // _NORMS + 1
    lengths = [np.linalg.norm(block[:, ::step].astype(np.float64), axis=0) for block in blocks]
    return float(np.median(np.concatenate(lengths)))


def _calibration(message: Message) -> SensorCalibration | None:
    factor, divisor = integer(message, 1), integer(message, 2)
    if not factor or not divisor:
        return None
    shift = integer(message, 3) or 0
    offset = _vector(message, 4, default=(0, 0, 0))
    orientation = _vector(message, 5, default=tuple(_ORIENTATION_SCALE * i for i in (1, 0, 0, 0, 1, 0, 0, 0, 1)))
    if offset is None or orientation is None:
        return None
    return SensorCalibration(shift + offset, orientation.reshape(3, 3) / _ORIENTATION_SCALE * (factor / divisor))


def _vector(message: Message, field: int, *, default: tuple[int, ...]) -> NDArray[np.float64] | None:
    """A field of as many numbers as its default has; None where it holds anything else."""
    values = series(message, field) if field in message.fields else default
    if values is None or len(values) != len(default) or any(v is None for v in values):
        return None
    return np.array(values, dtype=np.float64)


def _calibrated_unit_g(blocks: Sequence[NDArray[Any]], path: Path) -> float:
    if not blocks:
        return 1.0
    median = _median_norm(blocks)
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
        hint="let the logging app store calibrated values in g or mg; nothing was guessed",
    )
