"""Recordings that lie in several files: which of a folder's files are recordings, and which only belong to one.

The only list of what devices and apps put beside a recording. Only names are looked at, so that a folder and an
archive are sorted alike before anything is read; what is in a file, its reader decides. A name counts only beside
another one that gives the maker away: ``HR.csv`` next to an Empatica's ``ACC.csv`` is its heart rate, alone it may be
anything. Of an export that holds a telephone and a watch, the names also tell which file is whose.

Sources: Empatica's "E4 data - CSV format"; the Units Reference of Sensor Logger; the export of phyphox and its file
format documentation; the Unisens specification 2.0.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from filecmp import cmp
from pathlib import Path, PurePosixPath

from ingest.input_file import is_plain_in, leads_into

#: Folder inside a bundle that holds files of it.
_META = "meta"
#: What lies about as often as it is worn, and what logs others that are worn.
TELEPHONE = "telephone"
WATCH = "watch"
#: What systems append to the name of a copy, in lower case.
_OF_A_COPY = r"(?: ?\(\d+\)| (?:- )?(?:copy|kopie)(?: ?\(?\d+\)?)?)"


@dataclass(frozen=True, slots=True)
class Main:
    """A file that holds the movements, and the files that its reader takes in where they lie beside it.

    Attributes
    ----------
    companions : tuple of str
        Files without which it would be another recording: its content is known by all of them together.
    readings : tuple of str
        Files that add to it, such as a temperature, and do not change by what it is known.
    """

    name: str
    companions: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sensor:
    """One of the sensors whose movements a maker's folder holds.

    Attributes
    ----------
    name : str
        What people call it: the choices of ``--sensor``.
    mains : tuple of Main
        The files in which its movements may be, the best first: the first that is there counts.
    """

    name: str
    mains: tuple[Main, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """What one maker writes into one folder.

    Attributes
    ----------
    sensors : tuple of Sensor
    signs : frozenset of str
        Names, in lower case, of which one at least must be there, beside a main file or as one; none for a main file
        that is sign enough.
    others : pattern
        Whole names, in lower case, of what is no recording beside a main file.
    """

    sensors: tuple[Sensor, ...]
    signs: frozenset[str]
    others: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Export:
    """The sensors of the export that a file of movements is from, as far as they are told apart.

    Attributes
    ----------
    sensor : str or None
        The file's own; None where its name is no maker's.
    others : mapping of str to Path
        Main files of the others that are there, by the sensor's name.
    """

    sensor: str | None = None
    others: Mapping[str, Path] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """All of its sensors, sorted."""
        own = () if self.sensor is None else (self.sensor,)
        return tuple(sorted({*own, *self.others}))


_EMPATICA = Bundle(
    sensors=(Sensor("wristband", (Main("ACC.csv", readings=("TEMP.csv",)),)),),
    signs=frozenset({"bvp.csv", "eda.csv", "ibi.csv", "hr.csv", "temp.csv", "tags.csv"}),
    others=re.compile(r"(?:bvp|eda|ibi|hr|temp|tags)\.csv|info\.txt"),
)
_OF_THE_PHONE = ("Metadata.csv",)
_SENSOR_LOGGER = Bundle(
    sensors=(
        Sensor(
            TELEPHONE,
            (
                Main("TotalAcceleration.csv", _OF_THE_PHONE),
                Main("AccelerometerUncalibrated.csv", _OF_THE_PHONE),
                Main("Accelerometer.csv", (*_OF_THE_PHONE, "Gravity.csv")),
            ),
        ),
        Sensor(
            WATCH, (Main("WatchAccelerometerUncalibrated.csv", _OF_THE_PHONE), Main("WristMotion.csv", _OF_THE_PHONE))
        ),
    ),
    signs=frozenset({"metadata.csv", "gravity.csv", "watchaccelerometeruncalibrated.csv", "wristmotion.csv"}),
    others=re.compile(
        r"(?:watch|study)?(?:activity|annotation|barometer|battery|bluetooth|brightness|camera|compass|depth|gravity"
        r"|gyroscope|headphone|heartrate|light|location|magnetometer|metadata|microphone|network|orientation|pedometer"
        r"|proximity|questionnaire|tagged|wifi)[^/]*"
    ),
)
_PHYPHOX_META = ("meta/time.csv", "meta/device.csv")
_PHYPHOX = Bundle(
    sensors=(
        Sensor(
            TELEPHONE,
            tuple(
                Main(f"{name}.csv", _PHYPHOX_META)
                for name in ("Raw Data", "Accelerometer", "Acceleration", "Linear Accelerometer", "Linear Acceleration")
            ),
        ),
    ),
    signs=frozenset(_PHYPHOX_META),
    others=re.compile(
        r"meta/[^/]*|(?:audio|autocorrelation|barometer|gps|gyroscope|humidity|light|location|magnetic|magnetometer"
        r"|orientation|pressure|proximity|spectrum|temperature)[^/]*"
    ),
)
_UNISENS = Bundle(
    sensors=(Sensor("sensor", (Main("unisens.xml", ("acc.bin",)),)),),
    signs=frozenset(),
    others=re.compile(r"[^/]*\.(?:bin|csv|xml|xsl|txt)"),
)
_BUNDLES = (_EMPATICA, _SENSOR_LOGGER, _PHYPHOX, _UNISENS)
_MAINS = {main.name.lower(): main for b in _BUNDLES for sensor in b.sensors for main in sensor.mains}
_EVERY_MAIN = tuple(main for b in _BUNDLES for sensor in b.sensors for main in sensor.mains)
_COMPANIONS: dict[str, frozenset[str]] = {
    name: frozenset(c for main in _EVERY_MAIN for c in main.companions if main.name.lower() == name) for name in _MAINS
}
_READINGS: dict[str, frozenset[str]] = {
    name: frozenset(c for main in _EVERY_MAIN for c in main.readings if main.name.lower() == name) for name in _MAINS
}


def sort_out(
    names: Iterable[str], *, same: Callable[[str, str], bool] = lambda one, other: False
) -> dict[str, tuple[str, ...]]:
    """Those of a folder's files that only belong to recordings among them, each with the files of those.

    Parameters
    ----------
    names : iterable of str
        Of one folder, with those in its folder ``meta`` as ``meta/name``.
    same : callable
        Whether two of them hold the same bytes. Asked only of a main file and of what is named as a copy of it, like
        ``WristMotion (1).csv``: such a copy is no second recording, and a file that differs is one.
    """
    by_lower = {name.lower(): name for name in names}
    found: dict[str, tuple[str, ...]] = {}
    for bundle in _BUNDLES:
        chosen = _chosen(by_lower, bundle)
        mains = tuple(by_lower[names[0]] for names in chosen.values())
        if mains:
            found |= {by_lower[n]: mains for n in by_lower if bundle.others.fullmatch(n) and by_lower[n] not in mains}
            found |= {by_lower[n]: (by_lower[names[0]],) for names in chosen.values() for n in names[1:]}
            found |= {copy: (main,) for main in mains for copy in _copies(by_lower, main) if same(copy, main)}
    return found


def _copies(by_lower: Mapping[str, str], main: str) -> list[str]:
    return [name for lower, name in by_lower.items() if _is_copy(lower, main)]


def _is_copy(lower: str, main: str) -> bool:
    stem = re.escape(main.lower().removesuffix(".csv"))
    return re.fullmatch(rf"{stem}{_OF_A_COPY}\.csv", lower) is not None


def canonical(name: str) -> str | None:
    """The maker's spelling of a file name that holds movements in a bundle; None for any other."""
    main = _MAINS.get(name.lower())
    return main.name if main else None


