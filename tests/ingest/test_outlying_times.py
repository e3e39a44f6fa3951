"""A clock that lost its time in mid-recording: what is dated possibly stays, the rest waits for a person's word."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ingest import Declared, Recording, read_recording
from ingest.clock import LAST_US, local_iso
from ingest.losses import MOST_LOST_UNSAID, loss_among, warning_of_loss
from ingest.outlying_times import STRETCH_SAMPLES, wants_start
from ingest.recognising import sniff
from ingest.recording import Decoded, DeviceClock, SleepWindow
from tests.ingest.making import EVENING_US, MAGIC, FakeReader, decoded, every, samples

RESET_US = int(np.datetime64("2000-01-01", "us").astype(np.int64))
FIT_US = int(np.datetime64("1989-12-31", "us").astype(np.int64))
STEP_US = 20_000
START = datetime(2026, 1, 16, 4, 0)  # noqa: DTZ001 - as the wearer's clocks showed it
NOW = datetime(2026, 6, 1, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def read(folder: Path, monkeypatch: pytest.MonkeyPatch, content: Decoded, start: datetime | None = None) -> Recording:
    monkeypatch.setattr(sniff, "readers", lambda: iter([FakeReader(lambda _path: content)]))
    path = folder / "night.fake"
    path.write_bytes(MAGIC + b"x" * 100)
    return read_recording(path, lambda _: Declared(zone=BERLIN, start=start), now=NOW)


def stamps(*runs: tuple[int, int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.concatenate([every(STEP_US, n, start_us=start_us) for start_us, n in runs])


def firsts(recording: Recording, n: int) -> list[str]:
    """Wall clock of the first sample, and of the one behind the first ``n``."""
    times = np.sort(np.concatenate([block.time_us for block in recording.blocks()]))
    return [local_iso(int(times[i]), recording.clock.zone)[:19] for i in (0, n)]


@pytest.mark.parametrize(("n_dated", "n_reset"), [(500, 300), (300, 900)])
@pytest.mark.parametrize("reset_first", [True, False])
def test_the_possibly_dated_part_is_never_thrown_away_for_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_dated: int, n_reset: int, *, reset_first: bool
) -> None:
    runs = [(EVENING_US, n_dated), (RESET_US, n_reset)]
    content = decoded(samples(stamps(*(runs[::-1] if reset_first else runs))), clock=DeviceClock("local"))
    recording = read(tmp_path, monkeypatch, content)
    assert recording.quality.n_samples == n_dated
    assert recording.lost_share == pytest.approx(n_reset / (n_dated + n_reset))
    assert f"{n_reset} of {n_dated + n_reset} samples are dated from 2000-01-01 on" in " ".join(recording.warnings)
    assert wants_start(recording.warnings)
    assert loss_among(recording.warnings) is not None


@pytest.mark.parametrize("clock", [DeviceClock("local"), DeviceClock("utc"), DeviceClock("local", utc_offset_s=3600)])
@pytest.mark.parametrize("has_offset", [True, False])
def test_a_stretch_without_a_date_is_kept_where_its_start_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: DeviceClock, *, has_offset: bool
) -> None:
    content = decoded(samples(stamps((EVENING_US, 300), (RESET_US, 900))), clock=clock)
    start = datetime(2026, 1, 16, 3, 0, tzinfo=UTC) if has_offset else START
    recording = read(tmp_path, monkeypatch, content, start)
    assert (recording.quality.n_samples, recording.lost_share) == (1200, 0)
    assert firsts(recording, 300)[1] == "2026-01-16T04:00:00"
    assert recording.clock.start == start
    assert not wants_start(recording.warnings)
    assert "they begin at the start that was given" in " ".join(recording.warnings)


def test_a_few_possible_stamps_do_not_oust_a_night_whose_clock_was_never_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = decoded(samples(stamps((EVENING_US, STRETCH_SAMPLES - 1), (RESET_US, 900))), clock=DeviceClock("local"))
    assert read(tmp_path, monkeypatch, content).quality.first_us < RESET_US


@pytest.mark.parametrize("first_us", [RESET_US, FIT_US, int(np.datetime64("2036-01-01", "us").astype(np.int64))])
@pytest.mark.parametrize("base", ["local", "utc"])
def test_a_clock_that_was_never_set_counts_from_the_start_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first_us: int, base: str
) -> None:
    clock = DeviceClock("utc" if base == "utc" else "local")
    content = decoded(samples(stamps((first_us, 900))), clock=clock)
    windowed = SleepWindow(first_us + STEP_US, first_us + 9 * STEP_US)
    content = Decoded(**{name: getattr(content, name) for name in content.__slots__} | {"sleep_windows": (windowed,)})
    assert wants_start(read(tmp_path, monkeypatch, content).warnings)
    recording = read(tmp_path, monkeypatch, content, START)
    assert firsts(recording, 0)[0] == "2026-01-16T04:00:00"
    assert recording.sleep_windows[0].start_us == recording.quality.first_us + STEP_US
    assert not wants_start(recording.warnings)


@pytest.mark.parametrize(("share", "is_said"), [(MOST_LOST_UNSAID, False), (MOST_LOST_UNSAID + 0.001, True)])
def test_more_than_a_twentieth_lost_is_no_footnote(share: float, *, is_said: bool) -> None:
    assert bool(warning_of_loss(share)) is is_said
    assert loss_among(("something", *warning_of_loss(share))) == (warning_of_loss(share)[0] if is_said else None)


def test_times_that_no_stretch_can_reach_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their stretch held none of them, and its first moment was sought among nothing."""
    far_us = LAST_US + 400 * 86_400_000_000
    content = decoded(samples(stamps((EVENING_US, 500), (far_us, 300))), clock=DeviceClock("local"))
    recording = read(tmp_path, monkeypatch, content)
    assert recording.quality.n_samples == 500
    assert "300 of 800 samples are dated far from all others and were left out" in " ".join(recording.warnings)
