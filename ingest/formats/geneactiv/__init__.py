"""GENEActiv, `.bin` and the raw CSV that the maker's software exports, plain or gzipped."""

from ingest.formats.geneactiv.reader import claims, read

__all__ = ["claims", "read"]
