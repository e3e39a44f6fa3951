"""Every file of the reference collection, against what other decoders found in it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import fitparse
import fitparse.records
import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.errors import (
    DamagedRecordingError,
    EmptyFileError,
    IngestError,
    NoMovementError,
    UnknownFormatError,
    UnknownUnitError,
)
from ingest.formats.fit import reader as fit
from ingest.formats.fit.acceleration import SensorCalibration, block_in_g
from ingest.formats.fit.budget import budget_for
from ingest.formats.fit.clock import FIT_EPOCH_S
from ingest.formats.fit.envelope import open_envelope
from tests.paths import SHARED

FIT = SHARED / "fit"


@cache
def expected() -> dict[str, Any]:
    path = FIT / "expected.json"
    return dict(json.loads(path.read_text())) if path.is_file() else {}


def names_where(key: str) -> list[str]:
    """Files for which the collection says something under ``key``; a placeholder where it is absent."""
    return [name for name, facts in expected().items() if facts.get(key)] or ["absent"]


ALL = [str(path.relative_to(FIT)) for path in sorted(FIT.glob("**/*.fit"))] or ["absent"]

#: Files whose outcome does not follow from the messages in them, and why.
SPECIAL: dict[str, type[IngestError] | None] = {
    "edge/odd_size_field.fit": DamagedRecordingError,  # 5 bytes of 16-bit counts
    "edge/zero_size_field.fit": DamagedRecordingError,
    "edge/random_64k.fit": DamagedRecordingError,
    "edge/bad_base_type.fit": DamagedRecordingError,  # counts of a type that FIT does not have
    "edge/bitflip_definition.fit": DamagedRecordingError,  # offsets of such a type; fitdecode takes bytes for times
    "edge/max_msg_65025.fit": DamagedRecordingError,  # bytes without offsets
    "edge/system_time_no_corr.fit": UnknownUnitError,  # raw counts, from a start that a person may say
    "edge/size_zero_crash.fit": UnknownUnitError,  # all its samples are read; raw counts
    "corpus/structural__header-size-invalid.fit": NoMovementError,  # a header of 16 bytes is legal
    "edge/hsa.fit": None,
    "edge/calibrated_nan_inf.fit": None,
    "night_1h_raw.fit": None,
    "night_sleep.fit": None,
}


def outcome_of(name: str, data: bytes) -> type[IngestError] | None:
    """The error that reading must end in; None where the file must be read."""
    if name in SPECIAL:
        return SPECIAL[name]
    if not data:
        return EmptyFileError
    if data[8:12] != b".FIT":
        return UnknownFormatError
    counts = expected()[name]["walker"]["counts"]
    if not counts:
        return EmptyFileError
    if not counts.keys() & {"accelerometer_data", "hsa_accelerometer_data"}:
        return NoMovementError
    in_known_unit = (expected()[name].get("calibrated") or {}).get("unit") == "mg (calibrated)"
    return None if in_known_unit else UnknownUnitError


class Stored(NamedTuple):
    """A file's samples before their unit and zone are looked at, and what was wrong with it."""

    fit_ms: NDArray[np.int64]
    xyz: NDArray[np.float32]
    tally: Counter[int]
    problems: str


