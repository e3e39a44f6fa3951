"""What a verdict of a check is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from analytics.selfcheck.matching import Match

Standing = Literal["ok", "not_ok", "cannot_tell"]
ItemName = Literal["recording", "unit", "noise", "kicks", "clock", "site", "side"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was checked.

    Attributes
    ----------
    says : str
        What was found, in a clause.
    remedy : str
        What to do about it; empty where it is ok.
    counts : bool
        False where these recordings could never show it, so that nothing is wrong with them.
    values : tuple of (name, value)
        The numbers in ``says``, for programs; None: not known.
    """

    name: ItemName
    standing: Standing
    says: str
    remedy: str = ""
    counts: bool = True
    values: tuple[tuple[str, float | int | str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class SensorCheck:
    """All items of one sensor, and the kicks as they were found; no match where its samples could not be read."""

    items: tuple[Item, ...]
    match: Match | None = None

    def item(self, name: ItemName) -> Item:
        """The item of a name."""
        return next(item for item in self.items if item.name == name)


def is_all_ok(checks: Sequence[SensorCheck]) -> bool:
    """Whether every item that counts is ok."""
    return all(item.standing == "ok" for check in checks for item in check.items if item.counts)
