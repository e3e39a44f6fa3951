"""Parquet tables, `.parquet`."""

from ingest.formats.parquet.reader import claims, read

__all__ = ["claims", "read"]
