"""Sleep of one night from the best source there is.

In this order: a diary, the device maker's sleep stages, the maker's sleep window, the sensor. Where a leg was seen,
every source but stages is read by the sleep model (`analytics.sleep.reading`), and stages by it too for how sure they
are; elsewhere stillness has to do (`analytics.sleep.stillness`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Criteria, Sleep
from analytics.model import Bout, Nap, SleepSource, SleepState
from analytics.signal.angles import Epochs
from analytics.signal.runs import runs_of
from analytics.sleep.diary import Diary
from analytics.sleep.estimate import MINUTE_US, NO_SLEEP, SleepEstimate
from analytics.sleep.half_minutes import HalfMinutes
from analytics.sleep.period import MainSleep, main_sleep
from analytics.sleep.possible import possible_nights
from analytics.sleep.reading import TURN_DEG, read
from analytics.sleep.remembered import remembers
from analytics.sleep.said import said_by_diary, said_by_stages, said_by_window
from analytics.sleep.states import EPOCH_S
from analytics.sleep.stillness import calm_epochs, guide, is_still_evening, rests_of, sustained, up_after_min
from ingest.recording import SleepWindow, StageSpan

Bools = NDArray[np.bool_]


def estimate_sleep(
    found: Epochs,
    *,
    stages: Sequence[StageSpan],
    windows: Sequence[SleepWindow] = (),
    diary: Diary | None,
    criteria: Criteria,
    seen: HalfMinutes | None = None,
) -> SleepEstimate:
    """Sleep of one night.

    Parameters
    ----------
    found : Epochs
        Inclination changes of the night, regular leg-movement series taken out.
    stages : sequence of StageSpan
        UTC; empty where the device has none.
    windows : sequence of SleepWindow
        UTC; the longest counts, the others are naps.
    diary : Diary or None
    seen : HalfMinutes or None
        What a leg showed; None where no leg was seen.
    """
    night = _where_recorded(_by_best_source(found, seen, stages, windows, diary, criteria.sleep), found)
    return replace(night, naps=_naps(found, night, windows, criteria))


def _by_best_source(
    found: Epochs,
    seen: HalfMinutes | None,
    stages: Sequence[StageSpan],
    windows: Sequence[SleepWindow],
    diary: Diary | None,
    sleep: Sleep,
) -> SleepEstimate:
    if diary is not None:
        return _from_diary(found, diary, sleep) if seen is None else _read_with_diary(seen, diary, sleep)
    staged = _from_stages(stages, sleep)
    if staged is not None:
        return staged if seen is None else _with_doubt(staged, seen, said_by_stages(seen, stages), sleep)
    if windows:
        window = max(windows, key=lambda w: w.end_us - w.start_us)
        by_window = _from_window(found, window, sleep)
        return by_window if seen is None else _with_doubt(by_window, seen, said_by_window(seen, window), sleep)
    return _from_motion(found, sleep) if seen is None else _read(seen, sleep, "accelerometer")


def _read_with_diary(seen: HalfMinutes, diary: Diary, sleep: Sleep) -> SleepEstimate:
    found = _read(seen, sleep, "diary", said_by_diary(seen, diary), diary)
    if found.onset_us is None:
        wake = (Bout(diary.lights_off_us, diary.got_up_us, "wake"),)
        return SleepEstimate("diary", diary.lights_off_us, None, None, diary.got_up_us, wake)
    inside = [
        replace(b, start_us=max(b.start_us, diary.lights_off_us), end_us=min(b.end_us, diary.got_up_us))
        for b in found.bouts
    ]
    first_us, last_us = (
        min(found.bouts[0].start_us, diary.got_up_us),
        max(found.bouts[-1].end_us, diary.lights_off_us),
    )
    whole = [Bout(diary.lights_off_us, first_us, "wake"), *inside, Bout(last_us, diary.got_up_us, "wake")]
    bouts = _merged(whole)
    slept = [b for b in bouts if b.state == "sleep"]
    if not slept:
        return SleepEstimate("diary", diary.lights_off_us, None, None, diary.got_up_us, bouts)
    return replace(
        found, in_bed_us=diary.lights_off_us, onset_us=slept[0].start_us, wake_us=slept[-1].end_us, bouts=bouts
    )


def _with_doubt(known: SleepEstimate, seen: HalfMinutes, said: NDArray[np.float64], sleep: Sleep) -> SleepEstimate:
    """What a device says, with the doubt of a model that heard it too."""
    found = _read(seen, sleep, known.source, said)
    return replace(known, possible=found.possible, turns_per_h=found.turns_per_h)


def _read(
    seen: HalfMinutes,
    sleep: Sleep,
    source: SleepSource,
    said: NDArray[np.float64] | None = None,
    diary: Diary | None = None,
) -> SleepEstimate:
    """Read by the sleep model: bouts as they most probably were."""
    reading = read(seen, said, diary)
    main = main_sleep(reading, sleep, _in_bed(seen, diary))
    if main is None:
        return NO_SLEEP
    possible = possible_nights(seen.start_us, np.where(seen.is_known, reading.p_sleep, np.nan), main.paths)
    onset_us, wake_us, in_bed_us = (int(seen.edges_us()[i]) for i in (main.first, main.last, main.in_bed))
    sd_min = None if possible is None else possible.onset_sd_min()
    return SleepEstimate(
        source,
        in_bed_us,
        onset_us,
        sd_min,
        wake_us,
        _read_bouts(seen, main),
        possible=possible,
        turns_per_h=_turns_per_h(seen, main.first, main.last),
    )


def _read_bouts(seen: HalfMinutes, main: MainSleep) -> tuple[Bout, ...]:
    """From in bed to waking; half minutes that no worn sensor recorded are unknown, also short ones."""
    edges_us = seen.edges_us()
    inside = slice(main.in_bed, main.last)
    asleep, known = main.asleep[inside], seen.is_known[inside]
    spans: list[tuple[int, int, SleepState]] = []
    flags: dict[SleepState, Bools] = {"sleep": asleep, "wake": ~asleep & known, "unknown": ~known}
    for state, flag in flags.items():
        spans += [(first, last, state) for first, last in (runs_of(flag) + main.in_bed).tolist()]
    return tuple(Bout(int(edges_us[first]), int(edges_us[last]), state) for first, last, state in sorted(spans))


def _in_bed(seen: HalfMinutes, diary: Diary | None) -> tuple[int, int] | None:
    """Epochs between lights off and getting up, where the diary tells of the sleep between; None where it does not."""
    if diary is None or not remembers(diary):
        return None
    first, last = np.searchsorted(seen.edges_us(), (diary.lights_off_us, diary.got_up_us))
    return int(first), int(last)


def _turns_per_h(seen: HalfMinutes, first: int, last: int) -> float | None:
    known = seen.is_known[first:last]
    turned = seen.turn_deg[first:last][known] > TURN_DEG
    return float(turned.sum() * 3600 / (EPOCH_S * known.sum())) if known.any() else None


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
    edges, still = found.edges_us(), sustained(found, criteria.sleep)
    naps = (Nap(a, b, _hours_in(edges, still, a, b)) for a, b in beside)
    return tuple(nap for nap in naps if nap.asleep_h * 60 >= criteria.sleep.min_block_min)


def _hours_in(edges_us: NDArray[np.int64], flag: Bools, start_us: int, end_us: int) -> float:
    """Hours of the flagged epochs that lie inside."""
    inside = (edges_us[:-1] >= start_us) & (edges_us[1:] <= end_us)
    return float((flag & inside).sum()) * int(edges_us[1] - edges_us[0]) / 3.6e9 if len(flag) else 0.0


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
    still = sustained(found, sleep)
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
    restless = runs_of(~sustained(found, sleep) & np.isfinite(found.change_deg) & inside)
    awake = edges[restless[(restless[:, 1] - restless[:, 0]) * found.step_us >= sleep.window_wake_min * MINUTE_US]]
    marks = np.concatenate(([window.start_us], awake.ravel(), [window.end_us]))
    asleep = marks.reshape(-1, 2)
    asleep = asleep[asleep[:, 1] > asleep[:, 0]]
    if not len(asleep):  # restless from end to end: the window is wrong about this night
        return _from_motion(found, sleep)
    doubt = (0.0, sleep.onset_sd_stages_min)
    return _estimate("fit", window.start_us, asleep, window.end_us, doubt)


def _from_motion(found: Epochs, sleep: Sleep) -> SleepEstimate:
    calm, threshold_deg = calm_epochs(found, sleep)
    rest = guide(calm, found, sleep)
    if rest is None:
        return NO_SLEEP
    still = runs_of(sustained(found, sleep))
    spans = still[(still[:, 1] > rest[0]) & (still[:, 0] < rest[1])]
    if len(spans) == 0:
        return NO_SLEEP
    edges = found.edges_us()
    in_bed_us = int(edges[min(rest[0], spans[0, 0])])
    wide = is_still_evening(found, in_bed_us, threshold_deg, sleep)
    sd_min = sleep.onset_sd_still_min if wide else sleep.onset_sd_min
    # Two hours of stillness, then a walk, then the night: the first may have been a sofa. Both onsets are possible.
    up_min = up_after_min(found, int(spans[0, 0]), sleep)
    doubt = (sleep.onset_bias_min, max(sd_min, up_min or 0.0))
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
