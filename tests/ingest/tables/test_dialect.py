"""Separators, decimal commas and headers are recognised, and lines made a rectangle."""

from __future__ import annotations

import tracemalloc
from itertools import takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.tables import dialect as dialect_module
from ingest.tables import lines as lines_module
from ingest.tables.dialect import HEAD_BYTES, MOST_COLUMNS, Dialect, detect, is_text, split
from ingest.tables.lines import columns, rectangle


def layout(text: str | bytes) -> Dialect:
    dialect = detect(text.encode() if isinstance(text, str) else text)
    assert dialect is not None
    return dialect


def table(text: bytes, dialect: Dialect) -> list[tuple[str | None, ...]]:
    every = range(dialect.n_columns)
    return columns(rectangle(text, dialect), dialect, as_text=every, as_numbers=()).rows()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", " "])
def test_every_separator_is_recognised(separator: str) -> None:
    text = f"{separator.join('txyz')}\n{separator.join(['1', '0.5', '2', '-3'])}\n"
    dialect = layout(text)
    assert (dialect.separator, dialect.n_columns, dialect.names) == (separator, 4, ("t", "x", "y", "z"))
    assert (dialect.data_start, dialect.lines_before) == (8, 1)


@pytest.mark.parametrize("separator", [";", "\t", "|", " "])
def test_decimal_commas_are_recognised(separator: str) -> None:
    text = separator.join(["17", "0,5", "-1,25", "3"]) + "\n"
    dialect = layout(text)
    assert (dialect.separator, dialect.names) == (separator, ())
    assert table(text.encode(), dialect) == [("17", "0.5", "-1.25", "3")]


def test_decimal_commas_between_commas_need_quotes() -> None:
    text = b'"2024-03-12 22:15:00","0,5","-1,25","0,98"\n'
    dialect = layout(text)
    assert dialect.separator == ","
    assert table(text, dialect) == [("2024-03-12 22:15:00", "0.5", "-1.25", "0.98")]


def test_a_blank_inside_a_time_does_not_separate_where_commas_do() -> None:
    assert layout("2024-03-12 22:15:00.000,0.1,0.2,0.9\n").separator == ","


def test_a_date_and_a_time_between_blanks_are_two_columns() -> None:
    text = b"2024-03-12  22:15:00.5   0.1\t0.2  0.9 \n  2024-03-12 22:15:00.6 0.1 0.2 0.9\n"
    assert table(text, layout(text)) == [
        ("2024-03-12", "22:15:00.5", "0.1", "0.2", "0.9"),
        ("2024-03-12", "22:15:00.6", "0.1", "0.2", "0.9"),
    ]


def test_a_byte_order_mark_is_part_of_nothing() -> None:
    assert layout(b"\xef\xbb\xbftime,x,y,z\n1,2,3,4\n").names == ("time", "x", "y", "z")
    assert layout(b"\xef\xbb\xbf1,2,3,4\n1,2,3,4\n").data_start == 3


def test_lines_before_the_header_are_passed_over() -> None:
    dialect = layout("Device: shaker\nSubject,7,,\n\nTime,X [mg],Y [mg],Z [mg]\n1,2,3,4\n")
    assert dialect.names == ("Time", "X [mg]", "Y [mg]", "Z [mg]")
    assert dialect.lines_before == 4


def test_a_row_of_units_goes_to_the_names() -> None:
    assert layout("Timestamp;Accel X;Accel Y;Accel Z\nms;m/s2;m/s2;m/s2\n1;2;3;4\n").names == (
        "Timestamp ms",
        "Accel X m/s2",
        "Accel Y m/s2",
        "Accel Z m/s2",
    )


def test_a_header_may_be_a_comment() -> None:
    assert layout("# t x y z\n1 2 3 4\n").names == ("t", "x", "y", "z")
    assert layout("#t,x,y,z\n1,2,3,4\n").names == ("t", "x", "y", "z")


def test_a_separator_at_the_end_of_every_line_makes_an_empty_column() -> None:
    assert layout("t,x,y,z\n1,2,3,4,\n5,6,7,8,\n").names == ("t", "x", "y", "z", "")
    assert layout("t,x,y,z,\n1,2,3,4\n5,6,7,8\n").names == ("t", "x", "y", "z")


