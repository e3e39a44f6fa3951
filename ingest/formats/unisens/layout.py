"""Which signal of a measurement is the acceleration, and what its numbers mean.

After the Unisens 2.0 schema: an equidistant signal in a binary file, sample after sample, the channels of a sample
beside each other, and ``value = (number - baseline) * lsbValue`` in ``unit``. A content class is written ``ACC`` by the
schema and ``acc`` by movisens. What the schema leaves optional and is needed is never guessed in silence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ingest.errors import DamagedRecordingError, IngestError, NoClockError, UnknownUnitError, UnsupportedRecordingError
from ingest.formats.unisens.document import Document, Signal
from ingest.quoting import listed, quoted, shortened

Number = np.dtype[Any]

#: Below that a movement of half a second has no shape; see `ingest.formats.geneactiv.reader`.
SLOWEST_HZ = 5.0
#: No accelerometer is sampled faster.
FASTEST_HZ = 10_000.0

#: ``unisensFilename`` of the schema: no separators, so a name cannot lead out of the folder. Two dots could.
_FILE_NAME = re.compile(r"[0-9A-Za-z_.-]{1,254}")
#: ``DataType`` of the schema.
_TYPES: Mapping[str, DTypeLike] = {
    "double": "f8",
    "float": "f4",
    **{f"{sign}int{bits}": f"{kind}{bits // 8}" for sign, kind in (("", "i"), ("u", "u")) for bits in (8, 16, 32, 64)},
}
_ORDERS: Mapping[str, Literal["<", ">"]] = {"LITTLE": "<", "BIG": ">"}
_AXIS = re.compile(r"(?i)(?:acc(?:eleration)?)?[ _-]?([xyz])")
_BINARY = "binFileFormat"
_EXPORT = "export the measurement again"


@dataclass(frozen=True, slots=True)
class Layout:
    """How the acceleration lies in its file.

    Attributes
    ----------
    source, serial : str
        What recorded it, where the signal itself says so (``source``, ``sourceId``).
    name : str
        The file's name, without a folder.
    dtype : dtype
        One number.
    n_channels : int
        Numbers of one sample.
    axes : tuple of 3 int
        Which of them are x, y and z.
    baseline, lsb
        ``value = (number - baseline) * lsb``.
    unit : str
        As written; empty where nothing is.
    end_stop : float or None
        Where the converter ends, in steps of `lsb`.
    problems : tuple of str
        What had to be assumed, and what was left aside.
    """

    source: str
    serial: str
    name: str
    dtype: Number
    n_channels: int
    axes: tuple[int, int, int]
    baseline: float
    lsb: float
    unit: str
    rate_hz: float
    end_stop: float | None
    problems: tuple[str, ...]

    @property
    def sample_bytes(self) -> int:
        """Bytes of one sample with all its channels."""
        return self.n_channels * self.dtype.itemsize

    @property
    def fits_int16(self) -> bool:
        """Whether all numbers that the type can hold fit, so that they are kept as they are."""
        if self.dtype.kind == "f" or not self.baseline.is_integer():
            return False
        limits, int16 = np.iinfo(self.dtype.type), np.iinfo(np.int16)
        return limits.min - self.baseline >= int16.min and limits.max - self.baseline <= int16.max

    def values(self, data: bytes) -> NDArray[np.int16] | NDArray[np.float32]:
        """Whole samples as x y z, shape (n, 3): integers less the baseline where they fit, else in ``unit``."""
        numbers = np.frombuffer(data, self.dtype).reshape(-1, self.n_channels)[:, self.axes]
        if self.fits_int16:
            return (numbers.astype(np.int32) - int(self.baseline)).astype(np.int16)
        with np.errstate(all="ignore"):  # what is no number, or too large for one, is counted where quality is measured
            return ((numbers.astype(np.float64) - self.baseline) * self.lsb).astype(np.float32)


def layout_of(document: Document) -> Layout:
    """How the acceleration of a measurement lies in its file; errors name no path.

    Raises
    ------
    UnsupportedRecordingError
        There is none, or none that lies in a binary file with three axes, or too few samples a second.
    DamagedRecordingError
        A file name that leads elsewhere, or a type that does not exist.
    NoClockError, UnknownUnitError
        No possible rate, or no possible step.
    """
    signal, problems = _acceleration(document)
    name = signal.attributes.get("id", "")
    if not _FILE_NAME.fullmatch(name) or not name.strip("."):
        raise DamagedRecordingError(f"{quoted(name)} is no name of a file beside it", hint=_EXPORT)
    order, assumed = _byte_order(signal)
    dtype = _dtype(signal, order)
    lsb, baseline = _number(signal, "lsbValue", 1.0), _number(signal, "baseline", 0.0)
    if not (0 < lsb < math.inf and math.isfinite(baseline)):
        raise UnknownUnitError(f"{shortened(name)} has no possible lsbValue or baseline", hint=_EXPORT)
    return Layout(
        source=signal.attributes.get("source", ""),
        serial=signal.attributes.get("sourceId", ""),
        name=name,
        dtype=dtype,
        n_channels=len(signal.channels),
        axes=_axes(signal, name),
        baseline=baseline,
        lsb=lsb,
        unit=signal.attributes.get("unit", ""),
        rate_hz=_rate_hz(signal, name),
        end_stop=_end_stop(signal, dtype, baseline),
        problems=(*problems, *assumed),
    )


def _acceleration(document: Document) -> tuple[Signal, tuple[str, ...]]:
    found = [signal for signal in document.signals if _is_acceleration(signal)]
    binary = [signal for signal in found if signal.format == _BINARY]
    if not binary:
        raise _no_acceleration(document, found)
    others = listed((signal.attributes.get("id", "?") for signal in binary[1:]), 5, plain=True)
    aside = f"of {len(binary)} signals of acceleration only the first was read, not {others}"
    return binary[0], (aside,) if others else ()


def _is_acceleration(signal: Signal) -> bool:
    content = signal.attributes.get("contentClass")
    if content is None:
        return PurePosixPath(signal.attributes.get("id", "")).stem.lower() == "acc"
    return content.strip().lower() == "acc"


def _no_acceleration(document: Document, found: list[Signal]) -> IngestError:
    if found:
        written = found[0].format.removesuffix("FileFormat") or "unknown"
        return UnsupportedRecordingError(
            f"its acceleration is a {shortened(written)} file, not a binary one", hint=_EXPORT
        )
    if document.problem:
        return DamagedRecordingError(document.problem, hint="copy the whole folder again")
    shown = listed((signal.attributes.get("id", "?") for signal in document.signals), 5, plain=True)
    return UnsupportedRecordingError(
        f"a measurement without acceleration (it holds {shown or 'no signal'})", hint="switch the accelerometer on"
    )


def _byte_order(signal: Signal) -> tuple[Literal["<", ">"], tuple[str, ...]]:
    order = _ORDERS.get(signal.byte_order.strip().upper())
    if order is not None:
        return order, ()
    return "<", ("the document does not say which byte of a number comes first: the lowest was assumed",)


def _dtype(signal: Signal, order: Literal["<", ">"]) -> Number:
    word = signal.attributes.get("dataType", "").strip().lower()
    if word not in _TYPES:
        raise DamagedRecordingError(f"no type of number is called {quoted(word)}", hint=_EXPORT)
    return np.dtype(_TYPES[word]).newbyteorder(order)


def _axes(signal: Signal, name: str) -> tuple[int, int, int]:
    """Places of x, y and z by the channels' names; three unnamed ones are taken in their order."""
    matches = [_AXIS.fullmatch(channel.strip()) for channel in signal.channels]
    places = {match[1].lower(): i for i, match in enumerate(matches) if match is not None}
    if len(places) == 3 == sum(match is not None for match in matches):
        return places["x"], places["y"], places["z"]
    if len(signal.channels) == 3 and not any(matches):
        return 0, 1, 2
    shown = listed(signal.channels, 6, plain=True) or "none"
    raise UnsupportedRecordingError(f"{shortened(name)} has not the channels x, y and z, but {shown}", hint=_EXPORT)


def _rate_hz(signal: Signal, name: str) -> float:
    rate_hz = _number(signal, "sampleRate", math.nan)
    if not 0 < rate_hz <= FASTEST_HZ:
        raise NoClockError(f"{shortened(name)} has no possible sampleRate", hint=_EXPORT)
    if rate_hz < SLOWEST_HZ:
        raise UnsupportedRecordingError(
            f"one sample every {1 / rate_hz:.3g} s cannot show movements of half a second",
            hint="set the device to 25 Hz or more",
        )
    return rate_hz


def _end_stop(signal: Signal, dtype: Number, baseline: float) -> float | None:
    """Where the converter ends, in steps from zero, if its range lies evenly around zero."""
    bits = _number(signal, "adcResolution", math.nan)
    even = _number(signal, "adcZero", 0.0) == baseline
    return 2.0 ** (bits - 1) if even and dtype.kind != "f" and 8 <= bits <= 8 * dtype.itemsize else None


def _number(signal: Signal, name: str, default: float) -> float:
    """An attribute as a number; NaN where it is none, which nothing accepts."""
    text = signal.attributes.get(name)
    try:
        return default if text is None else float(text)
    except ValueError:
        return math.nan
