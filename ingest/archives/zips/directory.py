"""Where the members of a zip lie: from its directory, or without one from its beginning.

After PKWARE's APPNOTE 6.3, sections 4.3 to 4.5. Python's own `zipfile` is not used: it builds a table of whatever a
directory claims, and it gives up on a file whose copy was broken off, because the directory lies at the end. Here
such a file is read from its beginning, as far as it goes. What a header says is believed nowhere: `content` reads
what is there.

A GT3X recording asks for a few members by name (`find`), an archive of recordings for all (`members`).
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO

from ingest.input_file import open_plain, unreadable
from ingest.losses import NOT_FINISHED

MAGIC = b"PK\x03\x04"
#: The end record with the longest comment, and what zip64 puts before it.
_TAIL_BYTES = (1 << 16) + 1024
#: What fits without zip64; one that names more is refused, and none of its members is looked for.
MOST_MEMBERS = (1 << 16) - 1
#: A directory is read so far, whatever length it claims. That of a recording has a dozen entries.
_MOST_DIRECTORY_BYTES = 32 << 20
_DIRECTORY_OF_RECORDING_BYTES = 1 << 18

_END = struct.Struct("<4s8xIIH")
_ENTRY = struct.Struct("<4s4xHH4xIIIHHH8xI")
_LOCAL = struct.Struct("<4s2xHH4xIIIHH")
_WIDE_END = struct.Struct("<4s36xQQ")
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
class Contents:
    """Every member of a zip, in the order of the directory; those of one name are all here.

    Attributes
    ----------
    lost : tuple of str
        Names in the directory behind which nothing is, or what belongs to another member already.
    """

    members: tuple[Member, ...]
    lost: tuple[str, ...] = ()
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
        with open_plain(path) as file:
            listed, problem = _listed(file, _DIRECTORY_OF_RECORDING_BYTES)
            placed = {member.name: _placed(file, member) for member in listed if member.name in names}
            found = {name: member for name, member in placed.items() if member is not None}
            if problem or len(found) < len(placed):
                walked = {member.name: member for member in _walked(file) if member.name in names}
                return Archive(walked | found, problem or _DAMAGED_DIRECTORY)
            return Archive(found)
    except OSError as error:
        raise unreadable(path, error) from error


def members(path: Path) -> Contents:
    """All members. Without a directory those that the beginning of the file leads to, up to `MOST_MEMBERS`.

    Of a zip that names more than `MOST_MEMBERS` none is handed out, and all that are read count as lost.

    Raises
    ------
    UnreadableFileError
        The bytes cannot be had.
    """
    try:
        with open_plain(path) as file:
            listed, problem = _listed(file, _MOST_DIRECTORY_BYTES)
            if len(listed) > MOST_MEMBERS:
                return Contents((), tuple(member.name for member in listed))
            if problem:
                return Contents(tuple(_walked(file)), problem=problem)
            places = [_placed(file, member) for member in listed]
    except OSError as error:
        raise unreadable(path, error) from error
    apart = _apart(places)
    lost = tuple(member.name for i, member in enumerate(listed) if i not in apart)
    return Contents(tuple(place for i, place in enumerate(places) if place is not None and i in apart), lost)


def _apart(places: Sequence[Member | None]) -> frozenset[int]:
    """Which members share no byte with one before them: a bomb has many names for the same bytes."""
    found = sorted((place.at, i, place.at + place.packed) for i, place in enumerate(places) if place is not None)
    apart, end = [], 0
    for start, i, stop in found:
        if start >= end:
            apart.append(i)
            end = stop
    return frozenset(apart)


def _listed(file: IO[bytes], most_bytes: int) -> tuple[list[Member], str]:
    """What the directory lists, and what is wrong with it; empty where nothing is."""
    size = file.seek(0, 2)
    ahead = max(0, size - _TAIL_BYTES)
    file.seek(ahead)
    tail = file.read(_TAIL_BYTES)
    end = tail.rfind(_END_MAGIC)
    if end < 0 or len(tail) < end + _END.size:
        return [], f"the zip has no directory at its end: {NOT_FINISHED}"
    _, length, stated, _ = _END.unpack_from(tail, end)
    stop = end
    if tail.startswith(_LOCATOR_MAGIC, end - _LOCATOR_BYTES):
        # What zip64 adds stands between the directory and its end.
        stop = tail.rfind(_WIDE_END_MAGIC, 0, end)
        if stop < 0 or len(tail) < stop + _WIDE_END.size:
            return [], _DAMAGED_DIRECTORY
        _, length, stated = _WIDE_END.unpack_from(tail, stop)
    start = ahead + stop - length
    if start < 0:
        return [], _DAMAGED_DIRECTORY
    file.seek(start)
    # Bytes before the zip move everything in it; its headers do not know that.
    entries = list(islice(_entries(file.read(min(length, most_bytes)), start - stated), MOST_MEMBERS + 1))
    whole = sum(entry.length for entry in entries) == length
    return [entry.member for entry in entries], "" if whole else _DAMAGED_DIRECTORY


def _entries(directory: bytes, shift: int) -> Iterator[_Entry]:
    at = 0
    while directory.startswith(_ENTRY_MAGIC, at) and at + _ENTRY.size <= len(directory):
        _, flags, method, crc, packed, size, n_name, n_extra, n_comment, header = _ENTRY.unpack_from(directory, at)
        name_at = at + _ENTRY.size
        extra_at = name_at + n_name
        name = _text(directory[name_at:extra_at])
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


def _walked(file: IO[bytes]) -> Iterator[Member]:
    """What the local headers name, from the beginning of the file as far as they lead."""
    total, at = file.seek(0, 2), 0
    for _ in range(MOST_MEMBERS):
        file.seek(at)
        header = file.read(_LOCAL.size)
        if len(header) < _LOCAL.size or not header.startswith(MAGIC):
            break
        _, flags, method, crc, packed, size, n_name, n_extra = _LOCAL.unpack(header)
        name = _text(file.read(n_name))
        size, packed = _in_full((size, packed), file.read(n_extra))
        at += _LOCAL.size + n_name + n_extra
        unsaid = bool(flags & _SIZES_FOLLOW) and packed == 0
        if unsaid:
            packed = max(total - at, 0)
        member = Member(name, method, bool(flags & _ENCRYPTED), at, packed, size, crc)
        yield replace(member, size=None, crc=None) if unsaid else member
        at += packed
        if unsaid or at > total:
            break


def _text(name: bytes) -> str:
    """A name in UTF-8, or in the code page of DOS that zips had before."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("cp437")


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
