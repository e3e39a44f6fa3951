"""The store: recordings, nights and what people said about them, in one DuckDB file with raw samples beside it.

Connections are short, writes are one transaction each, and every failure is a `StoreError`. Nothing outside this
package knows DuckDB. What it offers stands in `analytics.store.public` and is loaded when the first of it is asked for:
a process that answers one question (`analytics.store.statements`) has answered before polars and numpy would be there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analytics.store.public import *  # noqa: F403
else:
    from importlib import import_module

    def __getattr__(name):
        if name.startswith("__") and name != "__all__":
            raise AttributeError(name)
        public = import_module(f"{__name__}.public")
        if name == "__all__" or name in public.__all__:
            return getattr(public, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
