"""Every file of the reference collection, against what other decoders found in it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.errors import (
    DamagedRecordingError,
    EmptyFileError,
    IngestError,
    NoClockError,
    UnknownFormatError,
    UnknownUnitError,
    UnsupportedRecordingError,
)
from ingest.formats.fit import reader as fit
from ingest.formats.fit.clock import correlations_in, unix_us
from ingest.formats.fit.decoding import exclusively
from ingest.formats.fit.envelope import open_envelope
from ingest.formats.fit.messages import ACCELERATION, Message
from tests.conftest import SHARED

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
    "corpus/devfields__late-field-description.fit": DamagedRecordingError,  # fitparse stops behind the head
    "corpus/devfields__missing-field-description.fit": DamagedRecordingError,
    "corpus/devfields__no-developer-data-id.fit": DamagedRecordingError,
    "edge/dev_field_no_description.fit": DamagedRecordingError,
    "edge/odd_size_field.fit": DamagedRecordingError,
    "edge/zero_size_field.fit": DamagedRecordingError,
    "edge/random_64k.fit": DamagedRecordingError,
    "edge/bad_base_type.fit": DamagedRecordingError,  # decodes, but to no sample
    "edge/max_msg_65025.fit": DamagedRecordingError,
    "edge/system_time_no_corr.fit": NoClockError,
    "edge/size_zero_crash.fit": UnknownUnitError,  # all its samples are read; raw counts
    "corpus/structural__header-size-invalid.fit": UnsupportedRecordingError,  # a header of 16 bytes is legal
    "edge/hsa.fit": None,
    "edge/calibrated_nan_inf.fit": None,
    "night_1h_raw.fit": None,
    "night_sleep.fit": UnsupportedRecordingError,
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
        return UnsupportedRecordingError
    in_known_unit = (expected()[name].get("calibrated") or {}).get("unit") == "mg (calibrated)"
    return None if in_known_unit else UnknownUnitError


class Stored(NamedTuple):
    """A file's samples before their unit and zone are looked at, and what was wrong with it."""

    fit_ms: NDArray[np.int64]
    xyz: NDArray[np.float32]
    notes: tuple[Message, ...]
    problems: str


def stored(path: Path) -> Stored:
    data = path.read_bytes()
    envelope = open_envelope(data)
    tally: Counter[int] = Counter()
    with exclusively():
        parts = [fit.read_part(data, part, tally) for part in envelope.parts]
    blocks = [block for part in parts for block in part.blocks]
    assert tally.keys() & ACCELERATION
    return Stored(
        np.concatenate([block.time_ms for block in blocks]),
        np.concatenate([block.xyz for block in blocks]),
        tuple(note for part in parts for note in part.notes),
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
    blocks = list(fit.read(path).blocks())
    assert blocks
    assert all(len(block) for block in blocks)


@pytest.mark.parametrize("name", names_where("accelerometer_data"))
def test_samples_are_the_ones_that_other_decoders_found(fit_dir: Path, name: str) -> None:
    facts = expected()[name]["accelerometer_data"]["fitdecode"]
    if facts is None or (name in SPECIAL and SPECIAL[name] is DamagedRecordingError):
        with pytest.raises(DamagedRecordingError):
            fit.read(fit_dir / name)
        return
    found = stored(fit_dir / name)
    assert len(found.fit_ms) == facts["n_finite"]
    assert found.xyz.mean(axis=0, dtype=np.float64) == pytest.approx(facts["mean"], abs=1e-3)
    if facts["n_finite"] == facts["n"]:  # else the first or last sample is one that we leave out
        assert found.fit_ms[0] == facts["first_in_file_ms"]
        assert found.fit_ms[-1] == facts["last_in_file_ms"]


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
        ("bitflip_definition", "The checksum over bytes 0 to 24,913 is wrong"),
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


def test_system_time_becomes_utc_by_the_correlation_message(fit_dir: Path) -> None:
    found = stored(fit_dir / "edge" / "system_time.fit")
    utc_us = unix_us(correlations_in(found.notes).fit_ms(found.fit_ms))
    first = datetime.fromisoformat(expected()["edge/system_time.fit"]["accelerometer_data"]["utc_first"])
    assert utc_us[0] == round(first.replace(tzinfo=UTC).timestamp() * 1e6)


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
    from fitparse import FitFile

    path = fit_dir / "night_1h_raw.fit"
    with FitFile(str(path)) as oracle:
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


def test_a_sleep_file_is_refused_with_what_it_holds_and_what_to_record_instead(fit_dir: Path) -> None:
    with pytest.raises(UnsupportedRecordingError) as caught:
        fit.read(fit_dir / "night_sleep.fit")
    assert "sleep stages" in caught.value.what
    assert "Connect IQ" in caught.value.hint
    assert "cannot show movements" in caught.value.hint


def test_one_file_cannot_change_what_the_next_one_decodes_to(fit_dir: Path) -> None:
    """The first file describes a developer field that the second one uses without describing it."""
    victim = fit_dir / "corpus" / "devfields__no-developer-data-id.fit"
    with pytest.raises(DamagedRecordingError) as alone:
        fit.read(victim)
    with pytest.raises(UnknownUnitError):
        fit.read(fit_dir / "edge" / "dev_fields.fit")
    with pytest.raises(DamagedRecordingError) as after_another:
        fit.read(victim)
    assert after_another.value.what == alone.value.what
