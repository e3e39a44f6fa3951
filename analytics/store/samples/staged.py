"""Raw samples: one Parquet file a recording, beside the database.

    <database>.recordings/<sha256>.parquet    time (UTC, us), x, y, z; ascending in time

They are written to the folder of the database and read from there; those of a database made before, or of one that this
one is a copy of, lie in other folders (`analytics.files.places`), which are read where its own has no such file.

x, y, z are kept as the file had them: small integers with g_per_value in the metadata, or float32 g. DuckDB writes
the file because its Parquet v2 with delta-coded times takes 1.5 bytes a sample; polars reads it, by time window.
The way in is a stream: whatever the length of the recording, a bounded number of samples is in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.files.places import samples_folders, way_back
from analytics.store.database.connection import Store, in_memory, quoted
from analytics.store.database.failures import translated
from analytics.store.database.settling import settle
from analytics.store.database.tables import UTC_US
from analytics.store.samples.sums import SUMS, Sums, sums_in, sums_of
from ingest.archives.own_files import G_PER_VALUE, SHA256
from ingest.errors import SamplesLostError, StoreError
from ingest.recording import Recording, Samples
from ingest.workspace import workspace

#: Samples gathered before a part is written: 12 MB.
PART_SAMPLES = 1_000_000
#: Samples read at once, where they lie evenly in time: 7 MB.
LOADED_SAMPLES = 500_000
#: Raised whenever a file would be read otherwise, so that it is written anew; not for how Parquet packs the same rows.
LAYOUT = "1"

Values = NDArray[np.int16] | NDArray[np.float32]

_BRING_BACK = "import its file again"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of samples in a file of its own, with its sums; ``ascends`` also from the part before it."""

    path: Path
    g_per_value: float
    dtype: np.dtype[np.int16] | np.dtype[np.float32]
    ascends: bool
    sums: Sums


def samples_path(store: Store, sha256: str) -> Path:
    """Where the samples of a recording are, or would be where there are none.

    Raises
    ------
    StoreError
        Not the hash of a recording: it would name a file anywhere.
    """
    target = target_path(store, sha256)
    found = (folder / target.name for folder in samples_folders(store.path))
    return next((path for path in found if path.exists()), target)


def target_path(store: Store, sha256: str) -> Path:
    """Where samples of a recording go: into the folder that only this database writes to.

    Raises
    ------
    StoreError
        As `samples_path`.
    """
    if not _SHA256.fullmatch(sha256):
        raise StoreError(f"{sha256!r} is not the SHA-256 of a recording", path=store.path)
    return store.recordings / f"{sha256}.parquet"


def is_own(store: Store, sha256: str) -> bool:
    """Whether the samples of a recording lie where only this database writes."""
    return samples_path(store, sha256) == target_path(store, sha256)


def stage_samples(store: Store, recording: Recording) -> Path:
    """Keep the samples of a recording. Does nothing where the same ones are kept already, or there are none.

    Samples with a time that goes back are put in order; none is dropped, and equal times stay in file order.

    Raises
    ------
    StoreError
        The recording has no sample, or they cannot be written.
    IngestError
        Its blocks cannot be read to the end. Nothing is kept then.
    """
    kept, target = samples_path(store, recording.sha256), target_path(store, recording.sha256)
    with translated(target):
        if not recording.quality.n_samples or _is_staged(kept, recording):
            return kept
        with workspace(store.recordings) as folder:
            parts = tuple(_written_parts(recording, folder))
            if not parts:
                raise StoreError("no samples to keep", path=recording.path)
            parts = _alike(parts)
            built = folder / "samples.parquet"
            sums = " ".join(str(sum(column)) for column in zip(*(part.sums for part in parts), strict=True))
            _join(parts, built, {**_identity(recording), G_PER_VALUE: repr(parts[0].g_per_value), SUMS: sums})
            settle(built, target)
    return target


@contextmanager
def scratch(store: Store) -> Iterator[Path]:
    """A temporary folder on the disk that has room for recordings; see `ingest.workspace`.

    Raises
    ------
    StoreError
        It cannot be made; also for what the disk refuses inside.
    """
    with translated(store.recordings), workspace(store.recordings) as folder:
        yield folder


def load_samples(store: Store, sha256: str, start_us: int, end_us: int) -> Samples:
    """The samples of a recording with ``start_us <= time < end_us``: UTC, ascending, exactly as staged.

    Each axis lies in one piece: what analysis asks, it asks of an axis.

    Raises
    ------
    SamplesLostError
        The file is missing or damaged.
    """
    path = samples_path(store, sha256)
    with _readable(path):
        g_per_value = float(pl.read_parquet_metadata(path)[G_PER_VALUE])
        return _loaded(path, start_us, end_us, g_per_value)


