"""A recording as the database keeps it: its row, without its samples.

Vitals are kept by minute (`analytics.signal.heart`), samples in Parquet (`analytics.store.samples.staged`), all else as
it came; temperature comes by minute.

Knows how a `Recording` becomes a row and a row a `StoredRecording` again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl

from analytics.signal.heart import HeartMinute, by_minute
from analytics.store.database.tables import UTC_US, Columns, frame_of, plain
from ingest.clock import nights_covered
from ingest.quality.calibration import Calibration
from ingest.recording import Quality, Recording, Side, Site, SleepWindow, StageSpan, Temperature, ZoneSource


@dataclass(frozen=True, slots=True)
class TemperatureMinute:
    """One minute of a sensor's thermometer; ``at_us`` is its start, UTC."""

    at_us: int
    celsius: float


@dataclass(frozen=True, slots=True)
class StoredRecording:
    """One imported file. Times are UTC microseconds since 1970.

    Attributes
    ----------
    lsb_g : float or None
        None without movement.
    g_per_value : float or None
        What one step of the staged samples stands for, g; None without any, and for a recording stored before it was
        kept.
    quality : dict
        What of `ingest.recording.Quality` has no field of its own here, as JSON knows it.
    night_dates : tuple of date
        Every night between the first and the last sample, by the evening's date in ``zone``.
    user_said : tuple of str or None
        Which words came from the command line, by the names of `flows.importing.declared.Wishes`; None: not kept.
    device_clock : dict or None
        What the file says of its clock, and ``shift_us``, which made its times UTC; None: not kept.
    sensor, sensor_meant : str or None
        Which sensor of its export it is, and which one the declared place is about; None where there was no choice, no
        place was declared, or it was not kept.
    """

    sha256: str
    path: Path
    subject: str
    site: Site
    side: Side
    zone: str
    zone_source: ZoneSource
    format: str
    device_maker: str
    device_model: str
    device_serial: str
    first_us: int
    last_us: int
    n_samples: int
    rate_hz_nominal: float | None
    rate_hz_true: float | None
    lsb_g: float | None
    unit: str
    bad_blocks: int
    restarts: int
    instants_known: bool
    quality: dict[str, Any]
    warnings: tuple[str, ...]
    stages: tuple[StageSpan, ...]
    night_dates: tuple[date, ...]
    time_shift_s: float = 0.0
    clock_start: str | None = None
    sleep_windows: tuple[SleepWindow, ...] = ()
    heart: tuple[HeartMinute, ...] = ()
    hrv_last_night_ms: float | None = None
    user_said: tuple[str, ...] | None = None
    device_clock: dict[str, Any] | None = None
    g_per_value: float | None = None
    temperature: tuple[TemperatureMinute, ...] = ()
    sensor: str | None = None
    sensor_meant: str | None = None

    @property
    def calibration(self) -> Calibration:
        """The correction that an analysis uses; none for a recording stored before there was one."""
        found = self.quality.get("calibration")
        return Calibration(**{**found, **_triples(found)}) if found else Calibration()

    def thermometer(self) -> Temperature:
        """Its temperature as an analysis uses it; empty for a recording stored before it was kept."""
        minutes = np.array([m.at_us for m in self.temperature], np.int64)
        return Temperature(minutes, np.array([m.celsius for m in self.temperature], np.float32))


