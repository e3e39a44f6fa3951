"""What is unusual of a night: what a reader should know before any number of it, in order of weight.

Decides what is unusual, and from which amount on; it measures nothing anew. Night page, home and report show it
(`analytics.phrases.unusual_line`). Limits are those that hold elsewhere; one is of this module, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from analytics.criteria import Criteria
from analytics.model import Night, Score, Series
from analytics.nights.assessment import SHAKEN_H
from analytics.phrases import (
    breathing_words,
    clock_change_words,
    hidden_words,
    not_own_series_words,
    part_words,
    rhythmic_words,
    sleep_doubt_words,
    unsearched_words,
    unworn_words,
    wear_doubt_words,
)
from analytics.scoring.rulesets import DEFAULT_RULESET
from analytics.signal.worn import HOUR_US
from analytics.sleep.states import EPOCH_US
from ingest.clock import zone_info

Span = tuple[int, int]
#: What of `Noticed` is spans.
SPANS = ("unworn_us", "unsearched_us", "rhythmic_us")
_CRITERIA = Criteria()
#: As of tier A, which saw most of a night.
_MOST_OF_A_NIGHT_US = _CRITERIA.flags.tier_a_recorded_h * HOUR_US
#: Hours of one kind that are told; the same from which vibration is told where no sleep was found.
_TOLD_H = SHAKEN_H
#: Movements of breathing pauses come every 25-45 s in one simulator, every 30-60 s in the other (`docs/accuracy.md`);
#: periodic ones mostly every 20-40 s. From here on breathing is as good an explanation. Own.
BREATHING_IMI_S = 35.0
#: So long are series of such spacing together: more than 0.9 h on two simulated nights of breathing pauses, at most
#: 0.4 h on 26 others. Long blocks tell nothing: one of kicks lasted 40 minutes there, of pauses 20. Own.
_BREATHING_H = 0.5
#: Fewer trains in a sleep period happen to anyone; as many as make a series (WASM 2016).
_LEAST_RHYTHMIC = DEFAULT_RULESET.series_min_clm
#: Share of the sleep in doubt from which it is told: as of the time in bed that was perhaps not worn.
_MUCH = _CRITERIA.assessment.max_unworn_share


@dataclass(frozen=True, slots=True)
class Noticed:
    """What of a night is looked at; of spans the start and the end, microseconds; None is not known.

    Attributes
    ----------
    recorded_us : Span
        From the first to the last sample.
    in_bed_us, onset_us, onset_low_us, wake_us : int or None
        When the wearer went to bed, fell asleep (at the earliest with 95 % confidence), and woke up.
    unworn_us, unsearched_us, rhythmic_us : tuple of Span
        Probably not worn; recorded and not to be searched; rhythmic movements.
    series : tuple of Series
    """

    zone: str
    recorded_us: Span
    in_bed_us: int | None
    onset_us: int | None
    onset_low_us: int | None
    wake_us: int | None
    recorded_h: float
    recorded_share: float | None
    tst_h: float | None
    sleep_doubt_h: float | None
    hidden_h: float | None
    wear_doubt_h: float | None
    unworn_us: tuple[Span, ...]
    unsearched_us: tuple[Span, ...]
    rhythmic_us: tuple[Span, ...]
    series: tuple[Series, ...]

    @property
    def night_us(self) -> Span:
        """The time in bed; the whole recording where that is not known, or so short that the sensor may have come off.

        A sensor that lies on a table before and after a night is as it should be.
        """
        if self.in_bed_us is None or self.wake_us is None or self.wake_us - self.in_bed_us < _MOST_OF_A_NIGHT_US:
            return self.recorded_us
        return self.in_bed_us, self.wake_us


def unusual(night: Night, score: Score | None) -> tuple[str, ...]:
    """What is unusual of an analysed night, the weightiest first; empty where nothing is.

    Parameters
    ----------
    score : Score or None
        Under the rule set that is shown.
    """
    return unusual_of(noticed(night, score))


def noticed(night: Night, score: Score | None) -> Noticed:
    """What of an analysed night is looked at."""
    return Noticed(
        zone=night.zone,
        recorded_us=(night.recorded_from_us, night.recorded_to_us),
        in_bed_us=night.in_bed_us,
        onset_us=night.sleep_onset_us,
        onset_low_us=night.onset_low_us,
        wake_us=night.wake_us,
        recorded_h=night.recorded_h,
        recorded_share=night.recorded_share,
        tst_h=night.tst_h,
        sleep_doubt_h=night.sleep_doubt_h,
        hidden_h=night.hidden_h,
        wear_doubt_h=night.wear_doubt_h,
        unworn_us=tuple((b.start_us, b.end_us) for b in night.blanks if b.kind == "unworn"),
        unsearched_us=tuple((b.start_us, b.end_us) for b in night.blanks if b.kind == "unscorable"),
        rhythmic_us=tuple((e.onset_us, e.offset_us) for e in (score.events if score else ()) if e.label == "rhythmic"),
        series=score.series if score else (),
    )


def unusual_of(seen: Noticed) -> tuple[str, ...]:
    """The same of what is looked at, however it was read."""
    return tuple(_found(seen))


def _found(seen: Noticed) -> Iterator[str]:
    yield from _not_worn(seen)
    yield from _hidden(seen)
    yield from _rhythmic(seen)
    if perhaps := sum(bool(each.perhaps_not_own) for each in seen.series):
        yield not_own_series_words(perhaps, len(seen.series))
    yield from _breathing(seen.series)
    yield from _doubtful(seen.sleep_doubt_h, seen.tst_h)
    if change_h := _clock_change_h(seen):
        yield clock_change_words(change_h)
    if _is_part(seen):
        yield part_words(seen.recorded_h)


def _not_worn(seen: Noticed) -> Iterator[str]:
    unworn_h = _hours(seen.unworn_us, seen.night_us)
    if unworn_h >= _TOLD_H:
        yield unworn_words(unworn_h)
    if (seen.wear_doubt_h or 0.0) >= _TOLD_H:
        yield wear_doubt_words(seen.wear_doubt_h or 0.0)


def _hidden(seen: Noticed) -> Iterator[str]:
    if (seen.hidden_h or 0.0) >= _TOLD_H:
        yield hidden_words(seen.hidden_h or 0.0)
    unsearched_h = _hours(seen.unsearched_us, seen.night_us)
    if unsearched_h >= _TOLD_H:
        yield unsearched_words(unsearched_h)


def _hours(spans: Iterable[Span], within: Span) -> float:
    start_us, end_us = within
    return sum(max(0, min(b, end_us) - max(a, start_us)) for a, b in spans) / HOUR_US


def _rhythmic(seen: Noticed) -> Iterator[str]:
    """In the sleep period: awake, trains of movements are fidgets."""
    if seen.onset_us is None or seen.wake_us is None:
        return
    spans = [(a, b) for a, b in seen.rhythmic_us if seen.onset_us <= a < seen.wake_us]
    if len(spans) >= _LEAST_RHYTHMIC:
        ends = (min(a for a, _ in spans), max(b for _, b in spans))
        yield rhythmic_words(len(spans), *(f"{_local(us, seen.zone):%H:%M}" for us in ends))


def _breathing(series: Iterable[Series]) -> Iterator[str]:
    """Series in sleep of wide spacing, together long enough to be told; those of another say nothing of breath."""
    own = [each for each in series if each.n_in_sleep and not each.perhaps_not_own]
    wide = [each for each in own if each.median_imi_s >= BREATHING_IMI_S]
    hours = sum(each.end_us - each.start_us for each in wide) / HOUR_US
    if hours >= _BREATHING_H:
        yield breathing_words(len(wide), hours, BREATHING_IMI_S)


def _doubtful(doubt_h: float | None, tst_h: float | None) -> Iterator[str]:
    if doubt_h is not None and tst_h is not None and doubt_h >= max(_TOLD_H, _MUCH * tst_h):
        yield sleep_doubt_words(doubt_h)


def _clock_change_h(seen: Noticed) -> float:
    """By how much the clock of the bedroom was put forward while it was recorded."""
    before, after = (_local(us, seen.zone).utcoffset() or timedelta() for us in seen.recorded_us)
    return (after - before) / timedelta(hours=1)


def _is_part(seen: Noticed) -> bool:
    """Too short, too full of gaps, or begun or ended while the wearer was asleep."""
    start_us, end_us = seen.recorded_us
    return (
        seen.recorded_h * HOUR_US < _MOST_OF_A_NIGHT_US
        or (seen.recorded_share is not None and 1 - seen.recorded_share > _CRITERIA.assessment.max_gap_share)
        or (seen.onset_low_us is not None and seen.onset_low_us <= start_us)
        or (seen.wake_us is not None and seen.wake_us > end_us - EPOCH_US)
    )


def _local(time_us: int, zone: str) -> datetime:
    return datetime.fromtimestamp(time_us / 1e6, UTC).astimezone(zone_info(zone))
