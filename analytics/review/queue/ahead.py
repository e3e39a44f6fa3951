"""What home asks first of many people, worked out while a browser starts, which takes a second anyway."""

from __future__ import annotations

import contextlib

from analytics.review.home import people_payload
from analytics.review.queue.filters import FlagVerdict, NightsPage, QueueFilter
from analytics.review.queue.nights import counts_payload, nights_page
from analytics.store import Store
from ingest.errors import NightkickError

#: What home asks for where its address asks for nothing: ``FIRST`` of ``queue_address.js``.
FIRST: tuple[FlagVerdict, ...] = ("to_review",)


def work_out_ahead(store: Store) -> None:
    """Work out the queue as it first opens, where there are several people; the next questions find it kept.

    What fails here fails again, and is told, when it is asked for.
    """
    with contextlib.suppress(NightkickError):
        if people_payload(store)["how_many"] == "several":
            nights_page(store, NightsPage(verdict=FIRST))
            counts_payload(store, QueueFilter(verdict=FIRST))