def stored_recording(
    recording: Recording,
    *,
    subject: str,
    user_said: tuple[str, ...] | None = None,
    g_per_value: float | None = None,
) -> StoredRecording:
    """What the database will keep of a recording.

    Parameters
    ----------
    user_said : tuple of str or None
        Which words the command line said of it.
    g_per_value : float or None
        g of one step of its staged samples.
    """
    quality = recording.quality
    return StoredRecording(
        sha256=recording.sha256,
        path=recording.path,
        subject=subject,
        site=recording.placement.site,
        side=recording.placement.side,
        zone=recording.clock.zone,
        zone_source=recording.clock.zone_source,
        format=recording.format,
        device_maker=recording.device.maker,
        device_model=recording.device.model,
        device_serial=recording.device.serial,
        first_us=quality.first_us,
        last_us=quality.last_us,
        n_samples=quality.n_samples,
        rate_hz_nominal=recording.rate_hz_nominal,
        rate_hz_true=quality.rate_hz_true,
        lsb_g=quality.lsb_mg / 1000 if quality.n_samples else None,
        unit=recording.unit,
        bad_blocks=recording.bad_blocks,
        restarts=recording.restarts,
        instants_known=recording.clock.instants_known,
        quality=_measured(quality, recording.full_scale_g),
        warnings=recording.warnings,
        stages=recording.stages,
        night_dates=nights_covered(quality.first_us, quality.last_us, recording.clock.zone),
        time_shift_s=recording.clock.time_shift_us / 1e6,
        clock_start=recording.clock.start.isoformat() if recording.clock.start else None,
        sleep_windows=recording.sleep_windows,
        heart=by_minute(recording.vitals),
        hrv_last_night_ms=recording.vitals.hrv_last_night_ms,
        user_said=user_said,
        device_clock=_device_clock(recording),
        g_per_value=g_per_value,
        temperature=_minutes(recording.temperature),
        sensor=recording.sensor,
        sensor_meant=recording.sensor_meant,
    )


def moved_to(known: StoredRecording, *, subject: str, site: Site, side: Side, zone: str) -> StoredRecording:
    """A recording as worn by another person or in another place.

    Parameters
    ----------
    zone : str
        From the settings. Its nights are dated by it; its instants stay, so none of them may rest on the zone it had.
    """
    if zone != known.zone:
        nights = nights_covered(known.first_us, known.last_us, zone)
        known = replace(known, zone=zone, zone_source="config", night_dates=nights)
    return replace(known, subject=subject, site=site, side=side)


def _minutes(found: Temperature) -> tuple[TemperatureMinute, ...]:
    return tuple(map(TemperatureMinute, found.minute_us.tolist(), found.celsius.tolist()))


def recording_frame(recording: StoredRecording) -> pl.DataFrame:
    """A recording's row of the table ``recording``."""
    row = {
        **{name: getattr(recording, name) for name in _SAME_NAME},
        "path": str(recording.path),
        "first_at": recording.first_us,
        "last_at": recording.last_us,
        "quality": json.dumps(plain(recording.quality)),
        "warnings": list(recording.warnings),
        "stages": [{"start_at": s.start_us, "end_at": s.end_us, "stage": s.stage} for s in recording.stages],
        "sleep_windows": [{"start_at": w.start_us, "end_at": w.end_us} for w in recording.sleep_windows],
        "heart": [{"minute_at": m.at_us, "heart_bpm": m.heart_bpm, "rmssd_ms": m.rmssd_ms} for m in recording.heart],
        "user_said": None if recording.user_said is None else list(recording.user_said),
        "device_clock": None if recording.device_clock is None else json.dumps(recording.device_clock),
        "temperature": [{"minute_at": m.at_us, "celsius": m.celsius} for m in recording.temperature],
    }
    return frame_of([tuple(row[name] for name in _COLUMNS)], _COLUMNS)


def membership_frame(recording: StoredRecording) -> pl.DataFrame:
    """A recording's rows of the table ``recording_night``."""
    rows = [(recording.subject, night_date, recording.sha256) for night_date in recording.night_dates]
    return frame_of(rows, {"subject": pl.String, "night_date": pl.Date, "sha256": pl.String})


def fetch_recordings(
    con: duckdb.DuckDBPyConnection, condition: str, parameters: Sequence[object]
) -> tuple[StoredRecording, ...]:
    """The recordings that meet an SQL condition on ``r``, in the order of their first samples.

    Parameters
    ----------
    condition : str
        Goes into the statement as it is, with a ``?`` for each of ``parameters``.
    """
    rows = con.execute(f"{_SELECT} WHERE {condition} ORDER BY r.first_at, r.sha256", list(parameters)).fetchall()
    return tuple(_from_row(*row) for row in rows)


