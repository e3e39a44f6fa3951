"""Where the messages of a FIT file begin and end: headers, sizes, checksums and chained parts.

This is decided here and not by fitparse because real files lie about their envelope in ways that do not touch
their content: a watch that ran empty leaves a header that says 0 bytes, a cut copy announces more than it
has, a single flipped bit spoils the checksum of a whole night. fitparse gives such files up, or recurses once
per chained part; here the damage becomes a sentence and the messages stay readable.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from ingest.formats.fit.crc import fit_crc
from ingest.losses import IS_CUT_SHORT

MAGIC = b".FIT"
_SHORT_HEADER = 12
_HEADER_WITH_CRC = 14
_CRC_BYTES = 2
#: Files are chained by the handful; more is not a recording.
MAX_PARTS = 10_000


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes ``start`` to ``end`` of the file hold the messages of one chained part."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """The parts that hold anything, in file order, and what was wrong around them, a sentence each.

    ``is_altered``: a checksum says that bytes of a part were changed.
    """

    parts: tuple[Part, ...]
    problems: tuple[str, ...]
    is_altered: bool = False


def has_header(data: bytes, at: int = 0) -> bool:
    """Whether a FIT header starts at byte ``at``."""
    return data[at + 8 : at + _SHORT_HEADER] == MAGIC


def open_envelope(data: bytes) -> Envelope:
    """Find the parts of a whole file; damage is reported, never raised."""
    parts: list[Part] = []
    problems: list[str] = []
    at, is_altered = 0, False
    for _ in range(MAX_PARTS):
        if at >= len(data):
            return Envelope(tuple(parts), tuple(problems), is_altered)
        if not has_header(data, at):
            break
        part = _part_at(data, at)
        if part.end > part.start:
            parts.append(part)
            is_changed = _is_altered(data, at, part)
            problems += _complaints(data, at, part, is_altered=is_changed)
            is_altered |= is_changed
        at = part.end + _CRC_BYTES
    problems.append(f"The last {len(data) - at:,} bytes of the file are not FIT data and were ignored.")
    return Envelope(tuple(parts), tuple(problems), is_altered)


def _announced(data: bytes, at: int) -> Part:
    start = at + max(data[at], _SHORT_HEADER)
    (size,) = struct.unpack_from("<I", data, at + 4)
    return Part(start, start + size)


def _never_closed(data: bytes, at: int) -> bool:
    """A header that says 0 bytes with something behind it that is not the next part."""
    part = _announced(data, at)
    behind = part.end + _CRC_BYTES
    return part.start == part.end and behind < len(data) and not has_header(data, behind)


def _part_at(data: bytes, at: int) -> Part:
    part = _announced(data, at)
    end = len(data) if _never_closed(data, at) else min(part.end, len(data))
    return Part(min(part.start, len(data)), end)


def _complaints(data: bytes, at: int, part: Part, *, is_altered: bool) -> list[str]:
    found = []
    if not _header_checks(data, at):
        found.append(f"The checksum of the header at byte {at:,} is wrong.")
    announced = _announced(data, at)
    if _never_closed(data, at):
        found.append("The device never closed the file: its header announces no data. What is there was read.")
    elif announced.end > len(data):
        missing = announced.end - len(data)
        found.append(f"The file {IS_CUT_SHORT}: its header announces {missing:,} bytes more than there are.")
    elif announced.end + _CRC_BYTES > len(data):
        found.append("The file ends before its checksum, so nothing vouches for its content.")
    elif is_altered:
        found.append(f"The checksum over bytes {at:,} to {part.end:,} is wrong: some values in there may be damaged.")
    return found


def _is_altered(data: bytes, at: int, part: Part) -> bool:
    """Whether the part has a checksum, and another one than its bytes."""
    if _never_closed(data, at) or part.end + _CRC_BYTES > len(data):
        return False
    return bool(fit_crc(memoryview(data)[at : part.end]) != struct.unpack_from("<H", data, part.end)[0])


def _header_checks(data: bytes, at: int) -> bool:
    """A header without a checksum, or with a zero one, is legal."""
    if data[at] < _HEADER_WITH_CRC:
        return True
    (stored,) = struct.unpack_from("<H", data, at + _SHORT_HEADER)
    return stored in (0, fit_crc(memoryview(data)[at : at + _SHORT_HEADER]))
