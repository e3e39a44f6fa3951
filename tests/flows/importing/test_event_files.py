"""Files of event lists: what spreadsheets do to CSV is understood, what would be misread is refused in one line."""

from __future__ import annotations

import gzip
import os
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.importing import event_files
from flows.importing.event_files import EventFile, read_event_file
from ingest.errors import UsageError

WANTED = ("night_id", "onset_s", "offset_s")
PLAIN = b"night_id,onset_s,offset_s\nA,1.5,2\nB,3,4\n"
ROWS = [("A", "1.5", "2"), ("B", "3", "4")]


def read(content: bytes, name: str = "list.csv") -> EventFile:
    path = Path(name)
    path.write_bytes(content)
    return read_event_file(path, WANTED)


def refusal(content: bytes) -> str:
    with pytest.raises(UsageError) as refused:
        read(content)
    line = refused.value.line()
    assert "\n" not in line
    assert line.startswith("list.csv: ")
    return line.removeprefix("list.csv: ")


def parquet(frame: pl.DataFrame) -> bytes:
    frame.write_parquet("made.parquet")
    return Path("made.parquet").read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + PLAIN,
        b"\n\n" + PLAIN + b"\n\n",
        PLAIN.replace(b"\nB", b"\n\nB"),
        PLAIN + b",,\n,,\n",
        PLAIN.replace(b"A", b'"A"').replace(b"night_id", b'"night_id"'),
        PLAIN.replace(b",", b" ,", 2),
    ],
    ids=["plain", "crlf", "mark", "blank at both ends", "blank between", "empty rows", "quoted", "blanks in heading"],
)
def test_what_programs_do_to_csv_is_understood(content: bytes) -> None:
    file = read(content)
    assert (file.columns.columns, file.columns.rows(), file.ignored, file.is_cut) == (list(WANTED), ROWS, (), False)


def test_columns_may_come_in_any_order_among_others_that_are_named() -> None:
    file = read(b",offset_s,note,night_id,onset_s,note\nx,2,calm,A,1.5,y\nz,4,,B,3,\n")
    assert file.columns.rows() == ROWS
    assert file.ignored == ("(no name)", "note", "note")


def test_content_decides_and_the_suffix_does_not() -> None:
    table = pl.DataFrame({"night_id": ["A"], "onset_s": [1.5], "other": [1]})
    file = read(parquet(table), "list.csv")
    assert (file.columns.rows(), file.ignored) == ([("A", 1.5)], ("other",))
    assert read(PLAIN, "list.parquet").columns.rows() == ROWS


def test_a_heading_alone_is_a_list_without_events() -> None:
    for content in (b"night_id,onset_s,offset_s", b"night_id,onset_s,offset_s\r\n\r\n"):
        file = read(content)
        assert (file.columns.columns, len(file.columns), file.is_cut) == (list(WANTED), 0, False)


def test_a_last_line_without_an_end_is_read_and_noticed() -> None:
    file = read(PLAIN.rstrip())
    assert (file.columns.rows(), file.is_cut) == (ROWS, True)


def test_text_is_kept_as_it_stands() -> None:
    assert read(b'night_id,onset_s,offset_s\n"a,""b""",007,NA\n').columns.rows() == [('a,"b"', "007", "NA")]


@pytest.mark.parametrize("last", [b"B,3", b"B,3,4,5", b"B", b'B,"3,4"'])
def test_a_row_with_other_fields_than_the_heading_is_refused_by_its_number(last: bytes) -> None:
    line = refusal(b"night_id,onset_s,offset_s\nA,1,2\n\n" + last)
    fields = {b'B,"3,4"': 2}.get(last, last.count(b",") + 1)
    assert line.startswith(f"row 2 has {fields} fields, the heading 3: B")


