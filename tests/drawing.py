"""How many examples hypothesis draws in tests that are costly each."""

from __future__ import annotations

import os

#: How many of each test `make test` draws; `make test-slow` says EXAMPLES.
USUAL = 25


def drawn() -> int:
    """Examples of a test that does not say how many."""
    return int(os.environ.get("EXAMPLES", USUAL))


def examples(n: int) -> int:
    """As many as ``n``, or more in proportion where ``EXAMPLES`` says so, as `make test-slow` does."""
    return max(1, n * drawn() // USUAL)
