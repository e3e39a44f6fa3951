"""The colours of a night's pictures on the report's paper and on the page by day and by night.

Decides every colour that both have; each becomes a CSS variable of that name, and what looks the same in both is styled
here too. What only one of them has stays in `analytics/report/style.py` or `analytics/review/static/page.css`. Orange,
blue and two greys stay apart for every kind of colour vision. The shades of likely sleep differ in lightness alone, so
that they survive a copier; doubt is dotted as well.
Orange is what counts, periodic and asleep; the like of it awake is grey and broken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Shades(NamedTuple):
    """One colour: on paper, on a light screen, on a dark one."""

    paper: str
    light: str
    dark: str


COLOURS: Mapping[str, Shades] = {
    "ink": Shades("#1d1d1b", "#1d1d1b", "#ecebe6"),
    "muted": Shades("#5d5c57", "#5d5c57", "#aeaca4"),
    "rule": Shades("#c9c7c0", "#dedcd6", "#3a3935"),
    "grid": Shades("#dedcd6", "#e9e7e2", "#2c2b28"),
    "blank": Shades("#ffffff", "#ffffff", "#1f1f1d"),
    "periodic": Shades("#c04f00", "#d55e00", "#f08a3c"),
    "jerk": Shades("#0072b2", "#0072b2", "#56b4e9"),
    "single": Shades("#4a4945", "#62615c", "#bdbab1"),
    "other": Shades("#8f8c84", "#aaa79e", "#716f68"),
    "asleep": Shades("#c7d2da", "#e3e8ec", "#2b343b"),
    "likely-asleep": Shades("#566b7c", "#566b7c", "#a9bfcf"),
    "likely-rather-asleep": Shades("#a3b4c1", "#a3b4c1", "#66808f"),
    "likely-rather-awake": Shades("#e1e8ed", "#e1e8ed", "#394751"),
    "likely-awake": Shades("#ffffff", "#ffffff", "#1f1f1d"),
    "envelope": Shades("#83918d", "#8a9a96", "#7e918c"),
    "hatch": Shades("#8f8c84", "#8f8c84", "#77756d"),
    "wash": Shades("#f7e0d0", "#fbe9dc", "#43301f"),
}

#: The same where a sheet goes through copiers and fax: no mark is under 3:1 on white.
BLACK: Mapping[str, str] = {"ink": "#000", "muted": "#333", "rule": "#767676", "grid": "#8a8a8a", "hatch": "#555"}

#: How rows and swatches look that page and report both draw.
_ALIKE = """
.likely-asleep { fill: var(--likely-asleep); } .likely-rather-asleep { fill: var(--likely-rather-asleep); }
.likely-rather-awake { fill: var(--likely-rather-awake); } .likely-awake { fill: var(--likely-awake); }
.likely-frame { fill: none; stroke: var(--envelope); stroke-width: .6; }
.awake-line { stroke: var(--other); stroke-width: 1.6; }
.swatch.periodic-awake { background: repeating-linear-gradient(0deg, var(--other) 0 3px, var(--blank) 3px 5px); }
.fill-hatch { fill: url(#hatch); } .fill-dots { fill: url(#dots); } .fill-doubt { fill: url(#doubt); }
pattern .dot { fill: var(--ink); }
.over-dots { stroke: var(--hatch); stroke-width: .8; stroke-dasharray: 3 2; }
.swatch { forced-color-adjust: none; display: inline-block; border: 1px solid var(--envelope); }
.swatch.asleep { background: var(--asleep); } .swatch.awake { background: var(--blank); }
.swatch.likely-asleep { background: var(--likely-asleep); } .swatch.likely-awake { background: var(--likely-awake); }
.swatch.likely-rather-asleep { background: var(--likely-rather-asleep); }
.swatch.likely-rather-awake { background: var(--likely-rather-awake); }
.swatch.hatched { background: repeating-linear-gradient(45deg, var(--hatch) 0 1.5px, var(--blank) 1.5px 4px); }
.swatch.dotted, .swatch.likely-rather-asleep, .swatch.likely-rather-awake {
  background-image: radial-gradient(circle, var(--ink) .9px, transparent 1px); background-size: 3.5px 3.5px; }
.swatch.dotted { border-style: dashed; }
.swatch.onset { background: var(--jerk); border-color: var(--jerk); opacity: .6; height: 5px; vertical-align: middle; }
"""


def paper_sheet() -> str:
    """CSS for the report: its pages are white whatever the screen is."""
    return _variables("paper") + _ALIKE


def black_sheet(selector: str) -> str:
    """CSS for what is black on white, wherever it stands."""
    return f"{selector} {{ {' '.join(f'--{name}: {colour};' for name, colour in BLACK.items())} }}\n"


def screen_sheet() -> str:
    """CSS for the page, by day and by night."""
    return f"{_variables('light')}@media (prefers-color-scheme: dark) {{\n{_variables('dark')}}}\n{_ALIKE}"


def _variables(kind: str) -> str:
    return f":root {{ {' '.join(f'--{name}: {getattr(shades, kind)};' for name, shades in COLOURS.items())} }}\n"
