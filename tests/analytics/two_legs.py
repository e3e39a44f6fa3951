"""Two loggers on two legs, whose clocks are apart, imported."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from analytics.simulate.write import simulate_both_legs, write_recording
from analytics.store import Store
from flows.importing.declared import Wishes
from flows.importing.pipeline import import_run, open_context


def imported_legs(folder: Path, *, right_later_s: float, hours: float = 5.0) -> Store:
    """A night of both legs in a database of its own; the right leg's recording says that it began so much later."""
    legs = simulate_both_legs("plmd", evening=date(2026, 3, 2), rate_hz=25, sensor="ax3", seed=4, hours=hours)
    (folder / "files").mkdir()
    for side, leg, later_s in (("left", legs[0], 0.0), ("right", legs[1], right_later_s)):
        moved = replace(leg, time_us=leg.time_us + round(later_s * 1e6))
        path = folder / "files" / f"{side}.cwa"
        write_recording(path, moved, rate_hz=25, file_format="cwa", side=side)  # type: ignore[arg-type]
    database = folder / "nights.duckdb"
    import_run([folder / "files"], open_context(Wishes(site="ankle", tz="UTC"), database=database))
    return Store(database)
