"""From a filter to SQL with bound parameters: which nights fit, what each filter by itself leaves, and their order.

Pure. No value of a filter ever becomes part of the text. Statements read `TABLES`, which are made of the base tables
rather than of the view ``nights``, which takes longer to plan than these; how a flag stands after review, only
``night_flags`` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, get_args

from analytics.flag import URGE_CRITERION, FlagName
from analytics.review.queue.filters import FlagVerdict, NightsPage, PeoplePage, QueueFilter, QueueState

#: Of all nights, whatever is asked: read from the database once, see `analytics.store.database.derived`. That a flag
#: lacks no more than an answer is as `analytics.flag.Flag.lacks_answer` has it.
TABLES = {
    "known_nights": """
WITH chosen AS (SELECT value AS ruleset FROM setting WHERE name = 'default_ruleset'),
judges AS (
    SELECT subject, night_date, list(DISTINCT reviewer) AS reviewers FROM reviews
    WHERE verdict <> 'note' GROUP BY ALL
)
SELECT row_number() OVER (ORDER BY n.subject, n.night_date) AS id, n.subject, n.night_date, n.site, n.legs,
    n.assessable, n.n_hypnic_jerks AS jerks, CASE WHEN n.assessable THEN s.plms_index END AS plms_index,
    string_split(n.site, '+') AS sites, coalesce(g.reviewers, []) AS reviewers
FROM night n
CROSS JOIN chosen c
LEFT JOIN score s ON s.subject = n.subject AND s.night_date = n.night_date AND s.ruleset = c.ruleset
LEFT JOIN judges g ON g.subject = n.subject AND g.night_date = n.night_date
""",
    "known_flags": f"""
SELECT n.id, f.flag,
    CASE
        WHEN f.state = 'cannot_tell' AND list_extract(list_filter(
            from_json(f.criteria, '[{{"name": "VARCHAR", "state": "VARCHAR"}}]'), lambda c: c.state <> 'met'
        ), 1).name = '{URGE_CRITERION}' THEN 'not_asked'
        ELSE f.state
    END AS state,
    CASE WHEN f.state = 'raised' THEN coalesce(f.review, 'to_review') END AS verdict
FROM night_flags f
JOIN (SELECT subject, night_date, row_number() OVER (ORDER BY subject, night_date) AS id FROM night) n
    USING (subject, night_date)
""",
    "known_notes": """
SELECT subject, night_date, note AS text FROM reviews WHERE note IS NOT NULL
UNION ALL SELECT subject, day, text FROM journal WHERE kind = 'note' AND text IS NOT NULL
""",
}
_FLAGS = """
judged AS (
    SELECT id, count(verdict) AS n_raised, count(*) FILTER (verdict = 'to_review') AS n_open,
        count(*) FILTER (verdict IS NOT NULL AND {FLAG}) AS n_raised_asked,
        list(DISTINCT verdict) FILTER (verdict IS NOT NULL) AS verdicts
    FROM known_flags f GROUP BY ALL
),
base AS (
    SELECT n.*, coalesce(j.n_raised, 0) AS n_raised, coalesce(j.n_open, 0) AS n_open,
        coalesce(j.n_raised_asked, 0) AS n_raised_asked, {HAS}
    FROM known_nights n LEFT JOIN judged j ON j.id = n.id
),
asked AS MATERIALIZED (SELECT b.*, {FACETS}, {REST} AS rest_ok, {OF_NIGHT} AS has_verdict FROM base b),
asked_flags AS MATERIALIZED (
    SELECT a.id, f.flag, f.state, f.verdict, {FLAG} AS flag_ok, {STATE} AS state_ok,
        {OF_FLAG} OR (f.verdict IS NULL AND a.has_verdict) AS verdict_ok_by_state,
        {OF_FLAG} OR (f.verdict IS NULL AND a.has_verdict AND {BY_STATE}) AS verdict_ok,
        {IS}
    FROM asked a JOIN known_flags f ON f.id = a.id
),
"""
_QUEUE = (
    _FLAGS
    + """
