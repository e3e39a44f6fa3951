"""FIT with raw acceleration, through fitparse."""

from ingest.formats.fit.reader import claims, read

__all__ = ["claims", "read"]
