"""Parts of a picture that stand for movements, so that a page can lead from the one to the others."""

from __future__ import annotations

from typing import NamedTuple


class LinkedPart(NamedTuple):
    """A column or a bar.

    Attributes
    ----------
    says : str
        What its movements have in common.
    left, top, width, height : float
        Where it lies, as shares of the picture's width and height.
    movements : list of int
        Numbers of its movements; at least one.
    """

    says: str
    left: float
    top: float
    width: float
    height: float
    movements: list[int]
