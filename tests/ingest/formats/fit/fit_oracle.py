"""What fitparse alone makes of a FIT file, message by message in plain Python: the slow truth the tables must match."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, NamedTuple

from fitparse import FitFile
from fitparse.records import DEV_TYPES, DevFieldDefinition

from ingest.formats.fit.messages import (
    ACCELEROMETER,
    BEAT_INTERVALS,
    HRV,
    HSA_ACCELEROMETER,
    MONITORING,
    RECORD,
    TIMESTAMP,
    Message,
)

LAST_STAMP_S = 0xFFFF_FFFE
LAST_MS = 0xFFFE


#: First axis field and what one step of it is, by message, best first; calibrated values and counts stay as they are.
LAYOUTS = {ACCELEROMETER: ((5, 1.0), (8, 0.001), (2, 1.0)), HSA_ACCELEROMETER: ((2, 1 / 1024),)}


class Sample(NamedTuple):
    time_ms: int
    x: float
    y: float
    z: float


class _Raw:
    """Leaves values as they are: fitparse's own conversions trip over a date that is an array."""

    def _leave(self, _: object) -> None: ...

    run_type_processor = run_field_processor = run_unit_processor = run_message_processor = _leave


def messages(file: bytes) -> tuple[list[Message], bool]:
    """Raw values of every message as far as fitparse comes, and whether it came to the end.

    Developer fields and plain bytes are left out; a stamp in a header is in.
    """
    found: list[Message] = []
    DEV_TYPES.clear()
    try:
        with FitFile(io.BytesIO(file), data_processor=_Raw()) as fit:
            for item in fit.get_messages():
                found.append(Message(item.mesg_num, dict(_values(item.fields))))
    except Exception:  # whatever its parser trips over
        return found, False
    finally:
        DEV_TYPES.clear()
    return found, True


def _values(fields: list[Any]) -> Iterator[tuple[int, object]]:
    """fitparse says None of whatever is invalid; what the field would have held still matters."""
    nothing: dict[str, object] = {"byte": b"", "string": "", "float32": math.nan, "float64": math.nan}
    for field in fields:
        kind = field.field_def.base_type.name if field.field_def else "uint32"
        if not isinstance(field.field_def, DevFieldDefinition):
            is_left = field.raw_value is not None and kind != "byte"
            yield field.def_num, field.raw_value if is_left else nothing.get(kind)


def samples(found: list[Message]) -> list[Sample]:
    """All samples in file order."""
    return [sample for message in found for sample in _samples(message)]


def _samples(message: Message) -> list[Sample]:
    stamp, thousandths, layout = whole(message, TIMESTAMP), max(whole(message, 0), 0), _layout(message)
    if not 0 <= stamp <= LAST_STAMP_S or layout is None or not _is_whole(message, 0):
        return []
    axes, unit = layout
    n_axis = min(map(len, axes))
    offsets = _offsets(message, n_axis)
    if offsets is None or thousandths > LAST_MS:
        return []
    base_ms = stamp * 1000 + thousandths
    return [
        Sample(base_ms + offset, *(value * unit for value in values))
        for offset, *values in zip(offsets, *axes, strict=False)
        if offset is not None and all(value is not None and abs(value) <= 1e6 for value in values)
    ]


def _layout(message: Message) -> tuple[list[tuple[Any, ...]], float] | None:
    for first, unit in LAYOUTS.get(message.number, ()):
        axes = [axis for field in (first, first + 1, first + 2) if (axis := several(message, field)) is not None]
        if len(axes) == 3 and any(value is not None for value in axes[0]):
            return axes, unit
    return None


def _offsets(message: Message, n_axis: int) -> list[int | None] | None:
    if message.number == HSA_ACCELEROMETER:
        interval = whole(message, 1)
        return [k * interval for k in range(n_axis)] if 0 < interval <= LAST_MS else None
    stored = several(message, 1)
    if stored is None:
        return None if n_axis > 1 else [0]
    if any(isinstance(value, float) for value in stored):
        return None
    return [value if value is not None and 0 <= value <= LAST_MS else None for value in stored]


def heart_rates(found: list[Message]) -> list[tuple[int, int]]:
    """Seconds and beats a minute."""
    rates, latest = [], -1
    for message in found:
        stamp = whole(message, TIMESTAMP)
        latest = stamp if stamp >= 0 else latest
        low = whole(message, 26)
        if message.number == MONITORING and stamp < 0 and low >= 0 and latest >= 0:
            stamp = latest + (low - latest) % 65_536
        bpm = whole(message, {RECORD: 3, MONITORING: 27}.get(message.number, -1))
        if bpm > 0 and 0 <= stamp <= LAST_STAMP_S:
            rates.append((stamp, bpm))
    return rates


def beats(found: list[Message]) -> list[tuple[int, int]]:
    """Milliseconds at the end of each interval, and the interval."""
    timed, chained = list[tuple[int, int]](), list[tuple[int, int]]()
    latest, end = -1, -10_000
    for message in found:
        stamp = whole(message, TIMESTAMP)
        latest = stamp if stamp >= 0 else latest
        number = {HRV: 0, BEAT_INTERVALS: 1}.get(message.number)
        stored = several(message, number) if number is not None else None
        lengths = [value for value in stored or () if value is not None and value > 0]
        if not lengths or any(isinstance(value, float) for value in stored or ()):
            continue
        if message.number == BEAT_INTERVALS and 0 <= stamp <= LAST_STAMP_S:
            begin = stamp * 1000 + max(whole(message, 0), 0)
            timed += zip((begin + sum_ms for sum_ms in accumulate(lengths)), lengths, strict=True)
        if message.number == HRV and 0 <= latest <= LAST_STAMP_S:
            begin = end if abs(end - latest * 1000) <= 2000 else latest * 1000
            chained += zip((begin + sum_ms for sum_ms in accumulate(lengths)), lengths, strict=True)
            end = chained[-1][0]
    return timed or chained


def whole(message: Message, field: int) -> int:
    value = message.fields.get(field)
    return value if isinstance(value, int) and 0 <= value < 1 << 63 else -1


def several(message: Message, field: int) -> tuple[Any, ...] | None:
    """A field of numbers as a tuple; None where it is absent, text or bytes."""
    value = message.fields.get(field)
    if field not in message.fields or isinstance(value, str | bytes):
        return None
    values = value if isinstance(value, tuple) else (value,)
    return tuple(None if isinstance(v, float) and math.isnan(v) else v for v in values)


def _is_whole(message: Message, field: int) -> bool:
    return isinstance(message.fields.get(field), int | None)
