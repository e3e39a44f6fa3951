"""Doubt where people look: the strip of the probability of sleep, what was perhaps not worn, and flags not told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from analytics.flag import Criterion, Flag
from analytics.model import Blank
from analytics.sleep.possible import possible_nights
from analytics.sleep.states import EPOCH_US
from analytics.store import save_nights
from tests.analytics.review.browsing import opened, page_of, served
from tests.flows import stored

WHY = "Cannot tell about possible PLMD: which half minutes were sleep is not sure."


@pytest.fixture
def at(tmp_path: Path) -> Iterator[str]:
    """The page of a night with all of it."""
    store = stored.build(tmp_path / "nights.duckdb")
    night = stored.periodic_night()
    n = (night.recorded_to_us - night.recorded_from_us) // EPOCH_US
    chances = np.linspace(0.0, 1.0, n)
    chances[: n // 20] = np.nan
    possible = possible_nights(night.recorded_from_us, chances, np.ones((2, n), np.bool_))
    unmet = Criterion("PLMS per hour of sleep", "not measurable", 20.0, 15.0, "more than 15")
    (score,) = night.scores
    flags = (Flag("possible_plmd", raised=False, criteria=(unmet,), reason=WHY), *score.flags[1:])
    spans = [(k, night.recorded_from_us + i * 1_200_000_000) for i, k in enumerate(("perhaps_unworn", "unworn"))]
    blanks = tuple(Blank(start_us, start_us + 600_000_000, kind) for kind, start_us in spans)  # type: ignore[arg-type]
    save_nights(store, [replace(night, possible=possible, blanks=blanks, scores=(replace(score, flags=flags),))])
    with served(page_of(store.path)) as address:
        yield address


def test_the_strip_the_blanks_and_the_untold_flag_are_drawn_and_named(at: str, tab: Tab) -> None:
    opened(tab, f"{at}/")
    row = tab.locator(".nights a").filter(has_text="possible PLMD: cannot tell")
    chip = row.locator(".flag.cannot_tell").first
    expect(chip).to_have_attribute("title", WHY)
    expect(chip).to_contain_text(f"possible PLMD: cannot tell ({WHY})")
    row.click()
    card = tab.get_by_role("region", name="The night")
    for look in ("likely-asleep", "likely-rather-asleep", "likely-rather-awake", "likely-awake"):
        assert len(card.locator(f"path.{look}").get_attribute("d") or "") > 10
    assert len(card.locator("path[fill='url(#doubt)']").get_attribute("d") or "") > 10
    expect(card.get_by_role("list", name="probability of sleep")).to_contain_text("50 to 90 %, in doubt")
    expect(card.get_by_role("img")).to_have_attribute("aria-label", re.compile("Sleep is in doubt: "))
    expect(card.get_by_role("table", name="Probability of sleep, minutes of each clock hour")).to_be_attached()
    assert card.locator("rect.over-dots[fill='url(#dots)']").count() == card.locator("rect.over-hatch").count() == 1
    assert "perhaps not worn" in card.locator("rect.over-dots title").first.text_content()  # type: ignore[operator]
    expect(tab.locator(".title .flag.cannot_tell")).to_have_attribute("title", WHY)
    expect(tab.locator(".bar-untold")).to_have_count(1)
    expect(tab.get_by_role("region", name="Recording")).to_contain_text("hidden: asleep under vibration")


def test_colours_of_the_page_come_with_it(at: str, tab: Tab) -> None:
    opened(tab, f"{at}/")
    periodic = "getComputedStyle(document.documentElement).getPropertyValue('--periodic').trim()"
    assert tab.evaluate(periodic) == "#d55e00"
    tab.emulate_media(color_scheme="dark")
    assert tab.evaluate(periodic) == "#f08a3c"