_COLUMNS: Columns = {
    "sha256": pl.String,
    "path": pl.String,
    "subject": pl.String,
    "site": pl.String,
    "side": pl.String,
    "zone": pl.String,
    "zone_source": pl.String,
    "format": pl.String,
    "device_maker": pl.String,
    "device_model": pl.String,
    "device_serial": pl.String,
    "first_at": UTC_US,
    "last_at": UTC_US,
    "n_samples": pl.Int64,
    "rate_hz_nominal": pl.Float64,
    "rate_hz_true": pl.Float64,
    "lsb_g": pl.Float64,
    "unit": pl.String,
    "bad_blocks": pl.Int64,
    "restarts": pl.Int64,
    "instants_known": pl.Boolean,
    "quality": pl.String,
    "warnings": pl.List(pl.String),
    "stages": pl.List(pl.Struct({"start_at": UTC_US, "end_at": UTC_US, "stage": pl.String})),
    "time_shift_s": pl.Float64,
    "clock_start": pl.String,
    "sleep_windows": pl.List(pl.Struct({"start_at": UTC_US, "end_at": UTC_US})),
    "heart": pl.List(pl.Struct({"minute_at": UTC_US, "heart_bpm": pl.Float64, "rmssd_ms": pl.Float64})),
    "hrv_last_night_ms": pl.Float64,
    "user_said": pl.List(pl.String),
    "device_clock": pl.String,
    "g_per_value": pl.Float64,
    "temperature": pl.List(pl.Struct({"minute_at": UTC_US, "celsius": pl.Float32})),
    "sensor": pl.String,
    "sensor_meant": pl.String,
}
#: Fields of `Quality` that are columns themselves.
_OWN_COLUMN = ("n_samples", "first_us", "last_us", "rate_hz_true")
_CONVERTED = (
    *("path", "first_at", "last_at", "quality", "warnings", "stages", "sleep_windows", "heart"),
    *("user_said", "device_clock", "temperature"),
)
_SAME_NAME = tuple(name for name in _COLUMNS if name not in _CONVERTED)

_SELECT = f"""
SELECT
    {", ".join(f"r.{name}" for name in _SAME_NAME)},
    r.path, epoch_us(r.first_at), epoch_us(r.last_at), r.quality, r.warnings,
    [(epoch_us(s.start_at), epoch_us(s.end_at), s.stage) FOR s IN r.stages],
    [(epoch_us(w.start_at), epoch_us(w.end_at)) FOR w IN r.sleep_windows],
    [(epoch_us(m.minute_at), m.heart_bpm, m.rmssd_ms) FOR m IN r.heart], r.user_said, r.device_clock,
    [(epoch_us(m.minute_at), m.celsius) FOR m IN r.temperature],
    (SELECT coalesce(list(n.night_date ORDER BY n.night_date), []) FROM recording_night n WHERE n.sha256 = r.sha256)
FROM recording r
"""


def _from_row(*row: Any) -> StoredRecording:
    same, rest = row[: len(_SAME_NAME)], row[len(_SAME_NAME) :]
    path, first_us, last_us, quality, warnings, stages, windows, heart, said, clock, temperature, dates = rest
    return StoredRecording(
        **dict(zip(_SAME_NAME, same, strict=True)),
        path=Path(path),
        first_us=first_us,
        last_us=last_us,
        quality=json.loads(quality),
        warnings=tuple(warnings),
        stages=tuple(StageSpan(*stage) for stage in stages),
        night_dates=tuple(dates),
        sleep_windows=tuple(SleepWindow(*window) for window in windows),
        heart=tuple(HeartMinute(*minute) for minute in heart),
        user_said=None if said is None else tuple(said),
        device_clock=None if clock is None else json.loads(clock),
        temperature=tuple(TemperatureMinute(*minute) for minute in temperature),
    )


def _device_clock(recording: Recording) -> dict[str, Any] | None:
    if recording.device_clock is None:
        return None
    return {**asdict(recording.device_clock), "shift_us": recording.clock.shift_us}


def _triples(found: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(found[name]) for name in ("gain", "offset_g")}


def _measured(quality: Quality, full_scale_g: float | None) -> dict[str, Any]:
    fields = asdict(quality)
    kept = {name: value for name, value in fields.items() if name not in _OWN_COLUMN}
    return {name: plain(value) for name, value in {**kept, "full_scale_g": full_scale_g}.items()}
