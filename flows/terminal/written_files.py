"""Files that people write with a spreadsheet: read whole, and refused in one line where they are none."""

from __future__ import annotations

from pathlib import Path

from analytics.files.written import decoded_text
from ingest.errors import UsageError


def written_text(path: Path, *, what: str, template: str, enough: str, most_bytes: int) -> str:
    """Read the text of a file, without a byte order mark.

    Parameters
    ----------
    what : str
        What the file holds, with its article: "a journal".
    template : str
        The command that prints a file to start from.
    enough : str
        How much such a file needs to say, for one that is too large.

    Raises
    ------
    UsageError
        There is no such file, it is a folder or empty, too large, or no text. It names the path.
    """
    try:
        return decoded_text(_bytes_of(path, template, most_bytes), what=what, enough=enough, most_bytes=most_bytes)
    except UsageError as error:
        raise error.about(path) from None


def _bytes_of(path: Path, template: str, most_bytes: int) -> bytes:
    make = f"make one with: {template}"
    try:
        if path.is_dir():
            raise UsageError("a folder, and one file is read", hint="name the file in it")
        if not path.is_file():
            raise UsageError("no such file", hint=make)
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", hint="make it readable, or name another file") from None
    if not data.strip():
        raise UsageError("this file is empty", hint=make)
    return data
