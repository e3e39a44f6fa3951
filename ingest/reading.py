"""One file in, one `Recording` out: the order in which the parts of `ingest` are asked.

Reader, clock, placement and quality know nothing of one another; this module brings them
together, and the only way in for the layers above.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np

from ingest.clock import check_representable, doubtful_times, microseconds, resolve, start_on, zone_of_setting
from ingest.clock_changes import Followed, doubts_at_start, doubts_of_zone, followed, utc_blocks, utc_us
from ingest.errors import DamagedRecordingError, EmptyFileError, IngestError
from ingest.fingerprint import sha256_of_all
from ingest.input_file import LARGE_BYTES, Stamp, check_unchanged, reading, stamp_of
from ingest.losses import warning_of_loss
from ingest.mapping import TableMapping
from ingest.outlying_times import has_strays, was_never_set, without_strays
from ingest.placement import placed
from ingest.quality.measuring import measure, without_movement
from ingest.quality.thermometer import MINUTE_US, MinuteMeans
from ingest.recognising import sniff
from ingest.recognising.mapped import read_mapped
from ingest.recording import (
    Blocks,
    Clock,
    Decoded,
    Device,
    DeviceClock,
    Gap,
    Quality,
    Recording,
    Samples,
    Side,
    Site,
    SleepWindow,
    StageSpan,
    Temperature,
    Vitals,
)

Span = TypeVar("Span", StageSpan, SleepWindow)


@dataclass(frozen=True, slots=True)
class Declared:
    """What the user or the settings say about a device; None where they say nothing.

    Attributes
    ----------
    zone : str or None
        IANA name or fixed offset.
    zone_source : "user" or "config"
        Who declared the zone.
    time_shift_us : int
        How much the device's clock was behind.
    start : datetime or None
        When a recording with a relative clock began; without an offset as the wearer's clocks showed it.
    subject : str or None
        Who wore it; no reader knows that, so it is only handed on.
    remarks : tuple of str
        What has to be said about these words, for the warnings.
    sensor, sensor_meant : str or None
        Where sensors of one export were told apart: which this one is, and which the place was said of. Handed on.
    """

    zone: str | None = None
    zone_source: Literal["user", "config"] = "user"
    site: Site | None = None
    side: Side | None = None
    time_shift_us: int = 0
    start: datetime | None = None
    subject: str | None = None
    remarks: tuple[str, ...] = ()
    sensor: str | None = None
    sensor_meant: str | None = None


@dataclass(frozen=True, slots=True)
class Extent:
    """When a recording was by its device's own clock: first and last sample, microseconds since 1970."""

    clock: DeviceClock
    first_us: int
    last_us: int


def nothing_declared(device: Device) -> Declared:
    """For callers that know nothing beyond the file."""
    return Declared()


def read_recording(
    path: str | PathLike[str],
    declare: Callable[[Device], Declared] = nothing_declared,
    *,
    declare_when: Callable[[Device, Extent | None], Declared] | None = None,
    tables: Sequence[TableMapping] = (),
    now: datetime | None = None,
) -> Recording:
    """Decode a file, make its times UTC, and measure its quality.

    Reads the file twice (content hash, samples) with memory for a few blocks. Each later walk of
    ``Recording.blocks()`` reads it again, and refuses if it has changed meanwhile.

    Parameters
    ----------
    path : str or path-like
        Any file; its name does not matter.
    declare : callable
        Given the device that the file names, what is known about it. Goes before what the file says of zone
        and placement.
    declare_when : callable, optional
        Asked instead, where what is known depends on when the recording was: first without its extent, which a start
        that a person names may decide, then with it.
    tables : sequence of TableMapping
        What the columns of tables with names of their own mean.
    now : datetime, optional
        Times later than a day after it are warned about; by default the present.

    Raises
    ------
    IngestError
        This file cannot be used; see the tree in `ingest.errors`.
    UsageError
        The declared zone does not exist, or more than one of the tables is meant for it.
    """
    path = Path(path)
    stamp = stamp_of(path)
    with reading(path, stamp):
        decoded = read_mapped(path, tables) or sniff.reader_of(path).read(path)
    stamps = {path: stamp, **{companion: stamp_of(companion) for companion in decoded.companions}}
    declared = declare(decoded.device) if declare_when is None else declare_when(decoded.device, None)
    decoded = replace(decoded, blocks=_watched(decoded.blocks, path, stamps))
    now_us = microseconds(now or datetime.now(UTC))
    decoded, measured = _measured(decoded, path, declared, now_us)
    if declare_when is not None:
        extent = Extent(decoded.clock, measured.quality.first_us, measured.quality.last_us)
        declared = declare_when(decoded.device, extent)
    sha256 = sha256_of_all(path, decoded.companions)
    _check_all_unchanged(stamps)
    return _recording(path, sha256, decoded, measured, declared, now_us)


