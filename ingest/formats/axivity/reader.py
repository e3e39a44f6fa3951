"""The reader for Axivity CWA files (AX3 packed and unpacked, AX6), plain or gzipped.

Reading takes two walks over the file. The first checks every sector and keeps its stamp (24 of 512 bytes);
from the stamps alone follow all times (`clock`) and temperatures. The second walk, one for every call of ``blocks()``,
decodes the samples of the believed sectors. What is left out is decided here once, and every kind of it is
counted and told in ``Decoded.problems``: bad checksums, impossible fields, foreign and blank sectors, sectors
that are missing by their numbers, jumps of the clock, a cut last sector. Nothing is filled in.

Device time is the wall clock of the computer that set the device up; the file names no zone (its ``timeZone``
field is unused). Logging times in the header are plans and not used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.byte_source import GZIP_MAGIC, ByteSource, inflated_head, open_bytes
from ingest.errors import DamagedRecordingError, EmptyFileError, UnsupportedRecordingError
from ingest.formats.axivity import sectors as cwa
from ingest.formats.axivity.clock import CwaTimeline, timeline
from ingest.formats.axivity.sectors import HEADER_BYTES, SECTOR_BYTES, SectorVerdict
from ingest.losses import ENDS_INSIDE, NOT_FINISHED, share_lost
from ingest.placement import placement_from
from ingest.quality.thermometer import by_minute
from ingest.recording import BLOCK_SAMPLES, Decoded, Device, DeviceClock, Samples

FORMAT = "axivity-cwa"

_SCAN_SECTORS = 4096


@dataclass(frozen=True, slots=True)
class _Scan:
    """The first walk: which sectors are believed, their stamps, and how many fell to each verdict."""

    number: NDArray[np.int64]
    stamps: NDArray[np.void]
    tally: NDArray[np.int64]
    blank_tail: int
    extra_bytes: int


def claims(head: bytes, path: Path) -> bool:
    """Tell from the first bytes whether this is a CWA file, also inside gzip or with a destroyed header.

    ``path`` is there because every reader is asked alike; its name decides nothing.
    """
    start = inflated_head(head, HEADER_BYTES + 4) if head.startswith(GZIP_MAGIC) else head
    return start.startswith(cwa.HEADER_MAGIC) or start[HEADER_BYTES:].startswith(cwa.SECTOR_MAGIC)


def read(path: Path) -> Decoded:
    """Read a CWA file.

    Values are the file's own integers, so nothing is lost; times are on the device's local clock, good to
    about 10 ms (sectors are stamped to 1/32768 s, but at a whole sample).

    Raises
    ------
    UnreadableFileError
        The bytes cannot be had; also from walking the blocks when the file changed since.
    EmptyFileError
        No sector, or none with a sample.
    UnsupportedRecordingError
        Firmware so old that its stamps are whole seconds wrote it.
    DamagedRecordingError
        There are sectors, but none can be believed; or a gzip stream that never ends.
    """
    source = open_bytes(path)
    header = cwa.parse_header(source.read(0, min(HEADER_BYTES, source.size)))
    scan = _scan(source)
    _refuse_nothing_left(scan, source.problem, path)
    line = timeline(scan.stamps, scan.number)
    # A sector holds one reading, made while it was filled.
    middle = line.position + scan.stamps["count"] / 2
    temperature, said_of_it = by_minute(line.at(middle), cwa.celsius(scan.stamps["temperature"]))
    first = scan.stamps[np.flatnonzero(scan.stamps["count"])[0]]
    return Decoded(
        format=FORMAT,
        device=Device("Axivity", header.model, header.serial) if header else Device("Axivity"),
        placement=placement_from(cwa.site_note(header.annotation if header else "")),
        clock=DeviceClock(base="local", runs_on=True),
        rate_hz_nominal=float(cwa.rate_hz(first["rate"])),
        unit="g",
        blocks=lambda: _blocks(source, scan, line),
        bad_blocks=int(scan.tally[SectorVerdict.GOOD + 1 :].sum()),
        lost_share=share_lost(int(scan.tally[SectorVerdict.GOOD + 1 :].sum()) - scan.blank_tail, len(scan.number)),
        restarts=line.restarts,
        problems=(*_problems(source, scan, line, has_header=header is not None), *said_of_it),
        temperature=temperature,
        full_scale_g=cwa.full_scale_g(int(first["rate"])),
    )


def _scan(source: ByteSource) -> _Scan:
    total = max(source.size - HEADER_BYTES, 0) // SECTOR_BYTES
    numbers, stamps, verdicts = [], [], []
    for start in range(0, total, _SCAN_SECTORS):
        sectors = _sectors(source, start, min(start + _SCAN_SECTORS, total))
        verdict = cwa.judge(sectors)
        good = np.flatnonzero(verdict == SectorVerdict.GOOD)
        numbers.append(good + start)
        stamps.append(cwa.stamps_of(sectors)[good])
        verdicts.append(verdict)
    verdict = np.concatenate(verdicts) if verdicts else np.empty(0, dtype=np.uint8)
    return _Scan(
        number=np.concatenate(numbers) if numbers else np.empty(0, dtype=np.int64),
        stamps=np.concatenate(stamps) if stamps else np.empty(0, dtype=cwa.STAMP),
        tally=np.bincount(verdict, minlength=len(SectorVerdict)),
        blank_tail=_tail_length(verdict == SectorVerdict.BLANK),
        extra_bytes=max(source.size - HEADER_BYTES, 0) % SECTOR_BYTES,
    )


def _sectors(source: ByteSource, start: int, stop: int) -> NDArray[np.void]:
    data = source.read(HEADER_BYTES + start * SECTOR_BYTES, (stop - start) * SECTOR_BYTES)
    return cwa.as_sectors(data)


def _tail_length(hit: NDArray[np.bool_]) -> int:
    misses = np.flatnonzero(~hit)
    return len(hit) - (int(misses[-1]) + 1 if len(misses) else 0)


def _refuse_nothing_left(scan: _Scan, gzip_problem: str, path: Path) -> None:
    if scan.stamps["count"].any():
        return
    again = "copy it from the device again"
    if gzip_problem:
        raise DamagedRecordingError(gzip_problem, path=path, hint=again)
    if scan.tally[SectorVerdict.EARLY]:
        raise UnsupportedRecordingError(
            "very old firmware wrote it, with times in whole seconds only and the rate in another place",
            path=path,
            hint="export it as a CSV with times from the maker's OMGUI and import that",
        )
    damaged = int(scan.tally[[SectorVerdict.FOREIGN, SectorVerdict.BAD_CHECKSUM, SectorVerdict.NONSENSE]].sum())
    if damaged:
        raise DamagedRecordingError(f"none of its {damaged:,} sectors can be believed", path=path, hint=again)
    blank = "blank sectors" if scan.blank_tail else "nothing"
    raise EmptyFileError(
        f"holds a header, then {blank}: not a single sample",
        path=path,
        hint=f"{again}; it may never have started to record",
    )


def _blocks(source: ByteSource, scan: _Scan, line: CwaTimeline) -> Iterator[Samples]:
    """Decode the believed sectors, a stretch of the file at a time, cut also where layout or scale change."""
    capacity = cwa.capacity(scan.stamps["axes"])
    scale = scan.stamps["light"] >> 13
    sectors_a_block = BLOCK_SAMPLES // int(capacity[0])
    keys = (scan.number // sectors_a_block, scan.stamps["axes"], scale)
    changes = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    bounds = [0, *(np.flatnonzero(changes) + 1).tolist(), len(scan.number)]
    for start, stop in pairwise(bounds):
        if scan.stamps["count"][start:stop].any():
            yield _block(source, scan, line, slice(start, stop))


def _block(source: ByteSource, scan: _Scan, line: CwaTimeline, part: slice) -> Samples:
    number, stamps = scan.number[part], scan.stamps[part]
    axes, light = int(stamps["axes"][0]), int(stamps["light"][0])
    sectors = _sectors(source, int(number[0]), int(number[-1]) + 1)
    if len(sectors) != len(number):
        sectors = sectors[number - number[0]]
    values = cwa.values(sectors, axes)
    place = np.arange(values.shape[1])
    position = line.position[part, np.newaxis] + place
    filled = place < stamps["count"][:, np.newaxis]
    if not filled.all():
        return Samples(line.at(position[filled]), values[filled], cwa.step_g(axes, light))
    return Samples(line.at(position.ravel()), values.reshape(-1, 3), cwa.step_g(axes, light))


def _problems(source: ByteSource, scan: _Scan, line: CwaTimeline, *, has_header: bool) -> Iterator[str]:
    """What was wrong, a sentence each."""
    total = f"{int(scan.tally.sum()):,} sectors"
    middle_blank = int(scan.tally[SectorVerdict.BLANK]) - scan.blank_tail
    facts = (
        (not has_header, "the file header is damaged: device, serial number and site are unknown"),
        (scan.tally[SectorVerdict.BAD_CHECKSUM], "left out for a bad checksum: {} of {total}"),
        (
            scan.tally[SectorVerdict.NONSENSE],
            "left out for an impossible date, rate, layout or count: {} of {total}",
        ),
        (scan.tally[SectorVerdict.FOREIGN], "left out because they are no Axivity data: {} of {total}"),
        (scan.tally[SectorVerdict.EARLY], "left out because very old firmware wrote them: {} of {total}"),
        (middle_blank, "blank in the middle of the file: {} of {total}"),
        (scan.blank_tail, f"blank at the end of the file: {{}} of {{total}}; {NOT_FINISHED}"),
        (scan.extra_bytes, f"the file {ENDS_INSIDE} sector; its last {{}} bytes were left out"),
        (line.missing_sectors, "sectors that the device counted and the file lacks: {}"),
        (line.clock_steps, "jumps of the device clock between sectors that follow each other: {}"),
        (line.restarts, "restarts of the device, or steps back of its clock: {}"),
        (line.stamped_once, "no two sectors belong together; times inside them rest on the nominal rate"),
    )
    if source.problem:
        yield source.problem
    for count, sentence in facts:
        if count:
            yield sentence.format(f"{int(count):,}", total=total)