def recognised(name: str) -> str | None:
    """A file name by which readers tell what a maker's file holds, without what else stands in it.

    That of a main file for it and for its copies; the first word of what is no recording, like ``gyroscope.csv``.
    """
    lower = name.lower()
    copied = next((main.name for main in _EVERY_MAIN if _is_copy(lower, main.name)), None)
    word = re.match(r"[a-z]{1,40}", lower)
    if canonical(name) or copied or word is None:
        return canonical(name) or copied
    is_beside = lower.endswith(".csv") and any(bundle.others.fullmatch(lower) for bundle in _BUNDLES if bundle.signs)
    return f"{word.group()}.csv" if is_beside else None


def companions_among(name: str, names: Iterable[str]) -> dict[str, str]:
    """Which of ``names`` the reader of ``name`` takes in, by the maker's spelling.

    ``names`` are as for `sort_out`.
    """
    wanted = _COMPANIONS.get(name.lower(), frozenset()) | _READINGS.get(name.lower(), frozenset())
    if not wanted:  # as for nearly every one of thousands
        return {}
    by_lower = {other.lower(): other for other in names}
    return {spelt: by_lower[spelt.lower()] for spelt in sorted(wanted) if spelt.lower() in by_lower}


def others_among(name: str, names: Iterable[str]) -> dict[str, str]:
    """Main files of the other sensors in a folder, by the sensor's name; none where ``name`` is no main file.

    ``names`` are as for `sort_out`.
    """
    if name.lower() not in _MAINS:  # as for nearly every one of thousands
        return {}
    by_lower = {other.lower(): other for other in names}
    for bundle in _BUNDLES:
        own = _sensor_in(bundle, name)
        chosen = _chosen(by_lower, bundle)
        if own in chosen:
            return {sensor: by_lower[mains[0]] for sensor, mains in chosen.items() if sensor != own}
    return {}


