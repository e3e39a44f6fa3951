"""Cohen's kappa of two raters, with an interval: how far they agree beyond what chance would give.

Cohen J, Educ Psychol Meas 1960;20:37-46. Standard error: Fleiss JL, Cohen J, Everitt BS, Psychol Bull 1969;72:323-327,
equation 13. It holds for large samples; where both agree on everything it is 0, so that there is no interval.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

#: Half the width of a 95 % interval, in standard errors.
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Kappa:
    """How far two raters agree.

    Attributes
    ----------
    n : int
        Things that both rated.
    share : float or None
        Of these, those rated alike; None without any.
    kappa : float or None
        None where it is undefined: both used one and the same category throughout, or rated nothing.
    low, high : float or None
        95 % interval; None where kappa is undefined or both agree on everything.
    """

    n: int
    share: float | None
    kappa: float | None
    low: float | None
    high: float | None


def kappa_of(pairs: Iterable[tuple[str, str]]) -> Kappa:
    """Kappa of what two raters said of each thing."""
    cells = Counter(pairs)
    n = cells.total()
    if not n:
        return Kappa(0, None, None, None, None)
    p = {cell: count / n for cell, count in cells.items()}
    rows, columns = Counter[str](), Counter[str]()
    for (one, other), count in cells.items():
        rows[one] += count
        columns[other] += count
    if len({*rows, *columns}) == 1:
        return Kappa(n, 1.0, None, None, None)
    share = sum(count for (one, other), count in cells.items() if one == other) / n
    by_chance = sum(rows[name] * columns[name] for name in rows) / n**2
    kappa = (share - by_chance) / (1 - by_chance)
    if share == 1:
        return Kappa(n, share, kappa, None, None)
    agreed = sum(
        p.get((name, name), 0.0) * (1 - (rows[name] + columns[name]) / n * (1 - kappa)) ** 2
        for name in {*rows, *columns}
    )
    differed = sum(value * ((columns[one] + rows[other]) / n) ** 2 for (one, other), value in p.items() if one != other)
    variance = agreed + (1 - kappa) ** 2 * differed - (kappa - by_chance * (1 - kappa)) ** 2
    error = math.sqrt(max(0.0, variance) / n) / (1 - by_chance)
    return Kappa(n, share, kappa, max(-1.0, kappa - _Z * error), min(1.0, kappa + _Z * error))
