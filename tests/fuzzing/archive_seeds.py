"""The archives that are damaged: of one recording and of several, bundles, archives in archives, packed with gzip."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from functools import cache

from tests.fuzzing.containers import zipped
from tests.fuzzing.nights import Files, packed

Seeds = Mapping[str, Callable[[], bytes | Files]]


def archives(seeds: Seeds) -> dict[str, Callable[[], bytes]]:
    """Archives of some of the other seeds."""

    @cache
    def seed(name: str) -> Files:
        content = seeds[name]()
        return content if isinstance(content, dict) else {"recording": content}

    def file(name: str) -> bytes:
        return next(iter(seed(name).values()))

    def folder(name: str, within: str) -> Files:
        return {f"{within}/{inside}": content for inside, content in seed(name).items()}

    def several() -> Files:
        named = {"left/night.cwa": "axivity/ax6", "night.fit": "fit/compressed", "a night.csv": "delimited/utc"}
        return {**{inside: file(name) for inside, name in named.items()}, "read me.pdf": b"%PDF-1.7\n"}

    def bundles() -> Files:
        named = {"e4": "empatica/e4", "phone": "sensor_logger/ios", "physics": "phyphox/meta", "move": "unisens/folder"}
        return {inside: content for within, name in named.items() for inside, content in folder(name, within).items()}

    def nested() -> bytes:
        inner = zipped({"night.csv": file("delimited/unix"), "night.csv.gz": packed(file("delimited/local"))})
        return zipped({"export/first.zip": zipped({"deep.zip": inner}, stored=True), "b.fit": file("fit/compressed")})

    return {
        "archives/one.zip": lambda: zipped({"night.cwa": file("axivity/ax3"), "__MACOSX/._night.cwa": b"\0\5\x16\7"}),
        "archives/several.zip": lambda: zipped(several()),
        "archives/stored.zip": lambda: zipped(several(), stored=True),
        "archives/streamed.zip": lambda: _streamed(several()),
        "archives/bundles.zip": lambda: zipped(bundles()),
        "archives/nested.zip": nested,
        "archives/many.zip": lambda: zipped({f"{i}/a.csv": file("delimited/utc")[: 2000 + i] for i in range(10)}),
        "archives/fit.gz": lambda: packed(file("fit/calibrated")),
        "archives/gt3x.gz": lambda: packed(file("actigraph/12-bit")),
        "archives/zip.gz": lambda: packed(zipped({"night.csv": file("delimited/utc")})),
    }


class _Pipe(io.RawIOBase):
    """Takes bytes and cannot go back, so that sizes are written behind the members."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        self.written += data
        return len(data)


def _streamed(members: Files) -> bytes:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as file:
                file.write(content)
    return bytes(pipe.written)
