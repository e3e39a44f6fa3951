"""What each reviewer says of flags and movements now, and how far two of them agree.

Only what both judged is compared. A verdict on a whole night counts for the flags that were raised then. Of a movement
the label counts: the one that a reviewer gave, the detected one that was confirmed, or that it is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import get_args

from analytics.flag import FlagName
from analytics.nights.edits.kinds import MEANINGS
from analytics.reviewers.kappa import Kappa, kappa_of
from analytics.store.edits.exchange import Act, ReviewRow

#: Of a movement that a reviewer dismissed or deleted.
NONE_AT_ALL = "not_a_leg_movement"
MOVEMENTS = "movements"
#: Person, night, and of a movement the recording that shows it and its onset.
Thing = tuple[str, date, str, int]
#: Labels of detected movements by person, night, recording and onset.
Detected = Mapping[Thing, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two reviewers about a flag, about movements, or about one label of movements."""

    what: str
    one: str
    other: str
    kappa: Kappa


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing that two reviewers judge differently; ``onset_us`` is None of a flag."""

    what: str
    subject: str
    night_date: date
    onset_us: int | None
    one: str
    other: str
    said: tuple[str, str]


def words_of(acts: Iterable[Act], detected: Detected) -> dict[str, dict[str, dict[Thing, str]]]:
    """What each reviewer says now, by flag or ``movements``, reviewer and thing.

    Parameters
    ----------
    acts : iterable of Act
        In the order in which they count.
    detected : mapping of Thing to str
        What a confirmed movement is confirmed to be.
    """
    every = list(acts)
    turned = {act.of: act.rows[0].verdict for act in every if act.of is not None}
    rows = [r for a in every if a.of is None and turned.get(a.id) != "take_back" for r in a.rows]
    on_flags: dict[tuple[str, Thing], dict[str | None, tuple[int, str]]] = {}
    found: dict[str, dict[str, dict[Thing, str]]] = {}
    for place, row in enumerate(rows):
        thing = (row.subject, row.night_date, row.recording or "", row.onset_at or 0)
        if row.onset_at is not None:
            _of_movement(found.setdefault(MOVEMENTS, {}).setdefault(row.reviewer, {}), thing, row, detected)
        elif row.start_at is None and row.verdict in ("confirm", "dismiss", "unsure", "undo"):
            about = [row.flag] if row.flag else [None]
            for name in get_args(FlagName) if row.flag is None else about:
                meant = row.flag is not None or row.verdict == "undo" or name in (row.flags_then or "").split("+")
                words = on_flags.setdefault((row.reviewer, (*thing[:2], str(name), 0)), {})
                words[row.flag] = (place, row.verdict if meant else "undo")
    for (reviewer, thing), words in on_flags.items():
        standing = [word for flag, word in words.items() if flag is not None or word[1] != "undo"]
        if standing and (said := max(standing)[1]) != "undo":
            found.setdefault(thing[2], {}).setdefault(reviewer, {})[thing] = said
    return found


def _of_movement(words: dict[Thing, str], thing: Thing, row: ReviewRow, detected: Detected) -> None:
    match row.verdict, row.edit:
        case "edit", "relabel":
            words[thing] = row.name or ""
        case ("dismiss", _) | ("edit", "delete"):
            words[thing] = NONE_AT_ALL
        case "confirm", _:
            words[thing] = detected.get(thing, "confirmed, no longer found")
        case "unsure", _:
            words[thing] = "unsure"
        case "undo", _:
            words.pop(thing, None)


def compared(words: Mapping[str, Mapping[str, Mapping[Thing, str]]]) -> list[Compared]:
    """Every pair of reviewers about each flag, movements and each label, where both judged something."""
    found = []
    for what, by_reviewer in sorted(words.items()):
        for one, other in combinations(sorted(by_reviewer), 2):
            mine, others = by_reviewer[one], by_reviewer[other]
            pairs = [(mine[thing], others[thing]) for thing in sorted(mine.keys() & others.keys())]
            if not pairs:
                continue
            found.append(Compared(what, one, other, kappa_of(pairs)))
            used = {name for pair in pairs for name in pair} if what == MOVEMENTS else set()
            for label in (name for name in MEANINGS if name in used):
                about = [(str(a == label), str(b == label)) for a, b in pairs]
                found.append(Compared(label, one, other, kappa_of(about)))
    return found


def disagreements(words: Mapping[str, Mapping[str, Mapping[Thing, str]]]) -> list[Disagreement]:
    """What two reviewers judge differently, by person, night and time."""
    found = []
    for what, by_reviewer in words.items():
        for one, other in combinations(sorted(by_reviewer), 2):
            mine, others = by_reviewer[one], by_reviewer[other]
            for thing in mine.keys() & others.keys():
                if mine[thing] != others[thing]:
                    onset_us = thing[3] if what == MOVEMENTS else None
                    said = (mine[thing], others[thing])
                    found.append(Disagreement(what, thing[0], thing[1], onset_us, one, other, said))
    return sorted(found, key=lambda d: (d.subject, d.night_date, d.onset_us or 0, d.what, d.one, d.other))
