"""What the FIT reader keeps of damaged, hostile and unsuitable files, and what it says."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import (
    DamagedRecordingError,
    IngestError,
    UnreadableFileError,
)
from ingest.formats.fit import budget, fitparse_decoding
from ingest.formats.fit import reader as fit
from ingest.formats.fit.messages import (
    ACCELEROMETER,
    TIMESTAMP,
)
from ingest.writers.fit_tables import (
    SINT16,
    UINT16,
    UINT32,
    WrittenColumn,
    fit_file,
    message,
    messages,
)
from tests.ingest.formats.fit.fit_files import (
    NONSENSE,
    REST,
    T0,
    burst,
    calibration,
    decode,
    joined,
    level,
    split,
    unix,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "night.fit"


@pytest.mark.parametrize(("n_cut", "n_left"), [(0, 6), (1, 3), (2, 3), (3, 3), (20, 3)])
def test_a_message_that_lacks_its_last_bytes_is_not_made_up(path: Path, n_cut: int, n_left: int) -> None:
    whole = fit_file(burst(REST) + burst(REST, stamp=T0 + 1))
    path.write_bytes(whole[: -2 - n_cut])
    decoded = fit.read(path)
    assert len(joined(decoded)[0]) == n_left
    assert len(decoded.problems) == (1 if n_cut == 0 else 2)


def test_a_bad_checksum_is_reported_and_the_data_kept(path: Path) -> None:
    data = bytearray(fit_file(burst(REST) + burst(REST, stamp=T0 + 1)))
    data[-1] ^= 1
    path.write_bytes(data)
    decoded = fit.read(path)
    assert len(joined(decoded)[0]) == 6
    (problem,) = decoded.problems
    assert f"checksum over bytes 0 to {len(data) - 2:,} is wrong" in problem


def test_a_damaged_part_does_not_take_the_next_one_with_it(path: Path) -> None:
    path.write_bytes(fit_file(burst(REST) + b"\x0f") + fit_file(burst(REST, stamp=T0 + 9)))
    decoded = fit.read(path)
    assert len(joined(decoded)[0]) == 6
    assert [problem for problem in decoded.problems if "invalid local message type 15" in problem]
    assert decoded.bad_blocks == 1


def test_a_message_of_senseless_types_is_left_out_and_counted(path: Path) -> None:
    columns = [WrittenColumn(TIMESTAMP, UINT32, np.array([T0])), WrittenColumn(1, UINT16, np.array([[0]]))]
    nonsense = messages(ACCELEROMETER, [*columns, WrittenColumn(5, NONSENSE, np.array([[1, 2, 3, 4]]))])
    decoded = decode(path, nonsense, burst(REST))
    assert decoded.bad_blocks == 1
    assert decoded.problems == ("Acceleration messages left out because they hold no usable sample: 1.",)


def test_several_samples_without_offsets_have_no_time(path: Path) -> None:
    columns = [WrittenColumn(f, SINT16, np.array([[0, 0]])) for f in (8, 9, 10)]
    with pytest.raises(DamagedRecordingError):
        decode(path, messages(ACCELEROMETER, [WrittenColumn(TIMESTAMP, UINT32, np.array([T0])), *columns]))


def test_messages_without_content_cost_nothing(path: Path) -> None:
    empty = bytes((0x40, 0, 0, 20, 0, 0)) + bytes(200_000)
    decoded = decode(path, empty, burst(REST))
    assert len(joined(decoded)[0]) == 3
    assert decoded.problems == ()


def test_definitions_without_end_end_the_reading(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MAX_FIELD_DEFINITIONS", 100)
    definition = bytes((0x40, 0, 0, 20, 0, 51)) + bytes((1, 1, 2)) * 51
    decoded = decode(path, burst(REST), definition * 2, burst(REST))
    assert any("too many definitions" in problem for problem in decoded.problems)
    assert len(joined(decoded)[0]) == 3


def test_definitions_without_fields_count_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MAX_FIELD_DEFINITIONS", 100)
    decoded = decode(path, burst(REST), bytes((0x40, 0, 0, 20, 0, 0)) * 94)
    assert any("too many definitions" in problem for problem in decoded.problems)
    assert decode(path, burst(REST), bytes((0x40, 0, 0, 20, 0, 0)) * 93).problems == ()


def test_only_definitions_that_differ_count_as_layouts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MAX_LAYOUTS", 2)
    one, other, third = (bytes((0x40, 0, 0, 20, 0, 1, field, 1, 2)) for field in (1, 2, 3))
    assert decode(path, burst(REST), one * 50).problems == ()
    decoded = decode(path, burst(REST), one, other, third)
    assert any("too many different definitions" in problem for problem in decoded.problems)


@pytest.mark.parametrize(("n_most", "n_samples"), [(3, 9), (4, 12)])
def test_too_many_messages_end_the_reading_over_all_parts(
    path: Path, monkeypatch: pytest.MonkeyPatch, n_most: int, n_samples: int
) -> None:
    monkeypatch.setattr(budget, "MAX_MESSAGES", n_most)
    path.write_bytes(fit_file(burst(REST) * 2) + fit_file(burst(REST) * 2))
    decoded = fit.read(path)
    assert len(joined(decoded)[0]) == n_samples
    assert [p for p in decoded.problems if "more than 3 messages" in p] == list(decoded.problems)
    assert bool(decoded.problems) == (n_most == 3)


@pytest.mark.parametrize("n_most", [700, 701])
def test_a_cycle_of_messages_ends_where_too_many_do(path: Path, monkeypatch: pytest.MonkeyPatch, n_most: int) -> None:
    monkeypatch.setattr(budget, "MAX_MESSAGES", n_most)
    definition, data = split(burst(REST))
    other = bytes((0x41, 0, 0, 20, 0, 1, 3, 1, 2)), b"\x01\x3c"
    decoded = decode(path, definition, other[0], (data + other[1]) * 1000)
    assert len(joined(decoded)[0]) == 3 * 351 - 3 * (n_most == 700)


def test_a_field_of_an_odd_size_costs_only_itself(path: Path) -> None:
    """fitparse 1.2.0 reads nothing from such a definition on; some watches write them."""
    odd = bytes((0x40, 0, 0, 18, 0, 2, 253, 4, 0x86, 7, 3, 0x84)) + bytes(1 + 7)
    own = bytes((0x40, 0, 0, 162, 0, 3, 253, 4, 0x86, 1, 4, 0x86, 9, 5, 0x84))
    values = bytes(1) + T0.to_bytes(4, "little") + (100).to_bytes(4, "little") + b"12345"
    decoded = decode(path, odd, own, values, burst(REST, stamp=130))
    assert joined(decoded)[0][0] == unix(T0 + 30)
    assert decoded.problems == ()


def test_a_field_of_no_bytes_costs_only_itself(path: Path) -> None:
    event = bytes((0x40, 0, 0, 21, 0, 4, 2, 0, 0x84, 253, 4, 0x86, 0, 1, 0, 1, 1, 0))
    marks = b"".join(bytes(1) + (T0 + 60 * k).to_bytes(4, "little") + bytes((74, k)) for k in (0, 1))
    (window,) = decode(path, burst(REST), event, marks).sleep_windows
    assert (window.start_us, window.end_us) == (unix(T0), unix(T0 + 60))


def test_a_message_that_fitparse_cannot_decode_costs_only_itself(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(field: object) -> bool:
        if getattr(field, "raw_value", None) == 13:
            raise TypeError("13")
        return said(field)

    said = fitparse_decoding._says
    monkeypatch.setattr(fitparse_decoding, "_says", refuse)
    decoded = decode(path, burst(REST), level(T0, 1), level(T0 + 60, 13), level(T0 + 120, 2), level(T0 + 180, 0))
    assert [(s.start_us - unix(T0), s.stage) for s in decoded.stages] == [(0, "wake"), (120_000_000, "light")]
    assert decoded.problems == ("Messages left out because they are too many or cannot be decoded: 1.",)


def test_messages_for_fitparse_are_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MAX_DELEGATED", 3)
    decoded = decode(path, burst(REST), *(level(T0 + k, k % 2) for k in range(5)))
    assert len(decoded.stages) == 2
    assert decoded.problems == ("Messages left out because they are too many or cannot be decoded: 2.",)


def test_no_more_problems_are_listed_than_somebody_reads(path: Path) -> None:
    broken = fit_file(burst(REST))[:-2] + b"??"
    path.write_bytes(broken * 20)
    assert len(fit.read(path).problems) == 20
    path.write_bytes(broken * 22)
    assert len(fit.read(path).problems) == 21
    assert fit.read(path).problems[-1] == "And 2 more problems."


def test_a_file_that_is_too_large_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = fit_file(burst(REST))
    path.write_bytes(data)
    monkeypatch.setattr(fit, "MAX_BYTES", len(data))
    assert fit.read(path).problems == ()
    monkeypatch.setattr(fit, "MAX_BYTES", len(data) - 1)
    with pytest.raises(UnreadableFileError, match="larger than"):
        fit.read(path)


def test_a_folder_or_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.fit"):
        with pytest.raises(UnreadableFileError):
            fit.read(path)


@given(st.data())
def test_no_damage_makes_anything_but_our_own_errors(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    body = message(0, (1, UINT16, 1)) + burst(REST) + level(T0, 1) + calibration() + burst(REST, first_field=8)
    content = bytearray(fit_file(body) * 2)
    for at, value in data.draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=6)):
        content[at] = value
    path = tmp_path_factory.mktemp("fit") / "damaged.fit"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    with suppress(IngestError):
        times, xyz_g = joined(fit.read(path))
        assert len(times) == len(xyz_g)
        assert np.isfinite(xyz_g).all()
