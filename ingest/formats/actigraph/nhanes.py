"""The older GT3X, as NHANES has it: one uninterrupted stream of samples, without a stamp in it.

After the maker's "NHANES GT3X File Format" (GT3X+ and ActiSleep+ with firmware up to 2.5.0): ``activity.bin`` holds 12
bits an axis, y x z, 341 steps a g; ``info.txt`` the start. In idle sleep mode these devices write zeros, so the stream
keeps its time; `ingest.quality.idle_runs` finds them. That time rests on the start and the nominal rate alone, which is
said: a real sensor drifts by minutes over a night.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.archives.zips import Member, opened
from ingest.errors import DamagedRecordingError, EmptyFileError, NoClockError
from ingest.formats.actigraph.device import SMALL_RANGE_STEPS, parsed, setup
from ingest.formats.actigraph.samples import PACKED_STEPS, PAIR_BYTES, unpack
from ingest.recording import BLOCK_SAMPLES, Decoded, Samples

FORMAT = "actigraph-gt3x-v1"

_COPY_AGAIN = "copy it from the device again"
_NO_STAMPS = "this kind of GT3X file has no stamps; all times rest on its start and the nominal rate"
_BLOCK_BYTES = BLOCK_SAMPLES // 2 * PAIR_BYTES


def read(path: Path, member: Member, info: bytes, problems: tuple[str, ...]) -> Decoded:
    """Read a recording without stamps.

    Parameters
    ----------
    member : Member
        ``activity.bin``.
    info : bytes
        ``info.txt``.
    problems : tuple of str
        What is known already.

    Raises
    ------
    NoClockError
        info.txt names no start or no rate.
    EmptyFileError, DamagedRecordingError
        Not one sample.
    UnreadableFileError
        The bytes cannot be had.
    """
    said = setup(parsed(info), steps_per_g=SMALL_RANGE_STEPS)
    n_samples, problem = _scan(path, member)
    if not n_samples:
        raise _nothing(problem, path)
    rate_hz, start_us = said.rate_hz, said.start_us
    if rate_hz is None or start_us is None:
        missing = "rate" if rate_hz is None else "start"
        raise NoClockError(
            f"no {missing} is named in it, and this kind of GT3X file has no other clock",
            path=path,
            hint=_COPY_AGAIN if problems else "export it from ActiLife as a CSV with a time column",
        )
    return Decoded(
        format=FORMAT,
        device=said.device,
        placement=said.placement,
        clock=said.clock,
        rate_hz_nominal=rate_hz,
        unit="g",
        blocks=lambda: _blocks(path, member, n_samples, start_us, rate_hz),
        problems=(*problems, *filter(None, (problem, _NO_STAMPS))),
        full_scale_g=PACKED_STEPS / SMALL_RANGE_STEPS,
    )


def _scan(path: Path, member: Member) -> tuple[int, str]:
    """How many samples the stream holds, and what ended it early; empty where nothing did."""
    n_samples = 0
    with opened(path, member) as cursor:
        while True:
            data = cursor.take_summed(_BLOCK_BYTES)
            n_samples += _samples_in(data)
            if len(data) < _BLOCK_BYTES:
                return n_samples, cursor.check()


def _samples_in(data: bytes) -> int:
    """Samples in the rest of a stream; a single last one of zeros is what fills its last sector."""
    pairs, rest = divmod(len(data), PAIR_BYTES)
    last = data[len(data) - rest :]
    return 2 * pairs + (len(last) > PAIR_BYTES // 2 and any(last))


def _values(data: bytes, n: int) -> NDArray[np.int16]:
    whole = np.frombuffer(data, np.uint8, count=min(len(data), (n + 1) // 2 * PAIR_BYTES))
    return unpack(whole[np.newaxis], n)


def _blocks(path: Path, member: Member, n_samples: int, start_us: int, rate_hz: float) -> Iterator[Samples]:
    with opened(path, member) as cursor:
        for first in range(0, n_samples, BLOCK_SAMPLES):
            n = min(BLOCK_SAMPLES, n_samples - first)
            data = cursor.take_exactly((n * PAIR_BYTES + 1) // 2)
            time_us = start_us + np.rint(np.arange(first, first + n) * (1e6 / rate_hz)).astype(np.int64)
            yield Samples(time_us, _values(data, n), 1 / SMALL_RANGE_STEPS)


def _nothing(problem: str, path: Path) -> EmptyFileError | DamagedRecordingError:
    if problem:
        return DamagedRecordingError(problem, path=path, hint=_COPY_AGAIN)
    return EmptyFileError(
        "holds not a single sample", path=path, hint=f"{_COPY_AGAIN}; it may never have started to record"
    )
