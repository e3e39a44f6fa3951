"""Who wore a sensor, where, in which zone, and how its clock ran: what people said, ready for reading and storing.

Who wins is decided by `flows.assigning.assignments`; here its answer becomes what a reader is told, and what a stored
recording was told earlier becomes a question again. What was said by no one stays open, for the file to answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, get_args

from flows.assigning.assignments import COMMAND_LINE, About, Assignments, Decision, decide
from flows.assigning.conflicts import checked
from flows.assigning.lines import COLUMNS, NOTHING, Line, Words, line_of
from flows.importing.meant_sensor import is_of_another, placing, without_place
from flows.importing.text_forms import TextForm, form_of, one_of, seconds_text, spelt
from flows.settings.settings import Settings
from flows.settings.times import moment, shift_s
from ingest import Declared
from ingest.archives.companion_files import Export, export_of
from ingest.errors import UsageError
from ingest.outlying_times import wants_start
from ingest.reading import Extent
from ingest.recording import Device, DeviceClock, Side, Site
from ingest.resting import lay_in_one_position

if TYPE_CHECKING:  # `inspect` has no use for the store
    from analytics.store import AssignmentRow, StoredRecording


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an import was told about every file of it; None: nothing.

    The command, the flow, the schedule and corrections all hold this one object. Every field has a text form, so that
    flow parameters and ``prefect.yaml`` carry it: ``Wishes.parsed(**wishes.as_text()) == wishes``.

    Attributes
    ----------
    tz : str or None
        Zone of the wearer.
    time_shift_s : float or None
        How much the device's clock was behind, seconds. 0 is a wish too.
    start : datetime or None
        When a recording without a clock of its own began; without an offset as the wearer's clocks showed it.
    sensor : str or None
        Of an export of several sensors the one that site and side are said of, as ``nightkick inspect`` names it.
    """

    subject: str | None = field(default=None, metadata=spelt("subject", str))
    site: Site | None = field(default=None, metadata=spelt("site", one_of("site", get_args(Site))))
    side: Side | None = field(default=None, metadata=spelt("side", one_of("side", get_args(Side))))
    tz: str | None = field(default=None, metadata=spelt("tz", str))
    time_shift_s: float | None = field(default=None, metadata=spelt("time_shift", shift_s, seconds_text))
    start: datetime | None = field(default=None, metadata=spelt("start", moment, datetime.isoformat, of_one_file=True))
    sensor: str | None = field(default=None, metadata=spelt("sensor", str))

    @classmethod
    def text_forms(cls, *, of_a_folder: bool = False) -> Mapping[str, TextForm]:
        """The text form of each field, by the field's name; with ``of_a_folder`` of those that a folder can have."""
        forms = {part.name: form_of(part) for part in fields(cls)}
        return {name: form for name, form in forms.items() if not (of_a_folder and form.of_one_file)}

    @classmethod
    def parsed(cls, *in_order: object, **by_name: object) -> Wishes:
        """From plain text: in the order of the fields, or by the names of their text forms; None: nothing.

        Raises
        ------
        UsageError
            No such name, site or side, no length of time, no moment, or no text.
        """
        forms = cls.text_forms()
        names = [form.name for form in forms.values()]
        if unknown := by_name.keys() - names:
            raise UsageError(f"an import is told nothing called {min(unknown)!r}", hint=f"one of {', '.join(names)}")
        texts = {**dict(zip(names, in_order, strict=False)), **by_name}
        return cls(**{part: form.read(texts.get(form.name)) for part, form in forms.items()})

    def as_text(self, *, of_a_folder: bool = False) -> dict[str, str | None]:
        """Plain text by name, for every field; with ``of_a_folder`` for those that a folder can have."""
        forms = self.text_forms(of_a_folder=of_a_folder)
        return {form.name: form.text_of(getattr(self, part)) for part, form in forms.items()}

    def over(self, below: Wishes) -> Wishes:
        """These wishes, and those ``below`` where there is none of these."""
        both = {part.name: (getattr(self, part.name), getattr(below, part.name)) for part in fields(self)}
        return Wishes(**{name: low if own is None else own for name, (own, low) in both.items()})


class Declare(Protocol):
    """What is known of a recording, given its device, and when it was, where that is known."""

    def __call__(self, device: Device, extent: Extent | None = None) -> Declared:
        """The words that count.

        Raises
        ------
        UsageError
            Two of them contradict each other.
        """
        ...


