"""How far an index could have come out otherwise: an interval from resampling the night's own half hours.

Movements come in series, so single movements are not independent and a Poisson interval would be far too narrow.
Half-hour blocks keep most of a series together (block bootstrap; Künsch 1989). The interval says how uneven the
night was. It does not cover what the sensor could not see, nor other nights.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.model import Bout

BLOCK_US = 1_800_000_000
RESAMPLES = 2000
#: Enough blocks to resample: two hours asleep.
MIN_BLOCKS = 4
#: Fixed, so that the same night has the same interval wherever it is computed.
_SEED = 20160226


def index_interval(onsets_us: Sequence[int], bouts: Sequence[Bout]) -> tuple[float, float] | None:
    """95 % interval of an index per hour of sleep.

    Parameters
    ----------
    onsets_us : sequence of int
        What is counted: all of them while asleep.
    bouts : sequence of Bout
        Of the night.

    Returns
    -------
    tuple of float or None
        Lower and upper bound per hour of sleep; None below `MIN_BLOCKS` half hours with sleep.
    """
    asleep = np.array([(b.start_us, b.end_us) for b in bouts if b.state == "sleep"], dtype=np.int64).reshape(-1, 2)
    if len(asleep) == 0:
        return None
    edges = np.arange(asleep[0, 0], asleep[-1, 1] + BLOCK_US, BLOCK_US)
    covered = np.minimum(asleep[:, 1], edges[1:, None]) - np.maximum(asleep[:, 0], edges[:-1, None])
    hours = np.maximum(covered, 0).sum(axis=1) / 3.6e9
    counts = np.histogram(np.asarray(onsets_us, dtype=np.int64), bins=edges)[0]
    used = hours > 0
    if used.sum() < MIN_BLOCKS:
        return None
    picks = np.random.default_rng(_SEED).integers(used.sum(), size=(RESAMPLES, used.sum()))
    indices = counts[used][picks].sum(axis=1) / hours[used][picks].sum(axis=1)
    low, high = np.quantile(indices, (0.025, 0.975))
    return float(low), float(high)
