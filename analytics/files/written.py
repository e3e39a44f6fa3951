"""Text that people write with a spreadsheet or an editor, from its bytes: bounded, UTF-8, without a byte order mark."""

from __future__ import annotations

from ingest.errors import UsageError


def decoded_text(data: bytes, *, what: str, enough: str, most_bytes: int) -> str:
    """Decode the content of a file, or refuse it in one line.

    Parameters
    ----------
    data : bytes
        All of it, or at least one byte more than may be.
    what : str
        What the file holds, with its article: "a journal".
    enough : str
        How much such a file needs to say, for one that is too large.
    most_bytes : int
        How large it may be.

    Raises
    ------
    UsageError
        It is too large, or no text.
    """
    if len(data) > most_bytes:
        raise too_large(what=what, enough=enough)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("not UTF-8 text", hint="save it as CSV in UTF-8") from None


def too_large(*, what: str, enough: str) -> UsageError:
    """The refusal of a file beyond its bound."""
    return UsageError(f"too large for {what}", hint=enough)
