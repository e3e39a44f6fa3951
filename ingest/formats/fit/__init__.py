"""FIT: raw acceleration, and what a watch says of sleep and heart; numpy for most messages, fitparse for the rest."""

from ingest.formats.fit.reader import claims, read

__all__ = ["claims", "read"]
