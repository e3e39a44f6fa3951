"""Gravity decides the unit, and refuses to guess."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import UnknownUnitError, UnsupportedRecordingError
from ingest.units import (
    BAND_G,
    COUNTS_64,
    COUNTS_256,
    M_S2,
    MG,
    SURELY_GRAVITY,
    Unit,
    bracketed,
    decide_unit,
    integer_steps,
    named_unit,
    steady_share,
    unit_by_gravity,
)
from ingest.units import G as IN_G

ALL_UNITS = (IN_G, MG, M_S2, COUNTS_64, COUNTS_256)


@pytest.mark.parametrize(
    ("word", "unit"),
    [
        ("g", IN_G),
        ("G", IN_G),
        ("g's", IN_G),
        ("mg", MG),
        ("m/s^2", M_S2),
        ("m/s²", M_S2),
        ("m s-2", M_S2),
        ("m/s/s", M_S2),
        ("M/S2", M_S2),
        ("m/(s^2)", M_S2),
        ("deg/s", None),
        ("", None),
    ],
)
def test_units_are_known_in_the_spellings_of_the_apps(word: str, unit: Unit | None) -> None:
    assert named_unit(word) == unit


def test_what_stands_in_brackets_is_the_unit() -> None:
    assert bracketed("Acceleration x (m/s^2)") == "m/s^2"
    assert bracketed("X [mg]") == "mg"
    assert bracketed("acc_x") is None


@given(st.sampled_from(ALL_UNITS), st.floats(0.851, 1.179))
def test_gravity_within_the_band_names_its_unit(unit: Unit, norm_g: float) -> None:
    assert unit_by_gravity(norm_g / unit.g_per_unit, integers=True) == unit


@given(st.floats(0.0, 1e5))
def test_no_measure_fits_two_units(median_norm: float) -> None:
    fitting = [unit for unit in ALL_UNITS if BAND_G[0] <= median_norm * unit.g_per_unit <= BAND_G[1]]
    assert len(fitting) <= 1


@pytest.mark.parametrize("median_norm", [64.0, 256.0])
def test_counts_are_believed_only_where_values_are_integers(median_norm: float) -> None:
    assert decide_unit(median_norm, None, integers=True, steady_share=1)[0].name == "counts"
    with pytest.raises(UnknownUnitError, match=str(int(median_norm))):
        decide_unit(median_norm, None, integers=False, steady_share=1)


@pytest.mark.parametrize(("median_norm", "fits"), [(0.849, False), (0.851, True), (1.179, True), (1.181, False)])
def test_the_band_ends_where_it_says(median_norm: float, *, fits: bool) -> None:
    assert (unit_by_gravity(median_norm, integers=False) is not None) is fits


def test_an_undecidable_unit_is_refused_with_the_number_and_the_way_out() -> None:
    with pytest.raises(UnknownUnitError) as caught:
        decide_unit(41.27, None, integers=False, steady_share=1)
    assert "41.27" in caught.value.what
    assert "header" in caught.value.hint


@pytest.mark.parametrize("share", [0.0, 1.0])
@pytest.mark.parametrize("named", [None, IN_G])
def test_acceleration_without_gravity_is_refused(named: Unit | None, share: float) -> None:
    with pytest.raises(UnsupportedRecordingError, match="gravity was removed") as caught:
        decide_unit(0.29, named, integers=False, steady_share=share)
    assert "with gravity" in caught.value.hint


def test_a_header_is_believed_although_the_sensor_is_badly_calibrated_and_that_is_said() -> None:
    unit, oddity = decide_unit(620.0, MG, integers=True, steady_share=1)
    assert unit == MG
    assert oddity is not None
    assert "0.62 g" in oddity


def test_a_header_that_gravity_confirms_needs_no_remark() -> None:
    assert decide_unit(9.7, M_S2, integers=False, steady_share=1) == (M_S2, None)


def test_a_header_that_gravity_contradicts_gives_way_only_to_a_sensor_that_lay_still() -> None:
    unit, oddity = decide_unit(1003.0, IN_G, integers=True, steady_share=SURELY_GRAVITY)
    assert (unit, oddity) == (MG, "the header says g, but gravity measures 1003, as it does in mg: read as mg")
    with pytest.raises(UnknownUnitError, match="said to be g, but then gravity would be 1003 g"):
        decide_unit(1003.0, IN_G, integers=True, steady_share=SURELY_GRAVITY - 0.01)


def test_what_a_person_says_of_the_unit_is_never_replaced() -> None:
    with pytest.raises(UnknownUnitError, match="said to be g, but then gravity would be 1003 g") as caught:
        decide_unit(1003.0, IN_G, integers=True, steady_share=1, mapping="lab")
    assert "[table.lab]" in caught.value.hint


@pytest.mark.parametrize("beyond", [np.inf, np.nan])
def test_lengths_beyond_all_numbers_are_not_steady_and_warn_of_nothing(beyond: float) -> None:
    assert steady_share(np.full(9, beyond)) == 0
    assert steady_share(np.array([1.0, 1.05, 3.0, beyond])) == pytest.approx(2 / 3)


@given(
    st.integers(6, 14),
    st.lists(st.tuples(*[st.integers(-32_767, 32_767)] * 3), min_size=1, max_size=50),
)
def test_multiples_of_a_sensors_step_printed_with_six_digits_come_back_as_the_same_integers(
    k: int, counts: list[tuple[int, int, int]]
) -> None:
    exact = np.array(counts) * 2.0**-k
    printed = np.round(exact, 6)
    steps = integer_steps(printed, 6)
    assert 2.0**-k in steps
    assert np.abs(np.rint(printed / steps[0]) * steps[0] - exact).max() <= 1e-6


def test_the_coarsest_step_comes_first() -> None:
    assert integer_steps(np.array([[0.328125, 0.984375, -0.203125]]), 6)[0] == 2.0**-6


def test_decimal_text_keeps_its_own_step_as_long_as_it_fits_16_bits() -> None:
    assert integer_steps(np.array([[0.0157, 0.5, 1.0]]), 4) == (1e-4,)
    assert integer_steps(np.array([[3.2767, 0.5, 1.0]]), 4) == (1e-4,)
    assert integer_steps(np.array([[3.2768, 0.5, 1.0]]), 4) == ()


def test_a_value_between_the_steps_leaves_no_step() -> None:
    assert integer_steps(np.array([[0.123456, 0.654321, 0.999_999]]), 6) == ()
    assert integer_steps(np.full((1000, 3), 0.1), None) == ()
