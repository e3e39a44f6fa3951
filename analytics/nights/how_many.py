"""From how many nights on something is said of a person. It imports nothing: the views of the database read it too."""

from __future__ import annotations

#: From this many nights on, of at least so many on which it could be told, a flag is a pattern. One night is none: in
#: RLS 34 % of single nights exceed 15/h, but 63 % of people do at least once in five (Trotti 2009). Both are choices.
PATTERN_NIGHTS, PATTERN_OF = 2, 3
#: Below this, nights are called few: the five of Trotti 2009.
FEW_NIGHTS = 5
#: Fewer nights show no trend: at five, only a rise from every night to the next one stands out (Kendall).
TREND_NIGHTS = 7
#: Of more nights, the newest: a year tells how it is going, and pairs of nights grow with the square.
TREND_MOST_NIGHTS = 366
