"""The reader for ActiGraph GT3X files: what of the zip is read, and what is said about it.

A GT3X file is a zip with ``info.txt`` and either a log of stamped records (``log.bin``, read here) or a bare stream
of samples (``activity.bin``, see `nhanes`). A log takes two walks. The first finds its records by separator and
checksum (`records`), and keeps 16 bytes of each. The second, one for every call of ``blocks()``, decodes the
samples of the activity records. The first also takes the temperature (`sensor_data`); other records are not used.

A stamp is a whole second of the device's clock, which is local time counted as if it were UTC; see `device`.
Damaged bytes are left out and counted, holes stay holes, repeated and earlier seconds are kept in file order.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from ingest.archives.zips import MAGIC, Archive, Member, find, opened
from ingest.errors import DamagedRecordingError, EmptyFileError, IngestError, UnsupportedRecordingError
from ingest.formats.actigraph import nhanes
from ingest.formats.actigraph.device import Setup, is_uncalibrated, parsed, setup
from ingest.formats.actigraph.interruptions import Interruptions, interruptions
from ingest.formats.actigraph.records import PADDING_BYTES, Kind, Log, survey
from ingest.formats.actigraph.samples import PACKED_STEPS, Activity, activity, decode, is_whole, plan, span
from ingest.input_file import stamp_of
from ingest.losses import ENDS_INSIDE, NOT_FINISHED
from ingest.recording import Decoded, Samples

FORMAT = "actigraph-gt3x"

_LOG, _STREAM, _INFO, _CALIBRATION = "log.bin", "activity.bin", "info.txt", "calibration.json"
#: Both texts have a few hundred bytes.
_TEXT_BYTES = 1 << 16
_COPY_AGAIN = "copy it from the device again"
_EXPORT = "export its raw data as CSV from CentrePoint or ActiLife"


def claims(head: bytes, path: Path) -> bool:
    """Whether this is a zip with a log or a stream of samples in it, also without its directory."""
    return head.startswith(MAGIC) and bool(find(path, (_LOG, _STREAM)).members)


def read(path: Path) -> Decoded:
    """Read a GT3X file.

    Values are the file's own integers, so nothing is lost; times are on the device's clock, to the microsecond
    inside its second, which is as the device stamped it.

    Raises
    ------
    UnreadableFileError
        The bytes cannot be had; also from walking the blocks when the file changed since.
    EmptyFileError
        Not a single sample.
    UnsupportedRecordingError
        An encrypted zip, or values that the maker's software would still have to calibrate.
    DamagedRecordingError
        Nothing in it can be believed, or it unpacks to more than a recording can be.
    NoClockError
        An older file that does not say when it began.
    """
    file_bytes = stamp_of(path).size
    archive = find(path, (_LOG, _STREAM, _INFO, _CALIBRATION))
    _refuse_uncalibrated(path, archive)
    info, problems = _info(path, archive)
    if _LOG in archive.members:
        return _read_log(path, archive.members[_LOG], info, problems, file_bytes=file_bytes)
    if _STREAM in archive.members:
        return nhanes.read(path, archive.members[_STREAM], info, problems)
    raise DamagedRecordingError(f"a zip without {_LOG} or {_STREAM} in it", path=path, hint=_COPY_AGAIN)


def _text(path: Path, archive: Archive, name: str) -> tuple[bytes, str]:
    """The start of a small member, and what was wrong with it; nothing where it is not there."""
    member = archive.members.get(name)
    if member is None:
        return b"", ""
    with opened(path, member) as cursor:
        content = cursor.take_summed(_TEXT_BYTES)
        return content, cursor.check() if len(content) < _TEXT_BYTES else ""


def _info(path: Path, archive: Archive) -> tuple[bytes, tuple[str, ...]]:
    content, problem = _text(path, archive, _INFO)
    if not parsed(content):
        problem = f"{_INFO} is missing or says nothing: device, serial number and site are unknown"
    return content, tuple(filter(None, (archive.problem, problem)))


def _refuse_uncalibrated(path: Path, archive: Archive) -> None:
    content, _ = _text(path, archive, _CALIBRATION)
    if is_uncalibrated(content):
        raise UnsupportedRecordingError(
            f"its values still want the correction of its {_CALIBRATION}", path=path, hint=_EXPORT
        )


def _read_log(path: Path, member: Member, info: bytes, problems: tuple[str, ...], *, file_bytes: int) -> Decoded:
    with opened(path, member) as cursor:
        log = survey(cursor, path=path, file_bytes=file_bytes)
        problem = cursor.check()
    said = setup(parsed(info), log.notes)
    these = activity(log.records, said.rate_hz)
    if not len(these.records):
        raise _nothing(log, problem, path)
    between = interruptions(log, these)
    step_g = 1 / said.steps_per_g
    return Decoded(
        format=FORMAT,
        device=said.device,
        placement=said.placement,
        clock=said.clock,
        rate_hz_nominal=said.rate_hz or float(these.rate),
        unit="g",
        blocks=lambda: _blocks(path, member, these, step_g),
        bad_blocks=int(np.count_nonzero(log.soiled)),
        restarts=between.resets,
        problems=tuple(filter(None, (*problems, problem, *_problems(log, said, these, between)))),
        temperature=log.temperature,
        full_scale_g=_full_scale_g(said, these),
    )


def _nothing(log: Log, problem: str, path: Path) -> IngestError:
    if (log.records["kind"] == Kind.INT24).any():
        return UnsupportedRecordingError("its samples are of a kind that is not read yet", path=path, hint=_EXPORT)
    if problem:
        return DamagedRecordingError(problem, path=path, hint=_COPY_AGAIN)
    if log.soiled.any() or log.cut_bytes:
        return DamagedRecordingError("not one second of its samples can be believed", path=path, hint=_COPY_AGAIN)
    return EmptyFileError(
        "holds not a single sample", path=path, hint=f"{_COPY_AGAIN}; it may never have started to record"
    )


def _full_scale_g(said: Setup, these: Activity) -> float | None:
    """What the device says; 12 bits cannot hold more than they do."""
    if (these.records["kind"] == Kind.INT16).any():
        return said.full_scale_g
    return min(PACKED_STEPS / said.steps_per_g, said.full_scale_g or np.inf)


def _blocks(path: Path, member: Member, these: Activity, step_g: float) -> Iterator[Samples]:
    at = 0
    with opened(path, member) as cursor:
        for start, stop in pairwise(plan(these)):
            low, high = span(these.records[start:stop])
            cursor.skip(low - at)
            yield decode(cursor.take_exactly(high - low), these, slice(start, stop), step_g)
            at = high


def _problems(log: Log, said: Setup, these: Activity, between: Interruptions) -> Iterator[str]:
    """What was wrong, a sentence each."""
    yield from _left_out(log)
    yield from said.problems
    yield from log.said_of_temperature
    yield from _odd_seconds(said, these)
    if between.sleeps:
        yield (
            f"the device slept {_times(between.sleeps)}, {between.slept_s / 60:.1f} min in all:"
            " switch idle sleep mode off for nights"
        )
    if between.asleep_at_end:
        yield "the device fell asleep after its last sample and did not wake up before the log ends"
    if between.holes:
        yield f"seconds missing without a mark of sleep: {between.missing_s:,}, in {between.holes:,} stretches"
    if between.repeated:
        yield f"seconds recorded twice: {between.repeated:,}"
    if between.backward:
        yield f"steps back of the device clock: {between.backward:,}"
    if between.resets:
        yield f"unexpected restarts of the device: {between.resets:,}"


def _left_out(log: Log) -> Iterator[str]:
    stray = log.between()
    stray[-1] -= log.cut_bytes
    soiled = int(np.count_nonzero(log.soiled))
    if soiled:
        lost = int(stray[log.soiled].sum())
        yield f"left out because no record in them has a right checksum: {soiled:,} stretches, {lost:,} bytes in all"
    blank = np.where(log.soiled | (stray <= PADDING_BYTES), 0, stray)
    if blank[:-1].any():
        yield f"blank in the middle of the log: {int(blank[:-1].sum()):,} bytes"
    if blank[-1]:
        yield f"blank at the end of the log: {int(blank[-1]):,} bytes; {NOT_FINISHED}"
    if log.cut_bytes:
        yield f"the log {ENDS_INSIDE} record; its last {log.cut_bytes:,} bytes were left out"


def _odd_seconds(said: Setup, these: Activity) -> Iterator[str]:
    total = f"{len(these.count):,}"
    if said.rate_hz is None:
        yield f"the file names no rate; most of its seconds hold {these.rate} samples"
    elif abs(said.rate_hz - these.rate) >= 1:
        yield f"the file says {said.rate_hz:g} Hz, most of its seconds hold {these.rate} samples"
    odd = int(np.count_nonzero(np.abs(these.count - (said.rate_hz or these.rate)) >= 1))
    if odd and odd < len(these.count):
        yield f"seconds with more or fewer than {these.rate} samples: {odd:,} of {total}"
    uneven = int(np.count_nonzero(~is_whole(these.records)))
    if uneven:
        yield f"seconds that end inside a sample: {uneven:,} of {total}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
