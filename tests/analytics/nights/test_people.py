"""What is said of a person over nights, on simulated people; `benchmarks/people.py` asks many more of them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from analytics.nights.how_many import NIGHT_DISPERSION
from benchmarks.people import ever, holds, jerky, looked_at, seen

ROOT = Path(__file__).parents[3]
LOOKS = (3, 5, 7, 9, 10, 12, 14, 20, 30, 60, 90)
PEOPLE = (300, 90)


@pytest.mark.parametrize("mean", [8.0, 14.0])
def test_who_looks_again_and_again_is_told_no_pattern_of_a_person_below_the_threshold(mean: float) -> None:
    """Two flagged nights of any number were a pattern: of people at 8/h (SD 5) 71 % after 30 nights."""
    said = looked_at(seen(np.random.default_rng(1), mean, NIGHT_DISPERSION, PEOPLE), "possible_plmd", LOOKS)
    assert ever(said, "pattern") <= 0.05
    assert ever(said, "no_pattern") >= (0.95 if mean == 8 else 0)


def test_a_person_half_as_much_again_above_it_is_found_in_two_weeks() -> None:
    said = looked_at(seen(np.random.default_rng(2), 22.5, NIGHT_DISPERSION, PEOPLE), "possible_plmd", LOOKS)
    assert ever(said, "pattern", by=14) >= 0.87  # 0.91 of many; of 300 people, two standard errors less
    assert ever(said, "no_pattern") <= 0.01
    assert holds(said, "mean_index", 22.5, 14) >= 0.9


def test_jerks_on_few_nights_are_no_pattern_and_on_nearly_all_are_one() -> None:
    rng = np.random.default_rng(3)
    few, most = (looked_at(jerky(rng, share, PEOPLE), "frequent_hypnic_jerks", LOOKS) for share in (0.1, 0.95))
    assert ever(few, "pattern") == 0
    assert ever(few, "no_pattern", by=30) >= 0.7
    assert ever(few, "no_pattern") >= 0.95
    assert ever(most, "pattern", by=30) >= 0.85


def test_nothing_but_the_one_text_decides_what_a_pattern_is() -> None:
    """Python gives its numbers names, and asks for the answer."""
    names = r"\b(?:SURE_Z\w*|NIGHT_DISPERSION|DISPERSION_NIGHTS|PATTERN_SHARE|LEAST_(?:ABLE|RAISED))\b"
    folders = ("analytics", "flows")
    texts = [path for folder in folders for kind in ("*.py", "*.sql", "*.js") for path in (ROOT / folder).rglob(kind)]
    holding = {path.name for path in texts if re.search(names, path.read_text("utf-8"))}
    assert holding == {"how_many.py", "patterns.sql", "views.sql"}
    deciding = {path.name for path in texts if re.search(r"'(?:no_)?pattern'", path.read_text("utf-8"))}
    assert deciding == {"patterns.sql"}