@pytest.mark.parametrize(("separator", "word"), [(b";", "semicolons"), (b"\t", "tabs"), (b"|", "bars")])
def test_another_separator_is_refused_by_its_name(separator: bytes, word: str) -> None:
    content = PLAIN.replace(b",", separator).replace(b".", b",")
    assert refusal(content) == f"the columns are separated by {word} (save it with commas)"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "the file is empty (a list without events still has its heading)"),
        (PLAIN.decode().encode("utf-16"), "neither CSV nor Parquet (save it as CSV UTF-8 with commas, unpacked)"),
        (PLAIN.decode().encode("utf-16-le"), "neither CSV nor Parquet"),
        (PLAIN + b"\xe9,1,2\n", "line 4 is no UTF-8 text (save it as CSV UTF-8"),
        (gzip.compress(PLAIN, mtime=0), "neither CSV nor Parquet"),
        (PLAIN.replace(b"\n", b"\r"), "the lines end with a bare carriage return"),
        (PLAIN.replace(b"offset_s", b"onset_s"), "two columns are called onset_s (keep one of them)"),
        (PLAIN + b'"C,1,2\n', "no CSV: unexpected end of data (check the quotes)"),
        (PLAIN + b'"C"x,1,2\n', "no CSV: "),
        (b"PAR1" + PLAIN, "the table is damaged (write or copy the file again)"),
    ],
    ids=["empty", "utf-16", "utf-16 unmarked", "latin-1", "gzip", "old line ends", "twice", "open", "after", "damaged"],
)
def test_what_is_no_list_is_refused_with_the_way_out(content: bytes, what: str) -> None:
    assert refusal(content).startswith(what)


def test_a_truncated_parquet_file_is_refused() -> None:
    whole = parquet(pl.DataFrame({"onset_s": [float(k) for k in range(1000)]}))
    for length in (4, 8, len(whole) // 2, len(whole) - 1):
        assert refusal(whole[:length]) == "the table is damaged (write or copy the file again)"


def test_what_is_no_file_is_refused_without_opening_it() -> None:
    Path("folder").mkdir()
    os.mkfifo("pipe")
    for name, what in (("missing.csv", "no such file"), ("folder", "a folder, not a file"), ("pipe", "a pipe, not a")):
        with pytest.raises(UsageError) as refused:
            read_event_file(Path(name), WANTED)
        assert refused.value.line().startswith(f"{name}: {what}")


def test_size_and_number_of_rows_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_files, "MOST_ROWS", 2)
    assert len(read(PLAIN).columns) == 2
    assert refusal(PLAIN + b"C,5,6\n") == "more than 2 rows (split it by nights)"
    assert refusal(parquet(pl.DataFrame({"onset_s": [1, 2, 3]}))) == "more than 2 rows (split it by nights)"
    monkeypatch.setattr(event_files, "MOST_BYTES", len(PLAIN))
    assert len(read(PLAIN).columns) == 2
    assert refusal(PLAIN + b"\n") == "larger than 0 MB (split it by nights)"


def test_a_parquet_file_of_too_many_equal_rows_is_refused_before_it_is_unfolded() -> None:
    rows = pl.select(pl.repeat(1, event_files.MOST_ROWS + 1, dtype=pl.UInt8).alias("onset_s"))
    content = parquet(rows)
    assert len(content) < 1_000_000
    assert refusal(content) == "more than 10,000,000 rows (split it by nights)"


@given(st.binary(max_size=300), st.sampled_from([b"", PLAIN, b"night_id,onset_s,offset_s\n", b"PAR1"]))
def test_no_content_makes_anything_but_our_refusal(tail: bytes, head: bytes) -> None:
    with suppress(UsageError):
        assert set(read(head + tail).columns.columns) <= set(WANTED)


_cell = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)


@given(st.lists(st.tuples(_cell, _cell, _cell).filter(any), max_size=6))
def test_what_polars_writes_is_read_back_cell_by_cell(rows: list[tuple[str, str, str]]) -> None:
    table = pl.DataFrame(rows, dict.fromkeys(WANTED, pl.String), orient="row")
    file = read(table.write_csv().encode())
    assert file.columns.fill_null("").rows() == rows
