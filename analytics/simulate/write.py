"""Simulated nights as files of a real format, with ``truth.csv`` beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.files.csv_text import disarmed_frame
from analytics.files.outputs import Kind, put_in_place, refuse_taken, same_as, table_like
from analytics.simulate.conditions import NIGHTS
from analytics.simulate.legs import LegClock, two_legs
from analytics.simulate.night import plan_night
from analytics.simulate.physics import SENSORS, render
from analytics.simulate.plan import Plan
from analytics.simulate.truth import truth_table
from analytics.simulate.warmth import sensor_celsius
from ingest.errors import UnreadableFileError, UsageError
from ingest.recording import StageSpan
from ingest.workspace import workspace
from ingest.writers.axivity import write_cwa
from ingest.writers.delimited import write_csv
from ingest.writers.fit import write_fit

FileFormat = Literal["cwa", "csv", "fit"]
Legs = Literal["left", "both"]
#: Sensor inside a device that writes such files.
SENSOR_OF: dict[FileFormat, str] = {"cwa": "ax3", "csv": "ax6", "fit": "watch"}
SUFFIX: dict[FileFormat, str] = {"cwa": ".cwa", "csv": ".csv.gz", "fit": ".fit"}
FIRST_EVENING = date(2026, 3, 2)
#: What all the formats can write.
_FIRST_YEAR, _LAST_YEAR = 2000, 2062
_SERIAL = 4711
START_OF_RECORDING = timedelta(hours=21, minutes=30)
TRUTH = table_like("truth of simulated nights", ("file", "kind", "onset_at", "duration_s"))
#: Two loggers set by one computer start within seconds, and crystals differ by tens of ppm. Choices.
_BEHIND_SD_S, _DRIFT_SD_PPM = 2.0, 25.0


@dataclass(frozen=True, slots=True)
class Simulated:
    """One night as written: what really happened, and the samples a sensor made of it.

    ``time_us`` counts on the device's clock, which shows local time of a zone without daylight saving (UTC).
    """

    plan: Plan
    time_us: NDArray[np.int64]
    xyz_g: NDArray[np.float32]
    start_us: int


def simulate_night(
    profile: str, *, evening: date, rate_hz: float, sensor: str, seed: int, hours: float = 9.5
) -> Simulated:
    """Plan and render one night of one leg. The same arguments give the same samples.

    Parameters
    ----------
    profile, sensor : str
        Names in `NIGHTS` and `SENSORS`.
    evening : date
        The recording starts at 21:30 UTC.
    rate_hz : float
        Nominal, 5 to 400.
    seed : int
        All draws come from it and the evening.
    hours : float
        Length of the recording.

    Raises
    ------
    UsageError
        If the profile or sensor is unknown, or the rate is not between 5 and 400 Hz.
    """
    rng, plan, start_us = _planned(profile, evening, rate_hz, sensor, seed, hours)
    return _seen(plan, LegClock(), sensor, rng, rate_hz, start_us)


def simulate_both_legs(
    profile: str, *, evening: date, rate_hz: float, sensor: str, seed: int, hours: float = 9.5
) -> tuple[Simulated, Simulated]:
    """As `simulate_night`, for the left and the right leg; each logger has a clock that is a little off and drifts.

    Parameters
    ----------
    profile, evening, rate_hz, sensor, seed, hours
        As `simulate_night` takes them.
    """
    rng, plan, start_us = _planned(profile, evening, rate_hz, sensor, seed, hours)
    left, right = (
        _seen(leg, LegClock(rng.normal(0, _BEHIND_SD_S), rng.normal(0, _DRIFT_SD_PPM)), sensor, rng, rate_hz, start_us)
        for leg in two_legs(plan, rng)
    )
    return left, right


def _planned(
    profile: str, evening: date, rate_hz: float, sensor: str, seed: int, hours: float
) -> tuple[np.random.Generator, Plan, int]:
    if profile not in NIGHTS:
        raise UsageError(f"unknown profile {profile!r}", hint=f"one of {', '.join(NIGHTS)}")
    if sensor not in SENSORS:
        raise UsageError(f"unknown sensor {sensor!r}", hint=f"one of {', '.join(SENSORS)}")
    if not 5 <= rate_hz <= 400:
        raise UsageError(f"cannot simulate {rate_hz:g} Hz", hint="5 to 400 Hz")
    rng = np.random.default_rng([seed, evening.toordinal()])
    start = datetime(evening.year, evening.month, evening.day, tzinfo=UTC) + START_OF_RECORDING
    return rng, plan_night(NIGHTS[profile], rng, hours=hours), round(start.timestamp()) * 1_000_000


def _seen(
    plan: Plan, clock: LegClock, sensor: str, rng: np.random.Generator, rate_hz: float, start_us: int
) -> Simulated:
    seconds, xyz_g = render(plan, SENSORS[sensor], rng, rate_hz=rate_hz)
    return Simulated(plan, clock.shown_us(start_us, seconds), xyz_g.astype(np.float32), start_us)


def write_nights(
    out: Path,
    *,
    nights: int,
    profile: str,
    rate_hz: float,
    file_format: FileFormat,
    seed: int,
    legs: Legs = "left",
    start: date = FIRST_EVENING,
    subject: str | None = None,
) -> tuple[Path, ...]:
    """Write consecutive nights and ``truth.csv`` into a folder; with both legs, two recordings a night.

    A recording replaces nothing but itself: what bears its name may be a real one.

    Parameters
    ----------
    nights : int
        How many, from ``start`` on.
    profile : str
        A name in `NIGHTS`.
    rate_hz : float
        Nominal, 5 to 400.
    start : date
        The first evening.
    subject : str or None
        Who sleeps: with draws and devices of their own, in a folder of this name below ``out``. None: a person without
        a name.

    Returns
    -------
    tuple of Path
        The recordings, then ``truth.csv``.

    Raises
    ------
    UsageError
        On impossible arguments, or if a file of the name is there already.
    UnreadableFileError
        If the folder cannot be written.
    """
    if nights < 1:
        raise UsageError(f"cannot simulate {nights} nights", hint="--nights 1 or more")
    if legs not in ("left", "both"):
        raise UsageError(f"no choice of legs is called {legs!r}", hint="left or both")
    if file_format not in SUFFIX:
        raise UsageError(f"unknown format {file_format!r}", hint=f"one of {', '.join(SUFFIX)}")
    evenings = _evenings(start, nights)
    if subject is not None:
        out, seed = out / _folder_of(subject), _own_number(f"{seed} {subject}")
    serial = _SERIAL if subject is None else _own_number(subject) // 2 * 2 + 1
    truth_path = out / "truth.csv"
    refuse_taken(truth_path, TRUTH)
    built: dict[Path, Kind] = {}
    truths = []
    try:
        with workspace(out) as room:
            for evening in evenings:
                for suffix, side, night in _legs_of(
                    legs, profile, evening=evening, rate_hz=rate_hz, sensor=SENSOR_OF[file_format], seed=seed
                ):
                    file = room / f"{profile}-{evening.isoformat()}{suffix}{SUFFIX[file_format]}"
                    write_recording(file, night, rate_hz=rate_hz, file_format=file_format, side=side, serial=serial)
                    built[file] = same_as(file)
                    refuse_taken(out / file.name, built[file])
                    truths.append(truth(night, file.name))
            disarmed_frame(pl.concat(truths)).write_csv(room / truth_path.name)
            for file, kind in {**built, room / truth_path.name: TRUTH}.items():
                put_in_place(file, out / file.name, kind)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnreadableFileError(f"cannot write: {reason}", path=out, hint="choose another folder with -o") from error
    return (*(out / file.name for file in built), truth_path)


def _evenings(start: date, nights: int) -> list[date]:
    try:
        found = [start + timedelta(days=k) for k in range(nights)]
    except OverflowError:
        found = []
    if not found or found[0].year < _FIRST_YEAR or found[-1].year > _LAST_YEAR:
        raise UsageError(f"cannot simulate {nights} nights from {start} on", hint=f"{_FIRST_YEAR} to {_LAST_YEAR}")
    return found


def _folder_of(subject: str) -> str:
    name = subject.strip()
    if not name or name.startswith(".") or "/" in name or not name.isprintable():
        raise UsageError(f"no folder can be called {subject!r}", hint="a name like anna")
    return name


def _own_number(text: str) -> int:
    """1 to 65536: always the same of the same text."""
    return int.from_bytes(sha256(text.encode()).digest()[:2]) + 1


def _legs_of(
    legs: Legs, profile: str, *, evening: date, rate_hz: float, sensor: str, seed: int
) -> Iterator[tuple[str, Literal["left", "right"], Simulated]]:
    """The recordings of one night, each with what its name ends in and its side."""
    if legs == "left":
        yield "", "left", simulate_night(profile, evening=evening, rate_hz=rate_hz, sensor=sensor, seed=seed)
        return
    left, right = simulate_both_legs(profile, evening=evening, rate_hz=rate_hz, sensor=sensor, seed=seed)
    yield "-left", "left", left
    yield "-right", "right", right


def write_recording(
    path: Path,
    night: Simulated,
    *,
    rate_hz: float,
    file_format: FileFormat,
    side: Literal["left", "right"] = "left",
    serial: int = _SERIAL,
) -> None:
    """One simulated night as a file of a real format, worn on the ankle where the format can say so.

    Parameters
    ----------
    rate_hz : float
        Nominal, for the formats that state one.
    serial : int
        Of the device on the left leg; the next number is the one on the right.
    """
    serial += side == "right"
    if file_format == "cwa":
        celsius = sensor_celsius(night.plan, (night.time_us - night.start_us) / 1e6, night.plan.unworn_s)
        note = f"_p={side}+ankle"
        write_cwa(path, night.time_us, night.xyz_g, rate_hz=rate_hz, serial=serial, annotation=note, celsius=celsius)
    elif file_format == "csv":
        write_csv(path, night.time_us, night.xyz_g, gz=True)
    else:
        write_fit(path, night.time_us, night.xyz_g, rate_hz=rate_hz, serial=serial, stages=stages_of(night))


def stages_of(night: Simulated) -> tuple[StageSpan, ...]:
    """Sleep and wake as a watch would score them: to the minute, sleep always called light."""
    spans: list[StageSpan] = []
    at_s = night.plan.in_bed_s
    for start_s, end_s in night.plan.sleep_s:
        spans.append(_span(night, at_s, start_s, "wake"))
        spans.append(_span(night, start_s, end_s, "light"))
        at_s = end_s
    spans.append(_span(night, at_s, night.plan.out_of_bed_s, "wake"))
    return tuple(s for s in spans if s.end_us > s.start_us)


def _span(night: Simulated, start_s: float, end_s: float, stage: Literal["wake", "light"]) -> StageSpan:
    return StageSpan(
        night.start_us + round(start_s / 60) * 60_000_000, night.start_us + round(end_s / 60) * 60_000_000, stage
    )


def truth(night: Simulated, file: str) -> pl.DataFrame:
    """What really happened in a night, as `analytics.simulate.truth.truth_table` says it."""
    return truth_table(night.plan, night.start_us, file)
