"""Half sentences beside numbers."""

from __future__ import annotations

import pytest

from analytics.phrases import clock_words, more_nights_words, signed


@pytest.mark.parametrize(
    ("value", "digits", "words"),
    [(-0.04, 1, "0.0"), (0.04, 1, "0.0"), (0.0, 1, "0.0"), (-0.06, 1, "-0.1"), (0.06, 1, "+0.1"), (-0.4, 0, "0"),
     (-10.0, 0, "-10"), (-0.004, 2, "0.00")],
)  # fmt: skip
def test_what_rounds_to_zero_has_no_sign(value: float, digits: int, words: str) -> None:
    """A trend read "no clear change, -0.0"."""
    assert signed(value, digits) == words


def test_the_clock_of_a_leg_has_a_sign_only_where_it_differs() -> None:
    assert clock_words(-0.001, -0.2, 0.9) == "0.00 s, 0 ppm: taken out"
    assert clock_words(-1.5, 12.0, 0.9) == "-1.50 s, +12 ppm: taken out"


def test_more_nights_than_people_are_asked_for_have_no_number() -> None:
    assert [more_nights_words(n) for n in (1, 2, 30, 31)] == [
        "1 more night", "2 more nights", "30 more nights", "more than 30 more nights",
    ]  # fmt: skip
