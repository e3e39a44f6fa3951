"""From a filter to SQL with bound parameters: which nights fit, what each filter by itself leaves, and their order.

Pure. No value of a filter ever becomes part of the text. The base tables are read rather than the view ``nights``,
which takes longer to plan than this to run; how a flag stands after review, only ``night_flags`` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analytics.review.queue.filters import NightsPage, PeoplePage, QueueFilter

_FLAGS = """
chosen AS (SELECT value AS ruleset FROM setting WHERE name = 'default_ruleset'),
flags AS MATERIALIZED (
    SELECT subject, night_date, flag, state,
        CASE WHEN state = 'raised' THEN coalesce(review, 'to_review') END AS verdict
    FROM night_flags
),
judged AS (
    SELECT subject, night_date, count(verdict) AS n_raised, count(*) FILTER (verdict = 'to_review') AS n_open,
        count(*) FILTER (verdict IS NOT NULL AND {FLAG}) AS n_raised_asked
    FROM flags f GROUP BY ALL
),
judges AS (
    SELECT subject, night_date, list(DISTINCT reviewer) AS reviewers FROM reviews
    WHERE verdict <> 'note' GROUP BY ALL
),
base AS MATERIALIZED (
    SELECT row_number() OVER () AS id, n.subject, n.night_date, n.site, n.legs, n.assessable, n.n_hypnic_jerks AS jerks,
        CASE WHEN n.assessable THEN s.plms_index END AS plms_index, string_split(n.site, '+') AS sites,
        coalesce(j.n_raised, 0) AS n_raised, coalesce(j.n_open, 0) AS n_open,
        coalesce(j.n_raised_asked, 0) AS n_raised_asked,
        coalesce(g.reviewers, []) AS reviewers
    FROM night n
    CROSS JOIN chosen c
    LEFT JOIN score s ON s.subject = n.subject AND s.night_date = n.night_date AND s.ruleset = c.ruleset
    LEFT JOIN judged j ON j.subject = n.subject AND j.night_date = n.night_date
    LEFT JOIN judges g ON g.subject = n.subject AND g.night_date = n.night_date
),
asked AS (SELECT b.*, {FACETS}, {REST} AS rest_ok FROM base b),
asked_flags AS MATERIALIZED (
    SELECT a.id, f.flag, f.state, f.verdict, {FLAG} AS flag_ok, {STATE} AS state_ok, {VERDICT} AS verdict_ok,
        f.verdict IS NOT NULL AND a.n_open > 0 AND a.n_open < a.n_raised AS is_partly
    FROM asked a JOIN flags f ON f.subject = a.subject AND f.night_date = a.night_date
),
"""
_QUEUE = (
    _FLAGS
    + """
queue AS MATERIALIZED (
    SELECT a.*, {ANY_FLAG} OR coalesce(k.fits, false) AS flags_ok,
        {ALL} AND ({ANY_FLAG} OR coalesce(k.fits, false)) AS fits
    FROM asked a
    LEFT JOIN (
        SELECT id, bool_or(flag_ok AND state_ok AND verdict_ok) AS fits FROM asked_flags GROUP BY id
    ) k ON k.id = a.id
)
"""
)
#: Of a night, each by itself, so that what a value would leave can be counted without its own filter.
FACETS = ("site", "legs", "assessable", "reviewer")
_NOTES = """
SELECT subject, night_date FROM reviews WHERE contains(lower(note), lower($q))
UNION ALL SELECT subject, day FROM journal WHERE kind = 'note' AND contains(lower(text), lower($q))
"""
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


def queue_of(wanted: QueueFilter) -> Statement:
    """The nights that fit. Beside ``fits``: whether they fit by each part of the filter, and the flags asked for."""
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
        rest.append(asked("q", f"contains(lower(b.subject), lower($q)) OR (b.subject, b.night_date) IN ({_NOTES})"))
    verdict = (
        "list_contains($verdict, f.verdict) OR (list_contains($verdict, 'partly') AND f.verdict IS NOT NULL"
        " AND a.n_open > 0 AND a.n_open < a.n_raised)"
    )
    filled = {
        "FLAG": asked("flag", "list_contains($flag, f.flag)"),
        "STATE": asked("state", "list_contains($state, f.state)"),
        "VERDICT": asked("verdict", verdict),
        "FACETS": ", ".join(f"{condition} AS {name}_ok" for name, condition in facets.items()),
        "REST": " AND ".join(f"({one})" for one in rest),
        "ANY_FLAG": "false" if wanted.flag or wanted.state or wanted.verdict else "true",
        "ALL": " AND ".join(["a.rest_ok", *(f"a.{name}_ok" for name in facets)]),
    }
    text = _QUEUE
    for name, sql in filled.items():
        text = text.replace(f"{{{name}}}", sql)
    return Statement(f"WITH {text}", parameters)


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
    queue = queue_of(wanted)
    return Statement(f"{queue.text} {' UNION ALL '.join(_counts())}", queue.parameters)


def _counts() -> Iterator[str]:
    values = {
        "site": ("unnest(sites)", "site"),
        "legs": ("legs", "legs"),
        "assessable": ("CASE WHEN assessable THEN 'yes' ELSE 'no' END", "assessable"),
        "reviewer": ("unnest(CASE WHEN len(reviewers) = 0 THEN [''] ELSE reviewers END)", "reviewer"),
    }
    for name, (value, own) in values.items():
        others = " AND ".join(f"{other}_ok" for other in FACETS if other != own)
        yield (
            f"SELECT '{name}' AS what, value, count(*) AS n FROM (SELECT {value} AS value FROM queue"
            f" WHERE rest_ok AND flags_ok AND {others}) GROUP BY value"
        )
    for name, others in (
        ("flag", "state_ok AND verdict_ok"),
        ("state", "flag_ok AND verdict_ok"),
        ("verdict", "flag_ok AND state_ok"),
    ):
        yield (
            f"SELECT '{name}', k.{name}, count(DISTINCT q.id) FROM asked_flags k JOIN queue q USING (id)"
            f" WHERE {_nightly()} AND {others} AND k.{name} IS NOT NULL GROUP BY k.{name}"
        )
    yield (
        "SELECT 'verdict', 'partly', count(DISTINCT q.id) FROM asked_flags k JOIN queue q USING (id)"
        f" WHERE {_nightly()} AND flag_ok AND state_ok AND is_partly"
    )
    progress = " AND ".join(["rest_ok", *(f"{name}_ok" for name in FACETS if name != "reviewer"), "n_raised_asked > 0"])
    yield f"SELECT 'progress', 'of', count(*) FROM queue WHERE {progress}"
    yield f"SELECT 'progress', 'done', count(*) FROM queue WHERE {progress} AND n_open = 0"
    yield "SELECT 'nights', 'fit', count(*) FROM queue WHERE fits"
    yield "SELECT 'nights', 'all', count(*) FROM queue"
    yield "SELECT 'people', 'fit', count(DISTINCT subject) FROM queue WHERE fits"
    yield "SELECT 'people', 'all', count(DISTINCT subject) FROM queue"


def _nightly() -> str:
    return " AND ".join(["rest_ok", *(f"{name}_ok" for name in FACETS)])
