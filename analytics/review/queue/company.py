"""Nights that a reviewer goes through one after the other over people, and that are therefore read together.

DuckDB takes longer to plan a view than to read it, for eight people as for one. But a verdict ends what was read, so
only who has gone on without writing is taken to go on so.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from analytics.store import NightKey

#: Nights of a company, each of another person: eight take a third longer to read than one.
MOST = 8


class Company:
    """The nights that come next in a walk, by each of their people, since the database changed last."""

    def __init__(self) -> None:
        self._change: str | None = None
        self._of: dict[str, tuple[NightKey, ...]] = {}
        self._guard = threading.Lock()

    def walked(self, change: str | None, nights: Sequence[NightKey]) -> None:
        """Note a step of a walk.

        Parameters
        ----------
        change : str or None
            The last change of the database, by its token.
        nights : sequence of (str, date)
            Those ahead, the nearest first; further ones of the same person are passed over.
        """
        ahead = dict(reversed(nights))  # the nearest of each person
        with self._guard:
            if change is None or change != self._change:
                self._change, self._of = change, {}
            elif nights and nights[0] not in self._of.get(nights[0][0], ()):
                together = tuple((who, ahead[who]) for who in dict.fromkeys(who for who, _ in nights))[:MOST]
                self._of |= {who: together for who, _ in together}

    def nights(self, key: NightKey) -> tuple[NightKey, ...]:
        """The night among those that are read with it; nothing where it is in no company."""
        found = self._of.get(key[0], ())
        return found if key in found else ()

    def people(self, subject: str) -> tuple[str, ...]:
        """The person among those whose nights are read together."""
        return tuple(who for who, _ in self._of.get(subject, ())) or (subject,)
