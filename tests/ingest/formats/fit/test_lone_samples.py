"""Which samples of a changed file are taken for damage: lone ones in stillness, and none of a movement."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.formats.fit import reader as fit
from ingest.formats.fit.lone_samples import without_lone
from ingest.recording import Samples
from tests.ingest.formats.fit.fit_files import joined
from tests.paths import ROOT

NIGHT = ROOT / "sample_data" / "watch_night.fit"
RATE_HZ = 25
N = 500
MIDDLE = N // 2


def lying_still(seed: int = 0) -> NDArray[np.float32]:
    noise_g = np.random.default_rng(seed).normal(0, 0.003, (N, 3))
    found: NDArray[np.float32] = (np.array([0.1, -0.3, 0.95]) + noise_g).astype(np.float32)
    return found


def samples(g: NDArray[np.float32]) -> Samples:
    return Samples(np.arange(len(g), dtype=np.int64) * 40_000, g.astype(np.float32), 1.0)


@given(
    at=st.sampled_from([0, 1, 5, MIDDLE, N - 2, N - 1]),
    axis=st.integers(0, 2),
    by_g=st.floats(0.06, 30),
    sign=st.sampled_from([-1, 1]),
)
def test_one_changed_value_in_stillness_is_left_out_and_nothing_else(
    at: int, axis: int, by_g: float, sign: int
) -> None:
    g = lying_still()
    g[at, axis] += sign * by_g
    left, n = without_lone(samples(g))
    assert n == 1
    assert left.time_us.tolist() == [40_000 * i for i in range(N) if i != at]
    assert np.array_equal(left.values, np.delete(g, at, axis=0))


@given(
    ring_hz=st.floats(3, 8),
    phase=st.floats(0, 2 * np.pi),
    for_s=st.floats(0.3, 0.6),
    peak_g=st.floats(0.08, 3),
    start=st.floats(0, 1),
)
def test_no_sample_of_a_twitch_is_left_out(
    ring_hz: float, phase: float, for_s: float, peak_g: float, start: float
) -> None:
    g = lying_still()
    t_s = (np.arange(N) - MIDDLE - start) / RATE_HZ
    ring = np.where(t_s >= 0, np.exp(-3 * t_s / for_s) * np.cos(2 * np.pi * ring_hz * t_s + phase), 0.0)
    g[:, 0] += (peak_g * ring).astype(np.float32)
    g[:, 2] += (0.5 * peak_g * np.where(t_s >= 0, np.exp(-3 * t_s / for_s), 0.0)).astype(np.float32)
    assert without_lone(samples(g))[1] == 0


def test_a_step_to_another_posture_and_what_is_too_short_to_tell_stay() -> None:
    g = lying_still()
    g[MIDDLE:] = g[MIDDLE:, ::-1]
    assert without_lone(samples(g))[1] == 0
    few = lying_still()[:8]
    few[4] += 5
    assert without_lone(samples(few))[1] == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_night_of_which_bytes_were_changed_has_no_values_that_it_had_not_before(tmp_path: Path, seed: int) -> None:
    data = bytearray(NIGHT.read_bytes())
    largest_g = np.abs(joined(fit.read(NIGHT))[1]).max()
    draw = np.random.default_rng(seed)
    end = len(data) - 2
    for at in draw.integers(len(data) // 2, end, 8):
        data[at] = draw.integers(256)
    path = tmp_path / "changed.fit"
    path.write_bytes(data)
    decoded = fit.read(path)
    assert any("checksum" in problem for problem in decoded.problems)
    assert np.abs(joined(decoded)[1]).max() <= largest_g


def test_of_a_file_whose_checksum_fits_nothing_is_left_out() -> None:
    decoded = fit.read(NIGHT)
    assert decoded.problems == ()
