"""The published copy follows what is stored, also where the work ends before its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from analytics.store import Store, publish
from ingest.errors import StoreError


@contextmanager
def published_at_the_end(store: Store) -> Iterator[None]:
    """Publish at the end of the block, which stores nights one by one, even where it fails.

    Raises
    ------
    StoreError
        What is inside ended well and publishing failed. Of two errors the first is raised.
    """
    try:
        yield
    except BaseException:
        with suppress(StoreError, OSError):
            publish(store)
        raise
    publish(store)
