"""Real files of real devices against what several independent readers agree on, row by row of ``expected.csv``."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest import Recording, read_recording
from ingest.clock import microseconds
from ingest.errors import UnsupportedRecordingError
from tests.paths import SHARED

Row = dict[str, str]

TABLE = SHARED / "recordings" / "expected.csv"
#: Three conventions for the time inside a block are legitimate, so readers agree to within this.
WITHIN_US = 25_000
REFUSED = {"actilife-epoch-csv"}
#: What the column ``note`` says in words: bad blocks, gaps, and the median length of the vector in g.
BAD_BLOCKS = {"ggirread_ax3_testfile_corrupt_blocks_0_13_14_142_143_144.cwa": 6}
GAPS = {
    "ggirread_ax3_testfile_corrupt_blocks_0_13_14_142_143_144.cwa": 1,
    "ggir_actigraph_testfile.gt3x": 23,
    "flirt_garmin_acc.csv": 2,
}
#: The table says 18:23:45Z; the first row of the file itself, 1560279825 s, is 40 minutes later.
MISTAKEN_START = {"flirt_empatica_ACC.csv": "2019-06-11T19:03:45Z"}
MEDIAN_NORM_G = {"flirt_empatica_ACC.csv": 0.99976, "flirt_garmin_acc.csv": 1.037}


def rows() -> list[Row]:
    """Empty where the files are not, and then pytest skips."""
    if not TABLE.is_file():
        return []
    with TABLE.open(newline="") as file:
        return list(csv.DictReader(file))


def named(row: Row) -> str:
    return row["file"]


def read(row: Row) -> Recording:
    return read_recording(TABLE.parent / row["file"])


def device_us(recording: Recording, us: int, like: str) -> int:
    """An instant on the clock in which it is expected: with an offset UTC, else the device's own."""
    return us if datetime.fromisoformat(like).tzinfo else us - recording.clock.shift_us


def expected_us(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return microseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


@pytest.mark.parametrize("row", [row for row in rows() if row["format"] not in REFUSED], ids=named)
def test_a_real_file_says_what_independent_readers_agree_on(row: Row) -> None:
    recording = read(row)
    quality = recording.quality
    assert recording.format == row["format"]
    assert quality.n_samples == int(row["n_samples"])
    assert recording.rate_hz_nominal == float(row["rate_hz_nominal"])
    for us, text in (
        (quality.first_us, MISTAKEN_START.get(row["file"], row["first_sample_device_clock"])),
        (quality.last_us, row["last_sample_device_clock"]),
    ):
        if text:
            assert device_us(recording, us, text) == pytest.approx(expected_us(text), abs=WITHIN_US)
    for axis, mean_g in zip("xyz", quality.mean_g, strict=True):
        if row[f"mean_{axis}_g"]:
            assert f"{mean_g:.6f}" == row[f"mean_{axis}_g"]


@pytest.mark.parametrize("row", [row for row in rows() if row["format"] not in REFUSED], ids=named)
def test_what_its_note_says_of_a_real_file_is_found(row: Row) -> None:
    name, recording = row["file"], read(row)
    assert recording.bad_blocks == BAD_BLOCKS.get(name, 0)
    assert len(recording.quality.gaps) == GAPS.get(name, 0)
    assert recording.quality.median_norm_g == pytest.approx(
        MEDIAN_NORM_G.get(name, recording.quality.median_norm_g), abs=1e-4
    )


@pytest.mark.parametrize("row", [row for row in rows() if row["format"] in REFUSED], ids=named)
def test_a_real_table_of_counts_is_refused_with_the_way_out(row: Row) -> None:
    with pytest.raises(UnsupportedRecordingError, match="counts") as caught:
        read_recording(TABLE.parent / row["file"])
    assert "raw to raw" in caught.value.hint


def test_every_real_file_is_in_the_table(recordings_dir: Path) -> None:
    assert {row["file"] for row in rows()} == {path.name for path in recordings_dir.iterdir()} - {TABLE.name}
