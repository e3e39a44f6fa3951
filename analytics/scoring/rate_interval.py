"""The rate behind a night: how many periodic movements an hour such nights hold, as far as this one tells.

Three assumptions underpin it. Series start independently of each other, at a constant rate (Poisson). The
movements beyond the four that make a series (WASM 2016) are geometric: after each one the same chance that another
follows. What is counted in one night is drawn from both. The unit is thus the series: 60 movements in two series say
far less than 60 in twenty, and a night without any still allows a rate, because a few long series may be missing.

The posterior is exact on a grid. Nights that differ from each other, doubt whether a stretch was sleep, and what the
sensor could not see come on top; for doubtful sleep, draw it and hand over all draws. How often the interval covers:
`benchmarks/rate_coverage.py`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: Fewer movements make no series. WASM 2016.
SERIES_MIN = 4
#: Share of the posterior inside: simulated nights are then covered in 94-98 % (benchmarks/rate_coverage.py), because
#: series do not run through each other and the true starts are more even than assumed. own.
LEVEL = 0.93
#: Mean movements a series: as likely between 5 and 10 as between 40 and 80. own; wide on purpose.
MEAN_LENGTHS = np.geomspace(5.0, 80.0, 32)
#: Movements an hour that are considered, 2.5 % apart: intervals are at least 10 s, so more than 360 do not occur.
RATES_PER_H = np.geomspace(0.01, 400.0, 430)
#: Prior of the rate: ``rate ** -0.5``, that of Jeffreys for a Poisson rate.
PRIOR_EXPONENT = -0.5

_LOG_RATE, _LOG_LENGTH = np.log(RATES_PER_H), np.log(MEAN_LENGTHS)
#: Chance that a series ends behind its fourth movement or a later one, and that it goes on.
_ENDS = 1 / (MEAN_LENGTHS - SERIES_MIN + 1)
_LOG_END, _LOG_ON = np.log(_ENDS), np.log1p(-_ENDS)
_SERIES_PER_H = RATES_PER_H[:, None] / MEAN_LENGTHS


def rate_interval(
    n_series: ArrayLike, n_movements: ArrayLike, sleep_h: ArrayLike, *, level: float = LEVEL
) -> tuple[float, float] | None:
    """Interval of the rate of periodic movements that nights like this one share.

    Parameters
    ----------
    n_series : int or int array, shape (k,)
        Series with movements in sleep; an array where sleep is in doubt, one for each way the night may have gone.
    n_movements : int or int array, shape (k,)
        Periodic movements in sleep, in these series; of a series that waking cuts there may be fewer than four.
    sleep_h : float or float array, shape (k,)
        Hours in which they would have been seen. Draws without sleep are left out.
    level : float
        Share of the posterior between the bounds, equal parts outside on either side.

    Returns
    -------
    tuple of float or None
        Lower and upper bound, movements per hour of sleep. The lower one is 0 where as much as the part below it is
        left to draws without any series; a night without one has only an upper bound. None without sleep.

    Raises
    ------
    ValueError
        If a count is negative, movements come without a series or not a number, or ``level`` is not inside 0-1.
    """
    series, movements, hours = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(value, np.float64)) for value in (n_series, n_movements, sleep_h))
    )
    _check(series, movements, hours, level)
    slept = hours > 0
    if not slept.any():
        return None
    draws, times = np.unique(np.column_stack((series, movements, hours))[slept], axis=0, return_counts=True)
    share = times / times.sum()
    posterior = np.zeros(len(RATES_PER_H))
    for weight, (n, m, sleep) in zip(share.tolist(), draws.tolist(), strict=True):
        posterior += weight * _posterior(n, m, sleep)
    below, tail = np.cumsum(posterior), (1 - level) / 2
    low = 0.0 if share[draws[:, 0] == 0].sum() > tail else _rate_at(below, tail)
    return low, _rate_at(below, 1 - tail)


def _check(series: Floats, movements: Floats, hours: Floats, level: float) -> None:
    if not (np.isfinite(series) & np.isfinite(movements) & np.isfinite(hours)).all():
        raise ValueError("counts and hours of an interval must be numbers")
    if (series < 0).any() or (movements < series).any() or ((series == 0) & (movements > 0)).any():
        raise ValueError("each series has at least one movement, and each periodic movement a series")
    if not 0 < level < 1:
        raise ValueError(f"level {level} is not between 0 and 1")


def _posterior(n_series: float, n_movements: float, sleep_h: float) -> Floats:
    """Probability of each of `RATES_PER_H`, the mean length integrated out."""
    beyond = max(0.0, n_movements - SERIES_MIN * n_series)
    # Counts of series are Poisson with mean rate * hours / length; lengths 4 + geometric. What depends on neither rate
    # nor length is left out, and the last term is the prior on a grid that is even in the logarithm.
    of_length = -n_series * _LOG_LENGTH + n_series * _LOG_END + beyond * _LOG_ON
    of_rate = (n_series + 1 + PRIOR_EXPONENT) * _LOG_RATE
    log = of_rate[:, None] + of_length - sleep_h * _SERIES_PER_H
    joint = np.exp(log - log.max())
    rate: Floats = joint.sum(axis=1) / joint.sum()
    return rate


def _rate_at(below: Floats, share: float) -> float:
    return float(np.exp(np.interp(share, below, _LOG_RATE)))