def assignments_of(settings: Settings, rows: Sequence[AssignmentRow] = ()) -> Assignments:
    """All assignments: those of the settings, and those of the table in the database.

    Raises
    ------
    UsageError
        Two lines that cannot both hold; names both.
    """
    lines = (*settings.lines(), *(_line(row) for row in rows))
    devices = settings.devices()
    default = Words(subject=settings.subject, tz=settings.tz)
    return Assignments(checked(lines, devices), devices, default)


def _line(row: AssignmentRow) -> Line:
    cells = (
        row.serial, row.pattern, row.subject, row.site, row.side, row.tz, row.time_shift, row.first_evening,
        row.last_evening,
    )  # fmt: skip
    return line_of(dict(zip(COLUMNS, cells, strict=True)), f"{row.source} line {row.line_no}")


def declaration(
    wishes: Wishes,
    settings: Settings,
    assignments: Assignments | None = None,
    *,
    path: Path = Path(),
    kept: Words = NOTHING,
    file: Path | None = None,
) -> Declare:
    """What is known about a recording beyond its file.

    Parameters
    ----------
    assignments : Assignments or None
        None: those of the settings alone.
    path : Path
        Where it lies; patterns look at it.
    kept : Words
        What it is stored as already; counts where nothing else is said.
    file : Path or None
        Where its bytes lie, and beside it the other sensors of its export; None: it is from none.
    """
    export = Export() if file is None else export_of(file)
    known = assignments_of(settings) if assignments is None else assignments
    # It reads the export's other file, and a reader asks twice: before and after it knows when the recording was.
    lay_still = cache(lay_in_one_position)

    def declare(device: Device, extent: Extent | None = None) -> Declared:
        asked = About(device.serial, path, extent, wishes.start)
        decided_on = decide(asked, known, user=_words(wishes), kept=kept)
        placed = placing(decided_on, export, wishes.sensor, file or path, lay_still=lay_still)
        found, words = placed.decision, placed.decision.words
        is_unassigned = known.lines and "subject" not in found.origins and kept.subject is None
        return Declared(
            zone=words.tz,
            zone_source="user" if wishes.tz else "config",
            site=words.site,
            side=words.side,
            time_shift_us=round((words.time_shift_s or 0.0) * 1e6),
            start=wishes.start,
            subject=words.subject,
            remarks=(*((_unassigned(device, words.subject),) if is_unassigned else ()), *placed.remarks),
            sensor=placed.sensor,
            sensor_meant=placed.meant,
        )

    return declare


def _unassigned(device: Device, subject: str | None) -> str:
    serial = f"device {device.serial}" if device.serial else "no serial number"
    return f"no assignment says who wore it ({serial}): it is stored for {subject}; see nightkick people list"


def subject_of(device: Device, wishes: Wishes, settings: Settings, assignments: Assignments | None = None) -> str:
    """Who wears a device, without regard to path and time; `declaration` regards them.

    Parameters
    ----------
    wishes : Wishes
        What the command line says.
    assignments : Assignments or None
        None: those of the settings alone.
    """
    return declaration(wishes, settings, assignments)(device).subject or settings.subject


def _words(wishes: Wishes) -> Words:
    return Words(wishes.subject, wishes.site, wishes.side, wishes.tz, wishes.time_shift_s)


def said_in(wishes: Wishes) -> tuple[str, ...]:
    """Names of the wishes that the command line states."""
    return tuple(field.name for field in fields(wishes) if getattr(wishes, field.name) is not None)


def asked_of(known: StoredRecording) -> About:
    """Describe a stored recording for `decide`, with its times on the device's own clock as far as that was kept."""
    start = moment(known.clock_start) if known.clock_start else None
    kept = dict(known.device_clock or {"base": "utc", "shift_us": 0})
    shift_us = kept.pop("shift_us")
    clock = DeviceClock(**kept)
    if clock.base == "relative":  # by now its times count from a moment that is known
        clock, shift_us = DeviceClock("utc"), 0
    if known.device_clock is None and known.time_shift_s:
        shift_us = round(known.time_shift_s * 1e6)
    extent = Extent(clock, known.first_us - shift_us, known.last_us - shift_us)
    return About(known.device_serial, known.path, extent, start)


def kept_of(known: StoredRecording | None) -> Words:
    """What a stored recording is stored as; its zone is asked anew, unless the command line named it."""
    if known is None:
        return Words()
    return Words(
        known.subject,
        known.site if known.site != "unknown" else None,
        known.side if known.side != "unknown" else None,
        None,
        known.time_shift_s or None,
    )


