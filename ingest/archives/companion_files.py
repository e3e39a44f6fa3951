"""Recordings that lie in several files: which of a folder's files are recordings, and which only belong to one.

The only list of what devices and apps put beside a recording. Only names are looked at, so that a folder and an
archive are sorted alike before anything is read; what is in a file, its reader decides. A name counts only beside
another one that gives the maker away: ``HR.csv`` next to an Empatica's ``ACC.csv`` is its heart rate, alone it may be
anything.

Sources: Empatica's "E4 data - CSV format"; the Units Reference of Sensor Logger; the export of phyphox and its file
format documentation; the Unisens specification 2.0.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ingest.input_file import is_plain

#: Folder inside a bundle that holds files of it.
_META = "meta"


@dataclass(frozen=True, slots=True)
class Main:
    """A file that holds the movements, and the files that its reader takes in where they lie beside it."""

    name: str
    companions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """What one maker writes into one folder.

    Attributes
    ----------
    sensors : tuple of tuple of Main
        For each sensor the files in which its movements may be, the best first: the first that is there counts.
    signs : frozenset of str
        Names, in lower case, of which one at least must be there beside a main file; none for one that is sign enough.
    others : pattern
        Whole names, in lower case, of what is no recording beside a main file.
    """

    sensors: tuple[tuple[Main, ...], ...]
    signs: frozenset[str]
    others: re.Pattern[str]


_EMPATICA = Bundle(
    sensors=((Main("ACC.csv", ("TEMP.csv",)),),),
    signs=frozenset({"bvp.csv", "eda.csv", "ibi.csv", "hr.csv", "temp.csv", "tags.csv"}),
    others=re.compile(r"(?:bvp|eda|ibi|hr|temp|tags)\.csv|info\.txt"),
)
_OF_THE_PHONE = ("Metadata.csv",)
_SENSOR_LOGGER = Bundle(
    sensors=(
        (
            Main("TotalAcceleration.csv", _OF_THE_PHONE),
            Main("AccelerometerUncalibrated.csv", _OF_THE_PHONE),
            Main("Accelerometer.csv", (*_OF_THE_PHONE, "Gravity.csv")),
        ),
        (Main("WatchAccelerometerUncalibrated.csv", _OF_THE_PHONE), Main("WristMotion.csv", _OF_THE_PHONE)),
    ),
    signs=frozenset({"metadata.csv", "gravity.csv"}),
    others=re.compile(
        r"(?:watch|study)?(?:activity|annotation|barometer|battery|bluetooth|brightness|camera|compass|depth|gravity"
        r"|gyroscope|headphone|heartrate|light|location|magnetometer|metadata|microphone|network|orientation|pedometer"
        r"|proximity|questionnaire|tagged|wifi)[^/]*"
    ),
)
_PHYPHOX_META = ("meta/time.csv", "meta/device.csv")
_PHYPHOX = Bundle(
    sensors=(
        tuple(
            Main(f"{name}.csv", _PHYPHOX_META)
            for name in ("Raw Data", "Accelerometer", "Acceleration", "Linear Accelerometer", "Linear Acceleration")
        ),
    ),
    signs=frozenset(_PHYPHOX_META),
    others=re.compile(
        r"meta/[^/]*|(?:audio|autocorrelation|barometer|gps|gyroscope|humidity|light|location|magnetic|magnetometer"
        r"|orientation|pressure|proximity|spectrum|temperature)[^/]*"
    ),
)
_UNISENS = Bundle(
    sensors=((Main("unisens.xml", ("acc.bin",)),),),
    signs=frozenset(),
    others=re.compile(r"[^/]*\.(?:bin|csv|xml|xsl|txt)"),
)
_BUNDLES = (_EMPATICA, _SENSOR_LOGGER, _PHYPHOX, _UNISENS)
_MAINS = {main.name.lower(): main for b in _BUNDLES for sensor in b.sensors for main in sensor}
_COMPANIONS: dict[str, frozenset[str]] = {
    name: frozenset(c for b in _BUNDLES for s in b.sensors for m in s for c in m.companions if m.name.lower() == name)
    for name in _MAINS
}


def sort_out(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Those of a folder's files that only belong to recordings among them, each with the files of those.

    Parameters
    ----------
    names : iterable of str
        Of one folder, with those in its folder ``meta`` as ``meta/name``.
    """
    by_lower = {name.lower(): name for name in names}
    found: dict[str, tuple[str, ...]] = {}
    for bundle in _BUNDLES:
        chosen = _chosen(by_lower, bundle)
        mains = tuple(by_lower[sensor[0]] for sensor in chosen)
        if mains:
            found |= {by_lower[n]: mains for n in by_lower if bundle.others.fullmatch(n) and by_lower[n] not in mains}
            found |= {by_lower[n]: (by_lower[sensor[0]],) for sensor in chosen for n in sensor[1:]}
    return found


def canonical(name: str) -> str | None:
    """The maker's spelling of a file name that holds movements in a bundle; None for any other."""
    main = _MAINS.get(name.lower())
    return main.name if main else None


def companions_among(name: str, names: Iterable[str]) -> dict[str, str]:
    """Which of ``names`` the reader of ``name`` takes in, by the maker's spelling.

    ``names`` are as for `sort_out`.
    """
    wanted = _COMPANIONS.get(name.lower())
    if not wanted:  # as for nearly every one of thousands
        return {}
    by_lower = {other.lower(): other for other in names}
    return {spelt: by_lower[spelt.lower()] for spelt in sorted(wanted) if spelt.lower() in by_lower}


def companions_of(path: Path) -> tuple[Path, ...]:
    """The files beside a file of movements that its maker wrote with it, in no particular order."""
    wanted = _COMPANIONS.get(path.name.lower(), frozenset())
    return tuple(path.parent / name for name in sorted(wanted) if is_plain(path.parent / name))


def recordings_of(path: Path, sorted_out: Callable[[Path], dict[str, tuple[str, ...]]]) -> tuple[Path, ...]:
    """What to read where the user names any file of a bundle: the file itself, or what it belongs to.

    Parameters
    ----------
    sorted_out : callable
        `sort_out_folder`, which may remember what it found.
    """
    folder = path.parent.parent if path.parent.name == _META else path.parent
    mains = sorted_out(folder).get(path.relative_to(folder).as_posix())
    return tuple(folder / main for main in mains) if mains else (path,)


def sort_out_folder(folder: Path) -> dict[str, tuple[str, ...]]:
    """`sort_out` for a folder on disk; nothing is found in one that cannot be listed."""
    return sort_out([*_files_in(folder), *(f"{_META}/{name}" for name in _files_in(folder / _META))])


def _files_in(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if not entry.is_dir()]
    except (OSError, ValueError):
        return []


def folder_of(name: PurePosixPath) -> PurePosixPath:
    """The folder in which a file counts, for `sort_out`: that of a bundle for what is in its ``meta``."""
    return name.parent.parent if name.parent.name == _META else name.parent


def _chosen(by_lower: Collection[str], bundle: Bundle) -> list[list[str]]:
    """For each sensor of a bundle the names of its files that are there; nothing where no sign gives it away."""
    if bundle.signs and not bundle.signs.intersection(by_lower):
        return []
    present = ([main.name.lower() for main in sensor if main.name.lower() in by_lower] for sensor in bundle.sensors)
    return [names for names in present if names]
