"""Which files of a folder may be recordings, by their names alone: the same for folders on disk and in archives.

What is hidden, half-copied, our own, or a document by its name is passed over in silence, but for the table that
`simulate` writes beside its recordings, and a journal. So is what only belongs to a
recording beside it, see `ingest.archives.companion_files`. Everything else is opened and judged by its content.
"""

from __future__ import annotations

#: Endings under which browsers, sync programs and copying tools keep what is not complete yet.
UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".filepart", ".tmp", ".temp", ".swp", "~")
#: Ours, or kept beside recordings for people and programs. Suffixes that some device writes are not here.
NOT_RECORDINGS = (
    *(".duckdb", ".wal", ".toml", ".md", ".rst", ".pdf", ".html", ".htm", ".json", ".yaml", ".yml", ".log"),
    *(".py", ".pyc", ".sh", ".r", ".ipynb", ".png", ".jpg", ".jpeg", ".svg", ".gif"),
)
#: What `simulate` knows about the recordings beside it.
TRUTH = "truth.csv"
#: The name under which people keep the sleep journal, as its template is shown.
JOURNAL = "journal.csv"
_NO_RECORDINGS = {
    TRUTH: "what simulate knows about the recordings beside it, and no recording",
    JOURNAL: "the sleep journal by its name, and no recording: nightkick journal import takes it",
}


def why_passed_over(name: str) -> str | None:
    """Why a table that a person may take for a recording is none by its name; None for everything else."""
    return _NO_RECORDINGS.get(name.lower())


def is_candidate(name: str) -> bool:
    """Whether a file with this name may be a recording, as far as the name alone tells."""
    lower = name.lower()
    return (
        lower not in _NO_RECORDINGS
        and not lower.startswith((".", "~"))
        and not lower.endswith(UNFINISHED + NOT_RECORDINGS)
    )
