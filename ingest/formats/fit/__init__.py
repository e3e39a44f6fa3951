"""FIT: raw acceleration, and what a watch says of sleep and heart; numpy for the many messages, fitparse for the few."""

from ingest.formats.fit.reader import claims, read

__all__ = ["claims", "read"]
