"""Report and page draw the rows of a night from one table: order, heights, colours, fills and legend."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import get_args

import pytest

from analytics.model import Blank, BlankKind
from analytics.pictures.colours import COLOURS, paper_sheet, screen_sheet
from analytics.pictures.night_rows import BLANK_FILLS, ROWS, RowName, for_page, legend
from analytics.words import BLANKS, NIGHT_ROWS
from tests.analytics.store.making import EVENING, HOUR_US, START_US, night, sha
from tests.paths import ROOT

OWNER = ROOT / "analytics" / "pictures" / "colours.py"
STATIC = ROOT / "analytics" / "review" / "static"
REPORT = ROOT / "analytics" / "report"
#: What draws a night, without the owners.
DRAWING = [*STATIC.glob("*.js"), *STATIC.glob("*.css"), *REPORT.glob("*.py"), *OWNER.parent.glob("*.py")]


def second_colours(text: str) -> set[str]:
    """Variables of `COLOURS` that a text sets once more."""
    return {name for name in COLOURS if re.search(rf"--{name}\s*:|[\"']--{name}[\"']\s*,", text)}


def second_fills(text: str) -> list[str]:
    """Kinds of blanks that a text names: what is done with one is decided by its fill."""
    return [kind for kind in get_args(BlankKind) if re.search(rf"[\"']{kind}[\"']", text)]


def test_no_other_file_sets_a_colour_that_both_have() -> None:
    found = {path.name: second_colours(path.read_text(encoding="utf-8")) for path in DRAWING if path != OWNER}
    assert {name: names for name, names in found.items() if names} == {}


def test_scripts_hold_no_colours_at_all() -> None:
    for path in STATIC.glob("*.js"):
        assert not re.search(r"[\"'`]#[0-9a-f]{3,8}[\"'`]", path.read_text(encoding="utf-8"), re.IGNORECASE), path.name


def test_no_other_file_decides_how_a_kind_of_blank_is_drawn() -> None:
    drawing = [*STATIC.glob("*.js"), REPORT / "timeline.py"]
    found = {path.name: second_fills(path.read_text(encoding="utf-8")) for path in drawing}
    assert {name: kinds for name, kinds in found.items() if kinds} == {}


def test_no_other_file_lists_the_rows_or_their_heights() -> None:
    for path in (STATIC / "movements.js", STATIC / "timeline.js", REPORT / "timeline.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"placed\(\d|height: \d|_(BAND|ENVELOPE|STRIP) = \d|, _BAND = ", text), path.name


def test_a_second_table_would_be_seen() -> None:
    assert second_colours(":root { --periodic: #d55e00; --periodic-ink: #000; }") == {"periodic"}
    assert second_colours('style.setProperty("--jerk", "#00f")') == {"jerk"}
    assert second_fills('_places(night, x, "unscorable", "unworn")') == ["unscorable", "unworn"]


def test_every_row_and_every_kind_of_blank_is_decided() -> None:
    assert [row.name for row in ROWS] == list(get_args(RowName)) == list(NIGHT_ROWS)
    assert set(BLANK_FILLS) == set(get_args(BlankKind))
    assert [row["name"] for row in json.loads(json.dumps(for_page()))["rows"]] == [row.name for row in ROWS]


@pytest.mark.parametrize(("sheet", "kinds"), [(paper_sheet(), ["paper"]), (screen_sheet(), ["light", "dark"])])
def test_a_sheet_sets_every_colour_for_what_it_is_shown_on(sheet: str, kinds: list[str]) -> None:
    for name, shades in COLOURS.items():
        assert re.findall(rf"--{name}: ([^;]+);", sheet) == [getattr(shades, kind) for kind in kinds]


def test_shades_of_likely_sleep_can_be_told_apart_without_colour() -> None:
    steps = ("likely-asleep", "likely-rather-asleep", "likely-rather-awake", "likely-awake")
    for kind in ("paper", "light", "dark"):
        grey = [luminance(getattr(COLOURS[name], kind)) for name in steps]
        assert grey in (sorted(grey), sorted(grey, reverse=True))
        assert all(contrast(a, b) >= 1.2 for a, b in pairwise(grey)), (kind, grey)
        assert contrast(grey[0], grey[-1]) >= 4.5


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: float, b: float) -> float:
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


def test_what_was_perhaps_not_worn_has_a_swatch_of_its_own() -> None:
    blanks = (
        Blank(START_US, START_US + HOUR_US, "unworn"),
        Blank(START_US + HOUR_US, START_US + 2 * HOUR_US, "perhaps_unworn"),
    )
    entries = dict(legend(night("anna", EVENING, [sha("left")], blanks=blanks)))
    assert entries["hatched"].endswith(BLANKS["unworn"])
    assert entries["dotted"] == BLANKS["perhaps_unworn"]
    assert "dotted" not in dict(legend(night("anna", EVENING, [sha("left")], blanks=blanks[:1])))
