"""Tables with column names of somebody's own: which mapping is meant for a table, and reading it by that.

A mapping says what the columns of such tables mean, and is meant for every table that has all of them; two that
are meant for one table are an error. It goes before every reader, for whoever wrote it knows the table. Everything
that it leaves open is found out as for any other table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ingest.errors import UsageError
from ingest.recording import Decoded
from ingest.source import open_plain

_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class TableMapping:
    """What the columns of some tables mean.

    Attributes
    ----------
    name : str
        What it is called, for messages.
    time : tuple of one or two str
        The column with the time, or those with date and time of day.
    axes : tuple of 3 str
        The columns with x, y and z.
    unit : "g", "mg", "m/s2" or None
        Of the acceleration; None leaves it to the size of gravity.
    counts_per_g : float or None
        Of raw values, instead of a unit.
    time_unit : "s", "ms", "us", "ns" or None
        In which the time is counted, since 1970 or from the start of the recording; None where it is a date, or a
        number that can only be one.
    day_first : bool or None
        How 03/04/2024 is meant; None leaves it to the other dates of the file.
    zone : str or None
        Where a clock without an offset was set, if the wearer's zone is not meant.
    """

    name: str
    time: tuple[str, ...]
    axes: tuple[str, str, str]
    unit: Literal["g", "mg", "m/s2"] | None = None
    counts_per_g: float | None = None
    time_unit: Literal["s", "ms", "us", "ns"] | None = None
    day_first: bool | None = None
    zone: str | None = None

    def fits(self, names: Sequence[str]) -> bool:
        """Whether each of its columns is there, and once."""
        return all(names.count(column) == 1 for column in (*self.time, *self.axes))


def read_mapped(path: Path, mappings: Sequence[TableMapping]) -> Decoded | None:
    """Decode a table by the mapping that is meant for it; None where none is, or where it is no table.

    Raises
    ------
    UsageError
        More than one mapping is meant for it.
    IngestError
        See the readers of tables.
    """
    if not mappings:
        return None
    # Imported here: most people have no mappings, and polars takes its time.
    from ingest.formats import delimited, parquet
    from ingest.formats.delimited.sheet import names_of

    with open_plain(path) as file:
        head = file.read(_HEAD_BYTES)
    is_parquet = parquet.claims(head, path)
    mapping = _meant_for(parquet.names_in(path) if is_parquet else names_of(head, path), mappings, path)
    if mapping is None:
        return None
    return parquet.read(path, mapping) if is_parquet else delimited.read(path, mapping)


def _meant_for(names: Sequence[str], mappings: Sequence[TableMapping], path: Path) -> TableMapping | None:
    found = [mapping for mapping in mappings if mapping.fits(names)]
    if len(found) > 1:
        raise UsageError(
            f"the tables {' and '.join(mapping.name for mapping in found)} of the settings are both meant for it",
            path=path,
            hint="name in each the columns that the others lack, or remove one",
        )
    return found[0] if found else None
