"""The few messages that need a decoder with a profile, cut out of a file and handed to fitparse.

Strip and delegate: fitparse takes 40 to 200 µs a message, a night has tens of thousands, and all but some dozens of
them are plain tables (`ingest.formats.fit.tables`). The others are joined behind a header of their own, with their
definitions and a checksum, and are to fitparse a small faultless file. On the way three things are left behind that
would stop fitparse 1.2.0 and cost everything after them: developer fields, whose values are not used here, fields of
0 bytes, and sizes that do not fit their type. Compressed time stamps are resolved by `ingest.formats.fit.timestamps`,
because they depend on the messages that were cut away.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ingest.formats.fit.budget import MessageBudget
from ingest.formats.fit.crc import fit_crc
from ingest.formats.fit.definitions import definition_message
from ingest.formats.fit.envelope import MAGIC
from ingest.formats.fit.fitparse_decoding import UndecodableError, messages
from ingest.formats.fit.messages import DELEGATED, TIMESTAMP, Message
from ingest.formats.fit.tables import NONE
from ingest.formats.fit.timestamps import Stamps
from ingest.formats.fit.walk import Walked

#: Each time fitparse gives up, all messages behind are joined again.
MAX_FAILURES = 50
_COMPRESSED, _LOCAL = 0x80, 0x0F


class Notes(NamedTuple):
    """The decoded messages of one part in file order, and how many are too many or could not be decoded."""

    messages: tuple[Message, ...]
    n_lost: int


def notes_in(data: bytes, walked: Walked, stamps: Stamps, budget: MessageBudget) -> Notes:
    """Decode the messages of a part that are understood and not read as a table.

    Parameters
    ----------
    data : bytes
        The file.
    walked : Walked
        The messages of one of its parts.
    stamps : Stamps
        Of the same part.
    budget : MessageBudget
        What is decoded counts against it.
    """
    wanted = [k for k, definition in enumerate(walked.definitions) if definition.number in DELEGATED]
    index = np.nonzero(np.isin(walked.layout, wanted))[0].tolist()
    todo, found, n_failures = index[: budget.n_delegated], list[Message](), 0
    budget.n_delegated -= len(todo)
    while todo and n_failures <= MAX_FAILURES:
        decoded, failed = _decoded(data, walked, todo)
        found += map(_stamped, decoded, todo, [stamps] * len(decoded))
        n_failures += failed
        todo = todo[len(decoded) + failed :]
    return Notes(tuple(found), len(index) - len(found))


def _decoded(data: bytes, walked: Walked, index: Sequence[int]) -> tuple[list[Message], bool]:
    """What fitparse makes of the messages up to the first that it cannot decode, and whether there is one."""
    found: list[Message] = []
    try:
        for message in messages(_wrapped(b"".join(_pieces(data, walked, index)))):
            found.append(message)
    except UndecodableError:
        return found, True
    return found, False


def _pieces(data: bytes, walked: Walked, index: Sequence[int]) -> Iterator[bytes]:
    """The messages, and the definition of each before the first that needs it."""
    in_force: dict[int, int] = {}
    for k in index:
        header, layout, at = int(walked.header[k]), int(walked.layout[k]), int(walked.at[k])
        local = header >> 5 & 3 if header & _COMPRESSED else header & _LOCAL
        definition = walked.definitions[layout]
        if in_force.get(local) != layout:
            in_force[local] = layout
            yield definition_message(definition, local)
        yield bytes((local,)) + data[at + 1 : at + 1 + definition.own_size]


def _wrapped(body: bytes) -> bytes:
    head = struct.pack("<BBHI4s", 12, 0x20, 0, len(body), MAGIC)
    return b"".join((head, body, struct.pack("<H", fit_crc(head + body))))


def _stamped(message: Message, index: int, stamps: Stamps) -> Message:
    """The message with the stamp that was in its header, if it was there."""
    if stamps.walked.header[index] < _COMPRESSED:
        return message
    stamp_s = int(stamps.latest[index])
    return message._replace(fields=message.fields | {TIMESTAMP: None if stamp_s == NONE else stamp_s})
