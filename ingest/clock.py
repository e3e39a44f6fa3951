"""Device time becomes UTC, and UTC becomes nights.

Two questions are kept apart. *When was that?* needs the offset at which the device's clock ran; *which evening
was it?* needs the zone in which the wearer lives. A file may answer both, one, or none; the one that answered is kept
beside the answer, and an assumption is always said.

A device clock is set once, by the computer that configured it, and then runs on through a change of
daylight-saving time. So ONE offset serves a whole recording: that of the zone at its first sample. If that
moment is one that the wearer's clocks showed twice or skipped, the device is taken to have been set before the
change, for a clock that is running when it happens knows nothing of it (`datetime`'s ``fold=0`` in both cases).
Clocks that follow the zone are found and told by `ingest.clock_changes`.

Instants are int microseconds since 1970; nothing here goes through a float.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ingest.errors import NoClockError, UsageError
from ingest.quoting import shortened
from ingest.recognising.zone_names import no_such_zone
from ingest.recording import Clock, Device, DeviceClock, ZoneSource

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_DAY_US = _DAY // _MICROSECOND
#: Inside these every instant has a date in every zone, with a night before and after it.
FIRST_US = (datetime(1, 1, 4, tzinfo=UTC) - _EPOCH) // _MICROSECOND
LAST_US = (datetime(9999, 12, 28, tzinfo=UTC) - _EPOCH) // _MICROSECOND
#: None of the devices read here was sold before. A clock that was never set shows 1970, 1989-12-31 (FIT) or 2000
#: (a clock chip with two digits for the year).
OLDEST_US = (datetime(2005, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
#: The days after a GENEActiv began anew at 2010-09-16 for want of a battery; hardly any was sold by then.
BEGUN_ANEW_US = tuple((datetime(2010, 9, day, tzinfo=UTC) - _EPOCH) // _MICROSECOND for day in (15, 24))

#: The zone database's own extremes are Manila's -15:56 and Metlakatla's +15:02, both of the 19th century.
_LARGEST_OFFSET_S = 16 * 3600
_OFFSET = re.compile(r"([+-])(\d\d):?([0-5]\d)(?::?([0-5]\d))?", re.ASCII)

#: The way out where times count from nothing that is known.
SAY_START = "say when it began: --start 2026-03-01T22:10"

_Passage = Literal["plain", "twice", "skipped"]


def zone_info(name: str) -> tzinfo:
    """The zone of an IANA name such as ``Europe/Berlin``, or of a fixed offset such as ``+02:00``.

    Raises
    ------
    UsageError
        No such zone; the hint names the nearest ones.
    """
    fixed = _OFFSET.fullmatch(name)
    if fixed is not None:
        return _fixed_zone(name, fixed)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise no_such_zone(name) from error


def resolve(
    clock: DeviceClock,
    first_us: int,
    *,
    device: Device,
    declared_zone: str | None = None,
    declared_by: Literal["user", "config"] = "user",
    declared_start: datetime | None = None,
    time_shift_us: int = 0,
    machine_zone: Callable[[], str] | None = None,
    path: Path | None = None,
) -> tuple[Clock, tuple[str, ...]]:
    """How the times of a recording become UTC, with what has to be said about it.

    Parameters
    ----------
    clock : DeviceClock
        What the file says.
    first_us : int
        The first sample on the device's clock.
    device : Device
        Named in the advice how to declare the zone.
    declared_zone : str or None
        What the user or the settings say; goes before the file in `Clock.zone`, after it for the instants.
    declared_start : datetime or None
        The moment from which a relative clock counts, without an offset as the wearer's clocks showed it. For a
        file that has a clock of its own it is not used, and that is said.
    time_shift_us : int
        How much the device's clock was behind; added to every time.
    machine_zone : callable, optional
        Asked only if neither file nor user says; by default the operating system.
    path : Path or None
        The file, for the error.

    Raises
    ------
    UsageError
        `declared_zone` is no zone.
    NoClockError
        The times are relative, and nothing says to what; or they have no date.
    """
    if declared_zone is not None:
        zone_info(declared_zone)
    clock, start_us, said = _anchored(clock, declared_start, path)
    begins_us = first_us + start_us + time_shift_us
    check_representable(begins_us, begins_us, path=path)
    found, warnings = _resolved(clock, begins_us, device, declared_zone, declared_by, machine_zone)
    shift_us = found.shift_us + start_us + time_shift_us
    start = declared_start if not said else None
    return replace(found, shift_us=shift_us, time_shift_us=time_shift_us, start=start), said + warnings


def _anchored(
    clock: DeviceClock, start: datetime | None, path: Path | None
) -> tuple[DeviceClock, int, tuple[str, ...]]:
    """A relative clock as an absolute one, the microseconds that make it so, and what has to be said."""
    if clock.base != "relative":
        return clock, 0, ("the file has a clock of its own: the start that was given is not used",) if start else ()
    if start is None:
        raise NoClockError(
            "its times count from a start that the file does not name",
            path=path,
            hint=SAY_START,
        )
    if start.tzinfo is not None:
        return replace(clock, base="utc"), microseconds(start), ()
    return replace(clock, base="local"), microseconds(start.replace(tzinfo=UTC)), ()


def _resolved(
    clock: DeviceClock,
    first_us: int,
    device: Device,
    declared_zone: str | None,
    declared_by: Literal["user", "config"],
    machine_zone: Callable[[], str] | None,
) -> tuple[Clock, tuple[str, ...]]:
    offset_s, file_zone, warnings = _sane(clock)
    zone, source = _wearers_zone(declared_zone, declared_by, file_zone, offset_s)
    if zone is None:
        zone = (machine_zone or machines_zone)()
        warnings += (_assumption(zone, clock, device),)
    if clock.base == "utc":
        return Clock(zone, source, shift_us=0, instants_known=True), warnings
    if offset_s is not None:
        return Clock(zone, source, shift_us=-offset_s * 1_000_000, instants_known=True), warnings
    offset_us, _ = offset_at(first_us, file_zone or zone)
    return Clock(zone, source, shift_us=-offset_us, instants_known=source != "assumed"), warnings


def offset_at(local_us: int, zone: str) -> tuple[int, _Passage]:
    """Offset of `zone`, in microseconds east of UTC, when its clocks show `local_us`.

    Second, whether they show that time once, ``twice`` or never (``skipped``): then the offset is the one
    before the change.
    """
    wall = (_EPOCH + local_us * _MICROSECOND).replace(tzinfo=zone_info(zone))
    before, after = (_offset_of(wall.replace(fold=fold)) for fold in (0, 1))
    passage: _Passage = "plain" if before == after else "twice" if before > after else "skipped"
    return before // _MICROSECOND, passage


def on_wearers_clocks(
    device_us: int, clock: DeviceClock, zone: str | None, start: datetime | None = None
) -> datetime | None:
    """What the wearer's clocks showed, without an offset, when the device's clock was at ``device_us``.

    Parameters
    ----------
    zone : str or None
        Of the wearer; None: that of the file, or of this machine.
    start : datetime or None
        From which a relative clock counts.

    Returns
    -------
    datetime or None
        None for a relative clock without a start, and outside the years that a calendar can name.
    """
    try:
        clock, start_us, _ = _anchored(clock, start, None)
    except NoClockError:
        return None
    offset_s, file_zone, _ = _sane(clock)
    us = device_us + start_us
    if not FIRST_US <= us <= LAST_US:
        return None
    if clock.base == "local" and offset_s is None:
        return (_EPOCH + us * _MICROSECOND).replace(tzinfo=None)
    named = zone or file_zone or (None if offset_s is None else _offset_name(offset_s)) or machines_zone()
    utc_us = us - (offset_s or 0) * 1_000_000 if clock.base == "local" else us
    return (_EPOCH + utc_us * _MICROSECOND).astimezone(zone_info(named)).replace(tzinfo=None)


def zone_of_setting(clock: DeviceClock, wearers: str) -> str:
    """The zone in which a local clock was set: the file's own where it names one that exists, else the wearer's."""
    _, file_zone, _ = _sane(clock)
    return file_zone or wearers


def start_on(clock: DeviceClock, start: datetime, declared_zone: str | None) -> int:
    """What a device's own clock would have shown at a moment that a person names, microseconds.

    Parameters
    ----------
    start : datetime
        Without an offset as the wearer's clocks showed it.
    """
    offset_s, file_zone, _ = _sane(clock)
    zone = declared_zone or file_zone or machines_zone()
    naive_us = microseconds(start.replace(tzinfo=UTC))
    utc_us = microseconds(start) if start.tzinfo else naive_us - offset_at(naive_us, zone)[0]
    if clock.base == "utc":
        return utc_us
    if offset_s is not None:
        return utc_us + offset_s * 1_000_000
    offset = (_EPOCH + utc_us * _MICROSECOND).astimezone(zone_info(file_zone or zone)).utcoffset()
    return utc_us + (offset or timedelta(0)) // _MICROSECOND


def start_doubts(local_us: int, zone: str) -> tuple[str, ...]:
    """What has to be said of a clock that runs on and whose first sample it shows in a doubtful hour."""
    _, passage = offset_at(local_us, zone)
    if passage == "plain":
        return ()
    happened = "came twice" if passage == "twice" else "never came"
    return (
        f"the clocks changed around the first sample, whose {wall_iso(local_us)} {happened}:"
        " the device is taken to have been set before the change",
    )


def noon_to_noon(night_date: date, zone: str) -> tuple[int, int]:
    """From local noon of the evening's date to the next noon, in UTC microseconds: ``[start, end)``.

    23 or 25 hours where the clocks change, and none at all for a date that the zone skipped
    (Pacific/Apia, 2011-12-30): the nights of a zone tile the time line.
    """
    return _noon(night_date, zone), _noon(night_date + _DAY, zone)


def night_of(us: int, zone: str) -> date:
    """The night to which an instant belongs, by the date of its evening."""
    night_date = (_EPOCH + us * _MICROSECOND).astimezone(zone_info(zone)).date()
    while us < _noon(night_date, zone):
        night_date -= _DAY
    while us >= _noon(night_date + _DAY, zone):
        night_date += _DAY
    return night_date


def nights_covered(first_us: int, last_us: int, zone: str) -> tuple[date, ...]:
    """Every night that shares an instant with ``[first_us, last_us]`` (UTC), in order; none if that is reversed."""
    if last_us < first_us:
        return ()
    first, last = night_of(first_us, zone), night_of(last_us, zone)
    between = (first + n * _DAY for n in range((last - first).days + 1))
    return tuple(night for night in between if _noon(night, zone) < _noon(night + _DAY, zone))


def local_iso(us: int, zone: str) -> str:
    """An instant in ISO 8601 with the zone's offset, cut to milliseconds."""
    return (_EPOCH + us * _MICROSECOND).astimezone(zone_info(zone)).isoformat(timespec="milliseconds")


