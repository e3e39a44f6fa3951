"""What really happened in a simulated night, as a table: every movement, and the stretches asleep, awake and worn."""

from __future__ import annotations

import polars as pl

from analytics.simulate.plan import Plan

_Row = tuple[str, float, float, float | None, bool, bool, bool | None]
_SCHEMA = {
    "kind": pl.String,
    "onset_s": pl.Float64,
    "duration_s": pl.Float64,
    "peak_g": pl.Float64,
    "asleep": pl.Boolean,
    "periodic": pl.Boolean,
    "worn": pl.Boolean,
}


def truth_table(plan: Plan, start_us: int, file: str) -> pl.DataFrame:
    """Every movement and stretch of a night, one row each, by onset.

    Parameters
    ----------
    start_us : int
        When the recording started, microseconds since 1970, UTC.
    file : str
        Name of the recording.

    Returns
    -------
    polars.DataFrame
        ``file, kind, onset_at, duration_s, peak_g, asleep, periodic, worn``. The kinds ``sleep`` (asleep), ``awake``
        (in bed), ``still`` (awake in bed without a fidget or a turn), ``vibration`` (the bed shakes) and ``worn`` mark
        stretches and have no size. ``worn`` says of a movement whether the sensor was on the leg then, and is empty for
        stretches.
    """
    rows: list[_Row] = [
        (e.kind, e.onset_s, e.duration_s, e.peak_g, e.asleep, e.periodic, plan.worn(e.onset_s)) for e in plan.events
    ]
    rows += [("sleep", start, end - start, None, True, False, None) for start, end in plan.sleep_s]
    stretches = {
        "awake": plan.awake_s,
        "still": plan.quiet_s,
        "vibration": [(start, end) for start, end, _ in plan.vibration_s],
        "worn": plan.worn_s,
    }
    for kind, spans in stretches.items():
        rows += [(kind, start, end - start, None, False, False, None) for start, end in spans]
    onset = (pl.lit(start_us) + (pl.col("onset_s") * 1e6).round().cast(pl.Int64)).cast(pl.Datetime("us", "UTC"))
    return (
        pl.DataFrame(rows, orient="row", schema=_SCHEMA)
        .sort("onset_s", "kind")
        .select(
            pl.lit(file).alias("file"),
            "kind",
            onset.dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").alias("onset_at"),
            pl.col("duration_s").round(3),
            pl.col("peak_g").round(4),
            "asleep",
            "periodic",
            "worn",
        )
    )
