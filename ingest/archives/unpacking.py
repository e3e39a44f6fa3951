"""Packed bytes become files, within limits.

An archive may claim anything of itself, so nothing is believed: bytes, files, depth and time are counted as they
come. Names inside an archive never become paths; a file is called by `safe_name`.
"""

from __future__ import annotations

import gzip
import re
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ingest.archives.companion_files import recognised
from ingest.archives.zips import MOST_MEMBERS, Member, opened
from ingest.errors import DamagedRecordingError
from ingest.input_file import open_plain, unreadable
from ingest.losses import CUT_SHORT, DAMAGED_INSIDE

#: More than the memory of the largest device, and the limit of one member of a zip (`ingest.archives.zips.content`).
MOST_BYTES_OF_ONE = 4 << 30
#: Everything that is unpacked of one archive and of those inside it; years of nights.
MOST_BYTES = 256 << 30
#: Sensor noise keeps recordings below 10:1 and text of an idle sensor below 100:1; a bomb needs more.
MOST_RATIO = 200
#: Below this size a high ratio is harmless.
RATIO_FREE_BYTES = 64 << 20
#: In all levels together. An account's whole life of watch files has fewer in one export; a folder may have more.
MOST_FILES = MOST_MEMBERS
#: Of unpacking alone: at 50 MB/s the largest archive takes less.
MOST_SECONDS = 7200.0

_CHUNK_BYTES = 1 << 20
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
_TRUST = "unpack it yourself if you trust it, and import what is inside"


class LimitError(Exception):
    """An archive holds more than recordings would; the message says of what."""


@dataclass(slots=True)
class UnpackingBudget:
    """What may still be unpacked of one archive, those inside it included."""

    packed_bytes: int
    unpacked_bytes: int = 0
    n_files: int = 0
    seconds: float = 0.0
    _since: float = field(default=0.0, init=False, repr=False)

    def files(self, n: int) -> None:
        """Count files that the archive names."""
        self.n_files += n
        if self.n_files > MOST_FILES:
            raise LimitError(f"it holds more than {MOST_FILES:,} files")

    def bytes(self, n: int) -> None:
        """Count bytes that were unpacked."""
        self.unpacked_bytes += n
        much = self.unpacked_bytes > RATIO_FREE_BYTES and self.unpacked_bytes > MOST_RATIO * self.packed_bytes
        if much or self.unpacked_bytes > MOST_BYTES:
            raise LimitError(
                f"its {self.packed_bytes:,} bytes unpack to more than {self.unpacked_bytes:,},"
                " which no archive of recordings does"
            )
        if self.seconds + time.monotonic() - self._since > MOST_SECONDS:
            raise LimitError(f"unpacking it took more than {MOST_SECONDS / 60:g} minutes")

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time of the block."""
        self._since = time.monotonic()
        try:
            yield
        finally:
            self.seconds += time.monotonic() - self._since


def refusal(limit: LimitError, path: Path) -> DamagedRecordingError:
    """The error for an archive that reached a limit."""
    return DamagedRecordingError(f"unpacking stopped: {limit}", path=path, hint=_TRUST)


def safe_name(name: str) -> str:
    """A file name for what an archive calls ``name``: its maker's if it is one, else ours with its suffix.

    Readers decide by content; they look at a bundle's names, and their errors at suffixes.
    """
    base = PurePosixPath(name).name
    suffix = PurePosixPath(base.lower()).suffix
    return recognised(base) or ("recording" + (suffix if _SUFFIX.fullmatch(suffix) else ""))


def unzip(archive: Path, member: Member, target: Path, budget: UnpackingBudget) -> str:
    """Write a member of a zip to ``target``.

    Parameters
    ----------
    target : Path
        A new file; none may be there.
    budget : UnpackingBudget
        Of the outermost archive; what is unpacked counts against it.

    Returns
    -------
    str
        What was damaged: then ``target`` holds what came before. Empty where nothing was.

    Raises
    ------
    UnsupportedRecordingError, UnreadableFileError, DamagedRecordingError
        It is encrypted or packed in an unusual way; the bytes cannot be had or written; it is larger than a recording.
    LimitError
        The archive as a whole is.
    """
    with budget.running(), opened(archive, member) as cursor, target.open("xb") as file:
        while piece := cursor.take_summed(_CHUNK_BYTES):
            file.write(piece)
            budget.bytes(len(piece))
        return cursor.check()


def _refuse_bomb(unpacked_bytes: int, packed_bytes: int) -> None:
    """By what was read so far: a bomb of zeros is one from its start, and would write 200 times its size."""
    if unpacked_bytes > RATIO_FREE_BYTES and unpacked_bytes > MOST_RATIO * packed_bytes:
        raise LimitError(f"its first {packed_bytes:,} bytes unpack to {unpacked_bytes:,}, which no recording's do")


def gunzip(packed: Path, target: Path, budget: UnpackingBudget) -> str:
    """Write what a gzip file holds to ``target``; returns and raises what `unzip` does.

    Parameters
    ----------
    packed, target : Path
        The gzip file, and a new file for its content; none may be there.
    budget : UnpackingBudget
        Of the outermost archive; what is unpacked counts against it.
    """
    try:
        with (
            budget.running(),
            open_plain(packed) as raw,
            gzip.GzipFile(fileobj=raw) as source,
            target.open("xb") as file,
        ):
            # read1: a larger read would lose what was unpacked before a break.
            while piece := source.read1(_CHUNK_BYTES):
                file.write(piece)
                budget.bytes(len(piece))
                _refuse_bomb(file.tell(), raw.tell())
                if file.tell() > MOST_BYTES_OF_ONE:
                    raise DamagedRecordingError(
                        f"unpacks to more than {MOST_BYTES_OF_ONE:,} bytes, which no recording does",
                        path=packed,
                        hint=_TRUST,
                    )
    except EOFError:
        return CUT_SHORT
    except (gzip.BadGzipFile, zlib.error):
        return DAMAGED_INSIDE
    except OSError as error:
        raise unreadable(packed, error) from error
    return ""
