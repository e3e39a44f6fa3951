"""When each sample of a GENEActiv file was taken, by the stamps of its pages alone.

The stamp of a page is the time of its first sample, to the millisecond ("GENEActiv Instructions for Use"). Between
the stamps of two pages of an uninterrupted run the 300 samples are spread evenly, which gives the true rate: 85.7 Hz
is a page every 3.5 s. The rate that a page names serves only to tell whether its neighbour belongs to the same run.

A run ends at a restart, at a missing page, at another rate (a device with a low battery slows down) and where a page
is longer or shorter than usual by more than `PAGE_TOLERANCE` and `JITTER_S` together. Usual is the median of the
pages that name the same rate, where there are enough of them. The last page of a run goes on at the run's mean rate;
in a run shorter than `OWN_RATE_S` at the mean rate of all runs.

A page whose number, time or rate is contradicted by both neighbours, which agree with each other, was damaged
there: pages bear no checksum, and one changed digit would move its samples to another time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.formats.geneactiv.pages import SAMPLES

#: The true rate may be this far off the one that pages name. In the real files at hand it is exact.
RATE_TOLERANCE = 0.05
#: Pages are stamped and sampled by one quartz, so those of a run are alike.
PAGE_TOLERANCE = 0.01
#: Stamps are cut to milliseconds; this is for firmware that takes them late.
JITTER_S = 0.02
#: A run at least this long knows its own rate to a thousandth.
OWN_RATE_S = 10.0

#: So many pages in a row tell what is usual, pauses among them notwithstanding; and so many rates are looked at, of
#: which devices have a dozen.
_FEWEST_PAIRS = 10
_MOST_RATES = 16


@dataclass(frozen=True, slots=True)
class BinTimeline:
    """When the samples of each page were taken, and what interrupted the pages.

    Attributes
    ----------
    start_us : int64 array, shape (n pages,)
        Time of each page's first sample.
    step_us : float64 array, shape (n pages,)
        From one of its samples to the next.
    restarts : int
        Sequence number starting over, or clock set back.
    missing_pages : int
        Pages that by their numbers were recorded and are not in the file at all.
    clock_steps : int
        Places where the clock jumped although no page is missing.
    rate_changes : int
        Places where pages begin to name another rate.
    stamped_once : bool
        True where no two pages belong together: then the named rate had to do.
    """

    start_us: NDArray[np.int64]
    step_us: NDArray[np.float64]
    restarts: int
    missing_pages: int
    clock_steps: int
    rate_changes: int
    stamped_once: bool

    def of(self, part: slice) -> NDArray[np.int64]:
        """Times of the samples of some pages, shape (n pages, 300)."""
        place_us = np.rint(self.step_us[part, np.newaxis] * np.arange(SAMPLES)).astype(np.int64)
        return np.asarray(self.start_us[part, np.newaxis] + place_us)


def contradicted(pages: NDArray[np.void]) -> NDArray[np.bool_]:
    """Which pages disagree with the one before and the one after, while those agree with each other."""
    odd = np.zeros(len(pages), np.bool_)
    if len(pages) >= 3:
        page_s = _usual_page_s(pages)
        fits, fits_across = _agree(pages, page_s, 1), _agree(pages, page_s, 2)
        odd[1:-1] = ~fits[:-1] & ~fits[1:] & fits_across
    return odd


def timeline(pages: NDArray[np.void]) -> BinTimeline:
    """Lay out the believed pages of a file.

    Parameters
    ----------
    pages : structured array of `pages.PAGE`, shape (n,), n >= 1
        In file order.
    """
    time_us, rate = pages["time_us"], pages["rate"]
    d_number, d_sequence, d_s = _steps(pages, 1)
    off_s, allowed_s = _disagreement(pages, _usual_page_s(pages), 1)
    restart = (d_sequence <= 0) | (d_s < -allowed_s)
    rate_change = rate[1:] != rate[:-1]
    interrupted = restart | (d_sequence > 1) | rate_change
    step = ~interrupted & (off_s > allowed_s)
    cut = interrupted | step
    slowness = _slowness(time_us, rate, cut)
    return BinTimeline(
        start_us=time_us,
        step_us=_step_us(time_us, 1e6 / rate * (slowness or 1.0), cut),
        restarts=int(restart.sum()),
        missing_pages=int(np.where(restart, 0, np.maximum(d_sequence - d_number, 0)).sum()),
        clock_steps=int(step.sum()),
        rate_changes=int(rate_change.sum()),
        stamped_once=slowness is None,
    )


def _usual_page_s(pages: NDArray[np.void]) -> NDArray[np.float64]:
    """How long a page with the rate of each page usually takes, in seconds."""
    rate = pages["rate"]
    page_s = SAMPLES / rate
    _, d_sequence, d_s = _steps(pages, 1)
    in_a_row = (d_sequence == 1) & (rate[1:] == rate[:-1])
    rates, counts = np.unique(rate[:-1][in_a_row], return_counts=True)
    for common in rates[np.argsort(counts)[::-1][:_MOST_RATES]][: np.count_nonzero(counts >= _FEWEST_PAIRS)]:
        learnt_s = float(np.median(d_s[in_a_row & (rate[:-1] == common)]))
        if abs(learnt_s * common / SAMPLES - 1) <= RATE_TOLERANCE:
            page_s[rate == common] = learnt_s
    return np.asarray(page_s)


def _agree(pages: NDArray[np.void], page_s: NDArray[np.float64], apart: int) -> NDArray[np.bool_]:
    """Whether each page and the one so many places behind it are of one run, by sequence number, rate and time."""
    off_s, allowed_s = _disagreement(pages, page_s, apart)
    same_rate = pages["rate"][apart:] == pages["rate"][:-apart]
    return np.asarray(same_rate & (off_s <= allowed_s))


def _steps(pages: NDArray[np.void], apart: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """How far two pages are from each other: in the file, by sequence number, in seconds."""
    number, sequence, time_us = (pages[name].astype(np.int64) for name in ("number", "sequence", "time_us"))
    d_s = (time_us[apart:] - time_us[:-apart]) / 1e6
    return number[apart:] - number[:-apart], sequence[apart:] - sequence[:-apart], d_s


def _disagreement(
    pages: NDArray[np.void], page_s: NDArray[np.float64], apart: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far time and sequence number disagree, in seconds, and how far they may."""
    _, d_sequence, d_s = _steps(pages, apart)
    expected_s = d_sequence * page_s[:-apart]
    return np.abs(d_s - expected_s), np.abs(expected_s) * PAGE_TOLERANCE + JITTER_S


def _slowness(time_us: NDArray[np.int64], rate: NDArray[np.float64], cut: NDArray[np.bool_]) -> float | None:
    """Named over true rate, over all pairs of pages inside runs; None without such a pair."""
    named_us = (SAMPLES / rate[:-1])[~cut].sum() * 1e6
    return float(np.diff(time_us)[~cut].sum() / named_us) if named_us > 0 else None


def _step_us(time_us: NDArray[np.int64], usual_us: NDArray[np.float64], cut: NDArray[np.bool_]) -> NDArray[np.float64]:
    first = np.concatenate(([0], np.flatnonzero(cut) + 1))
    last = np.concatenate((first[1:] - 1, [len(time_us) - 1]))
    span_us = time_us[last] - time_us[first]
    mean_us = span_us / np.maximum((last - first) * SAMPLES, 1)
    step_us = np.append(np.diff(time_us) / SAMPLES, 0.0)
    step_us[last] = np.where(span_us >= OWN_RATE_S * 1e6, mean_us, usual_us[last])
    return np.asarray(step_us)
