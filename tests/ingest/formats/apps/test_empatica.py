"""The reader for an Empatica E4's ``ACC.csv``."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ingest import read_recording
from ingest.errors import DamagedRecordingError, EmptyFileError, UnknownFormatError, UnsupportedRecordingError
from ingest.formats.apps import empatica
from ingest.formats.apps.empatica_temperature import read_temperature
from ingest.recognising.sniff import reader_of
from ingest.recording import DeviceClock, Samples
from ingest.tables import walk
from tests.ingest.exports import EVENING_US
from tests.ingest.exports import empatica as session
from tests.ingest.table_files import joined

HEAD = "1710281700.000000, 1710281700.000000, 1710281700.000000\n32.000000, 32.000000, 32.000000\n"


def read(path: Path, text: str) -> Samples:
    path.write_text(text)
    assert reader_of(path) is empatica
    return joined(empatica.read(path))


def test_a_real_session_is_exact(recordings_dir: Path) -> None:
    path = recordings_dir / "flirt_empatica_ACC.csv"
    decoded = empatica.read(path)
    lines = path.read_text().split()
    samples = joined(decoded)
    assert (decoded.format, decoded.rate_hz_nominal, decoded.placement.site) == ("empatica-e4", 32.0, "wrist")
    assert (decoded.clock, decoded.unit, decoded.full_scale_g) == (DeviceClock("utc"), "counts", 2.0)
    assert samples.time_us[0] == round(float(lines[0].rstrip(",")) * 1e6)
    assert len(samples) == 9998
    assert samples.time_us[-1] - samples.time_us[0] == 9997 * 31_250
    np.testing.assert_array_equal(samples.values[0], np.array([-61, 25, 6], np.float32) / 64)
    assert np.median(np.linalg.norm(samples.values, axis=1)) == pytest.approx(0.99976, abs=1e-5)
    assert "missing without a trace" in decoded.problems[0]
    assert all(block.values.dtype == np.int16 for block in decoded.blocks())


@given(
    counts=arrays.arrays(np.int16, st.tuples(st.integers(3, 60), st.just(3)), elements=st.integers(-4, 4)),
    start_us=st.integers(1_000_000_000_000_000, 4_000_000_000_000_000),
)
def test_what_was_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, counts: np.ndarray[tuple[int, int], np.dtype[np.int16]], start_us: int
) -> None:
    counts = counts + np.array([0, 0, 64], dtype=np.int16)
    start = f"{start_us // 10**6}.{start_us % 10**6:06}"
    text = f"{start}, {start}, {start}\n32.000000, 32.000000, 32.000000\n" + "\n".join(
        ",".join(map(str, row)) for row in counts.tolist()
    )
    samples = read(tmp_path_factory.getbasetemp() / "ACC.csv", text)
    np.testing.assert_array_equal(samples.values * 64, counts)
    expected = start_us + np.arange(len(counts)) * 31_250
    assert np.abs(samples.time_us - expected).max() <= 1  # 32-bit seconds with six digits exceed a double's half step


def test_stretches_make_no_difference_and_a_bad_line_keeps_the_time_of_all_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"{i % 5},0,64" for i in range(500)]
    lines[200] = "1,x,64"
    whole = read(tmp_path / "ACC.csv", HEAD + "\n".join(lines))
    monkeypatch.setattr(walk, "STRETCH_BYTES", 200)
    decoded = empatica.read(tmp_path / "ACC.csv")
    np.testing.assert_array_equal(joined(decoded).time_us, whole.time_us)
    np.testing.assert_array_equal(joined(decoded).values, whole.values)
    assert whole.time_us[-1] == EVENING_US + 499 * 31_250
    assert (len(whole), decoded.bad_blocks) == (499, 1)
    assert any("the first is line 203" in problem for problem in decoded.problems)


def test_packed_with_gzip_it_is_the_same(tmp_path: Path) -> None:
    plain = session(tmp_path / "s")
    packed = tmp_path / "ACC.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert reader_of(packed) is empatica
    np.testing.assert_array_equal(joined(empatica.read(packed)).values, joined(empatica.read(plain)).values)


@pytest.mark.parametrize("name", ["BVP.csv", "EDA.csv", "HR.csv", "IBI.csv", "TEMP.csv", "info.txt"])
def test_the_other_files_of_a_session_are_not_claimed(tmp_path: Path, name: str) -> None:
    session(tmp_path)
    assert not empatica.claims((tmp_path / name).read_bytes()[:4096], tmp_path / name)


_MOMENTS = HEAD.index("\n")


@pytest.mark.parametrize("length", [*range(0, _MOMENTS, 9), _MOMENTS - 1])
def test_a_header_cut_short_is_not_claimed(tmp_path: Path, length: int) -> None:
    path = tmp_path / "ACC.csv"
    path.write_text(HEAD[:length])
    assert not empatica.claims(path.read_bytes(), path)


@pytest.mark.parametrize("length", range(_MOMENTS, len(HEAD) - 1))
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_header_cut_behind_its_moments_is_an_empty_session(tmp_path: Path, length: int, newline: str) -> None:
    path = tmp_path / "ACC.csv"
    path.write_bytes(HEAD[:length].replace("\n", newline).encode())
    with pytest.raises(EmptyFileError) as refused:
        read_recording(path)
    assert "column" not in refused.value.hint


def test_a_table_that_goes_on_with_something_else_is_no_session(tmp_path: Path) -> None:
    path = tmp_path / "ACC.csv"
    path.write_text(HEAD[:_MOMENTS] + "\n1710281700.1,0.5\n" * 50)
    assert not empatica.claims(path.read_bytes(), path)


@pytest.mark.parametrize("rate", ["0", "0.0", "0.99", "0." + "0" * 120 + "1"])
def test_a_rate_below_one_a_second_is_none_and_one_is_too_low(tmp_path: Path, rate: str) -> None:
    path = tmp_path / "ACC.csv"
    path.write_text(HEAD.replace("32.000000", rate) + "1,2,60\n" * 50)
    with pytest.raises(UnknownFormatError, match="Empatica"):
        reader_of(path).read(path)
    path.write_text(HEAD.replace("32.000000", "1.0") + "1,2,60\n" * 50)
    with pytest.raises(UnsupportedRecordingError, match="every 1 s"):
        reader_of(path).read(path)


def test_a_header_alone_is_empty_and_rubbish_behind_it_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "ACC.csv"
    path.write_text(HEAD)
    with pytest.raises(EmptyFileError):
        empatica.read(path)
    path.write_text(HEAD + "a,b,c\n" * 50)
    with pytest.raises(DamagedRecordingError, match="50 of 50"):
        empatica.read(path)


def test_a_temperature_that_is_none_costs_only_itself(tmp_path: Path) -> None:
    path = session(tmp_path)
    (tmp_path / "TEMP.csv").write_text("no,temperature\n")
    found, problems = read_temperature(tmp_path / "TEMP.csv")
    assert (len(found.minute_us), len(problems)) == (0, 1)
    assert problems[0].startswith("no temperature was read")
    assert len(read_recording(path).temperature.minute_us) == 0
