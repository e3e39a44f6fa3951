"""Readers side by side: one process reads one file with one of them and says what that cost and what came out.

    python -m benchmarks.peers READER FILE [--peers FOLDER]

For `benchmarks.reading`, which starts such processes. What a reader costs counts from the end of its imports until
times and g of all samples have been there: as arrays where a reader makes those, block by block where it streams.
Each peer is asked for as little else as it allows. A few rows come out as well, so that a wrong reader shows.
"""

from __future__ import annotations

import argparse
import calendar
import json
import resource
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

#: One sample in so many is compared; a prime, so that it falls everywhere in a second.
COMPARED = 9_973
#: How `ingest.writers.fit` writes raw counts.
FIT_ZERO, FIT_COUNTS_PER_G = 32_768, 2048
NOT_THERE = 3

_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Result:
    """How many samples a reader found, and every `COMPARED`-th of them: seconds since 1970, x, y, z in g."""

    n_samples: int
    rows: list[list[float]]


Read = Callable[[Path], Result]


@dataclass(frozen=True, slots=True)
class Reader:
    """A way to read some kinds of file.

    Attributes
    ----------
    package : str
        As the package registry calls it; empty for what is here anyway.
    suffixes : tuple of str
        Of the files that it reads.
    load : callable
        Imports whatever reading files with a suffix needs.
    """

    package: str
    suffixes: tuple[str, ...]
    load: Callable[[str], Read]


def _result(times: Any, xyz_g: Any, per_s: float = 1.0) -> Result:
    rows = zip((times[::COMPARED] / per_s).tolist(), xyz_g[::COMPARED].tolist(), strict=True)
    return Result(len(times), [[at_s, *g] for at_s, g in rows])


def _bytes_alone(suffix: str) -> Read:
    def read(path: Path) -> Result:
        if path.suffix == ".gt3x":
            with zipfile.ZipFile(path) as archive, archive.open("log.bin") as log:
                while log.read(_PIECE_BYTES):
                    pass
        else:
            with path.open("rb") as file:
                while file.read(_PIECE_BYTES):
                    pass
        return Result(0, [])

    return read


def _import_format(suffix: str) -> None:
    """What this project imports only when a file needs it, so that it is not done while the clock runs."""
    modules = {
        ".cwa": ("axivity",),
        ".gt3x": ("axivity", "actigraph"),
        ".bin": ("axivity", "actigraph", "geneactiv"),
        ".fit": ("axivity", "actigraph", "geneactiv", "matrix", "unisens", "fit", "fit.reader"),
        ".csv": ("axivity", "actigraph", "geneactiv.export", "fit", "parquet", "delimited"),
    }
    for module in modules[suffix]:
        import_module(f"ingest.formats.{module}")


def _ours(suffix: str) -> Read:
    from ingest.recognising import sniff

    _import_format(suffix)

    def read(path: Path) -> Result:
        decoded = sniff.reader_of(path).read(path)
        rows: list[list[float]] = []
        n = 0
        for block in decoded.blocks():
            xyz_g = block.xyz_g()
            kept = slice(-n % COMPARED, None, COMPARED)
            times_s = (block.time_us[kept] / 1e6).tolist()
            rows += [[at_s, *g] for at_s, g in zip(times_s, xyz_g[kept].tolist(), strict=True)]
            n += len(block)
        return Result(n, rows)

    return read


def _ours_whole(suffix: str) -> Read:
    from ingest import read_recording

    _import_format(suffix)
    return lambda path: Result(read_recording(path).quality.n_samples, [])


def _actfast(suffix: str) -> Read:
    import actfast

    def read(path: Path) -> Result:
        series = actfast.read(path)["timeseries"]
        table = series.get("high_frequency") or series["acceleration"]
        return _result(table["datetime"], table["acceleration"], per_s=1e9)

    return read


def _cwa_reader_rs(suffix: str) -> Read:
    import cwa_reader_rs

    without = {f"include_{name}": False for name in ("magnetometer", "temperature", "light", "battery")}

    def read(path: Path) -> Result:
        table = cwa_reader_rs.read_cwa_file(str(path), **without)
        times = table.index.to_numpy().astype("datetime64[ns]").astype("int64")
        return _result(times, table[["acc_x", "acc_y", "acc_z"]].to_numpy(), per_s=1e9)

    return read


def _skdh(suffix: str) -> Read:
    from skdh.io import ReadBin, ReadCSV, ReadCwa

    def text(layout: str, skipped: int) -> Any:
        return ReadCSV(
            time_col_name="time",
            column_names={"accel": list("xyz")},
            fill_gaps=False,
            gaps_error="ignore",
            to_datetime_kwargs={"format": layout},
            read_csv_kwargs={"names": ["time", *"xyz"], "usecols": range(4), "skiprows": skipped, "header": None},
        )

    readers = {
        ".cwa": ReadCwa,
        ".bin": ReadBin,
        "omgui.csv": lambda: text("%Y-%m-%d %H:%M:%S.%f", 0),
        "geneactiv.csv": lambda: text("%Y-%m-%d %H:%M:%S:%f", 100),
    }

    def read(path: Path) -> Result:
        found = readers[path.name if path.suffix == ".csv" else path.suffix]().predict(file=str(path))
        return _result(found["time"], found["accel"])

    return read


