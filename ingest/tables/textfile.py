"""Bytes of a text file by position and in bounded pieces: plain, gzip, or UTF-16 as Windows writes it.

Unpacks text and cuts it. A gzip file is unpacked once, to memory while it is small and to
an unlinked temporary file beyond that, because a stream cannot be read again from the middle; UTF-16 becomes
UTF-8 in the same way, because lines are found as bytes. Nothing here looks at what the text says.
"""

from __future__ import annotations

import codecs
import gzip
import weakref
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from ingest.errors import DamagedRecordingError
from ingest.losses import CUT_SHORT, DAMAGED_INSIDE

GZIP_MAGIC = b"\x1f\x8b"
#: The byte order marks of UTF-16, without which it is not recognised.
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHUNK_BYTES = 1 << 20
_IN_MEMORY_BYTES = 32 << 20
#: A year at 100 Hz is about 100 GB of text and a month 9 GB; beyond that it is not a recording of nights.
LARGEST_UNPACKED_BYTES = 16 << 30
#: DEFLATE cannot exceed 1032:1; sensor text, even of an idle sensor, stays below 100:1.
LARGEST_RATIO = 250
_RATIO_MATTERS_FROM_BYTES = 64 << 20


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Source:
    """An open file of plain text. It is closed when nothing holds it any more.

    Attributes
    ----------
    problems : tuple of str
        What was lost while unpacking.
    """

    file: IO[bytes]
    size: int
    problems: tuple[str, ...] = ()

    def read_at(self, start: int, n_bytes: int) -> bytes:
        """Up to ``n_bytes`` from ``start``; fewer at the end."""
        self.file.seek(start)
        return self.file.read(n_bytes)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole lines, from ``start`` up to ``end``. Longer than asked for if a single line is."""

    start: int
    end: int


def peek(path: Path, n_bytes: int) -> bytes:
    """The first bytes of the text; what can be had where a compressed file is broken."""
    with path.open("rb") as file:
        if not _needs_unpacking(file.read(2)):
            file.seek(0)
            return file.read(n_bytes)
    text = bytearray()
    for chunk in _unpacked(path, []):
        text += chunk
        if len(text) >= n_bytes:
            break
    return bytes(text[:n_bytes])


def open_source(path: Path) -> Source:
    """Open a text file for reading by position, unpacked if it is compressed, as UTF-8 if it is UTF-16.

    Raises
    ------
    DamagedRecordingError
        A compressed file that is a bomb, or from which nothing can be unpacked.
    OSError
        As the system says.
    """
    with path.open("rb") as probe:
        packed = _needs_unpacking(probe.read(2))
    return _unpack(path) if packed else _held(path.open("rb"), path.stat().st_size)


def cut(source: Source, start: int, stretch_bytes: int) -> list[Stretch]:
    """Cut everything from ``start`` on into stretches that end with a line, in a pass over few bytes.

    Parameters
    ----------
    start : int
        Byte of the unpacked text.
    stretch_bytes : int
        Least size of a stretch, but for the last one.
    """
    edges = [start]
    while edges[-1] + stretch_bytes < source.size:
        newline = _find_newline(source, edges[-1] + stretch_bytes)
        if newline is None:
            break
        edges.append(newline + 1)
    if edges[-1] < source.size:
        edges.append(source.size)
    return [Stretch(a, b) for a, b in pairwise(edges)]


def lines_of(source: Source, stretch: Stretch, stretch_bytes: int) -> tuple[bytes, int]:
    """The bytes of a stretch, and how many lines at its end were too long to be read (0 or 1).

    A line of a gigabyte makes a stretch of a gigabyte; of that, only the lines before it are read.

    Parameters
    ----------
    stretch_bytes : int
        As for `cut`.
    """
    length = stretch.end - stretch.start
    if length <= stretch_bytes + _CHUNK_BYTES:
        return source.read_at(stretch.start, length), 0
    data = source.read_at(stretch.start, stretch_bytes)
    return data[: data.rfind(b"\n") + 1], 1


def _find_newline(source: Source, position: int) -> int | None:
    while position < source.size:
        chunk = source.read_at(position, _CHUNK_BYTES)
        if not chunk:
            return None
        found = chunk.find(b"\n")
        if found >= 0:
            return position + found
        position += len(chunk)
    return None


def _held(file: IO[bytes], size: int, problems: tuple[str, ...] = ()) -> Source:
    source = Source(file, size, problems)
    # Blocks are handed out lazily for as long as the recording is held: no `with` spans that.
    weakref.finalize(source, file.close)
    return source


def _unpack(path: Path) -> Source:
    problems: list[str] = []
    packed_bytes = path.stat().st_size
    # Closed by the Source; on any error below by its own destructor, which is silent for this class.
    file = SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115
    try:
        for chunk in _unpacked(path, problems):
            file.write(chunk)
            _check_bomb(file.tell(), packed_bytes)
        size = file.tell()
        if size == 0:
            raise DamagedRecordingError("nothing can be unpacked from it", hint="copy the file again")
    except BaseException:
        file.close()
        raise
    return _held(file, size, tuple(problems))


def _needs_unpacking(first: bytes) -> bool:
    return first == GZIP_MAGIC or first in UTF16_MARKS


def _unpacked(path: Path, problems: list[str]) -> Iterator[bytes]:
    """The text in chunks, as UTF-8 if it begins as UTF-16."""
    with path.open("rb") as file:
        packed = file.read(2) == GZIP_MAGIC
    chunks = _decompressed(path, problems) if packed else _plain(path)
    first = next(chunks, b"")
    if first.startswith(UTF16_MARKS):
        yield from _as_utf8(first, chunks)
    else:
        yield first
        yield from chunks


def _plain(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _as_utf8(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    """UTF-16 as UTF-8 without its mark; what is no character is replaced and costs its own line."""
    decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
    yield decoder.decode(first).encode("utf-8", errors="replace")
    for chunk in rest:
        yield decoder.decode(chunk).encode("utf-8", errors="replace")
    yield decoder.decode(b"", final=True).encode()


def _decompressed(path: Path, problems: list[str]) -> Iterator[bytes]:
    """A gzip file in chunks. Where the compressed data break off, that is noted and what came before counts."""
    with path.open("rb") as raw, gzip.GzipFile(fileobj=raw) as file:
        try:
            # read1: a larger read would lose what was unpacked before the break.
            while chunk := file.read1(_CHUNK_BYTES):
                _check_bomb(file.tell(), raw.tell())  # by what was read so far: zeros are a bomb from their start
                yield chunk
        except EOFError:
            problems.append(CUT_SHORT)
        except (gzip.BadGzipFile, zlib.error):
            problems.append(DAMAGED_INSIDE)


def _check_bomb(unpacked_bytes: int, packed_bytes: int) -> None:
    large = unpacked_bytes > _RATIO_MATTERS_FROM_BYTES
    if unpacked_bytes > LARGEST_UNPACKED_BYTES or (large and unpacked_bytes > LARGEST_RATIO * packed_bytes):
        raise DamagedRecordingError(
            f"unpacks to more than {unpacked_bytes >> 20} MB from {packed_bytes >> 10} kB, which no recording does",
            hint="unpack it yourself if you trust it",
        )
