"""What the user has settled: read once, checked, frozen.

Three sources, the first that names a key wins: ``NIGHTKICK_*`` variables (nested keys with two underscores,
``NIGHTKICK_CRITERIA__FLAGS__PLMS_INDEX_ADULT=20``), ``nightkick.toml`` in the working directory, and the one
in the user's configuration folder. A key that does not exist is refused with the nearest one that does: a
misspelt threshold that is quietly ignored would change results without a word.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from analytics.criteria import Criteria
from analytics.person import ONESELF, Person
from analytics.scoring.rulesets import DEFAULT_RULESET, RULESETS, Ruleset, derive
from flows.assigning.conflicts import checked
from flows.assigning.lines import Line, Words
from flows.settings.default_folders import config_folder, default_database
from flows.settings.people import AssignmentSettings
from flows.settings.people import DeviceSettings as DeviceSettings
from flows.settings.people import PersonSettings as PersonSettings
from flows.settings.review_page import ReviewSettings
from flows.settings.table_mappings import TableSettings
from flows.settings.unattended import InboxSettings, NotifySettings, PrefectSettings, ScheduleSettings
from flows.settings.value_types import DatabasePath, Reviewer, Subject, Zone, at_home
from ingest import TableMapping
from ingest.errors import UsageError

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings

FILE_NAME = "nightkick.toml"
PREFIX = "NIGHTKICK_"
NESTED = "__"


@dataclass(frozen=True, slots=True)
class Source:
    """One place that settings came from, and what it said. ``path`` is None for the variables."""

    path: Path | None
    values: Mapping[str, Any]


class RulesetSettings(BaseModel):
    """A rule set of the user's own: a built-in one with some values changed.

    Every other key is a field of `analytics.scoring.rulesets.Ruleset` and is checked there.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    base: str = DEFAULT_RULESET.name

    def changes(self) -> dict[str, object]:
        """The values that differ from the base."""
        return dict(self.model_extra or {})


class Settings(BaseModel):
    """All settings with their defaults.

    Attributes
    ----------
    database : Path
        Absolute. Recordings lie in a folder beside it.
    subject : str
        Who wore the devices that are not mapped.
    reviewer : str
        Who judges on the review page.
    tz : str or None
        Zone of recordings that do not name one; None: the machine's own, said to be assumed.
    age_group : "adult", "child" or None
        Decides the index threshold; None leaves it to ``criteria``.
    executor : "threads", "processes", "dask" or None
        Who decodes and analyses; None: processes for much work, this process for little.
    workers : int or None
        How many at once; None: as many as this process may use cores. A cluster knows by itself.
    dask_scheduler : str or None
        Address of a Dask scheduler, for ``executor = "dask"``.
    criteria : Criteria
        Thresholds; only those that differ need naming.
    device : mapping of str to DeviceSettings
        By serial number; what is true of it for ever.
    person : mapping of str to PersonSettings
        By name, what is said of the people themselves; also written ``[subject."NAME"]``.
    assignment : tuple of AssignmentSettings
        Who wore which device in which nights, and whose files bear which names.
    ruleset : mapping of str to RulesetSettings
        Rule sets of the user's own by name; every night is scored under them too.
    table : mapping of str to TableSettings
        Tables with column names of the user's own, by any name.
    schedule, inbox, notify
        What ``nightkick schedule`` does without a person watching.
    prefect
        Which Prefect server keeps the record of runs, and what it is told.
    review
        How other machines reach the review page; by default none does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    database: DatabasePath = Field(default_factory=default_database)
    subject: Subject = ONESELF
    reviewer: Reviewer = "me"
    tz: Zone | None = None
    age_group: Literal["adult", "child"] | None = None
    executor: Literal["threads", "processes", "dask"] | None = None
    workers: Annotated[int, Field(ge=1, le=1024)] | None = None
    dask_scheduler: Annotated[str, Field(pattern=r"^(tcp|tls|ws|wss)://.+")] | None = None
    criteria: Criteria = Criteria()
    device: dict[str, DeviceSettings] = Field(default_factory=dict)
    person: dict[str, PersonSettings] = Field(default_factory=dict)
    assignment: tuple[AssignmentSettings, ...] = ()
    ruleset: dict[str, RulesetSettings] = Field(default_factory=dict)
    table: dict[str, TableSettings] = Field(default_factory=dict)
    schedule: ScheduleSettings = ScheduleSettings()
    inbox: InboxSettings = InboxSettings()
    notify: NotifySettings = NotifySettings()
    prefect: PrefectSettings = PrefectSettings()
    review: ReviewSettings = ReviewSettings()

    def analysis_criteria(self) -> Criteria:
        """The thresholds, with the age group of people of whom none is known."""
        if self.age_group is None:
            return self.criteria
        return self.criteria.of_age(self.age_group)

    def people(self) -> dict[str, Person]:
        """What is said of people, by name."""
        return {name: said.person() for name, said in self.person.items()}

    def rulesets(self) -> dict[str, Ruleset]:
        """All rule sets by name: the built-in ones, the default first, then the user's own.

        Raises
        ------
        UsageError
            One of the user's is based on an unknown one, or changes what does not exist or makes no sense.
        """
        own = {name: derive(_built_in(wish.base, name), name, wish.changes()) for name, wish in self.ruleset.items()}
        return {**RULESETS, **own}

    def lines(self) -> tuple[Line, ...]:
        """What ``[[assignment]]`` says, in order."""
        return tuple(
            one.line(f"[[assignment]] {number} in the settings") for number, one in enumerate(self.assignment, start=1)
        )

    def devices(self) -> dict[str, Words]:
        """What is said of devices for ever."""
        return {serial: device.words() for serial, device in self.device.items()}

    def tables(self) -> tuple[TableMapping, ...]:
        """What the columns of the user's own tables mean, for `ingest.read_recording`."""
        return tuple(table.mapping(name) for name, table in self.table.items())


