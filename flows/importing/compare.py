"""``nightkick reanalyse --compare``: what analysing again would change, night by night, before anything is stored.

Decides what counts as a change: the index, the counts behind it, the tier, whether the night can
be judged, and the flags. A change of version or thresholds that leaves all of these alone is told, and changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from analytics.model import Night
from analytics.store import NightKey, Store, default_ruleset, query, snapshot
from flows.importing.declared import Wishes
from flows.importing.import_run import Context
from flows.importing.pipeline import open_context
from flows.importing.reanalysis import each_night, night_anew, selected
from flows.settings.rulesets import ruleset_named
from flows.terminal.options import Chosen
from flows.terminal.talk import emit, emit_table, say
from flows.terminal.values import json_document

COUNTS = ("n_lm", "n_clm", "n_plms", "n_series")
UNKNOWN = "-"


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
    n_series: int | None
    n_hypnic_jerks: int
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A night as it is stored and as it would be; ``after`` is None where no sample is left in it."""

    subject: str
    night_date: date
    before: Findings
    after: Findings | None

    def differences(self) -> tuple[str, ...]:
        """Names of what differs, of all that is said of the night itself."""
        if self.after is None:
            return ("no samples",)
        old, new = asdict(self.before), asdict(self.after)
        judged = [name for name in old if name not in ("version", "criteria_hash", "ruleset_hash")]
        return tuple(name for name in judged if not _same(old[name], new[name]))

    def flips(self) -> tuple[str, ...]:
        """Flags that would be raised (``+name``) or taken back (``-name``)."""
        old, new = set(self.before.flags), set(self.after.flags if self.after else ())
        return (*(f"+{name}" for name in sorted(new - old)), *(f"-{name}" for name in sorted(old - new)))


def compare_nights(chosen: Chosen, *, ruleset: str | None, database: Path | None, as_json: bool) -> bool:
    """Analyse nights and print how they differ from what is stored; nothing is stored.

    Parameters
    ----------
    ruleset : str or None
        By which to compare; None: the one that the views show.

    Returns
    -------
    bool
        Whether all of them could be analysed.
    """
    context = open_context(Wishes(), database=database)
    name = ruleset_named(ruleset or default_ruleset(context.store), context.settings.rulesets()).name
    with snapshot(context.store):  # an import may remove a night between the two
        keys = selected(context, chosen)
        stored = _stored(context.store, name)
    found = _compared(context, keys, name, stored)
    changed = [comparison for comparison in found if comparison.differences()]
    flips = [comparison for comparison in found if comparison.flips()]
    if as_json:
        counts = {"nights": len(keys), "changed": len(changed), "flags_flip": len(flips)}
        emit(json_document(ruleset=name, counts=counts, nights=[_row(comparison) for comparison in found]))
    elif changed:
        emit_table(_COLUMNS, [_line(comparison) for comparison in changed], to_right=_COLUMNS[3:-1])
    say(
        f"{len(found)} of {len(keys)} nights compared under {name}: {len(changed)} would change, "
        f"flags flip in {len(flips)}; nothing was stored"
    )
    return len(found) == len(keys)


def _compared(
    context: Context, keys: Sequence[NightKey], ruleset: str, stored: Mapping[NightKey, Findings]
) -> list[Comparison]:
    def compare(shared: Context, key: NightKey) -> Comparison:
        night = night_anew(shared, key)
        return Comparison(*key, stored[key], None if night is None else _findings(night, ruleset))

    with closing(each_night(context, keys, compare)) as results:
        return [comparison for comparison in results if comparison is not None]


def _stored(store: Store, ruleset: str) -> dict[NightKey, Findings]:
    found = query(
        store,
        f"""
        SELECT subject, night_date, n.version, n.criteria_hash, s.ruleset_hash, n.assessable, n.tier, s.plms_index,
            {", ".join(f"s.{name}" for name in COUNTS)}, n.n_hypnic_jerks,
            coalesce(f.flags, []) AS flags
        FROM night n
        LEFT JOIN (SELECT * FROM score WHERE ruleset = $ruleset) s USING (subject, night_date)
        LEFT JOIN (
            SELECT subject, night_date, list(name ORDER BY name) AS flags
            FROM flag WHERE ruleset = $ruleset AND raised GROUP BY ALL
        ) f USING (subject, night_date)
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
        plms_index=score.measures.get("plms_index"),
        **{name: score.measures.get(name) for name in COUNTS},
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
        "before": asdict(comparison.before),
        "after": None if comparison.after is None else asdict(comparison.after),
    }


_COLUMNS = ("night", "subject", "version", "PLMS/h", "LM", "CLM", "PLMS", "series", "jerks", "tier", "flags")


def _line(comparison: Comparison) -> dict[str, str]:
    """What differs as "old -> new", what does not as it is."""

    def both(name: str, digits: int = 0) -> str:
        old = _text(getattr(comparison.before, name), digits)
        new = _text(getattr(comparison.after, name), digits) if comparison.after else "no samples"
        return old if old == new else f"{old} -> {new}"

    measures = (both("plms_index", 1), *map(both, (*COUNTS, "n_hypnic_jerks", "tier")))
    flags = ", ".join(comparison.flips()) or both("flags")
    cells = (f"{comparison.night_date}", comparison.subject, both("version"), *measures, flags)
    return dict(zip(_COLUMNS, cells, strict=True))


def _text(value: Any, digits: int) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or UNKNOWN
    return UNKNOWN if value is None else f"{value:.{digits}f}" if isinstance(value, float) else f"{value}"
