"""Small diaries built by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from analytics.triggers.factors import Factor
from analytics.triggers.outcomes import NightOutcome

FIRST = date(2026, 3, 2)


def day(k: int) -> date:
    return FIRST + timedelta(days=k)


def factor(name: str, had: Sequence[bool | None]) -> Factor:
    return Factor(name, name, {day(k): one for k, one in enumerate(had) if one is not None})


def counts(*values: float | None) -> list[NightOutcome]:
    return [NightOutcome(day(k), float(value)) for k, value in enumerate(values) if value is not None]


def every_other(n: int) -> list[bool]:
    """In no step with the week or with itself."""
    return [bool(k % 3 == 0 or k % 7 == 1) for k in range(n)]
