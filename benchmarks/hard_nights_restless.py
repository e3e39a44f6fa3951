"""What is said of restless legs on hard nights: with nothing in the journal, and with an answer that is mostly true."""

from __future__ import annotations

import zlib

import polars as pl

from benchmarks.hard_nights_tables import STATES, fidgety, table_of
from benchmarks.hard_nights_truth import share

#: So many answers in a hundred are wrong: an urge denied, or one noted where there was none. Own.
WRONG_PERCENT = 5
#: Nights of restless legs, of both simulators.
_RESTLESS = ("RLS", "profile rls")
#: Nights of the own simulator of which some are and it is not said which.
_UNTOLD = "mixed"


def answered(nights: pl.DataFrame) -> pl.DataFrame:
    """Nights, mixed ones left out, with ``restless`` (truth) and ``answered`` (possible_rls with the journal)."""
    told = nights.filter(pl.col("kind") != _UNTOLD)
    restless = pl.any_horizontal(pl.col("name").str.starts_with(name) for name in _RESTLESS)
    # The same answer on every run, and another one for the same kind of another series.
    which = pl.concat_str("name", pl.col("true_tst_h").cast(pl.String), ignore_nulls=True)
    wrong = which.map_elements(lambda text: zlib.crc32(text.encode()) % 100 < WRONG_PERCENT, return_dtype=pl.Boolean)
    urge = pl.when(pl.col("restless") != pl.col("wrong"))
    return told.with_columns(restless=restless, wrong=wrong).with_columns(
        answered=urge.then("rls_urge").otherwise("rls_no_urge")
    )


def restless_table(nights: pl.DataFrame) -> str:
    """States of possible_rls without and with an answer, by what was true."""
    known = answered(nights)
    others = known.filter(~pl.col("restless"))
    parts = {
        "restless legs": known.filter("restless"),
        "all others": others,
        "awake and fidgeting among them": fidgety(others),
    }
    journals = {
        "nothing": "possible_rls",
        f"asked, {WRONG_PERCENT} % of answers wrong": "answered",
        "an urge every time": "rls_urge",
        "no urge every time": "rls_no_urge",
    }
    lines = [
        [name, journal, *(share(len(part.filter(pl.col(column) == state)), len(part)) for state in STATES)]
        for name, part in parts.items()
        for journal, column in journals.items()
    ]
    return table_of(("nights", "journal", *(state.replace("_", " ") for state in STATES)), lines)
