"""The raw CSV that ActiGraph's ActiLife writes."""

from ingest.formats.actilife.reader import claims, read

__all__ = ["claims", "read"]
