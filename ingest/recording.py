"""What a file becomes: a `Decoded` straight from its reader, then a `Recording` with absolute time.

A reader knows the format and nothing else: it turns bytes into values in g on the *device's own clock*.
`clock` and `quality` turn that into a `Recording`, whose times are UTC. Both are frozen; both hand out their samples as
a stream of blocks that can be walked again and again: a recording of a month needs no more memory than one of a night.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # numpy is loaded with the first samples: settings and the books need the words alone
    import numpy as np
    from numpy.typing import NDArray

    from ingest.quality.calibration import Calibration

Site = Literal["ankle", "foot", "thigh", "hip", "wrist", "unknown"]
Side = Literal["left", "right", "unknown"]
ZoneSource = Literal["file", "user", "config", "assumed"]
GapKind = Literal["gap", "backward"]
SleepStage = Literal["wake", "light", "deep", "rem", "unmeasurable"]

#: One 10-minute block at 100 Hz. Readers aim for it; nothing depends on it.
BLOCK_SAMPLES = 60_000


@dataclass(frozen=True, slots=True)
class Samples:
    """A run of samples in file order.

    Attributes
    ----------
    time_us : int64 array, shape (n,)
        Microseconds since 1970-01-01: of the device's own clock in a `Decoded`, UTC in a `Recording`.
    values : int16 or float32 array, shape (n, 3)
        Acceleration, x y z, in units of ``g_per_value``. int16 wherever the file holds integers, so that
        the store keeps them without loss and small.
    g_per_value : float
        g of one step of ``values``; 1.0 where they are g already.
    celsius : float32 array, shape (n,), or None
        Degrees beside each sample, NaN where there are none; None where the format keeps temperature apart or has none.
    """

    time_us: NDArray[np.int64]
    values: NDArray[np.int16] | NDArray[np.float32]
    g_per_value: float
    celsius: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.time_us)

    def picked(self, rows: NDArray[np.bool_] | slice) -> Samples:
        """Some of the samples, with all that belongs to each."""
        celsius = None if self.celsius is None else self.celsius[rows]
        return Samples(self.time_us[rows], self.values[rows], self.g_per_value, celsius)

    def xyz_g(self) -> NDArray[np.float32]:
        """Acceleration in g, float32, shape (n, 3)."""
        import numpy as np

        if self.values.dtype == np.float32 and self.g_per_value == 1.0:
            return np.asarray(self.values, dtype=np.float32)
        return np.multiply(self.values, np.float32(self.g_per_value), dtype=np.float32)


Blocks = Callable[[], Iterator[Samples]]


@dataclass(frozen=True, slots=True)
class Device:
    """The device as the file names it; empty where it does not."""

    maker: str = ""
    model: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the device was worn."""

    site: Site = "unknown"
    side: Side = "unknown"


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """What the file says of its clock.

    Attributes
    ----------
    base : "utc", "local" or "relative"
        Whether block times are UTC already, the wall clock the device was set to, or counted from a start
        that the file does not name.
    utc_offset_s : int or None
        Seconds east of UTC where the file says so. With ``base="local"`` it makes the time absolute.
    zone : str or None
        An IANA zone where the file names one.
    runs_on : bool
        Whether it is a logger's own clock, which no change of the zone's touches. A table may have been stamped by a
        telephone or a computer, whose clock follows: see `ingest.clock_changes`.
    """

    base: Literal["utc", "local", "relative"]
    utc_offset_s: int | None = None
    zone: str | None = None
    runs_on: bool = False


@dataclass(frozen=True, slots=True)
class StageSpan:
    """A stretch in one sleep stage as the device's maker computed it; times like the blocks beside it."""

    start_us: int
    end_us: int
    stage: SleepStage


@dataclass(frozen=True, slots=True)
class SleepWindow:
    """From falling asleep to waking up as the device's maker computed it; times like the blocks beside it."""

    start_us: int
    end_us: int


def _no_times() -> NDArray[np.int64]:
    import numpy as np

    return np.empty(0, np.int64)


def _uncorrected() -> Calibration:
    from ingest.quality.calibration import Calibration

    return Calibration()


