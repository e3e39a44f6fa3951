"""Findings over nights: how often, how evenly, and what is said of few of them."""

from __future__ import annotations

from datetime import date, timedelta

from analytics.nights.patterns import NightFacts, Pattern, spread

FIRST = date(2026, 3, 2)


def nights(*index: float | None, in_bed_h: float = 8.0) -> list[NightFacts]:
    """Consecutive nights; an index of None is a night that could not be assessed."""
    return [
        NightFacts(FIRST + timedelta(days=k), assessable=value is not None, plms_index=value, in_bed_h=in_bed_h)
        for k, value in enumerate(index)
    ]


def test_the_spread_is_told_over_assessable_nights() -> None:
    found = spread(nights(10, None, 30, 14))
    assert found is not None
    assert (found.n_nights, found.median, found.low, found.high) == (3, 14, 10, 30)
    assert spread(nights(None)) is None


def test_a_finding_says_which_nights_it_counts_and_what_was_dismissed() -> None:
    assert Pattern(n_able=3, n_raised=2).on_nights(5) == "on 2 of 3 judged nights"
    assert Pattern(n_able=1, n_raised=1).on_nights(1) == "on 1 of 1 assessable night"
    assert Pattern(n_able=1).on_nights(5) == "on 0 of 1 judged night"
    assert Pattern(n_able=3, n_dismissed=1).on_nights(3) == "on 0 of 3 assessable nights (as detected on 1)"


def test_where_it_could_be_told_on_no_night_nothing_is_counted_of_none() -> None:
    """It said "on 0 of 0 judged nights"."""
    assert [Pattern().on_nights(n) for n in (0, 1, 4)] == [
        "told on no night",
        "not told on the one assessable night",
        "told on none of 4 assessable nights",
    ]


def test_what_cannot_be_told_yet_says_how_many_more_nights_it_takes() -> None:
    assert Pattern(n_able=3, more_nights=1).says == "cannot tell yet: about 1 more night may decide"
    assert Pattern(n_able=5).says == "cannot tell yet: so near the threshold that more nights may not decide"
    # Beside "record more" it said that more nights may not decide.
    assert Pattern(n_able=4).says == "cannot tell yet: too few nights to say how many more it takes"
    assert Pattern(n_able=9, more_nights=30).says == "cannot tell yet: about 30 more nights may decide"
    assert Pattern(n_able=9, more_nights=84).says == "cannot tell yet: it takes more than 30 more nights"
    assert Pattern().says == "cannot tell yet"
    assert Pattern(n_able=9, state="pattern").says == "a pattern over nights"