def _built_in(base: str, name: str) -> Ruleset:
    if base not in RULESETS:
        raise UsageError(f"ruleset.{name}.base = {base!r}: not built in", hint=_nearest(base, list(RULESETS)))
    return RULESETS[base]


def candidates() -> tuple[Path, ...]:
    """Settings files in the order in which they count, whether they exist or not."""
    return Path.cwd() / FILE_NAME, config_folder() / FILE_NAME


def load() -> Settings:
    """Read and check all sources.

    Raises
    ------
    UsageError
        A file that cannot be read, is not TOML, or a key or value that makes no sense; names both.
    """
    _refuse_unknown_variables()
    sources = (_from_variables(), *(Source(path, _read(path)) for path in candidates() if path.exists()))
    try:
        settings = Settings(**_merged([source.values for source in sources]))
    except ValidationError as error:
        raise _joined([_blamed(each, sources) for each in _worth_saying(error.errors())]) from None
    checked(settings.lines(), settings.devices())
    settings.rulesets()  # a rule set that makes no sense is refused now and not in the middle of an import
    return settings


def _read(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", path=path) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"is not TOML: {error}", path=path, hint="mend it there") from None
    # ``subject`` is the name of the wearer, or, as a table, what is said of people: TOML has a key only once.
    if isinstance(values.get("subject"), dict):
        values["person"] = _merged([values.pop("subject"), values.get("person", {})])
    # Relative to the file that says it, so that it means the same wherever the command is run.
    for table, key in ((values, "database"), (values.get("schedule"), "inbox")):
        if isinstance(table, dict) and isinstance(table.get(key), str):
            table[key] = str(path.parent / at_home(Path(table[key])))
    return values


#: What pydantic puts behind the key of a value that may be of several types.
_TYPE_NAMES = frozenset({"str", "float", "int", "bool"})


def _from_variables() -> Source:
    if not any(name.upper().startswith(PREFIX) for name in os.environ):
        return Source(None, {})
    from pydantic_settings import EnvSettingsSource, SettingsError  # late, for it takes 0.2 s

    fields = cast("type[BaseSettings]", Settings)  # it reads no more than the names and types of the fields
    try:
        return Source(None, EnvSettingsSource(fields, env_prefix=PREFIX, env_nested_delimiter=NESTED)())
    except SettingsError as error:
        cause = f": {error.__cause__}" if error.__cause__ else ""
        raise UsageError(f"{error}{cause}", hint="lists and tables are written as JSON") from None


def _refuse_unknown_variables() -> None:
    unknown = []
    for name in sorted(os.environ):
        key = name.upper().removeprefix(PREFIX).partition(NESTED)[0].lower()
        if name.upper().startswith(PREFIX) and key not in Settings.model_fields:
            unknown.append(UsageError(f"unknown variable {name}", hint=_instead_of_variable(key)))
    if unknown:
        raise _joined(unknown)


def _instead_of_variable(key: str) -> str:
    """What may have been meant: compared without the prefix, which all have in common, and would make all alike."""
    close = get_close_matches(key, list(Settings.model_fields), n=1, cutoff=0.6)
    if close:
        return f"did you mean {PREFIX}{close[0].upper()}?"
    return "unset it: no setting has that name; nightkick config path names the files that are read"


def _merged(layers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Join tables key by key; earlier layers win."""
    result: dict[str, Any] = {}
    for layer in reversed(layers):
        for key, given in layer.items():
            below = result.get(key)
            both_tables = isinstance(below, dict) and isinstance(given, dict)
            result[key] = _merged([given, below or {}]) if both_tables else given
    return result


def _worth_saying(errors: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Misspelt keys first; without what is missing beside one, which it explains, and once each value."""
    misspelt = [error for error in errors if error["type"] == "extra_forbidden"]
    explained = {error["loc"][:-1] for error in misspelt}
    others: dict[tuple[int | str, ...], ErrorDetails] = {}
    for error in errors:
        loc = error["loc"]
        if error["type"] == "missing" and loc[:-1] not in explained:
            others[loc] = error
        elif error["type"] not in ("missing", "extra_forbidden"):
            # Of a value that may be of several types, pydantic says of each why it is none, under the type's name.
            others.setdefault(_key_of(error), error)
    return [*misspelt, *others.values()]


def _key_of(error: ErrorDetails) -> tuple[int | str, ...]:
    loc = error["loc"]
    return loc[:-1] if loc[-1:] and loc[-1] in _TYPE_NAMES else loc


def _joined(errors: Sequence[UsageError]) -> UsageError:
    """All of them in one line, each with its advice; a file is named again only where it is another one."""
    first = errors[0]
    lines = [UsageError(e.what, path=None if e.path == first.path else e.path, hint=e.hint).line() for e in errors]
    return first if len(errors) == 1 else UsageError("; ".join(dict.fromkeys(lines)), path=first.path)


def _blamed(error: ErrorDetails, sources: Sequence[Source]) -> UsageError:
    """Turn pydantic's finding into one line that names the source and the key."""
    keys = tuple(part for part in _key_of(error) if isinstance(part, str))
    number = next((part + 1 for part in error["loc"] if isinstance(part, int)), None)
    held = keys[:-1] if error["type"] == "missing" else keys
    source = next((s for s in sources if _holds(s.values, held)), sources[0])
    name = ".".join(keys) if source.path else PREFIX + NESTED.join(keys).upper()
    if keys[:1] == ("assignment",) and number is not None:
        name = f"{name} of [[assignment]] {number}" if len(keys) > 1 else f"[[assignment]] {number}"
        if error["type"] == "value_error":
            return UsageError(f"{name}: {error['msg'].removeprefix('Value error, ')}", path=source.path)
    if keys[:1] == ("person",) and error["type"] not in ("extra_forbidden", "missing"):  # masked: no value is repeated
        said = error["msg"].removeprefix("Value error, ")
        return UsageError(f"{name}: {said}", path=source.path, hint="see nightkick people describe --help")
    if error["type"] == "extra_forbidden":
        return UsageError(f"unknown key {name}", path=source.path, hint=_nearest(keys[-1], _siblings(keys)))
    if error["type"] == "missing":
        return UsageError(f"{name} is missing", path=source.path, hint="see nightkick config show")
    said = error["msg"].removeprefix("Value error, ")
    return UsageError(f"{name} = {error['input']!r}: {said}", path=source.path, hint="see nightkick config show")


def _holds(values: Mapping[str, Any], keys: Sequence[str]) -> bool:
    here: Any = values
    for key in keys:
        if isinstance(here, Sequence) and not isinstance(here, str):  # which of them is told by its number
            return any(_holds(one, keys[keys.index(key) :]) for one in here if isinstance(one, Mapping))
        if not isinstance(here, Mapping) or key not in here:
            return False
        here = here[key]
    return True


#: Tables of settings whose names are the user's own.
_BY_NAME: Mapping[str, type[BaseModel]] = {"device": DeviceSettings, "person": PersonSettings, "table": TableSettings}


def _siblings(keys: Sequence[str]) -> list[str]:
    """Names that are valid where the last of ``keys`` stands."""
    if keys[0] == "assignment" and len(keys) > 1:
        return [field.alias or name for name, field in AssignmentSettings.model_fields.items()]
    model, below = (_BY_NAME[keys[0]], keys[2:-1]) if keys[0] in _BY_NAME else (Settings, keys[:-1])
    for key in below:
        inner = model.model_fields[key].annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return list(model.model_fields)


def _nearest(wrong: str, valid: Sequence[str]) -> str:
    close = get_close_matches(wrong, valid, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(valid)}"


def as_toml(settings: Settings) -> str:
    """The settings in force as a valid ``nightkick.toml``; what is undecided stays out, and what is said of people.

    Of them it names the keys that are set: a listing of settings is shown to others who help.
    """
    import tomli_w

    plain = tomli_w.dumps(settings.model_dump(mode="json", exclude_none=True, exclude={"person"}))
    return plain + "".join(
        f"\n{tomli_w.dumps({'person': {name: {}}})}# {', '.join(sorted(said.model_fields_set))}: said, not shown\n"
        for name, said in settings.person.items()
    )