def own_words(known: StoredRecording, assignments: Assignments) -> Wishes:
    """What the command line said of a stored recording in earlier imports.

    Where that was not kept (before version 8 of the schema), a word is taken for the command line's unless it is
    what the settings say.
    """
    stored = Wishes(
        known.subject,
        known.site if known.site != "unknown" else None,
        known.side if known.side != "unknown" else None,
        known.zone if known.zone_source == "user" else None,
        known.time_shift_s or None,
        moment(known.clock_start) if known.clock_start else None,
        known.sensor_meant,
    )
    if known.user_said is not None:
        return replace(stored, **{part.name: None for part in fields(Wishes) if part.name not in known.user_said})
    device, default = assignments.devices.get(known.device_serial, Words()), assignments.default
    settled = (
        *(name for name in ("subject", "site", "side", "time_shift_s") if getattr(device, name) is not None),
        *(("subject",) if known.subject == default.subject else ()),
    )
    return replace(stored, **{name: None for name in settled if _is_of_settings(name, stored, device, default)})


def _is_of_settings(name: str, stored: Wishes, device: Words, default: Words) -> bool:
    return getattr(stored, name) in (getattr(device, name), getattr(default, name))


def decided(known: StoredRecording, assignments: Assignments) -> Decision:
    """What assignments say of a stored recording now, beside what the command line said of it.

    Raises
    ------
    UsageError
        They contradict each other; names both lines.
    """
    user = _words(own_words(known, assignments))
    found = decide(asked_of(known), assignments, user=user, kept=kept_of(known))
    return without_place(found) if is_of_another(known) else found


def differs(found: Decision, known: StoredRecording) -> bool:
    """Whether an assignment, or a device's entry, contradicts what a recording is stored as."""
    stored = Words(known.subject, known.site, known.side, known.zone, known.time_shift_s)
    names = (name for name, origin in found.origins.items() if origin != COMMAND_LINE)
    return any(getattr(found.words, name) != getattr(stored, name) for name in names)


def corrects(wishes: Wishes, known: StoredRecording) -> bool:
    """Whether something explicit differs from what is stored. A zone that was assumed is corrected by any zone."""
    present = as_stored(known)
    if known.zone_source == "assumed":
        present = replace(present, tz=None)
    if known.clock_start is None and not wants_start(known.warnings):  # its own clock counts, and a start is not used
        wishes = replace(wishes, start=None)
    if is_of_another(known, wishes.sensor):
        wishes = replace(wishes, site=None, side=None)
    if wishes.time_shift_s is not None:  # as it is stored
        wishes = replace(wishes, time_shift_s=round(wishes.time_shift_s * 1e6) / 1e6)
    return wishes.over(present) != present


def completed(wishes: Wishes, known: StoredRecording, assignments: Assignments) -> Wishes:
    """Complete a correction: it changes what it names, and what the command line said earlier stays.

    Parameters
    ----------
    wishes : Wishes
        The correction.
    known : StoredRecording
        The recording as it is stored.

    Returns
    -------
    Wishes
        The correction, and where it is silent what the command line said of an earlier import.
    """
    return wishes.over(own_words(known, assignments))


def as_stored(known: StoredRecording) -> Wishes:
    """The wishes that would store a recording as it is stored, by any word."""
    return Wishes(
        subject=known.subject,
        site=known.site,
        side=known.side,
        tz=known.zone,
        time_shift_s=known.time_shift_s,
        start=moment(known.clock_start) if known.clock_start else None,
        sensor=known.sensor_meant,
    )


def changes(before: StoredRecording, now: StoredRecording, *, with_names: bool = True) -> tuple[str, ...]:
    """What an import changed about a known recording, old -> new: ``zone Europe/Berlin -> UTC (was assumed)``.

    Parameters
    ----------
    with_names : bool
        Whether people are named; what the database keeps must not, for it may be told to forget one of them.
    """
    old, new = as_stored(before).as_text(), as_stored(now).as_text()
    found = {name: f"{_WORDS.get(name, name)} {old[name] or 'none'} -> {new[name] or 'none'}" for name in old}
    different = {name for name in found if old[name] != new[name]}
    if before.zone_source == "assumed" and now.zone_source != "assumed":
        different.add("tz")
        found["tz"] += " (was assumed)"
    if not with_names:
        found["subject"] = "subject changed"
    return tuple(text for name, text in found.items() if name in different)


#: What people read for a name that differs from it.
_WORDS = {"tz": "zone", "time_shift": "time shift in s", "sensor": "sensor meant"}
