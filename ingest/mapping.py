"""What a person says about the columns of tables with column names of their own. See `ingest.recognising.mapped`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class TableMapping:
    """What the columns of some tables mean.

    Attributes
    ----------
    name : str
        What it is called, for messages.
    time : tuple of one or two str
        The column with the time, or those with date and time of day.
    axes : tuple of 3 str
        The columns with x, y and z.
    unit : "g", "mg", "m/s2" or None
        Of the acceleration; None leaves it to the size of gravity.
    counts_per_g : float or None
        Of raw values, instead of a unit.
    time_unit : "s", "ms", "us", "ns" or None
        In which the time is counted, since 1970 or from the start of the recording; None where it is a date, or a
        number that can only be one.
    day_first : bool or None
        How 03/04/2024 is meant; None leaves it to the other dates of the file.
    zone : str or None
        Where a clock without an offset was set, if the wearer's zone is not meant.
    """

    name: str
    time: tuple[str, ...]
    axes: tuple[str, str, str]
    unit: Literal["g", "mg", "m/s2"] | None = None
    counts_per_g: float | None = None
    time_unit: Literal["s", "ms", "us", "ns"] | None = None
    day_first: bool | None = None
    zone: str | None = None

    def fits(self, names: Sequence[str]) -> bool:
        """Whether each of its columns is there, and once."""
        return all(names.count(column) == 1 for column in (*self.time, *self.axes))
