"""``[table.NAME]``: what the columns of the user's own tables mean, as it stands in the settings.

    [table.lab]
    columns = { time = "t", x = "ax", y = "ay", z = "az" }
    unit = "m/s2"
    time_unit = "ms"

Meant for every CSV and Parquet file that has all these columns; what is not said is found out. Which table is read
by which mapping is decided in `ingest.recognising.mapped`; here is only what a person may write.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from flows.settings.value_types import ColumnName, Zone
from ingest import TableMapping


def _listed(given: object) -> object:
    return (given,) if isinstance(given, str) else given


TimeColumns = Annotated[tuple[ColumnName, ...], BeforeValidator(_listed), Field(min_length=1, max_length=2)]


class ColumnSettings(BaseModel):
    """Which columns are what. ``time`` is one column, or a list of those with date and time of day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    time: TimeColumns
    x: ColumnName
    y: ColumnName
    z: ColumnName

    @model_validator(mode="after")
    def _different(self) -> Self:
        names = (*self.time, self.x, self.y, self.z)
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"{twice!r} cannot be two of them")
        return self


class TableSettings(BaseModel):
    """What the columns of tables mean that name them in their own way; see `ingest.mapping.TableMapping`.

    What is None is found out: the unit by the size of gravity, dates and numbers by their look. ``counts_per_g``
    is for raw values, ``tz`` for a clock that was set to another zone than the wearer's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: ColumnSettings
    unit: Literal["g", "mg", "m/s2"] | None = None
    counts_per_g: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    time_unit: Literal["s", "ms", "us", "ns"] | None = None
    day_first: bool | None = None
    tz: Zone | None = None

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if self.unit is not None and self.counts_per_g is not None:
            raise ValueError("unit and counts_per_g exclude each other")
        return self

    def mapping(self, name: str) -> TableMapping:
        """As the readers take it."""
        return TableMapping(
            name=name,
            time=self.columns.time,
            axes=(self.columns.x, self.columns.y, self.columns.z),
            unit=self.unit,
            counts_per_g=self.counts_per_g,
            time_unit=self.time_unit,
            day_first=self.day_first,
            zone=self.tz,
        )
