"""Rows of an answer as they are drawn: for what is asked after every edit, where each millisecond is waited for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from analytics.store.database.connection import Store, reading

Row = dict[str, Any]


def rows_of(store: Store, sql: str, parameters: Sequence[str | date]) -> list[Row]:
    """Rows by name of column. To make a frame of a view's few rows takes a third longer: it is planned twice then.

    Raises
    ------
    StoreError
    """
    with reading(store) as con:
        found = con.execute(sql, list(parameters))
        names = [name for name, *_ in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
