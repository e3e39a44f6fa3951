"""The store: recordings, nights and what people said about them, in one DuckDB file with raw samples beside it.

Connections are short, writes are one transaction each, and every failure is a `StoreError`. Nothing outside this
package knows DuckDB.
"""

from analytics.store.check import Finding, check
from analytics.store.connection import Store
from analytics.store.inbox import SeenFile, SeenFiles, remember_files, seen_files
from analytics.store.journal import journal_of, write_journal
from analytics.store.migrate import initialise
from analytics.store.notices import NO_DATA, Notice, mark_told, untold
from analytics.store.publish import publish
from analytics.store.query import query
from analytics.store.read import (
    NightKey,
    default_ruleset,
    find_recording,
    nights_to_analyse,
    recordings_of_night,
    set_default_ruleset,
    stored_hashes,
)
from analytics.store.recordings import StoredRecording, stored_recording
from analytics.store.samples import check_samples, load_samples, scratch, stage_samples
from analytics.store.write import Attempt, record_attempts, save, save_nights

__all__ = [
    "NO_DATA",
    "Attempt",
    "Finding",
    "NightKey",
    "Notice",
    "SeenFile",
    "SeenFiles",
    "Store",
    "StoredRecording",
    "check",
    "check_samples",
    "default_ruleset",
    "find_recording",
    "initialise",
    "journal_of",
    "load_samples",
    "mark_told",
    "nights_to_analyse",
    "publish",
    "query",
    "record_attempts",
    "recordings_of_night",
    "remember_files",
    "save",
    "save_nights",
    "scratch",
    "seen_files",
    "set_default_ruleset",
    "stage_samples",
    "stored_hashes",
    "stored_recording",
    "untold",
    "write_journal",
]
