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
        There is no such file, it is too large, or it is no text; without the path.
    """
    try:
        if not path.is_file():
            raise UsageError("no such file", hint=f"make one with: {template}")
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}") from None
    return decoded_text(data, what=what, enough=enough, most_bytes=most_bytes)
