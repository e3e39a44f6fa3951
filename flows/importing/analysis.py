"""Stored recordings become an analysed night.

Nothing here opens the database: a worker on another machine could not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from analytics.criteria import Criteria
from analytics.model import Channel, Night
from analytics.nights.journal import diary_of, urge_of
from analytics.nights.night import analyse_night
from analytics.nights.window import LOOK_US, edge_of
from analytics.person import Person
from analytics.said import JournalEntry
from analytics.scoring.rulesets import Ruleset
from analytics.signal.channel import channel_of
from analytics.store import NightKey, Store, StoredRecording, holds_samples, load_samples, recognise_samples
from flows import __version__
from ingest.recording import SleepWindow, StageSpan

#: Who is believed about the wearer's zone where the recordings of one night disagree.
TRUST = ("user", "config", "file", "assumed")


@dataclass(frozen=True, slots=True)
class NightToAnalyse:
    """A night with all that its analysis reads beside samples.

    Attributes
    ----------
    recordings : tuple of StoredRecording
        At least one. Their order makes no difference. Those without movement lend their stages to the others.
    noted : tuple of JournalEntry
        What the journal says of it.
    window_us : (int, int)
        Where it begins and ends; see `flows.importing.night_windows`.
    person : Person or None
        What the database keeps of the person.
    """

    subject: str
    night_date: date
    recordings: tuple[StoredRecording, ...]
    noted: tuple[JournalEntry, ...]
    window_us: tuple[int, int]
    person: Person | None = None

    @property
    def key(self) -> NightKey:
        """The person, and the evening on which the night begins."""
        return self.subject, self.night_date


@dataclass(frozen=True, slots=True)
class EdgeToFind:
    """An edge between two nights, with all that is read to find it.

    Attributes
    ----------
    night_date : date
        Of the night that ends there.
    noon_us : int
        Where it lies without a sleep across noon.
    recordings : tuple of StoredRecording
        All within `LOOK_US` of that noon.
    noted : tuple of JournalEntry
        Of that night.
    """

    night_date: date
    noon_us: int
    zone: str
    recordings: tuple[StoredRecording, ...]
    noted: tuple[JournalEntry, ...]

    def __hash__(self) -> int:
        return hash((self.night_date, self.noon_us, *(recording.sha256 for recording in self.recordings)))


def edge_stored(store: Store, edge: EdgeToFind, criteria: Criteria) -> int:
    """Find where two nights meet, from the staged samples around their noon.

    Parameters
    ----------
    edge : EdgeToFind
        The two nights' noon, and the recordings around it; one without samples is passed over.

    Returns
    -------
    int
        The instant, UTC microseconds since 1970.

    Raises
    ------
    StoreError
        Staged samples are missing or damaged.
    """
    start_us, end_us = edge.noon_us - LOOK_US, edge.noon_us + LOOK_US
    return edge_of(
        edge.noon_us,
        [_channel(store, each, start_us, end_us) for each in edge.recordings if each.n_samples],
        stages=_stages(edge.recordings, start_us, end_us)[0],
        windows=_windows(edge.recordings, start_us, end_us)[0],
        diary=diary_of(edge.noted, edge.night_date, edge.zone),
        criteria=criteria,
    )


def analyse_stored(
    store: Store, night: NightToAnalyse, *, criteria: Criteria, rulesets: Sequence[Ruleset]
) -> Night | None:
    """Analyse one night of one person from the staged samples of everything recorded in it.

    Parameters
    ----------
    store : Store
        Only its folder of samples is read, never the database.

    Returns
    -------
    Night or None
        None where no recording has a sample in its window: it only spans the night.

    Raises
    ------
    StoreError
        Staged samples are missing or damaged.
    """
    zone = zone_of(night.recordings)
    start_us, end_us = night.window_us
    moving = [recording for recording in night.recordings if recording.n_samples]
    inside = [recording for recording in moving if holds_samples(store, recording.sha256, start_us, end_us)]
    if not inside:
        return None
    stages, stages_from = _stages(night.recordings, start_us, end_us)
    windows, windows_from = _windows(night.recordings, start_us, end_us)
    return analyse_night(
        subject=night.subject,
        night_date=night.night_date,
        zone=zone,
        window_us=night.window_us,
        channels=(_channel(store, recording, start_us, end_us) for recording in inside),
        beside=tuple(recording.sha256 for recording in night.recordings if not recording.n_samples),
        stages=stages,
        lent_from=stages_from if stages else windows_from,
        sleep_windows=windows,
        diary=diary_of(night.noted, night.night_date, zone),
        urge_to_move=urge_of(night.noted, night.night_date),
        criteria=criteria,
        rulesets=rulesets,
        version=__version__,
    )


def zone_of(recordings: Iterable[StoredRecording]) -> str:
    """The wearer's zone, by who is believed about it."""
    return min(recordings, key=lambda r: (TRUST.index(r.zone_source), r.sha256)).zone


def _channel(store: Store, recording: StoredRecording, start_us: int, end_us: int) -> Channel:
    recognise_samples(store, recording.sha256, n_samples=recording.n_samples, first_us=recording.first_us)
    return channel_of(
        load_samples(store, recording.sha256, start_us, end_us),
        recording=recording.sha256,
        site=recording.site,
        side=recording.side,
        lsb_g=recording.lsb_g or 0.0,
        calibration=recording.calibration,
        # Without its serial number two devices of a kind would be taken for one.
        device="/".join(_device(recording)) if recording.device_serial else "",
        temperature=recording.thermometer(),
    )


def _stages(
    recordings: Sequence[StoredRecording], start_us: int, end_us: int
) -> tuple[tuple[StageSpan, ...], tuple[str, ...]]:
    """Stages that touch the night, in order, of the device that saw most of it: two that disagree make no night.

    And the sha256 of every recording of that device: its clock is the one that the stages are on.
    """
    by_device: dict[tuple[str, str, str], set[StageSpan]] = {}
    for recording in recordings:
        device = _device(recording)
        inside = {span for span in recording.stages if span.start_us < end_us and span.end_us > start_us}
        by_device.setdefault(device, set()).update(inside)
    best = max(sorted(by_device), key=lambda device: _length_us(by_device[device]))
    from_ = tuple(recording.sha256 for recording in recordings if _device(recording) == best)
    return tuple(sorted(by_device[best], key=lambda span: (span.start_us, span.end_us, span.stage))), from_


def _device(recording: StoredRecording) -> tuple[str, str, str]:
    return recording.device_maker, recording.device_model, recording.device_serial


def _length_us(spans: Iterable[StageSpan | SleepWindow]) -> int:
    return sum(span.end_us - span.start_us for span in spans)


def _windows(
    recordings: Sequence[StoredRecording], start_us: int, end_us: int
) -> tuple[tuple[SleepWindow, ...], tuple[str, ...]]:
    """Sleep windows that touch the night, of the device that saw most of it, and its recordings; as `_stages`."""
    by_device: dict[tuple[str, str, str], set[SleepWindow]] = {}
    for recording in recordings:
        inside = {window for window in recording.sleep_windows if window.start_us < end_us and window.end_us > start_us}
        by_device.setdefault(_device(recording), set()).update(inside)
    best = max(sorted(by_device), key=lambda device: _length_us(by_device[device]))
    from_ = tuple(recording.sha256 for recording in recordings if _device(recording) == best)
    return tuple(sorted(by_device[best], key=lambda window: (window.start_us, window.end_us))), from_
