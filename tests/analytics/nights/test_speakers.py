"""For each leg and instant one recording speaks: a movement is one movement, whatever recorded it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.model import Channel, Night, Speaker
from analytics.signal.copies import are_copies
from analytics.simulate.write import simulate_both_legs
from ingest.recording import Side
from tests.analytics.signals import EVENING_US, add_jerk, add_kick, add_turn, channel, still
from tests.analytics.whole_nights import Signal, analysed
from tests.drawing import examples

MINUTES = 40
SECONDS = MINUTES * 60.0
MOVES_S = tuple(float(t) for t in np.arange(60, SECONDS - 60, 47))


def _signal(seed: int = 0, *, turned: bool = False) -> Signal:
    """Kicks, jerks and turns, one every 47 s; ``turned``: in another strap."""
    at_s, xyz = still(SECONDS, rate_hz=25.0, seed=seed)
    for k, onset_s in enumerate(MOVES_S):
        if k % 7 == 3:
            add_turn(at_s, xyz, onset_s, degrees=50.0 * (-1) ** k)
        elif k % 7 == 5:
            add_jerk(at_s, xyz, onset_s)
        else:
            add_kick(at_s, xyz, onset_s, peak_mg=90)
    return at_s, xyz[:, [2, 0, 1]] if turned else xyz


WHOLE = channel(*_signal())
NIGHT = analysed([WHOLE])
OTHER = channel(*_signal(1, turned=True), recording="b" * 64)


def part(whole: Channel, from_s: float, to_s: float, name: str, *, side: Side | None = None) -> Channel:
    at_s = (whole.time_us - EVENING_US) / 1e6
    kept = (at_s >= from_s) & (at_s < to_s)
    cut = replace(whole, recording=name * 64, time_us=whole.time_us[kept], xyz_g=whole.xyz_g[kept])
    return replace(cut, side=side) if side else cut


def exported(whole: Channel, name: str) -> Channel:
    """As a CSV has it: milliseconds, and thousandths of g."""
    time_us = np.rint(whole.time_us / 1e3).astype(np.int64) * 1000
    return replace(whole, recording=name * 64, time_us=time_us, xyz_g=np.round(whole.xyz_g[:], 3), lsb_g=0.001)


def onsets_s(night: Night) -> list[float]:
    return [(e.onset_us - EVENING_US) / 1e6 for e in night.scores[0].events]


def what(night: Night) -> object:
    """All that a night says of movements and sleep, but for the names of files."""
    movements = [replace(m, recording="") for m in night.movements]
    return movements, night.scores, night.bouts, night.blanks, night.recorded_h, night.tier, night.n_hypnic_jerks


def speaks(night: Night) -> dict[str, Speaker]:
    return {speaker.recording[0]: speaker for speaker in night.speakers}


@st.composite
def partitions(draw: st.DrawFn) -> Sequence[Channel]:
    """The whole in two to four files that overlap by 10 s or more, in any order."""
    n = draw(st.integers(2, 4))
    cuts = sorted(draw(st.lists(st.floats(60, SECONDS - 120), min_size=n - 1, max_size=n - 1)))
    overlaps = [draw(st.floats(10, 600)) for _ in cuts]
    starts = [0.0, *cuts]
    ends = [*(min(SECONDS, cut + overlap) for cut, overlap in zip(cuts, overlaps, strict=True)), SECONDS + 1]
    files = [part(WHOLE, a, b, "cdef"[i]) for i, (a, b) in enumerate(zip(starts, ends, strict=True))]
    return draw(st.permutations(files))


@given(files=partitions())
@settings(max_examples=examples(8))
def test_a_recording_in_overlapping_files_in_any_order_gives_what_the_whole_gives(files: Sequence[Channel]) -> None:
    night = analysed(files)
    assert what(night) == what(NIGHT)
    assert sum(s.speaks_h for s in night.speakers) == pytest.approx(NIGHT.recorded_h, abs=0.001)


@given(names=st.permutations("abcd"), seed=st.integers(0, 5))
@settings(max_examples=examples(4))
def test_three_devices_on_one_leg_and_an_export_give_each_movement_once_in_any_order(
    names: Sequence[str], seed: int
) -> None:
    files = [WHOLE, OTHER, part(channel(*_signal(7)), 300, 1500, "c"), exported(WHOLE, "d")]
    files = [replace(f, recording=n * 64) for f, n in zip(files, "abcd", strict=True)]
    ordered = [files["abcd".index(name)] for name in names]
    night, again = analysed(ordered), analysed(ordered[seed % 4 :] + ordered[: seed % 4])
    assert night == again
    assert onsets_s(night) == pytest.approx(onsets_s(NIGHT), abs=0.15)
    assert night.legs == "left"


def test_an_export_beside_its_recording_changes_nothing_but_who_speaks() -> None:
    night = analysed([WHOLE, exported(WHOLE, "e")])
    assert onsets_s(night) == pytest.approx(onsets_s(NIGHT), abs=0.05)
    assert night.n_hypnic_jerks == NIGHT.n_hypnic_jerks
    assert min(s.speaks_h for s in night.speakers) == 0.0
    assert {round(s.shared_h, 2) for s in night.speakers} == {round(MINUTES / 60, 2)}


def test_the_same_file_under_two_names_and_two_sides_is_one_leg_and_said() -> None:
    night = analysed([WHOLE, replace(WHOLE, recording="b" * 64, side="right")])
    assert (night.legs, len(night.movements)) == ("left", len(NIGHT.movements))
    assert {s.note for s in night.speakers} == {"same_samples"}


@pytest.mark.parametrize("shared_s", [0.0, 1.0, 10.0])
def test_recordings_that_overlap_by_a_second_lose_nothing_away_from_the_seam(shared_s: float) -> None:
    seam_s = 1215.0
    night = analysed([part(WHOLE, 0, seam_s + shared_s, "c"), part(WHOLE, seam_s, SECONDS + 1, "d")])
    assert onsets_s(night) == pytest.approx(onsets_s(NIGHT), abs=0.05)


def test_the_sensor_that_sees_less_speaks_only_where_the_other_has_nothing() -> None:
    coarse = replace(OTHER, lsb_g=0.012)
    night = analysed([part(WHOLE, 0, 1215, "a"), coarse])
    assert speaks(night)["a"].speaks_h == pytest.approx(1205 / 3600, abs=0.01)
    assert speaks(night)["b"].speaks_h == pytest.approx((SECONDS - 1205) / 3600, abs=0.01)
    assert onsets_s(night) == pytest.approx(onsets_s(NIGHT), abs=0.5)


@pytest.mark.parametrize("side", ["left", "right", "unknown"])
def test_a_watch_on_the_night_table_says_nothing_whatever_leg_it_is_declared_to_be_on(side: Side) -> None:
    kicked = channel(*_long_signal())
    table = _table(side)
    night = analysed([kicked, table])
    assert what(night) == what(analysed([kicked]))
    assert (speaks(night)["f"].note, speaks(night)["f"].speaks_h) == ("on_table", 0.0)
    assert night.legs == "left"


def _long_signal() -> Signal:
    at_s, xyz = still(2 * 3600.0, rate_hz=25.0)
    for k, onset_s in enumerate(np.arange(300, 2 * 3600 - 300, 300)):
        add_turn(at_s, xyz, float(onset_s), degrees=40.0 * (-1) ** k)
    return at_s, xyz


def _table(side: Side) -> Channel:
    """Quieter than any leg, with bumps that leave it where it was."""
    at_s, xyz = still(2 * 3600.0, rate_hz=50.0, noise_mg=0.5, seed=9)
    for onset_s in (400.0, 900.0, 3500.0, 6000.0):
        add_jerk(at_s, xyz, onset_s)
    return channel(at_s, xyz, side=side, recording="f" * 64, lsb_g=0.0001)


def test_two_legs_that_move_exactly_alike_are_said_to() -> None:
    right = replace(channel(*_signal(4, turned=True)), side="right", recording="b" * 64)
    night = analysed([WHOLE, right])
    assert {s.note for s in night.speakers} == {"moves_alike"}
    weaker = replace(right, xyz_g=right.xyz_g[:] * np.float32(0.7))
    assert {s.note for s in analysed([WHOLE, weaker]).speakers} == {None}


def test_a_right_leg_that_is_declared_left_is_heard_only_where_the_left_is_not() -> None:
    at_s, xyz = still(SECONDS, rate_hz=25.0, seed=3)
    for onset_s in MOVES_S:
        add_kick(at_s, xyz, onset_s + 20.0)
    night = analysed([WHOLE, channel(at_s, xyz, recording="b" * 64)])
    assert len(night.scores[0].events) == len(NIGHT.scores[0].events)
    assert sorted(round(s.speaks_h, 2) for s in night.speakers) == [0.0, round(MINUTES / 60, 2)]


def test_the_noise_of_a_sensor_tells_copies_from_neighbours() -> None:
    assert are_copies(WHOLE, exported(WHOLE, "e"))
    assert are_copies(WHOLE, part(WHOLE, 500, 501, "c"))
    assert not are_copies(WHOLE, channel(*_signal(4)))
    assert not are_copies(WHOLE, OTHER)
    assert not are_copies(part(WHOLE, 0, 100, "c"), part(WHOLE, 100, 200, "d"))


def test_halves_that_were_calibrated_apart_make_no_movement_at_their_seam() -> None:
    second = part(WHOLE, 1200, SECONDS + 1, "d")
    second = replace(second, xyz_g=second.xyz_g[:] + np.array([0.03, -0.02, 0.04], np.float32))
    night = analysed([part(WHOLE, 0, 1215, "c"), second])
    assert onsets_s(night) == pytest.approx(onsets_s(NIGHT), abs=0.05)


@given(seed=st.integers(0, 10_000), later_s=st.floats(-0.25, 0.25), share=st.floats(0.6, 1.0))
@settings(max_examples=examples(5))
def test_left_and_right_give_each_movement_once_and_none_that_one_leg_would_not(
    seed: int, later_s: float, share: float
) -> None:
    at_s, moved = _signal(seed, turned=True)
    shift = round(later_s * 25)
    right = np.roll(moved, shift, axis=0)
    right = right.mean(axis=0) + (right - right.mean(axis=0)) * share
    night = analysed([WHOLE, channel(at_s, right, side="right", recording="b" * 64)])
    assert len(night.scores[0].events) == len(MOVES_S)
    assert onsets_s(night) == pytest.approx(onsets_s(NIGHT), abs=1.0)  # a slow turn begins gradually
    assert night.n_hypnic_jerks >= NIGHT.n_hypnic_jerks
    assert {e.leg for e in night.scores[0].events} == {"both"}


def _simulated(profile: str, seed: int, hours: float = 9.5) -> tuple[Night, Night, Night, int]:
    """The left leg, the right one, both; and the true number of jerks."""
    legs = simulate_both_legs(profile, evening=date(2026, 3, 2), rate_hz=25, sensor="ax3", seed=seed, hours=hours)
    sides: tuple[tuple[Side, str], ...] = (("left", "a"), ("right", "b"))
    left, right = (
        Channel(name * 64, "ankle", side, leg.time_us, leg.xyz_g, 1 / 256)
        for leg, (side, name) in zip(legs, sides, strict=True)
    )
    n_jerks = sum(event.kind == "jerk" for event in legs[0].plan.events)
    return analysed([left]), analysed([right]), analysed([left, right]), n_jerks


@pytest.mark.parametrize(
    ("profile", "seed"),
    [("jerks", 5), *(pytest.param(p, s, marks=pytest.mark.slow) for p in ("jerks", "plmd", "rls") for s in (1, 2, 3))],
)
def test_both_legs_of_a_simulated_night_find_what_the_better_one_finds(profile: str, seed: int) -> None:
    left, right, both, n_jerks = _simulated(profile, seed)
    assert both.n_hypnic_jerks >= min(n_jerks, max(left.n_hypnic_jerks, right.n_hypnic_jerks))
    if profile != "jerks":
        n_plms = [night.scores[0].measures.n_plms or 0 for night in (left, right, both)]
        assert n_plms[2] >= max(n_plms[:2])
