"""Lengths of time and moments, as people write them."""

from __future__ import annotations

import re
from datetime import datetime

from ingest.errors import UsageError

_SHIFT = re.compile(
    r"(?P<sign>[+-]?)(?:(?P<seconds>\d{1,12}(?:\.\d{1,400})?)|(?P<h>\d{1,9}):(?P<min>[0-5]\d)(?::(?P<s>[0-5]\d(?:\.\d{1,9})?))?)",
    re.ASCII,
)
_LONGEST_SHIFT_S = 10 * 366 * 86_400


def shift_s(text: str) -> float:
    """Seconds of ``90``, ``-12.5``, ``1:30`` (h:min) or ``-00:00:05`` (h:min:s).

    Raises
    ------
    UsageError
        Anything else, and more than ten years.
    """
    match = _SHIFT.fullmatch(text.strip())
    if match is None:
        raise UsageError(
            f"no length of time: {text[:40]!r}", hint="seconds like -90, or h:min[:s] like -1:00 or 0:00:05"
        )
    sign = -1 if match["sign"] == "-" else 1
    if match["seconds"] is not None:
        length_s = float(match["seconds"])
    else:
        length_s = int(match["h"]) * 3600 + int(match["min"]) * 60 + float(match["s"] or 0)
    if length_s > _LONGEST_SHIFT_S:
        raise UsageError(f"a shift of more than ten years: {text[:40]}", hint="check the sign and the unit: seconds")
    return sign * length_s


def moment(text: str) -> datetime:
    """A moment in ISO 8601, with or without an offset.

    Raises
    ------
    UsageError
        Anything else.
    """
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"no date and time: {text[:40]!r}", hint="like 2026-03-01T22:10, or with +01:00") from None
