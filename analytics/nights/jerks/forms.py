"""What a twitch looks like beside the other movements of its night: whether a kick was it, held or like many others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Criteria, Jerks
from analytics.model import Movement
from analytics.nights.joining import lead_of
from analytics.sleep.estimate import SleepEstimate

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Forms:
    """All movements of a night, by onset, as logarithms. Made by `forms_of`; every array has shape (n,).

    Attributes
    ----------
    onset_us, end_us : int64 array
        Of the whole movement, UTC.
    turned_deg : float64 array
        `Movement.posture_change_deg`; no logarithm.
    turns : float64 array
        `Movement.slow_over_fast`; NaN where that is not known.
    in_bed : bool array
        Whether it came between going to bed and getting up.
    """

    onset_us: NDArray[np.int64]
    end_us: NDArray[np.int64]
    turned_deg: Floats
    length: Floats
    core: Floats
    turns: Floats
    size: Floats
    in_bed: NDArray[np.bool_]

    def is_held(self, i: int, jerks: Jerks) -> bool:
        """Whether movement ``i`` is the lift or the return of a leg that was held in between.

        Both are as brief as a jerk where gravity does not tell the tilt, as in a leg that lies on its side; but they
        are alike in size and follow one another.
        """
        apart_us = np.maximum(self.onset_us - self.end_us[i], self.onset_us[i] - self.end_us)
        near = (apart_us <= jerks.held_s * 1e6) & (np.abs(self.size - self.size[i]) <= np.log(jerks.held_alike))
        return int(np.count_nonzero(near)) > 1

    def n_like(self, i: int, not_counted: NDArray[np.bool_], jerks: Jerks) -> int:
        """How many movements in bed have the form of movement ``i``, be they smaller."""
        alike = self.in_bed & ~not_counted & (self.size >= self.size[i] + np.log(jerks.form_size))
        alike &= np.abs(self.length - self.length[i]) <= np.log(jerks.form_length)
        alike &= np.abs(self.core - self.core[i]) <= np.log(jerks.form_core)
        # What is not known tells nothing apart.
        alike &= ~(np.abs(self.turns - self.turns[i]) > np.log(jerks.form_turns))
        return int(np.count_nonzero(alike))


def forms_of(joined: Sequence[tuple[Movement, ...]], sleep: SleepEstimate, criteria: Criteria) -> Forms:
    """The form of every movement: of several sensors, that of the one which shows best what it was.

    Parameters
    ----------
    joined : sequence of tuple of Movement
        `analytics.nights.joining.together` of a night.
    """
    leads = [lead_of(parts, criteria) for parts in joined]
    onset_us = np.array([min(m.onset_us for m in parts) for parts in joined], np.int64)
    end_us = np.array([max(m.offset_us for m in parts) for parts in joined], np.int64)
    # Below a thousandth of a second or of a share nothing was measured.
    turns = np.array([np.nan if m.slow_over_fast is None else max(m.slow_over_fast, 1e-3) for m in leads], np.float64)
    bed_us, up_us = sleep.in_bed_us, sleep.wake_us
    in_bed = np.zeros(len(joined), np.bool_)
    if bed_us is not None and up_us is not None:
        in_bed = (onset_us >= bed_us) & (onset_us < up_us)
    return Forms(
        onset_us=onset_us,
        end_us=end_us,
        turned_deg=np.array([m.posture_change_deg for m in leads], np.float64),
        length=np.log(np.maximum((end_us - onset_us) / 1e6, 1e-3)),
        core=np.log(np.maximum(np.array([m.core_s for m in leads], np.float64), 1e-3)),
        turns=np.log(turns),
        size=np.log(np.maximum(np.array([m.peak_g for m in leads], np.float64), 1e-6)),
        in_bed=in_bed,
    )