def _no_values() -> NDArray[np.float32]:
    import numpy as np

    return np.empty(0, np.float32)


@dataclass(frozen=True, slots=True)
class Vitals:
    """What a watch measured beside movement; times like the blocks beside it, in file order.

    Attributes
    ----------
    heart_us : int64 array, shape (n,)
        When each heart rate was taken.
    heart_bpm : float32 array, shape (n,)
        Beats a minute; values that the file marks as missing are not here.
    beat_us : int64 array, shape (m,)
        When each interval between beats ended.
    beat_interval_ms : float32 array, shape (m,)
        The interval itself.
    hrv_last_night_ms : float or None
        The maker's own variability of the night (RMSSD), where the file holds one.
    """

    heart_us: NDArray[np.int64] = field(default_factory=_no_times)
    heart_bpm: NDArray[np.float32] = field(default_factory=_no_values)
    beat_us: NDArray[np.int64] = field(default_factory=_no_times)
    beat_interval_ms: NDArray[np.float32] = field(default_factory=_no_values)
    hrv_last_night_ms: float | None = None

    def __bool__(self) -> bool:
        return bool(len(self.heart_us) or len(self.beat_us) or self.hrv_last_night_ms is not None)


@dataclass(frozen=True, slots=True)
class Temperature:
    """What the sensor's thermometer showed, by the minute; times like the blocks beside it. See `quality.thermometer`.

    It measures the case of the sensor: near the skin's temperature where that is worn, the room's where it lies about.

    Attributes
    ----------
    minute_us : int64 array, shape (n,)
        Starts of the minutes that have readings, ascending. They are whole minutes of the device's clock, and in UTC
        moved by as much as that clock was off.
    celsius : float32 array, shape (n,)
        Mean of the readings of each minute, degrees C.
    """

    minute_us: NDArray[np.int64] = field(default_factory=_no_times)
    celsius: NDArray[np.float32] = field(default_factory=_no_values)

    def __len__(self) -> int:
        return len(self.minute_us)


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch without samples, or a step of the clock.

    ``start_us`` is the last sample before, ``end_us`` the first one after it; for ``backward`` the end
    lies before the start.
    """

    start_us: int
    end_us: int
    kind: GapKind


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a reader delivers. Times are on the device's clock.

    Attributes
    ----------
    format : str
        The reader's name, e.g. ``axivity-cwa``.
    blocks : callable
        Each call walks the samples from the start. Every block has at least one sample.
    bad_blocks : int
        Stretches of the file that failed their checksum or made no sense and were left out.
    restarts : int
        Times the device stopped and began again inside the file.
    problems : tuple of str
        What was damaged and what that cost, one sentence each, for the warnings.
    unit : str
        The unit in the file ("g", "mg", "m/s2", "counts").
    full_scale_g : float or None
        Where the sensor clips, when the file says.
    stages, sleep_windows, vitals
        What the device's maker computed or measured beside movement. A file may hold these and no movement at
        all: then ``blocks()`` is empty.
    companions : tuple of Path
        Other files that took part in the reading: together with the file itself they are the recording.
    lost_share : float
        Share of what the file holds of samples that could not be used, as far as it can be counted.
    temperature : Temperature
        Where the format keeps it apart from the samples; of the others `Samples.celsius` has it.
    """

    format: str
    device: Device
    placement: Placement
    clock: DeviceClock
    rate_hz_nominal: float | None
    unit: str
    blocks: Blocks
    bad_blocks: int = 0
    restarts: int = 0
    problems: tuple[str, ...] = ()
    stages: tuple[StageSpan, ...] = ()
    full_scale_g: float | None = None
    sleep_windows: tuple[SleepWindow, ...] = ()
    vitals: Vitals = field(default_factory=Vitals)
    companions: tuple[Path, ...] = ()
    lost_share: float = 0.0
    temperature: Temperature = field(default_factory=Temperature)


