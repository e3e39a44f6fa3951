"""Part of nightkick. A file becomes a `Recording`: who recorded what, when, and how well; no database, no thresholds.

Everything that the layers above may use is named here; the rest of the package is private to it, except the
shared types in `ingest.recording`, the time arithmetic in `ingest.clock` and the hash in `ingest.fingerprint`.
Importing this costs the errors alone, numpy comes with the first other name, and each reader when a file needs it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from ingest.errors import (
    DamagedRecordingError,
    DatabaseBusyError,
    DatabaseNewerError,
    DatabaseOlderError,
    DatabaseUnreadableError,
    EmptyFileError,
    GravityRemovedError,
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

if TYPE_CHECKING:
    from ingest.inspection import describe
    from ingest.mapping import TableMapping
    from ingest.reading import Declared, read_recording
    from ingest.recording import Recording

__all__ = [
    "DamagedRecordingError",
    "DatabaseBusyError",
    "DatabaseNewerError",
    "DatabaseOlderError",
    "DatabaseUnreadableError",
    "Declared",
    "EmptyFileError",
    "GravityRemovedError",
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

if not TYPE_CHECKING:
    _HOMES = {
        "describe": "inspection",
        "TableMapping": "mapping",
        "Declared": "reading",
        "read_recording": "reading",
        "Recording": "recording",
    }

    def __getattr__(name):
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
