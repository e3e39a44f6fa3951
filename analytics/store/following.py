"""What reviewers said follows a recording that turns out to be another person's, or of another date.

A verdict on a movement belongs to the recording that shows it, and goes with it. One on a whole night, and an excluded
span, go once no recording is left in that night: while another leg is there, it is still what was judged.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from analytics.store.read import NightKey
from analytics.store.recordings import StoredRecording
from analytics.store.windows import Placed


def follow(
    con: duckdb.DuckDBPyConnection, recording: StoredRecording, before: Sequence[NightKey], placed: Placed
) -> None:
    """Bring the reviews of nights in which a recording lay before to those in which it lies now.

    Parameters
    ----------
    con : DuckDBPyConnection
        Inside the transaction that moved the recording.
    before : sequence of NightKey
        Nights in which it lay before.
    placed : Placed
        Where nights begin and end now.
    """
    for key in before:
        stays = key[0] == recording.subject and key[1] in recording.night_dates
        if stays and key not in placed.windows:
            continue
        _with_movements(con, recording, key, placed)
        if stays:
            continue
        left = con.execute("SELECT 1 FROM recording_night WHERE subject = ? AND night_date = ?", list(key)).fetchall()
        if not left and recording.night_dates:
            _with_the_night(con, recording, key)


def _with_movements(con: duckdb.DuckDBPyConnection, recording: StoredRecording, key: NightKey, placed: Placed) -> None:
    where = "subject = ? AND night_date = ? AND recording = ? AND onset_at IS NOT NULL"
    found = con.execute(
        f"SELECT DISTINCT epoch_us(onset_at) FROM review_entry WHERE {where}", [*key, recording.sha256]
    ).fetchall()
    for (onset_us,) in found:
        night = placed.night_at(recording.subject, onset_us, recording.zone)
        if night in recording.night_dates and (recording.subject, night) != key:
            con.execute(
                f"UPDATE review_entry SET subject = ?, night_date = ? WHERE {where} AND epoch_us(onset_at) = ?",
                [recording.subject, night, *key, recording.sha256, onset_us],
            )


def _with_the_night(con: duckdb.DuckDBPyConnection, recording: StoredRecording, key: NightKey) -> None:
    nearest = min(recording.night_dates, key=lambda night: abs(night - key[1]))
    con.execute(
        "UPDATE review_entry SET subject = ?, night_date = ? WHERE subject = ? AND night_date = ? AND onset_at IS NULL",
        [recording.subject, nearest, *key],
    )
