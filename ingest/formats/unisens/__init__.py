"""Folders of movisens sensors (Unisens): see `reader`."""

from ingest.formats.unisens.reader import claims, read

__all__ = ["claims", "read"]