def check_recognised(path: Path, *, tables: Sequence[TableMapping] = ()) -> None:
    """Refuse a large file that no reader claims, before it is hashed for minutes. What is smaller is left alone.

    Raises
    ------
    IngestError
    """
    stamp = stamp_of(path)
    if stamp.size > LARGE_BYTES and not tables:  # a table of the settings may be one that no reader claims
        with reading(path, stamp):
            sniff.reader_of(path)


@dataclass(frozen=True, slots=True)
class _Measured:
    """The quality of a recording, what has to be said about it, and the temperature that its samples carry.

    ``is_placed``: a stretch begins where a person said.
    """

    quality: Quality
    oddities: tuple[str, ...]
    temperature: Temperature
    is_placed: bool = False


def _measured(decoded: Decoded, path: Path, declared: Declared, now_us: int) -> tuple[Decoded, _Measured]:
    """The recording without strays, and its quality on the device's clock."""
    measured = _quality_of(decoded, path)
    quality = measured.quality
    start, is_dated = declared.start, decoded.clock.base != "relative"
    if quality.n_samples and has_strays(quality.first_us, quality.last_us):
        start_us = start_on(decoded.clock, start, declared.zone) if start and is_dated else None
        believed = without_strays(decoded.blocks, now_us=now_us, start_us=start_us)
        n_before = quality.n_samples
        decoded = replace(decoded, blocks=believed.blocks)
        found = _quality_of(decoded, path)
        measured = replace(found, oddities=(*believed.said, *found.oddities), is_placed=believed.is_placed)
        lost = 1 - (1 - decoded.lost_share) * measured.quality.n_samples / n_before
        decoded = replace(decoded, lost_share=lost)
    elif start and is_dated and was_never_set(quality.first_us, quality.last_us, now_us=now_us):
        decoded = _from_zero(decoded, quality.first_us)
        measured = _in_utc_as_measured(measured, _counting_from(quality.first_us))
    check_representable(measured.quality.first_us, measured.quality.last_us, path=path)
    return decoded, measured


def _counting_from(first_us: int) -> Clock:
    return Clock("UTC", "assumed", shift_us=-first_us, instants_known=False)


def _from_zero(decoded: Decoded, first_us: int) -> Decoded:
    """A recording whose clock was never set, counted from its beginning: when that was is for a person to say."""
    clock = _counting_from(first_us)
    return replace(
        decoded,
        clock=DeviceClock("relative", zone=decoded.clock.zone, runs_on=decoded.clock.runs_on),
        blocks=utc_blocks(decoded.blocks, clock),
        stages=tuple(_in_utc(stage, clock) for stage in decoded.stages),
        sleep_windows=tuple(_in_utc(window, clock) for window in decoded.sleep_windows),
        vitals=_vitals_in_utc(decoded.vitals, clock),
        temperature=_temperature_in_utc(decoded.temperature, clock),
    )


def _quality_of(decoded: Decoded, path: Path) -> _Measured:
    measured = _walked(decoded.blocks, decoded)
    if measured is not None:
        return measured
    extent = _extent_us(decoded)
    if extent is None:
        raise _no_samples(decoded, path)
    said = ("it holds no movement, only what the watch says of the night",)
    return _Measured(without_movement(*extent), said, Temperature())


def _walked(blocks: Blocks, decoded: Decoded) -> _Measured | None:
    """All that one walk over samples shows; None without a single one."""
    means = MinuteMeans()
    measured = measure(
        means.watching(blocks), rate_hz_nominal=decoded.rate_hz_nominal, full_scale_g=decoded.full_scale_g
    )
    if measured is None:
        return None
    temperature, said = means.result()
    return _Measured(measured[0], (*measured[1], *said), temperature)


def _extent_us(decoded: Decoded) -> tuple[int, int] | None:
    """First and last instant of what a watch says beside movement."""
    spans: list[StageSpan | SleepWindow] = [*decoded.stages, *decoded.sleep_windows]
    edges = [span.start_us for span in spans] + [span.end_us for span in spans]
    for times in (decoded.vitals.heart_us, decoded.vitals.beat_us):
        edges += [int(times.min()), int(times.max())] if len(times) else []
    return (min(edges), max(edges)) if edges else None


