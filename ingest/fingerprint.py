"""Which recording a file is: the SHA-256 of its bytes, whatever it is called and wherever it lies.

The same bytes twice are one recording; that is all that makes an import repeatable. What is taken out of an archive
(`ingest.archives.reading`) has the hash of its own bytes, so that a zip and its unpacked files are one. A file and a
gzipped copy that is read as it is differ in their bytes and so are two recordings: hashing what they decode to would
call two exports of one night the same although they round differently, and could not be checked with `sha256sum`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from ingest.input_file import check_filled, open_plain, unreadable


def sha256_of(path: Path) -> str:
    """SHA-256 of the content as 64 lower-case hex digits, read as a stream.

    Raises
    ------
    UnreadableFileError
        The system would not let it be read to the end.
    EmptyFileError
        A large file of hardly anything but zeros: hashing it would take minutes.
    """
    check_filled(path)
    try:
        with open_plain(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error) from error


def sha256_of_all(main: Path, companions: Sequence[Path]) -> str:
    """The hash of a recording that lies in several files: of their hashes, the main one's first, then by name.

    Without companions it is that of the file itself.
    """
    if not companions:
        return sha256_of(main)
    files = (main, *sorted(companions, key=lambda path: path.name))
    return hashlib.sha256("".join(f"{sha256_of(file)}\n" for file in files).encode()).hexdigest()
