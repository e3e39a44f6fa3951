"""The store: recordings, nights and what people said about them, in one DuckDB file with raw samples beside it.

Connections are short, writes are one transaction each, and every failure is a `StoreError`. Nothing outside this
package knows DuckDB.
"""

from analytics.store.backup import Backup, back_up, restore, set_aside
from analytics.store.check import Finding, check, damaged_nights, lost_samples
from analytics.store.connection import Store, snapshot
from analytics.store.forget import Doomed, Wish, find_doomed, foreign_tables, forget, known_subjects
from analytics.store.inbox import SeenFile, SeenFiles, remember_files, seen_files
from analytics.store.journal import journal_of, write_journal
from analytics.store.migrate import initialise
from analytics.store.nights import load_night
from analytics.store.notices import NO_DATA, Notice, mark_told, untold
from analytics.store.pruning import prunable, prune, pruned, said_of_pruned
from analytics.store.publish import publish
from analytics.store.query import query
from analytics.store.read import (
    NightKey,
    default_ruleset,
    find_recording,
    frames,
    keys_of,
    nights_to_analyse,
    recordings_of_night,
    set_default_ruleset,
    stored_hashes,
)
from analytics.store.recordings import StoredRecording, stored_recording
from analytics.store.removing import finish_removing
from analytics.store.repair import remove_orphans, tidy
from analytics.store.reviews import reviews_of, write_review
from analytics.store.samples import check_samples, load_samples, samples_path, scratch, stage_samples
from analytics.store.write import Attempt, record_attempts, save, save_nights

__all__ = [
    "NO_DATA",
    "Attempt",
    "Backup",
    "Doomed",
    "Finding",
    "NightKey",
    "Notice",
    "SeenFile",
    "SeenFiles",
    "Store",
    "StoredRecording",
    "Wish",
    "back_up",
    "check",
    "check_samples",
    "damaged_nights",
    "default_ruleset",
    "find_doomed",
    "find_recording",
    "finish_removing",
    "foreign_tables",
    "forget",
    "frames",
    "initialise",
    "journal_of",
    "keys_of",
    "known_subjects",
    "load_night",
    "load_samples",
    "lost_samples",
    "mark_told",
    "nights_to_analyse",
    "prunable",
    "prune",
    "pruned",
    "publish",
    "query",
    "record_attempts",
    "recordings_of_night",
    "remember_files",
    "remove_orphans",
    "restore",
    "reviews_of",
    "said_of_pruned",
    "samples_path",
    "save",
    "save_nights",
    "scratch",
    "seen_files",
    "set_aside",
    "set_default_ruleset",
    "snapshot",
    "stage_samples",
    "stored_hashes",
    "stored_recording",
    "tidy",
    "untold",
    "write_journal",
    "write_review",
]
