"""Jerks at other moments than any simulator has them: what stands in a night is what was asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import jerks_elsewhere
from benchmarks.jerks_elsewhere_nights import night, physics

_SIGNALS = physics(Path(__file__).parents[3] / "shared" / "data" / "hard_nights")


def test_without_the_physics_one_line_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jerks_elsewhere.main(["--seed", "1", "--physics", str(tmp_path)])
    said = capsys.readouterr().out
    assert said.startswith("Skipped: ")
    assert said.count("\n") == 1


@pytest.mark.slow
@pytest.mark.skipif(_SIGNALS is None, reason="the physics of the hard nights are not here")
def test_jerks_are_as_large_as_said_and_apart_from_all_else() -> None:
    case = night(_SIGNALS, 1, 2, 5)
    jerks = [m for m in case.truth if m.is_jerk]
    assert len(jerks) >= 10
    onset_s = np.array([m.onset_s for m in case.truth])
    for jerk in jerks:
        seen_g = []
        for channel in case.channels:
            at_s = (channel.time_us - case.start_us) / 1e6 - jerk.onset_s
            rest = np.median(channel.xyz_g[(at_s > -2) & (at_s < -0.5)], axis=0)
            seen_g.append(np.linalg.norm(channel.xyz_g[(at_s > 0) & (at_s < 1)] - rest, axis=1).max())
        assert max(seen_g) == pytest.approx(jerk.peak_g, rel=0.3, abs=0.04)
        assert np.sort(np.abs(onset_s - jerk.onset_s))[1] >= 2


@pytest.mark.slow
@pytest.mark.skipif(_SIGNALS is None, reason="the physics of the hard nights are not here")
def test_the_same_seed_gives_the_same_truth() -> None:
    assert night(_SIGNALS, 1, 2, 5).truth == night(_SIGNALS, 1, 2, 5).truth
