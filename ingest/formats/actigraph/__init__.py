"""ActiGraph `.gt3x`, both versions."""

from ingest.formats.actigraph.reader import claims, read

__all__ = ["claims", "read"]
