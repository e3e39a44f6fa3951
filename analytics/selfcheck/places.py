"""Where a sensor seems to be worn, in words of likelihood.

Three things tell: whether it turned between lying and walking (on a table nothing does), whether it saw the kicks (a
wrist does not), and how hard and how regularly steps shake it. Ankle and foot are shaken hardest, and by every second
step; the middle of the body less, and by each. The limits are choices from the mechanics of walking and were not
measured on people: where they are close, nothing is told.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from analytics.selfcheck.items import Item
from analytics.selfcheck.seeing import Seen
from ingest.recording import Site

Place = Literal["ankle or foot", "thigh or hip", "wrist", "table"]

#: Of the 0.5-10 Hz vector while walking, g RMS: a shank that swings and lands is above the first, a thigh or waist
#: below the second; between them a slow walker's ankle and a brisk one's thigh are alike. own.
LEG_WALK_G, BODY_WALK_G = 0.5, 0.35
#: A shaking that repeats sooner is that of steps, later that of strides, seconds; in between it may be either. Steps
#: take 0.45-0.7 s, strides twice that. own.
STEP_S, STRIDE_S = 0.75, 0.9
#: Lying down turns whatever is worn by about 90 degrees; a sensor that stayed on a table by none. own.
_TURNED_DEG = 30.0
#: So many kicks of ten are met by chance when a person turns over and gets up.
_CHANCE_KICKS = 2
#: Share of the recording in one pause. own.
_MOSTLY = 0.6
_PLACE_OF: dict[Site, Place] = {
    "ankle": "ankle or foot",
    "foot": "ankle or foot",
    "thigh": "thigh or hip",
    "hip": "thigh or hip",
    "wrist": "wrist",
}


class Likely(NamedTuple):
    """A place, and whether it is probable or only possible."""

    place: Place
    word: Literal["probably", "perhaps"]
    why: str


def likely_place(seen: Seen) -> Likely | None:
    """Where the sensor was probably or perhaps worn; None where what was seen does not tell."""
    walk, plan = seen.walk, seen.plan
    if walk is None:
        return _table(seen)
    if plan is None:
        missed = seen.nearest is None or seen.nearest.n_found <= _CHANCE_KICKS
        why = "it moved in the walk and not in the kicks"
        return Likely("wrist", "perhaps", why) if missed and walk.rms_g < LEG_WALK_G else None
    if walk.turned_deg is not None and walk.turned_deg < _TURNED_DEG:
        return None  # no one got up, or the leg hung down while lying
    if walk.rms_g >= LEG_WALK_G:
        return Likely(
            "ankle or foot", _word(is_clear=walk.repeats_s >= STRIDE_S), "it saw the kicks, and steps shake it hard"
        )
    if walk.rms_g <= BODY_WALK_G:
        return Likely(
            "thigh or hip", _word(is_clear=walk.repeats_s <= STEP_S), "it saw the kicks, but steps shake it little"
        )
    return None


def _word(*, is_clear: bool) -> Literal["probably", "perhaps"]:
    return "probably" if is_clear else "perhaps"


def _table(seen: Seen) -> Likely | None:
    """It lay somewhere: for certain where nothing moved it, perhaps where it was only taken up and put down."""
    if not seen.searched_s or seen.plan is not None:
        return None
    if not seen.movements:
        return Likely("table", "probably", "nothing moved it")
    mostly = seen.rest is not None and seen.rest.seconds >= _MOSTLY * seen.searched_s
    return Likely("table", "perhaps", "it hardly moved, and was not walked with") if mostly else None


def site_item(seen: Seen, named: Site) -> Item:
    """Compare the likely place with the one that was named."""
    likely = likely_place(seen)
    values = (
        ("looks_like", likely.place if likely else None),
        ("likelihood", likely.word if likely else None),
        ("named", named),
        ("walk_mg", round(seen.walk.rms_g * 1e3) if seen.walk else None),
        ("shaken_every_s", round(seen.walk.repeats_s, 2) if seen.walk else None),
        ("turned_deg", round(seen.walk.turned_deg) if seen.walk and seen.walk.turned_deg is not None else None),
    )
    if likely is None:
        why = "no walk was found" if seen.walk is None else "what it saw fits several places"
        return Item("site", "cannot_tell", why, "stand up after the kicks and walk 20 steps", values=values)
    says = f"{likely.word} {_article(likely.place)}: {likely.why}"
    wanted = _PLACE_OF.get(named, "ankle or foot")
    if likely.place == wanted:
        return Item("site", "ok", says, values=values)
    against = f" (named: {named})" if named != "unknown" else ""
    return Item(
        "site",
        "not_ok" if likely.word == "probably" else "cannot_tell",
        says + against,
        _remedy(likely.place),
        values=values,
    )


def _article(place: Place) -> str:
    return "lying on a table, or not worn" if place == "table" else f"worn on {place}"


def _remedy(place: Place) -> str:
    if place == "table":
        return "put it on before the plan begins, and repeat the check"
    if place == "wrist":
        return "a wrist does not see leg movements: wear it on foot or ankle, and say --site"
    if place == "thigh or hip":
        return "kicks of the foot are missed there: wear it on foot or ankle, or say --site thigh or --site hip"
    return "say --site ankle or --site foot when importing"
