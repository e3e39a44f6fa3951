"""What devices and apps write into a folder, made small: for the tests of their readers and of bundles."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

#: 2024-03-12T22:15:00Z
EVENING_US = 1_710_281_700_000_000
G_M_S2 = 9.80665


def noise(n: int, seed: int = 1, scale: float = 0.01) -> NDArray[np.float64]:
    """A sensor at rest in g, z up."""
    values: NDArray[np.float64] = np.random.default_rng(seed).normal(scale=scale, size=(n, 3))
    values[:, 2] += 1.0
    return values


def table(path: Path, header: str, rows: Sequence[Sequence[object]], separator: str = ",") -> Path:
    """A delimited file; numbers as Python writes them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [separator.join(map(str, row)) for row in rows]
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return path


def empatica(folder: Path, n: int = 400, *, start_s: float = EVENING_US / 1e6, seed: int = 1) -> Path:
    """A session of an E4: returns its ``ACC.csv``."""
    counts = np.rint(noise(n, seed, 0.02) * 64).astype(int)
    start = f"{start_s:.6f}"
    header = f"{start}, {start}, {start}\n32.000000, 32.000000, 32.000000"
    table(folder / "ACC.csv", header, counts.tolist())
    for name in ("BVP", "EDA", "HR", "TEMP"):
        table(folder / f"{name}.csv", f"{start}\n4.000000", [[0.1 * i] for i in range(50)])
    table(folder / "IBI.csv", f"{start}, IBI", [[1.5, 0.8], [2.3, 0.9]])
    (folder / "tags.csv").touch()
    (folder / "info.txt").write_text("ACC.csv\nData from 3-axis accelerometer sensor.\n")
    return folder / "ACC.csv"


def ns(n: int, rate_hz: float = 100.0, start_us: int = EVENING_US) -> NDArray[np.int64]:
    """Nanoseconds of an even clock."""
    return np.asarray(start_us * 1000 + np.rint(np.arange(n) * 1e9 / rate_hz).astype(np.int64))


def logger_file(path: Path, times_ns: NDArray[np.int64], xyz: NDArray[np.float64]) -> Path:
    """A file of Sensor Logger with ``z,y,x``."""
    elapsed = (times_ns - times_ns[0]) / 1e9 - 0.01
    rows = [[t, e, z, y, x] for t, e, (x, y, z) in zip(times_ns.tolist(), elapsed.tolist(), xyz.tolist(), strict=True)]
    return table(path, "time,seconds_elapsed,z,y,x", rows)


def logger_metadata(folder: Path, platform: str = "ios") -> Path:
    """``Metadata.csv``."""
    names = "version,device name,recording epoch time,recording time,recording timezone,platform,appVersion,device id"
    row = ["3", "My phone", "1710281700000", "2024-03-12_22-15-00", "Europe/Zurich", platform, "1.59", "abc-1"]
    return table(
        folder / "Metadata.csv", f"{names},sensors,sampleRateMs,standardisation", [[*row, "A|B", "10|10", "false"]]
    )


def logger_android(folder: Path, n: int = 600, seed: int = 1) -> Path:
    """A recording of an Android telephone: returns its main file."""
    xyz = noise(n, seed)
    down = np.array([0.0, 0.0, 1.0])
    logger_file(folder / "TotalAcceleration.csv", ns(n), xyz * G_M_S2)
    logger_file(folder / "Accelerometer.csv", ns(n), (xyz - down) * G_M_S2)
    logger_file(folder / "Gravity.csv", ns(n), np.tile(down, (n, 1)) * G_M_S2)
    logger_file(folder / "Gyroscope.csv", ns(n), noise(n, seed + 1))
    table(folder / "Annotation.csv", "time,seconds_elapsed,text,millisecond_press_duration", [])
    logger_metadata(folder, "android")
    return folder / "TotalAcceleration.csv"


def logger_ios(folder: Path, n: int = 600, *, late_ns: int = 0, seed: int = 1) -> Path:
    """A recording of an iPhone; gravity stamps come ``late_ns`` later."""
    angle = np.linspace(0, 1, n)
    gravity = np.stack([np.sin(angle), np.zeros(n), -np.cos(angle)], axis=1)
    logger_file(folder / "Accelerometer.csv", ns(n), (noise(n, seed) - np.array([0.0, 0.0, 1.0])) * G_M_S2)
    logger_file(folder / "Gravity.csv", ns(n) + late_ns, gravity * G_M_S2)
    logger_file(folder / "Gyroscope.csv", ns(n), noise(n, seed + 1))
    logger_metadata(folder)
    return folder / "Accelerometer.csv"


def phyphox(
    folder: Path,
    seconds: NDArray[np.float64],
    xyz: NDArray[np.float64],
    *,
    separator: str = ",",
    comma: bool = False,
    kind: str = "Acceleration",
    events: list[tuple[str, float, float]] | None = None,
) -> Path:
    """An export of phyphox with ``meta``, unless ``events`` is empty."""

    def number(value: float) -> str:
        return f"{value:.9E}".replace(".", "," if comma else ".")

    names = ["Time (s)", *(f"{kind} {axis} (m/s^2)" for axis in "xyz"), "Absolute acceleration (m/s^2)"]
    both = np.column_stack([seconds, xyz * G_M_S2, np.linalg.norm(xyz * G_M_S2, axis=1)])
    rows = [[number(value) for value in row] for row in both.tolist()]
    main = table(folder / "Raw Data.csv", separator.join(f'"{name}"' for name in names), rows, separator)
    events = [("START", 0.0, EVENING_US / 1e6)] if events is None else events
    if events:
        quoted = [
            [
                f'"{e}"',
                number(at),
                f"{now:.3f}".replace(".", "," if comma else "."),
                '"2024-03-12 23:15:00.000 UTC+01:00"',
            ]
            for e, at, now in events
        ]
        head = separator.join(f'"{name}"' for name in ("event", "experiment time", "system time", "system time text"))
        table(folder / "meta" / "time.csv", head, quoted, separator)
        device = [['"deviceModel"', '"Pixel 6a"'], ['"deviceManufacturer"', '"Google"']]
        table(folder / "meta" / "device.csv", separator.join(('"property"', '"value"')), device, separator)
    return main


def zip_of(target: Path, *folders: Path, method: int = zipfile.ZIP_DEFLATED) -> Path:
    """A zip of everything below some folders, by the folder's own names."""
    with zipfile.ZipFile(target, "w", method) as archive:
        for folder in folders:
            for file in sorted(folder.rglob("*")):
                archive.write(file, file.relative_to(folder.parent))
    return target
