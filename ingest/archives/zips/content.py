"""The content of a zip member, read forward in bounded memory; its sizes and its checksum are checked, not trusted."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ingest.archives.zips.directory import Member
from ingest.errors import DamagedRecordingError, UnreadableFileError, UnsupportedRecordingError, visible
from ingest.input_file import open_plain, unreadable

#: More than the memory of the largest device (wGT3X-BT, 3.8 GB).
MAX_INFLATED_BYTES = 4 << 30
#: Sensor noise keeps a log below 10:1, zeros of an idle device may reach more; deflate can do 1032:1.
MAX_RATIO = 200
#: Below this size a high ratio is harmless.
RATIO_FREE_BYTES = 16 << 20

_READ_BYTES = 1 << 16
# What one step produces is lost when the stream breaks inside it, so steps are small.
_INFLATE_BYTES = 1 << 14
_STORED, _DEFLATED = 0, 8
#: Of a member's name in a sentence: a damaged one has any length. It is the end that tells.
_LONGEST_SHOWN = 80


class MemberCursor:
    """A place in a member that moves forward.

    Attributes
    ----------
    problem : str
        What ended the content early; empty where nothing did. See also `check`.
    """

    def __init__(self, file: IO[bytes], member: Member, path: Path) -> None:
        self.problem = ""
        self._file, self._member, self._path = file, member, path
        self._left, self._read_bytes, self._produced, self._crc = member.packed, 0, 0, 0
        self._engine = zlib.decompressobj(-zlib.MAX_WBITS) if member.method == _DEFLATED else None
        self._waiting = b""
        file.seek(member.at)

    def take(self, length: int) -> bytes:
        """The next bytes; fewer than asked for only where the content ends."""
        data = b"".join(self._inflated(length, self._engine)) if self._engine else self._read(length)
        self._produced += len(data)
        return data

    def take_summed(self, length: int) -> bytes:
        """The next bytes, counted for `check`."""
        data = self.take(length)
        self._crc = zlib.crc32(data, self._crc)
        return data

    def take_exactly(self, length: int) -> bytes:
        """The next bytes, all of them.

        Raises
        ------
        UnreadableFileError
            They were there before, and are no longer.
        """
        data = self.take(length)
        if len(data) != length:
            raise UnreadableFileError("became shorter while it was read", path=self._path, hint="import it again")
        return data

    def skip(self, length: int) -> None:
        """Skip bytes."""
        if self._engine is None:
            step = min(length, self._left)
            self._file.seek(step, 1)
            self._left -= step
            self._produced += step
            return
        while length > 0:
            got = len(self.take(min(length, _READ_BYTES)))
            length = length - got if got else 0

    def check(self) -> str:
        """What was wrong with a content that was taken to its end with `take_summed`; empty where nothing was."""
        name, size, crc = _shown(self._member.name), self._member.size, self._member.crc
        if self.problem:
            return self.problem
        if size is not None and self._produced != size:
            how = "breaks off inside" if self._produced < size else "holds more than it says of"
            return f"the zip {how} {name}: {self._produced:,} of {size:,} bytes"
        if crc is not None and self._crc != crc:
            return f"the zip's checksum of {name} does not fit: some of its bytes were changed"
        return ""

    def _read(self, length: int) -> bytes:
        data = self._file.read(min(length, self._left))
        self._left = self._left - len(data) if data else 0
        self._read_bytes += len(data)
        return data

    def _inflated(self, length: int, engine: zlib._Decompress) -> Iterator[bytes]:
        so_far = 0
        while so_far < length and not engine.eof and not self.problem:
            self._waiting = self._waiting or self._read(_READ_BYTES)
            try:
                piece = engine.decompress(self._waiting, min(length - so_far, _INFLATE_BYTES))
            except zlib.error as error:
                self._break_off(str(error))
                return
            self._waiting = engine.unconsumed_tail
            so_far += len(piece)
            self._refuse_bomb(self._produced + so_far)
            if not (piece or self._waiting or self._left or engine.eof):
                self._break_off("cut short")
            yield piece

    def _break_off(self, why: str) -> None:
        self.problem = f"the compressed data of {_shown(self._member.name)} break off ({why})"

    def _refuse_bomb(self, size: int) -> None:
        packed = self._read_bytes
        if size > MAX_INFLATED_BYTES or (size > RATIO_FREE_BYTES and size > MAX_RATIO * packed):
            raise DamagedRecordingError(
                f"unpacks {packed:,} bytes to more than {size:,}, which no recording does",
                path=self._path,
                hint="if it is genuine, unpack it and zip it again without compression",
            )


@contextmanager
def opened(path: Path, member: Member) -> Iterator[MemberCursor]:
    """The content of a member from its start.

    Raises
    ------
    UnsupportedRecordingError
        Encrypted, or packed in a way that is not read.
    UnreadableFileError
        The bytes cannot be had.
    DamagedRecordingError
        While it is read: it grows beyond what a recording can be.
    """
    if member.encrypted:
        raise UnsupportedRecordingError(
            "its zip is encrypted", path=path, hint="zip what is in it again without a password"
        )
    if member.method not in (_STORED, _DEFLATED):
        raise UnsupportedRecordingError(
            f"its zip is packed by method {member.method}", path=path, hint="unpack it and zip it again as usual"
        )
    try:
        with open_plain(path) as file:
            yield MemberCursor(file, member, path)
    except OSError as error:
        raise unreadable(path, error) from error


def _shown(name: str) -> str:
    return visible(name if len(name) <= _LONGEST_SHOWN else f"...{name[-_LONGEST_SHOWN:]}")
