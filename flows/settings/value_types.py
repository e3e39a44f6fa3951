"""The kinds of values that settings have, each with the check that makes a misspelt one an error."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from flows.settings.times import shift_s
from ingest.clock import zone_info
from ingest.errors import UsageError


def _known_zone(zone: str) -> str:
    try:
        zone_info(zone)
    except UsageError as error:  # pydantic collects ValueErrors, with the key they belong to
        raise ValueError(f"{error.what}; {error.hint}") from None
    return zone


def _seconds(given: object) -> object:
    try:
        return shift_s(str(given))
    except UsageError as error:
        raise ValueError(f"{error.what}; {error.hint}") from None


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def at_home(path: Path) -> Path:
    """With the home folder for a tilde, if there is one."""
    try:
        return path.expanduser()
    except RuntimeError:  # "~nobody"
        return path


DatabasePath = Annotated[Path, AfterValidator(lambda path: at_home(path).absolute())]
Zone = Annotated[str, AfterValidator(_known_zone)]
TimeShift = Annotated[float, BeforeValidator(_seconds)]
Subject = Annotated[str, AfterValidator(_not_blank)]
Reviewer = Annotated[str, AfterValidator(_not_blank)]
#: A date or moment of TOML, or text: as text.
Written = Annotated[str, BeforeValidator(lambda given: given.isoformat() if hasattr(given, "isoformat") else given)]
#: A year or a date of TOML, or text: as text.
Birth = Annotated[str, BeforeValidator(lambda given: given.isoformat() if hasattr(given, "isoformat") else str(given))]
ColumnName = Annotated[str, AfterValidator(_not_blank)]
