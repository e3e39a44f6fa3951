"""Questions of the program itself, in SQL, as frames. People's go through `analytics.store.statements.asked`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from analytics.store.database.connection import Store, reading
from analytics.store.statements.answers import (
    MOST_ROWS,
    OUTSIDE,
    Parameters,
    answer,
    outside_the_calendar,
    too_many_rows,
)

if TYPE_CHECKING:
    import polars as pl


def query(store: Store, sql: str, parameters: Parameters = (), *, max_rows: int | None = None) -> pl.DataFrame:
    """The answer to one statement of ours, in a UTC session on a connection that can only read.

    Instants arrive as ``Datetime("us", "UTC")``, lists as lists, JSON as text. Columns with the same name get a
    number; types that polars does not have (INTERVAL, UNION, BIT) arrive as text.

    Parameters
    ----------
    sql : str
        Never a person's: nothing here looks at what it does.
    parameters : sequence or mapping
        For ``?`` or ``$name`` in the statement.
    max_rows : int or None
        Hand out only the first rows. Without it more than `MOST_ROWS` are refused.

    Raises
    ------
    QueryRefusedError
        More rows, or other dates, than an answer can hold.
    DatabaseBusyError, DatabaseUnreadableError, StoreError
    """
    with reading(store) as con:
        return framed(answer(con, sql, parameters, most_rows=max_rows or MOST_ROWS + 1))


def framed(relation: duckdb.DuckDBPyRelation) -> pl.DataFrame:
    """An answer as a frame.

    Raises
    ------
    QueryRefusedError
        More rows, or other dates, than an answer can hold.
    """
    import polars as pl  # late: who asks for rows alone does not need it

    frame = pl.DataFrame(relation)
    if frame.height > MOST_ROWS:
        raise too_many_rows()
    for column in frame[OUTSIDE].drop_nulls().head(1):
        raise outside_the_calendar(column)
    return frame.drop(OUTSIDE)
