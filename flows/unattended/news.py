"""What a run tells besides nights and people: files that could not be used, and runs that did not happen.

What could not be told is kept for the next run beside Prefect's records of the schedule, which name files too: they are
for their owner only, and ``nightkick forget`` removes both.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from analytics.store import Store, unusable_before
from flows.importing.outcomes import Outcome
from flows.settings.default_folders import schedule_folder
from flows.unattended.missed_runs import Missed
from ingest.errors import NightkickError
from ingest.workspace import own_folder

#: So much is kept of what could not be told, the newest: a hook that fails for years must not fill the disk.
MOST_KEPT = 1000
_KEPT = "untold.json"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to tell.

    Attributes
    ----------
    about : str
        ``refused`` or ``failed``: a file; ``missed``: runs of the schedule.
    what : str
        The file's path; or when the run should have begun, ISO 8601 with offset.
    reason : str
        A sentence.
    """

    about: Literal["refused", "failed", "missed"]
    what: str
    reason: str


def news_of(store: Store, outcomes: Sequence[Outcome], late: Missed | None, *, begun_at: datetime) -> tuple[Item, ...]:
    """What a run that began then found: the runs before it, and files that were not refused before for that reason.

    Parameters
    ----------
    late : Missed or None
        The runs before this one that did not happen.
    begun_at : datetime
        When this run began, with an offset; only files that were tried before it can be known.
    """
    unusable = [o for o in outcomes if o.error is not None]
    before = unusable_before(store, [str(o.path) for o in unusable], begun_at) if unusable else frozenset()
    files = [
        Item("failed" if o.status == "failed" else "refused", str(o.path), o.error or "")
        for o in unusable
        if (str(o.path), o.sha256, o.error) not in before
    ]
    missed = [Item("missed", late.due_at.astimezone().isoformat(), late.reason)] if late else []
    return (*missed, *files)


def kept_news(store: Store) -> tuple[Item, ...]:
    """What earlier runs could not tell; nothing where that cannot be read."""
    try:
        return tuple(Item(*item) for item in json.loads(_place(store).read_bytes()))
    except (OSError, ValueError, TypeError):
        return ()


def keep_news(store: Store, items: Sequence[Item]) -> NightkickError | None:
    """Keep these, and no others, for the next run; returns what went wrong."""
    place = _place(store)
    half = place.with_name(f".{_KEPT}.{secrets.token_hex(8)}")
    try:
        if not items:
            place.unlink(missing_ok=True)
            return None
        own_folder(place.parent)
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump([[item.about, item.what, item.reason] for item in items[-MOST_KEPT:]], file)
        half.replace(place)
    except OSError as error:
        half.unlink(missing_ok=True)
        what = f"what could not be told is not kept for the next run: {error.strerror}"
        return NightkickError(what, path=place, hint="see nightkick doctor")
    return None


def _place(store: Store) -> Path:
    return schedule_folder(store.path) / _KEPT