queue AS MATERIALIZED (
    SELECT a.*, {ANY_FLAG} OR coalesce(k.flags_fit, false) AS flags_ok,
        {ALL} AND ({ANY_FLAG} OR coalesce(k.flags_fit, false)) AS fits{KEPT}
    FROM asked a
    LEFT JOIN (
        SELECT id, bool_or(flag_ok AND state_ok AND verdict_ok) AS flags_fit{HELD} FROM asked_flags GROUP BY id
    ) k ON k.id = a.id
)
"""
)
#: Of a night, each by itself, so that what a value would leave can be counted without its own filter.
FACETS = ("site", "legs", "assessable", "reviewer")
#: By verdict: that a flag stands so, and that any flag of a night does. ``partly`` is said of all raised flags.
_VERDICTS = {one: f"f.verdict = '{one}'" for one in get_args(FlagVerdict)}
_VERDICTS["partly"] = "(f.verdict IS NOT NULL AND a.has_partly)"
_HAS = {one: f"list_contains(j.verdicts, '{one}')" for one in _VERDICTS}
_HAS["partly"] = "j.n_open > 0 AND j.n_open < j.n_raised"
#: That a text holds what is searched, in whatever case and with or without accents: "zoe" finds "Zoë".
_HOLDS = "contains(strip_accents(lower({0})), strip_accents(lower($q)))"
_NOTES = f"SELECT subject, night_date FROM known_notes WHERE {_HOLDS.format('text')}"
_RANGES = {
    "since": "b.night_date >= $since",
    "until": "b.night_date <= $until",
    "index_from": "b.plms_index >= $index_from",
    "index_to": "b.plms_index <= $index_to",
    "jerks_from": "b.jerks >= $jerks_from",
    "jerks_to": "b.jerks <= $jerks_to",
    "person": "b.subject = $person",
}
_NIGHT_ORDER = {
    "person": "subject",
    "evening": "night_date",
    "index": "plms_index",
    "jerks": "jerks",
    "flags": "n_raised",
    "open": "n_open",
    "legs": "legs",
    "site": "site",
}
_PEOPLE_ORDER = {
    "person": "subject",
    "nights": "n_nights",
    "flagged": "n_flagged",
    "open": "n_open",
    "evening": "last_night",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A ``WITH`` that ends with the table ``queue``, every night with ``fits``, and the parameters that it names."""

    text: str
    parameters: Mapping[str, Any]


def queue_of(wanted: QueueFilter, held: Mapping[str, str] = MappingProxyType({})) -> Statement:
    """The nights that fit. Beside ``fits``: whether they fit by each part of the filter, and the flags asked for.

    Parameters
    ----------
    held : mapping of str to str
        By name, what else is asked of the flags of a night: true where it holds of one of them.
    """
    parameters: dict[str, Any] = {}

    def asked(name: str, condition: str) -> str:
        """The condition where its parameter is given."""
        value = getattr(wanted, name)
        if value is None or value == ():
            return "true"
        parameters[name] = list(value) if isinstance(value, tuple) else value
        return f"coalesce({condition}, false)"

    facets = {
        "site": asked("site", "list_has_any(b.sites, $site)"),
        "legs": asked("legs", "list_contains($legs, b.legs)"),
        "assessable": asked("assessable", "b.assessable = ($assessable = 'yes')"),
        "reviewer": asked(
            "reviewer",
            "list_has_any(b.reviewers, $reviewer) OR (list_contains($reviewer, '') AND len(b.reviewers) = 0)",
        ),
    }
    rest = [asked(name, condition) for name, condition in _RANGES.items()]
    if wanted.q:
        rest.append(asked("q", f"{_HOLDS.format('b.subject')} OR (b.subject, b.night_date) IN ({_NOTES})"))
    filled = {
        "FLAG": asked("flag", "list_contains($flag, f.flag)"),
        "STATE": asked("state", "list_contains($state, f.state)"),
        "OF_NIGHT": asked("verdict", _any_wanted({one: f"b.has_{one}" for one in _VERDICTS})),
        "OF_FLAG": asked("verdict", _any_wanted(_VERDICTS)),
        "HAS": ", ".join(f"coalesce({sql}, false) AS has_{one}" for one, sql in _HAS.items()),
        "IS": ", ".join(
            f"{sql} OR (f.verdict IS NULL AND {{BY_STATE}} AND a.has_{one}) AS is_{one}"
            for one, sql in _VERDICTS.items()
        ),
        "BY_STATE": "true" if wanted.state else "false",
        "FACETS": ", ".join(f"{condition} AS {name}_ok" for name, condition in facets.items()),
        "REST": " AND ".join(f"({one})" for one in rest),
        "ANY_FLAG": "false" if wanted.flag or wanted.state or wanted.verdict else "true",
        "KEPT": "".join(f", coalesce(k.{name}, false) AS {name}" for name in held),
        "HELD": "".join(f", bool_or({condition}) AS {name}" for name, condition in held.items()),
        "ALL": " AND ".join(["a.rest_ok", *(f"a.{name}_ok" for name in facets)]),
    }
    text = _QUEUE
    for name, sql in filled.items():
        text = text.replace(f"{{{name}}}", sql)
    return Statement(f"WITH {text}", parameters)


