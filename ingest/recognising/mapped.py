"""Which mapping is meant for a table, and reading it by that.

A mapping is meant for every table that has all of its columns; two that are meant for one table are an error. It goes
before every reader, because the person who wrote it knows the table. What it leaves open is found out as for any other
table.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingest.errors import UsageError
from ingest.input_file import open_plain
from ingest.mapping import TableMapping
from ingest.recording import Decoded

_HEAD_BYTES = 4096


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
    from ingest.tables.sheet import names_of

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
