"""Rule sets: immutable, cited, validated, and told apart by a hash."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from analytics.scoring.rulesets import (
    AASM,
    DEFAULT_RULESET,
    RULESETS,
    SOURCE_20_40,
    WASM_2016,
    Ruleset,
    derive,
    ruleset_hash,
)
from ingest.errors import UsageError

#: A valid other value for each field that decides something.
OTHER_VALUES: dict[str, Any] = {
    "lm_min_s": 0.4,
    "lm_max_s": 20.0,
    "clm_max_s": 9.0,
    "bilateral_max_s": 16.0,
    "bilateral_max_parts": 5,
    "same_leg_merge_gap_s": 0.6,
    "leg_join": "onset_distance",
    "leg_join_s": 0.4,
    "imi_min_s": 11.0,
    "imi_max_s": 80.0,
    "series_min_clm": 3,
    "short_imi": "skipped",
    "short_imi_may_start": False,
    "non_clm_ends_run": False,
    "wake_lm_scored": False,
    "respiration": "option_2",
    "respiration_before_s": 3.0,
    "respiration_after_s": 8.0,
    "respiration_pad_s": 1.0,
    "respiratory_lm_scored": False,
    "arousal_gap_s": 1.0,
    "arousal_gap_inclusive": False,
    "periodicity_imi_over_s": 5.0,
    "periodicity_imi_max_s": 80.0,
    "periodicity_min_imis": 4,
    "unstable_below_lm_per_h": 20.0,
}


def test_three_rule_sets_are_built_in_and_wasm_2016_is_the_default() -> None:
    assert list(RULESETS) == ["wasm2016", "aasm", "source-20-40"]
    assert DEFAULT_RULESET is RULESETS["wasm2016"] is WASM_2016


def test_the_built_in_rule_sets_cannot_be_replaced_or_changed() -> None:
    with pytest.raises(TypeError):
        RULESETS["wasm2016"] = AASM  # type: ignore[index]  # that it is refused is the point
    with pytest.raises(ValidationError):
        WASM_2016.imi_min_s = 5.0  # type: ignore[misc]  # that it is refused is the point


@pytest.mark.parametrize("field", sorted(set(Ruleset.model_fields) - {"name"}))
def test_every_value_carries_its_source(field: str) -> None:
    said = Ruleset.model_fields[field].description
    assert said is not None
    assert re.search(r"WASM 2016|AASM|Ferri 2006|option_2", said)


def test_the_table_of_other_values_holds_every_field() -> None:
    assert set(OTHER_VALUES) == set(Ruleset.model_fields) - {"name"}


@pytest.mark.parametrize("field", sorted(OTHER_VALUES))
def test_every_value_changes_the_hash(field: str) -> None:
    other = derive(WASM_2016, "mine", {field: OTHER_VALUES[field]})
    assert ruleset_hash(other) != ruleset_hash(WASM_2016)


def test_the_name_does_not_change_the_hash() -> None:
    assert ruleset_hash(derive(WASM_2016, "mine", {})) == ruleset_hash(WASM_2016)


def test_the_built_in_hashes_are_what_stored_results_were_marked_with() -> None:
    assert [ruleset_hash(r) for r in (WASM_2016, AASM, SOURCE_20_40)] == [
        "4afd9c6d6a95",
        "ea064f21c855",
        "02b2db30add9",
    ]


def test_a_whole_number_is_as_good_as_a_decimal_one_and_gives_the_same_hash() -> None:
    whole, decimal = (derive(WASM_2016, "mine", {"imi_min_s": value}) for value in (12, 12.0))
    assert whole == decimal
    assert ruleset_hash(whole) == ruleset_hash(decimal)


def test_a_derived_rule_set_differs_in_what_was_changed_only() -> None:
    mine = derive(AASM, "mine", {"imi_max_s": 60.0})
    assert mine.model_dump() == AASM.model_dump() | {"name": "mine", "imi_max_s": 60.0}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"imi_mim_s": 5.0}, "has no value imi_mim_s (did you mean imi_min_s?)"),
        ({"name": "other"}, "has no value name"),
        ({"imi_min_s": 0.0}, "imi_min_s: Input should be greater than 0"),
        ({"imi_min_s": -1.0}, "imi_min_s: Input should be greater than 0"),
        ({"imi_max_s": 3600.001}, "imi_max_s: Input should be less than or equal to 3600"),
        ({"imi_max_s": float("nan")}, "imi_max_s: "),
        ({"imi_max_s": float("inf")}, "imi_max_s: "),
        ({"imi_min_s": "10"}, "imi_min_s: Input should be a valid number"),
        ({"imi_min_s": True}, "imi_min_s: Input should be a valid number"),
        ({"imi_min_s": 10.0005}, "imi_min_s: Value error, must be a whole number of milliseconds"),
        ({"series_min_clm": 1}, "series_min_clm: Input should be greater than or equal to 2"),
        ({"series_min_clm": 4.5}, "series_min_clm: Input should be a valid integer"),
        ({"short_imi": "ignored"}, "short_imi: Input should be 'ends_run' or 'skipped'"),
        ({"imi_min_s": 91.0}, "imi_min_s (91) must not exceed imi_max_s (90)"),
        ({"lm_min_s": 11.0}, "lm_min_s (11) must not exceed clm_max_s (10)"),
        ({"bilateral_max_s": 9.0}, "clm_max_s (10) must not exceed bilateral_max_s (9)"),
        ({"lm_max_s": 9.0}, "clm_max_s (10) must not exceed lm_max_s (9)"),
        ({"periodicity_imi_over_s": 91.0}, "periodicity_imi_over_s (91) must not exceed periodicity_imi_max_s (90)"),
        ({"leg_join_s": 0.501}, "same_leg_merge_gap_s must be at least leg_join_s"),
        ({"same_leg_merge_gap_s": None}, "same_leg_merge_gap_s must be at least leg_join_s"),
    ],
)
def test_a_rule_set_that_makes_no_sense_is_refused_in_one_line(changes: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError) as refusal:
        derive(WASM_2016, "mine", changes)
    assert said in refusal.value.line()
    assert "\n" not in refusal.value.line()


@pytest.mark.parametrize("name", ["wasm2016", "", "My Rules", "x" * 41])
def test_a_rule_set_may_not_take_a_built_in_or_malformed_name(name: str) -> None:
    with pytest.raises(UsageError, match="rule set"):
        derive(WASM_2016, name, {})