def stored(path: Path) -> Stored:
    """The whole file, part by part; counts stay counts."""
    data = path.read_bytes()
    envelope = open_envelope(data)
    budget = budget_for(len(data))
    parts = [fit.read_part(data, part, budget) for part in envelope.parts]
    as_stored = SensorCalibration(np.zeros(3), np.eye(3))
    blocks = [block_in_g(block, as_stored, 1.0) for part in parts for block in part.samples.blocks]
    return Stored(
        np.concatenate([np.empty(0, np.int64), *(block.time_us // 1000 - FIT_EPOCH_S * 1000 for block in blocks)]),
        np.concatenate([np.empty((0, 3), np.float32), *(block.xyz_g() for block in blocks)]),
        sum((part.tally for part in parts), Counter[int]()),
        " ".join((*envelope.problems, *(part.stopped for part in parts))),
    )


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", ALL)
def test_a_file_is_read_or_refused_for_the_right_reason(fit_dir: Path, name: str) -> None:
    path = fit_dir / name
    reason = outcome_of(name, path.read_bytes())
    if reason is not None:
        with pytest.raises(IngestError) as caught:
            fit.read(path)
        assert (type(caught.value), caught.value.path) == (reason, path)
        return
    decoded = fit.read(path)
    blocks = list(decoded.blocks())
    assert blocks or decoded.stages
    assert all(len(block) for block in blocks)


#: Where the collection's own walker gives up earlier: at a header that announces 0 bytes, or has 16.
MORE_THAN_COUNTED = {"edge/size_zero_crash.fit", "corpus/structural__header-size-invalid.fit"}
NUMBERS = {
    "accelerometer_data": 165, "activity": 34, "course": 31, "developer_data_id": 207, "device_info": 23, "event": 21,
    "field_description": 206, "file_id": 0, "hr": 132, "hrv": 78, "hsa_accelerometer_data": 302, "lap": 19,
    "length": 101, "monitoring": 55, "record": 20, "session": 18, "sport": 12, "three_d_sensor_calibration": 167,
    "timestamp_correlation": 162, "workout": 26,
}  # fmt: skip


@pytest.mark.parametrize("name", names_where("walker"))
def test_every_message_is_counted(fit_dir: Path, name: str) -> None:
    counts = {
        NUMBERS[kind] if kind in NUMBERS else int(kind): n for kind, n in expected()[name]["walker"]["counts"].items()
    }
    if name not in MORE_THAN_COUNTED:
        assert stored(fit_dir / name).tally == Counter(counts)


@pytest.mark.parametrize("name", names_where("accelerometer_data"))
def test_samples_are_the_ones_that_other_decoders_found(fit_dir: Path, name: str) -> None:
    kinds = expected()[name]["accelerometer_data"]
    facts, refused = kinds["fitdecode"], SPECIAL.get(name)
    if facts is None or refused in (DamagedRecordingError, UnknownUnitError):
        with pytest.raises(refused or IngestError):
            fit.read(fit_dir / name)
        return
    found = stored(fit_dir / name)
    assert len(found.fit_ms) == facts["n_finite"]
    per_g = 1000 if facts["field"] == 8 else 1
    assert found.xyz.mean(axis=0, dtype=np.float64) * per_g == pytest.approx(facts["mean"], abs=1e-3)
    if facts["n_finite"] == facts["n"]:  # else the first or last sample is one that we leave out
        dated_ms = utc_ms(kinds["utc_first"]) - facts["first_ms"] if kinds.get("time_base") == "system" else 0
        assert found.fit_ms[0] == facts["first_in_file_ms"] + dated_ms
        assert found.fit_ms[-1] == facts["last_in_file_ms"] + dated_ms


def utc_ms(text: str) -> int:
    """Since FIT's epoch."""
    return round((datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() - FIT_EPOCH_S) * 1000)


@pytest.mark.parametrize("name", names_where("calibrated"))
def test_calibrated_samples_are_the_ones_of_the_reference(fit_dir: Path, name: str) -> None:
    facts = expected()[name]["calibrated"]
    if facts["unit"] != "mg (calibrated)":
        with pytest.raises(UnknownUnitError, match="without the calibration"):
            fit.read(fit_dir / name)
        return
    xyz_mg = np.concatenate([block.xyz_g() for block in fit.read(fit_dir / name).blocks()]).astype(float) * 1000
    assert len(xyz_mg) == facts["n"]
    assert xyz_mg.mean(axis=0) == pytest.approx(facts["mean"], abs=1e-3)
    assert xyz_mg.std(axis=0) == pytest.approx(facts["std"], abs=1e-3)
    assert np.median(np.linalg.norm(xyz_mg, axis=1)) == pytest.approx(facts["norm_median"], abs=1e-2)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("crc_missing", "ends before its checksum"),
        ("truncated_minus1", "ends before its checksum"),
        ("truncated_mid", "announces 12,456 bytes more than there are"),
        ("truncated_mid", "the last message is cut off"),
        ("bitflip_payload", "The checksum over bytes 0 to 24,913 is wrong"),
        ("size_4GiB", "checksum of the header at byte 0 is wrong"),
        ("size_4GiB", "4,294,942,394 bytes more than there are"),
        ("size_zero_crash", "never closed the file"),
        ("trailing_junk", "The last 57 bytes of the file are not FIT data"),
        ("undefined_local", "invalid local message type 7"),
    ],
)
def test_damage_is_named_and_the_data_before_it_kept(fit_dir: Path, name: str, words: str) -> None:
    found = stored(fit_dir / "edge" / f"{name}.fit")
    assert words in found.problems
    assert len(found.fit_ms) >= 1475


@pytest.mark.parametrize("name", ["good", "hdr12", "hdr_crc_zero", "big_endian", "chained2", "chained_empty_3000"])
def test_sound_files_raise_no_complaint(fit_dir: Path, name: str) -> None:
    assert stored(fit_dir / "edge" / f"{name}.fit").problems.strip() == ""


def test_samples_stay_in_file_order_where_the_clock_jumps_back(fit_dir: Path) -> None:
    fit_ms = stored(fit_dir / "edge" / "clock_jump_back.fit").fit_ms
    assert (np.diff(fit_ms) < 0).sum() == 1


def test_health_sdk_counts_are_1024_to_the_g(fit_dir: Path) -> None:
    decoded = fit.read(fit_dir / "edge" / "hsa.fit")
    (block,) = decoded.blocks()
    assert len(block) == 1500
    np.testing.assert_array_equal(np.unique(block.xyz_g(), axis=0), [[0, 0, 1]])
    assert set(np.diff(block.time_us)) == {40_000}
    assert decoded.unit == "mg"


def test_an_hour_of_raw_counts_is_exact_in_g(fit_dir: Path) -> None:
    """Against the plain formula on the values that fitparse itself delivers."""
    path = fit_dir / "night_1h_raw.fit"
    with fitparse.FitFile(str(path)) as oracle:
        messages = list(oracle.get_messages(["accelerometer_data", "three_d_sensor_calibration"]))
    *bursts, calibration = sorted(messages, key=lambda message: message.name == "three_d_sensor_calibration")
    counts = np.array([[burst.get_raw_value(f"accel_{axis}") for axis in "xyz"] for burst in bursts])
    shifted = counts.transpose(0, 2, 1).reshape(-1, 3) - calibration.get_raw_value("level_shift")
    centred = shifted - np.array(calibration.get_raw_value("offset_cal"))
    per_count = calibration.get_raw_value("calibration_factor") / calibration.get_raw_value("calibration_divisor")
    rotation = np.array(calibration.get_raw_value("orientation_matrix")).reshape(3, 3) / 65535
    decoded = fit.read(path)
    found = np.concatenate([block.xyz_g() for block in decoded.blocks()])
    np.testing.assert_array_equal(found, (centred @ (rotation * per_count).T).astype(np.float32))
    assert decoded.clock.utc_offset_s == 3600
    assert (decoded.device.maker, decoded.device.serial) == ("Garmin", "3504438977")
    assert decoded.placement.site == "unknown"


def test_a_sleep_file_without_movement_is_read_for_its_stages(fit_dir: Path) -> None:
    decoded = fit.read(fit_dir / "night_sleep.fit")
    assert list(decoded.blocks()) == []
    (window,) = decoded.sleep_windows
    assert len(decoded.stages) == 31
    assert (decoded.stages[0].start_us, decoded.stages[-1].end_us) == (window.start_us, window.end_us)
    assert decoded.problems == ()


def test_developer_fields_cannot_cost_or_change_anything(fit_dir: Path) -> None:
    """Neither one that nobody described nor what another file left in the table that fitparse shares between files."""
    fitparse.records.DEV_TYPES.clear()
    plain, undescribed = (
        stored(fit_dir / "edge" / f"{name}.fit") for name in ("dev_fields", "dev_field_no_description")
    )
    assert len(undescribed.fit_ms) == len(plain.fit_ms) == 1500
    np.testing.assert_array_equal(undescribed.xyz, plain.xyz)
    assert fitparse.records.DEV_TYPES == {}