def _loaded(path: Path, start_us: int, end_us: int, g_per_value: float) -> Samples:
    """Filled a piece at a time: a night at once would lie twice in memory, as rows and as axes."""
    window = _window(path, start_us, end_us)
    span = window.select(
        pl.len(), pl.col("time").min().to_physical().alias("first"), pl.col("time").max().to_physical().alias("last")
    )
    n, first_us, last_us = span.collect().row(0)
    is_whole = window.collect_schema()["x"] == pl.Int16
    times = np.empty(n, np.int64)
    shape = (n, 3)
    values: Values = np.empty(shape, np.int16, order="F") if is_whole else np.empty(shape, np.float32, order="F")
    at = 0
    step_us = (last_us - first_us) // (n // LOADED_SAMPLES + 1) + 1 if n else 0
    for begin_us in range(first_us, last_us + 1, step_us) if n else ():
        frame = _window(path, begin_us, min(begin_us + step_us, end_us)).collect()
        rows = slice(at, at := at + len(frame))
        times[rows] = frame["time"].to_physical().to_numpy()
        for axis, name in enumerate("xyz"):
            values[rows, axis] = frame[name].to_numpy()
    return Samples(times, values, g_per_value)


def staged_scale(store: Store, sha256: str) -> float | None:
    """What one step of the staged values stands for, g; None where no samples are staged.

    Raises
    ------
    SamplesLostError
        The file is damaged.
    """
    if not (path := samples_path(store, sha256)).exists():
        return None
    with _readable(path):
        return float(pl.read_parquet_metadata(path)[G_PER_VALUE])


def holds_samples(store: Store, sha256: str, start_us: int, end_us: int) -> bool:
    """Whether a recording has a sample with ``start_us <= time < end_us``; True where its samples are lost."""
    path = samples_path(store, sha256)
    try:
        with _readable(path):
            return not _window(path, start_us, end_us).select("time").head(1).collect().is_empty()
    except SamplesLostError:
        return True


def check_samples(store: Store, sha256: str, *, n_samples: int, first_us: int) -> None:
    """Make sure that the samples of a recording are there, all of them, at the times it was stored with.

    A recording without movement has none to lose.

    In the shared folder of older databases another one may have replaced them: it read the file under another zone,
    which shifts them; analysing those would move the night.

    Parameters
    ----------
    n_samples, first_us : int
        What the database has for the recording; the time is UTC.

    Raises
    ------
    SamplesLostError
        They are missing, damaged, or another database's.
    """
    if n_samples:
        compare(_kept(store, sha256), n_samples, first_us)


def recognise_samples(store: Store, sha256: str, *, n_samples: int, first_us: int) -> None:
    """As `check_samples`, told from how many samples the file counts and from its first one.

    For those who load them next, night by night: `load_samples` refuses what is damaged in the hours that it reads, and
    what is damaged elsewhere is nothing to that night. No answer is kept from one call to the next.

    Parameters
    ----------
    n_samples, first_us : int
        As for `check_samples`.

    Raises
    ------
    SamplesLostError
        As `check_samples`.
    """
    if not n_samples:
        return
    path = _kept(store, sha256)
    with _readable(path):
        first = pl.scan_parquet(path).select(pl.col("time").head(1).to_physical()).collect()["time"].to_list()
        found = (pl.scan_parquet(path).select(pl.len()).collect().item(), *first)
    _refuse_others(path, found, (n_samples, first_us))


def _kept(store: Store, sha256: str) -> Path:
    path = samples_path(store, sha256)
    if not path.exists():
        raise SamplesLostError(
            "the staged samples are missing", path=path, hint=way_back(store.path, path.name) or _BRING_BACK
        )
    return path


def decode_samples(store: Store, sha256: str) -> None:
    """Make sure that every sample of a recording can be read; does nothing where there is no file.

    Raises
    ------
    SamplesLostError
    """
    if (path := samples_path(store, sha256)).exists():
        decode(path)


def compare(path: Path, n_samples: int, first_us: int) -> None:
    """Make sure that a file of samples is the one that was stored; raises as `check_samples`.

    Parameters
    ----------
    n_samples, first_us : int
        What the database has for the recording; the time is UTC.
    """
    with _readable(path):
        every = pl.scan_parquet(path).select(pl.len().alias("n"), pl.col("time").min().to_physical())
        found = every.collect(engine="streaming").row(0)
    _refuse_others(path, found, (n_samples, first_us))


def _refuse_others(path: Path, found: tuple[int, ...], wanted: tuple[int, int]) -> None:
    if found != wanted:
        raise SamplesLostError("the staged samples are not those of this database", path=path, hint=_BRING_BACK)


