"""What is kept of a night for its pictures: the envelope second by second, and the stretches that say nothing."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.criteria import Criteria
from analytics.model import Envelope, Night
from analytics.signal.envelope import envelope_of
from analytics.signal.motion import segments
from analytics.signal.wear import blanks_of
from tests.analytics.signals import EVENING_US, add_kick, channel, still
from tests.analytics.whole_nights import analysed

CRITERIA = Criteria()
SECOND_US = 1_000_000


def drawn(gap_s: tuple[float, float] | None = None) -> Envelope:
    """Ten minutes with a kick at 300.2 s, and a stretch left out."""
    at_s, xyz = still(600)
    add_kick(at_s, xyz, 300.2)
    kept = np.ones(len(at_s), bool) if gap_s is None else (at_s < gap_s[0]) | (at_s >= gap_s[1])
    one = channel(at_s[kept], xyz[kept])
    found = envelope_of(one, segments(one, CRITERIA))
    assert found is not None
    return found


def test_a_value_is_the_largest_envelope_of_its_second() -> None:
    at_s, xyz = still(600)
    add_kick(at_s, xyz, 300.2)
    one = channel(at_s, xyz)
    (segment,) = segments(one, CRITERIA)
    found = envelope_of(one, (segment,))
    assert found is not None
    assert found.start_us == EVENING_US
    assert len(found.max_mg) == 600
    for second in (0, 299, 300, 301, 302, 599):
        inside = (segment.time_us - EVENING_US) // SECOND_US == second
        largest_mg = segment.envelope_g[inside].max() * 1e3
        assert found.max_mg[second] == pytest.approx(largest_mg, rel=0.03 if largest_mg > 4.2 else 0.095)


def test_a_kick_stands_out_in_its_own_second() -> None:
    found = drawn()
    assert int(np.argmax(found.max_mg)) in (300, 302)
    assert found.max_mg.max() > 10 * np.median(found.max_mg)


def test_what_was_not_recorded_is_not_a_number_and_moves_nothing_else() -> None:
    whole, broken = drawn(), drawn((100.0, 160.0))
    assert np.isnan(broken.max_mg[100:160]).all()
    assert np.isfinite(broken.max_mg[:100]).all()
    assert np.isfinite(broken.max_mg[160:]).all()
    assert np.argmax(whole.max_mg) == np.nanargmax(broken.max_mg)


def test_a_sensor_that_cannot_be_searched_has_no_envelope() -> None:
    at_s, xyz = still(2)
    one = channel(at_s, xyz)
    assert envelope_of(one, segments(one, CRITERIA)) is None


def test_envelopes_are_equal_by_value_with_gaps_where_gaps_are() -> None:
    assert drawn((100.0, 160.0)) == drawn((100.0, 160.0))
    assert drawn((100.0, 160.0)) != drawn()
    assert drawn() != "an envelope"


def spans(*pairs: tuple[float, float]) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    return np.array(pairs, dtype=np.float64).reshape(-1, 2).__mul__(SECOND_US).astype(np.int64)


def kinds(recorded: list[tuple[float, float]], searched: list[tuple[float, float]]) -> list[tuple[str, float, float]]:
    found = blanks_of(spans(*recorded), spans(*searched), spans(), spans(), CRITERIA)
    return [(b.kind, b.start_us / SECOND_US, b.end_us / SECOND_US) for b in found]


def test_a_pause_between_recordings_is_a_gap_and_noise_inside_is_unscorable() -> None:
    assert kinds([(0, 100), (160, 300)], [(0, 100), (160, 200), (230, 300)]) == [
        ("gap", 100, 160),
        ("unscorable", 200, 230),
    ]


def test_a_recording_that_was_searched_from_end_to_end_has_no_blanks() -> None:
    assert kinds([(0, 100)], [(0.0, 99.9)]) == []


def test_a_recording_that_could_not_be_searched_is_unscorable_as_a_whole() -> None:
    assert kinds([(0, 100)], []) == [("unscorable", 0, 100)]


def test_a_night_carries_one_envelope_a_sensor_and_its_blanks() -> None:
    at_s, xyz = still(4 * 3600)
    kept = (at_s < 3600) | (at_s >= 3900)
    night: Night = analysed([channel(at_s[kept], xyz[kept])])
    assert [len(e.max_mg) for e in night.envelopes] == [4 * 3600]
    assert [b.kind for b in night.blanks if b.kind == "gap"] == ["gap"]
    (gap,) = [b for b in night.blanks if b.kind == "gap"]
    assert gap.end_us - gap.start_us == pytest.approx(300e6, abs=0.1e6)
    assert any(b.kind == "unworn" for b in night.blanks)
