"""Which database a command means."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from flows.terminal.talk import complain

if TYPE_CHECKING:
    from analytics.store.database.connection import Store
    from flows.settings.settings import Settings

#: How long a statement waits for another process that holds the database, seconds: longer than a query may take
#: (`analytics.store.statements.limits`), so that no question keeps a night from being stored.
WAIT_S = 90.0


def store_for(database: str | PathLike[str] | None, settings: Settings | None = None) -> Store:
    """The store at ``database`` (``--db``), or where the settings say, which are read only if need be.

    Raises
    ------
    UsageError
        The settings make no sense.
    """
    from analytics.store.database.connection import Store  # late, for it loads DuckDB

    if database:
        return Store(Path(database).absolute(), wait_s=WAIT_S, on_wait=complain)
    if settings is None:
        from flows.settings.settings import load  # 0.15 s that a named database does not need

        settings = load()
    return Store(settings.database, wait_s=WAIT_S, on_wait=complain)
