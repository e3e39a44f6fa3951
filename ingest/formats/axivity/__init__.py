"""Axivity AX3 and AX6, `.cwa` and `.cwa.gz`."""

from ingest.formats.axivity.reader import claims, read

__all__ = ["claims", "read"]
