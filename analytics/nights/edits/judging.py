"""Flags of a night judged again after edits, by the rules that judged it first, on what is kept of its evidence.

What decides is kept: sites, legs, hours recorded and worn, what the sensor could not see, the doubt about wear. Whether
a device's stages were on the clock of the movements is not, and only adds a sentence to a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np

from analytics.criteria import Criteria
from analytics.flag import URGE_CRITERION, Flag
from analytics.model import Night
from analytics.nights.assessment import Evidence
from analytics.nights.flags import flags_of
from analytics.nights.review_effect import Reviewed
from analytics.scoring.rulesets import AASM
from analytics.signal.wear import overlap_us
from ingest.recording import Site


def flags_again(night: Night, reviewed: Mapping[str, Reviewed], criteria: Criteria) -> dict[str, tuple[Flag, ...]]:
    """The flags of a night as reviewed, by rule set.

    Parameters
    ----------
    night : Night
        As it was stored, with its scores.
    reviewed : mapping of str to Reviewed
        By the name of the rule set.
    """
    by_aasm = reviewed[AASM.name].measures.plms_index if AASM.name in reviewed else None
    return {
        name: flags_of(
            one.measures, one.judged, _evidence(night), one.left.sleep, night.not_assessable_reason, _urge(night),
            criteria, by_aasm=None if name == AASM.name or not night.assessable else by_aasm,
        )
        for name, one in reviewed.items()
    }  # fmt: skip


def _urge(night: Night) -> float | None:
    every = (c for score in night.scores for flag in score.flags for c in flag.criteria if c.name == URGE_CRITERION)
    return next((float(c.value) for c in every if isinstance(c.value, int | float)), None)


def _evidence(night: Night) -> Evidence:
    return Evidence(
        sites=tuple(cast(Site, site) for site in night.site.split("+")),
        legs=None if night.legs == "none" else night.legs,
        rate_hz=0.0,
        recorded_h=night.recorded_h,
        unworn_h=night.unworn_h or 0.0,
        longest_gap_s=night.longest_gap_s,
        short_gaps_per_h=night.short_gaps_per_h or 0.0,
        gap_share=1.0 - (1.0 if night.recorded_share is None else night.recorded_share),
        scorable_share=1.0,
        blind_below_mg=night.blind_below_mg,
        clock_set=True,
        one_clock=all(clock.stays or clock.is_moved for clock in night.clocks) or len(night.clocks) < 2,
        wear_doubt_share=_doubt_share(night),
        hidden_h=night.hidden_h or 0.0,
    )


def _doubt_share(night: Night) -> float:
    """Share of the time in bed, else of the recording, in which wear is in doubt."""
    start_us, end_us = night.recorded_from_us, night.recorded_to_us
    if night.in_bed_us is not None and night.bouts:
        start_us, end_us = night.in_bed_us, night.bouts[-1].end_us
    spans = np.array([(b.start_us, b.end_us) for b in night.blanks if b.kind == "perhaps_unworn"], dtype=np.int64)
    return overlap_us(spans.reshape(-1, 2), start_us, end_us) / max(1, end_us - start_us)
