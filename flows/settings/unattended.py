"""Settings of what runs without a person watching: when, from which folder, who keeps the record, and whom to tell."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from flows.settings.value_types import Zone, at_home

_TIME_OF_DAY = re.compile(r"(?P<h>[01]?\d|2[0-3]):(?P<min>[0-5]\d)", re.ASCII)


def time_of_day(text: str) -> str:
    """The time as it was given.

    Raises
    ------
    ValueError
        It is none like 9:00 or 21:30.
    """
    if not _TIME_OF_DAY.fullmatch(text.strip()):
        raise ValueError("a time of day is written HH:MM, like 09:00")
    return text.strip()


def cron_at(time: str) -> str:
    """The cron expression for once a day at a `time_of_day`."""
    hour, minute = time_of_day(time).split(":")
    return f"{int(minute)} {int(hour)} * * *"


def cron_expression(text: str) -> str:
    """The expression as it was given; Prefect checks the rest when it is served.

    Raises
    ------
    ValueError
        It does not have five fields.
    """
    if len(text.split()) != 5:
        raise ValueError("a cron expression has five fields: minute hour day month weekday, like '0 9 * * *'")
    return text


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an address starts with http:// or https://")
    return text


class PrefectSettings(BaseModel):
    """Which Prefect server keeps the record of runs, and what it is told.

    ``api_url`` is its address, like ``http://example.org:4200/api``; without one, a run starts a server of its own.
    A server off this machine is told counts only, unless ``tell_names`` allows names, dates and reasons.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_url: Annotated[str, AfterValidator(_web_address)] | None = None
    tell_names: bool = False


class ScheduleSettings(BaseModel):
    """When ``nightkick schedule`` looks, and where. ``at`` is a time of day, or ``cron`` an expression, in ``at_tz``.

    ``tz`` is the wearer's zone in its runs, and where there is no ``at_tz`` that of the clock too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    inbox: Annotated[Path, AfterValidator(lambda path: at_home(path).absolute())] | None = None
    at: Annotated[str, AfterValidator(time_of_day)] | None = None
    cron: Annotated[str, AfterValidator(cron_expression)] | None = None
    tz: Zone | None = None
    at_tz: Zone | None = None

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if self.at is not None and self.cron is not None:
            raise ValueError("at and cron exclude each other")
        return self


class InboxSettings(BaseModel):
    """What becomes of files that are stored: with ``archive`` they are moved to that folder beside the inbox."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    archive: Annotated[Path, AfterValidator(at_home)] | None = None


class NotifySettings(BaseModel):
    """Whom an unattended run tells, and of what.

    ``command`` gets the JSON document on its standard input, ``url`` as the body of a POST. After ``no_data_nights``
    nights without data of a person, that is told once; 0: never.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    command: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    url: Annotated[str, AfterValidator(_web_address)] | None = None
    no_data_nights: Annotated[int, Field(ge=0)] = 3
