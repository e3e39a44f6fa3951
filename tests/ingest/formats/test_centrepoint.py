"""CSV exports of ActiGraph's CentrePoint: UTC, and seconds without decimals that repeat (GGIR issue 705)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.errors import UnsupportedRecordingError
from ingest.formats import delimited as delimited
from ingest.recording import Decoded, Device, DeviceClock
from tests.ingest.table_files import EVENING_US, joined, read, resting_mg, small_stretches

N = 2000
SHORT, FULL = "Timestamp,X,Y,Z", "Timestamp,Accelerometer X,Accelerometer Y,Accelerometer Z"


def times_us(rate_hz: int, start_us: int = EVENING_US + 400_000) -> NDArray[np.int64]:
    """A device that starts in the middle of a second."""
    return start_us + np.rint(np.arange(N) * 1e6 / rate_hz).astype(np.int64)


def document(stamps_us: NDArray[np.int64], decimals: int, *, names: str = SHORT, above: str = "") -> str:
    texts = np.datetime_as_string(stamps_us.astype("datetime64[us]"), unit="us").tolist()
    ends = {0: 19, 3: 23, 6: 26}[decimals]
    rows = (
        f"{text[:ends]}Z,{x / 1000:.6f},{y / 1000:.6f},{z / 1000:.6f}"
        for text, (x, y, z) in zip(texts, resting_mg(len(texts)).tolist(), strict=True)
    )
    return above + "\r\n".join([names, *rows, ""])


def is_from_centrepoint(decoded: Decoded) -> bool:
    return (decoded.format, decoded.device) == ("centrepoint-csv", Device("ActiGraph"))


@pytest.mark.parametrize("names", [SHORT, FULL])
@pytest.mark.parametrize("rate_hz", [32, 64, 100])
def test_repeated_seconds_are_spread_over_themselves_and_that_is_said(tmp_path: Path, rate_hz: int, names: str) -> None:
    decoded = read(tmp_path / "a.csv", document(times_us(rate_hz), 0, names=names))
    assert is_from_centrepoint(decoded)
    assert decoded.clock == DeviceClock("utc")
    assert decoded.rate_hz_nominal == rate_hz
    assert np.abs(joined(decoded).time_us - times_us(rate_hz)).max() < 1e6 / rate_hz
    np.testing.assert_array_equal(np.rint(joined(decoded).xyz_g() * 1000), resting_mg(N))
    assert decoded.problems == (
        f"times have no fractions of a second: the {rate_hz} samples of each second were spread evenly over it",
    )


@pytest.mark.parametrize("stretch_bytes", [20_000, 33_333])
def test_a_second_may_lie_in_two_stretches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stretch_bytes: int) -> None:
    text = document(times_us(64), 0)
    whole = joined(read(tmp_path / "a.csv", text)).time_us
    small_stretches(monkeypatch, stretch_bytes)
    np.testing.assert_array_equal(joined(read(tmp_path / "b.csv", text)).time_us, whole)


def test_a_gap_stays_a_gap(tmp_path: Path) -> None:
    stamps_us = times_us(100, EVENING_US)
    stamps_us[1000:] += 19_000_000
    decoded = read(tmp_path / "a.csv", document(stamps_us, 0))
    np.testing.assert_array_equal(joined(decoded).time_us, stamps_us)


@pytest.mark.parametrize("decimals", [3, 6])
def test_times_with_fractions_are_taken_as_they_are(tmp_path: Path, decimals: int) -> None:
    decoded = read(tmp_path / "a.csv", document(times_us(32), decimals, names=FULL))
    assert is_from_centrepoint(decoded)
    to_us = 10 ** (6 - decimals)
    np.testing.assert_array_equal(joined(decoded).time_us, times_us(32) // to_us * to_us)
    assert decoded.problems == ()


def test_lines_above_the_names_are_passed_over(tmp_path: Path) -> None:
    above = "Study,A\r\nSubject,B\r\nDevice Serial,TAS1H12345678\r\n\r\n"
    decoded = read(tmp_path / "a.csv", document(times_us(32), 0, above=above))
    assert is_from_centrepoint(decoded)
    assert len(joined(decoded)) == N


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("Z,", "+02:00,").replace("Timestamp,X,Y,+02:00,", "Timestamp,X,Y,Z"),
        lambda text: text.replace(SHORT, "time,x,y,z"),
        lambda text: text.replace("Z,", ".000Z,").replace("Y.000Z", "Y,Z"),
    ],
    ids=["another clock", "other names", "with fractions"],
)
def test_a_table_that_any_program_may_have_written_has_no_maker(tmp_path: Path, change: object) -> None:
    assert callable(change)
    text = change(document(times_us(32), 0))
    path = tmp_path / "a.csv"
    path.write_text(text)
    assert delimited.read(path).format == "csv-generic"
    assert delimited.read(path).device == Device()


def test_its_epochs_are_refused(tmp_path: Path) -> None:
    names = "Study Id,Subject Id,Device Serial,Timestamp,X,Y,Z,HeartRate,Capsense,Lux,Steps"
    rows = [f"1,2,TAS1H1,{EVENING_US // 1_000_000 + 60 * i},{i % 9},0,3,0,0,0,0" for i in range(60)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join([names, *rows]))
    with pytest.raises(UnsupportedRecordingError, match="one line every 60 s"):
        delimited.read(path)
