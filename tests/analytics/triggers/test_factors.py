"""What a column of the journal is, as one question with two sides."""

from __future__ import annotations

import pytest

from analytics.said import JournalEntry
from analytics.triggers.factors import factors_of
from tests.analytics.triggers.diaries import day


def noted(kind: str, *said: float | str | None) -> list[JournalEntry]:
    return [
        JournalEntry("me", day(k), kind, text=one) if isinstance(one, str) else JournalEntry("me", day(k), kind, one)
        for k, one in enumerate(said)
    ]


@pytest.mark.parametrize(
    ("entries", "words", "sides"),
    [
        (noted("caffeine_mg", 0, 200, 0, 100, 0, 50, 0, 80, 0, 90), "caffeine", "0101010101"),
        (noted("caffeine_mg", 100, 200, 300, 400), "caffeine above 250 mg", "0011"),
        (noted("alcohol_units", 0.5, 1, 1, 1), "1 unit or more of alcohol", "0111"),
        (noted("alcohol_units", 1, 2, 2, 2), "2 units or more of alcohol", "0111"),
        (noted("bedroom_c", 18, 20, 20, 20), "bedroom of 20 °C or more", "0111"),
        (noted("stress", 2, 8, 8, 8), "stress of 8 or more", "0111"),
        (noted("late_work", "yes", "No", "y", "n"), "late work", "1010"),
        (noted("last_coffee_at", "14:00", "16:30", "01:00", "15:00"), "last coffee later than 15:45", "0110"),
        (noted("tea", 1, None, 0), "tea", "1-0"),
        (noted("tea", 2, 2, 2), "tea", "111"),
        (noted("tea", 0, 0), "tea", "00"),
    ],
)
def test_a_column_is_split_by_what_it_holds(entries: list[JournalEntry], words: str, sides: str) -> None:
    (factor,) = factors_of(entries)
    assert factor.words == words
    told = [factor.days.get(entry.day) for entry in entries]
    assert "".join("-" if one is None else str(int(one)) for one in told) == sides
    assert factor.varies == ({"0", "1"} <= set(sides))


def test_sleep_symptoms_and_free_words_are_no_factors() -> None:
    said = [*noted("lights_off", "23:00"), *noted("urge_to_move", 4.0), *noted("leg_pain", 1.0), *noted("own", "mixed")]
    assert factors_of(said) == ()
