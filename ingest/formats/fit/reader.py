"""FIT: activities of Garmin and other watches, as far as they hold raw acceleration.

Ordinary exports hold none: heart rate, steps and sleep stages do not show single movements, and such files
are refused with what they do hold. Acceleration comes from Connect IQ apps that log it, from Garmin's Health
SDK, and from VIRB cameras. The way through: `envelope` finds the parts of the file, `decoding`
decodes them with fitparse, `acceleration` packs samples and turns them to g, `clock` makes their time
absolute, `stages` reads the sleep stages beside them.

All samples of a file stay in memory (20 bytes each, so 14 MB a night at 25 Hz): decoding again for each walk
would cost seconds, and the largest file that is accepted bounds it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path

from ingest.errors import (
    DamagedRecordingError,
    EmptyFileError,
    IngestError,
    NoClockError,
    NoMovementError,
    UnknownFormatError,
    UnreadableFileError,
)
from ingest.formats.fit.acceleration import Layout, Packer, Stored, burst_in, calibration_in, in_g
from ingest.formats.fit.clock import correlations_in, unix_us, utc_offset_s
from ingest.formats.fit.decoding import ReadingStoppedError, exclusively, messages
from ingest.formats.fit.envelope import Part, has_header, open_envelope
from ingest.formats.fit.messages import ACCELERATION, BOOKKEEPING, Message, describe
from ingest.formats.fit.stages import marks_sleep, stage_spans
from ingest.formats.fit.wearer import device_in, placement_in
from ingest.recording import Decoded, DeviceClock, Samples, StageSpan

NAME = "fit"
#: Four weeks of raw 25 Hz. fitparse works in memory, so something must bound it.
MAX_BYTES = 256 * 1024 * 1024

_UNITS: dict[Layout, str] = {"calibrated": "g", "compressed": "mg", "raw": "counts", "hsa": "mg"}


@dataclass(frozen=True, slots=True)
class PartRead:
    """What one chained part held.

    Attributes
    ----------
    notes : tuple of Message
        Everything but the acceleration.
    blocks : tuple of Stored
        Its samples, on the clock and in the unit of the file.
    n_senseless : int
        Acceleration messages that could not be made into samples.
    stopped : str
        Where and why reading ended early; empty where it did not.
    """

    notes: tuple[Message, ...]
    blocks: tuple[Stored, ...]
    n_senseless: int
    stopped: str


def claims(head: bytes, path: Path) -> bool:
    """Whether the file begins with a FIT header; the name does not matter."""
    return has_header(head)


def read(path: Path) -> Decoded:
    """The acceleration and the sleep stages of a FIT file.

    Raises
    ------
    UnreadableFileError
        No bytes to be had, or more than `MAX_BYTES`.
    EmptyFileError, UnknownFormatError, DamagedRecordingError
        Nothing in it, not FIT, or nothing readable.
    NoMovementError
        A FIT file without acceleration.
    UnknownUnitError, NoClockError
        Samples that cannot be made g, or have no absolute time.
    """
    data = _file_bytes(path)
    envelope = open_envelope(data)
    tally: Counter[int] = Counter()
    with exclusively():
        parts = [read_part(data, part, tally) for part in envelope.parts]
    notes = tuple(chain.from_iterable(part.notes for part in parts))
    dated = _dated(parts)
    if not dated:
        raise _refusal(path, parts, tally)
    blocks = in_g(dated, calibration_in(notes), path)
    stages = _stages(parts)
    return Decoded(
        format=NAME,
        device=device_in(notes),
        placement=placement_in(notes),
        clock=DeviceClock(base="utc", utc_offset_s=utc_offset_s(notes)),
        rate_hz_nominal=None,
        unit=_unit(dated),
        blocks=partial(iter, _samples(blocks)),
        bad_blocks=sum(part.n_senseless + bool(part.stopped) for part in parts),
        restarts=max(sum(bool(part.blocks) for part in parts) - 1, 0),
        problems=(
            *envelope.problems,
            *_part_problems(parts),
            *_undated_problems(parts, sum(len(block.time_ms) for block in dated)),
            *_stage_problems(notes, stages),
        ),
        stages=stages,
    )


def read_part(data: bytes, part: Part, tally: Counter[int]) -> PartRead:
    """Everything in one part up to its end or to the first thing that cannot be decoded.

    To be called inside `decoding.exclusively`; ``tally`` counts the messages of the whole file.
    """
    notes: list[Message] = []
    packer = Packer()
    n_senseless, stopped = 0, ""
    try:
        for message in messages(memoryview(data)[part.start : part.end], tally):
            if message.number not in ACCELERATION:
                notes.append(message)
            elif burst := burst_in(message):
                packer.add(burst)
            else:
                n_senseless += 1
    except ReadingStoppedError as stop:
        stopped = str(stop)
    return PartRead(tuple(notes), packer.finish(), n_senseless, stopped)


def _file_bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise UnreadableFileError("not a file", path=path)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableFileError(error.strerror or "cannot be read", path=path) from error
    if len(data) > MAX_BYTES:
        limit = f"{MAX_BYTES // 1024**2} MiB"
        raise UnreadableFileError(
            f"larger than {limit}, the most that is read of one FIT file",
            path=path,
            hint="let the logging app start a new file every night",
        )
    if not data:
        raise EmptyFileError("the file is empty", path=path)
    if not has_header(data):
        raise UnknownFormatError("not a FIT file", path=path, hint="unpack it first if it is an archive")
    return data


def _dated(parts: Sequence[PartRead]) -> list[Stored]:
    """The blocks whose time is known, in milliseconds since FIT's epoch."""
    dated = []
    for part in parts:
        correlations = correlations_in(part.notes)
        for block in part.blocks:
            if not block.on_system_time:
                dated.append(block)
            elif len(correlations):
                time_ms = correlations.fit_ms(block.time_ms)
                dated.append(replace(block, on_system_time=False, time_ms=time_ms))
    return dated


