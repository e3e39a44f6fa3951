"""All that the package offers under its own name: `analytics.store` loads this when the first of it is asked for."""

from analytics.files.places import is_staged
from analytics.store.consistency import Finding, check, damaged_nights, lost_samples, refuse_damaged
from analytics.store.copies.backup import Backup, back_up, restore
from analytics.store.copies.kept import kept_databases
from analytics.store.database.connection import Store, snapshot
from analytics.store.database.migrate import initialise
from analytics.store.database.publish import publish, published_after
from analytics.store.edits.acting import (
    Acted,
    WantedEdit,
    free_acts,
    latest_act,
    redo,
    take_back,
    to_redo,
    to_take_back,
    write_edit,
)
from analytics.store.edits.entries import about_us, reviews_of
from analytics.store.forgetting import Doomed, Wish, find_doomed, foreign_tables, forget
from analytics.store.inbox import SeenFile, SeenFiles, remember_files, seen_files
from analytics.store.journal import (
    Change,
    changes_of,
    days_between,
    journal_of,
    save_day,
    unread_nights,
    whole_journal,
    write_journal,
)
from analytics.store.nights import load_night, load_nights
from analytics.store.notices import ASSUMED_ZONE, NO_DATA, Notice, mark_told, untold, unusable_before
from analytics.store.people import (
    AssignmentRow,
    assignment_rows,
    compared_with,
    describe,
    every_recording,
    note_compared,
    settle_people,
    write_assignments,
)
from analytics.store.pruning import prunable, prune, pruned, said_of_pruned
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
from analytics.store.recordings import StoredRecording, moved_to, stored_recording
from analytics.store.repair import bring_samples, clear_abandoned, discard_damaged, remove_orphans, tidy
from analytics.store.reviews import flag_reviews, write_review, write_reviews
from analytics.store.rules import remember_rules
from analytics.store.samples.handing import keep_samples, removable_samples
from analytics.store.samples.removing import finish_removing
from analytics.store.samples.staged import (
    check_samples,
    holds_samples,
    is_own,
    load_samples,
    recognise_samples,
    samples_path,
    scratch,
    stage_samples,
    staged_scale,
)
from analytics.store.speakers import overlaps_of
from analytics.store.statements.damaged_files import damaged_files
from analytics.store.statements.in_parts import movements_in_parts
from analytics.store.statements.own_questions import query
from analytics.store.statements.without_frames import known_subjects, people_of, row_dicts, row_table
from analytics.store.wanted import Outdated, Wanted, outdated, unscored, wanted_of
from analytics.store.windows import Around, Basis, Placed, around
from analytics.store.write import Attempt, record_attempts, save, save_nights

__all__ = [
    "ASSUMED_ZONE",
    "NO_DATA",
    "Acted",
    "Around",
    "AssignmentRow",
    "Attempt",
    "Backup",
    "Basis",
    "Change",
    "Doomed",
    "Finding",
    "NightKey",
    "Notice",
    "Outdated",
    "Placed",
    "SeenFile",
    "SeenFiles",
    "Store",
    "StoredRecording",
    "Wanted",
    "WantedEdit",
    "Wish",
    "about_us",
    "around",
    "assignment_rows",
    "back_up",
    "bring_samples",
    "changes_of",
    "check",
    "check_samples",
    "clear_abandoned",
    "compared_with",
    "damaged_files",
    "damaged_nights",
    "days_between",
    "default_ruleset",
    "describe",
    "discard_damaged",
    "every_recording",
    "find_doomed",
    "find_recording",
    "finish_removing",
    "flag_reviews",
    "foreign_tables",
    "forget",
    "frames",
    "free_acts",
    "holds_samples",
    "initialise",
    "is_own",
    "is_staged",
    "journal_of",
    "keep_samples",
    "kept_databases",
    "keys_of",
    "known_subjects",
    "latest_act",
    "load_night",
    "load_nights",
    "load_samples",
    "lost_samples",
    "mark_told",
    "moved_to",
    "movements_in_parts",
    "nights_to_analyse",
    "note_compared",
    "outdated",
    "overlaps_of",
    "people_of",
    "prunable",
    "prune",
    "pruned",
    "publish",
    "published_after",
    "query",
    "recognise_samples",
    "record_attempts",
    "recordings_of_night",
    "redo",
    "refuse_damaged",
    "remember_files",
    "remember_rules",
    "removable_samples",
    "remove_orphans",
    "restore",
    "reviews_of",
    "row_dicts",
    "row_table",
    "said_of_pruned",
    "samples_path",
    "save",
    "save_day",
    "save_nights",
    "scratch",
    "seen_files",
    "set_default_ruleset",
    "settle_people",
    "snapshot",
    "stage_samples",
    "staged_scale",
    "stored_hashes",
    "stored_recording",
    "take_back",
    "tidy",
    "to_redo",
    "to_take_back",
    "unread_nights",
    "unscored",
    "untold",
    "unusable_before",
    "wanted_of",
    "whole_journal",
    "write_assignments",
    "write_edit",
    "write_journal",
    "write_review",
    "write_reviews",
]
