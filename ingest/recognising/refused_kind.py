"""What is known of a kind of file that is recognised only to be refused with good advice."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.errors import IngestError, UnknownFormatError, UnsupportedRecordingError


@dataclass(frozen=True, slots=True)
class Foreign:
    """A kind of file that no reader takes.

    Attributes
    ----------
    what : str
        The kind, with its article.
    begins : pattern
        Matches at the start of the content, after a byte order mark.
    error : type
        `UnsupportedRecordingError` where movements were recorded, or might be inside.
    hint : str
        What to bring instead.
    suffixes : tuple of str
        What such a file is normally called.
    """

    what: str
    begins: re.Pattern[bytes]
    error: type[IngestError]
    hint: str
    suffixes: tuple[str, ...]


def kind(what: str, begins: bytes, hint: str, *suffixes: str, recording: bool = False) -> Foreign:
    """Describe a kind of file by the pattern that its content begins with.

    Parameters
    ----------
    begins : bytes
        A regular expression for the start of the content, after a byte order mark.
    what, hint, suffixes
        As the fields of `Foreign`.
    recording : bool
        Whether movements were recorded, or might be inside.
    """
    error = UnsupportedRecordingError if recording else UnknownFormatError
    return Foreign(what, re.compile(begins), error, hint, suffixes)
