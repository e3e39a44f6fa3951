"""Columns that a mapping names: where they are, and how the time in them is written.

Beside `columns`, which has only the names to go by: here the roles are given, and a count may state its unit.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.errors import NoClockError
from ingest.mapping import TableMapping
from ingest.quoting import listed, quoted
from ingest.tables.columns import Axes, TimeColumn
from ingest.tables.timestamps import Notation, UnixTime, elapsed, finite_numbers, recognise, unix_unit
from ingest.units import Unit, named_unit


def mapped_axes(mapping: TableMapping, names: Sequence[str]) -> Axes:
    """The columns that the mapping calls x, y and z, and their unit if it says one."""
    x, y, z = (names.index(name) for name in mapping.axes)
    unit = named_unit(mapping.unit) if mapping.unit else None
    if mapping.counts_per_g:
        unit = Unit("counts", 1 / mapping.counts_per_g)
    return Axes((x, y, z), unit)


def mapped_time(mapping: TableMapping, names: Sequence[str], samples: Sequence[Sequence[str]]) -> TimeColumn:
    """The column or columns that the mapping calls time, and their notation.

    Parameters
    ----------
    samples : sequence of sequence of str
        For every column, values from all over the file.

    Raises
    ------
    NoClockError
        They are not written as the mapping says, or not in any way that is known.
    """
    positions = tuple(names.index(name) for name in mapping.time)
    values = [" ".join(parts) for parts in zip(*(samples[i] for i in positions), strict=True)]
    notation = _notation(mapping, values)
    if notation is None:
        found = quoted(values[0] if values else "")
        what = f"numbers in {mapping.time_unit}" if mapping.time_unit else "dates with a time"
        raise NoClockError(
            f"{listed(mapping.time, word=' and ')} should hold {what}, but hold {found}",
            hint=f"see time and time_unit under [table.{mapping.name}] in nightkick.toml",
        )
    return TimeColumn(positions, notation)


def _notation(mapping: TableMapping, values: Sequence[str]) -> Notation | None:
    if mapping.time_unit is None:
        return recognise(values, day_first=mapping.day_first)
    numbers = finite_numbers(values)
    if numbers and 2 * len(numbers) >= len(values) and unix_unit(numbers) == mapping.time_unit:
        return UnixTime(mapping.time_unit)
    return elapsed(values, mapping.time_unit)