def _any_wanted(verdicts: Mapping[str, str]) -> str:
    return " OR ".join(f"(list_contains($verdict, '{one}') AND {sql})" for one, sql in verdicts.items())


def night_order(page: NightsPage) -> str:
    """The order of nights, without ties; what is not known comes last."""
    return _ordered(_NIGHT_ORDER[page.column], descending=page.descending, ties=("night_date DESC", "subject"))


def people_order(page: PeoplePage) -> str:
    """The order of people, without ties."""
    return _ordered(_PEOPLE_ORDER[page.column], descending=page.descending, ties=("subject",))


def _ordered(column: str, *, descending: bool, ties: tuple[str, ...]) -> str:
    return ", ".join([f"{column} {'DESC' if descending else 'ASC'} NULLS LAST", *ties])


def counts_of(wanted: QueueFilter) -> Statement:
    """Rows ``(what, value, n)``: how many nights each value of each filter would leave, and how far reviewing is."""
    queue = queue_of(wanted, {name: f"{condition} AND {others}" for name, (_, _, condition, others) in _HELD.items()})
    totals = ", ".join(f"{{'what': '{what}', 'value': '{value}', 'n': {n}}}" for (what, value), n in _totals().items())
    listed = f"SELECT unnest(totals, recursive := true) FROM (SELECT [{totals}] AS totals FROM queue)"
    return Statement(f"{queue.text} {' UNION ALL '.join([listed, *_counts()])}", queue.parameters)


def _held() -> Iterator[tuple[str, tuple[str, str, str, str]]]:
    """By name of a column: filter, value, what holds of a flag with it, and that the flag fits otherwise."""
    of: dict[str, tuple[tuple[str, ...], str]] = {
        "flag": (get_args(FlagName), "state_ok AND verdict_ok"),
        "state": (get_args(QueueState), "flag_ok AND verdict_ok_by_state"),
        "verdict": (get_args(FlagVerdict), "flag_ok AND state_ok"),
    }
    for name, (values, others) in of.items():
        for value in values:
            yield (
                f"{name}_{value}",
                (name, value, f"is_{value}" if name == "verdict" else f"{name} = '{value}'", others),
            )


_HELD = dict(_held())


def _totals() -> dict[tuple[str, str], str]:
    """What is counted in one look at all nights."""
    nightly = " AND ".join(["rest_ok", *(f"{name}_ok" for name in FACETS)])
    progress = " AND ".join(["rest_ok", *(f"{name}_ok" for name in FACETS if name != "reviewer"), "n_raised_asked > 0"])
    assessable = _others("assessable")
    return {
        **{(what, value): f"count(*) FILTER ({nightly} AND {name})" for name, (what, value, _, _) in _HELD.items()},
        ("assessable", "yes"): f"count(*) FILTER ({assessable} AND assessable)",
        ("assessable", "no"): f"count(*) FILTER ({assessable} AND assessable = false)",
        ("progress", "of"): f"count(*) FILTER ({progress})",
        ("progress", "done"): f"count(*) FILTER ({progress} AND n_open = 0)",
        ("nights", "fit"): "count(*) FILTER (fits)",
        ("nights", "all"): "count(*)",
        ("people", "fit"): "count(DISTINCT subject) FILTER (fits)",
        ("people", "all"): "count(DISTINCT subject)",
    }


def _counts() -> Iterator[str]:
    """Of the filters whose values the nights themselves tell."""
    values = {
        "site": "unnest(sites)",
        "legs": "legs",
        "reviewer": "unnest(CASE WHEN len(reviewers) = 0 THEN [''] ELSE reviewers END)",
    }
    for name, value in values.items():
        yield (
            f"SELECT '{name}' AS what, value, count(*) AS n FROM (SELECT {value} AS value FROM queue"
            f" WHERE {_others(name)}) GROUP BY value"
        )


def _others(name: str) -> str:
    """That a night fits by all but one filter."""
    return " AND ".join(["rest_ok", "flags_ok", *(f"{other}_ok" for other in FACETS if other != name)])
