"""Exports of the app Sensor Logger: which of its files hold movements, and how those without gravity get it back.

Every CSV of the app begins ``time,seconds_elapsed`` and most go on ``z,y,x``, so only its name tells acceleration from
rotation (Units Reference of the app). Times are nanoseconds UTC. Values are in g or m/s2, by device and setting;
gravity decides, as for every table. Signs differ between iOS and Android, which changes nothing here.

On iOS the telephone's ``Accelerometer.csv`` has no gravity: that of ``Gravity.csv`` is added, sample by sample.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest.archives.companion_files import companions_of
from ingest.errors import EmptyFileError, UnsupportedRecordingError
from ingest.quoting import listed
from ingest.recording import Decoded, Device, DeviceClock, Placement
from ingest.tables.dialect import HEAD_BYTES, Dialect, detect
from ingest.tables.known import begins_with, known_rows
from ingest.tables.merging import added
from ingest.tables.survey import Rows
from ingest.tables.table import Table, decode, naming
from ingest.tables.textfile import Source, open_source
from ingest.tables.timestamps import unix_us
from ingest.units import M_S2, Unit

FORMAT = "sensor-logger"

_HEAD_BYTES = 64
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?\"?time\"?,\"?seconds_elapsed\"?,")
_GRAVITY = "Gravity.csv"
_METADATA = "Metadata.csv"
_METADATA_BYTES = 1 << 16
#: By their names, and in lower case.
_WATCH = re.compile(r"(?:watch|wrist)")
_NO_ACCELERATION = re.compile(r"(?:watch)?(?:gravity|gyroscope|magnetometer|orientation|headphone|location|barometer)")
#: A low pass keeps gravity at one length while it turns; no accelerometer does.
_SAME_LENGTH, _TURNS = 1e-5, 1e-3
_FEWEST_FOR_A_LOOK = 50

_ADDED = f"gravity is not in this file and was added from {_GRAVITY}; samples without one of the same time are left out"
_HINT = f"record Total Acceleration (Android), or Gravity as well (iOS) and keep {_GRAVITY} beside this file"


@dataclass(frozen=True, slots=True)
class _File:
    """An open file of the app: its layout, and one or two sets of x, y, z that make up the acceleration."""

    source: Source
    dialect: Dialect
    axes: tuple[tuple[int, int, int], ...]

    def rows(self) -> Iterator[Rows]:
        """Its samples; times are in the first column."""
        numbers = sorted({position for axes in self.axes for position in axes})
        return known_rows(self.source, self.dialect, self._samples, as_text=(0,), as_numbers=numbers)

    def _samples(self, table: pl.DataFrame, _places: NDArray[np.int64]) -> pl.DataFrame:
        parts = ([pl.col(f"c{i}") for i in positions] for positions in zip(*self.axes, strict=True))
        x, y, z = (pl.sum_horizontal(part, ignore_nulls=False) for part in parts)
        return table.select(time_us=unix_us(pl.col("c0"), "ns"), x=x, y=y, z=z)


def claims(head: bytes, path: Path) -> bool:
    """Whether the header begins as in all files of the app, plain or gzip."""
    return begins_with(path, _HEADER, _HEAD_BYTES)


def read(path: Path) -> Decoded:
    """Decode a file of movements; ``Metadata.csv`` and, where needed, ``Gravity.csv`` are looked for beside it.

    Raises
    ------
    UnsupportedRecordingError
        Another sensor, or gravity was removed and is not there.
    IngestError
        As `ingest.tables.table.decode` says.
    """
    beside = {companion.name: companion for companion in companions_of(path) if companion.parent == path.parent}
    with naming(path):
        file = _opened(path)
        if _NO_ACCELERATION.match(path.name.lower()) or _is_gravity_alone(file):
            raise UnsupportedRecordingError(
                "this file of Sensor Logger is of another sensor than the accelerometer",
                hint="import the folder or zip of the whole recording",
            )
    gravity = _opened(beside[_GRAVITY]) if _GRAVITY in beside else None
    is_of_watch = _WATCH.match(path.name.lower()) is not None
    said = _metadata(beside.get(_METADATA))

    def rows() -> Iterator[Rows]:
        return file.rows() if gravity is None else added(file.rows(), gravity.rows())

    table = Table(
        format=FORMAT,
        device=_device(said, is_of_watch=is_of_watch),
        clock=DeviceClock("utc", zone=said.get("recording timezone") or None),
        unit=_unit(gravity),
        decimals=None,
        row_word="line",
        rows=rows,
        problems=(*file.source.problems, *((_ADDED, *gravity.source.problems) if gravity else ())),
    )
    placement = Placement("wrist") if is_of_watch else Placement()
    return replace(_decoded(table, path), placement=placement, companions=tuple(beside.values()))


def _unit(gravity: _File | None) -> Unit | None:
    """Both files of a telephone are in m/s2 under every setting; all else gravity tells."""
    return M_S2 if gravity else None


def _decoded(table: Table, path: Path) -> Decoded:
    try:
        return decode(table, path)
    except UnsupportedRecordingError as error:
        if path.name.lower() == "accelerometer.csv" and "gravity" in error.what:
            raise UnsupportedRecordingError(error.what, path=path, hint=_HINT) from error
        raise


def _opened(path: Path) -> _File:
    with naming(path):
        source = open_source(path)
        dialect = detect(source.read_at(0, HEAD_BYTES))
        if dialect is None:
            raise EmptyFileError("a header without a single sample", hint="export the recording again")
        return _File(source, dialect, _axes(dialect.names))


def _axes(names: tuple[str, ...]) -> tuple[tuple[int, int, int], ...]:
    """Plain x, y, z, or the two parts into which a watch splits acceleration."""
    where = {name.lower(): i for i, name in enumerate(names)}
    plain = _positions(where, "")
    parts = tuple(filter(None, (_positions(where, "acceleration"), _positions(where, "gravity"))))
    if plain is not None:
        return (plain,)
    if len(parts) == 2:
        return parts
    raise UnsupportedRecordingError(
        f"no acceleration among {listed(names, 12, plain=True)}", hint="import the folder or zip of the whole recording"
    )


def _positions(where: dict[str, int], prefix: str) -> tuple[int, int, int] | None:
    found = [where.get(f"{prefix}{axis}") for axis in "xyz"]
    x, y, z = found
    return None if x is None or y is None or z is None else (x, y, z)


def _is_gravity_alone(file: _File) -> bool:
    """Whether all vectors at the start have one length although they turn: a ``Gravity.csv`` under another name."""
    start = replace(file, source=replace(file.source, size=min(file.source.size, HEAD_BYTES)))
    values = next((rows.values for rows in start.rows()), np.empty((0, 3)))
    norms = np.linalg.norm(values, axis=1)
    if len(norms) < _FEWEST_FOR_A_LOOK or not norms.max():
        return False
    turns = float(np.ptp(values, axis=0).max())
    return float(np.ptp(norms)) < _SAME_LENGTH * float(norms.max()) and turns > _TURNS * float(norms.max())


def _metadata(path: Path | None) -> dict[str, str]:
    """The one row of ``Metadata.csv`` by its names; empty where there is none."""
    if path is None:
        return {}
    try:
        with path.open("rb") as file:
            text = file.read(_METADATA_BYTES).decode("utf-8-sig", "replace")
        row = next(csv.DictReader(text.splitlines()), {})
    except OSError:
        return {}
    return {name: value for name, value in row.items() if isinstance(name, str) and isinstance(value, str)}


def _device(said: dict[str, str], *, is_of_watch: bool) -> Device:
    """The telephone as it names itself; its watch has no name, and a serial number of its own by an ending."""
    maker = "Apple" if said.get("platform", "").lower() == "ios" else ""
    serial = said.get("device id", "")
    if is_of_watch:
        return Device(maker, "watch", f"{serial}-watch" if serial else "")
    return Device(maker, said.get("device name", ""), serial)
