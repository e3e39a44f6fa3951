"""The thermometer in the log of an ActiGraph with a gyroscope (GT9X Link): sensor data, laid out by a schema.

A schema (kind 24) has three u16, its number, columns and rows a record, then 23 bytes a column: flags (1: big-endian,
2: signed), place and size in bits, scale as the maker encodes floats, a label of 16 characters. Sensor data (kind 25)
begin with the number of the schema; a value is divided by the scale, and to one labelled temperature 21 are added (the
maker's "GT3X File Format", SensorSchema and SensorData). The thermometer is that of the gyroscope's chip. Kind 8,
TEMPERATURE, has no public description and is not read; devices without the gyroscope write neither.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.formats.actigraph.encoded_floats import parameter_float
from ingest.quality.thermometer import MinuteMeans
from ingest.recording import Temperature

SCHEMA, DATA = 24, 25

_HEADER_BYTES, _COLUMN_BYTES = 6, 23
_ZERO_C = 21.0
#: A log has one or two.
_MOST_SCHEMAS = 64
_BIG_ENDIAN, _SIGNED = 1, 2


@dataclass(frozen=True, slots=True)
class _Column:
    """Where the temperature lies in a row, and what its bytes mean."""

    byte: int
    dtype: np.dtype[np.int16] | np.dtype[np.uint16] | np.dtype[np.int8] | np.dtype[np.uint8]
    scale: float


class SensorThermometer:
    """Takes the first temperature of each record while the log passes by."""

    def __init__(self) -> None:
        self._columns: dict[int, _Column] = {}
        self._means = MinuteMeans()

    def take(self, data: NDArray[np.uint8], records: NDArray[np.void], payload: int) -> None:
        """Take the temperatures of some records.

        Parameters
        ----------
        data : uint8 array, shape (k,)
            A stretch of the log.
        records : structured array of `records.RECORD`
            With ``start`` counted in ``data``.
        payload : int
            Where a record's payload begins after its start.
        """
        for record in records[records["kind"] == SCHEMA][:_MOST_SCHEMAS]:
            at = int(record["start"]) + payload
            self._learn(data[at : at + int(record["size"])].tobytes())
        of_data = records[(records["kind"] == DATA) & (records["size"] >= 2)]
        if not self._columns or not len(of_data):
            return
        at = of_data["start"] + payload
        schema = data[at].astype(np.int64) | data[at + 1].astype(np.int64) << 8
        for number, column in self._columns.items():
            end = 2 + column.byte + column.dtype.itemsize
            mine = (schema == number) & (of_data["size"] >= end)
            value = at[mine] + 2 + column.byte
            octets = data[value[:, np.newaxis] + np.arange(column.dtype.itemsize)]
            celsius = np.ascontiguousarray(octets).view(column.dtype).ravel() / column.scale + _ZERO_C
            self._means.add(of_data["second"][mine].astype(np.int64) * 1_000_000, celsius)

    def result(self) -> tuple[Temperature, tuple[str, ...]]:
        """Its minutes on the device's clock, and what was kept out of them."""
        return self._means.result()

    def _learn(self, schema: bytes) -> None:
        if len(schema) < _HEADER_BYTES or len(self._columns) >= _MOST_SCHEMAS:
            return
        number, n_columns = (int.from_bytes(schema[at : at + 2], "little") for at in (0, 2))
        byte = 0
        for start in range(_HEADER_BYTES, min(len(schema), _HEADER_BYTES + n_columns * _COLUMN_BYTES), _COLUMN_BYTES):
            told = schema[start : start + _COLUMN_BYTES]
            size = told[2] // 8 if len(told) == _COLUMN_BYTES else 0
            if size and told[7:].strip(b" \0").lower() == b"temperature" and size in (1, 2):
                order, sign = ">" if told[0] & _BIG_ENDIAN else "<", "i" if told[0] & _SIGNED else "u"
                scale = parameter_float(int.from_bytes(told[3:7], "little")) or 1.0
                self._columns[number] = _Column(byte, np.dtype(f"{order}{sign}{size}"), scale)
            byte += size
