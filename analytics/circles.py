"""Python's search for circles of objects, put off where there are none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nothing_to_collect() -> Iterator[None]:
    """Inside, Python looks for no circles: for what makes many objects that stay, such as rows or loaded modules.

    It would look through all of them again and again. What runs long, or throws away what it made, must not stand in
    it: its circles would stay in memory.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
