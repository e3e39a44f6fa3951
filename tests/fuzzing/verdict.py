"""What a reader owes for any file: a recording that agrees with itself, or an error of our own.

This module decides what a sound recording is; everything it finds wrong is raised as `UnsoundError`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.errors import IngestError
from ingest.inspection import describe
from ingest.quality.measuring import MOST_GAPS_LISTED
from ingest.reading import Declared, read_recording
from ingest.recording import Device, Quality, Recording, Samples, Vitals
from tests.fuzzing.app_seeds import TABLES

_NOW = datetime(2026, 6, 1, tzinfo=UTC)
#: Sums over blocks of another precision or order agree to within this share of the largest value.
_SAME_MEAN = 1e-6
#: A path may be long, and has escapes for what does not print.
_LONGEST_LINE = 6000


class UnsoundError(Exception):
    """A reader delivered what it never should."""


def verdict(path: Path, named: Callable[[IngestError], IngestError] = lambda error: error) -> str:
    """``result``, or the class of the error that the file was refused with.

    Parameters
    ----------
    named : callable
        The error as people get to see it.

    Raises
    ------
    UnsoundError
        A recording or an error that contradicts itself.
    Exception
        Whatever else a reader let through.
    """
    try:
        recording = read_recording(path, _declared, tables=TABLES, now=_NOW)
    except IngestError as error:
        check_error(named(error))
        return type(error).__name__
    _check(recording)
    return "result"


def _declared(device: Device) -> Declared:
    return Declared(zone="Europe/Berlin", start=datetime(2026, 3, 7, 22, 30))  # noqa: DTZ001 - on the wearer's clock


def owed(kept: object, what: str) -> None:
    """Raise an `UnsoundError` unless it was kept."""
    if not kept:
        raise UnsoundError(what)


def check_error(error: IngestError) -> None:
    """An error is one line of a bearable length, and names its file."""
    owed(error.path is not None, f"an error without its file: {error}")
    owed(error.what and error.line().isprintable(), f"an error that is no line: {error!r}")
    owed(len(error.line()) < _LONGEST_LINE, f"an error of {len(error.line())} characters: {error.line()[:200]}")
    owed(len(error.what + error.hint) < 1000, f"an error that goes on and on: {error.what[:200]!r}")


def check_sentence(sentence: str) -> None:
    """A warning is one line of a bearable length."""
    owed(sentence.isprintable() and len(sentence) < 1000, f"a warning that is no sentence: {sentence[:200]!r}")


def _check(recording: Recording) -> None:
    first, second = (_walked(recording) for _ in range(2))
    owed(first.digest.digest() == second.digest.digest(), "blocks() gives other samples when walked again")
    _check_measures(recording.quality, first)
    _check_quality(recording.quality)
    owed(_is_positive(recording.rate_hz_nominal), f"a nominal rate of {recording.rate_hz_nominal} Hz")
    owed(_is_positive(recording.full_scale_g), f"a full scale of {recording.full_scale_g} g")
    counts = (recording.bad_blocks, recording.restarts, recording.quality.n_samples)
    owed({type(count) for count in counts} == {int}, f"counts that no other program takes: {counts}")
    owed(recording.bad_blocks >= 0 and recording.restarts >= 0, "a count below zero")
    spans = [(span.start_us, span.end_us) for kind in (recording.stages, recording.sleep_windows) for span in kind]
    owed(all(start <= end for start, end in spans), f"a span ends before it starts: {spans}")
    _check_vitals(recording.vitals)
    for sentence in recording.warnings:
        check_sentence(sentence)
    json.dumps(describe(recording), allow_nan=False)


@dataclass(slots=True)
class _Walk:
    """What one walk over the samples says of them."""

    digest: blake2b = field(default_factory=blake2b)
    n: int = 0
    first_us: int | None = None
    last_us: int | None = None
    n_duplicates: int = 0
    n_backward: int = 0
    n_finite: int = 0
    total_g: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))
    largest_g: float = 0.0
    _previous: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def add(self, block: Samples) -> None:
        self.digest.update(f"{len(block)} {block.g_per_value} {block.values.dtype}".encode())
        self.digest.update(np.ascontiguousarray(block.time_us).data)
        self.digest.update(np.ascontiguousarray(block.values).data)
        steps = np.diff(np.concatenate((self._previous, block.time_us)))
        self.n_duplicates += int((steps == 0).sum())
        self.n_backward += int((steps < 0).sum())
        low, high = int(block.time_us.min()), int(block.time_us.max())
        self.first_us = low if self.first_us is None else min(self.first_us, low)
        self.last_us = high if self.last_us is None else max(self.last_us, high)
        self.n += len(block)
        self._previous = block.time_us[-1:]
        xyz_g = block.values.astype(np.float64) * block.g_per_value
        finite = xyz_g[np.isfinite(xyz_g).all(axis=1)]
        self.n_finite += len(finite)
        self.total_g += finite.sum(axis=0)
        self.largest_g = max(self.largest_g, float(np.abs(finite).max(initial=0.0)))


def _walked(recording: Recording) -> _Walk:
    walk = _Walk()
    for block in recording.blocks():
        _check_block(block)
        walk.add(block)
    return walk


def _check_block(block: Samples) -> None:
    times, values = block.time_us, block.values
    owed(len(block) >= 1, "a block without a sample")
    owed(times.dtype == np.int64 and times.ndim == 1, f"times of {times.dtype}, shape {times.shape}")
    owed(values.dtype in (np.int16, np.float32), f"values of {values.dtype}")
    owed(values.shape == (len(times), 3), f"values of shape {values.shape} for {len(times)} times")
    owed(math.isfinite(block.g_per_value) and block.g_per_value > 0, f"{block.g_per_value} g per value")
    xyz_g = block.xyz_g()
    owed(xyz_g.dtype == np.float32 and xyz_g.shape == values.shape, "acceleration of another shape than its values")
    owed(values.dtype == np.float32 or np.isfinite(xyz_g).all(), "integers that are no finite acceleration")


def _check_measures(quality: Quality, walk: _Walk) -> None:
    """The quality numbers are those of the samples that are handed out."""
    owed(quality.n_samples == walk.n, f"{quality.n_samples} samples measured, {walk.n} handed out")
    if walk.n == 0:
        return
    measured = (quality.first_us, quality.last_us, quality.duplicate_stamps, quality.backward_steps)
    walked = (walk.first_us, walk.last_us, walk.n_duplicates, walk.n_backward)
    owed(measured == walked, f"first, last, duplicates, backward steps: {measured} measured, {walked} walked")
    if walk.n_finite:
        off_g = np.abs(np.array(quality.mean_g) - walk.total_g / walk.n_finite).max()
        owed(off_g <= _SAME_MEAN * max(1.0, walk.largest_g), f"the mean {quality.mean_g} is off by {off_g} g")


def _check_quality(quality: Quality) -> None:
    owed(quality.first_us <= quality.last_us, "it ends before it starts")
    owed(_is_positive(quality.rate_hz_true), f"a true rate of {quality.rate_hz_true} Hz")
    owed(not quality.lsb_mg < 0 and not math.isinf(quality.lsb_mg), f"a smallest step of {quality.lsb_mg} mg")
    owed(quality.clipped_share is None or 0 <= quality.clipped_share <= 1, f"{quality.clipped_share} clipped")
    owed(quality.noise_mg is None or 0 <= quality.noise_mg < math.inf, f"a noise of {quality.noise_mg} mg")
    owed(len(quality.gaps) <= MOST_GAPS_LISTED, f"{len(quality.gaps)} gaps")
    for gap in quality.gaps:
        owed((gap.end_us < gap.start_us) == (gap.kind == "backward"), f"{gap} runs the other way")
    owed(quality.n_idle >= 0 and 0 <= quality.idle_s < math.inf, f"{quality.idle_s} s idle")
    correction = (*quality.calibration.gain, *quality.calibration.offset_g)
    owed(all(map(math.isfinite, correction)), f"a calibration of {correction}")


def _check_vitals(vitals: Vitals) -> None:
    pairs = ((vitals.heart_us, vitals.heart_bpm), (vitals.beat_us, vitals.beat_interval_ms))
    for times, measured in pairs:
        owed(times.dtype == np.int64 and measured.dtype == np.float32, f"vitals of {times.dtype}, {measured.dtype}")
        owed(times.shape == measured.shape and np.isfinite(measured).all(), "vitals that are no numbers at a time")


def _is_positive(number: float | None) -> bool:
    return number is None or (math.isfinite(number) and number > 0)
