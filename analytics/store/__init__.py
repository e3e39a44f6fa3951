"""The store: recordings, nights and what people said about them, in one DuckDB file with raw samples beside it.

Connections are short, writes are one transaction each, and every failure is a `StoreError`. Nothing outside this
package knows DuckDB. What it offers stands in `analytics.store.public`, and of that is loaded what is asked for: a
process that answers one question (`analytics.store.statements`) has answered before polars and numpy would be there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analytics.store.public import *  # noqa: F403
else:
    import ast
    from functools import cache
    from importlib import import_module
    from pathlib import Path

    @cache
    def _owners():
        """Name to the module that has it, as `analytics.store.public` imports it, without loading any of them."""
        lines = ast.parse(Path(__file__).with_name("public.py").read_text("utf-8")).body
        return {name.name: line.module for line in lines if isinstance(line, ast.ImportFrom) for name in line.names}

    def __getattr__(name):
        if name == "__all__":
            return [*_owners()]
        if not name.startswith("__") and name in _owners():
            return getattr(import_module(_owners()[name]), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
