"""Doubt is stored, read back and shown: what is not known is NULL, never 0."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytics.model import Event, Night, Series
from analytics.sleep.possible import possible_nights
from analytics.store import Store, initialise, load_night, query, save_nights
from analytics.store.rows import EVENT, NIGHT, SERIES
from tests.analytics.store.aging import aged
from tests.analytics.store.making import EVENING, HOUR_US, START_US, night, sha

OF_NIGHT: dict[str, Any] = {
    "sleep_doubt_h": 0.7,
    "hidden_h": 0.2,
    "wear_doubt_h": 0.3,
    "tst_low_h": 6.9,
    "tst_high_h": 7.9,
    "waso_low_min": 5.0,
    "waso_high_min": 40.0,
    "onset_low_us": START_US + HOUR_US // 6,
    "onset_high_us": START_US + HOUR_US // 2,
}
OF_SCORE: dict[str, Any] = {"plms_rate_low": 0.3, "plms_rate_high": 2.1, "plms_index_sure": 0.6, "median_peak_mg": 48.0}
#: Columns of the view ``nights``, without the wearer's clock.
SHOWN = [
    *("sleep_doubt_h", "hidden_h", "wear_doubt_h", "tst_low_h", "tst_high_h", "waso_low_min", "waso_high_min"),
    *("sleep_onset_low_at", "sleep_onset_high_at"),
    *OF_SCORE,
]


def doubted(**changes: Any) -> Night:
    """A night in which everything is known about doubt."""
    plain = night("anna", EVENING, [sha("left")])
    scores = tuple(
        replace(
            score,
            measures=replace(score.measures, **OF_SCORE),
            events=tuple(replace(event, p_sleep=event.movement_no / 8) for event in score.events),
            series=tuple(replace(run, perhaps_not_own=True) for run in score.series),
        )
        for score in plain.scores
    )
    return replace(plain, scores=scores, **{**OF_NIGHT, **changes})


def plain_night() -> Night:
    """A night as it was analysed before doubt was measured."""
    return night("anna", EVENING, [sha("left")])


@pytest.mark.parametrize("wanted", [doubted(), plain_night()], ids=["known", "not known"])
def test_a_night_is_read_back_with_its_doubt(filled: Store, wanted: Night) -> None:
    save_nights(filled, [wanted])
    found = load_night(filled, ("anna", EVENING))
    assert found is not None
    assert replace(found, scores=()) == replace(wanted, scores=())
    by_name = {score.ruleset: score for score in found.scores}
    for score in wanted.scores:
        stored = by_name[score.ruleset]
        assert (stored.measures, stored.events, stored.series) == (score.measures, score.events, score.series)


@pytest.mark.parametrize(
    ("kind", "columns", "elsewhere"),
    [
        (
            Night,
            NIGHT,
            {"subject", "night_date", "recordings", "bouts", "movements", "scores", "clocks", "blanks"}
            | {"envelopes", "speakers", "naps", "possible"},
        ),
        (Event, EVENT, {"parts"}),
        (Series, SERIES, set()),
    ],
)
def test_every_field_has_a_column(kind: type, columns: dict[str, tuple[object, str]], elsewhere: set[str]) -> None:
    stored = {attribute for _, attribute in columns.values()}
    assert {field.name for field in fields(kind)} - elsewhere == stored


def test_the_views_show_doubt(filled: Store) -> None:
    save_nights(filled, [doubted()])
    (row,) = query(filled, "FROM nights").to_dicts()
    known = {name: row[name] for name in (*OF_NIGHT, *OF_SCORE) if not name.endswith("_us")}
    assert known == {name: value for name, value in {**OF_NIGHT, **OF_SCORE}.items() if not name.endswith("_us")}
    assert f"{row['sleep_onset_low_local']:%H:%M} {row['sleep_onset_high_local']:%H:%M}" == "22:10 22:30"
    assert query(filled, "SELECT p_sleep FROM events ORDER BY movement_no")["p_sleep"].to_list() == [
        *(0.125, 0.25, 0.375, 0.5)
    ]
    assert query(filled, "SELECT perhaps_not_own FROM series").item() is True
    (score,) = query(filled, f"SELECT {', '.join(OF_SCORE)} FROM scores WHERE is_default").to_dicts()
    assert score == OF_SCORE


def test_the_view_sleep_epochs_has_a_row_each_half_minute(filled: Store) -> None:
    chances = np.linspace(0.0, 1.0, 1201)  # three rows of the table
    chances[600] = np.nan
    possible = possible_nights(START_US, chances, np.ones((2, 1201), np.bool_))
    assert possible is not None
    save_nights(filled, [doubted(possible=possible)])
    found = query(filled, "SELECT epoch_us(start_at) AS us, start_local, p_sleep FROM sleep_epochs ORDER BY start_at")
    assert found["us"].to_list() == [START_US + 30_000_000 * i for i in range(1201)]
    assert f"{found['start_local'][601]:%H:%M:%S}" == "03:00:30"
    assert found["p_sleep"].to_list() == [None if p != p else p for p in possible.p_sleep.tolist()]


def test_a_night_that_cannot_be_assessed_has_no_rate_either(filled: Store) -> None:
    save_nights(filled, [doubted(assessable=False, not_assessable_reason="The sensor was not worn.")])
    for view in ("nights", "scores WHERE is_default"):
        row = query(filled, f"SELECT plms_rate_low, plms_rate_high, plms_index_sure, median_peak_mg FROM {view}").row(0)
        assert row == (None, None, None, 48.0)


def test_a_night_of_before_has_null_everywhere(filled: Store, tmp_path: Path) -> None:
    older = Store(aged(filled.path, tmp_path / "older" / "nights.duckdb", 16))
    initialise(older)
    (row,) = query(older, f"SELECT n_plms, {', '.join(SHOWN)} FROM nights").to_dicts()
    assert row.pop("n_plms") == 4
    assert set(row.values()) == {None}
    assert query(older, "SELECT DISTINCT p_sleep FROM events").rows() == [(None,)]
    assert query(older, "SELECT DISTINCT perhaps_not_own FROM series").rows() == [(None,)]
    assert load_night(older, ("anna", EVENING)) == load_night(filled, ("anna", EVENING))
