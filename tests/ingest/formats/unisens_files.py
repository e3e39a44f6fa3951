"""A small writer of Unisens folders as movisens sensors lay them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from ingest.formats.unisens import reader as unisens
from ingest.recording import Decoded

EVENING_US = 1_772_922_600_123_000  # 2026-03-07T22:30:00.123
START = "2026-03-07T22:30:00.123"
STEP_G = 0.00048828125
TYPES = {
    "double": "f8",
    "float": "f4",
    **{f"int{bits}": f"i{bits // 8}" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": f"u{bits // 8}" for bits in (8, 16, 32, 64)},
}
NOTES = {"sensorType": "Move4", "sensorSerialNumber": "04711", "sensorLocation": "right_ankle", "personId": "P1"}
SIGNAL = {
    "id": "acc.bin",
    "contentClass": "acc",
    "dataType": "int16",
    "lsbValue": str(STEP_G),
    "sampleRate": "64",
    "unit": "g",
    "adcResolution": "16",
}


def element(name: str, attributes: Mapping[str, str], inside: str = "") -> str:
    written = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{written}>{inside}</{name}>"


def signal_entry(
    attributes: Mapping[str, str] = SIGNAL,
    channels: tuple[str, ...] = ("accX", "accY", "accZ"),
    order: str = "LITTLE",
    form: str = "binFileFormat",
) -> str:
    named = "".join(element("channel", {"name": channel}) for channel in channels)
    return element("signalEntry", attributes, element(form, {"endianess": order} if order else {}) + named)


OTHERS = (
    signal_entry({**SIGNAL, "id": "press.bin", "contentClass": "press"}, ("press",)),
    element("eventEntry", {"id": "marker.csv", "sampleRate": "64"}),
)


@dataclass(frozen=True)
class Measurement:
    """The document; None leaves an attribute out."""

    entries: tuple[str, ...] = (OTHERS[0], signal_entry(), OTHERS[1])
    notes: Mapping[str, str] = field(default_factory=lambda: NOTES)
    start: str | None = START
    duration: str | None = None
    root: str = "unisens"
    prolog: str = '<?xml version="1.0" encoding="UTF-8"?>\n'

    def document(self) -> str:
        attributes = {"xmlns": "http://www.unisens.org/unisens2.0", "measurementId": "M 1", "version": "2.0"}
        if ":" in self.root:
            attributes["xmlns:" + self.root.split(":")[0]] = attributes.pop("xmlns")
        if self.start is not None:
            attributes["timestampStart"] = self.start
        if self.duration is not None:
            attributes["duration"] = self.duration
        notes = "".join(element("customAttribute", {"key": k, "value": v}) for k, v in self.notes.items())
        inside = element("customAttributes", {}, notes) + "\n".join(self.entries)
        return self.prolog + element(self.root, attributes, inside)

    def write(self, folder: Path, numbers: NDArray[np.generic], *, order: str = "<", name: str = "acc.bin") -> Path:
        """The folder with `numbers`, shape (n, channels), of the type that the document names."""
        (folder / name).write_bytes(numbers.astype(numbers.dtype.newbyteorder("<" if order == "<" else ">")).tobytes())
        path = folder / "unisens.xml"
        path.write_text(self.document(), encoding="utf-8")
        return path


@dataclass(frozen=True)
class Read:
    """All samples of a folder, in g."""

    decoded: Decoded
    time_us: NDArray[np.int64]
    xyz_g: NDArray[np.float64]

    @property
    def problems(self) -> tuple[str, ...]:
        """What was wrong, without the sentence that is said of every folder."""
        return tuple(problem for problem in self.decoded.problems if "no clock but its start" not in problem)


def read(path: Path) -> Read:
    decoded = unisens.read(path)
    blocks = list(decoded.blocks())
    xyz_g = np.concatenate([block.values.astype(np.float64) * block.g_per_value for block in blocks])
    return Read(decoded, np.concatenate([block.time_us for block in blocks]), xyz_g)


def still(n: int, seed: int = 0) -> NDArray[np.int16]:
    """A sensor that lies still: gravity on z, and noise that makes every sample its own."""
    noise = np.random.default_rng(seed).integers(-40, 40, (n, 3))
    return np.asarray(noise + np.array([0, 0, 2048]), np.int16)
