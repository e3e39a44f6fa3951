"""Where the bytes of a CWA file come from: the file itself, or what a gzip stream around it holds.

Opens Axivity files. Bytes are read piece by piece and never mapped into memory: a mapped
file that shrinks or a stick that is pulled out ends the whole process instead of raising an error.
"""

from __future__ import annotations

import errno
import tempfile
import weakref
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ingest.errors import DamagedRecordingError, UnreadableFileError
from ingest.input_file import stamp_of, unreadable

GZIP_MAGIC = b"\x1f\x8b"
#: Twice the memory of the largest device (AX6, 1 GB).
MAX_INFLATED_BYTES = 2 << 30
#: Sensor noise keeps real files below 10:1, a constant signal reaches 40:1; deflate can do 1032:1.
MAX_RATIO = 200
#: Below this size a high ratio is harmless.
RATIO_FREE_BYTES = 16 << 20

_READ_BYTES = 1 << 16
# What one step produces is lost when the stream breaks inside it, so steps are small.
_INFLATE_BYTES = 1 << 14
_GZIP_WBITS = 31


@dataclass(frozen=True, slots=True)
class ByteSource:
    """Bytes that can be read again and again.

    Attributes
    ----------
    read : callable (offset, length) -> bytes
        Exactly that many bytes; raises `UnreadableFileError` where they are no longer to be had.
    problem : str
        What was wrong with the wrapping; empty where nothing was.
    """

    size: int
    read: Callable[[int, int], bytes]
    problem: str = ""


def open_bytes(path: Path) -> ByteSource:
    """Make the content of a plain or gzipped file readable at any offset.

    Raises
    ------
    UnreadableFileError
        Missing, no permission, not a regular file, an I/O error, no room for the unpacked content.
    EmptyFileError
        Zero bytes.
    DamagedRecordingError
        A gzip stream that grows beyond what a recording can be.
    """
    size = stamp_of(path).size
    try:
        with path.open("rb") as file:
            zipped = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        return _inflated(path) if zipped else _plain(path, size)
    except OSError as error:
        raise _unusable(path, error) from error


def inflated_head(head: bytes, length: int) -> bytes:
    """Unpack the first bytes of a gzip stream; fewer than asked for where ``head`` is short or broken."""
    try:
        return zlib.decompressobj(_GZIP_WBITS).decompress(head, length)
    except zlib.error:
        return b""


def _plain(path: Path, size: int) -> ByteSource:
    def read(offset: int, length: int) -> bytes:
        try:
            with path.open("rb") as file:
                return _read_at(file, offset, length, path)
        except OSError as error:
            raise unreadable(path, error) from error

    return ByteSource(size=size, read=read)


def _inflated(path: Path) -> ByteSource:
    # Not a with block: the file has no name and lives exactly as long as it may be read.
    unpacked = tempfile.TemporaryFile()  # noqa: SIM115

    def read(offset: int, length: int) -> bytes:
        try:
            return _read_at(unpacked, offset, length, path)
        except OSError as error:
            raise unreadable(path, error) from error

    weakref.finalize(read, unpacked.close)
    size, problem = _unpack(path, unpacked)
    return ByteSource(size=size, read=read, problem=problem)


def _unpack(path: Path, into: IO[bytes]) -> tuple[int, str]:
    """Unpack as far as it goes: the size reached, and what stopped it short, if anything."""
    size, problem = 0, ""
    with path.open("rb") as zipped:
        try:
            for piece in _pieces(zipped):
                size += into.write(piece)
                _refuse_bomb(size, zipped.tell(), path)
        except (zlib.error, EOFError) as error:
            problem = f"the gzip stream breaks off after {size:,} unpacked bytes ({error})"
    into.flush()
    return size, problem


def _pieces(zipped: IO[bytes]) -> Iterator[bytes]:
    """Unpack all members of a gzip file; raises zlib.error or EOFError where it breaks."""
    member = zlib.decompressobj(_GZIP_WBITS)
    waiting = b""
    while True:
        waiting = waiting or zipped.read(_READ_BYTES)
        if not waiting and not member.eof:
            raise EOFError("cut short")
        if member.eof:
            # A further member may follow; anything else after the end is padding.
            waiting += zipped.read(len(GZIP_MAGIC)) if len(waiting) < len(GZIP_MAGIC) else b""
            if not waiting.startswith(GZIP_MAGIC):
                return
            member = zlib.decompressobj(_GZIP_WBITS)
        yield member.decompress(waiting, _INFLATE_BYTES)
        waiting = member.unused_data if member.eof else member.unconsumed_tail


def _refuse_bomb(size: int, packed: int, path: Path) -> None:
    if size > MAX_INFLATED_BYTES or (size > RATIO_FREE_BYTES and size > MAX_RATIO * packed):
        raise DamagedRecordingError(
            f"unpacks {packed:,} bytes to more than {size:,}, which no recording does",
            path=path,
            hint="unpack it by hand if it is genuine",
        )


def _read_at(file: IO[bytes], offset: int, length: int, path: Path) -> bytes:
    file.seek(offset)
    data = file.read(length)
    if len(data) != length:
        raise UnreadableFileError("became shorter while it was read", path=path, hint="import it again")
    return data


def _unusable(path: Path, error: OSError) -> UnreadableFileError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UnreadableFileError(
            "no room to unpack it",
            path=path,
            hint=f"free some space in {tempfile.gettempdir()}, or unpack it by hand",
        )
    return unreadable(path, error)
