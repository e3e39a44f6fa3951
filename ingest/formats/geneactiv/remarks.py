"""What has to be said about a GENEActiv ``.bin`` file, a sentence each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ingest.clock import wall_iso
from ingest.formats.geneactiv.clock import BinTimeline
from ingest.formats.geneactiv.header import USUAL_GAIN, BinHeader, is_reset
from ingest.formats.geneactiv.pages import SAMPLES, PageSurvey, PageVerdict
from ingest.losses import ENDS_INSIDE, NOT_FINISHED

_DAY_US = 86_400_000_000
_MOST_RATES = 5


def left_out(found: PageSurvey, n_contradicted: int) -> Iterator[str]:
    """What of the file was not used."""
    total = f"{found.n_pages:,} pages"
    facts = (
        (found.tally[PageVerdict.UNREADABLE], "left out for an unreadable number, time or rate: {} of {total}"),
        (found.tally[PageVerdict.WRONG_LENGTH], "left out for more or fewer than 300 samples: {} of {total}"),
        (found.tally[PageVerdict.NO_DIGITS], "left out for samples that are no hexadecimal digits: {} of {total}"),
        (n_contradicted, "left out because both neighbours contradict their number, time or rate: {} of {total}"),
        (found.tally[PageVerdict.BLANK], "left out because they are blank: {} of {total}"),
        (found.strays, "left out because they are part of no page: {} stretches, {bytes} bytes in all"),
        (found.tail_bytes, f"blank at the end of the file: {{}} bytes; {NOT_FINISHED}"),
        (found.tally[PageVerdict.CUT], f"the file {ENDS_INSIDE} page, before its first sample"),
    )
    for count, sentence in facts:
        if count:
            yield sentence.format(f"{int(count):,}", total=total, bytes=f"{found.stray_bytes:,}")
    in_last = int(found.pages["count"][-1])
    if in_last < SAMPLES:
        yield f"the last page holds {in_last} of {SAMPLES} samples"


def oddities(header: BinHeader, found: PageSurvey, pages: NDArray[np.void], rate_hz: float) -> Iterator[str]:
    """Say where the header is silent, or contradicts the pages.

    Parameters
    ----------
    found : PageSurvey
        All pages of the file.
    pages : structured array of `PAGE`, shape (n,)
        Those that are used, in file order; their times are the device's own here.
    rate_hz : float
        As most of these pages say.
    """
    steps = f"{USUAL_GAIN // 100} steps a g were assumed"
    if header.says_nothing:
        yield f"the file header is damaged: site and time zone are unknown, and {steps}"
    elif header.calibration.assumed:
        yield f"the header has no possible calibration of {', '.join(header.calibration.assumed)}: {steps}"
    if header.n_pages is not None and header.n_pages > found.n_pages:
        yield f"the header speaks of {header.n_pages:,} pages, the file holds {found.n_pages:,}"
    if header.rate_hz is not None and header.rate_hz != rate_hz:
        yield f"the header says {header.rate_hz:g} Hz, most pages {rate_hz:g} Hz"
    yield from reset_times(header, int(pages["time_us"][0]))


def interruptions(line: BinTimeline, pages: NDArray[np.void]) -> Iterator[str]:
    """What lies between the pages."""
    rates, place = np.unique(pages["rate"], return_index=True)
    shown = ", ".join(f"{rate:g}" for rate in rates[np.argsort(place)][:_MOST_RATES])
    facts = (
        (line.missing_pages, "pages that the device counted and the file lacks: {}"),
        (line.clock_steps, "jumps of the device clock between pages that follow each other: {}"),
        (line.restarts, "restarts of the device, or steps back of its clock: {}"),
        (line.rate_changes, "the rate changes between pages: {} times, among {rates} Hz"),
        (line.stamped_once, "no two pages belong together; times inside them rest on the rate that they name"),
    )
    for count, sentence in facts:
        if count:
            yield sentence.format(f"{int(count):,}", rates=shown)


def reset_times(header: BinHeader, first_us: int) -> Iterator[str]:
    """Where a flat battery set a clock back, or header and first sample are a day apart."""
    if is_reset(first_us):
        yield f"its samples begin at {_minute(first_us)}, when a clock begins anew after a flat battery"
    elif header.was_reset:
        yield "the times in the header were reset by a flat battery; those of the samples were used"
    elif header.start_us is not None and abs(first_us - header.start_us) > _DAY_US:
        yield f"the header says it began at {_minute(header.start_us)}, its samples begin at {_minute(first_us)}"


def _minute(us: int) -> str:
    return wall_iso(us)[:16]