def _pygt3x(suffix: str) -> Read:
    from pygt3x.reader import FileReader

    def read(path: Path) -> Result:
        with FileReader(str(path)) as reader:
            table = reader.acceleration
            return _result(table[:, 0], reader.calibrate_acceleration(table[:, 1:4]))

    return read


def _from_messages(messages: Iterable[tuple[int, dict[str, Any]]]) -> Result:
    """Of accelerometer messages with raw counts: the second of each, and its fields."""
    import numpy as np

    times, axes = [], []
    for second, fields in messages:
        times.append(second + (fields["timestamp_ms"] + np.array(fields["sample_time_offset"])) / 1e3)
        axes.append(np.array([fields[f"accel_{axis}"] for axis in "xyz"], dtype=np.float32).T)
    xyz_g = (np.concatenate(axes) - FIT_ZERO) / FIT_COUNTS_PER_G
    return _result(np.concatenate(times), xyz_g)


def _fitparse(suffix: str) -> Read:
    import fitparse
    import numpy  # noqa: F401 - for _from_messages

    def messages(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
        for message in fitparse.FitFile(str(path)).get_messages("accelerometer_data"):
            fields = message.get_values()
            yield calendar.timegm(fields["timestamp"].timetuple()), fields

    return lambda path: _from_messages(messages(path))


def _garmin(suffix: str) -> Read:
    import numpy  # noqa: F401 - for _from_messages
    from garmin_fit_sdk import Decoder, Stream

    def messages(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
        found, _ = Decoder(Stream.from_file(str(path))).read()
        for fields in found["accelerometer_data_mesgs"]:
            yield calendar.timegm(fields["timestamp"].utctimetuple()), fields

    return lambda path: _from_messages(messages(path))


def _fitdecode(suffix: str) -> Read:
    import fitdecode
    import numpy  # noqa: F401 - for _from_messages

    def messages(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
        with fitdecode.FitReader(str(path)) as frames:
            for frame in frames:
                if isinstance(frame, fitdecode.FitDataMessage) and frame.name == "accelerometer_data":
                    fields = {field.name: field.value for field in frame.fields}
                    yield calendar.timegm(fields["timestamp"].utctimetuple()), fields

    return lambda path: _from_messages(messages(path))


def _fitfast(suffix: str) -> Read:
    import fitfast
    import numpy  # noqa: F401 - for _from_messages

    def read(path: Path) -> Result:
        found = fitfast.parse(path)["accelerometer_data"]
        return _from_messages((fields["timestamp"], fields) for fields in found)

    return read


OURS, OURS_WHOLE = "nightkick", "nightkick, whole import"
_ALL = (".cwa", ".gt3x", ".bin", ".fit", ".csv")
READERS = {
    OURS: Reader("", _ALL, _ours),
    OURS_WHOLE: Reader("", _ALL, _ours_whole),
    "bytes alone": Reader("", _ALL, _bytes_alone),
    "actfast": Reader("actfast", (".cwa", ".gt3x", ".bin"), _actfast),
    "cwa-reader-rs": Reader("cwa-reader-rs", (".cwa",), _cwa_reader_rs),
    "scikit-digital-health": Reader("scikit-digital-health", (".cwa", ".bin", ".csv"), _skdh),
    "pygt3x": Reader("pygt3x", (".gt3x",), _pygt3x),
    "fitparse": Reader("fitparse", (".fit",), _fitparse),
    "garmin-fit-sdk": Reader("garmin-fit-sdk", (".fit",), _garmin),
    "fitdecode": Reader("fitdecode", (".fit",), _fitdecode),
    "fitfast": Reader("fitfast", (".fit",), _fitfast),
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process spent: CPU seconds on imports and on reading, seconds of reading, peak memory in MB."""

    imports_s: float
    cpu_s: float
    wall_s: float
    peak_mb: float


def measured(read: Read, path: Path) -> tuple[Cost, Result]:
    """Read once."""
    imports_s, wall_before = _cpu_s(), time.perf_counter()
    result = read(path)
    wall_s, cpu_s = time.perf_counter() - wall_before, _cpu_s() - imports_s
    # Linux counts in kB, macOS in bytes.
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Cost(imports_s, cpu_s, wall_s, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit), result


def _cpu_s() -> float:
    """User and system time of all threads of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _version(package: str) -> str:
    try:
        return version(package) if package else ""
    except PackageNotFoundError:
        return ""


def main() -> int:
    """Print one line of JSON; `NOT_THERE` is the exit code where the reader cannot be imported."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("reader", choices=READERS)
    parser.add_argument("file", type=Path)
    parser.add_argument("--peers", type=Path)
    chosen = parser.parse_args()
    if chosen.peers:
        # Last, so that what a peer shares with this project is the same for all.
        sys.path.append(str(chosen.peers))
    reader = READERS[chosen.reader]
    try:
        read = reader.load(chosen.file.suffix)
    except ImportError as error:
        print(error, file=sys.stderr)
        return NOT_THERE
    cost, result = measured(read, chosen.file)
    print(json.dumps({"version": _version(reader.package), "cost": asdict(cost), "result": asdict(result)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