def decode(path: Path) -> None:
    """Make sure that every sample in a file can be read and is what was written; raises as `check_samples`.

    Files of nightkick before 2026-12 bear no sums: of them it is known only that they can be read.
    """
    with _readable(path):
        found, about = sums_in(path), pl.read_parquet_metadata(path)
        if SUMS in about and about[SUMS].split() != [*map(str, found)]:
            raise ValueError("its samples add up to something else than was written")


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Inside, whatever shows that a staged file is missing or damaged becomes a `SamplesLostError`."""
    try:
        yield
    except FileNotFoundError as error:
        raise SamplesLostError("the staged samples are missing", path=path, hint=_BRING_BACK) from error
    # polars panics, outside its own error tree, where a damaged page makes no sense at all
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, LookupError, ValueError) as error:
        raise SamplesLostError("the staged samples are damaged", path=path, hint=_BRING_BACK) from error


def _window(path: Path, start_us: int, end_us: int) -> pl.LazyFrame:
    start, end = (pl.lit(us).cast(UTC_US) for us in (start_us, end_us))
    return pl.scan_parquet(path).filter(pl.col("time") >= start, pl.col("time") < end)


def _identity(recording: Recording) -> dict[str, str]:
    """What makes two stagings of one file the same: a corrected zone shifts every time in it."""
    return {
        "layout": LAYOUT,
        SHA256: recording.sha256,
        "shift_us": str(recording.clock.shift_us),
        "n_samples": str(recording.quality.n_samples),
    }


def _is_staged(target: Path, recording: Recording) -> bool:
    if not target.exists():
        return False
    try:
        with _readable(target):
            found = pl.read_parquet_metadata(target)
    except SamplesLostError:
        return False
    return _identity(recording).items() <= found.items()


def _written_parts(recording: Recording, folder: Path) -> Iterator[_Part]:
    latest_us = np.iinfo(np.int64).min
    for number, (times, values, g_per_value) in enumerate(_gathered(recording.blocks())):
        path = folder / f"{number:06}.parquet"
        _part_frame(times, values).write_parquet(path, compression="uncompressed", statistics=False)
        ascends = bool(times[0] >= latest_us and np.all(np.diff(times) >= 0))
        latest_us = times.max()
        yield _Part(path, g_per_value, values.dtype, ascends, sums_of(times, values))


def _gathered(blocks: Iterator[Samples]) -> Iterator[tuple[NDArray[np.int64], Values, float]]:
    """Blocks joined to parts of about `PART_SAMPLES`; a new one wherever type or scale changes."""
    held: list[Samples] = []
    for block in blocks:
        if held and (sum(map(len, held)) >= PART_SAMPLES or not _same_scale(held[-1], block)):
            yield _joined(held)
            held = []
        if len(block):
            held.append(block)
    if held:
        yield _joined(held)


def _joined(held: Sequence[Samples]) -> tuple[NDArray[np.int64], Values, float]:
    times = np.concatenate([block.time_us for block in held])
    return times, np.concatenate([block.values for block in held]), held[0].g_per_value


def _same_scale(one: Samples, other: Samples) -> bool:
    return one.values.dtype == other.values.dtype and one.g_per_value == other.g_per_value


def _part_frame(times: NDArray[np.int64], values: Values) -> pl.DataFrame:
    axes = {axis: values[:, column] for column, axis in enumerate("xyz")}
    return pl.DataFrame({"time": times, **axes}).with_columns(pl.col("time").cast(UTC_US))


def _alike(parts: tuple[_Part, ...]) -> tuple[_Part, ...]:
    """All parts in one type and scale: as they are, or all in g."""
    if len({(part.dtype, part.g_per_value) for part in parts}) == 1:
        return parts
    return tuple(_in_g(part) for part in parts)


def _in_g(part: _Part) -> _Part:
    frame = pl.read_parquet(part.path)
    values = frame.select("x", "y", "z").to_numpy().astype(np.float32) * np.float32(part.g_per_value)
    times = frame["time"].to_physical().to_numpy()
    _part_frame(times, values).write_parquet(part.path, statistics=False)
    return replace(part, g_per_value=1.0, dtype=values.dtype, sums=sums_of(times, values))


def _join(parts: Sequence[_Part], built: Path, about: Mapping[str, str]) -> None:
    """Write the one file that stays. Sorting, where it is needed, spills into the workspace."""
    files = ", ".join(quoted(str(part.path)) for part in parts)
    is_sorted = all(part.ascends for part in parts)
    numbered = "" if is_sorted else ", filename = true, file_row_number = true"
    order = "" if is_sorted else "ORDER BY time, filename, file_row_number"
    metadata = ", ".join(f"{name}: {quoted(value)}" for name, value in about.items())
    # Steps from sample to sample are smaller than places in a dictionary of all values, and take half as long to write.
    packed = "COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 1, PARQUET_VERSION v2"
    # Each thread holds row groups of its own, and they wait for each other: one takes a third of the memory of two.
    with in_memory(temp_directory=str(built.parent / "spill"), threads="1", memory_limit="256MB") as con:
        con.execute(f"""
            COPY (
                SELECT time, x, y, z
                FROM read_parquet([{files}]{numbered}) {order}
            ) TO {quoted(str(built))}
            (FORMAT parquet, {packed}, KV_METADATA {{{metadata}}})
        """)
