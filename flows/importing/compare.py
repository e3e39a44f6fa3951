"""``nightkick reanalyse --compare``: what the same command without it would change in what the views show.

Rows under the rule set that the views show now are compared with those under the one that they would show then, of the
chosen nights, and of all where it is another one.

Decides what counts as a change: the index, the counts behind it, the tier, whether the night can
be judged, and the flags. A change of version or thresholds that leaves all of these alone is told, and changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from analytics.model import Night
from analytics.store import NightKey, Store, query, snapshot
from analytics.words import MEASURE_COLUMNS
from flows.importing.declared import Wishes
from flows.importing.import_run import Context
from flows.importing.pipeline import open_context
from flows.importing.reanalysis import AnalysisPlan, each_night, night_anew, plan_of
from flows.terminal.options import Chosen
from flows.terminal.talk import emit, emit_table, say
from flows.terminal.values import json_document

COUNTS = ("n_lm", "n_clm", "n_plms", "n_series_in_sleep")
UNKNOWN = "-"
NO_FLAGS = "none raised"


@dataclass(frozen=True, slots=True)
class Findings:
    """What people see of a night under one rule set. Measures are None where there is no score under it.

    Attributes
    ----------
    flags : tuple of str
        Those that are raised, by name.
    ruleset_hash : str or None
        None without a score.
    """

    version: str
    criteria_hash: str
    ruleset_hash: str | None
    assessable: bool
    tier: str
    plms_index: float | None
    n_lm: int | None
    n_clm: int | None
    n_plms: int | None
    n_series_in_sleep: int | None
    n_hypnic_jerks: int
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A night as the views show it and as they would; not analysed, it is what is stored under the other rule set."""

    subject: str
    night_date: date
    before: Findings
    after: Findings
    is_analysed: bool

    def differences(self) -> tuple[str, ...]:
        """Names of what differs, of all that is said of the night itself."""
        old, new = asdict(self.before), asdict(self.after)
        judged = [name for name in old if name not in ("version", "criteria_hash", "ruleset_hash")]
        return tuple(name for name in judged if not _same(old[name], new[name]))

    def flips(self) -> tuple[str, ...]:
        """Flags that would be raised (``+name``) or taken back (``-name``)."""
        old, new = set(self.before.flags), set(self.after.flags)
        return (*(f"+{name}" for name in sorted(new - old)), *(f"-{name}" for name in sorted(old - new)))

    def flips_in_words(self) -> str:
        """The same for people; empty where no flag flips."""
        words = {"+": "would be raised", "-": "would no longer be raised"}
        return ", ".join(f"{flip[1:]} {words[flip[0]]}" for flip in self.flips())


def compare_nights(chosen: Chosen, *, ruleset: str | None, is_all: bool, database: Path | None, as_json: bool) -> bool:
    """Analyse the nights of the plan and print how the views would differ then; nothing is stored.

    Parameters
    ----------
    ruleset : str or None
        Which one the views would show; None: the same as now.
    is_all : bool
        Whether to analyse also what is as wanted.
    database : Path or None
        None: that of the settings.
    as_json : bool
        Whether one JSON document is printed, and no table.

    Returns
    -------
    bool
        Whether all of the plan could be analysed.
    """
    context = open_context(Wishes(), database=database, stores=False)
    with snapshot(context.store):  # an import may remove a night between the two
        plan = plan_of(context, chosen, ruleset=ruleset, is_all=is_all)
        before = _stored(context.store, plan.shown)
        kept = _stored(context.store, plan.ruleset.name)
    anew, n_failed = _anew(context, plan, kept)
    found = [
        Comparison(*key, before[key], anew.get(key, kept[key]), key in anew)
        for key in (before if plan.switches else plan.chosen)
    ]
    changed = [comparison for comparison in found if comparison.differences()]
    n_flips = sum(bool(comparison.flips()) for comparison in found)
    if as_json:
        counts = {"nights": len(found), "changed": len(changed), "flags_flip": n_flips, "failed": n_failed}
        rows = [_row(comparison) for comparison in found]
        emit(json_document(ruleset=plan.ruleset.name, ruleset_now=plan.shown, counts=counts, nights=rows))
    elif changed:
        emit_table(
            _COLUMNS, [_line(comparison) for comparison in changed], to_right=_COLUMNS[3:-1], to_stay=("subject",)
        )
    under = f"{plan.ruleset.name}{f' instead of {plan.shown}' if plan.switches else ''}"
    would = f"{len(changed)} would change, flags flip in {n_flips}" if changed else "nothing would change"
    compared = f"{len(found) - n_failed} of {len(found)} nights compared under {under}"
    say(f"{compared}: {would}; nothing was stored{plan.left_out()}")
    return n_failed == 0


