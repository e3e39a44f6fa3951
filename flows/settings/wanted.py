"""By what the settings and this version of the program want nights analysed, and which nights are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows import __version__

if TYPE_CHECKING:
    from analytics.store import Outdated, Store, Wanted
    from flows.settings.settings import Settings


def wanted_by(settings: Settings) -> Wanted:
    """What `analytics.store.outdated` compares nights with."""
    from analytics.store import wanted_of  # late, for it loads DuckDB

    return wanted_of(settings.analysis_criteria(), settings.rulesets().values(), __version__, settings.people())


def outdated_by(settings: Settings, store: Store) -> Outdated:
    """The stored nights that are not as wanted.

    Raises
    ------
    StoreError
    """
    from analytics.store import outdated

    return outdated(store, wanted_by(settings))
