"""What the flag of jerks asks of a night beside single chances: a known onset, and enough jerks that are likely."""

from __future__ import annotations

from analytics.flag import JERKS_CRITERION, Criterion
from analytics.sleep.estimate import SleepEstimate

#: Below this share of the nights that could have been, falling asleep is not in the recording. Own.
_SEEN_TO_FALL = 0.5


def onset_known(sleep: SleepEstimate) -> Criterion:
    """Whether falling asleep is in the recording at all: a night without it says nothing of jerks."""
    name = "sleep onset known"
    if sleep.onset_us is None or sleep.onset_sd_min is None:
        return Criterion(name, "not measurable", None, None, "no sleep period was found")
    sd_min = round(sleep.onset_sd_min, 1)
    if sleep.possible is not None and sleep.possible.p_fell_asleep() < _SEEN_TO_FALL:
        return Criterion(name, "not measurable", sd_min, None, "falling asleep is not in the recording")
    return Criterion(name, "met", sd_min, None, "standard deviation in minutes")


def enough_expected(expected: float, wanted: int) -> Criterion:
    """Whether the chances of the jerks of a night sum to as many as are wanted, to the nearest whole one.

    Where they do not, each may be something else: it cannot be told.
    """
    least, is_met = wanted - 0.5, expected >= wanted - 0.5
    says = f"at least {least:g}" if is_met else f"{expected:.1f}, and at least {least:g} are needed"
    return Criterion(
        "hypnic jerks to be expected among them",
        "met" if is_met else "not measurable",
        round(expected, 1),
        least,
        f"{says}; the like comes at other times too, or when sleep began is in doubt",
    )


def enough_found(n: int | None, in_doubt: int, wanted: int) -> Criterion:
    """Whether a night has as many jerks as are wanted.

    Parameters
    ----------
    n : int or None
        None where no sleep onset was found.
    in_doubt : int
        `analytics.nights.jerks.chances.Chances.n_in_doubt`: it cannot be told where these decide.
    """
    name, says = JERKS_CRITERION, f"{wanted} or more"
    if n is None:
        return Criterion(name, "not measurable", None, wanted, "no sleep onset was found")
    if n >= wanted:
        return Criterion(name, "met", n, wanted, says)
    if n + in_doubt < wanted:
        return Criterion(name, "not met", n, wanted, says)
    more = f"{n}, and {in_doubt} more where it is in doubt that one fell asleep then"
    return Criterion(name, "not measurable", n, wanted, f"{more}; wanted are {says}")
