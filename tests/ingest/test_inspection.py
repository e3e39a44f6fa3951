from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingest import describe
from ingest.quality.calibration import Calibration
from ingest.recording import (
    Clock,
    Device,
    Gap,
    Placement,
    Quality,
    Recording,
    SleepWindow,
    StageSpan,
    Temperature,
    Vitals,
)
from tests.ingest.making import EVENING_US, cut, every, samples

HOUR_US = 3_600_000_000
QUALITY = Quality(
    n_samples=4,
    first_us=EVENING_US,
    last_us=EVENING_US + 60_999,
    rate_hz_true=49.999999,
    mean_g=(0.1234567, -0.5, 1.0),
    median_norm_g=1.0000004,
    lsb_mg=3.90625,
    clipped_share=0.0,
    gaps=(Gap(EVENING_US, EVENING_US + HOUR_US, "gap"), Gap(EVENING_US + HOUR_US, EVENING_US, "backward")),
    duplicate_stamps=1,
    backward_steps=2,
    noise_mg=2.71828,
    n_idle=1,
    idle_s=12.34,
    calibration=Calibration(n_windows=7, residual_mg=12.3456, why_not="the sensor never pointed to +x"),
)
RECORDING = Recording(
    path=Path("night.cwa"),
    sha256="ab" * 32,
    format="axivity-cwa",
    device=Device("Axivity", "AX3", "39434"),
    placement=Placement("ankle", "left"),
    clock=Clock("Europe/Berlin", "user", -HOUR_US, instants_known=True),
    rate_hz_nominal=50.0,
    unit="g",
    bad_blocks=3,
    restarts=1,
    quality=QUALITY,
    blocks=cut(samples(every(20_000, 4))),
    stages=(StageSpan(EVENING_US, EVENING_US + HOUR_US, "deep"),),
    sleep_windows=(SleepWindow(EVENING_US, EVENING_US + 8 * HOUR_US),),
    vitals=Vitals(np.array([EVENING_US, EVENING_US + 1]), np.array([50, 51], np.float32)),
    warnings=("first", "second"),
    temperature=Temperature(every(60_000_000, 3), np.array([21.0, 31.5, 33.0], np.float32)),
)
#: `contract.md`, the command `inspect`: scripts read these.
PROMISED = {
    *("format", "device", "serial", "site", "side", "n_samples", "rate_hz_nominal", "rate_hz_true"),
    *("first_sample", "last_sample", "time_zone", "time_zone_source", "mean_g", "bad_blocks", "restarts", "gaps"),
    *("unit", "lsb_mg", "calibration", "warnings"),
}


def test_every_promised_field_is_there() -> None:
    assert set(describe(RECORDING)) >= PROMISED


def test_the_document_says_what_is_known() -> None:
    assert describe(RECORDING) == {
        "schema": 1,
        "path": "night.cwa",
        "sha256": "ab" * 32,
        "format": "axivity-cwa",
        "device": "Axivity AX3",
        "serial": "39434",
        "site": "ankle",
        "side": "left",
        "n_samples": 4,
        "n_stages": 1,
        "sleep_windows": [{"start": "2026-01-15T23:00:00.000+01:00", "end": "2026-01-16T07:00:00.000+01:00"}],
        "n_heart_rates": 2,
        "n_beat_intervals": 0,
        "temperature_c": {"min": 21.0, "median": 31.5, "max": 33.0, "minutes": 3},
        "rate_hz_nominal": 50.0,
        "rate_hz_true": 50.0,
        "first_sample": "2026-01-15T23:00:00.000+01:00",
        "last_sample": "2026-01-15T23:00:00.060+01:00",
        "time_zone": "Europe/Berlin",
        "time_zone_source": "user",
        "time_shift_s": 0.0,
        "mean_g": [0.123457, -0.5, 1.0],
        "median_norm_g": 1.0,
        "bad_blocks": 3,
        "restarts": 1,
        "lost_share": 0.0,
        "duplicate_stamps": 1,
        "backward_steps": 2,
        "gaps": [
            {"start": "2026-01-15T23:00:00.000+01:00", "end": "2026-01-16T00:00:00.000+01:00", "kind": "gap"},
            {"start": "2026-01-16T00:00:00.000+01:00", "end": "2026-01-15T23:00:00.000+01:00", "kind": "backward"},
        ],
        "unit": "g",
        "lsb_mg": 3.9062,
        "clipped_share": 0.0,
        "noise_mg": 2.718,
        "idle": {"stretches": 1, "seconds": 12.3},
        "calibration": {
            "applied": False,
            "residual_mg": 12.35,
            "residual_before_mg": 12.35,
            "gain": [1.0, 1.0, 1.0],
            "offset_g": [0.0, 0.0, 0.0],
            "windows": 7,
            "why_not": "the sensor never pointed to +x",
        },
        "warnings": ["first", "second"],
    }


def test_times_on_an_assumed_zone_are_those_of_the_device_without_an_offset() -> None:
    assumed = replace(RECORDING, clock=Clock("America/New_York", "assumed", 5 * HOUR_US, instants_known=False))
    document = describe(assumed)
    assert document["first_sample"] == "2026-01-15T17:00:00.000"
    assert document["gaps"][0]["end"] == "2026-01-15T18:00:00.000"
    assert (document["time_zone"], document["time_zone_source"]) == ("America/New_York", "assumed")


def test_known_instants_have_an_offset_even_if_the_zone_is_assumed() -> None:
    assumed = replace(RECORDING, clock=Clock("America/New_York", "assumed", 0, instants_known=True))
    assert describe(assumed)["first_sample"] == "2026-01-15T17:00:00.000-05:00"


def test_each_end_has_the_offset_of_its_own_moment() -> None:
    # 2026-03-28 to 29: Berlin changes from +01:00 to +02:00.
    first_us = EVENING_US + 72 * 24 * HOUR_US
    night = replace(RECORDING, quality=replace(QUALITY, first_us=first_us, last_us=first_us + 8 * HOUR_US))
    document = describe(night)
    assert document["first_sample"].endswith("T23:00:00.000+01:00")
    assert document["last_sample"].endswith("T08:00:00.000+02:00")


@pytest.mark.parametrize(
    ("device", "name"), [(Device(), ""), (Device(maker="Garmin"), "Garmin"), (Device(model="x"), "x")]
)
def test_what_the_file_does_not_name_leaves_no_blanks(device: Device, name: str) -> None:
    assert describe(replace(RECORDING, device=device))["device"] == name


def test_the_document_is_strict_json_whatever_was_measured() -> None:
    unknown = replace(
        QUALITY, rate_hz_true=None, mean_g=(np.nan, np.inf, 0.0), median_norm_g=np.nan, calibration=Calibration()
    )
    odd = replace(RECORDING, path=Path("n\udcffight\n"), quality=unknown, rate_hz_nominal=None)
    document = json.loads(json.dumps(describe(odd), allow_nan=False))
    assert document["mean_g"] == [None, None, 0.0]
    assert (document["rate_hz_true"], document["median_norm_g"]) == (None, None)
    assert document["path"] == "n\udcffight\n"
