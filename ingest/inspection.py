"""A `Recording` as the document that ``nightkick inspect`` prints.

Names these fields; scripts read them, so they are added to and never renamed.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ingest.clock import local_iso
from ingest.clock_changes import device_iso
from ingest.quality.calibration import Calibration
from ingest.recording import Device, Gap, Recording, SleepWindow, Temperature

SCHEMA = 1


def describe(recording: Recording) -> dict[str, Any]:
    """Everything known about a recording except its samples, as values that JSON can hold.

    Times are ISO 8601 with the offset of the zone that the wearer was in. Where not even the instants are
    known they are what the device's own clock showed, without an offset: a script then cannot take them for
    more than they are.
    """
    quality = recording.quality
    return {
        "schema": SCHEMA,
        "path": str(recording.path),
        "sha256": recording.sha256,
        "format": recording.format,
        "device": _device_name(recording.device),
        "serial": recording.device.serial,
        "site": recording.placement.site,
        "side": recording.placement.side,
        "n_samples": quality.n_samples,
        "n_stages": len(recording.stages),
        "sleep_windows": [_span(recording, window) for window in recording.sleep_windows],
        "n_heart_rates": len(recording.vitals.heart_us),
        "n_beat_intervals": len(recording.vitals.beat_us),
        "temperature_c": _temperature(recording.temperature),
        "rate_hz_nominal": _rounded(recording.rate_hz_nominal, 4),
        "rate_hz_true": _rounded(quality.rate_hz_true, 4),
        "first_sample": _iso(recording, quality.first_us),
        "last_sample": _iso(recording, quality.last_us),
        "time_zone": recording.clock.zone,
        "time_zone_source": recording.clock.zone_source,
        "time_shift_s": recording.clock.time_shift_us / 1e6,
        "mean_g": [_rounded(mean, 6) for mean in quality.mean_g],
        "median_norm_g": _rounded(quality.median_norm_g, 6),
        "bad_blocks": recording.bad_blocks,
        "restarts": recording.restarts,
        "lost_share": _rounded(recording.lost_share, 4),
        "duplicate_stamps": quality.duplicate_stamps,
        "backward_steps": quality.backward_steps,
        "gaps": [_gap(recording, gap) for gap in quality.gaps],
        "unit": recording.unit,
        "lsb_mg": _rounded(quality.lsb_mg, 4),
        "noise_mg": _rounded(quality.noise_mg, 3),
        "clipped_share": _rounded(quality.clipped_share, 6),
        "idle": {"stretches": quality.n_idle, "seconds": round(quality.idle_s, 1)},
        "calibration": _calibration(quality.calibration),
        "warnings": list(recording.warnings),
    }


def _device_name(device: Device) -> str:
    return " ".join(part for part in (device.maker, device.model) if part)


def _temperature(found: Temperature) -> dict[str, float | int] | None:
    """Over the means of its minutes, degrees C; None where the file holds none."""
    if not len(found):
        return None
    celsius = found.celsius.astype(np.float64)
    shown = {"min": celsius.min(), "median": np.median(celsius), "max": celsius.max()}
    return {**{name: round(float(value), 2) for name, value in shown.items()}, "minutes": len(found)}


def _calibration(found: Calibration) -> dict[str, object]:
    """``residual_mg`` is what is left: after the correction where one is applied, else as the sensor came."""
    return {
        "applied": found.applied,
        "residual_mg": _rounded(found.residual_after_mg if found.applied else found.residual_mg, 2),
        "residual_before_mg": _rounded(found.residual_mg, 2),
        "gain": [_rounded(gain, 6) for gain in found.gain],
        "offset_g": [_rounded(offset, 6) for offset in found.offset_g],
        "windows": found.n_windows,
        "why_not": found.why_not or None,
    }


def _span(recording: Recording, window: SleepWindow) -> dict[str, str]:
    return {"start": _iso(recording, window.start_us), "end": _iso(recording, window.end_us)}


def _gap(recording: Recording, gap: Gap) -> dict[str, str]:
    return {"start": _iso(recording, gap.start_us), "end": _iso(recording, gap.end_us), "kind": gap.kind}


def _iso(recording: Recording, us: int) -> str:
    clock = recording.clock
    if clock.instants_known or clock.zone_source != "assumed":
        return local_iso(us, clock.zone)
    return device_iso(us, clock)


def _rounded(value: float | None, digits: int) -> float | None:
    """None for what is unknown, and for what JSON has no number for."""
    return None if value is None or not math.isfinite(value) else round(value, digits)
