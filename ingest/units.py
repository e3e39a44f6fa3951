"""In which unit numbers are: what the header says, checked against the size of gravity.

A sensor at rest measures 1 g whichever way it lies, and a sleeper's sensor is
nearly always at rest, so the median length of the acceleration vector names the unit. A wrong guess would
change every amplitude of a night; where the measure fits no unit, the recording is refused with the number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.errors import GravityRemovedError, UnknownUnitError

#: ISO 80000-3: exact by definition.
STANDARD_GRAVITY_M_S2 = 9.80665


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of acceleration; ``name`` as in `Decoded.unit`."""

    name: str
    g_per_unit: float


G = Unit("g", 1.0)
MG = Unit("mg", 1e-3)
M_S2 = Unit("m/s2", 1 / STANDARD_GRAVITY_M_S2)
#: Empatica E4.
COUNTS_64 = Unit("counts", 1 / 64)
#: Axivity, ActiGraph and GENEActiv at their usual range of +-8 g.
COUNTS_256 = Unit("counts", 1 / 256)

#: How far from 1 g the median may lie and still name a unit. Uncalibrated sensors are off by up to 10 %.
BAND_G = (0.85, 1.18)
#: Below this there is no gravity in it. Far below the worst calibration, far above any sleeper's movements.
NO_GRAVITY_BELOW_G = 0.3
#: Gravity gathers the lengths of the vectors of a sensor that mostly lies still: how near to their median ...
STEADY_WITHIN = 0.1
#: ... and which share of them. Without gravity a carried sensor has about 0.18 there (a Maxwell distribution).
SURELY_GRAVITY, HARDLY_GRAVITY = 0.5, 0.25
#: Above this a stated unit cannot be true: no one lies still at 3 g.
IMPOSSIBLE_ABOVE_G = 3.0

#: 2 to 16 g over 8 to 16 bits.
_SENSOR_STEPS = tuple(2.0**-k for k in range(6, 15))
_FIRST_ROWS = 300
#: Few enough to stay in the processor's cache from one operation to the next.
_ROWS_AT_ONCE = 1 << 15

_SPELLINGS = {
    G: ("g", "gs", "g's", "g0", "gn", "g-force", "gravity"),
    MG: ("mg", "milli-g", "millig", "mgs"),
    M_S2: ("m/s2", "m/s/s", "m/(s2)", "m/s**2", "ms-2", "ms2", "mps2", "meterspersecondsquared"),
}
_UNITS = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings}
_BRACKETED = re.compile(r"[(\[{](.*)[)\]}]")

_SAY_IT = (
    "name the unit in the header, like x (mg), y (mg), z (mg), or counts_per_g of raw values under [table.NAME] in"
    " nightkick.toml"
)


def named_unit(text: str) -> Unit | None:
    """The unit that a word names: ``m/s^2``, ``m/s²``, ``ms-2``, ``mg``, ``G``."""
    word = re.sub(r"[\s^·*_]", "", text.lower().replace("²", "2").replace("−", "-").replace("⁻", "-"))
    return _UNITS.get(word)


def bracketed(name: str) -> str | None:
    """What stands in the brackets of a column's name, with or without a known meaning; None without."""
    found = _BRACKETED.search(name)
    return found.group(1).strip() if found else None


def unit_by_gravity(median_norm: float, *, integers: bool) -> Unit | None:
    """The unit in which ``median_norm`` is the length of gravity; None where it is none.

    Counts are considered only for integers, since a table of floating-point numbers in counts is unknown
    and 64 could then be anything.
    """
    known = (G, MG, M_S2) + ((COUNTS_64, COUNTS_256) if integers else ())
    low, high = BAND_G
    return next((unit for unit in known if low <= median_norm * unit.g_per_unit <= high), None)


