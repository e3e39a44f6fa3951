"""When the person slept: period, onset with its uncertainty, bouts of wake.

Four sources, in this order: a diary, the device maker's sleep stages, the maker's sleep window, the accelerometer.
Inside a diary's or a window's times wake still comes from the accelerometer. Three assumptions underpin the last:
lying still for long is mostly sleep; in one night a person lies down once, or twice with a few hours up between; quiet
wakefulness cannot be seen, so that the onset found is early, and by how much is only known on average. The steps are
published ones: a guiding period from the rolling median of inclination changes (van Hees 2018) and sustained
inactivity inside it (van Hees 2015), here on the whole gravity vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from analytics.criteria import Criteria, Jerks, Sleep
from analytics.model import Bout, Nap, SleepSource, SleepState
from analytics.signal.angles import Epochs
from analytics.signal.diary import Diary as Diary  # what estimates of sleep are given: read from here by all
from analytics.signal.runs import bridged, runs_of
from ingest.recording import SleepWindow, StageSpan

Bools = NDArray[np.bool_]
MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class SleepEstimate:
    """A night's sleep. Without a period everything but ``source`` ("none") is empty.

    Attributes
    ----------
    onset_us : int or None
        Mean of the onset's distribution, bias removed.
    onset_sd_min : float or None
        Its standard deviation: larger than any clock error by far.
    bouts : tuple of Bout
        From in bed to waking up, without holes; unknown where nothing was recorded, whatever a diary says.
    naps : tuple of Nap
        Shorter rests outside of that, in order. They count in no index.
    """

    source: SleepSource
    in_bed_us: int | None = None
    onset_us: int | None = None
    onset_sd_min: float | None = None
    wake_us: int | None = None
    bouts: tuple[Bout, ...] = ()
    naps: tuple[Nap, ...] = ()

    def hours(self, state: SleepState) -> float:
        """Hours in bed spent in a state."""
        return sum(b.end_us - b.start_us for b in self.bouts if b.state == state) / 3.6e9

    def state_at(self, time_us: int) -> SleepState:
        """State at an instant: awake outside the period, unknown where there is no period at all."""
        if self.in_bed_us is None:
            return "unknown"
        for bout in self.bouts:
            if bout.start_us <= time_us < bout.end_us:
                return bout.state
        return "wake"


NO_SLEEP = SleepEstimate("none")


def estimate_sleep(
    found: Epochs,
    *,
    stages: Sequence[StageSpan],
    windows: Sequence[SleepWindow] = (),
    diary: Diary | None,
    criteria: Criteria,
) -> SleepEstimate:
    """Sleep of one night from the best source there is.

    Parameters
    ----------
    found : Epochs
        Inclination changes of the night, regular leg-movement series taken out.
    stages : sequence of StageSpan
        UTC; empty where the device has none.
    windows : sequence of SleepWindow
        UTC; the longest counts, the others are naps.
    diary : Diary or None
    """
    night = _where_recorded(_by_best_source(found, stages, windows, diary, criteria.sleep), found)
    return replace(night, naps=_naps(found, night, windows, criteria))


def _by_best_source(
    found: Epochs,
    stages: Sequence[StageSpan],
    windows: Sequence[SleepWindow],
    diary: Diary | None,
    sleep: Sleep,
) -> SleepEstimate:
    if diary is not None:
        return _from_diary(found, diary, sleep)
    staged = _from_stages(stages, sleep)
    if staged is not None:
        return staged
    if windows:
        return _from_window(found, max(windows, key=lambda w: w.end_us - w.start_us), sleep)
    return _from_motion(found, sleep)


def rests_of(found: Epochs, criteria: Criteria) -> NDArray[np.int64]:
    """Every rest of at least half an hour, with breaks of less than an hour in it, UTC, shape (k, 2), in order.

    Each could be sleep; the longest is what `estimate_sleep` starts from. A pause of the sensor ends a rest like any
    other break: what lies in it is not known.
    """
    calm, _ = _calm(found, criteria.sleep)
    spans: NDArray[np.int64] = found.edges_us()[_rests(calm, found, criteria.sleep)]
    return spans


def _naps(found: Epochs, night: SleepEstimate, windows: Sequence[SleepWindow], criteria: Criteria) -> tuple[Nap, ...]:
    """Other rests, and other sleep windows of the device, outside the period; overlapping ones made one."""
    if night.in_bed_us is None:
        return ()
    end_us = night.bouts[-1].end_us if night.bouts else night.in_bed_us
    spans = [*map(tuple, rests_of(found, criteria).tolist()), *((w.start_us, w.end_us) for w in windows)]
    beside: list[list[int]] = []
    for first, last in sorted(spans):
        if first < end_us and last > night.in_bed_us:
            continue
        if beside and first <= beside[-1][1]:
            beside[-1][1] = max(beside[-1][1], last)
        else:
            beside.append([first, last])
    edges, still = found.edges_us(), _sustained(found, criteria.sleep)
    naps = (Nap(a, b, _hours_in(edges, still, a, b)) for a, b in beside)
    return tuple(nap for nap in naps if nap.asleep_h * 60 >= criteria.sleep.min_block_min)


def _hours_in(edges_us: NDArray[np.int64], flag: Bools, start_us: int, end_us: int) -> float:
    """Hours of the flagged epochs that lie inside."""
    inside = (edges_us[:-1] >= start_us) & (edges_us[1:] <= end_us)
    return float((flag & inside).sum()) * int(edges_us[1] - edges_us[0]) / 3.6e9 if len(flag) else 0.0


def p_near_onset(time_us: int, sleep: SleepEstimate, criteria: Criteria) -> float:
    """Probability that an instant lies within ``near_min`` of a true transition from wake to sleep.

    Transitions are the sleep onset and every return to sleep; each is uncertain, so this is a probability
    and not a yes or no. Outside ``[-window_before_min, +window_after_min]`` of the uncorrected onset it is 0.
    """
    return max((_p_near(time_us, *t, criteria.jerks) for t in transitions(sleep, criteria)), default=0.0)


def transitions(sleep: SleepEstimate, criteria: Criteria) -> tuple[tuple[int, float], ...]:
    """Estimated instant (us) and SD (min) of every wake-to-sleep transition of the night."""
    if sleep.onset_us is None or sleep.onset_sd_min is None:
        return ()
    returns = [
        (after.start_us, min(sleep.onset_sd_min, criteria.sleep.onset_sd_diary_min))
        for before, after in pairwise(sleep.bouts)
        if before.state == "wake" and after.state == "sleep" and after.start_us > sleep.onset_us
    ]
    return ((sleep.onset_us, sleep.onset_sd_min), *returns)


def _p_near(time_us: int, centre_us: int, sd_min: float, jerks: Jerks) -> float:
    off_min = (time_us - centre_us) / MINUTE_US
    reach_min = (jerks.window_before_min + jerks.window_after_min) / 2
    if abs(off_min) > max(reach_min, sd_min):
        return 0.0
    spread = NormalDist(0.0, sd_min)
    return spread.cdf(off_min + jerks.near_min) - spread.cdf(off_min - jerks.near_min)


def _from_stages(stages: Sequence[StageSpan], sleep: Sleep) -> SleepEstimate | None:
    spans = sorted(stages, key=lambda s: s.start_us)
    asleep = [s for s in spans if s.stage in ("light", "deep", "rem")]
    if not asleep:
        return None
    onset_us, wake_us = asleep[0].start_us, asleep[-1].end_us
    in_bed_us = min(spans[0].start_us, onset_us)
    bouts = _merged(_stage_bouts(spans, in_bed_us, wake_us))
    return SleepEstimate("fit", in_bed_us, onset_us, sleep.onset_sd_stages_min, wake_us, bouts)


def _stage_bouts(spans: Sequence[StageSpan], start_us: int, end_us: int) -> list[Bout]:
    states: dict[str, SleepState] = {"wake": "wake", "unmeasurable": "unknown"}
    bouts: list[Bout] = []
    at_us = start_us
    for span in spans:
        first, last = max(span.start_us, at_us), min(span.end_us, end_us)
        if last <= first:
            continue
        if first > at_us:
            bouts.append(Bout(at_us, first, "unknown"))
        bouts.append(Bout(first, last, states.get(span.stage, "sleep")))
        at_us = last
    return bouts


def _from_diary(found: Epochs, diary: Diary, sleep: Sleep) -> SleepEstimate:
    still = _sustained(found, sleep)
    edges = found.edges_us()
    inside = (edges[:-1] >= diary.lights_off_us) & (edges[1:] <= diary.got_up_us)
    spans = runs_of(still & inside)
    if len(spans) == 0:
        wake = (Bout(diary.lights_off_us, diary.got_up_us, "wake"),)
        return SleepEstimate("diary", diary.lights_off_us, None, None, diary.got_up_us, wake)
    doubt = (sleep.onset_bias_diary_min, sleep.onset_sd_diary_min)
    return _estimate("diary", diary.lights_off_us, edges[spans], diary.got_up_us, doubt)


def _from_window(found: Epochs, window: SleepWindow, sleep: Sleep) -> SleepEstimate:
    """Asleep from end to end of the window, but for stretches of wake that the accelerometer shows inside it."""
    edges = found.edges_us()
    inside = (edges[:-1] >= window.start_us) & (edges[1:] <= window.end_us)
    restless = runs_of(~_sustained(found, sleep) & np.isfinite(found.change_deg) & inside)
    awake = edges[restless[(restless[:, 1] - restless[:, 0]) * found.step_us >= sleep.window_wake_min * MINUTE_US]]
    marks = np.concatenate(([window.start_us], awake.ravel(), [window.end_us]))
    asleep = marks.reshape(-1, 2)
    asleep = asleep[asleep[:, 1] > asleep[:, 0]]
    if not len(asleep):  # restless from end to end: the window is wrong about this night
        return _from_motion(found, sleep)
    doubt = (0.0, sleep.onset_sd_stages_min)
    return _estimate("fit", window.start_us, asleep, window.end_us, doubt)


def _from_motion(found: Epochs, sleep: Sleep) -> SleepEstimate:
    calm, threshold_deg = _calm(found, sleep)
    guide = _guide(calm, found, sleep)
    if guide is None:
        return NO_SLEEP
    still = runs_of(_sustained(found, sleep))
    spans = still[(still[:, 1] > guide[0]) & (still[:, 0] < guide[1])]
    if len(spans) == 0:
        return NO_SLEEP
    edges = found.edges_us()
    in_bed_us = int(edges[min(guide[0], spans[0, 0])])
    wide = _still_evening(found, in_bed_us, threshold_deg, sleep)
    sd_min = sleep.onset_sd_still_min if wide else sleep.onset_sd_min
    # Two hours of stillness, then a walk, then the night: the first may have been a sofa. Both onsets are possible.
    up_after_min = _up_after_min(found, int(spans[0, 0]), sleep)
    doubt = (sleep.onset_bias_min, max(sd_min, up_after_min or 0.0))
    end_us = int(edges[spans[-1, 1]])
    return _estimate("accelerometer", in_bed_us, edges[spans], end_us, doubt)


def _estimate(
    source: SleepSource,
    in_bed_us: int,
    spans_us: NDArray[np.int64],
    end_us: int,
    doubt: tuple[float, float],
) -> SleepEstimate:
    """Bouts from stretches of stillness; what comes before the corrected onset counts as awake."""
    bias_min, sd_min = doubt
    # The first stillness may be shorter than the bias: onset never leaves it for the next one's end.
    onset_us = int(min(spans_us[0, 0] + round(bias_min * MINUTE_US), spans_us[-1, 1]))
    bouts, at_us = [Bout(in_bed_us, onset_us, "wake")], onset_us
    for first_us, last_us in spans_us.tolist():
        first, last = max(first_us, at_us), min(last_us, end_us)
        if last <= first:
            continue
        bouts += [Bout(at_us, first, "wake"), Bout(first, last, "sleep")]
        at_us = last
    bouts.append(Bout(at_us, end_us, "wake"))
    wake_us = max((b.end_us for b in bouts if b.state == "sleep"), default=onset_us)
    return SleepEstimate(source, in_bed_us, onset_us, sd_min, wake_us, _merged(bouts))


def _where_recorded(sleep: SleepEstimate, found: Epochs) -> SleepEstimate:
    """The same with everything unknown that no sensor recorded: hours without one must not count in an index."""
    if not sleep.bouts:
        return sleep
    unrecorded_us = _unrecorded_us(found, sleep.bouts[0].start_us, sleep.bouts[-1].end_us)
    return replace(sleep, bouts=_merged([part for bout in sleep.bouts for part in _split(bout, unrecorded_us)]))


def _unrecorded_us(found: Epochs, start_us: int, end_us: int) -> list[tuple[int, int]]:
    """Stretches of at least a minute without data inside the epochs, and whatever lies outside them."""
    edges = found.edges_us()
    runs = runs_of(~np.isfinite(found.change_deg))
    pauses = edges[runs[(runs[:, 1] - runs[:, 0]) * found.step_us >= MINUTE_US]]
    return [(start_us, int(edges[0])), *((first, last) for first, last in pauses.tolist()), (int(edges[-1]), end_us)]


def _split(bout: Bout, unrecorded_us: Sequence[tuple[int, int]]) -> list[Bout]:
    """A bout with its unrecorded stretches made unknown."""
    parts, at_us = [], bout.start_us
    for start_us, end_us in unrecorded_us:
        first, last = max(start_us, at_us), min(end_us, bout.end_us)
        if last > first:
            parts += [Bout(at_us, first, bout.state), Bout(first, last, "unknown")]
            at_us = last
    return [*parts, Bout(at_us, bout.end_us, bout.state)]


def _merged(bouts: Sequence[Bout]) -> tuple[Bout, ...]:
    joined: list[Bout] = []
    for bout in bouts:
        if bout.end_us <= bout.start_us:
            continue
        if joined and joined[-1].state == bout.state and joined[-1].end_us == bout.start_us:
            joined[-1] = Bout(joined[-1].start_us, bout.end_us, bout.state)
        else:
            joined.append(bout)
    return tuple(joined)


def _calm(found: Epochs, sleep: Sleep) -> tuple[Bools, float]:
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


def _guide(calm: Bools, found: Epochs, sleep: Sleep) -> tuple[int, int] | None:
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


def _sustained(found: Epochs, sleep: Sleep) -> Bools:
    """Epochs inside a stretch without a turn of more than ``sib_deg`` for ``sib_min`` (van Hees 2015)."""
    steady = ~(found.change_deg > sleep.sib_deg) & np.isfinite(found.change_deg)
    flag = np.zeros(len(found), bool)
    for first, last in runs_of(steady):
        if (last - first) * found.step_us > sleep.sib_min * MINUTE_US:
            flag[first:last] = True
    return flag


def _still_evening(found: Epochs, in_bed_us: int, threshold_deg: float, sleep: Sleep) -> bool:
    """Whether the two hours before bed were so still that falling asleep on a sofa would look the same."""
    last = int((in_bed_us - found.start_us) // found.step_us)
    before = found.change_deg[max(0, last - round(120 * MINUTE_US / found.step_us)) : last]
    known = before[np.isfinite(before)]
    if len(known) * found.step_us < 30 * MINUTE_US:
        return False
    return bool(np.mean(known < max(threshold_deg, 1.0)) > sleep.still_evening_share)


def _up_after_min(found: Epochs, first: int, sleep: Sleep) -> float | None:
    """Minutes from the first rest to the last being up soon after it; None where there was none."""
    width = round(sleep.up_min * MINUTE_US / found.step_us)
    soon = found.change_deg[first : first + round(sleep.up_within_h * 60 * MINUTE_US / found.step_us)]
    share = ndimage.uniform_filter1d((soon > sleep.sib_deg).astype(np.float64), width, mode="constant")
    up = np.flatnonzero(share >= sleep.up_share)
    return float(up[-1] * found.step_us / MINUTE_US) if len(up) else None
