"""The close-up: each leg's trace lies where its movements are stored, whichever clock was moved."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from analytics.criteria import Criteria
from analytics.review.waveform import POINTS, window_payload
from analytics.signal.clocks import clocks_of_older_night
from analytics.store import Store, query
from ingest.errors import UsageError
from tests.analytics.store.making import execute
from tests.analytics.two_legs import imported_legs

NIGHT = date(2026, 3, 2)
#: By how much the right leg's clock is moved: its recording begins first or last.
FIRST_S, LAST_S = -7.0, 7.0


@pytest.fixture(scope="module", params=[FIRST_S, pytest.param(LAST_S, marks=pytest.mark.slow)], ids=["first", "last"])
def legs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Store:
    return imported_legs(tmp_path_factory.mktemp("legs"), right_later_s=request.param, hours=4)


def outside_share(store: Store) -> dict[str, float]:
    """Share of the clear movements whose largest trace value, by leg, lies outside the stored movement."""
    rows = query(
        store,
        "SELECT leg, epoch_ms(onset_at) AS on_ms, epoch_ms(offset_at) AS off_ms FROM movement"
        " WHERE shape = 'leg_movement' AND peak_g > 0.06 ORDER BY onset_at",
    ).rows()
    misses: dict[str, list[bool]] = {"left": [], "right": []}
    for leg, on_ms, off_ms in rows[:: len(rows) // 24]:
        shown = window_payload(store, "me", NIGHT, on_ms - 8000, on_ms + 8000, Criteria())
        (trace,) = [trace for trace in shown["traces"] if trace["leg"] == leg]
        times, values = (np.concatenate([part[k] for part in trace["movement"]]) for k in (0, 1))
        at_ms = on_ms - 8000 + times[np.argmax(values)]
        misses[leg].append(not on_ms - 50 <= at_ms <= off_ms + 50)
    assert min(map(len, misses.values())) > 5
    return {leg: float(np.mean(found)) for leg, found in misses.items()}


def test_the_largest_value_of_each_leg_lies_inside_its_stored_movement(legs: Store) -> None:
    assert max(outside_share(legs).values()) <= 0.1


def test_an_hour_is_drawn_and_nothing_wider(legs: Store) -> None:
    (from_ms,) = query(legs, "SELECT epoch_ms(min(onset_at)) FROM movement").row(0)
    hour = window_payload(legs, "me", NIGHT, from_ms, from_ms + 3_600_000, Criteria())
    assert {trace["leg"] for trace in hour["traces"]} == {"left", "right"}
    assert max(part[0][-1] for trace in hour["traces"] for part in trace["movement"]) > 3_500_000
    assert all(len(points[0]) <= POINTS for trace in hour["traces"] for points in trace["axes"].values())
    with pytest.raises(UsageError, match="3600"):
        window_payload(legs, "me", NIGHT, from_ms, from_ms + 3_600_001, Criteria())


def test_one_clock_stays_and_the_other_says_what_was_added(legs: Store) -> None:
    rows = query(legs, "SELECT leg, stays, behind_s, confidence FROM sensor_clocks ORDER BY leg").rows()
    night = query(legs, "SELECT leg_offset_s, leg_alignment_confidence FROM nights").row(0)
    assert [row[:2] for row in rows] == [("left", True), ("right", False)]
    assert rows[0][2:] == (None, None)
    assert rows[1][2:] == night
    assert abs(night[0]) > 3


def test_a_night_stored_before_clocks_were_kept_is_drawn_as_well(legs: Store) -> None:
    execute(legs, "ALTER TABLE sensor_clock RENAME TO kept; CREATE TABLE sensor_clock AS FROM kept LIMIT 0")
    try:
        assert max(outside_share(legs).values()) <= 0.1
    finally:
        execute(legs, "DROP TABLE sensor_clock; ALTER TABLE kept RENAME TO sensor_clock")


def test_of_an_older_night_with_three_sensors_it_is_not_known_which_one_was_moved() -> None:
    sensors = [("a", "left"), ("b", "right"), ("c", "unknown")]
    found = clocks_of_older_night(sensors, behind_s=2.0, drift_ppm=None, confidence=0.9, middle_us=0)  # type: ignore[arg-type]
    assert found["a"] is not None
    assert found["a"].stays
    assert (found["b"], found["c"]) == (None, None)


def test_of_an_older_night_whose_legs_were_never_compared_every_sensor_is_on_its_own_clock() -> None:
    found = clocks_of_older_night(
        [("b", "right"), ("a", "left")], behind_s=None, drift_ppm=None, confidence=None, middle_us=0
    )
    assert [clock is not None and not clock.is_moved for clock in found.values()] == [True, True]