def _recording(
    path: Path, sha256: str, decoded: Decoded, measured: _Measured, declared: Declared, now_us: int
) -> Recording:
    placement, placement_warnings = placed(decoded.placement, site=declared.site, side=declared.side)
    clock, clock_warnings = resolve(
        decoded.clock,
        measured.quality.first_us,
        device=decoded.device,
        declared_zone=declared.zone,
        declared_by=declared.zone_source,
        declared_start=None if measured.is_placed else declared.start,
        time_shift_us=declared.time_shift_us,
        path=path,
    )
    if measured.is_placed:
        clock = replace(clock, start=declared.start, start_of_part=True)
    clock, blocks, in_utc, change_warnings = _through_changes(decoded, clock, measured)
    quality = in_utc.quality
    check_representable(quality.first_us, quality.last_us, path=path)
    time_warnings = doubtful_times(quality.first_us, quality.last_us, now_us=now_us)
    lost_share = decoded.lost_share
    if in_utc.quality.n_samples < measured.quality.n_samples:
        lost_share = 1 - (1 - lost_share) * in_utc.quality.n_samples / measured.quality.n_samples
    return Recording(
        path=path,
        sha256=sha256,
        format=decoded.format,
        device=decoded.device,
        placement=placement,
        clock=clock,
        rate_hz_nominal=decoded.rate_hz_nominal,
        unit=decoded.unit,
        bad_blocks=decoded.bad_blocks,
        restarts=decoded.restarts,
        quality=quality,
        blocks=blocks,
        stages=tuple(_in_utc(stage, clock) for stage in decoded.stages),
        sleep_windows=tuple(_in_utc(window, clock) for window in decoded.sleep_windows),
        vitals=_vitals_in_utc(decoded.vitals, clock),
        temperature=_temperature_of(decoded, in_utc, clock),
        full_scale_g=decoded.full_scale_g,
        lost_share=lost_share,
        warnings=(
            *warning_of_loss(lost_share),
            *(decoded.problems + in_utc.oddities),
            *(placement_warnings + clock_warnings + change_warnings + time_warnings + declared.remarks),
        ),
        device_clock=decoded.clock,
        subject=declared.subject,
        sensor=declared.sensor,
        sensor_meant=declared.sensor_meant,
    )


def _watched(blocks: Blocks, path: Path, stamps: Mapping[Path, Stamp]) -> Blocks:
    """The same blocks, with the file's faults named and all files checked before and after the walk."""

    def walk() -> Iterator[Samples]:
        _check_all_unchanged(stamps)
        with reading(path, stamps[path]):
            yield from blocks()
        _check_all_unchanged(stamps)

    return walk


def _check_all_unchanged(stamps: Mapping[Path, Stamp]) -> None:
    for path, stamp in stamps.items():
        check_unchanged(path, stamp)


def _through_changes(
    decoded: Decoded, clock: Clock, measured: _Measured
) -> tuple[Clock, Blocks, _Measured, tuple[str, ...]]:
    """Samples and their quality in UTC, also where the recording's clock followed summer time, and what that takes."""
    if decoded.clock.base == "utc" or decoded.clock.utc_offset_s is not None:
        return clock, utc_blocks(decoded.blocks, clock), _in_utc_as_measured(measured, clock), ()
    zone = zone_of_setting(decoded.clock, clock.zone)
    found = Followed()
    if decoded.clock.base == "local":
        found = followed(measured.quality, decoded.blocks, zone, runs_on=decoded.clock.runs_on)
    clock = replace(clock, changes=found.changes)
    blocks = utc_blocks(decoded.blocks, clock)
    anew = _walked(blocks, decoded) if found.changes else None
    in_utc = anew or _in_utc_as_measured(measured, clock)
    said = found.said + doubts_at_start(in_utc.quality.first_us, clock, zone)
    if decoded.clock.base == "local" and not decoded.clock.runs_on:
        said += doubts_of_zone(measured.quality, found.changes, zone)
    return clock, blocks, in_utc, said


def _in_utc_as_measured(measured: _Measured, clock: Clock) -> _Measured:
    return replace(
        measured,
        quality=_quality_in_utc(measured.quality, clock.shift_us),
        temperature=_temperature_in_utc(measured.temperature, clock),
    )


def _in_utc(span: Span, clock: Clock) -> Span:
    start_us, end_us = utc_us(np.array([span.start_us, span.end_us]), clock).tolist()
    return replace(span, start_us=start_us, end_us=end_us)


def _vitals_in_utc(vitals: Vitals, clock: Clock) -> Vitals:
    return replace(vitals, heart_us=utc_us(vitals.heart_us, clock), beat_us=utc_us(vitals.beat_us, clock))


def _temperature_in_utc(temperature: Temperature, clock: Clock) -> Temperature:
    return replace(temperature, minute_us=utc_us(temperature.minute_us, clock))


def _temperature_of(decoded: Decoded, in_utc: _Measured, clock: Clock) -> Temperature:
    """That of the samples or that beside them, of the time in which there are samples."""
    found = in_utc.temperature if len(in_utc.temperature) else _temperature_in_utc(decoded.temperature, clock)
    inside = (found.minute_us > in_utc.quality.first_us - MINUTE_US) & (found.minute_us <= in_utc.quality.last_us)
    return Temperature(found.minute_us[inside], found.celsius[inside])


def _quality_in_utc(quality: Quality, shift_us: int) -> Quality:
    return replace(
        quality,
        first_us=quality.first_us + shift_us,
        last_us=quality.last_us + shift_us,
        gaps=tuple(Gap(gap.start_us + shift_us, gap.end_us + shift_us, gap.kind) for gap in quality.gaps),
    )


def _no_samples(decoded: Decoded, path: Path) -> IngestError:
    if decoded.bad_blocks:
        return DamagedRecordingError(
            f"all {decoded.bad_blocks} blocks of samples are damaged", path=path, hint="copy the file again"
        )
    return EmptyFileError("a recording without a single sample", path=path, hint="check that it was started")
