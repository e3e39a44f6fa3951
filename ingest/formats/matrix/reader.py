"""The reader for Parmay Matrix files: what of a file is used, and what is said about it.

Two walks over the file. The first finds the packets and checks their checksums (`packets`); from their stamps follow
all times (`clock`). The second, one for every call of ``blocks()``, takes the acceleration out of the packets
that can be believed. What is left out is counted and told in ``Decoded.problems``; nothing is filled in. The first walk
also takes the temperature. Rotation and heart rate are not used. The file names no rate, no serial number and no zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.byte_source import GZIP_MAGIC, ByteSource, inflated_head, open_bytes
from ingest.errors import DamagedRecordingError, EmptyFileError, IngestError, NoClockError, UnsupportedRecordingError
from ingest.formats.matrix.clock import MatrixTimeline, timeline, usual_rate_hz
from ingest.formats.matrix.packets import (
    FULL_SCALE_STEPS,
    HEADER_MAGIC,
    PACKET_MAGIC,
    RANGES_G,
    REMARKS_BYTES,
    PacketSurvey,
    acceleration_begins,
    header_of,
    remarks_of,
    survey,
)
from ingest.losses import ENDS_INSIDE, NOT_FINISHED, share_lost
from ingest.placement import placement_from
from ingest.recording import BLOCK_SAMPLES, Decoded, Device, DeviceClock, Samples

FORMAT = "matrix-bin"

_HEAD_BYTES = 4096
_SAMPLE_BYTES = 6
#: Between the acceleration of two packets may lie any amount of other samples.
_STRETCH_BYTES = 1 << 22
_COPY_AGAIN = "copy it from the device again"


def claims(head: bytes, path: Path) -> bool:
    """Tell from the first bytes whether this is a Matrix file, also inside gzip or with a destroyed header.

    ``path`` is there because every reader is asked alike; its name decides nothing.
    """
    start = inflated_head(head, _HEAD_BYTES) if head.startswith(GZIP_MAGIC) else head
    return start[REMARKS_BYTES:].startswith(HEADER_MAGIC) or start.find(PACKET_MAGIC, REMARKS_BYTES) > 0


def read(path: Path) -> Decoded:
    """Read a Matrix file.

    Values are the file's own integers; times are UTC, good to a second (see `clock`).

    Raises
    ------
    UnreadableFileError
        The bytes cannot be had; also from walking the blocks when the file changed since.
    EmptyFileError
        A header and no packets, or none with a sample.
    UnsupportedRecordingError
        Packets without acceleration.
    DamagedRecordingError
        The header does not say how large a step is, no packet can be believed, or a gzip stream never ends.
    NoClockError
        The stamps of the packets fit no rate.
    """
    source = open_bytes(path)
    head = source.read(0, min(_HEAD_BYTES, source.size))
    header = header_of(head)
    found = survey(source)
    if not len(found.packets):
        raise _nothing_left(found, source.problem, path)
    if header is None or header["range_g"] not in RANGES_G:
        raise DamagedRecordingError(
            "its header does not say how large the steps of the accelerometer are", path=path, hint=_COPY_AGAIN
        )
    rate_hz = usual_rate_hz(found)
    if rate_hz is None:
        raise NoClockError(
            "the stamps of its packets fit no number of samples a second",
            path=path,
            hint="copy it from the device again; if that changes nothing, set its clock before the next night",
        )
    line = timeline(found, rate_hz)
    range_g = int(header["range_g"])
    return Decoded(
        format=FORMAT,
        device=Device("Parmay", "Matrix"),
        placement=placement_from(remarks_of(head)),
        clock=DeviceClock(base="utc"),
        rate_hz_nominal=None,
        unit="g",
        blocks=lambda: _blocks(source, found, line, range_g / FULL_SCALE_STEPS),
        bad_blocks=found.n_damaged + found.strays,
        lost_share=share_lost(found.n_damaged, len(found.packets)),
        problems=(*_problems(source, found, line, declared=int(header["packets"])), *found.said_of_temperature),
        temperature=found.temperature,
        full_scale_g=float(range_g),
    )


def _nothing_left(found: PacketSurvey, gzip_problem: str, path: Path) -> IngestError:
    if gzip_problem:
        return DamagedRecordingError(gzip_problem, path=path, hint=_COPY_AGAIN)
    if found.n_damaged or found.cut_bytes:
        what = f"none of its {found.n_found:,} packets can be believed"
        return DamagedRecordingError(what, path=path, hint=_COPY_AGAIN)
    if found.strays:
        return DamagedRecordingError(f"not a packet in its {found.stray_bytes:,} bytes", path=path, hint=_COPY_AGAIN)
    if found.n_found:
        return UnsupportedRecordingError(
            "its packets hold no acceleration", path=path, hint="switch the accelerometer on for nights"
        )
    return EmptyFileError(
        "holds a header and not a single packet",
        path=path,
        hint=f"{_COPY_AGAIN}; it may never have started to record",
    )


def _blocks(source: ByteSource, found: PacketSurvey, line: MatrixTimeline, step_g: float) -> Iterator[Samples]:
    """Decode the packets, cut into runs of at most a block and put together to blocks again."""
    count = found.packets["acceleration"].astype(np.int64)
    n_runs = -(-count // BLOCK_SAMPLES)
    packet = np.repeat(np.arange(len(count)), n_runs)
    first = _places(n_runs) * BLOCK_SAMPLES
    length = np.minimum(count[packet] - first, BLOCK_SAMPLES)
    begin = acceleration_begins(found.begin)[packet] + first * _SAMPLE_BYTES
    ahead = np.cumsum(length) - length
    changes = (np.diff(ahead // BLOCK_SAMPLES) != 0) | (np.diff(begin // _STRETCH_BYTES) != 0)
    bounds = [0, *(np.flatnonzero(changes) + 1).tolist(), len(packet)]
    for part in (slice(start, stop) for start, stop in pairwise(bounds)):
        time_us = line.of(np.repeat(packet[part], length[part]), _numbers(first[part], length[part]))
        yield Samples(time_us, _values(source, begin[part], length[part]), step_g)


def _places(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, ... for each of these lengths, one behind the other."""
    return np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)


