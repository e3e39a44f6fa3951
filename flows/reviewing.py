"""``nightkick review``: the review page in the browser, until Ctrl+C."""

from __future__ import annotations

import contextlib
import sys
import webbrowser
from pathlib import Path

from analytics.review import Page, create_app, serve
from analytics.store import initialise, query
from flows import __version__
from flows.database import store_for
from flows.settings import load


def review_command(*, port: int, no_open: bool, database: Path | None) -> None:
    """Serve the page until the user stops it.

    Raises
    ------
    UsageError
        The port cannot be used.
    StoreError
        The database is missing, busy, unreadable or newer than this program.
    """
    settings = load()
    store = store_for(database, settings)
    if store.path.exists():
        initialise(store)  # an older one is brought up to date; a missing one is not made, for it may be misspelt
    query(store, "SELECT 1")
    page = Page(
        store=store,
        reviewer=settings.reviewer,
        criteria=settings.analysis_criteria(),
        rulesets=settings.rulesets(),
        version=__version__,
    )

    def listening(address: str) -> None:
        print(f"review page: {address} (Ctrl+C stops it)", file=sys.stderr, flush=True)
        if not no_open:
            webbrowser.open(address)

    with contextlib.suppress(KeyboardInterrupt):  # the way to end it
        serve(create_app(page), port, listening)