def _anew(
    context: Context, plan: AnalysisPlan, kept: Mapping[NightKey, Findings]
) -> tuple[dict[NightKey, Findings], int]:
    """What would be found in the nights of the plan, and how many of them cannot be analysed: those keep their rows.

    So do those that are passed over because no sample is left in them.
    """

    def analyse(shared: Context, key: NightKey) -> Findings:
        night = night_anew(shared, key)
        return kept[key] if night is None else _findings(night, plan.ruleset.name)

    with closing(each_night(context, plan.keys, analyse)) as results:
        found = dict(zip(plan.keys, results, strict=True))
    anew = {key: findings for key, findings in found.items() if findings is not None}
    return anew, len(found) - len(anew)


def _stored(store: Store, ruleset: str) -> dict[NightKey, Findings]:
    """Every night, by evening, as the view ``nights`` shows it while ``ruleset`` is the default."""
    found = query(
        store,
        f"""
        SELECT subject, night_date, n.version, n.criteria_hash, s.ruleset_hash, n.assessable, n.tier,
            CASE WHEN n.assessable THEN s.plms_index END AS plms_index,
            {", ".join(f"s.{name}" for name in COUNTS)}, n.n_hypnic_jerks,
            coalesce(f.flags, []) AS flags
        FROM night n
        LEFT JOIN (SELECT * FROM score WHERE ruleset = $ruleset) s USING (subject, night_date)
        LEFT JOIN (
            SELECT subject, night_date, list(name ORDER BY name) AS flags
            FROM flag WHERE ruleset = $ruleset AND raised GROUP BY ALL
        ) f USING (subject, night_date)
        ORDER BY night_date, subject
        """,
        {"ruleset": ruleset},
    )
    rows = ((row.pop("subject"), row.pop("night_date"), row) for row in found.to_dicts())
    return {(subject, night): Findings(**{**row, "flags": tuple(row["flags"])}) for subject, night, row in rows}


def _findings(night: Night, ruleset: str) -> Findings:
    score = next(score for score in night.scores if score.ruleset == ruleset)
    return Findings(
        version=night.version,
        criteria_hash=night.criteria_hash,
        ruleset_hash=score.ruleset_hash,
        assessable=night.assessable,
        tier=night.tier,
        plms_index=score.measures.plms_index,
        **{name: getattr(score.measures, name) for name in COUNTS},
        n_hypnic_jerks=night.n_hypnic_jerks,
        flags=tuple(sorted(flag.name for flag in score.flags if flag.raised)),
    )


def _same(old: object, new: object) -> bool:
    """Equal, or equal but for the last digits of a sum that was added up in another order."""
    if isinstance(old, float) and isinstance(new, float):
        return math.isclose(old, new, rel_tol=1e-9)
    return old == new


def _row(comparison: Comparison) -> dict[str, object]:
    return {
        "night_date": comparison.night_date,
        "subject": comparison.subject,
        "changed": comparison.differences(),
        "flips": comparison.flips(),
        "analysed": comparison.is_analysed,
        "before": asdict(comparison.before),
        "after": asdict(comparison.after),
    }


_MEASURES = tuple(MEASURE_COLUMNS[name] for name in ("plms_index", *COUNTS, "n_hypnic_jerks"))
_COLUMNS = ("night", "subject", "version", *_MEASURES, "tier", "flags")


def _line(comparison: Comparison) -> dict[str, str]:
    """What differs as "old -> new", what does not as it is."""

    def both(name: str, digits: int = 0) -> str:
        old = _text(getattr(comparison.before, name), digits)
        new = _text(getattr(comparison.after, name), digits)
        return old if old == new else f"{old} -> {new}"

    measures = (both("plms_index", 1), *map(both, (*COUNTS, "n_hypnic_jerks", "tier")))
    flags = comparison.flips_in_words() or _text(comparison.after.flags, 0)
    cells = (f"{comparison.night_date}", comparison.subject, both("version"), *measures, flags)
    return dict(zip(_COLUMNS, cells, strict=True))


def _text(value: Any, digits: int) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or NO_FLAGS
    return UNKNOWN if value is None else f"{value:.{digits}f}" if isinstance(value, float) else f"{value}"