def wall_iso(us: int) -> str:
    """The reading of a clock whose offset is not known: ISO 8601 without one, cut to milliseconds."""
    return (_EPOCH + us * _MICROSECOND).replace(tzinfo=None).isoformat(timespec="milliseconds")


def microseconds(moment: datetime) -> int:
    """An aware `datetime` as microseconds since 1970, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def check_representable(first_us: int, last_us: int, *, path: Path | None) -> None:
    """Raise `NoClockError` for times of any clock outside the years 1 to 9999, which no calendar here can name."""
    if not (first_us >= FIRST_US and last_us <= LAST_US):
        raise NoClockError(
            "times outside the years 1 to 9999",
            path=path,
            hint=SAY_START,
        )


def was_set(us: int) -> bool:
    """Whether a device's clock that shows this instant can have been set."""
    return us >= OLDEST_US and not BEGUN_ANEW_US[0] <= us < BEGUN_ANEW_US[1]


def doubtful_times(first_us: int, last_us: int, *, now_us: int) -> tuple[str, ...]:
    """A warning for each end (UTC) of a recording that cannot be when it was made: before 2005, or after tomorrow."""
    warnings = []
    if first_us < OLDEST_US:
        warnings.append(
            f"samples from {wall_iso(first_us)[:10]}: the device's clock was probably not set ({SAY_START})"
        )
    if last_us > now_us + _DAY_US:
        warnings.append(
            f"samples from {wall_iso(last_us)[:10]}, in the future: the device's clock was wrong ({SAY_START})"
        )
    return tuple(warnings)


