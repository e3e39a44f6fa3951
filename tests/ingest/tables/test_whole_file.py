"""What a whole table says counts, not its first lines: commas, dates, units, doubled rows, several sensors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest import Declared, Recording, read_recording
from ingest.clock import local_iso
from ingest.errors import IngestError, NoClockError, UnknownUnitError, UnsupportedRecordingError

RATE_HZ = 25
FIRST_S = 1_768_510_800  # 2026-01-15T22:00 in Berlin
N = 3_000

Vectors = NDArray[np.float64]


def lying(n: int = N, *, size: float = 1.0) -> Vectors:
    """A sensor that lies still, with its noise."""
    return np.random.default_rng(2).normal((0.1, -0.3, 0.95), 0.004, (n, 3)) * size


def table(path: Path, times: list[str], xyz: Vectors, *, head: str = "time,x,y,z", columns: str = "") -> Path:
    rows = (f"{t},{columns}{x:.4f},{y:.4f},{z:.4f}\n" for t, (x, y, z) in zip(times, xyz, strict=True))
    path.write_text(f"{head}\n{''.join(rows)}", encoding="utf-8")
    return path


def epochs_s(n: int = N) -> list[str]:
    return [f"{FIRST_S + i / RATE_HZ:.3f}" for i in range(n)]


def berlin(pattern: str, n: int = N) -> list[str]:
    stamps = np.datetime64(FIRST_S + 3600, "s") + (np.arange(n) * 1000 // RATE_HZ).astype("timedelta64[ms]")
    return [t.strftime(pattern)[:-3] for t in stamps.astype("datetime64[us]").tolist()]


def read(path: Path) -> Recording:
    return read_recording(path, lambda _: Declared(zone="Europe/Berlin"))


def first(recording: Recording) -> str:
    return local_iso(recording.quality.first_us, "Europe/Berlin")


def test_commas_that_come_after_hours_of_zeros_are_decimal(tmp_path: Path) -> None:
    path = tmp_path / "idle.csv"
    rows = [f"{t};0;0;0\n" for t in epochs_s(30_000)]
    moving = (f"{x:.3f};{y:.3f};{z:.3f}".replace(".", ",") for x, y, z in lying(6_000))
    rows += [f"{FIRST_S + (30_000 + i) / RATE_HZ:.3f};{g}\n" for i, g in enumerate(moving)]
    path.write_text("time;x;y;z\n" + "".join(rows), encoding="utf-8")
    recording = read(path)
    assert (recording.quality.n_samples, recording.bad_blocks) == (36_000, 0)


@pytest.mark.parametrize("size", [9.80665, 1000.0])
def test_a_header_that_gravity_contradicts_is_not_believed_and_that_is_said(tmp_path: Path, size: float) -> None:
    recording = read(table(tmp_path / "t.csv", epochs_s(), lying(size=size), head="time,x (g),y (g),z (g)"))
    assert recording.quality.median_norm_g == pytest.approx(1, abs=0.05)
    assert any("the header says g" in warning for warning in recording.warnings)


def test_values_in_g_under_a_header_of_metres_are_read_as_g(tmp_path: Path) -> None:
    recording = read(table(tmp_path / "t.csv", epochs_s(), lying(), head="time,x (m/s^2),y (m/s^2),z (m/s^2)"))
    assert recording.unit == "g"
    assert any("the header says m/s2" in warning for warning in recording.warnings)


def test_metres_of_which_gravity_was_taken_are_refused_although_they_measure_about_1(tmp_path: Path) -> None:
    carried = np.random.default_rng(1).normal(0, 0.65, (N, 3))
    with pytest.raises(UnsupportedRecordingError, match="gravity was removed"):
        read(table(tmp_path / "t.csv", epochs_s(), carried, head="time,x (m/s^2),y (m/s^2),z (m/s^2)"))


def test_without_gravity_and_a_named_unit_the_unit_cannot_be_known(tmp_path: Path) -> None:
    with pytest.raises(UnknownUnitError, match="nothing names its unit"):
        read(table(tmp_path / "t.csv", epochs_s(), np.random.default_rng(1).normal(0, 0.65, (N, 3))))


def test_seconds_below_a_header_that_says_ms_are_read_as_seconds_and_that_is_said(tmp_path: Path) -> None:
    recording = read(table(tmp_path / "t.csv", epochs_s(), lying(), head="timestamp (ms),x,y,z"))
    assert first(recording) == "2026-01-15T22:00:00.000+01:00"
    assert any("timestamp (ms)" in warning for warning in recording.warnings)


def test_a_count_of_ms_keeps_its_header(tmp_path: Path) -> None:
    times = [f"{1_700_000_000 + i * 40}" for i in range(N)]
    with pytest.raises(NoClockError, match="count from a start"):
        read(table(tmp_path / "t.csv", times, lying(), head="time (ms),x,y,z"))


def test_a_clock_that_changes_its_unit_in_mid_file_is_read_on_both_sides(tmp_path: Path) -> None:
    times = [f"{float(t) * 1000:.0f}" if i < N // 2 else t for i, t in enumerate(epochs_s())]
    recording = read(table(tmp_path / "t.csv", times, lying()))
    assert (recording.quality.n_samples, recording.quality.gaps) == (N, ())


@pytest.mark.parametrize("behind", ["+0100 [Europe/Berlin]", "+01:00[Europe/Berlin]", " [Europe/Berlin]"])
def test_a_zone_in_brackets_behind_a_time_is_the_wearers(tmp_path: Path, behind: str) -> None:
    times = [t + behind for t in berlin("%Y-%m-%d %H:%M:%S.%f")]
    recording = read_recording(table(tmp_path / "t.csv", times, lying()))
    assert (first(recording), recording.clock.zone) == ("2026-01-15T22:00:00.000+01:00", "Europe/Berlin")
    assert recording.clock.zone_source == "file"


@pytest.mark.parametrize("pattern", ["%d.%m.%y %H:%M:%S.%f", "%m/%d/%y %H:%M:%S.%f", "%d/%m/%y %H:%M:%S.%f"])
def test_a_year_of_two_digits_is_of_this_century(tmp_path: Path, pattern: str) -> None:
    assert first(read(table(tmp_path / "t.csv", berlin(pattern), lying()))) == "2026-01-15T22:00:00.000+01:00"


def test_a_two_digit_date_between_dashes_is_refused_by_what_is_unclear(tmp_path: Path) -> None:
    with pytest.raises(NoClockError, match=r"in which place the year of 26-01-15 stands .*YYYY-MM-DD"):
        read(table(tmp_path / "t.csv", berlin("%y-%m-%d %H:%M:%S.%f"), lying()))


def test_a_midnight_later_in_the_file_tells_day_from_month(tmp_path: Path) -> None:
    stamps = np.datetime64("2026-05-12T23:59:00") + (np.arange(N) * 1000 // RATE_HZ).astype("timedelta64[ms]")
    times = [t.strftime("%m/%d/%Y %H:%M:%S.%f")[:-3] for t in stamps.astype("datetime64[us]").tolist()]
    assert first(read(table(tmp_path / "t.csv", times, lying()))) == "2026-05-12T23:59:00.000+02:00"


def test_the_days_of_a_spreadsheet_are_a_wall_clock(tmp_path: Path) -> None:
    times = [f"{(FIRST_S + 3600 + i / RATE_HZ) / 86400 + 25569:.9f}" for i in range(N)]
    recording = read(table(tmp_path / "t.csv", times, lying()))
    assert first(recording)[:19] == "2026-01-15T22:00:00"
    assert recording.quality.rate_hz_true == pytest.approx(RATE_HZ, rel=1e-3)


def test_a_count_of_seconds_is_no_spreadsheet_s_days(tmp_path: Path) -> None:
    with pytest.raises(NoClockError, match="unknown start"):
        read(table(tmp_path / "t.csv", [f"{46_037 + i / RATE_HZ:.3f}" for i in range(N)], lying()))


def test_rows_that_stand_there_twice_are_read_once_and_that_is_said(tmp_path: Path) -> None:
    times = [t for t in epochs_s() for _ in range(2)]
    recording = read(table(tmp_path / "t.csv", times, np.repeat(lying(), 2, axis=0)))
    assert (recording.quality.n_samples, recording.quality.duplicate_stamps) == (N, 0)
    assert recording.quality.rate_hz_true == pytest.approx(RATE_HZ, rel=1e-3)
    assert any("stands there twice" in warning for warning in recording.warnings)


@pytest.mark.parametrize("n_sensors", [2, pytest.param(200, marks=pytest.mark.slow)])
def test_a_long_table_of_several_sensors_is_refused_by_its_column(tmp_path: Path, n_sensors: int) -> None:
    path = tmp_path / "t.csv"
    rows = ((t, s, g) for t, g in zip(epochs_s(), lying(), strict=True) for s in range(n_sensors))
    body = "".join(f"{t},S{s},{x:.3f},{y:.3f},{z:.3f}\n" for t, s, (x, y, z) in rows)
    path.write_text(f"time,sensor,x,y,z\n{body}", encoding="utf-8")
    with pytest.raises(UnsupportedRecordingError, match="'sensor' holds more than one sensor"):
        read(path)


def test_a_header_that_is_one_field_longer_than_its_rows_still_names_them(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", epochs_s(), lying(), head="timestamp,battery,z,y,x,marker", columns="97,")
    assert read(path).quality.mean_g == pytest.approx((0.95, -0.3, 0.1), abs=0.01)


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.AWD", b"s\n17-Nov-2009\n19:30\n 1 \n10\nV000000\nM\n" + b"12 , 0\n" * 90, "Actiwatch"),
        ("a.AWD", b"s\n17-Nov-2009\n19:30\n 1 \n10\nV000000\nM\n" + b"12\n" * 90, "Actiwatch"),
        ("a.edf", b"0".ljust(168) + b"01.03.2622.10.00512     EDF+C".ljust(600), r"EDF\+"),
        ("a.edf", b"0".ljust(168) + b"01.03.2622.10.00512     ".ljust(600), "an EDF file"),
        ("a.bdf", b"\xffBIOSEMI".ljust(600), "BDF"),
        ("a.wav", b"RIFF\0\0\0\0WAVEfmt " + bytes(600), "WAV"),
        ("a.mat", b"MATLAB 5.0 MAT-file, Platform: X".ljust(600), "MATLAB"),
        ("a.rda", b"RDX3\nX\n" + bytes(600), "data of R"),
    ],
)
def test_what_is_foreign_is_refused_by_its_name(tmp_path: Path, name: str, content: bytes, what: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(IngestError, match=what) as refused:
        read(tmp_path / name)
    assert refused.value.hint


BAD_ROWS = {
    "cut": "2026-01-15T22:00:0\n",
    "no values": "2026-01-15T22:00:00.000,,,\n",
    "errors": "2026-01-15T22:00:00.000,error,error,error\n",
    "nan": "2026-01-15T22:00:00.000,nan,nan,nan\n",
    "too short": "2026-01-15T22:00:00.000,0.1,0.2\n",
    "too long": "2026-01-15T22:00:00.000,0.1,0.2,0.9,0.9,0.9\n",
    "words": "sensor is starting\n",
    "commas": "warming up, please wait, nothing yet, still nothing\n",
    "blank": "\n",
}


@pytest.mark.parametrize("n_bad", [1, 60, *(pytest.param(n, marks=pytest.mark.slow) for n in (3, 7))])
@pytest.mark.parametrize("bad", BAD_ROWS)
@pytest.mark.parametrize("head", ["time,z,y,x", "Timestamp (UTC),Acc_Z (g),Acc_Y (g),Acc_X (g)"])
def test_bad_rows_below_a_header_do_not_hide_it(tmp_path: Path, head: str, bad: str, n_bad: int) -> None:
    path = table(tmp_path / "a.csv", berlin("%Y-%m-%dT%H:%M:%S.%f"), lying(), head=head)
    text = path.read_text(encoding="utf-8").split("\n", 1)
    path.write_text(f"{text[0]}\n{n_bad * BAD_ROWS[bad]}{text[1]}", encoding="utf-8")
    recording = read(path)
    assert recording.quality.n_samples == N
    np.testing.assert_allclose(recording.quality.mean_g, (0.95, -0.3, 0.1), atol=0.001)


def test_bad_rows_below_a_header_are_counted(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", berlin("%Y-%m-%dT%H:%M:%S.%f"), lying(), head="time,x,y,z\n" + 7 * "a,,,\n" + "b")
    assert read(path).bad_blocks == 8


def test_facts_above_a_table_without_names_are_no_header(tmp_path: Path) -> None:
    facts = "made at some time,by a sensor,at a leg,with care\nall is well,so far,as we know,today"
    recording = read(table(tmp_path / "a.csv", berlin("%Y-%m-%dT%H:%M:%S.%f"), lying(), head=facts + "\n\n,,,"))
    assert recording.quality.n_samples == N