def _samples(blocks: Sequence[Stored]) -> tuple[Samples, ...]:
    return tuple(Samples(unix_us(block.time_ms), block.xyz, 1.0) for block in blocks)


def _stages(parts: Sequence[PartRead]) -> tuple[StageSpan, ...]:
    return tuple(chain.from_iterable(stage_spans(part.notes, correlations_in(part.notes)) for part in parts))


def _unit(blocks: Sequence[Stored]) -> str:
    """The unit most samples of the file are in."""
    n_samples: Counter[str] = Counter()
    for block in blocks:
        n_samples[_UNITS[block.layout]] += len(block.time_ms)
    return n_samples.most_common(1)[0][0]


def _part_problems(parts: Sequence[PartRead]) -> list[str]:
    problems = [f"Reading stopped {part.stopped}. What follows it is lost." for part in parts if part.stopped]
    if n_senseless := sum(part.n_senseless for part in parts):
        problems.append(f"Acceleration messages left out because they hold no usable sample: {n_senseless:,}.")
    return problems


def _undated_problems(parts: Sequence[PartRead], n_dated: int) -> list[str]:
    n_undated = sum(len(block.time_ms) for part in parts for block in part.blocks) - n_dated
    if not n_undated:
        return []
    return [f"Samples left out because they count time from switching on and nothing dates it: {n_undated:,}."]


def _stage_problems(notes: Sequence[Message], stages: Sequence[StageSpan]) -> list[str]:
    if stages or not marks_sleep(notes):
        return []
    return ["The device marked when sleep began and ended, but the file holds no sleep stages."]


def _refusal(path: Path, parts: Sequence[PartRead], tally: Counter[int]) -> IngestError:
    """Why a file without a single usable sample cannot be used."""
    if any(part.blocks for part in parts):
        return NoClockError(
            "the samples count time from switching on, and no message says when that was",
            path=path,
            hint="take the original file from the device: an app that edits it may have dropped that message",
        )
    if n_acceleration := sum(tally[number] for number in ACCELERATION):
        return DamagedRecordingError(
            f"acceleration messages without a usable sample: {n_acceleration:,} of {n_acceleration:,}", path=path
        )
    stopped = next((part.stopped for part in parts if part.stopped), "")
    if stopped and not tally.keys() - BOOKKEEPING:
        return DamagedRecordingError(f"nothing but the head of the file can be read; it stops {stopped}", path=path)
    if not tally:
        return EmptyFileError("a FIT header without a message", path=path)
    aside = ", as far as it can be read" if stopped else ""
    return NoMovementError(
        f"a FIT file without acceleration: it holds {describe(tally)}{aside}",
        path=path,
        hint="record the night with a Connect IQ app that logs the accelerometer (SensorLogging) and export "
        "the original activity; sleep stages alone cannot show movements",
    )
