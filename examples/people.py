"""Two hundred simulated people with two weeks each, to try questions on.

    python -m examples.people people.duckdb

No person was recorded, and no recording read: the program's own functions store nights whose numbers are drawn from a
seed. Each has a PLMS index and a journal, and no movements. What is put in is known, so that an analysis can be held
against it: a person's level (on the scale of logarithms, standard deviation 0.9), twice as much variance within a
person's nights as a Poisson count has, and an index that coffee multiplies by `COFFEE`.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from analytics.flag import INDEX_CRITERION, Criterion, Flag
from analytics.measures import Measures
from analytics.model import Bout, Night, Score
from analytics.said import JournalEntry
from analytics.store import Store, StoredRecording, initialise, publish, write_journal
from analytics.store.database.connection import transaction
from analytics.store.database.tables import insert
from analytics.store.recordings import membership_frame, recording_frame
from analytics.store.rows import night_frames
from flows import __version__
from ingest.clock import noon_to_noon

PEOPLE, NIGHTS, SEED = 200, 14, 24
FIRST = date(2026, 3, 2)
ZONE = "Europe/Berlin"
#: By how much coffee multiplies a person's index.
COFFEE = 1.25
MEDIAN_INDEX, LEVEL_SD, DISPERSION = 8.0, 0.9, 2.0
THRESHOLD = 15.0
HOUR_US = 3_600_000_000


def make(database: Path, people: int = PEOPLE, nights: int = NIGHTS) -> Store:
    """A new database of ``p001`` and so on, with its published copy; the same for the same arguments."""
    store, rng = Store(database), random.Random(SEED)
    initialise(store)
    journal: list[JournalEntry] = []
    made: list[Night] = []
    with transaction(store) as con:
        for number in range(1, people + 1):
            subject = f"p{number:03}"
            known = _recording(subject, nights)
            for table, frame in (("recording", recording_frame), ("recording_night", membership_frame)):
                insert(con, table, frame(known))
            for night, cups in _nights(known, rng):
                made.append(night)
                journal.append(JournalEntry(subject, night.night_date, "caffeine_mg", 80.0 * cups))
        for table, rows in night_frames(made).items():
            insert(con, table, rows)
    write_journal(store, journal)
    publish(store)
    return store


def _recording(subject: str, nights: int) -> StoredRecording:
    from_us, _ = noon_to_noon(FIRST, ZONE)
    return StoredRecording(
        sha256=hashlib.sha256(subject.encode()).hexdigest(),
        path=Path(f"simulated/{subject}.cwa"),
        subject=subject,
        site="ankle",
        side="left",
        zone=ZONE,
        zone_source="user",
        format="simulated",
        device_maker="",
        device_model="",
        device_serial="",
        first_us=from_us,
        last_us=from_us + nights * 24 * HOUR_US,
        n_samples=0,
        rate_hz_nominal=None,
        rate_hz_true=None,
        lsb_g=None,
        unit="g",
        bad_blocks=0,
        restarts=0,
        instants_known=True,
        quality={},
        warnings=(),
        stages=(),
        night_dates=tuple(FIRST + timedelta(days=k) for k in range(nights)),
    )


def _nights(known: StoredRecording, rng: random.Random) -> Iterator[tuple[Night, int]]:
    """Each night with how many cups there were on its day."""
    level, habit = MEDIAN_INDEX * math.exp(rng.gauss(0, LEVEL_SD)), rng.random()
    for day in known.night_dates:
        cups = rng.choice((1, 2)) if rng.random() < habit else 0
        hours = min(max(rng.gauss(7.0, 0.8), 4.5), 9.0)
        mean = level * (COFFEE if cups else 1.0) * hours
        n_plms = round(rng.gammavariate(mean / DISPERSION, DISPERSION))
        yield _night(known, day, hours, n_plms), cups


def _night(known: StoredRecording, day: date, hours: float, n_plms: int) -> Night:
    in_bed_us = noon_to_noon(day, ZONE)[0] + 10 * HOUR_US
    onset_us = in_bed_us + HOUR_US // 4
    wake_us = onset_us + round(hours * HOUR_US)
    index = n_plms / hours
    is_high = index > THRESHOLD
    criterion = Criterion(INDEX_CRITERION, "met" if is_high else "not met", index, THRESHOLD, "more than 15")
    measures = Measures(n_plms=n_plms, plms_index=index, wake_h=0.25)
    plain = Night(
        subject=known.subject,
        night_date=day,
        zone=ZONE,
        recordings=(known.sha256,),
        site="ankle",
        legs="left",
        recorded_from_us=in_bed_us,
        recorded_to_us=wake_us,
        recorded_h=hours + 0.25,
        recorded_share=1.0,
        unworn_h=0.0,
        short_gaps_per_h=0.0,
        longest_gap_s=0.0,
        sleep_source="accelerometer",
        in_bed_us=in_bed_us,
        sleep_onset_us=onset_us,
        onset_sd_min=None,
        wake_us=wake_us,
        tst_h=hours,
        waso_min=0.0,
        sleep_efficiency=hours / (hours + 0.25),
        blind_below_mg=None,
        tier="A",
        assessable=True,
        not_assessable_reason=None,
        n_hypnic_jerks=0,
        bouts=(Bout(onset_us, wake_us, "sleep"),),
        movements=(),
        scores=(),
        criteria_hash="simulated",
        version=__version__,
    )
    flag = Flag("possible_plmd", is_high, (criterion,), f"PLMS per hour of sleep {index:.1f}")
    score = Score("wasm2016", "simulated", measures, events=(), series=(), flags=(flag,))
    return replace(plain, scores=(score,))


def main() -> None:
    """Make the database that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", type=Path)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--nights", type=int, default=NIGHTS)
    given = parser.parse_args()
    if given.database.exists():
        parser.exit(2, f"{given.database} is there already\n")
    print(f"{given.people} people, {given.nights} nights each: {make(given.database, given.people, given.nights).path}")


if __name__ == "__main__":
    main()
