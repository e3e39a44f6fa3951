"""A small valid FIT file to messages: the only module that knows fitparse.

What comes here was made by `ingest.formats.fit.fitparse_messages`: one part, whole messages, known sizes, no developer
fields. So of fitparse only its public API is needed, checksum and all, and the table that fitparse 1.2.0 shares
between all files and threads (`fitparse.records.DEV_TYPES`) is neither written nor read. What it leaks where its
parser trips (TypeError, KeyError, struct.error) ends here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import fitparse

from ingest.formats.fit.messages import Message


class UndecodableError(Exception):
    """fitparse gave up; `ingest.formats.fit.fitparse_messages` goes on behind that message."""


def messages(file: bytes) -> Iterator[Message]:
    """The data messages of a FIT file.

    Raises
    ------
    UndecodableError
        After the messages before it were handed out.
    """
    try:
        with fitparse.FitFile(io.BytesIO(file), data_processor=_AsStored()) as fit:
            for item in fit.get_messages():
                yield Message(item.mesg_num, {field.def_num: field.raw_value for field in item.fields if _says(field)})
    except Exception as error:
        raise UndecodableError(str(error)) from error


def _says(field: Any) -> bool:
    """Whether a value was stored as what it is: plain bytes are what is left of a type or size that makes no sense."""
    return field.field_def is None or field.field_def.base_type.name != "byte"


class _AsStored:
    """Tells fitparse to leave values as they are; its own conversion to dates takes longer than decoding."""

    def _leave(self, _: object) -> None: ...

    run_type_processor = run_field_processor = run_unit_processor = run_message_processor = _leave
