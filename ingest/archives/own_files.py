"""Files that nightkick itself writes, by which they are told from recordings: they name no wearer and no device."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ingest.errors import UnsupportedRecordingError

#: What a backup holds beside samples.
DATABASE, MANIFEST = "database.duckdb", "manifest.json"
#: In the metadata of samples that lie beside a database: what one of their whole numbers is in g.
G_PER_VALUE = "g_per_value"
#: Beside it, the content of the file that they came from.
SHA256 = "sha256"

_FROM_THE_DEVICE = "import the file that came from the device; nightkick restore brings back a backup"


def refuse_backup(names: Collection[str]) -> None:
    """Refuse an archive with these members if it is a backup: people who were forgotten since would come back by it.

    Raises
    ------
    UnsupportedRecordingError
    """
    if {DATABASE, MANIFEST} <= set(names):
        raise UnsupportedRecordingError(
            "a backup that nightkick made, no recording", hint="bring it back with nightkick restore"
        )


def refuse_samples(metadata: Mapping[str, str]) -> None:
    """Refuse a Parquet file with this metadata if it is one that lies beside a database.

    Raises
    ------
    UnsupportedRecordingError
    """
    if G_PER_VALUE in metadata and SHA256 in metadata:
        raise UnsupportedRecordingError("samples that nightkick keeps, no recording of a device", hint=_FROM_THE_DEVICE)
