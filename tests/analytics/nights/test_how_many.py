"""How many more nights are said to decide: those after which the same rule does, and never a number that jumps."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import benchmarks.people
from analytics.nights.how_many import LEAST_ABLE, MOST_FORETOLD
from benchmarks.people import THRESHOLD, Nights, looked_at

MOST = 20


@pytest.fixture(autouse=True)
def _more_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    import polars as pl

    wanted = {name: benchmarks.people.SAID[name] for name in ("subject", "state")}
    monkeypatch.setattr(benchmarks.people, "SAID", {**wanted, "more_nights": pl.Int64})


def said(raised: np.ndarray[Any, Any], index: np.ndarray[Any, Any], flag: str, looks: tuple[int, ...]) -> Any:
    nights = Nights(index, np.where(raised, "raised", "not_raised"))
    return {(row["person"], row["n"]): row for row in looked_at(nights, flag, looks).to_dicts()}


@cache
def of_shares() -> dict[tuple[int, int], dict[str, Any]]:
    """k raised nights of n: what is said, by (k, n)."""
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for n in range(1, MOST + 1):
        raised = np.array([[day < k for day in range(n)] for k in range(n + 1)])
        told = said(raised, np.zeros(raised.shape), "frequent_hypnic_jerks", (n,))
        found |= {(k, n): told[k, n] for k in range(n + 1)}
    return found


def test_each_night_like_those_before_takes_one_off() -> None:
    for share in (0, 1):
        more = [of_shares()[share * n, n]["more_nights"] for n in range(1, MOST + 1)]
        left = [one for one in more if one is not None]
        assert left == list(range(len(left), 0, -1))
        assert more == left + [None] * (MOST - len(left))


def test_a_night_for_the_side_that_leads_never_puts_the_answer_off() -> None:
    for (k, n), row in of_shares().items():
        if n < LEAST_ABLE or n == MOST or row["state"] != "cannot_tell_yet" or row["more_nights"] is None:
            continue
        after = of_shares()[(k + 1, n + 1) if 2 * k > n else (k, n + 1)]
        assert after["state"] != "cannot_tell_yet" or after["more_nights"] < row["more_nights"]


def test_as_many_nights_more_of_the_same_share_decide_and_half_of_them_do_not() -> None:
    for (k, n), row in of_shares().items():
        more = row["more_nights"]
        for times in range(2, MOST // n + 1) if n >= LEAST_ABLE and row["state"] == "cannot_tell_yet" else ():
            then = of_shares()[k * times, n * times]["state"]
            assert (then != "cannot_tell_yet") == (more is not None and more <= n * (times - 1)), (k, n, times)


@pytest.mark.parametrize("mean", [2.0, 6.0, 20.0, 22.0, 45.0])
def test_the_index_foretells_from_three_nights_on_and_says_the_fewest_before(mean: float) -> None:
    """One night at 19.4 needed "12 more" and a second at 40 "1 more"; a single night tells nothing of the mean."""
    index = np.array([[mean - 1, mean + 1] * 15])
    told = said(index > THRESHOLD, index, "possible_plmd", tuple(range(1, MOST + 1)))
    more = [told[0, n]["more_nights"] for n in range(1, MOST + 1)]
    assert more[:2] == [2, 1]
    decided = next(n for n in range(1, MOST + 1) if told[0, n]["state"] != "cannot_tell_yet")
    foretold = [n + one for n, one in enumerate(more[LEAST_ABLE - 1 : decided - 1], LEAST_ABLE)]
    assert all(abs(end - decided) <= max(3, decided // 4) for end in foretold), (decided, foretold)


def test_at_the_threshold_none_are_foretold() -> None:
    index = np.full((1, 9), THRESHOLD + 0.1)
    told = said(index > THRESHOLD, index, "possible_plmd", (9,))[0, 9]
    assert (told["state"], told["more_nights"]) == ("cannot_tell_yet", None)
    assert MOST_FORETOLD > 9
