"""Whose nights are asked for: a name that the database does not know is refused, with those that it knows."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import TYPE_CHECKING
from unicodedata import combining, normalize

from ingest.errors import UsageError, visible

if TYPE_CHECKING:
    from analytics.store import Store

#: So many people are named.
MOST_NAMES = 10


def refuse_unknown(store: Store, subject: str | None) -> None:
    """Go on where ``subject`` is None or known.

    Raises
    ------
    UsageError
        Nothing is stored of such a person; it names who there is, nearest first.
    """
    if subject is None:
        return
    from analytics import store as the_store

    known = the_store.known_subjects(store) if store.path.exists() else ()
    if subject in known:
        return
    raise UsageError(visible(f"nothing is stored of {subject!r}"), hint=visible(_there_is(subject, known)))


def nearest_first(name: str, known: Iterable[str]) -> list[str]:
    """Names, those most like ``name`` first."""
    wanted = _plain(name)
    return sorted(known, key=lambda one: (-SequenceMatcher(None, wanted, _plain(one)).ratio(), one))


def _plain(name: str) -> str:
    """Without case and accents: how people type a name that they mean."""
    return "".join(one for one in normalize("NFD", name.casefold()) if not combining(one))


def people_like(name: str, known: Iterable[str]) -> str:
    """At most `MOST_NAMES` people in a line, those most like ``name`` first, and how many more there are."""
    names = nearest_first(name, known)
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{', '.join(names[:MOST_NAMES])}{more}"


def _there_is(subject: str, known: Iterable[str]) -> str:
    names = people_like(subject, known)
    return f"there is: {names}" if names else "the database is empty; import a recording"
