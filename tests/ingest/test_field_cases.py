"""Files as users of wearables reported them, from the shared generators where these are present."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ingest import Declared, read_recording
from ingest.errors import IngestError

pytestmark = pytest.mark.slow

#: Samples of the night in most files.
NIGHT = 288_000
READ = {
    **dict.fromkeys(
        (
            *("acc_gyro", "am_pm", "biobank81_named_zone", "blank_every_line", "cat_repeated_header", "date_time_cols"),
            *("decimal_comma_quoted", "epoch_mix_ms_then_s", "epoch_ns", "epoch_us", "excel_serial", "gyro_first"),
            *("ggir1178_offset_nocolon", "ggir1233_unix_ms", "ggir125_comma_in_comma", "ggir163_12h_clock"),
            *("ggir163_two_digit_year", "ggir258_zeros_then_comma", "ggir705_whole_seconds", "header_g_values_ms2"),
            *("header_ms2_values_g", "meta_then_units_row", "pygt3x45_locf", "readgt3x5_zero_fill"),
            *("seer146_every_row_twice", "semicolon_comma_epoch", "stepcount120_quoted_2digits", "stepcount155_leap"),
            *("stepcount155_leap_spaces", "swift629_header_ms_value_s", "trailing_summary", "two_digit_year"),
            "unsorted_blocks",
        ),
        NIGHT,
    ),
    **dict.fromkeys(("dst_fall_device", "dst_spring_device", "dst_spring_wall"), 540_000),
    "idle_before_night": 945_000,
    "longer_header": 3_000,
}
REFUSED = {
    "ambig_dm_nocross.csv": "day_first",
    "awd_light.AWD": "Actiwatch",
    "awd_plain.AWD": "Actiwatch",
    "double_gz.csv.gz": "unpack it first",
    "excel_mmss.csv": "add a column called time with date and time",
    "excel_sci_epoch.csv": "scientific notation",
    "hypnogram.edf": "EDF+",
    "lone/Accelerometer.csv": "gravity",
    "time_only.csv": "without a date",
    "two_legs_long.csv": "'sensor'",
    "two_sensors_wide.csv": "more than one accelerometer",
    "zip_in_gz.csv.gz": "unpack it",
}


@pytest.fixture(scope="module")
def made(field_cases_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    generators = field_cases_dir.resolve()
    folder = tmp_path_factory.mktemp("field")
    for name in ("tables.py", "legs_in_one_table.py", "small_odd_files.py"):
        subprocess.run([sys.executable, "-B", str(generators / name), str(folder)], check=True, cwd=generators)
    return folder


def read(path: Path) -> int:
    return read_recording(path, lambda _: Declared(zone="Europe/Berlin")).quality.n_samples


@pytest.mark.timeout(600)
def test_a_file_from_the_field_is_read_whole(made: Path) -> None:
    found = {name: read(made / f"{name}.csv") for name in READ}
    assert found == READ


@pytest.mark.timeout(600)
def test_a_file_from_the_field_that_cannot_be_read_is_refused_for_its_reason(made: Path) -> None:
    said = {}
    for name in REFUSED:
        with pytest.raises(IngestError) as caught:
            read(made / name)
        said[name] = caught.value.line()
    assert {name: line for name, line in said.items() if REFUSED[name] not in line} == {}
