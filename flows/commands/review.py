"""``nightkick review``: the review page in the browser, until Ctrl+C, and on a phone if the settings name a proxy."""

from __future__ import annotations

import contextlib
import signal
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analytics import store as the_store
from flows import __version__
from flows.commands.reviewing.running_pages import OPENING, PREFIX, in_use, noting, page_at
from flows.settings.database import store_for
from flows.terminal.options import Database
from flows.terminal.talk import complain, say
from ingest.errors import UsageError

if TYPE_CHECKING:
    from analytics.review import Proxy


def review(*, port: int = 4711, no_open: bool = False, blind: bool = False, db: Database = None) -> None:
    """Open the review page in the browser: nights to look at and to judge. Ctrl+C stops it.

    Parameters
    ----------
    port
        Port on 127.0.0.1; 0 for any that is free.
    no_open
        Only name the file that opens the page, and open no browser.
    blind
        Show no verdict, edit or note of other reviewers than the one of the settings; without: those of all.
    """
    from analytics.review import Page, Proxy, create_app, serve, work_out_ahead
    from flows.settings.settings import load

    settings = load()
    store = store_for(db, settings)
    if store.path.exists():
        # An older one is brought up to date; a missing one is not made, for it may be misspelt.
        the_store.initialise(store)
        the_store.query(store, "SELECT 1")
    else:
        complain(f"{store.path}: no database there yet; the page shows nights once one is: nightkick import FOLDER")
    beyond = settings.review
    page = Page(
        store=replace(store, only_reviewer=settings.reviewer) if blind else store,
        reviewer=settings.reviewer,
        criteria=settings.analysis_criteria(),
        rulesets=settings.rulesets(),
        version=__version__,
        people=settings.people(),
        subject=settings.subject,
        proxy=Proxy(beyond.proxy, beyond.proxy_address) if beyond.proxy else None,
    )

    # Verdicts come one by one, and to publish each would keep the reviewer waiting.
    with _published(store), _stopped_by_signals(), _opening_file() as file, noting(file.parent) as note:

        def listening(address: str) -> None:
            threading.Thread(target=work_out_ahead, args=(page.store,), daemon=True).start()
            try:
                page.door.lay_out(file, address)
            except OSError as error:  # the line for a terminal still leads in
                complain(f"{file}: not written: {error.strerror} (make room, and start again)")
            note(int(address.rstrip("/").rpartition(":")[2]), store.path)
            _say_where(address, file, page.door.secret)
            if page.proxy:
                _say_how_from_elsewhere(page.proxy, file.with_name("elsewhere.txt"))
            if not no_open:
                webbrowser.open(file.as_uri())  # a browser's arguments are shown to every user of the machine

        try:
            serve(create_app(page), port, listening, beyond.listen)
        except UsageError:
            if (running := page_at(port)) is None:
                raise
            raise in_use(port, running, store.path) from None


@contextmanager
def _published(store: the_store.Store) -> Iterator[None]:
    """Publish at the end what changed; of a database that was not there before, all of it."""
    if store.path.exists():
        with the_store.published_after(store):
            yield
        return
    yield
    if store.path.exists():
        the_store.publish(store)


def _say_where(address: str, file: Path, secret: str) -> None:
    """The secret itself is for eyes only: a pipe may lead to a journal that others read."""
    say(f"review page: {address} (Ctrl+C stops it)")
    say(f"to open it again, open this file in the browser: {file}")
    if sys.stderr.isatty():
        how = "a browser that cannot read the file (a snap, a tunnel) opens this, once (a new one: start again)"
        say(f"{how}: {address}open#{secret}")


def _say_how_from_elsewhere(proxy: Proxy, file: Path) -> None:
    """How a phone opens it: what it types is for eyes only, and is replaced in the file once it was used."""
    try:
        proxy.lay_out(file)
    except OSError as error:
        complain(f"{file}: not written: {error.strerror} (make room, and start again)")
    say(f"on a phone: open the address in {file}, which opens the page once; then the next one stands there")
    if sys.stderr.isatty():
        say(f"the first one: {proxy.url}open#{proxy.door.secret}")


@contextmanager
def _opening_file() -> Iterator[Path]:
    """Where the file that opens the page goes: into a folder that only its user can read, gone at the end."""
    try:
        folder = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
    except OSError as error:
        raise UsageError(
            f"no temporary file can be made: {error.strerror}", hint="it opens the page; set TMPDIR"
        ) from None
    with folder as made:
        yield Path(made) / OPENING


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """End well by Ctrl+C, and also by a closed terminal or by ``kill``: the file that opens the page has to go."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    def hang_up(number: int, frame: object) -> None:
        signal.raise_signal(signal.SIGTERM)  # the server answers that one itself while it runs

    before = {signal.SIGTERM: signal.signal(signal.SIGTERM, stop)}
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup has it ignored
        before[signal.SIGHUP] = signal.signal(signal.SIGHUP, hang_up)
    try:
        with contextlib.suppress(KeyboardInterrupt):  # the way to end it
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
