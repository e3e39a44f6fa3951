"""From how many nights on something is said of a person, and how sure. It imports nothing: the views read it too.

``benchmarks/people.py`` measures what these numbers hold: on how many simulated people a statement is wrong, and how
soon one comes.
"""

from __future__ import annotations

#: A statement takes so many nights on which the flag could be told, and a pattern so many on which it was raised.
LEAST_ABLE, LEAST_RAISED = 3, 2
#: How much an index varies between nights, variance over mean, 1/h: an SD of 5/h at 8/h. Trotti 2009 (20 people,
#: 10-15 nights, ankle accelerometer): range of 25.1/h in the mean, an SD of 7.7/h; a sixth of all variance, 5.9/h.
NIGHT_DISPERSION = 3.1
#: It counts as much as so many nights of the person's own. Own: few nights tell little of their variance.
DISPERSION_NIGHTS = 20
#: How many standard errors an end of an interval is away: the first number between these two counts of nights, more
#: before and after. Nights are looked at again and again; so 5 % of people at the threshold ever get a pattern in 90
#: nights, and most of that is spent where people look: at one to two weeks.
SURE_Z, SURE_FROM, SURE_TO = 1.9, 9, 14
SURE_Z_BEFORE, SURE_Z_AFTER = 1.5, 0.9
#: Of a flag without an index: raised on more nights than not is a pattern, on fewer none.
PATTERN_SHARE = 0.5
#: At most so many nights with nothing are flagged, and nights with something missed (accuracy.md).
WRONGLY_RAISED, WRONGLY_MISSED = 0.05, 0.10
#: The most nights in all that are foretold to decide.
MOST_FORETOLD = 180
#: Below this, nights are called few: the five of Trotti 2009.
FEW_NIGHTS = 5
#: Fewer nights show no trend: at five, only a rise from every night to the next one stands out (Kendall).
TREND_NIGHTS = 7
#: Of more nights, the newest: a year tells how it is going, and pairs of nights grow with the square.
TREND_MOST_NIGHTS = 366


def is_few(n_able: int) -> bool:
    """Whether nights on which a flag could be told are fewer than a statement takes."""
    return n_able < LEAST_ABLE
