"""One module or package a format; each offers ``claims(head, path)`` and ``read(path)``. See `ingest.recognising`."""
