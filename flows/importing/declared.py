"""Who wore a sensor, where, in which zone, and how its clock ran: what people said, and who wins.

The command line goes before the device's entry in the settings, that before the settings' own defaults. What
nobody said stays open, for the file to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING, get_args

from flows.importing.text_forms import TextForm, form_of, one_of, seconds_text, spelt
from flows.settings.settings import Settings
from flows.settings.times import moment, shift_s
from ingest import Declared
from ingest.errors import UsageError
from ingest.recording import Device, Side, Site

if TYPE_CHECKING:  # `inspect` has no use for the store
    from analytics.store import StoredRecording


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
    """

    subject: str | None = field(default=None, metadata=spelt("subject", str))
    site: Site | None = field(default=None, metadata=spelt("site", one_of("site", get_args(Site))))
    side: Side | None = field(default=None, metadata=spelt("side", one_of("side", get_args(Side))))
    tz: str | None = field(default=None, metadata=spelt("tz", str))
    time_shift_s: float | None = field(default=None, metadata=spelt("time_shift", shift_s, seconds_text))
    start: datetime | None = field(default=None, metadata=spelt("start", moment, datetime.isoformat, of_one_file=True))

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


def declaration(wishes: Wishes, settings: Settings) -> Callable[[Device], Declared]:
    """What is known about a device beyond its file: the command line, then its entry in the settings, then ``tz``."""

    def declare(device: Device) -> Declared:
        mapped = settings.device.get(device.serial)
        asked_s = (wishes.time_shift_s, mapped.time_shift if mapped else None)
        shift_wanted_s = next((shift for shift in asked_s if shift is not None), 0.0)
        return Declared(
            zone=wishes.tz or (mapped.tz if mapped else None) or settings.tz,
            zone_source="user" if wishes.tz else "config",
            site=wishes.site or (mapped.site if mapped else None),
            side=wishes.side or (mapped.side if mapped else None),
            time_shift_us=round(shift_wanted_s * 1e6),
            start=wishes.start,
        )

    return declare


def subject_of(device: Device, wishes: Wishes, settings: Settings) -> str:
    """Who wore it: the command line, then the device's entry in the settings, then ``subject``."""
    mapped = settings.device.get(device.serial)
    return wishes.subject or (mapped.subject if mapped else None) or settings.subject


def corrects(wishes: Wishes, known: StoredRecording) -> bool:
    """Whether something explicit differs from what is stored. A zone that was assumed is corrected by any zone."""
    present = as_stored(known)
    if known.zone_source == "assumed":
        present = replace(present, tz=None)
    if known.clock_start is None:  # the file has a clock of its own, and a start is not used
        wishes = replace(wishes, start=None)
    if wishes.time_shift_s is not None:  # as it is stored
        wishes = replace(wishes, time_shift_s=round(wishes.time_shift_s * 1e6) / 1e6)
    return wishes.over(present) != present


def completed(wishes: Wishes, known: StoredRecording) -> Wishes:
    """A correction changes what it names; what was declared earlier stays."""
    before = as_stored(known)
    return wishes.over(
        replace(
            before,
            site=None if known.site == "unknown" else known.site,
            side=None if known.side == "unknown" else known.side,
            tz=known.zone if known.zone_source == "user" else None,
            time_shift_s=known.time_shift_s or None,
        )
    )


def as_stored(known: StoredRecording) -> Wishes:
    """What a recording is stored as, whoever said so."""
    return Wishes(
        subject=known.subject,
        site=known.site,
        side=known.side,
        tz=known.zone,
        time_shift_s=known.time_shift_s,
        start=moment(known.clock_start) if known.clock_start else None,
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
_WORDS = {"tz": "zone", "time_shift": "time shift in s"}
