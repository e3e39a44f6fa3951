"""By what the settings and this version of the program want nights analysed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows import __version__

if TYPE_CHECKING:
    from analytics.store import Wanted
    from flows.settings.settings import Settings


def wanted_by(settings: Settings) -> Wanted:
    """What `analytics.store.outdated` compares nights with."""
    from analytics.store import wanted_of  # late, for it loads DuckDB

    return wanted_of(settings.analysis_criteria(), settings.rulesets().values(), __version__)
