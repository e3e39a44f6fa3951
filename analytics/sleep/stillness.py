"""Sleep from stillness: what a sensor that is worn anywhere shows, and rests that could be sleep.

The steps are published ones: a guiding period from the rolling median of inclination changes (van Hees 2018) and
sustained inactivity inside it (van Hees 2015), here on the whole gravity vector. Made for wrists. Quiet wakefulness
cannot be seen, so that the onset found is early, and by how much is only known on average.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from analytics.criteria import Criteria, Sleep
from analytics.signal.angles import Epochs
from analytics.signal.runs import bridged, runs_of
from analytics.sleep.estimate import MINUTE_US

Bools = NDArray[np.bool_]


def rests_of(found: Epochs, criteria: Criteria) -> NDArray[np.int64]:
    """Every rest of at least half an hour, with breaks of less than an hour in it, UTC, shape (k, 2), in order.

    Each could be sleep; the longest is what `estimate_sleep` starts from. A pause of the sensor ends a rest like any
    other break: what lies in it is not known.
    """
    calm, _ = calm_epochs(found, criteria.sleep)
    spans: NDArray[np.int64] = found.edges_us()[_rests(calm, found, criteria.sleep)]
    return spans


def calm_epochs(found: Epochs, sleep: Sleep) -> tuple[Bools, float]:
    """Epochs whose five minutes hardly turn, and the threshold (van Hees 2018, steps 3-5)."""
    change = found.change_deg
    known = np.isfinite(change)
    if not known.any():
        return np.zeros(len(found), bool), float("nan")
    width = round(sleep.median_min * 60 / sleep.epoch_s) | 1
    slow = ndimage.median_filter(np.where(known, change, 0.0), size=width, mode="nearest")
    low, high = sleep.clamp_deg
    threshold = float(np.clip(np.quantile(slow[known], sleep.quantile) * sleep.factor, low, high))
    return (slow < threshold) & known, threshold


def guide(calm: Bools, found: Epochs, sleep: Sleep) -> tuple[int, int] | None:
    """First and one-past-last epoch of the longest rest (van Hees 2018, step 8), and of long ones near it."""
    per_min = MINUTE_US / found.step_us
    runs = _rests(_over_gaps(calm, found, sleep), found, sleep)
    long = bridged(runs[runs[:, 1] - runs[:, 0] >= sleep.min_period_min * per_min], sleep.max_split_min * per_min)
    if len(long) == 0:
        return None
    first, last = long[np.argmax(long[:, 1] - long[:, 0])].tolist()
    return first, last


def _rests(calm: Bools, found: Epochs, sleep: Sleep) -> NDArray[np.int64]:
    """First and one-past-last epoch of every rest (van Hees 2018, steps 6-7), shape (k, 2)."""
    per_min = MINUTE_US / found.step_us
    runs = runs_of(calm)
    return bridged(runs[runs[:, 1] - runs[:, 0] > sleep.min_block_min * per_min], sleep.max_gap_min * per_min)


def _over_gaps(calm: Bools, found: Epochs, sleep: Sleep) -> Bools:
    """Calm epochs, and unrecorded ones with calm on both sides: a pause of the sensor does not end a night."""
    near = round(sleep.median_min * MINUTE_US / found.step_us)
    rest = calm.copy()
    for first, last in runs_of(~np.isfinite(found.change_deg)).tolist():
        rest[first:last] = bool(calm[max(0, first - near) : first].any() and calm[last : last + near].any())
    return rest


def sustained(found: Epochs, sleep: Sleep) -> Bools:
    """Epochs inside a stretch without a turn of more than ``sib_deg`` for ``sib_min`` (van Hees 2015)."""
    steady = ~(found.change_deg > sleep.sib_deg) & np.isfinite(found.change_deg)
    flag = np.zeros(len(found), bool)
    for first, last in runs_of(steady):
        if (last - first) * found.step_us > sleep.sib_min * MINUTE_US:
            flag[first:last] = True
    return flag


def is_still_evening(found: Epochs, in_bed_us: int, threshold_deg: float, sleep: Sleep) -> bool:
    """Whether the two hours before bed were so still that falling asleep on a sofa would look the same."""
    last = int((in_bed_us - found.start_us) // found.step_us)
    before = found.change_deg[max(0, last - round(120 * MINUTE_US / found.step_us)) : last]
    known = before[np.isfinite(before)]
    if len(known) * found.step_us < 30 * MINUTE_US:
        return False
    return bool(np.mean(known < max(threshold_deg, 1.0)) > sleep.still_evening_share)


def up_after_min(found: Epochs, first: int, sleep: Sleep) -> float | None:
    """Minutes from the first rest to the last being up soon after it; None where there was none."""
    width = round(sleep.up_min * MINUTE_US / found.step_us)
    soon = found.change_deg[first : first + round(sleep.up_within_h * 60 * MINUTE_US / found.step_us)]
    share = ndimage.uniform_filter1d((soon > sleep.sib_deg).astype(np.float64), width, mode="constant")
    up = np.flatnonzero(share >= sleep.up_share)
    return float(up[-1] * found.step_us / MINUTE_US) if len(up) else None
