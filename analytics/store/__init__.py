"""The store: recordings, nights and what people said about them, in one DuckDB file with raw samples beside it.

Connections are short, writes are one transaction each, and every failure is a `StoreError`. Nothing outside this
package knows DuckDB. What it offers stands in `analytics.store.public` and is loaded when the first of it is asked for:
a process that answers one question (`analytics.store.asked`) has its answer before polars and numpy would be there.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analytics.store.public import *  # noqa: F403
else:
    from importlib import import_module
    from types import ModuleType

    class _Package(ModuleType):
        """A package whose functions keep their names, also where a module is called the same."""

        def __setattr__(self, name, value):
            if not (isinstance(value, ModuleType) and value.__name__ == f"{__name__}.{name}"):
                super().__setattr__(name, value)

        def __getattr__(self, name):
            if name.startswith("__") and name != "__all__":
                raise AttributeError(name)
            public = import_module(f"{__name__}.public")
            if name in getattr(public, "__all__", ()) or name == "__all__":
                return getattr(public, name)
            if (module := sys.modules.get(f"{__name__}.{name}")) is not None:
                return module
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    sys.modules[__name__].__class__ = _Package