def _sane(clock: DeviceClock) -> tuple[int | None, str | None, tuple[str, ...]]:
    """Offset and zone of the file as far as they can exist; the rest as warnings."""
    offset_s, zone = clock.utc_offset_s, clock.zone
    warnings = []
    if offset_s is not None and abs(offset_s) > _LARGEST_OFFSET_S:
        warnings.append(f"the file says {offset_s / 3600:+.1f} h from UTC, which no zone is: ignored")
        offset_s = None
    if zone is not None:
        try:
            zone_info(zone)
        except UsageError as error:
            warnings.append(f"{error.what} (named by the file): ignored")
            zone = None
    return offset_s, zone, tuple(warnings)


def _wearers_zone(
    declared: str | None, declared_by: Literal["user", "config"], file_zone: str | None, offset_s: int | None
) -> tuple[str | None, ZoneSource]:
    if declared is not None:
        return declared, declared_by
    if file_zone is not None:
        return file_zone, "file"
    if offset_s is not None:
        return _offset_name(offset_s), "file"
    return None, "assumed"


def machines_zone() -> str:
    """The name of this machine's own zone; UTC where the machine does not know."""
    # Imported here: tzlocal is asked only when neither file nor user says.
    from tzlocal import get_localzone_name

    try:
        name = get_localzone_name() or "UTC"
        zone_info(name)
    except (UsageError, ZoneInfoNotFoundError, ValueError, OSError):  # contradictory or broken settings
        return "UTC"
    return name


def _assumption(zone: str, clock: DeviceClock, device: Device) -> str:
    serial = device.serial or "SERIAL"
    unsure = "all times rest on it" if clock.base == "local" else "only the dates of the nights rest on it"
    return (
        f"time zone {zone} assumed, because the file names none; {unsure}"
        f' (give --tz Europe/Berlin, or tz under [device."{serial}"] in nightkick.toml)'
    )


def _noon(day: date, zone: str) -> int:
    return microseconds(datetime.combine(day, time(12), tzinfo=zone_info(zone)))


def _offset_of(wall: datetime) -> timedelta:
    return wall.utcoffset() or timedelta(0)


def _fixed_zone(name: str, match: re.Match[str]) -> tzinfo:
    sign, hours, minutes, seconds = match.groups(default="0")
    offset_s = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    if offset_s > _LARGEST_OFFSET_S:
        raise UsageError(f"no time zone is {shortened(name)} from UTC", hint="offsets run from -16:00 to +16:00")
    return timezone(timedelta(seconds=-offset_s if sign == "-" else offset_s))


def _offset_name(offset_s: int) -> str:
    minutes, seconds = divmod(abs(offset_s), 60)
    tail = f":{seconds:02}" if seconds else ""
    return f"{'-' if offset_s < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}{tail}"
