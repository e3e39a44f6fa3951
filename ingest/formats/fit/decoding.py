"""FIT bytes to messages: the only module that knows fitparse.

Three properties of fitparse 1.2.0 are contained here. It keeps the developer fields of every file it ever
read in one module-level table, so that one file changes what the next one decodes to, from any thread:
`exclusively` holds a lock and empties the table. It leaks whatever its parser trips over (TypeError,
KeyError, struct.error): everything becomes `ReadingStoppedError`, after the messages before it were handed
out. And it caches every message: the values are taken out of them as they pass, which leaves stubs.
"""

from __future__ import annotations

import io
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import fitparse
import fitparse.records
from fitparse.utils import FitEOFError

from ingest.formats.fit.envelope import WRAP_BYTES, wrap
from ingest.formats.fit.messages import UNDERSTOOD, Message

#: The largest file that is read holds 1.25 million messages of 25 samples; each costs fitparse 10-80 µs.
MAX_MESSAGES = 1_500_000
#: Definitions and their fields cost fitparse some 100 bytes each, for 6 and 3 in the file.
MAX_FIELD_DEFINITIONS = 1_000_000
#: Messages without a field take one byte each and say nothing.
MAX_EMPTY_MESSAGES = 1_000

_CUT_OFF = "the last message is cut off"


class ReadingStoppedError(Exception):
    """The rest of a part cannot be read. Internal: its text becomes a sentence in `Decoded.problems`."""


_alone = threading.Lock()


@contextmanager
def exclusively() -> Iterator[None]:
    """Within it, one file at a time is decoded, and no file sees what another one defined."""
    with _alone:
        fitparse.records.DEV_TYPES.clear()
        try:
            yield
        finally:
            fitparse.records.DEV_TYPES.clear()


def messages(body: bytes | memoryview, tally: Counter[int]) -> Iterator[Message]:
    """The messages of one part that this program understands, in file order.

    To be consumed at once and inside `exclusively`.

    Parameters
    ----------
    body : bytes
        The messages of one part, without header and checksum.
    tally : Counter
        Counts every data message by number, wanted or not.

    Raises
    ------
    ReadingStoppedError
        Something cannot be decoded, or the part asks for more than `MAX_MESSAGES` and the like allow.
    """
    stream = io.BytesIO(wrap(body))
    limits = _Limits(tally.total())
    items = _items(stream)
    while True:
        try:
            item = next(items, None)
        except FitEOFError as error:
            raise ReadingStoppedError(_where(stream, len(body), _CUT_OFF)) from error
        except Exception as error:
            raise ReadingStoppedError(_where(stream, len(body), str(error))) from error
        if item is None:
            return
        if stream.tell() > WRAP_BYTES + len(body):  # it swallowed the checksum: its last value is made up
            raise ReadingStoppedError(_where(stream, len(body), _CUT_OFF))
        if reason := limits.exceeded_by(item):
            raise ReadingStoppedError(_where(stream, len(body), reason))
        if item.type == "data":
            tally[item.mesg_num] += 1
            if item.mesg_num in UNDERSTOOD:
                yield Message(item.mesg_num, _raw_values(item))
            item.fields = ()


def _raw_values(item: Any) -> dict[int, object]:
    """Values by field number, without developer fields: those are numbered anew from 0 by every app."""
    developer = fitparse.records.DevFieldDefinition
    return {field.def_num: field.raw_value for field in item.fields if type(field.field_def) is not developer}


def _items(stream: io.BytesIO) -> Iterator[Any]:
    """Messages as fitparse has them; the checksum was checked already, and checking takes it long."""
    yield from fitparse.FitFile(stream, check_crc=False, data_processor=_AsStored()).get_messages(with_definitions=True)


def _where(stream: io.BytesIO, n_bytes: int, reason: str) -> str:
    at = min(max(stream.tell() - WRAP_BYTES, 0), n_bytes)
    return f"after {at:,} of {n_bytes:,} bytes: {reason}"


class _AsStored:
    """Tells fitparse to leave values as they are; its own conversion to dates takes longer than decoding."""

    def _leave(self, _: object) -> None: ...

    run_type_processor = run_field_processor = run_unit_processor = run_message_processor = _leave


class _Limits:
    """Counts what one part asks for."""

    def __init__(self, n_messages: int) -> None:
        self.n_messages = n_messages
        self.n_empty = 0
        self.n_field_definitions = 0

    def exceeded_by(self, item: Any) -> str:
        """Why reading must end with this message; empty where it need not."""
        if item.type != "data":
            self.n_field_definitions += 1 + len(item.field_defs) + len(item.dev_field_defs)
            return "too many definitions" if self.n_field_definitions > MAX_FIELD_DEFINITIONS else ""
        self.n_messages += 1
        self.n_empty += not item.fields
        if self.n_empty > MAX_EMPTY_MESSAGES:
            return "messages without content"
        return f"more than {MAX_MESSAGES:,} messages" if self.n_messages > MAX_MESSAGES else ""