def test_a_first_line_with_missing_values_is_not_a_header() -> None:
    assert layout("2024-03-12T22:15:00Z,nan,nan,nan\n" + "2024-03-12T22:15:01Z,1,2,3\n" * 3).names == ()


def test_names_in_latin_1_are_read() -> None:
    assert layout("t;x (m/s²);y (m/s²);z (m/s²)\n1;2;3;4\n".encode("latin-1")).names[1] == "x (m/s²)"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n\n\n",
        b"Dear diary, I slept.\nBadly, as ever.\n",
        b"date,bed,wake\n2024-03-12,22:15,06:30\n",
        b"------------ Data File Created By ActiGraph date format M/d/yyyy at 30 Hz\n1,2,3\n",
        b"\xef\xbb\xbf------------ Data\n1,2,3\n",
        b"MD\xfc\x03" + bytes(1020),
        b"1,2,3,4\n\x00\n",
        "t,x,y,z\n1,2,3,4\n".encode("utf-16"),
        b'{"x": [1, 2, 3]}\n',
    ],
)
def test_what_is_no_table_of_numbers_has_no_dialect(text: bytes) -> None:
    assert detect(text) is None


@given(st.binary(max_size=400))
def test_no_bytes_break_the_recognition(data: bytes) -> None:
    dialect = detect(data)
    if dialect is not None:
        assert is_text(data)
        assert len(table(data[dialect.data_start :], dialect)) >= 1


@pytest.mark.parametrize(("n_columns", "is_table"), [(MOST_COLUMNS, True), (MOST_COLUMNS + 1, False)])
def test_lines_of_thousands_of_numbers_are_no_samples(n_columns: int, *, is_table: bool) -> None:
    assert (detect((",".join(["1"] * n_columns) + "\n").encode() * 3) is not None) is is_table


def test_only_complete_lines_of_a_longer_file_are_looked_at() -> None:
    line = "2024-03-12T22:15:00Z,1,2,3\n"
    head = (line * HEAD_BYTES)[: HEAD_BYTES - 5] + "\n1,2,"
    assert layout(head).n_columns == 4


def test_lines_with_another_width_are_left_out_and_their_places_known() -> None:
    text = b"1,2,3,4\n\n1,2,3\n5,6,7,8\n1,2,3,4,5\n9,9,9,9"
    lines = rectangle(text, layout("1,2,3,4\n"))
    assert lines.text == b"1,2,3,4\n5,6,7,8\n9,9,9,9\n"
    assert lines.number.tolist() == [0, 3, 5]
    assert lines.wrong.tolist() == [2, 4]
    assert lines.n_lines == 6


def test_a_quote_left_open_costs_its_own_line_only() -> None:
    dialect = layout('"1","2","3","4"\n')
    assert table(b'"1","2,3,4\n"5","6","7","8"\n', dialect) == [("5", "6", "7", "8")]


@given(st.lists(st.lists(st.sampled_from(["1", "-2.5", "", "x"]), min_size=1, max_size=6), max_size=30), st.booleans())
def test_every_line_is_kept_or_counted(rows: list[list[str]], crlf: bool) -> None:  # noqa: FBT001 - a drawn value
    text = ("\r\n" if crlf else "\n").join(",".join(row) for row in rows).encode()
    lines = rectangle(text, Dialect(",", names=(), n_columns=4, data_start=0, lines_before=0))
    wide = [i for i, row in enumerate(rows) if len(row) == 4]
    empty = [i for i, row in enumerate(rows) if row == [""]]
    assert lines.number.tolist() == wide
    assert sorted([*wide, *empty, *lines.wrong.tolist()]) == list(range(len(rows)))


@pytest.mark.parametrize("separator", [",", ";", " "])
@given(
    lines=st.lists(st.sampled_from(["1,2,3,4", '"1",2,3,4', " 1, 2 ,3,4 ", "1,2,3", "", '"', '1,"2,3,4']), max_size=40),
    newline=st.sampled_from(["\n", "\r\n"]),
    piece_bytes=st.integers(0, 30),
)
def test_it_does_not_matter_into_which_pieces_a_stretch_falls(
    separator: str, lines: list[str], newline: str, piece_bytes: int
) -> None:
    text = newline.join(lines).replace(",", separator).encode()
    dialect = Dialect(separator, names=(), n_columns=4, data_start=0, lines_before=0)
    whole = rectangle(text, dialect)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines_module, "PIECE_BYTES", piece_bytes)
        cut = rectangle(text, dialect)
    assert (cut.text, cut.n_lines) == (whole.text, whole.n_lines)
    assert (cut.number.tolist(), cut.wrong.tolist()) == (whole.number.tolist(), whole.wrong.tolist())