def decide_unit(
    median_norm: float, named: Unit | None, *, integers: bool, steady_share: float, mapping: str | None = None
) -> tuple[Unit, str | None]:
    """The unit, and what is odd about it.

    Parameters
    ----------
    median_norm : float
        Median length of the acceleration vector, in the unit of the file.
    named : Unit or None
        What the header says, or the person who named the columns.
    integers : bool
        Whether all values are whole numbers, which may be counts.
    steady_share : float
        Share of the vectors whose length is within `STEADY_WITHIN` of the median.
    mapping : str or None
        What the table is called in the settings where these name its columns: what a person says there is never
        replaced by what gravity shows.

    Raises
    ------
    GravityRemovedError
    UnknownUnitError
        Nothing fits.
    """
    unit = unit_by_gravity(median_norm, integers=integers)
    say_it = f"set unit or counts_per_g under [table.{mapping}] in nightkick.toml" if mapping else _SAY_IT
    if named is not None:
        measured = unit if steady_share >= SURELY_GRAVITY and not mapping else None
        return _named_or_measured(median_norm, named, measured, say_it)
    if unit is not None and steady_share < HARDLY_GRAVITY:
        raise UnknownUnitError(
            f"nothing names its unit, and its values do not gather round {median_norm:.3g} as gravity would make them:"
            " gravity was removed, or the sensor never lay still",
            hint="export acceleration with gravity, or " + say_it,
        )
    if unit is not None:
        return unit, None
    if median_norm < NO_GRAVITY_BELOW_G:
        raise gravity_removed(f"the median acceleration is {median_norm:.3g}")
    raise UnknownUnitError(
        f"the median acceleration is {median_norm:.4g}, which is gravity in no unit known"
        f" (1 g, 1000 mg, {STANDARD_GRAVITY_M_S2:.2f} m/s2; 64 or 256 counts in integers)",
        hint=say_it,
    )


def steady_share(norms: NDArray[np.floating]) -> float:
    """Share of the finite lengths of vectors that are within `STEADY_WITHIN` of their median; 0 without any."""
    finite = norms[np.isfinite(norms)]
    if not len(finite):
        return 0.0
    median = np.median(finite)
    return float(np.mean((finite >= (1 - STEADY_WITHIN) * median) & (finite <= (1 + STEADY_WITHIN) * median)))


def gravity_removed(why: str) -> GravityRemovedError:
    """The error for exports of which the app has taken gravity out."""
    return GravityRemovedError(
        f"gravity was removed from this export: {why}",
        hint="export acceleration with gravity, which some apps call total or raw acceleration",
    )


def integer_steps(values: NDArray[np.float64], decimals: int | None) -> tuple[float, ...]:
    """Steps of which all ``values`` might be multiples that fit int16, coarsest first; see `surviving_steps`.

    Parameters
    ----------
    decimals : int or None
        Digits after the point in the text; None where there was no text and values are exact.
    """
    if decimals is not None and decimals <= 4:
        return surviving_steps(values, (10.0**-decimals,), decimals)
    # A few rows rule out most steps; the others are checked on all of them.
    likely = surviving_steps(values[:_FIRST_ROWS], (1.0, *_SENSOR_STEPS), decimals)
    return surviving_steps(values, likely, decimals)


def surviving_steps(values: NDArray[np.float64], steps: Sequence[float], decimals: int | None) -> tuple[float, ...]:
    """Those of ``steps`` of which every value is a multiple within int16, as exactly as its text can say.

    The binary steps are those of the sensors: OMGUI prints 1/4096 g as 0.000244.

    Parameters
    ----------
    values : float64 array, shape (n, 3)
        In any unit.
    steps : sequence of float
        In the unit of ``values``.
    decimals : int or None
        Digits after the point in the text; None where there was no text and values are exact.
    """
    rounding = 1e-9 if decimals is None else 0.51 * 10.0**-decimals
    survivors = list(steps)
    for start in range(0, len(values), _ROWS_AT_ONCE):
        rows = values[start : start + _ROWS_AT_ONCE]
        survivors = [step for step in survivors if _are_multiples(rows, step, min(rounding, 0.01 * step))]
    return tuple(survivors)


def _are_multiples(values: NDArray[np.float64], step: float, tolerance: float) -> bool:
    # Multiplying takes a fraction of the time of dividing and is as exact where the step is a power of two.
    multiples = np.rint(values * (1 / step))
    off = np.abs(values - multiples * step)
    return bool(np.abs(multiples).max() <= np.iinfo(np.int16).max and off.max() <= tolerance)


def _named_or_measured(median_norm: float, named: Unit, measured: Unit | None, say_it: str) -> tuple[Unit, str | None]:
    """The unit of the header, unless gravity surely is of its right size in another one."""
    norm_g = median_norm * named.g_per_unit
    if BAND_G[0] <= norm_g <= BAND_G[1]:
        return named, None
    if measured is not None and measured in (G, MG, M_S2):
        return measured, (
            f"the header says {named.name}, but gravity measures {median_norm:.4g}, as it does in {measured.name}:"
            f" read as {measured.name}"
        )
    if norm_g < NO_GRAVITY_BELOW_G:
        raise gravity_removed(f"the median is {norm_g:.3f} g")
    if norm_g > IMPOSSIBLE_ABOVE_G:
        raise UnknownUnitError(
            f"its unit is said to be {named.name}, but then gravity would be {norm_g:.4g} g", hint=say_it
        )
    return named, f"gravity measures {norm_g:.2f} g in the unit of the header ({named.name}) instead of 1 g"
