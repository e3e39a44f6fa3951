"""Stored recordings of which the assignments now say something else are moved, and no others.

Only what some line, or a device's entry, says moves a recording: where none says anything any more, it stays as it is,
for a settings file that was not found must not take everybody's nights. What the command line said stays. The person,
the leg, and a zone on which no instant rests change without the file; its instants change only by reading it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from analytics.store import (
    StoredRecording,
    compared_with,
    every_recording,
    find_recording,
    moved_to,
    note_compared,
    said_of_pruned,
)
from flows.assigning.assignments import Assignments, Decision
from flows.importing.declared import Wishes, decided, differs
from flows.importing.import_run import Context
from flows.importing.meant_sensor import asks_for_the_file
from flows.importing.outcomes import Outcome
from flows.importing.store_order import Turns
from ingest.archives.companion_files import companions_of
from ingest.errors import (
    NightkickError,
    SamplesLostError,
    StoreError,
    UnreadableFileError,
    UsageError,
)
from ingest.fingerprint import sha256_of_all

#: Imports one file: `flows.importing.pipeline.import_file`.
ImportFile = Callable[[Path, Context], Outcome]
_SHOWN = ("subject", "site", "side", "zone", "time_shift_s")


@dataclass(frozen=True, slots=True)
class Moved:
    """A recording that was stored otherwise, before and after, the evenings concerned, and by whose word."""

    before: StoredRecording
    after: StoredRecording
    nights: tuple[date, ...]
    origins: tuple[str, ...]

    def line(self) -> str:
        """The move in words."""
        pairs = [(name, getattr(self.before, name), getattr(self.after, name)) for name in _SHOWN]
        changes = ", ".join(f"{name.removesuffix('_s')} {was} -> {now}" for name, was, now in pairs if was != now)
        nights = ", ".join(map(str, self.nights)) or "no night"
        return f"moved {nights} ({self.before.path.name}): {changes} ({', '.join(self.origins)})"


def outdated(assignments: Assignments, recordings: Sequence[StoredRecording]) -> Iterator[StoredRecording | UsageError]:
    """Recordings that the assignments want elsewhere, and what they contradict each other about."""
    for known in recordings:
        try:
            if differs(decided(known, assignments), known):
                yield known
        except UsageError as error:
            yield UsageError(error.what, path=known.path, hint=error.hint)


def move_all(context: Context, import_file: ImportFile, *, always: bool = False) -> Iterator[Moved | NightkickError]:
    """Move recordings that the assignments want elsewhere; look at none where no assignment has changed.

    Parameters
    ----------
    import_file : callable
        Imports a file anew, where what is stored does not suffice.
    always : bool
        Whether to look also where the assignments are those of the last comparison.

    Raises
    ------
    StoreError
        The database failed; what was moved before stays moved.
    """
    mark = fingerprint(context.assignments)
    if not always and mark == compared_with(context.store):
        return
    problems = 0
    for found in outdated(context.assignments, every_recording(context.store)):
        result = found if isinstance(found, UsageError) else _moved(found, context, import_file)
        problems += isinstance(result, NightkickError)
        yield result
    if not problems and mark != compared_with(context.store):
        note_compared(context.store, mark)


def fingerprint(assignments: Assignments) -> str:
    """A hash of the assignments, equal for equal ones."""
    said = [(line.serial, line.pattern, line.written) for line in assignments.lines]
    return hashlib.sha256(repr((said, sorted(assignments.devices.items(), key=str))).encode()).hexdigest()


def _moved(known: StoredRecording, context: Context, import_file: ImportFile) -> Moved | NightkickError:
    found = decided(known, context.assignments)
    try:
        after, nights = _stored_again(known, found, context, import_file)
    except SamplesLostError as error:
        return said_of_pruned(context.store, error)
    except StoreError:
        raise
    except NightkickError as error:
        return type(error)(error.what, path=known.path, hint=error.hint)
    by = dict.fromkeys(found.origins[name] for name in found.origins if _changed(name, known, after))
    return Moved(known, after, nights, tuple(by))


def _changed(name: str, before: StoredRecording, after: StoredRecording) -> bool:
    field = "zone" if name == "tz" else name
    return bool(getattr(before, field) != getattr(after, field))


def _stored_again(
    known: StoredRecording, found: Decision, context: Context, import_file: ImportFile
) -> tuple[StoredRecording, tuple[date, ...]]:
    alone = replace(context, wishes=Wishes(), turn=Turns().take())
    words = found.words
    if asks_for_the_file(known, found):
        return _read_again(known, alone, import_file, why="its export holds several sensors")
    zone = words.tz if words.tz is not None and "tz" in found.origins else known.zone
    shift_s = known.time_shift_s if words.time_shift_s is None else words.time_shift_s
    if shift_s != known.time_shift_s or (zone != known.zone and _rests_on_zone(known)):
        return _read_again(known, alone, import_file, why="its clock is another one now")
    from flows.importing.save_recording import store_recording  # late, for it loads all that finds movements

    after = moved_to(
        known,
        subject=words.subject or known.subject,
        site=words.site or known.site,
        side=words.side or known.side,
        zone=zone,
    )
    return after, store_recording(after, alone, None) or ()


def _rests_on_zone(known: StoredRecording) -> bool:
    """Whether its instants would be others in another zone, as far as that was kept."""
    clock = known.device_clock
    return clock is None or (clock["base"] != "utc" and clock["utc_offset_s"] is None and clock["zone"] is None)


def _read_again(
    known: StoredRecording, context: Context, import_file: ImportFile, *, why: str
) -> tuple[StoredRecording, tuple[date, ...]]:
    hint = "import it again from where it is now"
    if not known.path.is_file():
        raise UnreadableFileError(f"{why}, and its file is not here", hint=hint)
    if sha256_of_all(known.path, companions_of(known.path)) != known.sha256:
        raise UnreadableFileError(f"{why}, and another file lies in its place", hint=hint)
    outcome = import_file(known.path, context)
    after = find_recording(context.store, known.sha256)
    if outcome.error is not None or after is None:
        raise UnreadableFileError(f"{why}: {outcome.error}", hint=hint)
    return after, outcome.nights
