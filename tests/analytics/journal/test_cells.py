"""How people write times, numbers and days, and what of it is refused because it could mean two things."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.journal.cells import UnreadableError, cell_of, clock_of, day_of, read
from analytics.journal.fields import BY_NAME, FIELDS, LONGEST_WORDS, TEMPLATE, Field, misspelt
from analytics.journal.order import contradictions


@pytest.mark.parametrize(
    ("said", "clock"),
    [
        *((said, "22:40") for said in ("22:40", "10:40 pm", "2240", "22h40", "22.40", "10:40PM", "10.40 p.m.")),
        *((said, "22:40") for said in ("22:40:00", "22:40 Uhr", "1040 pm", " 22 : 40 ".replace(" ", ""), "22h 40")),
        *((said, "07:00") for said in ("7 am", "7:00", "700", "0700", "7h", "7 Uhr", "07.00")),
        ("12:30 am", "00:30"),
        ("12 pm", "12:00"),
        ("0:05", "00:05"),
        ("0005", "00:05"),
    ],
)
def test_times_as_people_write_them(said: str, clock: str) -> None:
    assert clock_of(said) == clock


@pytest.mark.parametrize(
    "said",
    [
        "25:00",
        "24:00",
        "22:60",
        "13:00 pm",
        "0:30 am",
        "7",
        "22.4",
        "7.5",
        "0.944",
        "late",
        "22:40:30",
        "٢٢:٤٠",
        "-7:00",
    ],
)
def test_what_is_no_time_or_could_be_two_is_refused(said: str) -> None:
    with pytest.raises(UnreadableError, match="is no clock time"):
        clock_of(said)


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_minute_of_a_day_is_read_in_every_form(hour: int, minute: int) -> None:
    half = f"{(hour - 1) % 12 + 1}:{minute:02} {'ap'[hour // 12]}m"
    forms = (f"{hour}:{minute:02}", f"{hour:02}{minute:02}", f"{hour}h{minute:02}", f"{hour}.{minute:02}", half)
    assert {clock_of(form) for form in forms} == {f"{hour:02}:{minute:02}"}


@given(st.text(max_size=12))
def test_whatever_stands_there_is_a_time_or_is_refused(said: str) -> None:
    try:
        clock = clock_of(said)
    except UnreadableError:
        return
    assert clock_of(clock) == clock


@pytest.mark.parametrize(
    "said", ["2026-03-02", "02.03.2026", "2.3.2026", "2026/3/2", "2026-03-02 00:00:00", "02.03.26"]
)
def test_days_as_spreadsheets_write_them(said: str) -> None:
    assert day_of(said) == date(2026, 3, 2)


@pytest.mark.parametrize("said", ["03/04/2026", "30.02.2026", "2026-13-01", "46083", "0202-01-01", "", None, "2.3."])
def test_days_that_could_be_two_or_none_are_refused(said: str | None) -> None:
    with pytest.raises(UnreadableError):
        day_of(said)


def test_a_day_in_the_future_is_refused() -> None:
    assert day_of("2026-03-02", date(2026, 3, 2)) == date(2026, 3, 2)
    with pytest.raises(UnreadableError, match="2062-03-14 is in the future"):
        day_of("14.03.2062", date(2026, 3, 2))


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        ("water_l", "1,5", 1.5),
        ("water_l", "1.5 l", 1.5),
        ("caffeine_mg", "80 mg", 80.0),
        ("room_c", "-2,5", -2.5),
        ("leg_pain", "yes", 1.0),
        ("my_own", "0,25", 0.25),
        ("my_own", "-3", -3.0),
    ],
)
def test_numbers_have_a_comma_or_a_point(kind: str, said: str, value: float) -> None:
    assert read(kind, said) == (value, None)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("caffeine_mg", "1,500"),
        ("my_own", "1,500"),
        ("my_own", "1e999"),
        ("stress", "11"),
        ("stress", "yes"),
        ("sleep_quality", "0"),
        ("daytime_sleepiness", "yes"),
        ("n_awakenings", "2,5"),
        ("caffeine_mg", "a lot"),
        ("note", "bell \x07"),
        ("note", "x" * (LONGEST_WORDS + 1)),
    ],
)
def test_what_is_out_of_bounds_or_means_two_numbers_is_refused(kind: str, said: str) -> None:
    with pytest.raises(UnreadableError):
        read(kind, said)


@pytest.mark.parametrize(
    "said", ["<script>alert(1)</script>", "\u202eright to left\u202c", "word " * 2000, "80", "'80"]
)
def test_words_stay_as_they_are(said: str) -> None:
    assert read("note", said) == (None, said.strip())


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_of_one_s_own_comes_back_as_it_was(value: float) -> None:
    assert read("my_own", cell_of("my_own", value, None)) == (value, None)


@given(st.sampled_from(["note", "my_own"]), st.from_regex(r"'{0,2}[+-]?[0-9]{1,4}([.,][0-9]{0,3})?x?", fullmatch=True))
def test_text_that_looks_like_a_number_stays_text(kind: str, text: str) -> None:
    assert read(kind, cell_of(kind, None, text)) == (None, text)


def test_every_field_of_the_journal_has_words_and_bounds_and_stands_in_the_template() -> None:
    assert ("date", *(field.name for field in FIELDS)) == TEMPLATE
    assert len(BY_NAME) == len(FIELDS)
    assert all(field.says and field.bounds and field.low < field.high for field in FIELDS)


def test_names_that_were_there_before_are_still_there() -> None:
    before = {
        "lights_off", "minutes_to_fall_asleep", "fell_asleep_at", "n_awakenings", "minutes_awake", "got_up",
        "caffeine_mg", "alcohol_units", "exercise_min", "urge_to_move", "leg_pain", "tingling", "daytime_sleepiness",
        "daytime_jerks", "other_limbs", "partner_saw_kicks", "note", "numbness", "weakness",
    }  # fmt: skip
    assert before <= set(BY_NAME)


def test_of_a_bed_partners_kicks_it_may_be_said_that_no_one_lay_beside() -> None:
    assert read("partner_saw_kicks", " Alone ") == (None, "alone")
    assert cell_of("partner_saw_kicks", *read("partner_saw_kicks", "alone")) == "alone"
    with pytest.raises(UnreadableError):
        read("leg_pain", "alone")


def test_of_two_times_that_contradict_each_other_neither_is_taken() -> None:
    """One alone took the place of a right one: a wrong got_up left lights_off of its row beside an old got_up."""
    assert set(contradictions({"lights_off": "06:00", "got_up": "22:10"}, {})) == {"lights_off", "got_up"}


@pytest.mark.parametrize("word", ["nein", "Non", "nee", "NO"])
def test_no_is_read_as_european_spreadsheets_hold_it(word: str) -> None:
    assert read("leg_pain", word) == (0.0, None)


@pytest.mark.parametrize("word", ["ja", "Oui", "sí", "Yes"])
def test_yes_is_read_as_european_spreadsheets_hold_it(word: str) -> None:
    assert read("leg_pain", word) == (1.0, None)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_name_with_a_letter_too_few_is_taken_for_the_field_that_it_resembles(field: Field) -> None:
    short = field.name[:-2] + field.name[-1]
    assert misspelt([short]) == ({} if short in BY_NAME else {short: field.name})


def test_a_part_of_a_name_is_taken_for_the_field() -> None:
    assert misspelt(["pain", "urge", "caffeine"]) == {
        "pain": "leg_pain",
        "urge": "urge_to_move",
        "caffeine": "caffeine_mg",
    }


def test_fields_and_names_of_quite_other_things_are_not_misspelt() -> None:
    assert (
        misspelt([*BY_NAME, "date", "subject", "weight", "herbal_tea", "mood", "period", "yoga", "cat", "pets"]) == {}
    )
