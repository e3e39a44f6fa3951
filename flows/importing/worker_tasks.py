"""What a worker does, in this process, in another one, or on another machine: decode a recording, analyse nights.

Workers need the file, the folder of staged samples, and what the functions here are given; never the database, which
only the process that imports opens. What goes in and out is small: rows, no samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analytics.criteria import Criteria
from analytics.model import Night
from analytics.person import in_force, judged_by
from analytics.store import Store, StoredRecording, stage_samples, staged_scale, stored_recording
from flows import __version__
from flows.assigning.assignments import Assignments
from flows.assigning.lines import NOTHING, Words
from flows.importing.analysis import EdgeToFind, NightToAnalyse, analyse_stored, edge_stored
from flows.importing.declared import Wishes, declaration, said_in
from flows.settings.settings import Settings
from ingest import read_recording
from ingest.archives.reading import Unpacked


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of a recording before it is read: the command line, what is assigned, what it is stored as."""

    wishes: Wishes
    assignments: Assignments
    kept: Words = NOTHING


def staged(store: Store, item: Unpacked, said: Said, settings: Settings, expected: str | None) -> StoredRecording | str:
    """Decode a recording and keep its samples, or only tell its hash where that is not the expected one.

    The hash of what lies in other files than those of its folder's maker is known only when it is read; and samples
    of a recording that is stored already must not be staged before it is known how it was stored.

    Parameters
    ----------
    expected : str or None
        None: whatever it is.

    Raises
    ------
    IngestError, StoreError
    UsageError
        What was said of it contradicts itself.
    """
    declare = declaration(
        said.wishes, settings, said.assignments, path=item.shown.absolute(), kept=said.kept, file=item.file
    )
    recording = read_recording(item.file, declare_when=declare, tables=settings.tables())
    if expected is not None and recording.sha256 != expected:
        return recording.sha256
    recording = replace(recording, path=item.shown, warnings=(*item.problems, *recording.warnings))
    stage_samples(store, recording)
    return stored_recording(
        recording,
        subject=recording.subject or settings.subject,
        user_said=said_in(said.wishes),
        g_per_value=staged_scale(store, recording.sha256),
    )


def analysed(store: Store, nights: Sequence[NightToAnalyse], settings: Settings) -> list[Night | None]:
    """Analyse each night under all rule sets of the settings; None for one without a sample.

    Parameters
    ----------
    nights : sequence of NightToAnalyse
        Their recordings must have been staged.
    settings : Settings
        Give the criteria and the rule sets.

    Raises
    ------
    StoreError
        Staged samples are missing or damaged.
    """
    criteria, rulesets, settled = settings.analysis_criteria(), tuple(settings.rulesets().values()), settings.people()

    def judged(night: NightToAnalyse) -> Criteria:
        return judged_by(criteria, in_force(night.subject, night.person, settled), night.night_date)

    return [analyse_stored(store, night, criteria=judged(night), rulesets=rulesets) for night in nights]


def edges_found(store: Store, edges: Sequence[EdgeToFind], settings: Settings) -> list[int]:
    """Find where each two nights meet.

    Parameters
    ----------
    edges : sequence of EdgeToFind
        Their recordings must have been staged.
    settings : Settings
        Give the criteria.

    Returns
    -------
    list of int
        The instant of each edge, UTC microseconds since 1970.

    Raises
    ------
    StoreError
        Staged samples are missing or damaged.
    """
    criteria = settings.analysis_criteria()
    return [edge_stored(store, edge, criteria) for edge in edges]


def fitness(folder: Path) -> tuple[str, bool]:
    """Which version a worker runs, and whether it sees a folder."""
    return __version__, folder.is_dir()
