"""A file becomes a `Recording`: who recorded what, when, and how well. No database, no thresholds.

Everything that the layers above may use is named here; the rest of the package is private to it, except the
shared types in `ingest.recording`, the time arithmetic in `ingest.clock` and the hash in `ingest.fingerprint`.
Importing this costs numpy and nothing heavier: each reader is loaded when a file needs it.
"""

from ingest.errors import (
    DamagedRecordingError,
    DatabaseBusyError,
    DatabaseNewerError,
    DatabaseUnreadableError,
    EmptyFileError,
    IngestError,
    NightkickError,
    NoClockError,
    NoMovementError,
    QueryRefusedError,
    SamplesLostError,
    StaleAnalysisError,
    StoreError,
    UnknownFormatError,
    UnknownUnitError,
    UnreadableFileError,
    UnsupportedRecordingError,
    UsageError,
    WorkerLostError,
)
from ingest.inspection import describe
from ingest.mapping import TableMapping
from ingest.reading import Declared, read_recording
from ingest.recording import Recording

__all__ = [
    "DamagedRecordingError",
    "DatabaseBusyError",
    "DatabaseNewerError",
    "DatabaseUnreadableError",
    "Declared",
    "EmptyFileError",
    "IngestError",
    "NightkickError",
    "NoClockError",
    "NoMovementError",
    "QueryRefusedError",
    "Recording",
    "SamplesLostError",
    "StaleAnalysisError",
    "StoreError",
    "TableMapping",
    "UnknownFormatError",
    "UnknownUnitError",
    "UnreadableFileError",
    "UnsupportedRecordingError",
    "UsageError",
    "WorkerLostError",
    "describe",
    "read_recording",
]
