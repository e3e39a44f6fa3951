"""Sleep as the watch computed it: how FIT's level changes become spans, and its marks the sleep window.

Two messages matter, neither in fitparse's profile. ``sleep_level`` (275) is written when the stage changes,
on some devices every minute; each record holds until the next. ``event`` 74 marks the start and end of the
sleep window.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ingest.formats.fit.clock import Correlations, stamp_us
from ingest.formats.fit.messages import EVENT, SLEEP_LEVEL, Message, integer
from ingest.recording import SleepStage, SleepWindow, StageSpan

#: Values of ``sleep_level``, by number (FIT profile 21, type sleep_level).
LEVELS: tuple[SleepStage, ...] = ("unmeasurable", "wake", "light", "deep", "rem")
#: Number of the ``event`` that opens and closes the sleep window; not in the public profile.
SLEEP_EVENT = 74
START, STOP = 0, 1
#: A record this long before the next one has stopped being true: the watch had lost the wrist.
HOLDS_FOR_US = 45 * 60 * 1_000_000


def stage_spans(messages: Sequence[Message], correlations: Correlations) -> tuple[StageSpan, ...]:
    """Stages of one part, in order and without overlap, limited to the sleep windows where the file has them.

    The last record has no end of its own: without a window that closes it, it says nothing about any stretch.
    """
    levels = sorted(_levels(messages, correlations), key=lambda level: level[0])
    windows = sleep_windows(messages, correlations)
    if levels and windows and (last_stop := windows[-1].end_us) > levels[-1][0]:
        levels.append((last_stop, "unmeasurable"))
    spans = _merged(_span(*a, b[0]) for a, b in pairwise(levels) if b[0] > a[0])
    return tuple(_limited(spans, windows)) if windows else tuple(spans)


def sleep_windows(messages: Iterable[Message], correlations: Correlations) -> tuple[SleepWindow, ...]:
    """Pairs of start and stop in order of time; a start or stop without its partner is no window."""
    marks = sorted(_marks(messages, correlations), key=lambda mark: (mark[0], mark[1] == START))
    pairs = ((a, b) for a, b in pairwise(marks) if (a[1], b[1]) == (START, STOP) and a[0] < b[0])
    return tuple(SleepWindow(a[0], b[0]) for a, b in pairs)


def marks_sleep(messages: Iterable[Message]) -> bool:
    """Whether a beginning or an end of sleep is marked."""
    return any(_is_sleep_event(message) for message in messages)


def _levels(messages: Iterable[Message], correlations: Correlations) -> Iterator[tuple[int, SleepStage]]:
    for message in messages:
        if message.number == SLEEP_LEVEL and (at_us := stamp_us(message, correlations)) is not None:
            level = integer(message, 0)
            known = level is not None and 0 <= level < len(LEVELS)
            yield at_us, LEVELS[level] if known and level is not None else "unmeasurable"


def _span(start_us: int, stage: SleepStage, end_us: int) -> StageSpan:
    return StageSpan(start_us, end_us, stage if end_us - start_us < HOLDS_FOR_US else "unmeasurable")


def _merged(spans: Iterable[StageSpan]) -> Iterator[StageSpan]:
    """Neighbours of one stage become one span."""
    open_span: StageSpan | None = None
    for span in spans:
        if open_span is not None and (open_span.stage, open_span.end_us) == (span.stage, span.start_us):
            open_span = StageSpan(open_span.start_us, span.end_us, span.stage)
            continue
        if open_span is not None:
            yield open_span
        open_span = span
    if open_span is not None:
        yield open_span


def _limited(spans: Iterable[StageSpan], windows: Sequence[SleepWindow]) -> Iterator[StageSpan]:
    """What of the spans lies inside windows; both are in order and do not overlap."""
    ends = [window.end_us for window in windows]
    for span in spans:
        for window in windows[bisect_right(ends, span.start_us) :]:
            if window.start_us >= span.end_us:
                break
            yield StageSpan(max(span.start_us, window.start_us), min(span.end_us, window.end_us), span.stage)


def _marks(messages: Iterable[Message], correlations: Correlations) -> Iterator[tuple[int, int]]:
    for message in filter(_is_sleep_event, messages):
        at_us, kind = stamp_us(message, correlations), integer(message, 1)
        if at_us is not None and kind in (START, STOP):
            yield at_us, kind


def _is_sleep_event(message: Message) -> bool:
    return message.number == EVENT and integer(message, 0) == SLEEP_EVENT
