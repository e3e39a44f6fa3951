"""Which stored nights are as they would be analysed now, which are not, and why.

Decides what a night must be to need no analysis: made by this version, by these thresholds, from what the journal says
now, and scored by each of these rule sets as it is now. ``nightkick reanalyse`` passes over such a night; ``nights``,
``doctor`` and the review page count the others, which an interrupted analysis or a change of settings leaves beside
them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from analytics.criteria import Criteria
from analytics.person import Person, in_force
from analytics.scoring.rulesets import Ruleset, ruleset_hash
from analytics.store.database.connection import Store, reading
from analytics.store.statements.without_frames import PRUNED, UNREAD, described

if TYPE_CHECKING:
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
    SELECT n.subject, n.night_date, hash(n.version, n.criteria_hash, s.sets), n.criteria_hash,
        n.version <> $version, NOT list_has_all(coalesce(s.sets, []), $sets),
        '{UNREAD}' || n.night_date || ' ' || n.subject IN (SELECT name FROM setting)
    FROM night n LEFT JOIN scored s USING (subject, night_date)
    ORDER BY n.night_date, n.subject
"""
_ANY_PRUNED = f"SELECT 1 FROM setting WHERE starts_with(name, '{PRUNED}') LIMIT 1"
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
    settled : mapping of str to Person, or None
        What the settings say of people; None: what the database keeps of them counts.
    """

    version: str
    criteria: Criteria
    rulesets: tuple[str, ...]
    settled: Mapping[str, Person] | None = None


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


def wanted_of(
    criteria: Criteria, rulesets: Iterable[Ruleset], version: str, settled: Mapping[str, Person] | None = None
) -> Wanted:
    """What nights must have been analysed by: these thresholds and rule sets, and this version of the program.

    Parameters
    ----------
    settled : mapping of str to Person, or None
        What the settings say of people, each of whom is judged by the threshold of her own age.
    """
    named = tuple(sorted(f"{each.name} {ruleset_hash(each)}" for each in rulesets))
    return Wanted(version, criteria, named, settled)


def outdated(store: Store, wanted: Wanted) -> Outdated:
    """Compare every stored night with what is wanted; no event is read.

    Raises
    ------
    StoreError
    """
    given = {"version": wanted.version, "sets": list(wanted.rulesets)}
    with reading(store) as con:
        rows = con.execute(_NIGHTS, given).fetchall()
        people = described(con)
        is_any_pruned = con.execute(_ANY_PRUNED).fetchall() != []
    hashes = _Hashes(wanted, people)
    reasons: dict[NightKey, tuple[str, ...]] = {}
    kinds: dict[str, set[object]] = {}
    for subject, night_date, kind, criteria_hash, version_differs, *rest in rows:
        due = hashes.of(subject, night_date)
        kinds.setdefault(due, set()).add(kind)
        differing = zip(REASONS, (version_differs, criteria_hash != due, *rest), strict=True)
        if found := tuple(reason for reason, differs in differing if differs):
            reasons[subject, night_date] = found
    # A child's nights are judged otherwise than an adult's, and are of a kind all the same.
    n_kinds = max(map(len, kinds.values()), default=0)
    return Outdated(len(rows), n_kinds, reasons, _pruned_of(store, reasons) if is_any_pruned else frozenset())


class _Hashes:
    """By which thresholds each night is to be judged: a hash costs more than a night."""

    def __init__(self, wanted: Wanted, people: Mapping[str, Person]) -> None:
        settled = wanted.settled
        names = people.keys() | (settled or {}).keys()
        self._people = {name: in_force(name, people.get(name), settled) for name in names}
        self._by_age = wanted.criteria.hash_by_age()
        self._otherwise = wanted.criteria.hash()

    def of(self, subject: str, evening: date) -> str:
        person = self._people.get(subject)
        group = None if person is None else person.age_group_on(evening)
        return self._otherwise if group is None else self._by_age[group]


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
    if not keys:
        return frozenset()
    from analytics.store.pruning import pruned  # late, for it loads polars

    if not (hashes := pruned(store)):
        return frozenset()
    with reading(store) as con:
        rows = con.execute(_PRUNED, {"pruned": sorted(hashes)}).fetchall()
    return frozenset((subject, night_date) for subject, night_date in rows) & frozenset(keys)
