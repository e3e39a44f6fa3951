"""Which stored nights are as they would be analysed now, which are not, and why.

Decides what a night must be to need no analysis: made by this version, by these thresholds, from what the journal says
now, and scored by each of these rule sets as it is now. ``nightkick reanalyse`` passes over such a night; ``nights``,
``doctor`` and the review page count the others, which an interrupted analysis or a change of settings leaves beside
them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from analytics.criteria import Criteria
from analytics.scoring.rulesets import Ruleset, ruleset_hash
from analytics.store.database.connection import Store, reading
from analytics.store.journal import UNREAD
from analytics.store.pruning import pruned
from analytics.store.read import NightKey

#: Why a night is not as wanted, in the order in which reasons are told.
REASONS = ("another version", "other thresholds", "other rule sets", "an older journal")
_JOURNAL = REASONS[-1]
REMEDY = "nightkick reanalyse"

_NIGHTS = f"""
    WITH scored AS (
        SELECT subject, night_date, list(ruleset || ' ' || ruleset_hash ORDER BY ruleset) AS sets
        FROM score GROUP BY ALL
    )
    SELECT n.subject, n.night_date, hash(n.version, n.criteria_hash, s.sets),
        n.version <> $version, n.criteria_hash <> $criteria,
        NOT list_has_all(coalesce(s.sets, []), $sets),
        '{UNREAD}' || n.night_date || ' ' || n.subject IN (SELECT name FROM setting)
    FROM night n LEFT JOIN scored s USING (subject, night_date)
    ORDER BY n.night_date, n.subject
"""
_PRUNED = """
    SELECT DISTINCT subject, night_date FROM recording_night WHERE list_contains($pruned, sha256)
"""
_UNSCORED = """
    SELECT subject, night_date FROM night
    ANTI JOIN (SELECT * FROM score WHERE ruleset = $name AND ruleset_hash = $hash) USING (subject, night_date)
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The version, thresholds and rule sets by which nights are to be analysed.

    Attributes
    ----------
    rulesets : tuple of str
        Each as its name and its hash. What a night was scored by beside them does no harm.
    """

    version: str
    criteria_hash: str
    rulesets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outdated:
    """The nights that are not as wanted.

    Attributes
    ----------
    n_nights, n_kinds : int
        How many nights are stored, and how many kinds of version, thresholds and rule sets there are among all of them.
    reasons : mapping of NightKey to tuple of str
        Of each of them, by evening; words of `REASONS`.
    stuck : frozenset of NightKey
        Those of them whose samples were pruned: they cannot be analysed again.
    """

    n_nights: int
    n_kinds: int
    reasons: Mapping[NightKey, tuple[str, ...]]
    stuck: frozenset[NightKey] = frozenset()

    @property
    def is_mixed(self) -> bool:
        """Whether nights cannot be compared with each other, or one not with the journal."""
        n = len(self.reasons)
        return n > 0 and (n < self.n_nights or self.n_kinds > 1 or _JOURNAL in self._found())

    @property
    def can_be_mended(self) -> bool:
        """Whether analysing again would help one of them."""
        return len(self.stuck) < len(self.reasons)

    def line(self) -> str:
        """One line on how many nights are outdated, why, and what to do; empty where none is."""
        n, found = len(self.reasons), self._found()
        if n == 0:
            return ""
        why = " or ".join(reason for reason in REASONS if reason in found)
        others = "the rest" if n < self.n_nights and found != {_JOURNAL} else "now"
        what = f"{n} of {self.n_nights} nights {'was' if n == 1 else 'were'} analysed by {why} than {others}"
        if not self.can_be_mended:
            return f"{what}, and {'stays' if n == 1 else 'stay'} so: the samples were pruned"
        but = f" (but for {len(self.stuck)} of them, whose samples were pruned)" if self.stuck else ""
        return f"{what}: {REMEDY}{but}"

    def remark(self) -> str | None:
        """The text of `line` beside a table of nights; None where all nights are alike."""
        return self.line() if self.is_mixed else None

    def _found(self) -> set[str]:
        return {reason for reasons in self.reasons.values() for reason in reasons}


def wanted_of(criteria: Criteria, rulesets: Iterable[Ruleset], version: str) -> Wanted:
    """What nights must have been analysed by: these thresholds and rule sets, and this version of the program."""
    return Wanted(version, criteria.hash(), tuple(sorted(f"{each.name} {ruleset_hash(each)}" for each in rulesets)))


def outdated(store: Store, wanted: Wanted) -> Outdated:
    """Compare every stored night with what is wanted; no event is read.

    Raises
    ------
    StoreError
    """
    given = {"version": wanted.version, "criteria": wanted.criteria_hash, "sets": list(wanted.rulesets)}
    with reading(store) as con:
        rows = con.execute(_NIGHTS, given).fetchall()
    reasons = {
        (subject, night_date): tuple(reason for reason, differs in zip(REASONS, differing, strict=True) if differs)
        for subject, night_date, _, *differing in rows
        if any(differing)
    }
    return Outdated(len(rows), len({row[2] for row in rows}), reasons, _pruned_of(store, reasons))


def unscored(store: Store, ruleset: Ruleset) -> frozenset[NightKey]:
    """Nights without a score under a rule set as it is now.

    Raises
    ------
    StoreError
    """
    with reading(store) as con:
        rows = con.execute(_UNSCORED, {"name": ruleset.name, "hash": ruleset_hash(ruleset)}).fetchall()
    return frozenset((subject, night_date) for subject, night_date in rows)


def _pruned_of(store: Store, keys: Collection[NightKey]) -> frozenset[NightKey]:
    hashes = pruned(store) if keys else frozenset()
    if not hashes:
        return frozenset()
    with reading(store) as con:
        rows = con.execute(_PRUNED, {"pruned": sorted(hashes)}).fetchall()
    return frozenset((subject, night_date) for subject, night_date in rows) & frozenset(keys)
