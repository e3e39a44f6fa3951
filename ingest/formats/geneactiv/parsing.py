"""Numbers and times in text, read for many places of an array of bytes at once.

Every function takes the bytes, where each value begins and where its line ends, and gives the values and which of
them could be read. A value may be followed by blanks, and by nothing else.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]

#: What a clock chip with two digits for the year can show. The device was first sold in 2010.
YEARS = (2000, 2099)

_MOST_DIGITS = 9
_ZERO = ord("0")


def _set_of(signs: bytes) -> NDArray[np.bool_]:
    """For every byte whether it is one of these; looking that up is much faster than `numpy.isin`."""
    members = np.zeros(256, np.bool_)
    members[list(signs)] = True
    return members


#: What pads values, and what erased memory and unfinished copies are made of.
_BLANK = _set_of(b" \t\r\n\x00\xff")

_TIME = b"YYYY-MM-DD HH:MM:SS:mmm"
_TIME_DIGITS = np.array([place for place, sign in enumerate(_TIME) if chr(sign).isalpha()])
_TIME_SIGNS = tuple(
    (place, _set_of(signs))
    for place, signs in ((4, b"-"), (7, b"-"), (10, b" T"), (13, b":"), (16, b":"), (19, b":.,"))
)


def is_blank(data: Bytes) -> NDArray[np.bool_]:
    """Where there is nothing: blanks, ends of lines, zeros and 0xFF."""
    return _BLANK[data]


def starts_with(data: Bytes, at: Places, word: bytes) -> NDArray[np.bool_]:
    """Find at which places a word stands, shape (n,).

    Parameters
    ----------
    at : int64 array, shape (n,)
        Places in ``data``; False where they lie too close to its end.
    """
    if len(data) < len(word):
        return np.zeros(len(at), np.bool_)
    inside = at <= len(data) - len(word)
    found = sliding_window_view(data, len(word))[np.where(inside, at, 0)] == np.frombuffer(word, np.uint8)
    return np.asarray(inside & found.all(axis=1))


def whole_number(data: Bytes, at: Places, stop: Places) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Read whole numbers of up to nine digits.

    Parameters
    ----------
    at, stop : int64 array, shape (n,)
        Where in ``data`` each value begins, and where its line ends.
    """
    text = _window(data, at, stop, _MOST_DIGITS + 1)
    value, length = _leading_number(text)
    return value, (length > 0) & is_blank(_next(text, length))


def decimal(data: Bytes, at: Places, stop: Places) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read numbers that may have decimals, after a point or a comma.

    Parameters
    ----------
    at, stop : int64 array, shape (n,)
        Where in ``data`` each value begins, and where its line ends.
    """
    text = _window(data, at, stop, _MOST_DIGITS + 1)
    whole, length = _leading_number(text)
    sign = _next(text, length)
    has_decimals = (sign == ord(".")) | (sign == ord(","))
    behind = _window(data, at + length + 1, np.where(has_decimals, stop, 0), _MOST_DIGITS + 1)
    part, part_length = _leading_number(behind)
    scale = 10.0**part_length
    value = (whole * scale + part) / scale  # one rounding, so that 85.7 is 85.7
    return value, (length > 0) & is_blank(np.where(has_decimals, _next(behind, part_length), sign))


def signed_decimal(data: Bytes, at: Places, stop: Places) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read numbers as `decimal` does, maybe behind a minus.

    Parameters
    ----------
    at, stop : int64 array, shape (n,)
        Where in ``data`` each value begins, and where its line ends.
    """
    is_negative = _window(data, at, stop, 1)[:, 0] == ord("-")
    value, good = decimal(data, at + is_negative, stop)
    return np.where(is_negative, -value, value), good


def clock_us(data: Bytes, at: Places, stop: Places) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Read times like ``2024-04-30 15:13:30:000`` as microseconds since 1970 on the same clock.

    Parameters
    ----------
    at, stop : int64 array, shape (n,)
        Where in ``data`` each value begins, and where its line ends.
    """
    text = _window(data, at, stop, len(_TIME) + 1)
    digits = text[:, _TIME_DIGITS] - np.uint8(_ZERO)
    good = (digits <= 9).all(axis=1) & is_blank(text[:, -1])
    for place, signs in _TIME_SIGNS:
        good &= signs[text[:, place]]
    numbers = digits.astype(np.int64)
    year = numbers[:, :4] @ np.array([1000, 100, 10, 1])
    month, day, hour, minute, second = (numbers[:, place : place + 2] @ np.array([10, 1]) for place in range(4, 14, 2))
    millis = numbers[:, 14:] @ np.array([100, 10, 1])
    months = (year - 1970) * 12 + month - 1
    first_day = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    next_month = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    good &= (year >= YEARS[0]) & (year <= YEARS[1])
    good &= (month >= 1) & (month <= 12) & (day >= 1) & (day <= next_month - first_day)
    good &= (hour < 24) & (minute < 60) & (second < 60)
    seconds = (first_day + day - 1) * 86_400 + hour * 3600 + minute * 60 + second
    return (seconds * 1_000 + millis) * 1_000, good


def _window(data: Bytes, at: Places, stop: Places, width: int) -> Bytes:
    """The characters from each place on, zeros behind the end of its line; shape (n, width)."""
    index = at[:, np.newaxis] + np.arange(width)
    text = data[np.minimum(index, len(data) - 1)]
    return np.where(index < stop[:, np.newaxis], text, np.uint8(0))


def _leading_number(text: Bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The digits that each row begins with, as a number, and how many they are: all but the last column at most."""
    digits = text[:, :-1] - np.uint8(_ZERO)
    counts = np.logical_and.accumulate(digits <= 9, axis=1)
    value = np.zeros(len(text), np.int64)
    for column in range(digits.shape[1]):
        value = np.where(counts[:, column], value * 10 + digits[:, column], value)
    return value, counts.sum(axis=1)


def _next(text: Bytes, length: NDArray[np.int64]) -> Bytes:
    return np.asarray(text[np.arange(len(text)), length])
