"""Where the members of a zip lie: from its directory, or without one from its beginning.

After PKWARE's APPNOTE 6.3, sections 4.3 to 4.5. Python's own `zipfile` is not used: it builds a table of whatever a
directory claims, and it gives up on a file whose copy was broken off, because the directory lies at the end. Here
such a file is read from its beginning, as far as it goes. What a header says is believed nowhere: `content` reads
what is there.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from ingest.source import unreadable

MAGIC = b"PK\x03\x04"
#: A directory of a recording has a dozen entries; it is looked for in this much of the end.
_TAIL_BYTES = 1 << 18
_MOST_WALKED = 256

_END = struct.Struct("<4s8xIIH")
_ENTRY = struct.Struct("<4s4xHH4xIIIHHH8xI")
_LOCAL = struct.Struct("<4s2xHH4xIIIHH")
_END_MAGIC, _ENTRY_MAGIC = b"PK\x05\x06", b"PK\x01\x02"
_WIDE_END_MAGIC, _LOCATOR_MAGIC, _LOCATOR_BYTES = b"PK\x06\x06", b"PK\x06\x07", 20
_ENCRYPTED, _SIZES_FOLLOW = 0x01, 0x08
_IN_EXTRA = 0xFFFF_FFFF
_ZIP64 = 1
_DAMAGED_DIRECTORY = "the directory of the zip is damaged"


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside a zip, as its headers describe it.

    Attributes
    ----------
    at : int
        Where its bytes begin; where its local header begins as long as that was not read.
    packed : int
        Bytes that it takes in the zip.
    size, crc : int or None
        Of its content; None where the header does not say.
    """

    name: str
    method: int
    encrypted: bool
    at: int
    packed: int
    size: int | None
    crc: int | None


@dataclass(frozen=True, slots=True)
class Archive:
    """The members that were asked for and found, and what was wrong with the directory, if anything."""

    members: dict[str, Member]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A member as the directory lists it, and how many bytes of the directory that takes."""

    member: Member
    length: int


def find(path: Path, names: Collection[str]) -> Archive:
    """Look for members by name; the last of a name counts.

    Raises
    ------
    UnreadableFileError
        The bytes cannot be had.
    """
    try:
        with path.open("rb") as file:
            listed, problem = _listed(file)
            placed = {member.name: _placed(file, member) for member in listed if member.name in names}
            found = {name: member for name, member in placed.items() if member is not None}
            if problem or len(found) < len(placed):
                return Archive(_walked(file, names) | found, problem or _DAMAGED_DIRECTORY)
            return Archive(found)
    except OSError as error:
        raise unreadable(path, error) from error


def _listed(file: IO[bytes]) -> tuple[list[Member], str]:
    """What the directory lists, and what is wrong with it; empty where nothing is."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _TAIL_BYTES))
    tail = file.read(_TAIL_BYTES)
    end = tail.rfind(_END_MAGIC)
    if end < 0 or len(tail) < end + _END.size:
        return [], "the zip has no directory at its end: the copy was probably not finished"
    _, length, stated, _ = _END.unpack_from(tail, end)
    # What zip64 adds stands between the directory and its end.
    stop = tail.rfind(_WIDE_END_MAGIC, 0, end) if tail.startswith(_LOCATOR_MAGIC, end - _LOCATOR_BYTES) else end
    # Bytes before the zip move everything in it; its headers do not know that.
    shift = size - len(tail) + stop - length - stated
    directory = tail[max(stop - length, 0) : max(stop, 0)]
    listed = list(_entries(directory, shift))
    whole = sum(entry.length for entry in listed) == length
    return [entry.member for entry in listed], "" if whole else _DAMAGED_DIRECTORY


def _entries(directory: bytes, shift: int) -> Iterator[_Entry]:
    at = 0
    while directory.startswith(_ENTRY_MAGIC, at) and at + _ENTRY.size <= len(directory):
        _, flags, method, crc, packed, size, n_name, n_extra, n_comment, header = _ENTRY.unpack_from(directory, at)
        name_at = at + _ENTRY.size
        extra_at = name_at + n_name
        name = directory[name_at:extra_at].decode("utf-8", "replace")
        size, packed, header = _in_full((size, packed, header), directory[extra_at : extra_at + n_extra])
        member = Member(name, method, bool(flags & _ENCRYPTED), header + shift, packed, size, crc)
        length = _ENTRY.size + n_name + n_extra + n_comment
        yield _Entry(member, length)
        at += length


def _placed(file: IO[bytes], member: Member) -> Member | None:
    """The member with ``at`` behind its local header; None where no such header is."""
    if not 0 <= member.at <= file.seek(0, 2):
        return None
    file.seek(member.at)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(MAGIC):
        return None
    *_, n_name, n_extra = _LOCAL.unpack(header)
    return replace(member, at=member.at + _LOCAL.size + n_name + n_extra)


def _walked(file: IO[bytes], names: Collection[str]) -> dict[str, Member]:
    """What the local headers name, from the beginning of the file as far as they lead."""
    found: dict[str, Member] = {}
    total, at = file.seek(0, 2), 0
    for _ in range(_MOST_WALKED):
        file.seek(at)
        header = file.read(_LOCAL.size)
        if len(header) < _LOCAL.size or not header.startswith(MAGIC):
            break
        _, flags, method, crc, packed, size, n_name, n_extra = _LOCAL.unpack(header)
        name = file.read(n_name).decode("utf-8", "replace")
        size, packed = _in_full((size, packed), file.read(n_extra))
        at += _LOCAL.size + n_name + n_extra
        unsaid = bool(flags & _SIZES_FOLLOW) and packed == 0
        if unsaid:
            packed = max(total - at, 0)
        member = Member(name, method, bool(flags & _ENCRYPTED), at, packed, size, crc)
        if name in names:
            found[name] = replace(member, size=None, crc=None) if unsaid else member
        at += packed
        if unsaid or at > total:
            break
    return found


def _in_full(fields: tuple[int, ...], extra: bytes) -> tuple[int, ...]:
    """Fields of 32 bits, with those that do not fit taken from the zip64 part of the extra field."""
    wide = _zip64(extra)
    return tuple(next(wide, field) if field == _IN_EXTRA else field for field in fields)


def _zip64(extra: bytes) -> Iterator[int]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == _ZIP64:
            part = extra[at + 4 : at + 4 + length]
            yield from (number for (number,) in struct.iter_unpack("<Q", part[: len(part) // 8 * 8]))
        at += 4 + length
