"""Archives of one small night, and what comes out of them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from ingest.archives.reading import Unpacked, is_archive, unpacked
from ingest.errors import IngestError
from tests.ingest.table_files import document

NIGHT = document(60).encode()


def zipped(*contents: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in contents:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return packed.getvalue()


def saved(folder: Path, content: bytes, name: str = "a.zip") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def taken(path: Path, scratch: Path) -> tuple[dict[str, bytes], list[IngestError]]:
    """What came out, by the way inside, and what did not."""
    found, errors = {}, []
    assert is_archive(path)
    for item in unpacked(path, scratch):
        if isinstance(item, Unpacked):
            found[str(item.shown.relative_to(path))] = item.file.read_bytes()
            assert item.file.is_relative_to(scratch)
        else:
            errors.append(item)
    assert list(scratch.iterdir()) == []
    return found, errors
