"""The ActiLife reader on damaged exports: lines, headers and starts that cannot be read."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import DamagedRecordingError, EmptyFileError, IngestError, NoClockError, UnsupportedRecordingError
from ingest.formats import actilife
from ingest.tables import walk
from tests.drawing import examples
from tests.ingest.formats.actilife_files import NO_STAMPS, START_US, Export, document, even_us, header, in_mg, read
from tests.ingest.table_files import joined, resting_mg

N = 1200


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "night.csv"


@pytest.mark.parametrize("junk", ["0.1,0.2", "0.1,x,0.3", "\0" * 20, "1,2,3,4,5", "nan,0,1"])
def test_a_damaged_line_costs_its_sample_and_moves_no_other(path: Path, junk: str) -> None:
    lines = document(resting_mg(N)).split("\r\n")
    lines[11 + 500] = junk
    decoded = read(path, "\r\n".join(lines))
    kept = np.delete(np.arange(N), 500)
    np.testing.assert_array_equal(joined(decoded).time_us, even_us(N)[kept])
    np.testing.assert_array_equal(in_mg(decoded), resting_mg(N)[kept])
    assert decoded.bad_blocks == 1
    assert "1 of 1200 lines are no samples and were left out, the first is line 512" in decoded.problems


@pytest.mark.parametrize("stretch_bytes", [64, 1000])
def test_damaged_lines_keep_their_time_across_stretches(
    path: Path, monkeypatch: pytest.MonkeyPatch, stretch_bytes: int
) -> None:
    monkeypatch.setattr(walk, "STRETCH_BYTES", stretch_bytes)
    lines = document(resting_mg(N)).split("\r\n")
    bad = list(range(11 + 3, 11 + N, 7))
    for place in bad:
        lines[place] = "?,?"
    decoded = read(path, "\r\n".join(lines))
    np.testing.assert_array_equal(joined(decoded).time_us, np.delete(even_us(N), np.array(bad) - 11))


def test_empty_lines_take_no_time(path: Path) -> None:
    text = document(resting_mg(N)).replace("\r\n", "\r\n\r\n")
    np.testing.assert_array_equal(joined(read(path, text)).time_us, even_us(N))


@pytest.mark.parametrize("n_lines", range(1, 12))
def test_a_file_cut_in_its_header_is_empty(path: Path, n_lines: int) -> None:
    text = "\r\n".join(document(resting_mg(N)).split("\r\n")[:n_lines])
    with pytest.raises(EmptyFileError, match="not a single sample") as caught:
        read(path, text)
    assert caught.value.path == path


def test_a_file_cut_in_a_line_loses_that_line_only(path: Path) -> None:
    text = document(resting_mg(N))
    for end in range(len(text) - 20, len(text)):
        assert N - 1 <= len(joined(read(path, text[:end]))) <= N


def test_text_without_a_table_is_damaged(path: Path) -> None:
    with pytest.raises(DamagedRecordingError, match="not a line behind its header"):
        read(path, "\r\n".join([*header(Export()), *["?"] * 40_000]))


@pytest.mark.parametrize(
    ("old", "new", "error", "what"),
    [
        ("Start Date 10/25/2023\r\n", "", NoClockError, "when it began, '21:30:00', cannot be read"),
        ("Start Time 21:30:00\r\n", "", NoClockError, "when it began, '10/25/2023', cannot be read"),
        ("Start Time 21:30:00", "Start Time 25:30:00", NoClockError, "cannot be read"),
        ("Start Date 10/25/2023", "Start Date 31/31/2023", NoClockError, "cannot be read"),
        ("Start Date 10/25/2023", "Start Date " + "9" * 5000, NoClockError, "cannot be read"),
        ("date format M/d/yyyy", "", NoClockError, "cannot be read"),
        (" at 100 Hz", "", NoClockError, "no rate"),
        (" at 100 Hz", " at 0 Hz", NoClockError, "no rate"),
        (" at 100 Hz", " at 1 Hz", UnsupportedRecordingError, "one line every 1 s"),
    ],
)
def test_a_header_without_a_usable_start_or_rate_is_refused(
    path: Path, old: str, new: str, error: type[IngestError], what: str
) -> None:
    text = document(resting_mg(N))
    assert old in text
    with pytest.raises(error) as caught:
        read(path, text.replace(old, new))
    assert what in caught.value.what
    assert caught.value.path == path
    assert caught.value.hint


def test_a_file_with_readable_stamps_needs_no_start(path: Path) -> None:
    text = document(resting_mg(N), Export(with_stamps=True))
    text = text.replace("Start Date 10/25/2023\r\n", "").replace(" at 100 Hz", "")
    decoded = read(path, text)
    assert joined(decoded).time_us[0] == START_US
    assert decoded.rate_hz_nominal == 100


def test_stamps_that_cannot_be_read_leave_the_start_and_that_is_said(path: Path) -> None:
    text = document(resting_mg(N), Export(with_stamps=True)).replace("10/25/2023 21:30", "yesterday")
    decoded = read(path, text)
    np.testing.assert_array_equal(joined(decoded).time_us, even_us(N))
    assert decoded.problems == (NO_STAMPS,)


def test_decimal_commas_between_commas_are_refused_with_advice(path: Path) -> None:
    text = document(resting_mg(N), Export(decimal=",")).replace(";", ",")
    with pytest.raises(UnsupportedRecordingError, match="6 columns") as caught:
        read(path, text)
    assert "decimal points" in caught.value.hint


@given(data=st.binary(max_size=1500), n_header=st.integers(1, 11))
@settings(max_examples=examples(24))
def test_arbitrary_bytes_behind_a_header_end_in_our_own_errors_or_in_samples(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, n_header: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.csv"
    start = "\r\n".join(document(resting_mg(20)).split("\r\n")[:n_header])
    path.write_bytes(start.encode() + b"\r\n" + data)
    with contextlib.suppress(IngestError):  # anything else is a defect
        list(actilife.read(path).blocks())


@given(seed=st.integers(0, 2**32))
@settings(max_examples=40)
def test_random_damage_makes_up_no_sample(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    path = tmp_path_factory.getbasetemp() / "mutant.csv"
    data = bytearray(document(resting_mg(N)).encode())
    random = np.random.default_rng(seed)
    for place in random.integers(600, len(data), size=5).tolist():
        data[place] ^= 1 << int(random.integers(8))
    path.write_bytes(data)
    found = in_mg(actilife.read(path))
    assert N - 10 <= len(found) <= N
    known = {tuple(row) for row in resting_mg(N).tolist()}
    assert sum(tuple(row) not in known for row in found.tolist()) <= 5
