"""What the pages of a Parquet file say of their sizes, checked before polars believes it.

polars takes memory by what a page's header states. A negative number of values is taken for 2^64 less that many, and
Rust ends the whole process where so much memory is refused: one flipped bit would end an import with all its files.
A few kilobytes may also state any number of equal rows. This module looks inside; what it cannot
follow it leaves to polars, whose own errors are caught.

Numbers of fields: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ingest.errors import DamagedRecordingError
from ingest.formats.parquet.thrift import NUMBER, MalformedError, ThriftCursor, Wanted

#: Of a FileMetaData: row_groups, their columns, the meta_data of each, in it the number of values, the size in the
#: file, and the places of the first page with data and of a dictionary.
_N_VALUES, _PACKED_BYTES, _DATA_OFFSET, _DICTIONARY_OFFSET = 5, 7, 9, 11
_META: Wanted = {_N_VALUES: NUMBER, _PACKED_BYTES: NUMBER, _DATA_OFFSET: NUMBER, _DICTIONARY_OFFSET: NUMBER}
_DIRECTORY: Wanted = {4: ({1: ({3: _META},)},)}
#: Of a PageHeader: sizes, and the number of values in a page of data, of a dictionary, of data in version 2.
_UNPACKED_BYTES, _PAGE_BYTES, _DATA, _DICTIONARY, _DATA_V2 = 2, 3, 5, 7, 8
_COUNT: Wanted = {1: NUMBER}
_HEADER: Wanted = {
    _UNPACKED_BYTES: NUMBER,
    _PAGE_BYTES: NUMBER,
    _DATA: _COUNT,
    _DICTIONARY: _COUNT,
    _DATA_V2: _COUNT,
}
#: Most headers are below 100 bytes; statistics of long texts make them longer.
_HEADER_BYTES, _LONGEST_HEADER_BYTES = 1 << 10, 1 << 20
#: Three months at 400 Hz fill a fifth of that with pages of a megabyte.
_MOST_PAGES = 500_000
_TAIL_BYTES = 8
#: What the reader holds of a row, and polars of a value.
_BYTES_PER_ROW, _BYTES_PER_VALUE = 32, 8
#: Beyond this, what a file unpacks to has to be in proportion to it. Real recordings have a byte or more a row.
_RATIO_MATTERS_FROM_BYTES = 64 << 20
_LARGEST_RATIO = 250
_COPY_AGAIN = "copy the file again"


@dataclass(frozen=True, slots=True)
class _Chunk:
    """The pages of one column in one row group."""

    start: int
    end: int
    n_values: int


@dataclass(frozen=True, slots=True)
class _Page:
    """What the header of a page says; ``n_data`` values of the column or ``n_dictionary`` entries."""

    end: int
    packed_bytes: int
    unpacked_bytes: int
    n_data: int
    n_dictionary: int


def check_pages(path: Path) -> int:
    """Refuse a page that states a number at which polars would crash.

    Returns
    -------
    int
        The most values in a page; 0 where there is none.

    Raises
    ------
    DamagedRecordingError
        A negative or impossible size or count, or a structure that cannot be read.
    """
    try:
        return _check_pages(path)
    except MalformedError as error:
        raise DamagedRecordingError(f"its directory cannot be read: {error}", hint=_COPY_AGAIN) from error


def _check_pages(path: Path) -> int:
    n_pages, most_values = 0, 0
    with path.open("rb") as file:
        size = file.seek(0, 2)
        for chunk in _chunks(file, size):
            _believe(chunk.n_values, "values", within=_most_bytes(size) // _BYTES_PER_VALUE)
            for page in _pages(file, chunk):
                _believe(page.n_data, "values in a page", within=chunk.n_values)
                _believe(page.n_dictionary, "values in a page", within=_most_bytes(size) // _BYTES_PER_VALUE)
                _believe(page.unpacked_bytes, "bytes in a page", within=_most_bytes(size))
                _believe(page.packed_bytes, "bytes in a page", within=size)
                n_pages += 1
                _believe(n_pages, "pages", within=_MOST_PAGES)
                most_values = max(most_values, page.n_data)
    return most_values


def check_rows(n_rows: int, file_bytes: int) -> None:
    """Refuse more rows than a recording of so many bytes has.

    Raises
    ------
    DamagedRecordingError
        A count that would take memory out of proportion to the file.
    """
    _believe(n_rows, "rows", within=_most_bytes(file_bytes) // _BYTES_PER_ROW)


def _believe(stated: int, what: str, *, within: int) -> None:
    if not 0 <= stated <= within:
        raise DamagedRecordingError(f"it states {stated} {what}, where 0 to {within} are possible", hint=_COPY_AGAIN)


def _most_bytes(file_bytes: int) -> int:
    """What a file may unpack to."""
    return max(_RATIO_MATTERS_FROM_BYTES, _LARGEST_RATIO * file_bytes)


def _chunks(file: IO[bytes], size: int) -> list[_Chunk]:
    """The stretches of pages, by the directory at the end of the file; without those that it says too little of."""
    file.seek(max(0, size - _TAIL_BYTES))
    directory_bytes = int.from_bytes(file.read(4), "little")
    file.seek(max(0, size - _TAIL_BYTES - directory_bytes))
    groups = ThriftCursor(file.read(min(directory_bytes, size))).struct(_DIRECTORY).get(4, [])
    metas = [column.get(3, {}) for group in groups for column in group.get(1, [])]
    return [_chunk(meta, size) for meta in metas if _META.keys() - meta.keys() <= {_DICTIONARY_OFFSET}]


def _chunk(meta: dict[int, int], size: int) -> _Chunk:
    start = meta.get(_DICTIONARY_OFFSET) or meta[_DATA_OFFSET]
    return _Chunk(start, min(start + meta[_PACKED_BYTES], size), meta[_N_VALUES])


def _pages(file: IO[bytes], chunk: _Chunk) -> Iterator[_Page]:
    """The pages of a chunk, one after the other, as far as polars needs them."""
    at, n_seen = chunk.start, 0
    while 0 < at < chunk.end and n_seen < chunk.n_values:
        page = _page_at(file, at)
        yield page
        at = page.end
        n_seen += page.n_data


def _page_at(file: IO[bytes], at: int) -> _Page:
    try:
        return _page_within(file, at, _HEADER_BYTES)
    except MalformedError:
        return _page_within(file, at, _LONGEST_HEADER_BYTES)


def _page_within(file: IO[bytes], at: int, n_bytes: int) -> _Page:
    file.seek(at)
    cursor = ThriftCursor(file.read(n_bytes))
    header = cursor.struct(_HEADER)
    n_data, n_dictionary, n_data_v2 = (header.get(kind, {}).get(1, 0) for kind in (_DATA, _DICTIONARY, _DATA_V2))
    packed_bytes = header.get(_PAGE_BYTES, 0)
    return _Page(
        end=at + cursor.at + packed_bytes,
        packed_bytes=packed_bytes,
        unpacked_bytes=header.get(_UNPACKED_BYTES, 0),
        n_data=n_data or n_data_v2,
        n_dictionary=n_dictionary,
    )
