"""Who wore what, as the settings say it: for ever by device, by ``[[assignment]]`` for some nights or files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from analytics.person import Person, person_of
from flows.assigning.lines import Line, Words, line_of
from flows.settings.value_types import Birth, Subject, TimeShift, Written, Zone
from ingest.errors import UsageError
from ingest.recording import Side, Site


class DeviceSettings(BaseModel):
    """What is always true of one device. None: the file or the command line decides.

    ``time_shift`` is how much its clock was behind: seconds, or text like "-1:00" (h:min).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: Subject | None = None
    site: Site | None = None
    side: Side | None = None
    tz: Zone | None = None
    time_shift: TimeShift | None = None

    def words(self) -> Words:
        """The same, for `flows.assigning.assignments`."""
        return Words(self.subject, self.site, self.side, self.tz, self.time_shift)


class PersonSettings(BaseModel):
    """What is said of one person; `analytics.person` checks it. None: not said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    born: Birth | None = None
    age_group: str | None = None
    sex: str | None = None
    medication: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        try:
            self.person()
        except UsageError as error:  # pydantic collects ValueErrors, with the key they belong to
            raise ValueError(f"{error.what}; {error.hint}") from None
        return self

    def person(self) -> Person:
        """The same, as analyses and the database take it."""
        return person_of(**self.model_dump(), said_by="settings")


class AssignmentSettings(BaseModel):
    """One ``[[assignment]]``: the fields of `flows.assigning.lines`, which checks them.

    ``from`` and ``to`` are evenings, both included, or moments with a time of day.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    serial: str | None = None
    pattern: str | None = None
    subject: Subject | None = None
    site: str | None = None
    side: str | None = None
    tz: str | None = None
    time_shift: str | float | None = None
    since: Written | None = Field(default=None, alias="from")
    until: Written | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        try:
            self.line("")
        except UsageError as error:  # pydantic collects ValueErrors, with the key they belong to
            raise ValueError(f"{error.what}; {error.hint}") from None
        return self

    def line(self, origin: str) -> Line:
        """The same, for `flows.assigning.assignments`."""
        given: Mapping[str, object] = self.model_dump(by_alias=True)
        return line_of({name: None if said is None else str(said) for name, said in given.items()}, origin)
