"""What a report tells: stored nights of one person, what was said of them, and under which rules.

Reads the database for the report. Names of files are left out and serial numbers are masked: a
report goes to other people.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from analytics.report.night import About, ReportNight, masked, nights_asked, read_nights
from analytics.report.summed_up import Summary, read_summary
from analytics.said import JournalEntry
from analytics.store import Store, days_between, default_ruleset, flag_reviews, people_of, query, reviews_of

_SENSORS = """
SELECT n.night_date, device, serial, format, r.site, side, rate_hz_true, tz, tz_source, warnings, c.stays, c.behind_s,
    c.drift_ppm, c.confidence
FROM (
    SELECT subject, night_date, unnest(recordings) AS sha256
    FROM night WHERE subject = ? AND night_date BETWEEN ? AND ?
) n
JOIN recordings r USING (sha256)
LEFT JOIN sensor_clocks c ON c.subject = n.subject AND c.night_date = n.night_date AND c.recording = n.sha256
ORDER BY side, first_at, sha256
"""


@dataclass(frozen=True, slots=True)
class Report:
    """Nights of one person, by date; at least one."""

    subject: str
    ruleset: str
    nights: tuple[ReportNight, ...]
    journal: tuple[JournalEntry, ...]
    about: About
    summary: Summary


def read_report(store: Store, first: date, last: date, *, subject: str | None, about: About) -> Report:
    """Read the nights from one evening to another, both included.

    Parameters
    ----------
    first, last : date
        Of the evenings.
    subject : str or None
        None: the one person who has nights then.

    Raises
    ------
    UsageError
        There are none, or several people have some and ``subject`` does not say whose.
    """
    person, dates = nights_asked(store, first, last, subject)
    ruleset = default_ruleset(store)
    journal = days_between(store, person, first, last)
    reviews, on_flags = reviews_of(store, person), flag_reviews(store, person)
    who = people_of(store).get(person)
    sensors = query(store, _SENSORS, [person, first, last]).to_dicts()
    nights = read_nights(store, person, dates, ruleset, reviews, about)
    nights = [
        replace(
            one,
            flag_reviews=on_flags.get(day, {}),
            sensors=tuple(s | {"serial": masked(s["serial"])} for s in sensors if s["night_date"] == day),
            journal=tuple(entry for entry in journal if entry.day == day),
            person=who,
        )
        for day, one in zip(dates, nights, strict=True)
    ]
    summary = read_summary(store, first, last, subject=person, about=about)
    return Report(person, ruleset, tuple(nights), journal, about, summary)