def _numbers(first: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.repeat(first, lengths) + _places(lengths)


def _values(source: ByteSource, begin: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int16]:
    """The samples of runs that lie in one stretch of the file."""
    low = int(begin[0])
    data = source.read(low, int(begin[-1] + lengths[-1] * _SAMPLE_BYTES) - low)
    runs = [
        np.frombuffer(data, "<i2", 3 * length, start - low)
        for start, length in zip(begin.tolist(), lengths.tolist(), strict=True)
    ]
    return np.concatenate(runs).astype(np.int16, copy=False).reshape(-1, 3)


def _problems(source: ByteSource, found: PacketSurvey, line: MatrixTimeline, *, declared: int) -> Iterator[str]:
    """What was wrong, a sentence each."""
    total = f"{found.n_found:,} packets"
    facts = (
        (found.n_damaged, "left out for a bad checksum: {} of {total}"),
        (found.strays, "left out because they are part of no packet: {} stretches, {stray} bytes in all"),
        (found.cut_bytes, f"the file {ENDS_INSIDE} packet; its last {{}} bytes were left out"),
        (found.blank_bytes, f"blank between or behind the packets: {{}} bytes; {NOT_FINISHED}"),
        (declared if declared > found.n_found else 0, "the header speaks of {} packets, the file holds {found}"),
        (line.missing_s, "seconds missing between packets that follow each other: {}, in {gaps} stretches"),
        (line.overlaps, "packets that start before the one before them ends: {} of {total}"),
        (
            line.contradicted,
            "packets whose stamps do not fit their number of samples: {} of {total}; these were spread from the"
            " packet's start at the usual rate",
        ),
    )
    if source.problem:
        yield source.problem
    for count, sentence in facts:
        if count:
            yield sentence.format(
                f"{count:,}",
                total=total,
                found=f"{found.n_found:,}",
                stray=f"{found.stray_bytes:,}",
                gaps=f"{line.gaps:,}",
            )
