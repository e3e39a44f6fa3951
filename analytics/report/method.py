"""How the numbers were made, under which rules, and what they cannot say: the last part of a report."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.pictures.drawing import table
from analytics.pictures.markup import Html, el
from analytics.report.gathering import Report
from analytics.scoring.rulesets import Ruleset
from analytics.words import AS_REVIEWED, EMG_CAVEAT, LABELS, NIGHT_FACTS, ONE_LEG, SLEEP_SOURCES, URGE_TELLS

_STEPS = (
    "Movements: acceleration band-passed to 0.5-10 Hz, RMS over 0.15 s and all three axes, against a noise floor that "
    "follows the sensor. Turning over, rhythmic movements and brief jerks are told apart by their shape.",
    f"Sleep: from {SLEEP_SOURCES['diary']}, {SLEEP_SOURCES['fit']} or {SLEEP_SOURCES['accelerometer']}, in that order. "
    "Lying awake without moving cannot be seen; the moment of falling asleep is an estimate and carries its "
    "uncertainty.",
    "PLMS: periodic leg movements in sleep; PLMW: awake in bed. Periodic share: of the candidate movements in sleep.",
    "Scoring: legs joined into one movement, intervals from onset to onset, series and indices by the rule set below.",
    "Two intervals of 95 %: the one in brackets after the index covers what this night held, its own true index. The "
    "other covers the rate behind the night, which the same person's other nights share, and allows for chance: any "
    "night holds more series than that, or fewer.",
    f"{AS_REVIEWED.capitalize()}: dismissed movements left out, excluded spans neither counted nor in the hours, "
    "the same rules.",
)
_LIMITS = (
    f"{EMG_CAVEAT} Thresholds of published criteria were made for EMG.",
    f"{ONE_LEG[0].upper()}{ONE_LEG[1:]}.",
    "Apnoea, narcolepsy, medication and other causes of leg movements cannot be told from here, nor can arousals.",
    f"{URGE_TELLS} Legs of healthy people move as much awake one time in five (Michaud 2002).",
    f'"{LABELS["hypnic_jerk"].capitalize()}" is a heuristic: a cough, a startle or a bed partner can look the same.',
    "Indices vary from night to night; one night is not a pattern (Trotti 2009).",
)


def method(report: Report) -> Html:
    """Method, rules, versions and limits."""
    return el(
        "section",
        el("h2", "Method and limits"),
        el("h3", "How it was measured"),
        el("ul", [el("li", step) for step in _STEPS]),
        el("h3", "What it cannot say"),
        el("ul", [el("li", limit) for limit in _LIMITS]),
        el("h3", "Rules and versions"),
        table(("what", "value"), list(_rules(report)), css="facts"),
        class_="method",
    )


def _rules(report: Report) -> Iterator[tuple[str, str]]:
    yield NIGHT_FACTS["ruleset"], report.ruleset
    rules = report.about.rulesets.get(report.ruleset)
    yield "its hash", ", ".join(sorted({one.score.ruleset_hash for one in report.nights if one.score})) or "none"
    if rules is not None:
        yield from _limits_of(rules)
    hashes = sorted({one.night.criteria_hash for one in report.nights})
    yield "hash of the detection thresholds", ", ".join(hashes)
    yield "analysed with nightkick", ", ".join(sorted({one.night.version for one in report.nights}))
    if not set(hashes) <= {report.about.criteria.hash(), *report.about.criteria.hash_by_age().values()}:
        yield "note", "thresholds in the settings differ from those that some of these nights were analysed with"


def _limits_of(rules: Ruleset) -> Iterator[tuple[str, str]]:
    yield "interval inside a series", f"{rules.imi_min_s:g} to {rules.imi_max_s:g} s, onset to onset"
    yield "movements of a series", f"{rules.series_min_clm} or more"
