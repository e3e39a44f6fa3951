"""How sure the statements about a night are, in words for all who show it.

Decides what stands beside a negative. "No possible PLMD" is a statement too: it carries the hours of sleep it stands
on, that one leg sees fewer kicks than both, and the hours about which less is known. Command line, report, review page
and what an unattended run shows take it from `beside`, or for several nights from `negatives_words`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analytics.medication import medication_words
from analytics.phrases import onset_doubt, onset_doubt_min
from analytics.words import BLANKS, DOUBTS, FLAGS, NOT_KNOWN, NOT_THAT_EXACT, ONE_LEG, RULES_DIFFER

if TYPE_CHECKING:
    from analytics.measures import Measures
    from analytics.model import Night
    from analytics.person import Person

#: The flag whose absence is read as "these legs are still".
NEGATIVE_OF = "possible_plmd"


@dataclass(frozen=True, slots=True)
class Footing:
    """What a statement about one night stands on; None is not known.

    Attributes
    ----------
    legs : str
        Which legs were recorded: both, or fewer.
    tst_h : float or None
        Hours of scored sleep.
    sleep_doubt_h, hidden_h, unworn_h, wear_doubt_h : float or None
        As in `analytics.model.Night`, hours.
    """

    legs: str
    tst_h: float | None
    sleep_doubt_h: float | None
    hidden_h: float | None
    unworn_h: float | None
    wear_doubt_h: float | None


def footing_of(night: Night) -> Footing:
    """What statements about an analysed night stand on."""
    return Footing(night.legs, night.tst_h, night.sleep_doubt_h, night.hidden_h, night.unworn_h, night.wear_doubt_h)


def footing_of_row(row: Mapping[str, Any]) -> Footing:
    """The same of a row of the view ``nights``."""
    return Footing(**{name: row[name] for name in Footing.__slots__})


def beside(flag: str, state: str, footing: Footing, person: Person | None = None) -> str | None:
    """What stands beside possible PLMD of one night, in sentences; None beside any other flag, and where that is none.

    Beside a negative what it stands on, and beside each state what the person takes that is known to matter: one kind
    raises an index, another hides one.

    Parameters
    ----------
    flag, state : str
        `analytics.flag.FlagName` and `analytics.flag.FlagState`.
    person : Person or None
        Who slept; None where nothing is said of her.
    """
    if flag != NEGATIVE_OF:
        return None
    stands_on = footing_words(footing) if state == "not_raised" else None
    return " ".join(filter(None, (stands_on, medication_words(person.medication if person else ())))) or None


def footing_words(footing: Footing) -> str:
    """What the negative of one night stands on, in sentences."""
    legs = "" if footing.legs == "both" else f"{ONE_LEG[0].upper()}{ONE_LEG[1:]}."
    scored = f"This stands on {_span([footing.tst_h])} of scored sleep."
    return " ".join(filter(None, (scored, legs, _doubts([footing]))))


def negatives_words(footings: Sequence[Footing], n_nights: int) -> str:
    """On how many of ``n_nights`` possible PLMD was not raised, and what those nights rest on, in sentences.

    Parameters
    ----------
    footings : sequence of Footing
        Of the nights with the negative, at least one.
    n_nights : int
        How many nights are spoken of.
    """
    n = len(footings)
    single = sum(each.legs != "both" for each in footings)
    nights = "1 night" if n_nights == 1 else f"{n} of {n_nights} nights"
    where = "" if single == n else f"on {single} of them "
    legs = f"; {where}one leg sees fewer kicks than both" if single else ""
    rests = (
        f"{'It rests' if n == 1 else 'They rest'} on {_span([each.tst_h for each in footings])} of scored sleep{legs}."
    )
    return f"{FLAGS[NEGATIVE_OF]} was not raised on {nights}. {rests} {_doubts(footings)}"


def _doubts(footings: Sequence[Footing]) -> str:
    hours = {
        DOUBTS["sleep_doubt_h"]: [each.sleep_doubt_h for each in footings],
        DOUBTS["hidden_h"]: [each.hidden_h for each in footings],
        BLANKS["unworn"]: [each.unworn_h for each in footings],
        DOUBTS["wear_doubt_h"]: [each.wear_doubt_h for each in footings],
    }
    known = ", ".join(f"{name} {_span(values)}" for name, values in hours.items() if set(values) != {None})
    unknown = ", ".join(name for name, values in hours.items() if set(values) == {None})
    parts = (known, unknown and f"{NOT_KNOWN}: {unknown}")
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in parts if part)


def _span(values: Sequence[float | None]) -> str:
    """The only value, or the least and the greatest; how many are not known stands behind."""
    known = [value for value in values if value is not None]
    if not known:
        return f"{NOT_KNOWN} hours"
    low, high = f"{min(known):.1f}", f"{max(known):.1f}"
    missing = len(values) - len(known)
    behind = f" ({NOT_KNOWN} on {missing})" if missing else ""
    return f"{low if low == high else f'{low} to {high}'} h{behind}"


def onset_span_us(night: Night) -> tuple[int, int] | None:
    """From when to when the sleep onset lies with 95 % confidence, UTC; None without an onset.

    The stored interval where there is one, else the onset give or take its standard deviation.
    """
    if night.sleep_onset_us is None:
        return None
    half_us = round(6e7 * onset_doubt_min(night.onset_sd_min))
    low_us = night.sleep_onset_us - half_us if night.onset_low_us is None else night.onset_low_us
    high_us = night.sleep_onset_us + half_us if night.onset_high_us is None else night.onset_high_us
    return low_us, high_us


def onset_doubt_of(night: Night, clock: Callable[[int], str]) -> str:
    """Words behind the time of the sleep onset; ``clock`` makes a time of the bedroom's clock of microseconds."""
    ends = (None if us is None else clock(us) for us in (night.onset_low_us, night.onset_high_us))
    return onset_doubt(night.onset_sd_min, *ends)


def not_own_words(perhaps: Iterable[bool | None]) -> str | None:
    """How many series may come from a bed partner or a pet; None where there are some and that was not looked at.

    Parameters
    ----------
    perhaps : iterable of bool or None
        `analytics.model.Series.perhaps_not_own` of each series.
    """
    found = list(perhaps)
    looked_at = [each for each in found if each is not None]
    return f"{sum(looked_at)} of {len(looked_at)}" if looked_at or not found else None


def not_that_exact(measures: Measures, threshold: float, age_group: str) -> str | None:
    """Why a child's night cannot be compared with 5/h; None where it can, or the person is none.

    An index is up to 4/h too high on a night without PLMS (accuracy.md): it decides where its whole interval does.
    """
    if age_group != "child":
        return None
    low, high = measures.plms_index_low, measures.plms_index_high
    if low is None or high is None or low <= threshold <= high:
        return NOT_THAT_EXACT.format(threshold=threshold)
    return None


def rules_differ(index: float, by_aasm: float | None, threshold: float) -> str | None:
    """Why two indices of one night do not tell whether the threshold is exceeded; None where both lie on one side.

    ICSD-3-TR means the index by the rules of the AASM; the detector was measured by those of WASM, the default here.
    The AASM's is 1.0/h higher in the median and at most 8.8/h. Where only one of the two is above the threshold, the
    criterion as written and the numbers shown contradict each other, and a flag either way would hide that.

    Parameters
    ----------
    by_aasm : float or None
        None: nothing to compare with.
    """
    if by_aasm is None or (index > threshold) == (by_aasm > threshold):
        return None
    return RULES_DIFFER.format(by_aasm=by_aasm, side="more" if by_aasm > threshold else "not more", threshold=threshold)
