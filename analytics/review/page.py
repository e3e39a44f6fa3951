"""What the page works on: handed to whatever answers a request."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from analytics.criteria import Criteria
from analytics.person import Person
from analytics.review.door import Door
from analytics.review.queue.company import Company
from analytics.review.ways import Proxy
from analytics.scoring.rulesets import Ruleset
from analytics.store import Store
from analytics.store.over_nights.unchanged import Unchanged


@dataclass(frozen=True, slots=True)
class Page:
    """What the page works on.

    Attributes
    ----------
    reviewer : str
        Whose verdicts these are.
    rulesets : mapping of str to Ruleset
        By name; the store says which one is shown.
    people : mapping of str to Person, or None
        As `analytics.store.wanted.Wanted` has it in ``settled``.
    subject : str
        Whose journal is opened where an address names no one.
    token : str
        What a page of this server shows when it writes.
    door : Door
        Which browsers of this machine are let in.
    proxy : Proxy or None
        What leads here from other machines; None: nothing.
    kept : Unchanged
        What was answered since the database changed last.
    company : Company
        Whose nights are read together, for their reviewer goes from one to the next.
    """

    store: Store
    reviewer: str
    criteria: Criteria
    rulesets: dict[str, Ruleset]
    version: str
    people: Mapping[str, Person] | None = None
    subject: str = "me"
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    door: Door = field(default_factory=Door)
    proxy: Proxy | None = None
    kept: Unchanged = field(default_factory=Unchanged, repr=False, compare=False)
    company: Company = field(default_factory=Company, repr=False, compare=False)