@pytest.mark.parametrize("line", [b"\n", b'"\n', b",\n", b"\r\n"])
def test_nothing_but_lines_takes_little_memory(line: bytes) -> None:
    text = line * (4 << 20)
    tracemalloc.start()
    rectangle(text, Dialect(",", names=(), n_columns=4, data_start=0, lines_before=0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * len(text)


def test_numbers_that_are_none_become_null() -> None:
    dialect = layout("1,2,3,4\n")
    parsed = columns(rectangle(b"1, 2 ,abc,-.5e1\n", dialect), dialect, as_text=[0], as_numbers=[1, 2, 3])
    assert parsed.rows() == [("1", 2.0, None, -5.0)]


def test_a_line_that_is_no_csv_has_no_fields() -> None:
    assert split("t,x\ry,z", ",") == []
    assert split(f"t,{'x' * 200_000}", ",") == []


#: Lines that a damaged head is made of: headers, units, comments, facts, numbers, cut off and with empty fields behind.
_HEAD_LINES = (
    "time,x,y,z", "# time,x,y,z", "#,time,x,y,z", "time,x,y,z,", "time,x,y,z,note", "s,g,g,g", "a,b,c,d", "time,x,y",
    "", ",,,", "1,2,3,4", "a,b,c,d,,,,", "time,x,y,z,,1", "was it a good night,or one of many,more words here,and more",
    "%a,x,y,z", "nan,x,y,z", "x,y,z,",
)  # fmt: skip


def _names_of_all(above: list[list[str]], width: int, *, trailing: bool) -> tuple[str, ...]:
    """The header by its definition, from every line above the samples."""

    def is_header(row: list[str], width: int, *, trailing: bool) -> bool:
        filled = dialect_module._padded(row, width) if trailing and len(row) == width - 1 else row
        while len(filled) > width and filled[-1] == "":
            filled = filled[:-1]
        return dialect_module._is_header(filled, width, ",", trailing=False)

    rows = [dialect_module._uncommented(row) for row in above]
    if rows and len(rows[-1]) == width + 1 and is_header(rows[-1], width + 1, trailing=False):
        rows[-1] = rows[-1][:width]
    fitting = list(takewhile(lambda row: is_header(row, width, trailing=trailing), reversed(rows)))
    header = [dialect_module._padded(row, width) for row in reversed(fitting[:3])]
    return tuple(" ".join(filter(None, parts)) for parts in zip(*header, strict=True))


def _below_clear_of_all(
    rows: list[list[str]], first: int, width: int, *, trailing: bool
) -> tuple[int, tuple[str, ...]] | None:
    for end in range(first - 1, 0, -1):
        names = _names_of_all(rows[:end], width, trailing=trailing)
        if dialect_module._is_clear(names) and dialect_module._is_clear(
            tuple(dialect_module._uncommented(rows[end - 1]))
        ):
            return end, names
    return None


@given(lines=st.lists(st.sampled_from(_HEAD_LINES), max_size=12), width=st.integers(3, 5), trailing=st.booleans())
def test_a_header_is_found_by_its_nearest_lines_as_by_all(lines: list[str], width: int, *, trailing: bool) -> None:
    rows = [split(line, ",") for line in lines]
    names = dialect_module._names(rows, width, ",", trailing=trailing)
    assert names == _names_of_all(rows, width, trailing=trailing)
    below = dialect_module._below_clear(rows, len(rows), width, ",", trailing=trailing)
    assert below == _below_clear_of_all(rows, len(rows), width, trailing=trailing)


@pytest.mark.parametrize("line", ["a,b,c,d", "# a note", "time,x,y,z of a sensor,1"])
def test_each_line_of_a_long_head_is_looked_at_a_few_times(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0
    plain = dialect_module._uncommented

    def counted(row: list[str]) -> list[str]:
        nonlocal looked
        looked += 1
        return plain(row)

    monkeypatch.setattr(dialect_module, "_uncommented", counted)
    n_lines = 2_000
    layout((line + "\n") * n_lines + "1,0.5,2,-3\n" * n_lines)
    assert looked <= 5 * n_lines
