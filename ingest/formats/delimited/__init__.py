"""Text tables with a time column and three axes."""

from ingest.formats.delimited.reader import claims, read

__all__ = ["claims", "read"]
