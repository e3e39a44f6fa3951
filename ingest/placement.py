"""Where a sensor was worn, from the words in a file and from what the user declared.

Reads such words. It knows whole English words and nothing else: "LA" could be a left ankle
or a left arm, and a wrong leg is worse than an unknown one. What the user declared is right; a file keeps the
words of the person who configured the device, perhaps for another wearer.
"""

from __future__ import annotations

import re

from ingest.recording import Placement, Side, Site

_SITES: dict[str, Site] = {
    "ankle": "ankle",
    "shank": "ankle",
    "foot": "foot",
    "toe": "foot",
    "thigh": "thigh",
    "hip": "hip",
    "waist": "hip",
    "wrist": "wrist",
}
_SIDES: dict[str, Side] = {"left": "left", "right": "right"}

#: Words as they stand in "left ankle", "right+wrist", "LeftAnkle" and "RIGHT_HIP".
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


def placement_from(text: str) -> Placement:
    """The placement that a file's free text names; unknown where it names none, or more than one."""
    words = [word.lower() for word in _WORD.findall(text)]
    sites = {_SITES[word] for word in words if word in _SITES}
    sides = {_SIDES[word] for word in words if word in _SIDES}
    return Placement(
        site=sites.pop() if len(sites) == 1 else "unknown",
        side=sides.pop() if len(sides) == 1 else "unknown",
    )


def placed(
    from_file: Placement, *, site: Site | None = None, side: Side | None = None
) -> tuple[Placement, tuple[str, ...]]:
    """Choose the placement to believe, and warn of each word of the file that the declaration contradicts.

    Parameters
    ----------
    site, side : Site or None, Side or None
        What was declared; None where nothing was, and then the file's word counts.
    """
    chosen = Placement(site=site or from_file.site, side=side or from_file.side)
    pairs = (("site", from_file.site, chosen.site), ("side", from_file.side, chosen.side))
    warnings = tuple(
        f"the file says {kind} {file_says}, declared is {declared}: declared is used"
        for kind, file_says, declared in pairs
        if file_says not in ("unknown", declared)
    )
    return chosen, warnings
