"""One file in, one `Recording` out: the order in which the parts of `ingest` are asked.

Reader, clock, placement and quality know nothing of one another; this module brings them
together, and the only way in for the layers above.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeVar

from ingest.clock import check_representable, doubtful_times, microseconds, resolve
from ingest.errors import DamagedRecordingError, EmptyFileError, IngestError
from ingest.fingerprint import sha256_of_all
from ingest.input_file import LARGE_BYTES, Stamp, check_unchanged, reading, stamp_of
from ingest.mapping import TableMapping
from ingest.outlying_times import has_strays, without_strays
from ingest.placement import placed
from ingest.quality.measuring import measure, without_movement
from ingest.recognising import sniff
from ingest.recognising.mapped import read_mapped
from ingest.recording import (
    Blocks,
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
    path: Path,
    declare: Callable[[Device], Declared] = nothing_declared,
    *,
    declare_when: Callable[[Device, Extent], Declared] | None = None,
    tables: Sequence[TableMapping] = (),
    now: datetime | None = None,
) -> Recording:
    """Decode a file, make its times UTC, and measure its quality.

    Reads the file twice (content hash, samples) with memory for a few blocks. Each later walk of
    ``Recording.blocks()`` reads it again, and refuses if it has changed meanwhile.

    Parameters
    ----------
    path : Path
        Any file; its name does not matter.
    declare : callable
        Given the device that the file names, what is known about it. Goes before what the file says of zone
        and placement.
    declare_when : callable, optional
        Asked instead, where what is known depends on when the recording was.
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
    stamp = stamp_of(path)
    with reading(path, stamp):
        decoded = read_mapped(path, tables) or sniff.reader_of(path).read(path)
    stamps = {path: stamp, **{companion: stamp_of(companion) for companion in decoded.companions}}
    declared = declare(decoded.device) if declare_when is None else None
    decoded = replace(decoded, blocks=_watched(decoded.blocks, path, stamps))
    decoded, quality = _measured(decoded, path)
    if declare_when is not None:
        declared = declare_when(decoded.device, Extent(decoded.clock, quality.first_us, quality.last_us))
    sha256 = sha256_of_all(path, decoded.companions)
    _check_all_unchanged(stamps)
    return _recording(path, sha256, decoded, quality, declared or Declared(), now or datetime.now(UTC))


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


def _measured(decoded: Decoded, path: Path) -> tuple[Decoded, Quality]:
    """The recording without strays, its quality on the device's clock, and what was found among the problems."""
    quality, warnings = _quality_of(decoded, path)
    if quality.n_samples and has_strays(quality.first_us, quality.last_us):
        n_before = quality.n_samples
        decoded = replace(decoded, blocks=without_strays(decoded.blocks))
        quality, warnings = _quality_of(decoded, path)
        n_strays = n_before - quality.n_samples
        warnings = (f"{n_strays} of {n_before} samples are dated far from all others and were left out", *warnings)
    check_representable(quality.first_us, quality.last_us, path=path)
    return replace(decoded, problems=decoded.problems + warnings), quality


def _quality_of(decoded: Decoded, path: Path) -> tuple[Quality, tuple[str, ...]]:
    measured = measure(decoded.blocks, rate_hz_nominal=decoded.rate_hz_nominal, full_scale_g=decoded.full_scale_g)
    if measured is not None:
        return measured
    extent = _extent_us(decoded)
    if extent is None:
        raise _no_samples(decoded, path)
    return without_movement(*extent), ("it holds no movement, only what the watch says of the night",)


def _extent_us(decoded: Decoded) -> tuple[int, int] | None:
    """First and last instant of what a watch says beside movement."""
    spans: list[StageSpan | SleepWindow] = [*decoded.stages, *decoded.sleep_windows]
    edges = [span.start_us for span in spans] + [span.end_us for span in spans]
    for times in (decoded.vitals.heart_us, decoded.vitals.beat_us):
        edges += [int(times.min()), int(times.max())] if len(times) else []
    return (min(edges), max(edges)) if edges else None


def _recording(
    path: Path, sha256: str, decoded: Decoded, measured: Quality, declared: Declared, now: datetime
) -> Recording:
    placement, placement_warnings = placed(decoded.placement, site=declared.site, side=declared.side)
    clock, clock_warnings = resolve(
        decoded.clock,
        measured.first_us,
        device=decoded.device,
        declared_zone=declared.zone,
        declared_by=declared.zone_source,
        declared_start=declared.start,
        time_shift_us=declared.time_shift_us,
        path=path,
    )
    quality = _quality_in_utc(measured, clock.shift_us)
    check_representable(quality.first_us, quality.last_us, path=path)
    time_warnings = doubtful_times(quality.first_us, quality.last_us, now_us=microseconds(now))
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
        blocks=_blocks_in_utc(decoded.blocks, clock.shift_us),
        stages=tuple(_in_utc(stage, clock.shift_us) for stage in decoded.stages),
        sleep_windows=tuple(_in_utc(window, clock.shift_us) for window in decoded.sleep_windows),
        vitals=_vitals_in_utc(decoded.vitals, clock.shift_us),
        full_scale_g=decoded.full_scale_g,
        warnings=decoded.problems + placement_warnings + clock_warnings + time_warnings + declared.remarks,
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


def _blocks_in_utc(blocks: Blocks, shift_us: int) -> Blocks:
    def walk() -> Iterator[Samples]:
        for block in blocks():
            yield replace(block, time_us=block.time_us + shift_us)

    return walk if shift_us else blocks


def _in_utc(span: Span, shift_us: int) -> Span:
    return replace(span, start_us=span.start_us + shift_us, end_us=span.end_us + shift_us)


def _vitals_in_utc(vitals: Vitals, shift_us: int) -> Vitals:
    return replace(vitals, heart_us=vitals.heart_us + shift_us, beat_us=vitals.beat_us + shift_us)


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
