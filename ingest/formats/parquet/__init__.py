"""Parquet tables, `.parquet`."""

from ingest.formats.parquet.reader import claims, names_in, read

__all__ = ["claims", "names_in", "read"]