@dataclass(frozen=True, slots=True)
class ClockChange:
    """A change of the zone's offset that a recording's clock made too; readings of that clock, microseconds.

    Attributes
    ----------
    low_us, high_us : int
        Readings from the first to below the second were never shown, or came twice.
    step_us : int
        What the clock was put forward by; negative: back.
    before_us, after_us : int or None
        The last sample before the step and the first one behind it.
    is_mixed : bool
        Whether both passes of an hour that came twice are sorted into one.
    """

    low_us: int
    high_us: int
    step_us: int
    before_us: int | None = None
    after_us: int | None = None
    is_mixed: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """How device time became UTC.

    Attributes
    ----------
    zone : str
        IANA name, or a fixed offset like ``+02:00``: the zone in which the wearer's evenings are.
    zone_source : str
        Who said so; ``assumed`` means that nothing did and the machine's own zone was taken.
    shift_us : int
        Added to the block times of the `Decoded` to get UTC, up to the first of ``changes``.
    instants_known : bool
        False where UTC itself rests on an assumed zone.
    time_shift_us : int
        What the user says the device's clock was behind; part of ``shift_us``.
    start : datetime or None
        What the user says the moment was from which a relative clock counts, or at which a clock that had lost its
        time began anew; without an offset in ``zone``.
    start_of_part : bool
        Whether ``start`` is that of a stretch whose clock had lost its time, beside others that are dated.
    changes : tuple of ClockChange
        Where it followed summer time.
    """

    zone: str
    zone_source: ZoneSource
    shift_us: int
    instants_known: bool
    time_shift_us: int = 0
    start: datetime | None = None
    changes: tuple[ClockChange, ...] = ()
    start_of_part: bool = False


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured over the whole recording. Reported, never repaired.

    Attributes
    ----------
    rate_hz_true : float or None
        Samples per second of recorded time, gaps left out; None below two samples.
    mean_g : tuple of 3 float
        Mean of each axis over all samples.
    median_norm_g : float
        Median length of the acceleration vector, zeros left out; near 1 for a worn sensor.
    lsb_mg : float
        Smallest step between values, mg.
    clipped_share : float or None
        Share of samples at the sensor's end stop, None where that is unknown.
    noise_mg : float or None
        Standard deviation of one axis in the quietest still windows: the sensor's own noise.
    n_idle, idle_s
        Stretches of at least 10 s, or 1 s of zeros, and their seconds, that were not measured; see
        `ingest.quality.idle_runs`.
    calibration : Calibration
        The correction that an analysis uses; stored samples are as the file has them.
    """

    n_samples: int
    first_us: int
    last_us: int
    rate_hz_true: float | None
    mean_g: tuple[float, float, float]
    median_norm_g: float
    lsb_mg: float
    clipped_share: float | None
    gaps: tuple[Gap, ...]
    duplicate_stamps: int
    backward_steps: int
    noise_mg: float | None = None
    n_idle: int = 0
    idle_s: float = 0.0
    calibration: Calibration = field(default_factory=_uncorrected)


@dataclass(frozen=True, slots=True)
class Recording:
    """One file, decoded: who recorded what, when, how well. Times are UTC.

    ``blocks()`` walks the samples in file order; `Samples.time_us` is then UTC. A file without movement, of which
    only sleep stages, windows or vitals are known, has no blocks and ``quality.n_samples == 0``.

    ``device_clock`` is what the file said of its clock; ``subject`` who wore it, where that was declared; ``sensor``
    which one of its export it is and ``sensor_meant`` which one the declared place is about, where that was a question.

    ``lost_share`` is the share of its samples that could not be used; `ingest.losses` says from when on that is told
    as more than a footnote.
    """

    path: Path
    sha256: str
    format: str
    device: Device
    placement: Placement
    clock: Clock
    rate_hz_nominal: float | None
    unit: str
    bad_blocks: int
    restarts: int
    quality: Quality
    blocks: Blocks
    stages: tuple[StageSpan, ...] = ()
    sleep_windows: tuple[SleepWindow, ...] = ()
    vitals: Vitals = field(default_factory=Vitals)
    full_scale_g: float | None = None
    warnings: tuple[str, ...] = field(default=())
    device_clock: DeviceClock | None = None
    subject: str | None = None
    lost_share: float = 0.0
    temperature: Temperature = field(default_factory=Temperature)
    sensor: str | None = None
    sensor_meant: str | None = None
