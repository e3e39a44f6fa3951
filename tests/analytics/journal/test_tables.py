"""Journal files: what is exported imports unchanged, and what European spreadsheets write is read."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.journal.cells import UnreadableError, read
from analytics.journal.fields import BY_NAME, FIELDS, OWN_NAME, Field
from analytics.journal.rows import Noted, noted_of
from analytics.journal.tables import Format, table_of, text_of
from analytics.said import JournalEntry
from ingest.errors import UsageError

DAY = date(2026, 3, 2)
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), max_size=30).map(str.strip)
HARD = st.sampled_from(
    ["80", "1,5", "'80", "=1+1", "'=1", "-5", "'-5", "+05:45", '"', ";,\tx", "yes", "a\nb", "<script>", "\u202e"]
)
TEXT = st.one_of(WORDS, HARD).filter(bool)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


def noted_in(text: str, kind: Format = "csv", latest: date | None = None) -> Noted:
    table = table_of(text, kind)
    noted = noted_of(table.rows, subject="me", latest=latest)
    return Noted(noted.entries, (*table.problems, *noted.problems))


def _content(field: Field) -> st.SearchStrategy[tuple[float | None, str | None]]:
    if field.kind == "clock":
        # Of one evening, so that no two contradict each other.
        return st.integers(0, 59).map(lambda minute: (None, f"23:{minute:02}"))
    if field.kind == "words":
        return TEXT.map(lambda text: (None, text))
    if field.kind == "count":
        return st.integers(int(field.low), int(field.high)).map(lambda n: (float(n), None))
    return st.floats(field.low, field.high).map(lambda value: (value, None))


NIGHT = {"lights_off", "got_up", "into_bed_at", "woke_at", "fell_asleep_at"}
KNOWN = st.sampled_from([f for f in FIELDS if f.name not in NIGHT]).flatmap(
    lambda field: st.tuples(st.just(field.name), _content(field))
)
OWN = st.tuples(
    st.from_regex(OWN_NAME, fullmatch=True).filter(
        lambda name: name not in BY_NAME and name not in ("date", "subject")
    ),
    st.one_of(TEXT.map(lambda text: (None, text)), NUMBERS.map(lambda value: (value, None))),
)
DAYS = st.dictionaries(
    st.tuples(st.one_of(st.sampled_from(["me", "Eva"]), TEXT), st.integers(0, 40)),
    st.lists(st.one_of(KNOWN, OWN), min_size=1, max_size=6),
    max_size=5,
)


@given(DAYS, st.sampled_from(["csv", "toml"]))
def test_what_is_exported_imports_unchanged(
    days: dict[tuple[str, int], list[tuple[str, tuple[float | None, str | None]]]], kind: Format
) -> None:
    entries = {
        JournalEntry(subject, DAY + timedelta(days=n), name, *content)
        for (subject, n), fields in days.items()
        for name, content in dict(fields).items()
    }
    text = text_of(entries, kind)
    if not entries and kind == "csv":
        assert text == "date,subject\n"
        return
    noted = noted_in(text, kind)
    assert noted.problems == ()
    assert {entry for entry in noted.entries if (entry.value, entry.text) != (None, None)} == entries
    assert text_of(noted.entries, kind) == text


@given(st.sampled_from(FIELDS), st.text(max_size=8))
def test_whatever_can_be_noted_in_a_field_comes_back_from_a_file(field: Field, said: str) -> None:
    try:
        content = read(field.name, said)
    except UnreadableError:
        return
    if content != (None, None):
        entry = JournalEntry("me", DAY, field.name, *content)
        for kind in ("csv", "toml"):
            assert noted_in(text_of([entry], kind), kind).entries == (entry,)


def test_a_journal_of_a_european_spreadsheet_is_read_and_what_is_wrong_named_by_line_and_column() -> None:
    text = (
        "Date;Lights off;got_up;water_l;Herbal Tea;note;;\r\n"
        '02.03.2026;10:40 pm;06:50;1,5;1;"late; loud\r\nsecond line";;\r\n'
        "03.03.2026;22.40;25:00;2;0,5;;;\r\n"
        "03.03.2026;23:00;07:00;1;;;;\r\n"
        "14.03.2062;23:00;07:00;1;;;;\r\n"
        ";23:00;07:00;1;;merged;;\r\n"
        "\r\n"
        "05.03.2026;2315;7h05;1,500;;;;\r\n"
    )
    noted = noted_in(text, latest=date(2026, 3, 31))
    found = {(e.day.day, e.kind): e.value if e.value is not None else e.text for e in noted.entries}
    assert {key: value for key, value in found.items() if value is not None} == {
        (2, "lights_off"): "22:40", (2, "got_up"): "06:50", (2, "water_l"): 1.5, (2, "herbal_tea"): 1.0,
        (2, "note"): "late; loud\nsecond line",
        (3, "lights_off"): "22:40", (3, "water_l"): 2.0, (3, "herbal_tea"): 0.5,
        (5, "lights_off"): "23:15", (5, "got_up"): "07:05",
    }  # fmt: skip
    assert [(p.line, p.column) for p in noted.problems] == [
        (4, "got_up"), (5, "date"), (6, "date"), (7, "date"), (9, "water_l"),
    ]  # fmt: skip
    assert "is there twice, first in line 4" in noted.problems[1].what
    assert "in the future" in noted.problems[2].what


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found_or_named(separator: str) -> None:
    plain = separator.join(("date", "note")) + "\n" + separator.join(("2026-03-02", "x")) + "\n"
    expected = (JournalEntry("me", DAY, "note", text="x"),)
    assert noted_in(plain).entries == expected
    assert noted_in(f"sep={separator}\n{plain}").entries == expected


def test_a_row_of_more_cells_and_a_column_without_a_name_are_named() -> None:
    noted = noted_in("date,note,\n2026-03-02,x,y\n2026-03-03,late, loud, cold\n2026-03-04,fine\n")
    assert [(entry.day.day, entry.text) for entry in noted.entries] == [(2, "x"), (4, "fine")]
    assert [problem.line for problem in noted.problems] == [2, 3]


def test_a_column_with_an_impossible_name_holds_up_nothing_else() -> None:
    noted = noted_in("date,Kräutertee,note\n2026-03-02,1,x\n")
    assert noted.entries == (JournalEntry("me", DAY, "note", text="x"),)
    assert [(p.line, p.column) for p in noted.problems] == [(2, "kräutertee")]


def test_toml_takes_times_dates_numbers_and_answers_as_it_writes_them() -> None:
    text = '[[day]]\ndate = 2026-03-02\nlights_off = 22:40:00\nleg_pain = true\nmy_own = "80"\nx = [1]\n'
    noted = noted_in(text, "toml")
    assert set(noted.entries) == {
        JournalEntry("me", DAY, "lights_off", text="22:40"),
        JournalEntry("me", DAY, "leg_pain", value=1.0),
        JournalEntry("me", DAY, "my_own", text="80"),
    }
    assert [(p.line, p.column) for p in noted.problems] == [(1, "x")]


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("", "csv", "no column is called date"),
        ("date;date\n", "csv", "two columns have the same name"),
        ("date,note\n2026-03-02,\"" + "x" * 200_000 + '"\n', "csv", "line 2: no row of a table"),
        ("[[day]\n", "toml", "no TOML"),
        ("day = 3\n", "toml", "no list of tables"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_a_line(text: str, kind: Format, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        table_of(text, kind)
