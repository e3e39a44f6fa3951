"""142 nights against PLMScoRe 0.1.3 (R, by a co-author of WASM 2016), movement by movement and night by night.

105 edge nights (E) test one boundary each, 37 random nights (R) everything at once. On seven nights the tool
stopped with an error and zeros were filled in; what is right there is reasoned by hand below.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analytics.scoring.rulesets import WASM_2016, derive
from analytics.scoring.score import Scored, score

#: What rounding to 5 decimals of an hour costs, and to 5 and then to 4 decimals of an index, as the reference does.
TOLERANCE = {"tst_h": 5.01e-6, "wake_h": 5.01e-6, "plms_index": 5.51e-5, "plmw_index": 5.51e-5}
TOLERANCE |= {"periodicity_index_share": 5.51e-5, "periodicity_index_runs": 5.51e-5}
#: The reference's names for what we call otherwise.
THEIR_NAMES = {
    "twt_h": "wake_h",
    "pi_sleep_plm_over_clm": "periodicity_index_share",
    "pi_runs_of_3_whole_recording": "periodicity_index_runs",
    "n_plmsnr_rule1": "n_plmsnr",
}
COUNTS = ("n_lm", "n_clm", "n_plm", "n_plms", "n_plmw", "n_series", "n_plmsnr", "n_plms_arousal")
YES_NO = ("is_clm", "is_plm", "is_respiratory", "is_plm_nonrespiratory", "is_arousal")
STOPPED = ("E001", "E041", "E070", "E073", "E103", "E105", "R036")


def _read(folder: Path, name: str) -> pl.DataFrame:
    """With every time in seconds turned into whole milliseconds."""
    table = pl.read_csv(folder / f"{name}.csv", infer_schema_length=None)
    seconds = [c for c in table.columns if c.endswith("_s")]
    in_ms = [(pl.col(c) * 1000).round().cast(pl.Int64).alias(c.removesuffix("_s") + "_ms") for c in seconds]
    return table.with_columns(in_ms).drop(seconds)


@pytest.fixture(scope="module")
def inputs(scoring_dir: Path) -> dict[str, pl.DataFrame]:
    return {name: _read(scoring_dir, name) for name in ("movements", "hypnogram", "respiration", "arousals")}


@pytest.fixture(scope="module")
def ours(inputs: dict[str, pl.DataFrame]) -> Scored:
    return score(ruleset=WASM_2016, **inputs)


@pytest.fixture(scope="module")
def their_movements(scoring_dir: Path) -> pl.DataFrame:
    return _read(scoring_dir, "expected_movements").with_columns(pl.col(YES_NO).cast(pl.Boolean))


@pytest.fixture(scope="module")
def their_nights(scoring_dir: Path) -> pl.DataFrame:
    return _read(scoring_dir, "expected_nights").rename(THEIR_NAMES)


def test_the_nights_are_all_here(ours: Scored, their_nights: pl.DataFrame) -> None:
    assert len(their_nights) == 142
    assert ours.nights["night_id"].to_list() == their_nights["night_id"].sort().to_list()
    assert tuple(their_nights.filter(~pl.col("reference_ran"))["night_id"]) == STOPPED


def test_the_same_movements_are_found_on_every_night(ours: Scored, their_movements: pl.DataFrame) -> None:
    place = ["night_id", "onset_ms", "offset_ms"]
    assert ours.movements.select(place).rows() == their_movements.select(place).sort("night_id", "onset_ms").rows()


@pytest.mark.parametrize("name", ["side", "n_mono", "series_id", "imi_ms", "stage", *YES_NO])
def test_every_movement_agrees_with_the_reference(ours: Scored, their_movements: pl.DataFrame, name: str) -> None:
    both = ours.movements.join(their_movements, on=["night_id", "onset_ms"], suffix="_theirs")
    ran = both.filter(~pl.col("night_id").is_in(STOPPED))
    assert len(ran) > 4800
    different = ran.filter(pl.col(name).ne_missing(pl.col(f"{name}_theirs")))
    assert different.select("night_id", "onset_ms", name, f"{name}_theirs").rows() == []


@pytest.mark.parametrize("name", [*COUNTS, *TOLERANCE])
def test_every_night_agrees_with_the_reference(ours: Scored, their_nights: pl.DataFrame, name: str) -> None:
    both = ours.nights.join(their_nights.filter("reference_ran"), on="night_id", suffix="_theirs")
    assert len(both) == 142 - len(STOPPED)
    mine, theirs = pl.col(name), pl.col(f"{name}_theirs")
    unlike = (mine.is_null() != theirs.is_null()) | ((mine - theirs).abs() > TOLERANCE.get(name, 0))
    assert both.filter(unlike).select("night_id", name, f"{name}_theirs").rows() == []


#: Where the reference stopped, by hand. What is not named is 0, or unknown where it is a share of nothing.
BY_HAND: dict[str, dict[str, Any]] = {
    # Two candidates 600 s apart: one interval, over 90 s, so both are isolated.
    "E001": {"n_lm": 2, "n_clm": 2, "n_imi": 1, "n_imi_long": 1, "n_isolated": 2},
    # 14 candidates: 13 at 300, 303, ... 336 s, one at 900 s. No interval is in 10-90 s, which the tool wants: 12
    # are short, one is long; the first of the cluster follows nothing.
    "E041": {"n_lm": 14, "n_clm": 14, "n_imi": 13, "n_imi_short": 12, "n_imi_long": 1, "n_short_interval": 12,
             "n_isolated": 2},
    # Four bilateral movements of five parts each are no candidates; the one candidate has none before it.
    "E070": {"n_lm": 5, "n_clm": 1, "n_isolated": 1},
    # Five bilateral movements of 15.125 s are no candidates.
    "E073": {"n_lm": 6, "n_clm": 1, "n_isolated": 1},
    # A single movement.
    "E103": {"n_lm": 1, "n_clm": 1, "n_isolated": 1},
    # Marks of 0.25 s only, 20 s apart: nothing.
    "E105": {},
}  # fmt: skip


@pytest.mark.parametrize("night", sorted(BY_HAND))
def test_nights_on_which_the_reference_stopped_are_as_reasoned_by_hand(ours: Scored, night: str) -> None:
    found = ours.nights.filter(night_id=night).row(0, named=True)
    counts = [c for c in ours.nights.columns if c.startswith("n_")]
    assert {c: found[c] for c in counts} == dict.fromkeys(counts, 0) | BY_HAND[night]
    assert (found["tst_h"], found["plms_index"]) == (0.3, 0.0)
    assert found["periodicity_index_share"] == (None if found["n_clm"] == 0 else 0.0)
    assert found["periodicity_index_runs"] == (None if found["n_imi"] == 0 else 0.0)


def test_the_intervals_of_a_cluster_are_short_ones(ours: Scored) -> None:
    cluster = ours.movements.filter(night_id="E041")
    assert cluster["onset_ms"].to_list() == [*range(300_000, 337_000, 3_000), 900_000]
    assert cluster["imi_ms"].to_list() == [None, *[3_000] * 12, 564_000]


def test_a_night_whose_candidates_never_come_in_fours_has_no_plm(ours: Scored) -> None:
    """R036: 14 movements; those of 1496 and 2667 s are no candidates (19.3 s bilateral, 11.2 s on one leg).

    Intervals of the other 12, in seconds; | where none is defined:
    | 68.6  438.1  444.7  12.8  5.5  6.9 | 7.4  106.6  139.6  1137.7
    The longest run has two members, so nothing is periodic. Eight movements are respiratory, seven of them
    candidates: these have no place among the periodic without respiration, the others are not periodic either.
    """
    night = ours.movements.filter(night_id="R036")
    imis = [68_606, 438_061, 444_696, 12_772, 5_536, 6_899, None, None, 7_415, 106_588, 139_624, 1_137_658]
    assert night["imi_ms"].to_list() == [None, None, *imis]
    assert night["is_plm"].to_list() == [False] * 14
    assert [k for k, clm in enumerate(night["is_clm"]) if not clm] == [0, 8]
    respiratory = night["is_respiratory"].to_list()
    assert (sum(respiratory), respiratory[8]) == (8, True)
    expected = [None if r and k != 8 else False for k, r in enumerate(respiratory)]
    assert night["is_plm_nonrespiratory"].to_list() == expected
    measures = ours.nights.filter(night_id="R036").row(0, named=True)
    assert (measures["n_lm"], measures["n_clm"], measures["n_imi"], measures["n_imi_in"]) == (14, 12, 10, 2)
    assert (measures["n_plms"], measures["n_plmsnr"], measures["periodicity_index_share"]) == (0, 0, 0.0)


def test_letting_no_short_interval_start_a_run_never_adds_plms_and_costs_some(inputs: dict[str, pl.DataFrame]) -> None:
    """The switch that PLMScoRe and SOMAS disagree on, alone: 3.7 PLMS/h on average over the random nights."""
    strict = derive(WASM_2016, "no-start", {"short_imi_may_start": False})
    both = [score(ruleset=ruleset, **inputs).nights for ruleset in (WASM_2016, strict)]
    usual, without = (n.filter(pl.col("night_id").str.starts_with("R"))["plms_index"].to_numpy() for n in both)
    assert (usual - without).min() == 0.0
    assert (usual - without).mean() == pytest.approx(3.72, abs=0.005)
