"""Recordings of Parmay Matrix bands (``.bin``): see `reader`."""

from ingest.formats.matrix.reader import claims, read

__all__ = ["claims", "read"]
