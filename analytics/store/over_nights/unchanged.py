"""What was read or worked out of a database, kept until the database changes.

What is kept belongs to one change (`analytics.store.database.changes`): with another token it is worked out anew, and
of a database without a token every time. Bookkeeping is no change, so it must not be read from here.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from analytics.store.database.changes import last_change
from analytics.store.database.connection import Store, reading, snapshot

T = TypeVar("T")
#: How many answers are kept. The largest, all nights of a person, has about 1 MB.
MOST_UNCHANGED = 32


class Unchanged:
    """Answers about one store, each from the moment of the last change; those that were not asked for longest go."""

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, tuple[str, object]] = OrderedDict()
        self._guard = threading.Lock()

    def of(self, store: Store, question: Hashable, make: Callable[[], T]) -> T:
        """The answer of ``make``, or its earlier one to this question since the last change. No caller alters it.

        Parameters
        ----------
        store : Store
            The same each time.
        make : callable
            Reads the store and nothing else that changes; asked inside a `snapshot`.

        Raises
        ------
        StoreError
        """
        with snapshot(store), reading(store) as con:
            token = last_change(con)
            with self._guard:
                known = self._known.pop(question, None)
            if known is None or token is None or known[0] != token:
                known = token or "", make()
            if token is not None:
                with self._guard:
                    self._known[question] = known
                    while len(self._known) > MOST_UNCHANGED:
                        self._known.popitem(last=False)
        return cast(T, known[1])
