"""When a series may be somebody else's: small and stiff, or very stiff; a doubt and nothing more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.model import Event, Movement, SleepState
from analytics.scoring.elsewhere import Origin, elsewhere_share, median_peak_mg, origins


def movement(number: int, peak_mg: float) -> Movement:
    onset_us = number * 20_000_000
    return Movement(
        number=number,
        recording="a" * 64,
        site="ankle",
        leg="left",
        onset_us=onset_us,
        offset_us=onset_us + 2_000_000,
        peak_g=peak_mg / 1e3,
        threshold_g=0.007,
        core_s=1.0,
        posture_change_deg=0.0,
        n_bursts=1,
        shape="leg_movement",
    )


def event(of: Movement, series_no: int | None, state: SleepState = "sleep") -> Event:
    return Event(
        movement_no=of.number,
        parts=(of.number,),
        lead=of.number,
        leg=of.leg,
        onset_us=of.onset_us,
        offset_us=of.offset_us,
        is_lm=True,
        is_clm=True,
        is_plm=series_no is not None,
        imi_s=20.0,
        series_no=series_no,
        sleep_state=state,
        label="isolated" if series_no is None else "periodic",
        p_near_onset=0.0,
        confidence=1.0,
    )


def series(
    peak_mg: float, ratio: float | None, *, series_no: int = 1, first: int = 1, n: int = 6
) -> tuple[list[Event], list[Movement]]:
    moved = [replace(movement(number, peak_mg), slow_over_fast=ratio) for number in range(first, first + n)]
    return [event(m, series_no) for m in moved], moved


@pytest.mark.parametrize(
    ("peak_mg", "ratio", "doubt"),
    [
        (24.9, 0.249, "small_and_stiff"),
        (25.0, 0.249, None),
        (24.9, 0.25, None),
        (80.0, 0.149, "stiff"),
        (80.0, 0.15, None),
        (12.0, 0.6, None),
        (12.0, None, None),
    ],
)
def test_a_series_is_doubted_where_it_is_small_and_stiff_or_very_stiff(
    peak_mg: float, ratio: float | None, doubt: str | None
) -> None:
    (origin,) = origins(*series(peak_mg, ratio))
    assert origin.doubt == doubt
    assert origin.median_peak_mg == pytest.approx(peak_mg)
    assert origin.slow_over_fast == ratio


def test_one_strong_or_tilting_kick_does_not_speak_for_its_series() -> None:
    events, moved = series(12.0, 0.1)
    moved[0] = replace(movement(1, 200.0), slow_over_fast=1.2)
    (origin,) = origins(events, moved)
    assert origin.doubt == "small_and_stiff"


def test_a_ratio_known_of_fewer_than_half_is_not_known() -> None:
    events, moved = series(12.0, 0.1)
    unknown = [replace(m, slow_over_fast=None) for m in moved]
    assert origins(events, moved[:2] + unknown[2:])[0].doubt is None
    assert origins(events, moved[:3] + unknown[3:])[0].doubt == "small_and_stiff"


def test_only_periodic_movements_in_sleep_count() -> None:
    events, moved = series(12.0, 0.1)
    awake = [event(m, 1, "wake") for m in moved]
    alone = [event(m, None) for m in moved]
    assert origins(awake, moved) == ()
    assert origins(alone, moved) == ()
    assert origins(events[:2] + awake[2:], moved)[0].n_in_sleep == 2


def test_the_share_is_of_movements_not_of_series() -> None:
    partner, own = series(12.0, 0.1, n=4), series(60.0, 0.8, series_no=2, first=10, n=12)
    found = origins(partner[0] + own[0], partner[1] + own[1])
    assert [origin.series_no for origin in found] == [1, 2]
    assert elsewhere_share(found) == pytest.approx(0.25)
    assert elsewhere_share(()) is None
    assert elsewhere_share([Origin(1, 5, 60.0, 0.8, None)]) == 0


def test_the_median_peak_is_of_periodic_movements_in_sleep() -> None:
    moved = [movement(number, peak_mg) for number, peak_mg in enumerate((10.0, 20.0, 40.0, 500.0), start=1)]
    events = [*(event(m, 1) for m in moved[:3]), event(moved[3], 1, "wake")]
    assert median_peak_mg(events, moved) == pytest.approx(20)
    assert median_peak_mg(events, moved, state="wake") == pytest.approx(500)
    assert median_peak_mg([event(moved[0], None)], moved) is None