def export_of(path: Path) -> Export:
    """The sensors of the export that a file lies in."""
    if path.name.lower() not in _MAINS:
        return Export()
    names = _names_below(path.parent)
    bundles = [bundle for bundle in _BUNDLES if _sensor_in(bundle, path.name)]
    # A name that two makers use is that maker's whose signs are there.
    own = next((_sensor_in(b, path.name) for b in bundles if _chosen([n.lower() for n in names], b)), None)
    others = {sensor: path.parent / other for sensor, other in others_among(path.name, names).items()}
    return Export(own, {sensor: other for sensor, other in others.items() if is_plain_in(path.parent, other.name)})


def _sensor_in(bundle: Bundle, name: str) -> str | None:
    """Whose movements a file of this name holds."""
    return next((s.name for s in bundle.sensors if name.lower() in {m.name.lower() for m in s.mains}), None)


def companions_of(path: Path) -> tuple[Path, ...]:
    """The files beside a file of movements that its maker wrote with it, in no particular order."""
    return _beside(path, _COMPANIONS)


def readings_of(path: Path) -> tuple[Path, ...]:
    """The files beside a recording that add to it and do not change the hash by which it is known."""
    return _beside(path, _READINGS)


def _beside(path: Path, wanted: Mapping[str, frozenset[str]]) -> tuple[Path, ...]:
    names = sorted(wanted.get(path.name.lower(), ()))
    return tuple(path.parent / name for name in names if is_plain_in(path.parent, name))


def recordings_of(path: Path, sorted_out: Callable[[Path], dict[str, tuple[str, ...]]]) -> tuple[Path, ...]:
    """What to read where the user names any file of a bundle: the file itself, or what it belongs to.

    Parameters
    ----------
    sorted_out : callable
        `sort_out_folder`, which may remember what it found.
    """
    folder = path.parent.parent if path.parent.name == _META else path.parent
    mains = sorted_out(folder).get(path.relative_to(folder).as_posix())
    return tuple(folder / main for main in mains or () if leads_into(folder / main, folder)) or (path,)


def sort_out_folder(folder: Path) -> dict[str, tuple[str, ...]]:
    """`sort_out` for a folder on disk; nothing is found in one that cannot be listed."""
    return sort_out(_names_below(folder), same=lambda one, other: _same_bytes(folder, one, other))


def _same_bytes(folder: Path, one: str, other: str) -> bool:
    try:
        are_there = is_plain_in(folder, one) and is_plain_in(folder, other)
        return are_there and cmp(folder / one, folder / other, shallow=False)
    except OSError:
        return False


def _names_below(folder: Path) -> list[str]:
    """As `sort_out` takes them."""
    inside = _files_in(folder / _META) if leads_into(folder / _META, folder) else []
    return [*_files_in(folder), *(f"{_META}/{name}" for name in inside)]


def _files_in(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if not entry.is_dir()]
    except (OSError, ValueError):
        return []


def folder_of(name: PurePosixPath) -> PurePosixPath:
    """The folder in which a file counts, for `sort_out`: that of a bundle for what is in its ``meta``."""
    return name.parent.parent if name.parent.name == _META else name.parent


def _chosen(by_lower: Collection[str], bundle: Bundle) -> dict[str, list[str]]:
    """For each sensor of a bundle the names of its files that are there; nothing where no sign gives it away."""
    if bundle.signs and not bundle.signs.intersection(by_lower):
        return {}
    found = {
        sensor.name: [main.name.lower() for main in sensor.mains if main.name.lower() in by_lower]
        for sensor in bundle.sensors
    }
    return {sensor: names for sensor, names in found.items() if names}
