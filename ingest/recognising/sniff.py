"""Which reader reads a file: decided here, by content alone.

A suffix is what a person typed, so it never decides; it only helps an error to say what does not fit. First come the
kinds that are known and refused (`ingest.recognising.refused`), then the readers, the strictest first: the one for
delimited text would claim too much. A reader's module is imported only when its turn comes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from ingest.errors import IngestError, UnknownFormatError, UnsupportedRecordingError
from ingest.input_file import open_plain
from ingest.recognising.refused import ARCHIVE, recognised
from ingest.recognising.refused_kind import Foreign
from ingest.recording import Decoded

HEAD_BYTES = 4096
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_READ = (
    "recordings of Axivity, ActiGraph, GENEActiv, Matrix and movisens sensors are read, FIT, Parquet, exports of sensor"
    " apps, and CSV with a time column and three axes"
)
#: The files of a movisens folder have no mark of their own; this one beside them tells what they are.
_DOCUMENT = "unisens.xml"
#: Modules of `ingest.formats`, strictest first: binary ones before those that need polars, and delimited text, which
#: claims the most, last.
READERS = (
    *("axivity", "actigraph", "geneactiv", "matrix", "unisens", "fit", "parquet", "actilife"),
    *("apps.empatica", "apps.phyphox", "apps.sensor_logger", "apps.sensorlog", "apps.polar", "apps.shimmer"),
    *("apps.bangle", "apps.movesense", "delimited"),
)
#: What a name promises, for the hint of an error.
_PROMISES = {
    ".cwa": "an Axivity recording",
    ".fit": "a FIT file",
    ".parquet": "a Parquet file",
    ".csv": "a table of samples",
    ".tsv": "a table of samples",
    ".txt": "a table of samples",
    ".gt3x": "an ActiGraph recording",
    ".gz": "a gzip file",
}


class Reader(Protocol):
    """What each module in `ingest.formats` offers."""

    def claims(self, head: bytes, path: Path, /) -> bool:
        """Whether this is the reader's format; `head` is the start of the file as it lies on disk."""

    def read(self, path: Path, /) -> Decoded:
        """Decode the file."""


def reader_of(path: Path) -> Reader:
    """The reader that claims a file.

    Raises
    ------
    UnsupportedRecordingError
        A recording, or an archive that may hold one, that cannot be read as it is.
    UnknownFormatError
        Something else.
    """
    head = _head(path)
    foreign = recognised(_unzipped(head), path)
    if foreign is not None:
        raise _refusal(foreign, path)
    for reader in readers():
        if reader.claims(head, path):
            return reader
    raise _unclaimed(head, path)


def is_archive(path: Path) -> bool:
    """Whether a file is none to be read but to be taken apart: a zip of files, or gzip that no reader takes as it is.

    Raises
    ------
    OSError, UnreadableFileError
        The bytes cannot be had.
    """
    head = _head(path)
    if not head.startswith(_GZIP):
        return recognised(head, path) is ARCHIVE
    inside = _unzipped(head)
    if not inside or inside.startswith(_ZIP):
        return bool(inside)
    for reader in readers():
        if reader.claims(head, path):
            return False
        if reader.claims(inside, path):
            return True
    return True


def is_gzip(path: Path) -> bool:
    """Whether a file is packed with gzip."""
    return _head(path).startswith(_GZIP)


def readers() -> Iterator[Reader]:
    """The readers in the order of `READERS`, each imported when it is asked for."""
    for name in READERS:
        yield cast("Reader", import_module(f"ingest.formats.{name}"))


def _head(path: Path) -> bytes:
    with open_plain(path) as file:
        return file.read(HEAD_BYTES)


def _unzipped(head: bytes) -> bytes:
    """The start of what a gzip file holds, and of any other file; empty where the gzip is damaged."""
    if not head.startswith(_GZIP):
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES)
    except zlib.error:
        return b""


def _refusal(kind: Foreign, path: Path) -> IngestError:
    suffix = _suffix(path)
    misnamed = bool(suffix in _PROMISES and kind.suffixes and suffix not in (*kind.suffixes, ".gz"))
    aside = f"; the name ends in {suffix}, the content does not agree" if misnamed else ""
    return kind.error(f"this is {kind.what}", path=path, hint=kind.hint + aside)


def _unclaimed(head: bytes, path: Path) -> IngestError:
    inside = _unzipped(head)
    if head.startswith(_GZIP) and not inside:
        return UnknownFormatError("a damaged gzip file", path=path, hint="copy the file again")
    if head.startswith(_GZIP) and _is_packed_binary(inside):
        return UnsupportedRecordingError(
            "a recording packed with gzip", path=path, hint="unpack it first: only .cwa and text are read packed"
        )
    if path.name != _DOCUMENT and not _is_text(inside) and path.with_name(_DOCUMENT).is_file():
        return UnsupportedRecordingError(
            "part of a movisens measurement, which cannot be read alone",
            path=path,
            hint=f"name its {_DOCUMENT} instead",
        )
    promise = _PROMISES.get(_suffix(path))
    what = f"not {promise}, although its name says so" if promise else "no kind of recording that is known"
    return UnknownFormatError(what, path=path, hint=_READ)


def _is_text(head: bytes) -> bool:
    return b"\0" not in head


def _is_packed_binary(inside: bytes) -> bool:
    return inside[8:12] == b".FIT" or inside.startswith((b"PAR1", _GZIP))


def _suffix(path: Path) -> str:
    return path.suffix.lower()
