"""The reader for Unisens folders, as the sensors of movisens write them: the document, then the file it names.

The main file is ``unisens.xml``; the acceleration lies beside it in a binary file, mostly ``acc.bin``, which becomes
a companion. Other signals of the folder (``press.bin``, ``ecg.bin``, markers) are not used.

All that the format says of time is when the measurement began, in local time without a zone, and the rate: sample k
was taken at ``start + k / rate``. A sensor whose clock runs 50 ppm wrong is 1.4 s off after a night, and a sample that
was lost shifts all behind it; neither can be seen, and that is told.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from ingest.clock import microseconds
from ingest.errors import DamagedRecordingError, EmptyFileError, UnreadableFileError, concerning
from ingest.formats.unisens.document import MOST_BYTES, Document, is_unisens, parsed
from ingest.formats.unisens.layout import Layout, layout_of
from ingest.input_file import leads_into, stamp_of, unreadable
from ingest.losses import ENDS_INSIDE
from ingest.placement import placement_from
from ingest.quoting import shortened
from ingest.recording import BLOCK_SAMPLES, Decoded, Device, DeviceClock, Samples
from ingest.units import decide_unit, named_unit, steady_share

FORMAT = "unisens"

_COPY_FOLDER = "copy the whole folder again"
#: Stretches of the file that tell the size of gravity, and samples of each.
_PLACES, _PLACE_SAMPLES = 50, 200
#: By how many seconds a measurement may end beside what the document says of it.
_SAME_LENGTH_S = 2.0


def claims(head: bytes, path: Path) -> bool:
    """Whether this is the document of a Unisens folder; ``path`` is not looked at."""
    return is_unisens(head)


def read(path: Path) -> Decoded:
    """Read a measurement by its ``unisens.xml``.

    Values are the file's own integers where they fit 16 bits.

    Raises
    ------
    UnreadableFileError
        The document or its acceleration cannot be had; also from walking the blocks when that changed since.
    EmptyFileError
        Not a single whole sample.
    UnsupportedRecordingError
        No acceleration that can show movements, or one without gravity.
    DamagedRecordingError
        A document that cannot be read or trusted.
    NoClockError, UnknownUnitError
        No possible rate, or no possible size of gravity.
    """
    with concerning(path):
        document = parsed(_content(path))
        layout = layout_of(document)
    data = path.with_name(layout.name)
    if not (data.exists() and leads_into(data, data.parent)):
        raise UnreadableFileError(
            f"its samples in {shortened(layout.name)} are not beside it", path=path, hint=_COPY_FOLDER
        )
    size = stamp_of(data).size
    n_samples = size // layout.sample_bytes
    if n_samples == 0:
        raise EmptyFileError("a recording without a single sample", path=data, hint=_COPY_FOLDER)
    with concerning(path):
        norms = _norms(data, layout, n_samples)
        unit, odd = decide_unit(
            float(np.median(norms)), named_unit(layout.unit), integers=False, steady_share=steady_share(norms)
        )
    clock, start_us, no_start = _start(document)
    g_per_value = unit.g_per_unit * (layout.lsb if layout.fits_int16 else 1.0)
    problems = (
        document.problem,
        *layout.problems,
        odd,
        "" if named_unit(layout.unit) else f"the document names no unit that is known: gravity fits {unit.name}",
        no_start,
        *_problems(document, layout, size, n_samples),
    )
    return Decoded(
        format=FORMAT,
        device=_device(document, layout),
        placement=placement_from(document.notes.get("sensorLocation", "")),
        clock=clock,
        rate_hz_nominal=layout.rate_hz,
        unit=unit.name,
        blocks=lambda: _blocks(data, layout, n_samples, start_us, g_per_value),
        problems=tuple(filter(None, problems)),
        full_scale_g=layout.end_stop and layout.end_stop * layout.lsb * unit.g_per_unit,
        companions=(data,),
    )


def _content(path: Path) -> bytes:
    size = stamp_of(path).size
    if size > MOST_BYTES:
        raise DamagedRecordingError(f"a document of {size:,} bytes, which no measurement needs", hint="export it again")
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def _device(document: Document, layout: Layout) -> Device:
    """The sensor; movisens writes its name among the attributes of the measurement."""
    model, serial = document.notes.get("sensorType", ""), document.notes.get("sensorSerialNumber", "")
    maker = "movisens" if model or serial else ""
    return Device(maker, model or layout.source, serial or layout.serial)


def _start(document: Document) -> tuple[DeviceClock, int, str | None]:
    """When the measurement began: on a local clock, or on none where the document does not say it."""
    text = document.attributes.get("timestampStart", "").strip()
    try:
        start = datetime.fromisoformat(text if len(text) > len("2026-03-07") else "")
    except ValueError:
        return DeviceClock("relative"), 0, "the document does not say when the measurement began"
    start_us = microseconds(start.replace(tzinfo=UTC))
    offset = start.utcoffset()
    if text.upper().endswith("Z"):
        return DeviceClock("utc"), start_us, None
    return DeviceClock("local", None if offset is None else int(offset.total_seconds())), start_us, None


def _norms(data: Path, layout: Layout, n_samples: int) -> NDArray[np.float64]:
    """Lengths of the acceleration, from places all over the file, in the unit of the file."""
    starts = sorted({n_samples * place // _PLACES for place in range(_PLACES)})
    with _opened(data) as file:
        pieces = [_piece(file, data, layout, start, min(_PLACE_SAMPLES, n_samples - start)) for start in starts]
    with np.errstate(over="ignore"):  # what is infinite fits no unit
        values = np.concatenate(pieces).astype(np.float64) * (layout.lsb if layout.fits_int16 else 1.0)
        norms: NDArray[np.float64] = np.sqrt((values**2).sum(axis=1))
    norms = norms[~np.isnan(norms)]
    if not len(norms):
        raise DamagedRecordingError("its samples are not numbers", path=data, hint=_COPY_FOLDER)
    return norms


def _blocks(data: Path, layout: Layout, n_samples: int, start_us: int, g_per_value: float) -> Iterator[Samples]:
    with _opened(data) as file:
        for first in range(0, n_samples, BLOCK_SAMPLES):
            count = min(BLOCK_SAMPLES, n_samples - first)
            since_us = np.rint(np.arange(first, first + count) * (1e6 / layout.rate_hz)).astype(np.int64)
            values = _piece(file, data, layout, first, count)
            if values.dtype == np.float32 and g_per_value != 1.0:
                yield Samples(start_us + since_us, values * np.float32(g_per_value), 1.0)
            else:
                yield Samples(start_us + since_us, values, g_per_value)


@contextmanager
def _opened(data: Path) -> Iterator[IO[bytes]]:
    try:
        with data.open("rb") as file:
            yield file
    except OSError as error:
        raise unreadable(data, error) from error


def _piece(
    file: IO[bytes], data: Path, layout: Layout, first: int, count: int
) -> NDArray[np.int16] | NDArray[np.float32]:
    file.seek(first * layout.sample_bytes)
    content = file.read(count * layout.sample_bytes)
    if len(content) != count * layout.sample_bytes:
        raise UnreadableFileError("became shorter while it was read", path=data, hint="import it again")
    return layout.values(content)


def _problems(document: Document, layout: Layout, size: int, n_samples: int) -> Iterator[str]:
    yield "the measurement has no clock but its start: times rest on the rate, and lost samples cannot be seen"
    extra = size % layout.sample_bytes
    if extra:
        yield f"{shortened(layout.name)} {ENDS_INSIDE} sample; its last {extra} bytes were left out"
    lasts_s, stated_s = n_samples / layout.rate_hz, _stated_s(document)
    if abs(stated_s - lasts_s) > _SAME_LENGTH_S:
        yield f"the document says that it lasted {stated_s:,.0f} s, {shortened(layout.name)} holds {lasts_s:,.0f} s"


def _stated_s(document: Document) -> float:
    """The optional ``duration``; NaN without one."""
    try:
        return float(document.attributes.get("duration", "nan"))
    except ValueError:
        return math.nan
