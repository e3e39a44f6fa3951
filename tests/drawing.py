"""How many examples hypothesis draws in tests that are costly each."""

from __future__ import annotations

import os


def examples(n: int) -> int:
    """As many as ``n``, or in proportion more where ``EXAMPLES`` says so: `make test-slow` draws ten times as many."""
    return max(1, n * int(os.environ.get("EXAMPLES", "40")) // 40)
